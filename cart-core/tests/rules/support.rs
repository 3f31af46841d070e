//! What several families need.

use cart_core::actor::Actor;
use cart_core::metadata::Metadata;
use cart_core::product::QuantityRule;
use cart_core::testing::As;
use cart_core::testing::samples::quantity;
use serde_json::Value;

pub(crate) fn by(actor: Actor) -> As {
    As(actor)
}

pub(crate) fn metadata(value: Value) -> Metadata {
    let Value::Object(object) = value else { unreachable!("metadata is an object") };
    Metadata::new(object).unwrap()
}

pub(crate) fn rule(min: u32, max: u32, step: u32) -> QuantityRule {
    QuantityRule::new(quantity(min), quantity(max), quantity(step)).unwrap()
}
