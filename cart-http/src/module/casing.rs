//! The names of this surface: in camel case, where the library's are in snake case.

use serde::Serialize;
use serde_json::{Map, Value};

/// A value with the names of its members, and of theirs, in camel case. Not for what shoppers and hosts named themselves.
pub(super) fn in_camel_case(value: impl Serialize) -> Value {
    renamed(serde_json::to_value(value).unwrap_or_default())
}

/// The same of members.
pub(super) fn members_in_camel_case(members: Map<String, Value>) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (camel(&name), renamed(value))).collect()
}

fn renamed(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(members_in_camel_case(members)),
        Value::Array(elements) => elements.into_iter().map(renamed).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

pub(super) fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        name + &letters
            .next()
            .map(|letter| letter.to_ascii_uppercase())
            .into_iter()
            .chain(letters)
            .collect::<String>()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_in_camel_case_at_any_depth_and_values_stay() {
        let value = json!({"item_id": "a_b", "code": [{"product_id": 1, "any_of": {"x_y_z": null}}]});
        let expected = json!({"itemId": "a_b", "code": [{"productId": 1, "anyOf": {"xYZ": null}}]});
        assert_eq!(in_camel_case(value), expected);
    }
}
