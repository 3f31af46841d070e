//! What happened to a cart, as it is answered: in histories and in live updates.

use cart_core::history::{Change, Happened};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::amount::Amount;
use crate::author::AuthorBody;
use crate::problem::EndBody;

/// A change as JSON: `version`, `at`, `by` if that is shown, and `what`, a list of things that `happened`. Lines are
/// items here, as in the documents; ids are called as on all surfaces; amounts are decimal text. People are as elsewhere, without the digests of tokens.
pub(crate) fn body(change: &Change) -> Value {
    let mut body = serde_json::to_value(change).unwrap_or_default();
    if let (Value::Object(body), Some(by)) = (&mut body, &change.by) {
        body.insert("by".into(), person(AuthorBody::of(by)));
    }
    if let Some(Value::Array(what)) = body.get_mut("what") {
        for (value, happened) in what.iter_mut().zip(&change.what) {
            if let Value::Object(value) = value {
                translate(value, happened);
            }
        }
    }
    body
}

/// The words of the surfaces for what the library calls otherwise.
const WORDS: [(&str, &str); 10] = [
    ("line", "item_id"),
    ("suggestion", "suggestion_id"),
    ("grant", "grant_id"),
    ("link", "link_id"),
    ("user", "user_id"),
    ("promotion", "promotion_id"),
    ("checkout", "checkout_id"),
    ("order", "order_id"),
    ("number", "order_number"),
    ("confirmation", "confirmation_number"),
];

fn translate(value: &mut Map<String, Value>, happened: &Happened) {
    in_other_words(value);
    if let Some(Value::Object(proposal)) = value.get_mut("proposal") {
        in_other_words(proposal);
    }
    if let Happened::OwnerChanged { owner } = happened {
        value.insert("owner".into(), person(AuthorBody::from(owner)));
    }
    if let Happened::CheckoutEnded { reason, .. } = happened {
        value.remove("reason");
        value.extend(members(EndBody::of(reason)));
    }
    if let Happened::LineAdded { unit_price: Some(price), .. } = happened {
        value.insert("unit_price".into(), serde_json::to_value(Amount(*price)).unwrap_or_default());
    }
}

fn in_other_words(value: &mut Map<String, Value>) {
    for (word, other) in WORDS {
        if let Some(id) = value.remove(word) {
            value.insert(other.into(), id);
        }
    }
    // A product with its options: side by side, as everywhere.
    if let Some(Value::Object(mut product)) = value.remove("product") {
        if let Some(id) = product.remove("product") {
            value.insert("product_id".into(), id);
        }
        value.append(&mut product);
    }
}

fn members(body: impl Serialize) -> Map<String, Value> {
    let Ok(Value::Object(members)) = serde_json::to_value(body) else { return Map::new() };
    members
}

fn person(author: AuthorBody<'_>) -> Value {
    serde_json::to_value(author).unwrap_or_default()
}
