//! One checkout from its begin to its end, with calls and answers under way.

use chrono::TimeDelta;

use super::partners::{Order, Partners, Payment, Stock, order};
use crate::actor::Actor;
use crate::cart::Cart;
use crate::checkout::{
    Answer, Checkout, CheckoutStep, Handoff, OrderState, PaymentState, StockCounting, StockState, Task,
};
use crate::command::{BeginCheckout, Command};
use crate::decide::{answered, answered_late, decide, resumed};
use crate::event::CartEvent;
use crate::facts::{Facts, Parties};
use crate::id::CheckoutId;
use crate::testing::samples::{Write, reason, user};
use crate::testing::{Dice, cart, given};

#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) handoff: Handoff,
    pub(super) parties: Parties,
    pub(super) price: i64,
    pub(super) is_sloppy: bool,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Completed,
    Undone { was_paid: bool },
}

#[derive(Debug)]
pub(super) struct Run {
    setting: Setting,
    dice: Dice,
    cart: Cart,
    facts: Facts,
    id: CheckoutId,
    /// What the history says of it, also once the cart has forgotten it.
    record: Option<Checkout>,
    partners: Partners,
    /// Calls that are being made, by whatever process.
    calls: Vec<Task>,
    /// Answers on their way.
    answers: Vec<Answer>,
    /// Whether what the store counts is sold to it.
    is_sold: bool,
    /// How often it was paid after its end.
    pub(super) late: usize,
}

impl Run {
    pub(super) fn begin(setting: Setting, dice: Dice) -> Self {
        let given = given(cart().with_line("mug", 2))
            .and_stock("mug", 5)
            .and_prices("mug", setting.price, setting.price)
            .and_parties(setting.parties);
        let (cart, facts) = (given.cart().clone(), given.facts([]));
        let begin = Command::BeginCheckout(BeginCheckout::whole(setting.handoff));
        let decision = decide(&cart, &user("ann"), &begin, &facts).unwrap();
        let Some(CartEvent::CheckoutBegun { checkout }) = decision.events.first() else {
            unreachable!("it begins")
        };
        let partners = Partners::new(checkout.draft.totals.total, setting.is_sloppy);
        let id = checkout.id;
        let (calls, answers) = (Vec::new(), Vec::new());
        let (is_sold, late) = (false, 0);
        let mut run =
            Self { setting, dice, cart, facts, id, record: None, partners, calls, answers, is_sold, late };
        run.write(decision.events);
        run
    }

    fn record(&self) -> &Checkout {
        self.record.as_ref().unwrap()
    }

    /// Something happens.
    pub(super) fn step(&mut self) {
        match self.dice.below(13) {
            0..4 => self.make_a_call(),
            4..7 => self.deliver_an_answer(),
            7 => self.lose_something(),
            8 => self.facts.now += TimeDelta::seconds(10),
            9 if self.dice.below(4) == 0 => self.facts.now += TimeDelta::minutes(31),
            10 => self.resume(),
            11 => self.ask(),
            _ => {
                self.pay();
            }
        }
    }

    fn place_of(&mut self, len: usize) -> usize {
        usize::try_from(self.dice.below(len as u64)).unwrap()
    }

    fn make_a_call(&mut self) {
        if self.calls.is_empty() {
            return;
        }
        let n = self.place_of(self.calls.len());
        let task = if self.dice.below(4) == 0 { self.calls[n] } else { self.calls.remove(n) };
        let answer = self.partners.call(task, &mut self.dice);
        self.answers.push(answer);
    }

    fn deliver_an_answer(&mut self) {
        if self.answers.is_empty() {
            return;
        }
        let n = self.place_of(self.answers.len());
        let is_kept = self.dice.below(4) == 0;
        let answer = if is_kept { self.answers[n].clone() } else { self.answers.remove(n) };
        self.note(answer);
    }

    fn lose_something(&mut self) {
        if let Some(task) = self.calls.pop() {
            // Whether it was done is not known.
            if self.dice.below(2) == 0 {
                self.partners.call(task, &mut self.dice);
            }
            if self.dice.below(2) == 0 {
                self.note(Answer::Nothing(task));
            }
        }
    }

    fn pay(&mut self) -> bool {
        let has_paid = self.partners.shopper_pays(&mut self.dice);
        if has_paid {
            self.answers.push(self.partners.outcome());
        }
        has_paid
    }

    /// The shopper or the host says something.
    fn ask(&mut self) {
        let checkout = self.id;
        let (actor, command) = match self.dice.below(8) {
            0 => (user("ann"), Command::CancelCheckout { checkout }),
            1..4 => (user("ann"), Command::ExtendCheckout { checkout }),
            4..7 => (Actor::System, Command::CompleteCheckout { checkout, order: order() }),
            _ => (Actor::System, Command::FailCheckout { checkout, why: reason("no") }),
        };
        if let Ok(decision) = decide(&self.cart, &actor, &command, &self.facts) {
            self.write(decision.events);
        }
    }

    fn resume(&mut self) {
        let Some(checkout) = self.cart.checkout(self.id).cloned() else { return };
        if !checkout.progress.completed && checkout.progress.due_at <= self.facts.now {
            self.write(resumed(&self.cart, &checkout, &self.facts));
        }
    }

