//! What a client can use of a problem, in the words of this surface.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::ids::{CART, CHECKOUT, ITEM, Shown};

/// The members of a problem as details: names in camel case, ids as they are shown everywhere, and the part of the body that
/// is to blame as `field`.
pub(super) fn of(members: Map<String, Value>) -> Map<String, Value> {
    members.into_iter().filter_map(member).collect()
}

fn member((name, value): (String, Value)) -> Option<(String, Value)> {
    if name == "pointer" {
        return Some(("field".to_owned(), field(value.as_str()?)?.into()));
    }
    let prefix = match &*name {
        "cart_id" => Some(CART),
        "item_id" | "item_ids" => Some(ITEM),
        "checkout_id" => Some(CHECKOUT),
        _ => None,
    };
    Some((camel_case(&name), prefix.map_or_else(|| within(value.clone()), |prefix| shown(prefix, &value))))
}

fn within(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(of(members)),
        Value::Array(values) => values.into_iter().map(within).collect(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

fn shown(prefix: &'static str, value: &Value) -> Value {
    match value {
        Value::Array(ids) => ids.iter().map(|id| shown(prefix, id)).collect(),
        Value::String(id) => {
            let id = id.parse::<Uuid>().ok();
            id.map_or(Value::Null, |id| Shown::new(prefix, id).to_string().into())
        }
        // What was not added has no id.
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Value::Null,
    }
}

/// `/metadata/planType` is `metadata.planType`; the body as a whole is no field.
fn field(pointer: &str) -> Option<String> {
    let path = pointer.strip_prefix('/')?;
    Some(path.replace('/', ".").replace("~1", "/").replace("~0", "~"))
}

pub(super) fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut all, word| {
        let mut letters = word.chars();
        all.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        all.push_str(letters.as_str());
        all
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "00000000-0000-0000-0000-000000000007";

    #[test]
    fn members_are_in_the_words_of_the_surface() {
        let problem = json!({
            "pointer": "/metadata/planType", "cart_status": "completed", "cart_id": ID, "checkout_id": ID,
            "clashes": [{"item_id": null, "any_of": {"products": ["a_b"]}, "others": [{"item_id": ID}]}],
            "item_ids": [ID],
        });
        let Value::Object(members) = problem else { unreachable!() };
        let item = "item_00000000000000000000000000000007";
        assert_eq!(
            Value::Object(of(members)),
            json!({
                "field": "metadata.planType",
                "cartStatus": "completed",
                "cartId": "cart_00000000000000000000000000000007",
                "checkoutId": "checkout_00000000000000000000000000000007",
                "clashes": [{"itemId": null, "anyOf": {"products": ["a_b"]}, "others": [{"itemId": item}]}],
                "itemIds": [item],
            })
        );
    }

    #[test]
    fn a_body_as_a_whole_is_no_field() {
        assert_eq!(field(""), None);
        assert_eq!(field("/a~1b/0/c~0d"), Some("a/b.0.c~d".to_owned()));
    }
}
