//! Objects that are written as objects.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// A `T` that is written as a JSON object. serde's derived types also take an array of their fields in order,
/// which no document describes and no other reader would understand alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData)).map(Self)
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(entries))
    }
}

/// Reads a variant without data that is written as text; serde's derived enums also take `{"variant": null}`.
pub(crate) fn word<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(Word(PhantomData))
}

struct Word<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Word<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<T, E> {
        T::deserialize(StrDeserializer::new(word))
    }
}

#[cfg(feature = "openapi")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Object<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, PartialEq, Eq)]
    #[serde(rename_all = "snake_case")]
    enum Mode {
        PerLine,
    }

    #[derive(Debug, serde::Deserialize, PartialEq, Eq)]
    struct Edit {
        #[serde(deserialize_with = "word")]
        mode: Mode,
    }

    #[test]
    fn an_object_is_no_array_and_a_word_no_object() {
        let read = |json| serde_json::from_str::<Object<Edit>>(json).map(|Object(edit)| edit);
        assert_eq!(read(r#"{"mode": "per_line"}"#).unwrap(), Edit { mode: Mode::PerLine });
        assert_eq!(read(r#"{"mode": "per\u005fline"}"#).unwrap(), Edit { mode: Mode::PerLine });
        for json in [r#"["per_line"]"#, r#"{"mode": {"per_line": null}}"#, r#"{"mode": 0}"#, "null", "{}"] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
