//! What may be permitted on a cart; who holds which is decided in [`authorise`](crate::authorise).

use serde::{Deserialize, Serialize};

/// Something that may be permitted on a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See the cart with its totals.
    View,
    /// Change lines, selections, name, note, settings and metadata.
    Edit,
    /// Give up, recover, duplicate or merge it.
    Own,
    /// Do what only the host's jobs do, such as expiring it.
    Operate,
}
