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

/// A change, for descriptions: that of the library, in the words of the surfaces.
#[cfg(feature = "openapi")]
pub(crate) mod schema {
    use cart_core::history::Happened;
    use cart_core::id::ProductId;
    use cart_core::product::Options;
    use cart_core::sharing::Proposal;
    use cart_core::version::Version;
    use chrono::{DateTime, Utc};
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use serde_json::{Map, Value};

    use super::WORDS;
    use crate::amount::Amount;
    use crate::author::AuthorBody;
    use crate::problem::EndBody;

    pub(crate) struct Change;

    impl JsonSchema for Change {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Change".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let happened = alternatives::<Happened>(generator);
            json_schema!({
                "type": "object",
                "description": "One write. A change of which nothing is shown is one in which nothing happened.",
                "properties": {
                    "version": generator.subschema_for::<Version>(),
                    "at": generator.subschema_for::<DateTime<Utc>>(),
                    "by": generator.subschema_for::<AuthorBody<'static>>(),
                    "what": {"type": "array", "items": {"oneOf": happened}},
                },
                "required": ["version", "at", "what"],
            })
        }
    }

    /// The alternatives of an enum, each in other words.
    fn alternatives<T: JsonSchema>(generator: &mut SchemaGenerator) -> Vec<Value> {
        let mut schema = T::json_schema(generator).to_value();
        let all = schema.get_mut("oneOf").and_then(Value::as_array_mut).map(std::mem::take);
        all.into_iter().flatten().map(|one| in_other_words(one, generator)).collect()
    }

    fn in_other_words(mut schema: Value, generator: &mut SchemaGenerator) -> Value {
        let mut properties = taken(&mut schema, "properties");
        let end = properties.contains_key("reason").then(|| EndBody::json_schema(generator).to_value());
        let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut required: Vec<String> =
            required.iter().filter_map(|name| Some(other(name.as_str()?))).collect();
        if let Some(mut end) = end {
            properties.extend(taken(&mut end, "properties"));
            required.extend(["detail".to_owned(), "stock_item".to_owned()]);
        }
        if properties.contains_key("product") {
            properties.insert("options".into(), generator.subschema_for::<Options>().to_value());
        }
        let said = properties.into_iter().map(|(name, schema)| {
            let schema = written(&name, generator).unwrap_or(schema);
            (other(&name), schema)
        });
        let said = said.collect::<Map<String, Value>>();
        if let Value::Object(members) = &mut schema {
            members.insert("properties".into(), said.into());
            members.insert("required".into(), required.into());
        }
        schema
    }

    fn taken(schema: &mut Value, word: &str) -> Map<String, Value> {
        schema.get_mut(word).and_then(Value::as_object_mut).map(std::mem::take).unwrap_or_default()
    }

    fn other(name: &str) -> String {
        let words = WORDS.iter().chain(&[("product", "product_id")]);
        words.into_iter().find(|(word, _)| *word == name).map_or(name, |(_, other)| other).to_owned()
    }

    /// The schema of what is written in another form than the library's.
    fn written(name: &str, generator: &mut SchemaGenerator) -> Option<Value> {
        match name {
            "product" => Some(generator.subschema_for::<ProductId>().to_value()),
            "owner" => Some(generator.subschema_for::<AuthorBody<'static>>().to_value()),
            "unit_price" => Some(generator.subschema_for::<Amount>().to_value()),
            "proposal" => Some(serde_json::json!({"oneOf": alternatives::<Proposal>(generator)})),
            _ => None,
        }
    }
}
