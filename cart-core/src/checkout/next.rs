//! What is to be done next for a checkout.

use chrono::{DateTime, TimeDelta, Utc};

use super::order::PlacedOrder;
use super::progress::{OrderState, PaymentState, StockState};
use super::step::{CheckoutStep, Task};
use super::{Checkout, EndReason, Handoff, StockCounting};

/// What is to be done next for a checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Somebody outside is to be asked.
    Call(Task),
    /// The stock that the store holds is to become the order's.
    Claim,
    /// The cart has become this order.
    Complete(PlacedOrder),
    /// The cart is to be set free.
    End(EndReason),
    /// Nothing until somebody says something, or the deadline passes.
    Wait,
    /// Nothing any more: it ended, and what was done for it is undone.
    Settled,
}

/// How long somebody outside has for an answer before somebody else asks again.
const LEASE: TimeDelta = TimeDelta::seconds(30);

impl Checkout {
    /// What is to be done next. What somebody is being asked for already is waited for.
    pub fn next(&self, now: DateTime<Utc>) -> Next {
        match self.next_unasked(now) {
            Next::Call(task) if self.progress.asked == Some(task) && self.progress.due_at > now => Next::Wait,
            next @ (Next::Call(_)
            | Next::Claim
            | Next::Complete(_)
            | Next::End(_)
            | Next::Wait
            | Next::Settled) => next,
        }
    }

    fn next_unasked(&self, now: DateTime<Utc>) -> Next {
        if self.progress.completed {
            return Next::Settled;
        }
        if self.progress.ended.is_some() {
            return self.next_to_undo();
        }
        match self.reason_to_end(now) {
            // Whether it was paid must be known before anything is given back.
            Some(_) if self.progress.payment.is_open() => Next::Call(Task::Void),
            Some(reason) => Next::End(reason),
            None => self.next_ahead(),
        }
    }

    /// Why it is to end without an order; none if it is not.
    fn reason_to_end(&self, now: DateTime<Utc>) -> Option<EndReason> {
        let progress = &self.progress;
        if let OrderState::Confirmed { .. } = progress.order {
            // It goes ahead whatever else is said; only the stock of an order of the host's own may be missing.
            return progress.giving_up.clone().filter(|_| !self.is_claimed());
        }
        match &progress.payment {
            PaymentState::Declined { why } => return Some(EndReason::PaymentDeclined { why: why.clone() }),
            PaymentState::Voided | PaymentState::Refunded { .. } => {
                return Some(progress.giving_up.clone().unwrap_or(EndReason::TimedOut));
            }
            PaymentState::Captured { capture } if capture.amount != self.draft.totals.total => {
                return Some(EndReason::PaymentMismatch);
            }
            PaymentState::NotNeeded
            | PaymentState::Due
            | PaymentState::Asked
            | PaymentState::Pending { .. }
            | PaymentState::Captured { .. } => {}
        }
        if let OrderState::Refused { why } = &progress.order {
            return Some(EndReason::OrderRefused { why: why.clone() });
        }
        // What was paid for goes ahead however late it is, and so does an order without anything to pay.
        let needs_nothing = progress.payment == PaymentState::NotNeeded && progress.order.placed().is_some();
        let is_late = now >= self.deadline && progress.payment.captured().is_none() && !needs_nothing;
        progress.giving_up.clone().or_else(|| is_late.then_some(EndReason::TimedOut))
    }

    fn next_ahead(&self) -> Next {
        if matches!(self.progress.stock, StockState::Due | StockState::Asked) {
            return Next::Call(Task::Reserve);
        }
        match (self.handoff, &self.progress.order) {
            (_, OrderState::Confirmed { order }) if self.is_claimed() => Next::Complete(order.clone()),
            (_, OrderState::Confirmed { .. }) => self.next_claim(),
            (Handoff::Host, _) => Next::Wait,
            (Handoff::Service, OrderState::Due | OrderState::Asked) => Next::Call(Task::Place),
            (Handoff::Service, OrderState::Placed { .. }) => self.next_of_payment(),
            (Handoff::Service, OrderState::Refused { .. } | OrderState::Cancelled) => Next::Wait,
        }
    }

    fn next_of_payment(&self) -> Next {
        match self.progress.payment {
            PaymentState::Due | PaymentState::Asked => Next::Call(Task::Pay),
            PaymentState::NotNeeded | PaymentState::Captured { .. } if self.is_claimed() => {
                Next::Call(Task::Confirm)
            }
            PaymentState::NotNeeded | PaymentState::Captured { .. } => self.next_claim(),
            PaymentState::Pending { .. }
            | PaymentState::Declined { .. }
            | PaymentState::Voided
            | PaymentState::Refunded { .. } => Next::Wait,
        }
    }

    fn next_claim(&self) -> Next {
        match self.stock.counted_by {
            StockCounting::Store | StockCounting::Nobody => Next::Claim,
            StockCounting::Inventory => Next::Call(Task::Claim),
        }
    }

    fn is_claimed(&self) -> bool {
        matches!(self.progress.stock, StockState::Claimed | StockState::NotNeeded)
    }

    fn next_to_undo(&self) -> Next {
        let progress = &self.progress;
        if progress.payment.is_open() {
            return Next::Call(Task::Void);
        }
        if progress.payment.captured().is_some() {
            return Next::Call(Task::Refund);
        }
        let is_placed = matches!(
            progress.order,
            OrderState::Asked
                | OrderState::Placed { .. }
                | OrderState::Confirmed { .. }
                | OrderState::Refused { .. }
        );
        if is_placed && self.handoff == Handoff::Service {
            return Next::Call(Task::CancelOrder);
        }
        let is_held =
            matches!(progress.stock, StockState::Asked | StockState::Held { .. } | StockState::Claimed);
        match self.stock.counted_by {
            StockCounting::Inventory if is_held => Next::Call(Task::Release),
            // What the store holds goes back with the end itself.
            StockCounting::Inventory | StockCounting::Store | StockCounting::Nobody => Next::Settled,
        }
    }

    /// Goes on from some steps: the steps themselves, and what follows from them without anybody being asked, up to the
    /// record of the next call. The last is what is to be done after they are written.
    ///
    /// Ends and completions are changes of the cart, which the caller makes of [`Next::End`] and [`Next::Complete`].
    pub fn advance(&mut self, steps: Vec<CheckoutStep>, now: DateTime<Utc>) -> (Vec<CheckoutStep>, Next) {
        let mut done = Vec::new();
        steps.into_iter().for_each(|step| self.take(step, &mut done));
        loop {
            let next = self.next(now);
            match next {
                Next::Claim => {
                    let claimed = self.claimed();
                    self.take(claimed, &mut done);
                }
                Next::Call(task) => {
                    self.take(CheckoutStep::Asked { task, until: now + LEASE }, &mut done);
                    return (done, next);
                }
                Next::Complete(_) | Next::End(_) | Next::Wait | Next::Settled => return (done, next),
            }
        }
    }

    fn take(&mut self, step: CheckoutStep, done: &mut Vec<CheckoutStep>) {
        self.apply(&step);
        done.push(step);
    }
}
