//! Money as a JSON number.

use cart_core::money::Money;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// An amount as a number with all decimal places of its currency, such as `12.50`: the decimal text without its quotes, so
/// that nothing is rounded on the way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub(super) Money);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_decimal()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Number {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TelecomNumber".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An amount, with all decimal places of its currency.",
            "type": "number",
            "examples": [108.5],
        })
    }
}

#[cfg(test)]
mod tests {
    use cart_core::money::Currency;

    use super::*;

    #[test]
    fn an_amount_is_written_with_all_its_digits() {
        for (minor, currency, text) in [
            (119_349, Currency::EUR, "1193.49"),
            (10_850, Currency::EUR, "108.50"),
            (0, Currency::EUR, "0.00"),
            (5, Currency::JPY, "5"),
            (-7, Currency::EUR, "-0.07"),
            (i64::MAX, Currency::EUR, "92233720368547758.07"),
            (i64::MIN, Currency::EUR, "-92233720368547758.08"),
        ] {
            let number = Number(Money::new(minor, currency));
            assert_eq!(serde_json::to_string(&number).unwrap(), text);
        }
    }
}
