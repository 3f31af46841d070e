//! The hand-off of a cart to an order: what is ordered, how far it has come, and what comes next.
//!
//! A checkout freezes what a cart costs into an [`OrderDraft`], holds the stock for it and, where the service drives it,
//! has the order placed and paid for. It is a record on its cart, changed by events like everything else:
//!
//! * [`Checkout`] is the record, [`CheckoutStep`] what can happen to it;
//! * [`Checkout::next`] says what is to be done next, whoever asks, so that a crash changes nothing;
//! * [`Checkout::learn`] says what follows from an answer from outside, in whatever order answers come;
//! * [`Checkout::advance`] puts both together into the steps of one write.
//!
//! Every call to somebody outside is recorded ([`CheckoutStep::Asked`]) before it is made, and names the checkout, by
//! which the other side tells a repeated call. No call is made twice without the other side being able to tell, no stock
//! is given back and no cart set free while a payment may still succeed.

mod draft;
mod follow;
mod learn;
mod next;
mod obstacle;
mod order;
mod payment;
mod progress;
mod stage;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub(crate) use self::draft::Frozen;
pub use self::draft::{DraftLine, OrderDraft};
pub use self::learn::Answer;
pub use self::next::Next;
pub use self::obstacle::Obstacle;
pub use self::order::{PlacedOrder, Reason, ReasonError};
pub use self::payment::{Capture, Initiation, InitiationType, PaymentOutcome};
pub use self::progress::{OrderState, PaymentState, Progress, StockState};
pub use self::stage::Stage;
pub use self::step::{CheckoutStep, Task};
use crate::actor::ActorRef;
use crate::id::{CheckoutId, StockItemId};
use crate::promotion::PromotionUse;

/// One attempt to make an order of a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkout {
    /// Identifies it, to everybody who is asked to do something for it.
    pub id: CheckoutId,
    /// Who began it.
    pub by: ActorRef,
    /// Who places the order.
    pub handoff: Handoff,
    /// When it is given up by itself (UTC), if nothing was paid by then.
    pub deadline: DateTime<Utc>,
    /// What is ordered.
    pub draft: Arc<OrderDraft>,
    /// The uses of promotions with a limit, counted from its begin on; given back if it ends without an order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<PromotionUse>,
    /// What is held for it.
    pub stock: StockClaim,
    /// How far it has come.
    pub progress: Progress,
}

/// Who places the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handoff {
    /// The host, which then says that the checkout is complete, or that it failed.
    Host,
    /// The service, by the ports for orders and payments.
    Service,
}

/// The stock that a checkout needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockClaim {
    /// Who counts it.
    pub counted_by: StockCounting,
    /// How much of what, by rising item; nothing of what is unlimited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<StockUnits>,
    /// Until when it is held at first (UTC, exclusive).
    pub until: DateTime<Utc>,
    /// How many units the owner may have held at once, this checkout's included; no limit if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_held: Option<u32>,
}

/// So many units of a stock item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockUnits {
    /// What is counted.
    pub item: StockItemId,
    /// How many units, at least 1.
    pub units: u32,
}

/// Who counts stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockCounting {
    /// Nobody: the catalog says what there is, and nothing is held.
    Nobody,
    /// The store of the carts, in the same commits.
    Store,
    /// The host's inventory, by the port for it.
    Inventory,
}

/// Why a checkout ended without an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndReason {
    /// Whoever may check out gave it up.
    #[error("it was cancelled")]
    Cancelled,
    /// Its deadline passed.
    #[error("it took too long")]
    TimedOut,
    /// The payment was declined.
    #[error("the payment was declined: {why}")]
    PaymentDeclined {
        /// What the provider says, for the shopper.
        why: Reason,
    },
    /// Another amount was paid than was to be paid; it is paid back.
    #[error("another amount was paid")]
    PaymentMismatch,
    /// The order was refused.
    #[error("the order was refused: {why}")]
    OrderRefused {
        /// What the order service says, for the shopper.
        why: Reason,
    },
    /// The stock could not be had (any more).
    #[error("there is not enough in stock")]
    OutOfStock {
        /// What of; none if the inventory does not say.
        item: Option<StockItemId>,
    },
    /// The owner has too much held for other checkouts.
    #[error("too much is held for the owner already")]
    TooMuchHeld,
    /// The host's own check refused it.
    #[error("it was refused: {why}")]
    Vetoed {
        /// What the host says, for the shopper.
        why: Reason,
    },
    /// The host said that it failed.
    #[error("it failed: {why}")]
    Failed {
        /// What the host says, for the shopper.
        why: Reason,
    },
}
