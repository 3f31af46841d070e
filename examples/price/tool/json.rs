//! JSON that every reader understands alike, read with the place of whatever is wrong.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::error::Error;

/// The fields that are lists. Where an object is expected, serde's derived types also take a list of its fields in
/// order, which no document describes; so lists are refused everywhere else.
const LISTS: [&str; 22] = [
    "by_subtotal",
    "by_weight",
    "categories",
    "channels",
    "charges",
    "codes",
    "countries",
    "coupons",
    "currencies",
    "customer_groups",
    "except_categories",
    "except_products",
    "fees",
    "groups",
    "kinds",
    "lines",
    "methods",
    "products",
    "promotions",
    "rates",
    "refused_gifts",
    "tiers",
];

/// Reads one JSON text in which no key of an object occurs twice, and lists stand only where the format has them.
pub(super) fn parse(json: &[u8]) -> Result<Value, Error> {
    let Strict(value) = serde_json::from_slice(json).map_err(|error| {
        let text = error.to_string();
        let sentence = text.rsplit_once(" at line ").map_or(text.as_str(), |(sentence, _)| sentence);
        Error::at(format!("line {} column {}", error.line(), error.column()), sentence)
    })?;
    check_lists(&value, "", false)?;
    Ok(value)
}

/// Reads a whole request as what it stands for.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    read_at(value, "")
}

/// Reads the value of a field as what it stands for.
pub(super) fn read_at<T: DeserializeOwned>(value: &Value, field: &str) -> Result<T, Error> {
    serde_path_to_error::deserialize(value).map_err(|error| match error.path().to_string() {
        here if here == "." => Error::at(or_request(field), error.inner()),
        path if field.is_empty() => Error::at(path, error.inner()),
        path => Error::at(format!("{field}.{path}"), error.inner()),
    })
}

fn check_lists(value: &Value, path: &str, may_be_list: bool) -> Result<(), Error> {
    match value {
        Value::Array(_) if !may_be_list => Err(Error::at(or_request(path), "a list is not expected here")),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .try_for_each(|(place, element)| check_lists(element, &format!("{path}[{place}]"), false)),
        Value::Object(fields) => fields.iter().try_for_each(|(key, value)| {
            // The one word that names an object in one place and a list in another.
            let is_list = LISTS.contains(&key.as_str()) || (key == "payment" && path.ends_with(".on"));
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            check_lists(value, &path, is_list)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn or_request(path: &str) -> &str {
    if path.is_empty() { "request" } else { path }
}

/// A value without repeated keys: of those, the first counts for one reader and the last for another.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk).map(Self)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(element)) = elements.next_element()? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key {key:?} occurs twice")));
            }
            let Strict(value) = entries.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}
