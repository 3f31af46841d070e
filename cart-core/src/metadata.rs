//! Structured data that the host attaches to carts and lines.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

/// Metadata that a cart cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// Longer than [`Metadata::MAX_BYTES`] as JSON.
    #[error("metadata must be at most {} bytes as JSON", Metadata::MAX_BYTES)]
    TooLarge,
    /// Nested deeper than [`Metadata::MAX_DEPTH`].
    #[error("metadata must be nested at most {} deep", Metadata::MAX_DEPTH)]
    TooDeep,
    /// A key or a text holds U+0000.
    #[error("metadata must not contain NUL")]
    Nul,
    /// A number is not a whole number that 64 bits hold.
    #[error("numbers in metadata must be whole and fit 64 bits; write others as text")]
    NotWhole,
}

/// A JSON object of the host's own: at most 4 KiB as JSON, at most 8 levels deep, whole numbers only.
///
/// Fractions are refused because they do not survive every store and client unchanged; write them as text.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Metadata(Option<Arc<Map<String, Value>>>);

impl Eq for Metadata {}

impl Hash for Metadata {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equal objects have equal keys; the values need not be hashed to keep the contract.
        self.iter().for_each(|(key, _)| key.hash(state));
    }
}

impl Metadata {
    /// The most bytes that the object may have as compact JSON, inclusive.
    pub const MAX_BYTES: usize = 4096;
    /// The deepest nesting, counting the object itself as 1, inclusive.
    pub const MAX_DEPTH: usize = 8;

    /// The same keys, each with one text instead of its value; nothing if there are none.
    pub(crate) fn replaced_by(&self, text: &str) -> Self {
        let replaced: Map<String, Value> = self.iter().map(|(key, _)| (key.clone(), text.into())).collect();
        // Should so many keys not fit with that text, they go.
        Self::new(replaced).unwrap_or_default()
    }

    /// Checks and wraps an object.
    ///
    /// # Errors
    /// [`MetadataError`] if it is too large, too deep, or holds NUL or a fraction.
    pub fn new(object: Map<String, Value>) -> Result<Self, MetadataError> {
        if object.is_empty() {
            return Ok(Self(None));
        }
        check_object(&object, 1)?;
        let length = serde_json::to_string(&object).map_err(|_| MetadataError::TooLarge)?.len();
        if length > Self::MAX_BYTES { Err(MetadataError::TooLarge) } else { Ok(Self(Some(Arc::new(object)))) }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The value of a key at the top level.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.0.as_deref().and_then(|object| object.get(key))
    }

    /// The part of the object under the given top-level keys.
    pub(crate) fn project(&self, keys: &[String]) -> Self {
        let object: Map<String, Value> = self
            .iter()
            .filter(|(key, _)| keys.contains(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Self(if object.is_empty() { None } else { Some(Arc::new(object)) })
    }

    /// The keys and values at the top level, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.as_deref().into_iter().flatten()
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl TryFrom<Map<String, Value>> for Metadata {
    type Error = MetadataError;
    fn try_from(object: Map<String, Value>) -> Result<Self, MetadataError> {
        Self::new(object)
    }
}

// Metadata may be personal: it stays out of logs.
impl std::fmt::Debug for Metadata {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Metadata({} keys)", self.0.as_deref().map_or(0, Map::len))
    }
}

fn check_object(object: &Map<String, Value>, depth: usize) -> Result<(), MetadataError> {
    object.iter().try_for_each(|(key, value)| check_text(key).and_then(|()| check_value(value, depth)))
}

fn check_value(value: &Value, depth: usize) -> Result<(), MetadataError> {
    match value {
        Value::Null | Value::Bool(_) => Ok(()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Ok(()),
        Value::Number(_) => Err(MetadataError::NotWhole),
        Value::String(text) => check_text(text),
        Value::Array(_) | Value::Object(_) if depth >= Metadata::MAX_DEPTH => Err(MetadataError::TooDeep),
        Value::Array(values) => values.iter().try_for_each(|value| check_value(value, depth + 1)),
        Value::Object(object) => check_object(object, depth + 1),
    }
}

fn check_text(text: &str) -> Result<(), MetadataError> {
    if text.contains('\0') { Err(MetadataError::Nul) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metadata(value: Value) -> Result<Metadata, MetadataError> {
        Metadata::new(value.as_object().unwrap().clone())
    }

    #[test]
    fn an_object_of_exactly_4096_bytes_fits() {
        let around = r#"{"k":""}"#.len();
        assert!(metadata(json!({"k": "x".repeat(4096 - around)})).is_ok());
        assert_eq!(metadata(json!({"k": "x".repeat(4097 - around)})), Err(MetadataError::TooLarge));
    }

    #[test]
    fn nesting_is_bounded() {
        let nest = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({"k": inner}));
        assert!(metadata(nest(8)).is_ok());
        assert_eq!(metadata(nest(9)), Err(MetadataError::TooDeep));
    }

    #[test]
    fn fractions_and_nul_are_refused() {
        assert_eq!(metadata(json!({"k": 1.5})), Err(MetadataError::NotWhole));
        assert_eq!(metadata(json!({"k": ["a\0"]})), Err(MetadataError::Nul));
        assert_eq!(metadata(json!({"a\0": 1})), Err(MetadataError::Nul));
    }

    #[test]
    fn an_empty_object_is_no_metadata_and_reads_back_as_an_object() {
        let empty = metadata(json!({})).unwrap();
        assert_eq!(empty, Metadata::default());
        assert_eq!(serde_json::to_string(&empty).unwrap(), "{}");
    }
}
