//! What is true outside, whatever a checkout has heard of it.

use crate::checkout::{Answer, Capture, Initiation, InitiationType, PaymentOutcome, Task};
use crate::checkout::{EndReason, PlacedOrder};
use crate::id::PaymentRef;
use crate::money::Money;
use crate::testing::Dice;
use crate::testing::samples::{placed_order, reason};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    None,
    Placed,
    Confirmed,
    Refused,
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Payment {
    None,
    Pending,
    Captured(Money),
    Declined,
    Voided,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stock {
    None,
    Held,
    Claimed,
    Released,
}

/// Order service, payment provider and warehouse, as their ports say that they are.
#[derive(Debug)]
pub(super) struct Partners {
    pub(super) order: Order,
    pub(super) payment: Payment,
    pub(super) is_refunded: bool,
    pub(super) stock: Stock,
    pub(super) total: Money,
    /// Whether shoppers can pay after all what the provider said that nobody will.
    pub(super) is_sloppy: bool,
}

pub(super) fn order() -> PlacedOrder {
    placed_order("order-1")
}

impl Partners {
    pub(super) const fn new(total: Money, is_sloppy: bool) -> Self {
        let (order, payment, stock) = (Order::None, Payment::None, Stock::None);
        Self { order, payment, is_refunded: false, stock, total, is_sloppy }
    }

    /// Does what is asked, and answers.
    pub(super) fn call(&mut self, task: Task, dice: &mut Dice) -> Answer {
        match task {
            Task::Reserve => self.reserve(dice),
            Task::Claim => self.claim(dice),
            Task::Release => {
                self.stock = Stock::Released;
                Answer::Released
            }
            Task::Place => self.place(dice),
            Task::Confirm => self.confirm(dice),
            Task::CancelOrder => {
                self.order = Order::Cancelled;
                Answer::OrderCancelled
            }
            Task::Pay => self.pay(dice),
            Task::Void => self.void(),
            Task::Refund => {
                assert!(matches!(self.payment, Payment::Captured(_)), "{self:?}");
                self.is_refunded = true;
                Answer::Refunded
            }
        }
    }

    fn reserve(&mut self, dice: &mut Dice) -> Answer {
        match self.stock {
            Stock::None if dice.below(8) == 0 => Answer::NotReserved(EndReason::TooMuchHeld),
            Stock::None | Stock::Held => {
                self.stock = Stock::Held;
                Answer::Reserved
            }
            Stock::Claimed => Answer::Reserved,
            Stock::Released => Answer::Nothing(Task::Reserve),
        }
    }

    fn claim(&mut self, dice: &mut Dice) -> Answer {
        match self.stock {
            // Its time was over, and others were faster.
            Stock::None | Stock::Held if dice.below(8) == 0 => {
                self.stock = Stock::None;
                Answer::NotReserved(EndReason::OutOfStock { item: None })
            }
            Stock::None | Stock::Held | Stock::Claimed => {
                self.stock = Stock::Claimed;
                Answer::Claimed
            }
            Stock::Released => Answer::Nothing(Task::Claim),
        }
    }

    fn place(&mut self, dice: &mut Dice) -> Answer {
        match self.order {
            Order::None if dice.below(10) == 0 => Answer::Vetoed(reason("vetoed")),
            Order::None if dice.below(10) == 0 => {
                self.order = Order::Refused;
                Answer::OrderRefused(reason("refused"))
            }
            Order::None => {
                self.order = Order::Placed;
                Answer::Placed(order())
            }
            // The host's own check is asked before, and may have changed its mind.
            Order::Placed | Order::Confirmed if dice.below(10) == 0 => Answer::Vetoed(reason("vetoed")),
            Order::Placed | Order::Confirmed => Answer::Placed(order()),
            Order::Refused | Order::Cancelled => Answer::OrderRefused(reason("refused")),
        }
    }

    fn confirm(&mut self, dice: &mut Dice) -> Answer {
        match self.order {
            Order::Placed if dice.below(8) == 0 => {
                self.order = Order::Refused;
                Answer::OrderRefused(reason("refused after all"))
            }
            Order::Placed | Order::Confirmed => {
                self.order = Order::Confirmed;
                Answer::Confirmed(order())
            }
            Order::None | Order::Refused | Order::Cancelled => Answer::OrderRefused(reason("refused")),
        }
    }

    fn pay(&mut self, dice: &mut Dice) -> Answer {
        if self.payment == Payment::None {
            self.payment = match dice.below(10) {
                0 => Payment::Declined,
                1 => Payment::Captured(Money::new(1, self.total.currency())),
                2..6 => Payment::Captured(self.total),
                _ => Payment::Pending,
            };
        }
        self.outcome()
    }

    fn void(&mut self) -> Answer {
        if matches!(self.payment, Payment::None | Payment::Pending) {
            self.payment = Payment::Voided;
        }
        self.outcome()
    }

    /// The shopper does what was pending, or what should not be possible any more; whether there was anything.
    pub(super) fn shopper_pays(&mut self, dice: &mut Dice) -> bool {
        let is_pending = self.payment == Payment::Pending;
        let is_late = self.is_sloppy && matches!(self.payment, Payment::Declined | Payment::Voided);
        if is_pending || is_late {
            let paid = Payment::Captured(self.total);
            self.payment = if is_pending && dice.below(5) == 0 { Payment::Declined } else { paid };
        }
        is_pending || is_late
    }

    /// What the provider says of the payment.
    pub(super) fn outcome(&self) -> Answer {
        Answer::Payment(match &self.payment {
            Payment::None | Payment::Voided => PaymentOutcome::Voided,
            Payment::Pending => PaymentOutcome::Pending(initiation()),
            Payment::Captured(amount) => PaymentOutcome::Captured(capture(*amount)),
            Payment::Declined => PaymentOutcome::Declined { why: reason("declined") },
        })
    }
}

pub(super) fn initiation() -> Initiation {
    Initiation { kind: InitiationType::Redirect, payload: serde_json::Map::new() }
}

fn capture(amount: Money) -> Capture {
    Capture { payment: PaymentRef::new("payment-1").expect("a payment"), amount }
}
