//! Who buys, as far as prices depend on it.

use std::collections::BTreeSet;

use crate::id::{CustomerGroupId, CustomerKey};

/// What the host knows about the owner of a cart. By default nobody knows anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Customer {
    /// The groups they are in.
    pub groups: BTreeSet<CustomerGroupId>,
    /// What tells them apart from others when uses of a promotion are counted; a promotion with a limit per customer
    /// does not apply to somebody without one.
    pub key: Option<CustomerKey>,
    /// Whether nothing they buy is taxed.
    pub tax_exempt: bool,
}
