//! How far a checkout has come.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::order::{PlacedOrder, Reason};
use super::payment::{Capture, Initiation};
use super::step::{CheckoutStep, Task};
use super::{Checkout, EndReason, Next, StockCounting};

/// How far a checkout has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Where the stock is.
    pub stock: StockState,
    /// Where the order is.
    pub order: OrderState,
    /// Where the money is.
    pub payment: PaymentState,
    /// What somebody outside was asked for and has not answered.
    pub asked: Option<Task>,
    /// How often in a row they could not answer.
    pub tries: u32,
    /// Whether that was so often that somebody should look at it.
    pub parked: bool,
    /// When it is looked at again (UTC).
    pub due_at: DateTime<Utc>,
    /// How often its time was extended.
    pub extensions: u32,
    /// Why it is to end, if it is.
    pub giving_up: Option<EndReason>,
    /// Whether the cart has become the order.
    pub completed: bool,
    /// Why it ended without an order, if it did: the cart is free, and what was done is being undone.
    pub ended: Option<EndReason>,
}

/// Where the stock of a checkout is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StockState {
    /// None is counted.
    NotNeeded,
    /// It is to be held.
    Due,
    /// The warehouse was asked to hold it.
    Asked,
    /// It is held.
    Held {
        /// Until when (UTC, exclusive).
        until: DateTime<Utc>,
    },
    /// It is the order's.
    Claimed,
    /// It is back.
    Released,
}

/// Where the order of a checkout is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OrderState {
    /// It is to be placed, by whoever the hand-off says.
    Due,
    /// The order service was asked to take it.
    Asked,
    /// It waits for its payment.
    Placed {
        /// The order.
        order: PlacedOrder,
    },
    /// It goes ahead.
    Confirmed {
        /// The order.
        order: PlacedOrder,
    },
    /// It was refused.
    Refused {
        /// Why.
        why: Reason,
    },
    /// It is no more.
    Cancelled,
}

/// Where the money of a checkout is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PaymentState {
    /// Nothing is to be paid here.
    NotNeeded,
    /// It is to be asked for.
    Due,
    /// The provider was asked, and may or may not have taken it.
    Asked,
    /// The shopper has to do something.
    Pending {
        /// What.
        initiation: Initiation,
    },
    /// It was taken.
    Captured {
        /// How much, and by what name.
        capture: Capture,
    },
    /// It was not taken and will not be.
    Declined {
        /// Why.
        why: Reason,
    },
    /// It was ended before anything was taken.
    Voided,
    /// It was given back.
    Refunded {
        /// How much, and by what name.
        capture: Capture,
    },
}

impl Progress {
    /// How a checkout begins: with nothing asked of anybody.
    pub const fn begin(stock: StockState, payment: PaymentState, due_at: DateTime<Utc>) -> Self {
        Self {
            stock,
            order: OrderState::Due,
            payment,
            asked: None,
            tries: 0,
            parked: false,
            due_at,
            extensions: 0,
            giving_up: None,
            completed: false,
            ended: None,
        }
    }
}

impl PaymentState {
    /// Whether money may still be taken without anybody asking for it anew.
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Asked | Self::Pending { .. } => true,
            Self::NotNeeded
            | Self::Due
            | Self::Captured { .. }
            | Self::Declined { .. }
            | Self::Voided
            | Self::Refunded { .. } => false,
        }
    }

    /// The money that is kept.
    pub const fn captured(&self) -> Option<&Capture> {
        if let Self::Captured { capture } = self { Some(capture) } else { None }
    }
}

impl OrderState {
    /// The order, as far as there is one.
    pub const fn placed(&self) -> Option<&PlacedOrder> {
        match self {
            Self::Placed { order } | Self::Confirmed { order } => Some(order),
            Self::Due | Self::Asked | Self::Refused { .. } | Self::Cancelled => None,
        }
    }
}

