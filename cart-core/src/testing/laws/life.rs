//! What the life of a cart is told in.

use serde_json::Value;

use crate::event::Created;
use crate::id::CartId;
use crate::metadata::Metadata;
use crate::testing::samples::Write;

/// A cart's creation and what is written to it afterwards.
pub(super) struct Life {
    pub(super) cart: CartId,
    pub(super) created: Created,
    pub(super) writes: Vec<Write>,
}

pub(super) fn metadata(value: Value) -> Metadata {
    let Value::Object(object) = value else { return Metadata::default() };
    Metadata::new(object).expect("the metadata is well-formed")
}
