//! Paths into JSON, such as `lines[0].unit_price`, or `lines[].total` for those of all lines.

use serde_json::{Value, json};

/// The keys and places of a path; `[]` is an empty place.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '[']).map(|step| step.trim_end_matches(']'))
}

/// Sets what is at a path.
pub(crate) fn set(value: &mut Value, path: &str, to: Value) {
    let mut at = value;
    for step in steps(path) {
        at = match step.parse::<usize>() {
            Ok(place) => &mut at[place],
            Err(_) => {
                if at.is_null() {
                    *at = json!({});
                }
                &mut at[step]
            }
        };
    }
    *at = to;
}

/// What is at a path, as text; of several, with commas.
pub(crate) fn text(value: &Value, path: &str) -> String {
    let found = steps(path).fold(vec![value], |found, step| {
        let inner = found.into_iter().flat_map(|value| match (value, step) {
            (Value::Array(elements), "") => elements.iter().collect(),
            (Value::Object(fields), key) => fields.get(key).into_iter().collect(),
            _ => Vec::new(),
        });
        inner.collect()
    });
    let texts = found.into_iter().filter(|value| !value.is_null()).map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    texts.collect::<Vec<_>>().join(", ")
}
