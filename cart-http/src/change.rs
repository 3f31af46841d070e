//! What happened to a cart, as it is answered: in histories and in live updates.

use cart_core::history::{Change, Happened};
use serde_json::{Map, Value};

use crate::amount::Amount;

/// A change as JSON: `version`, `at`, `by` if that is shown, and `what`, a list of things that `happened`. Lines are
/// items here, as in the documents; amounts are decimal text.
pub(crate) fn body(change: &Change) -> Value {
    let mut body = serde_json::to_value(change).unwrap_or_default();
    if let Some(Value::Array(what)) = body.get_mut("what") {
        for (value, happened) in what.iter_mut().zip(&change.what) {
            if let Value::Object(value) = value {
                translate(value, happened);
            }
        }
    }
    body
}

fn translate(value: &mut Map<String, Value>, happened: &Happened) {
    if let Some(line) = value.remove("line") {
        value.insert("item_id".into(), line);
    }
    if let Some(Value::Object(proposal)) = value.get_mut("proposal")
        && let Some(line) = proposal.remove("line")
    {
        proposal.insert("item_id".into(), line);
    }
    if let Happened::LineAdded { unit_price: Some(price), .. } = happened {
        value.insert("unit_price".into(), serde_json::to_value(Amount(*price)).unwrap_or_default());
    }
}
