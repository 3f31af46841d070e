//! What follows from an answer from outside.
//!
//! Answers may come late, twice, or before those that should come first: what is known already, or contradicts what is
//! final, changes nothing. Money that was taken is always taken note of.

use chrono::{DateTime, TimeDelta, Utc};

use super::order::{PlacedOrder, Reason};
use super::payment::PaymentOutcome;
use super::progress::{OrderState, PaymentState, StockState};
use super::step::{CheckoutStep, Task};
use super::{Checkout, EndReason, StockCounting};

/// What somebody outside said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The stock is held.
    Reserved,
    /// It is not, or not any more, and cannot be.
    NotReserved(EndReason),
    /// The order was taken.
    Placed(PlacedOrder),
    /// The order was refused, at first or when it was to go ahead.
    OrderRefused(Reason),
    /// Where the payment stands.
    Payment(PaymentOutcome),
    /// The stock is the order's.
    Claimed,
    /// The order goes ahead.
    Confirmed(PlacedOrder),
    /// The order is no more, and never will be.
    OrderCancelled,
    /// The stock is back.
    Released,
    /// The money is back.
    Refunded,
    /// The host's own check refused to go on.
    Vetoed(Reason),
    /// They could not answer.
    Nothing(Task),
}

/// After so many tries in a row somebody should look.
const MAX_TRIES: u32 = 10;
/// The pause after the first try; it doubles with each.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// The longest pause.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

impl Checkout {
    /// The steps that follow from an answer; none if it changes nothing.
    pub fn learn(&self, answer: Answer, now: DateTime<Utc>) -> Vec<CheckoutStep> {
        // Who has become an order stays one.
        if self.progress.completed {
            return Vec::new();
        }
        self.step_of(answer, now).into_iter().collect()
    }

    fn step_of(&self, answer: Answer, now: DateTime<Utc>) -> Option<CheckoutStep> {
        let (stock, order) = (&self.progress.stock, &self.progress.order);
        let has_ended = self.progress.ended.is_some();
        match answer {
            Answer::Reserved if matches!(stock, StockState::Due | StockState::Asked) => {
                Some(CheckoutStep::StockHeld { until: self.held_until(self.deadline) })
            }
            Answer::NotReserved(reason) if *stock != StockState::Claimed => self.give_up(reason),
            Answer::Placed(order_placed) if matches!(order, OrderState::Due | OrderState::Asked) => {
                Some(CheckoutStep::OrderPlaced { order: order_placed })
            }
            Answer::OrderRefused(why) if matches!(order, OrderState::Asked | OrderState::Placed { .. }) => {
                Some(CheckoutStep::OrderRefused { why })
            }
            Answer::Payment(outcome) => self.learn_of_payment(outcome),
            // What was released gets nothing any more.
            Answer::Claimed
                if self.is_warehouse_asked()
                    && !matches!(stock, StockState::Claimed | StockState::Released) =>
            {
                Some(self.claimed())
            }
            Answer::Confirmed(order_confirmed) if matches!(order, OrderState::Placed { .. }) => {
                Some(CheckoutStep::OrderConfirmed { order: order_confirmed })
            }
            Answer::OrderCancelled if has_ended && *order != OrderState::Cancelled => {
                Some(CheckoutStep::OrderCancelled)
            }
            Answer::Released if has_ended && self.is_warehouse_asked() && *stock != StockState::Released => {
                Some(CheckoutStep::StockReleased)
            }
            Answer::Refunded if self.progress.payment.captured().is_some() => {
                Some(CheckoutStep::PaymentRefunded)
            }
            // An order that was taken meanwhile was let through by another check.
            Answer::Vetoed(why) if matches!(order, OrderState::Due | OrderState::Asked) => {
                self.give_up(EndReason::Vetoed { why })
            }
            Answer::Nothing(task) if self.progress.asked == Some(task) => Some(self.delayed(now)),
            Answer::Reserved
            | Answer::NotReserved(_)
            | Answer::Placed(_)
            | Answer::OrderRefused(_)
            | Answer::Claimed
            | Answer::Confirmed(_)
            | Answer::OrderCancelled
            | Answer::Released
            | Answer::Refunded
            | Answer::Vetoed(_)
            | Answer::Nothing(_) => None,
        }
    }

    fn is_warehouse_asked(&self) -> bool {
        self.stock.counted_by == StockCounting::Inventory && self.progress.stock != StockState::NotNeeded
    }

    fn learn_of_payment(&self, outcome: PaymentOutcome) -> Option<CheckoutStep> {
        let payment = &self.progress.payment;
        let is_undecided = payment.is_open() || *payment == PaymentState::Due;
        match (outcome, payment) {
            (
                PaymentOutcome::Captured(_),
                PaymentState::Captured { .. } | PaymentState::Refunded { .. } | PaymentState::NotNeeded,
            ) => None,
            (PaymentOutcome::Captured(capture), _) => Some(CheckoutStep::PaymentCaptured { capture }),
            (PaymentOutcome::Pending(next), PaymentState::Pending { initiation }) if next == *initiation => {
                // Still the same: whoever asked has their answer.
                self.progress.asked.map(|_| CheckoutStep::PaymentPending { initiation: next })
            }
            (PaymentOutcome::Pending(initiation), _) if is_undecided => {
                Some(CheckoutStep::PaymentPending { initiation })
            }
            (PaymentOutcome::Declined { why }, _) if is_undecided => {
                Some(CheckoutStep::PaymentDeclined { why })
            }
            (PaymentOutcome::Voided, _) if is_undecided => Some(CheckoutStep::PaymentVoided),
            (PaymentOutcome::Pending(_) | PaymentOutcome::Declined { .. } | PaymentOutcome::Voided, _) => {
                None
            }
        }
    }

    /// The step by which the stock becomes the order's.
    pub(super) fn claimed(&self) -> CheckoutStep {
        CheckoutStep::StockClaimed { counted_by: self.stock.counted_by, items: self.stock.items.clone() }
    }

    fn give_up(&self, reason: EndReason) -> Option<CheckoutStep> {
        let is_ending = self.progress.giving_up.is_some() || self.progress.ended.is_some();
        (!is_ending).then_some(CheckoutStep::GivenUp { reason })
    }

    fn delayed(&self, now: DateTime<Utc>) -> CheckoutStep {
        let tries = self.progress.tries.saturating_add(1);
        let pause = FIRST_PAUSE * (1 << self.progress.tries.min(10));
        let until = now + pause.min(LONGEST_PAUSE);
        // Whatever cannot be done, the deadline is kept where there is one.
        let is_paid = self.progress.payment.captured().is_some();
        let has_time = self.progress.ended.is_none() && !is_paid && self.deadline > now;
        let until = if has_time { until.min(self.deadline) } else { until };
        if tries < MAX_TRIES {
            CheckoutStep::Delayed { until, tries }
        } else {
            CheckoutStep::Parked { until, tries }
        }
    }
}
