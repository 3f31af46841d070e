//! Why a promotion takes nothing off, as it is answered.

use std::collections::BTreeMap;

#[cfg(feature = "openapi")]
use cart_core::id::PromotionId;
use cart_core::promotion::NotApplied;
#[cfg(feature = "openapi")]
use cart_core::quantity::Quantity;
#[cfg(feature = "openapi")]
use schemars::JsonSchema as _;
use serde::Serialize;
use serde_json::Value;

#[cfg(feature = "openapi")]
use crate::amount::Amount;

/// `reason` and the data that belongs to it, amounts as decimal text.
///
/// | `reason` | further members |
/// |---|---|
/// | `below_quantity` | `minimum`, `units` |
/// | `below_subtotal` | `minimum`, `subtotal` |
/// | `excluded` | `excluded_by`: the id of a promotion |
/// | any other | |
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct WhyNot(BTreeMap<&'static str, Value>);

impl WhyNot {
    pub(crate) fn of(reason: &NotApplied) -> Self {
        let mut members = data(reason);
        members.insert("reason", word(reason));
        Self(members)
    }

    /// The members of something that does apply.
    pub(crate) fn nothing() -> Self {
        Self([("reason", Value::Null)].into())
    }

    pub(crate) fn into_members(self) -> impl Iterator<Item = (&'static str, Value)> {
        self.0.into_iter()
    }
}

fn data(reason: &NotApplied) -> BTreeMap<&'static str, Value> {
    if let NotApplied::BelowQuantity { min, units } = reason {
        [("minimum", min.get().into()), ("units", (*units).into())].into()
    } else if let NotApplied::BelowSubtotal { min, subtotal } = reason {
        [("minimum", min.to_decimal().into()), ("subtotal", subtotal.to_decimal().into())].into()
    } else if let NotApplied::Excluded { by } = reason {
        [("excluded_by", by.as_str().into())].into()
    } else {
        BTreeMap::new()
    }
}

/// The word by which the core knows a reason.
fn word(reason: &NotApplied) -> Value {
    let mut tagged = serde_json::to_value(reason).unwrap_or_default();
    tagged.get_mut("reason").map(Value::take).unwrap_or_default()
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for WhyNot {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WhyNot".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "properties": {
                "reason": {"description": "Why it takes nothing off; null if it does.", "enum": words(generator)},
                "minimum": {"anyOf": [generator.subschema_for::<Quantity>(), generator.subschema_for::<Amount>()]},
                "units": {"type": "integer", "minimum": 0},
                "subtotal": generator.subschema_for::<Amount>(),
                "excluded_by": generator.subschema_for::<PromotionId>(),
            },
            "required": ["reason"],
        })
    }
}

/// All reasons there are, and null.
#[cfg(feature = "openapi")]
fn words(generator: &mut schemars::SchemaGenerator) -> Vec<Value> {
    let all = NotApplied::json_schema(generator).to_value();
    let each = all.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    each.filter_map(|one| one.pointer("/properties/reason/const").cloned()).chain([Value::Null]).collect()
}

#[cfg(test)]
mod tests {
    use cart_core::id::PromotionId;
    use cart_core::money::{Currency, Money};
    use cart_core::quantity::Quantity;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reason_is_a_word_with_its_data() {
        let euros = |minor| Money::new(minor, Currency::EUR);
        let table = [
            (NotApplied::UsedUpByCustomer, json!({"reason": "used_up_by_customer"})),
            (
                NotApplied::BelowQuantity { min: Quantity::ONE, units: 0 },
                json!({"reason": "below_quantity", "minimum": 1, "units": 0}),
            ),
            (
                NotApplied::BelowSubtotal { min: euros(5000), subtotal: euros(705) },
                json!({"reason": "below_subtotal", "minimum": "50.00", "subtotal": "7.05"}),
            ),
            (
                NotApplied::Excluded { by: PromotionId::new("sale").unwrap() },
                json!({"reason": "excluded", "excluded_by": "sale"}),
            ),
        ];
        for (reason, expected) in table {
            assert_eq!(serde_json::to_value(WhyNot::of(&reason)).unwrap(), expected);
        }
        assert_eq!(serde_json::to_value(WhyNot::nothing()).unwrap(), json!({"reason": null}));
    }
}
