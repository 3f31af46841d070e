//! Where a cart is in its life.
//!
//! ```text
//! Active -> Checkout -> Completed
//!    ^  \      |
//!    |   \     +--> Active      (declined, cancelled, timed out)
//!    |    +--> Abandoned        (given up, expired, merged)
//!    +-------------+            (recovered, where policy allows)
//! ```

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{CartId, CheckoutId, OrderRef};
use crate::version::Version;

/// The status of a cart, with the data that only that status has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// Lines may be changed.
    Active,
    /// Frozen while an order is being placed.
    Checkout {
        /// Which checkout holds it.
        checkout: CheckoutId,
        /// When the checkout ends by itself (UTC).
        deadline: DateTime<Utc>,
    },
    /// It became an order; it never changes again.
    Completed {
        /// Which order.
        order: OrderRef,
    },
    /// Given up, expired or merged into another cart.
    Abandoned {
        /// Since when (UTC).
        since: DateTime<Utc>,
        /// Why.
        reason: AbandonReason,
    },
}

/// Why a cart was abandoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum AbandonReason {
    /// Its owner gave it up.
    GivenUp,
    /// Its lifetime ended.
    Expired,
    /// Its lines went into another cart.
    Merged {
        /// Which cart.
        into: CartId,
        /// The version that the merge gave that cart.
        version: Version,
    },
}

/// The name of a status, without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StatusName {
    /// See [`Status::Active`].
    Active,
    /// See [`Status::Checkout`].
    Checkout,
    /// See [`Status::Completed`].
    Completed,
    /// See [`Status::Abandoned`].
    Abandoned,
}

impl Status {
    /// The name of the status.
    pub const fn name(&self) -> StatusName {
        match self {
            Self::Active => StatusName::Active,
            Self::Checkout { .. } => StatusName::Checkout,
            Self::Completed { .. } => StatusName::Completed,
            Self::Abandoned { .. } => StatusName::Abandoned,
        }
    }

    /// Whether the cart is still its owner's current one: active or being checked out.
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Active | Self::Checkout { .. } => true,
            Self::Completed { .. } | Self::Abandoned { .. } => false,
        }
    }
}

impl StatusName {
    /// The name in lower case, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Checkout => "checkout",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
        }
    }
}

impl std::fmt::Display for StatusName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
