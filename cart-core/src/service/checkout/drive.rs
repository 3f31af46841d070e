//! Driving a checkout: ask, write down what follows, ask again.

use std::sync::Arc;

use super::super::plan::next;
use super::super::task::TurnKey;
use super::super::{CartError, CartService};
use crate::actor::Actor;
use crate::cart::Cart;
use crate::checkout::{Answer, Checkout, CheckoutStep, EndReason, Task};
use crate::decide::{Decision, answered, answered_late, resumed};
use crate::event::CartEvent;
use crate::id::{CartId, CheckoutId};
use crate::journal::Entry;
use crate::port::StoreError;

/// How often a write is tried against others.
const MAX_TRIES: u32 = 8;

/// Somebody to be asked for something, as was just written down.
pub(super) struct Due {
    task: Task,
    checkout: Arc<Checkout>,
}

/// What became of noting something down.
pub(super) enum Noted {
    /// There was nothing to write.
    Nothing,
    /// It was written, and this is to be done next.
    Written(Option<Due>),
}

impl Due {
    /// What an entry says is to be asked for, of the cart as it left it.
    pub(super) fn of(cart: &Cart, entry: &Entry) -> Option<Self> {
        let last = entry.events.iter().rev().find_map(|event| {
            let CartEvent::CheckoutAdvanced { checkout, step } = event else { return None };
            Some((*checkout, &**step))
        });
        match last {
            Some((checkout, CheckoutStep::Asked { task, .. })) => {
                Some(Self { task: *task, checkout: Arc::clone(cart.checkout(checkout)?) })
            }
            Some(_) | None => None,
        }
    }
}

impl CartService {
    /// Does what was recorded to be asked for, and what comes after it, until nothing is left or somebody has to be waited
    /// for. Each round writes down the answer to one call, so it ends with the checkout at the latest.
    pub(super) async fn drive(&self, cart: CartId, due: Option<Due>) -> Result<(), CartError> {
        self.drive_on(cart, due, false).await
    }

    /// The same; `again` says that what comes first may have been asked for before.
    async fn drive_on(&self, cart: CartId, mut due: Option<Due>, mut again: bool) -> Result<(), CartError> {
        while let Some(Due { task, checkout }) = due {
            let answer = self.ask(task, &checkout, again).await;
            again = false;
            due = match self.note(cart, checkout.id, &[answer]).await? {
                Noted::Nothing => None,
                Noted::Written(next) => next,
            };
        }
        Ok(())
    }

    /// Takes a checkout up that nobody is driving any more; false if there was nothing to do.
    pub(super) async fn resume(&self, cart: CartId, id: CheckoutId) -> Result<bool, CartError> {
        match self.note(cart, id, &[]).await? {
            Noted::Nothing => Ok(false),
            Noted::Written(due) => {
                self.drive_on(cart, due, true).await?;
                Ok(true)
            }
        }
    }

    /// Writes down what follows from answers, or without any from the time that has passed.
    pub(super) async fn note(
        &self,
        cart: CartId,
        id: CheckoutId,
        answers: &[Answer],
    ) -> Result<Noted, CartError> {
        let mut answers = answers.to_vec();
        for tries in 0..MAX_TRIES {
            if tries > 0 {
                self.ports.timer.wait(self.pause(tries)).await;
            }
            let _turn = self.queues.turn(TurnKey::Cart(cart)).await;
            let Some(cart) = self.load_latest(cart).await? else { return Ok(Noted::Nothing) };
            let events = self.what_follows(&cart, id, &answers).await?;
            if events.is_empty() {
                return Ok(Noted::Nothing);
            }
            let now = self.now();
            let request = self.own_request(now);
            let commit = next(&cart, Decision::from(events), &Actor::System, request, now);
            let (changed, entry) = (Arc::clone(&commit.cart), Arc::clone(&commit.entry));
            match self.commit(&[commit]).await {
                Ok(()) => return Ok(Noted::Written(Due::of(&changed, &entry))),
                // The stock that was held is not held any more, and others were faster.
                Err(StoreError::OutOfStock { item, .. }) => {
                    answers.push(Answer::NotReserved(EndReason::OutOfStock { item: Some(item) }));
                }
                Err(StoreError::Conflict { .. } | StoreError::Repeated { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(CartError::Contended { current: None })
    }

    async fn what_follows(
        &self,
        cart: &Arc<Cart>,
        id: CheckoutId,
        answers: &[Answer],
    ) -> Result<Vec<CartEvent>, CartError> {
        let facts = self.facts_without_products(self.channel(cart.channel())?);
        Ok(match cart.checkout(id) {
            Some(checkout) if answers.is_empty() => {
                let is_due = checkout.progress.due_at <= facts.now;
                if is_due { resumed(cart, checkout, &facts) } else { Vec::new() }
            }
            Some(checkout) => answered(cart, checkout, answers, &facts),
            None if answers.is_empty() => Vec::new(),
            None => {
                let forgotten: Arc<Checkout> = self.record(cart, id).await?;
                answered_late(cart, &forgotten, answers, &facts)
            }
        })
    }
}
