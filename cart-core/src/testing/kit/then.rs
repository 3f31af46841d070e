//! What happens.

use super::{Ask, Scenario};
use crate::cart::Cart;
use crate::command::Command;
use crate::decide::{Decision, decide};
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::journal::{EditOutcome, Entry, KeyOrigin, Reply, Request};
use crate::notice::Notice;
use crate::pricing::{PricedCart, price};
use crate::rejection::Rejection;
use crate::testing::samples::key;

/// What was decided, and the cart that it led to.
#[derive(Debug)]
pub struct Happened {
    command: Command,
    facts: Facts,
    decided: Result<Decision, Rejection>,
    after: Scenario,
}

impl Happened {
    pub(super) fn of(given: Scenario, ask: &Ask) -> Self {
        let command = ask.command(given.cart());
        let facts = given.facts_for(&command);
        let decided = decide(given.cart(), &ask.actor, &command, &facts);
        let after = match &decided {
            Ok(decision) if !decision.events.is_empty() => {
                let cart = changed(given.cart(), ask, decision, &facts);
                given.with_cart(cart)
            }
            Ok(_) | Err(_) => given,
        };
        Self { command, facts, decided, after }
    }

    /// Asks something else of the cart as it is then.
    #[must_use]
    pub fn when(self, ask: Ask) -> Self {
        self.after.when(ask)
    }

    /// The cart as it is then, and the world around it.
    pub fn scenario(self) -> Scenario {
        self.after
    }

    /// The command is refused, for a reason that fits.
    #[track_caller]
    pub fn then_refused(self, fits: impl FnOnce(&Rejection) -> bool) -> Self {
        match &self.decided {
            Err(reason) => assert!(fits(reason), "{:?} is refused because: {reason:?}", self.command),
            Ok(decision) => assert!(false_of(decision), "{:?} is done: {decision:?}", self.command),
        }
        self
    }

    /// The command is refused for this reason.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "reads like the other steps")]
    pub fn then_refused_as(self, reason: Rejection) -> Self {
        self.then_refused(|why| {
            assert_eq!(*why, reason);
            true
        })
    }

    /// The command is done, with these events.
    #[track_caller]
    pub fn then_events(self, events: impl AsRef<[CartEvent]>) -> Self {
        assert_eq!(self.decision().events, events.as_ref(), "{:?}", self.command);
        self
    }

    /// The command is done, with events that fit.
    #[track_caller]
    pub fn then_events_fit(self, fit: impl FnOnce(&[CartEvent]) -> bool) -> Self {
        let events = &self.decision().events;
        assert!(fit(events), "{:?} leads to {events:?}", self.command);
        self
    }

    /// It is so already: the command is accepted and changes nothing.
    #[track_caller]
    pub fn then_nothing(self) -> Self {
        self.then_events([])
    }

    /// The command is done, and the cart fits.
    #[track_caller]
    pub fn then_cart(self, fits: impl FnOnce(&Cart) -> bool) -> Self {
        let _ = self.decision();
        assert!(fits(self.after.cart()), "{:?} leads to {:?}", self.command, self.after.cart());
        self
    }

    /// The command is done, and the cart has these products, in this order, in these quantities.
    #[track_caller]
    pub fn then_lines<'a>(self, lines: impl AsRef<[(&'a str, u32)]>) -> Self {
        let _ = self.decision();
        let found = self.after.cart().lines().iter();
        let found: Vec<_> =
            found.map(|line| (line.key.product.product.as_str(), line.quantity.get())).collect();
        assert_eq!(found, lines.as_ref(), "{:?}", self.command);
        self
    }

    /// The command is done, and answers with these notices of its own.
    #[track_caller]
    pub fn then_notices(self, notices: impl AsRef<[Notice]>) -> Self {
        assert_eq!(self.decision().reply.notices, notices.as_ref(), "{:?}", self.command);
        self
    }

    /// The batch is done, and what became of its edits fits.
    #[track_caller]
    pub fn then_edits(self, fit: impl FnOnce(&[EditOutcome]) -> bool) -> Self {
        let Reply { edits, .. } = &self.decision().reply;
        assert!(fit(edits), "{:?} leads to {edits:?}", self.command);
        self
    }

    /// The cart then costs so many minor units.
    #[track_caller]
    pub fn then_total(self, minor: i64) -> Self {
        self.then_priced(|priced| {
            assert_eq!(priced.totals.total.minor(), minor);
            true
        })
    }

    /// What the cart then costs fits.
    #[track_caller]
    #[expect(clippy::expect_used, reason = "a cart that cannot be priced fails the test")]
    pub fn then_priced(self, fits: impl FnOnce(&PricedCart) -> bool) -> Self {
        let priced = price(self.after.cart(), &self.facts).expect("the cart can be priced");
        assert!(fits(&priced), "{:?} leads to {priced:?}", self.command);
        self
    }

    #[track_caller]
    #[expect(clippy::expect_used, reason = "a command that is refused against expectation fails the test")]
    fn decision(&self) -> &Decision {
        self.decided.as_ref().expect("the command is not refused")
    }
}

/// Nothing fits a refusal that did not happen.
const fn false_of(_: &Decision) -> bool {
    false
}

#[expect(clippy::expect_used, reason = "a decision that leads to an impossible cart fails the test")]
fn changed(cart: &Cart, ask: &Ask, decision: &Decision, facts: &Facts) -> Cart {
    let entry = Entry {
        cart: cart.id(),
        version: cart.version().next(),
        at: facts.now.max(cart.updated_at()),
        actor: ask.actor.to_ref(),
        request: Request { key: key("kit"), origin: KeyOrigin::Service },
        events: decision.events.clone(),
        reply: decision.reply.clone(),
    };
    let mut changed = cart.clone();
    changed.apply(&entry);
    Cart::from_stored(changed.to_stored()).expect("the decision leads to a consistent cart")
}
