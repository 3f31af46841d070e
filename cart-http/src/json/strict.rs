//! JSON that every reader understands alike.
//!
//! Parsers differ on repeated keys: the first wins, the last wins, or an error. A proxy that checks the first
//! and a server that obeys the last is a hole, so such a body is refused before it is given a meaning.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Arrays and objects within each other, the outermost counted as 1.
pub(super) const MAX_DEPTH: usize = 32;

/// Checks that `bytes` are one JSON text without repeated keys and within [`MAX_DEPTH`].
pub(super) fn check(bytes: &[u8]) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    Walk { room: MAX_DEPTH }.deserialize(&mut json)?;
    json.end()
}

/// Walks over a value and keeps nothing of it.
#[derive(Clone, Copy)]
struct Walk {
    room: usize,
}

impl Walk {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let room = self.room.checked_sub(1).ok_or_else(|| E::custom("nested too deep"))?;
        Ok(Self { room })
    }
}

impl<'de> DeserializeSeed<'de> for Walk {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while elements.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut keys = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            if !keys.insert(key) {
                return Err(A::Error::custom("repeated key"));
            }
            entries.next_value_seed(inner)?;
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> String {
        "[".repeat(depth) + &"]".repeat(depth)
    }

    #[test]
    fn json_is_taken() {
        for json in [
            "{}",
            " [1, -2, 3.5e2, true, null, \"\\ud83d\\ude00\"] ",
            r#"{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}"#,
            &nested(MAX_DEPTH),
        ] {
            assert!(check(json.as_bytes()).is_ok(), "{json}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for json in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\" 1}",
            "{'a': 1}",
            "{a: 1}",
            "nul",
            "NaN",
            "Infinity",
            "+1",
            "01",
            ".5",
            "1.",
            "0x1",
            "\"a",
            "\"\t\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "// c\n{}",
            "\u{feff}{}",
        ] {
            assert!(check(json.as_bytes()).is_err(), "{json:?}");
        }
        assert!(check(b"\"\xff\"").is_err(), "not UTF-8");
    }

    #[test]
    fn nothing_may_follow() {
        for json in ["{} {}", "{}x", "1 2", "[],"] {
            assert!(check(json.as_bytes()).is_err(), "{json}");
        }
        assert!(check(b"{}\r\n\t ").is_ok());
    }

    #[test]
    fn repeated_keys_are_refused_wherever_they_are_and_however_spelled() {
        for json in
            [r#"{"a": 1, "a": 1}"#, r#"{"a": 1, "\u0061": 2}"#, r#"[{"x": {"b": 1, "c": 2, "b": 3}}]"#]
        {
            assert!(check(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn deeper_than_allowed_is_refused_without_harm() {
        for depth in [MAX_DEPTH + 1, 200, 30_000] {
            assert!(check(nested(depth).as_bytes()).is_err());
            assert!(check("{\"a\":".repeat(depth).as_bytes()).is_err());
        }
    }
}