impl Checkout {
    /// Changes what a step says.
    pub fn apply(&mut self, step: &CheckoutStep) {
        match step {
            CheckoutStep::Asked { task, until } => self.ask(*task, *until),
            CheckoutStep::Delayed { until, tries } => {
                self.progress.tries = *tries;
                self.progress.due_at = *until;
            }
            CheckoutStep::Parked { until, tries } => {
                self.progress.tries = *tries;
                self.progress.due_at = *until;
                self.progress.parked = true;
            }
            CheckoutStep::StockHeld { until } => {
                self.heard(|now| now.stock = StockState::Held { until: *until })
            }
            CheckoutStep::StockClaimed { .. } => self.heard(|now| now.stock = StockState::Claimed),
            CheckoutStep::StockReleased => self.heard(|now| now.stock = StockState::Released),
            CheckoutStep::OrderPlaced { order } => {
                self.heard(|now| now.order = OrderState::Placed { order: order.clone() });
            }
            CheckoutStep::OrderConfirmed { order } => {
                self.heard(|now| now.order = OrderState::Confirmed { order: order.clone() });
            }
            CheckoutStep::OrderRefused { why } => {
                self.heard(|now| now.order = OrderState::Refused { why: why.clone() });
            }
            CheckoutStep::OrderCancelled => self.heard(|now| now.order = OrderState::Cancelled),
            CheckoutStep::PaymentPending { initiation } => {
                self.heard(|now| now.payment = PaymentState::Pending { initiation: initiation.clone() });
            }
            CheckoutStep::PaymentCaptured { capture } => {
                self.heard(|now| now.payment = PaymentState::Captured { capture: capture.clone() });
            }
            CheckoutStep::PaymentDeclined { why } => {
                self.heard(|now| now.payment = PaymentState::Declined { why: why.clone() });
            }
            CheckoutStep::PaymentVoided => self.heard(|now| now.payment = PaymentState::Voided),
            CheckoutStep::PaymentRefunded => self.refunded(),
            CheckoutStep::Extended { deadline, held_until } => self.extend(*deadline, *held_until),
            CheckoutStep::GivenUp { reason } => {
                self.progress.giving_up.get_or_insert_with(|| reason.clone());
            }
        }
    }

    /// Ends it without an order: the cart is free, and what was done is to be undone.
    pub(crate) fn end(&mut self, reason: &EndReason) {
        self.progress.ended = Some(reason.clone());
        // What the store counts goes back with the end itself.
        let is_stored = self.stock.counted_by == StockCounting::Store;
        if is_stored && self.progress.stock != StockState::NotNeeded {
            self.progress.stock = StockState::Released;
        }
    }

    /// Takes note that the cart has become the order.
    pub(crate) fn complete(&mut self) {
        self.progress.completed = true;
        self.progress.asked = None;
    }

    /// Whether it is over and nothing is left to be undone.
    pub(crate) fn is_settled(&self) -> bool {
        // What is next of one that has ended does not depend on the time.
        self.progress.ended.is_some() && self.next(DateTime::<Utc>::MIN_UTC) == Next::Settled
    }

    /// The time until which stock is held for a deadline: as much longer as at its begin.
    pub fn held_until(&self, deadline: DateTime<Utc>) -> DateTime<Utc> {
        let grace = self.stock.until.signed_duration_since(self.draft.deadline).max(TimeDelta::zero());
        deadline.checked_add_signed(grace).unwrap_or(deadline)
    }

    fn ask(&mut self, task: Task, until: DateTime<Utc>) {
        let progress = &mut self.progress;
        progress.asked = Some(task);
        progress.due_at = until;
        match task {
            Task::Reserve => progress.stock = StockState::Asked,
            Task::Place => progress.order = OrderState::Asked,
            Task::Pay => progress.payment = PaymentState::Asked,
            Task::Void | Task::Claim | Task::Confirm | Task::Refund | Task::CancelOrder | Task::Release => {}
        }
    }

    /// Takes note of an answer: nobody is waited for any more.
    fn heard(&mut self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.progress);
        self.progress.asked = None;
        self.progress.tries = 0;
        self.progress.parked = false;
        // Whoever wrote it goes on at once; if they cannot, the next who looks does.
        self.progress.due_at = self.deadline;
    }

    fn refunded(&mut self) {
        let kept = self.progress.payment.captured().cloned();
        self.heard(|now| {
            if let Some(capture) = kept {
                now.payment = PaymentState::Refunded { capture };
            }
        });
    }

    fn extend(&mut self, deadline: DateTime<Utc>, until: DateTime<Utc>) {
        self.deadline = deadline;
        self.progress.extensions = self.progress.extensions.saturating_add(1);
        // Somebody who is being asked is waited for no longer than before.
        if self.progress.asked.is_none() {
            self.progress.due_at = deadline;
        }
        if let StockState::Held { .. } = self.progress.stock {
            self.progress.stock = match self.stock.counted_by {
                // The warehouse is to hold it for longer.
                StockCounting::Inventory => StockState::Asked,
                StockCounting::Store | StockCounting::Nobody => StockState::Held { until },
            };
        }
    }
}
