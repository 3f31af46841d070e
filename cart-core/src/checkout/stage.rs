//! Where a checkout stands, as whoever began it is told.

use chrono::{DateTime, Utc};

use super::order::PlacedOrder;
use super::payment::Initiation;
use super::progress::{PaymentState, StockState};
use super::{Checkout, EndReason, Handoff, Task};

/// Where a checkout stands, as whoever began it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Somebody outside has not answered yet.
    InProgress {
        /// When to ask again (UTC).
        retry_at: DateTime<Utc>,
    },
    /// The host is to place the order and to say what became of it.
    Begun,
    /// The shopper has to do something to pay.
    PaymentPending {
        /// The order that waits for it.
        order: PlacedOrder,
        /// What to do.
        initiation: Initiation,
    },
    /// The cart has become an order.
    Completed {
        /// The order.
        order: PlacedOrder,
    },
    /// It ended without an order.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

impl Stage {
    /// Whether this is an answer, and not a promise of one.
    pub const fn is_answer(&self) -> bool {
        !matches!(self, Self::InProgress { .. })
    }
}

impl Checkout {
    /// Where it stands.
    pub fn stage(&self) -> Stage {
        let progress = &self.progress;
        if let Some(reason) = &progress.ended {
            return Stage::Ended { reason: reason.clone() };
        }
        let is_held = !matches!(progress.stock, StockState::Due | StockState::Asked);
        match (&progress.payment, progress.order.placed()) {
            (_, Some(order)) if progress.completed => Stage::Completed { order: order.clone() },
            // Whoever would pay now could be too late.
            _ if progress.giving_up.is_some() || progress.asked == Some(Task::Void) => {
                Stage::InProgress { retry_at: progress.due_at }
            }
            (PaymentState::Pending { initiation }, Some(order)) => {
                Stage::PaymentPending { order: order.clone(), initiation: initiation.clone() }
            }
            (_, None) if self.handoff == Handoff::Host && is_held => Stage::Begun,
            _ => Stage::InProgress { retry_at: progress.due_at },
        }
    }
}
