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
