//! Money as it is answered.

use cart_core::money::Money;
use serde::{Serialize, Serializer};

/// An amount as decimal text, such as `"12.50"`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount(pub(crate) Money);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_decimal())
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An amount as decimal text, with all decimal places of its currency.",
            "type": "string",
            "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]{1,4})?$",
            "examples": ["12.50"],
        })
    }
}