    fn note(&mut self, answer: Answer) {
        let was_completed = self.record().progress.completed;
        let events = match self.cart.checkout(self.id) {
            Some(checkout) => {
                assert_eq!(**checkout, *self.record(), "the cart keeps what its history says");
                answered(&self.cart, checkout, std::slice::from_ref(&answer), &self.facts)
            }
            None => answered_late(&self.cart, self.record(), std::slice::from_ref(&answer), &self.facts),
        };
        assert!(!was_completed || events.is_empty(), "{answer:?} changes what is complete: {events:?}");
        self.write(events);
    }

    fn write(&mut self, events: Vec<CartEvent>) {
        if events.is_empty() {
            return;
        }
        for event in &events {
            self.check(event);
            Checkout::follow(&mut self.record, self.id, event);
            self.count(event);
        }
        let write = Write::new(events).by(&Actor::System).at(self.facts.now);
        self.cart = write.change(&self.cart).cart.as_ref().clone();
        Cart::from_stored(self.cart.to_stored()).unwrap();
    }

    fn count(&mut self, event: &CartEvent) {
        if let CartEvent::CheckoutAdvanced { step, .. } = event {
            if let CheckoutStep::Asked { task, .. } = **step {
                self.calls.push(task);
            } else if let CheckoutStep::StockClaimed { counted_by: StockCounting::Store, .. } = **step {
                self.is_sold = true;
            }
        } else if let CartEvent::CheckoutCancelled { .. } = event {
            self.is_sold = false;
        } else if let CartEvent::CheckoutUnsettled { .. } = event {
            self.late += 1;
        }
    }

    /// Whether an event may happen, as far as the history before it says.
    fn check(&self, event: &CartEvent) {
        let Some(Checkout { progress, .. }) = &self.record else { return };
        let is_paid = progress.payment == PaymentState::NotNeeded || progress.payment.captured().is_some();
        let is_claimed = matches!(progress.stock, StockState::Claimed | StockState::NotNeeded);
        let has_ended = progress.ended.is_some();
        if let CartEvent::CheckoutCancelled { .. } = event {
            assert!(!progress.payment.is_open(), "it ends while it may still be paid: {progress:?}");
            assert!(!has_ended && !progress.completed, "{progress:?}");
        } else if let CartEvent::CheckoutCompleted { .. } = event {
            assert!(is_paid && is_claimed && !has_ended && !progress.completed, "{progress:?}");
            assert!(matches!(progress.order, OrderState::Confirmed { .. }), "{progress:?}");
        } else if let CartEvent::CheckoutAdvanced { step, .. } = event
            && let CheckoutStep::Asked { task, .. } = **step
        {
            assert!(!progress.completed, "{task:?} after {progress:?}");
            let may = match task {
                Task::Reserve => !has_ended,
                Task::Place => !has_ended && self.setting.handoff == Handoff::Service,
                Task::Pay => !has_ended && progress.order.placed().is_some(),
                Task::Void => progress.payment.is_open(),
                Task::Claim => !has_ended && is_paid && progress.order.placed().is_some(),
                Task::Confirm => !has_ended && is_paid && is_claimed,
                Task::Refund | Task::CancelOrder | Task::Release => has_ended,
            };
            assert!(may, "{task:?} after {progress:?}");
        }
    }

    /// Everybody can be reached again, and no answer is lost; how it ends.
    pub(super) fn heal(&mut self) -> End {
        for _ in 0..60 {
            while let Some(task) = self.calls.pop() {
                let answer = self.partners.call(task, &mut self.dice);
                self.answers.insert(0, answer);
                self.deliver_all();
            }
            self.deliver_all();
            if self.is_over() && !self.pay() {
                // Whatever is still told twice changes nothing.
                self.note(self.partners.outcome());
                assert!(self.is_over() && self.calls.is_empty(), "{self:?}");
                return self.end();
            }
            self.facts.now = self.facts.now.max(self.record().progress.due_at);
            self.resume();
        }
        unreachable!("it never ends: {self:#?}")
    }

    fn deliver_all(&mut self) {
        while let Some(answer) = self.answers.pop() {
            self.note(answer);
        }
    }

    fn is_over(&self) -> bool {
        self.calls.is_empty()
            && self.cart.checkout(self.id).is_none_or(|checkout| checkout.progress.completed)
    }

    /// What is so at the end, inside and outside.
    fn end(&self) -> End {
        let Self { partners, record, setting, .. } = self;
        let is_kept = matches!(partners.payment, Payment::Captured(_)) && !partners.is_refunded;
        let is_service = setting.handoff == Handoff::Service;
        let is_counted = setting.parties.stock == StockCounting::Inventory;
        if record.as_ref().unwrap().progress.completed {
            let is_due = is_service && setting.parties.payments && setting.price > 0;
            assert_eq!(is_kept, is_due, "{self:#?}");
            assert!(!is_due || partners.payment == Payment::Captured(partners.total), "{self:#?}");
            assert!(!is_service || partners.order == Order::Confirmed, "{self:#?}");
            assert!(!is_counted || partners.stock == Stock::Claimed, "{self:#?}");
            assert_eq!(self.is_sold, setting.parties.stock == StockCounting::Store, "{self:#?}");
            return End::Completed;
        }
        assert!(!is_kept && !self.is_sold, "{self:#?}");
        assert!(partners.payment != Payment::Pending, "it can still be paid: {self:#?}");
        assert!(matches!(partners.order, Order::None | Order::Cancelled), "{self:#?}");
        assert!(matches!(partners.stock, Stock::None | Stock::Released), "{self:#?}");
        End::Undone { was_paid: partners.is_refunded }
    }
}
