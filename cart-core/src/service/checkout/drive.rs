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

impl CartService {
    /// Does what was recorded to be asked for, and what comes after it, until nothing is left or somebody has to be waited
    /// for.
    pub(super) async fn drive(
        &self,
        cart: CartId,
        id: CheckoutId,
        task: Option<Task>,
    ) -> Result<(), CartError> {
        self.drive_from(cart, id, task, false).await
    }

    async fn drive_from(
        &self,
        cart: CartId,
        id: CheckoutId,
        mut task: Option<Task>,
        mut again: bool,
    ) -> Result<(), CartError> {
        while let Some(asked) = task {
            let (_, checkout) = self.known(id).await?;
            if checkout.progress.asked != Some(asked) {
                return Ok(());
            }
            let answer = self.ask(asked, &checkout, again).await;
            again = false;
            task = self.note(cart, id, &[answer]).await?;
        }
        Ok(())
    }

    /// Takes a checkout up that nobody is driving any more.
    pub(super) async fn resume(&self, cart: CartId, id: CheckoutId) -> Result<(), CartError> {
        let task = self.note(cart, id, &[]).await?;
        self.drive_from(cart, id, task, true).await
    }

    /// Writes down what follows from answers; what is to be asked for next, if that was written down by this call.
    pub(super) async fn note(
        &self,
        cart: CartId,
        id: CheckoutId,
        answers: &[Answer],
    ) -> Result<Option<Task>, CartError> {
        let mut answers = answers.to_vec();
        for tries in 0..MAX_TRIES {
            if tries > 0 {
                self.ports.timer.wait(self.pause(tries)).await;
            }
            let _turn = self.queues.turn(TurnKey::Cart(cart)).await;
            let Some(cart) = self.load_fresh(cart).await? else { return Ok(None) };
            let events = self.what_follows(&cart, id, &answers).await?;
            if events.is_empty() {
                return Ok(None);
            }
            let now = self.now();
            let request = self.own_request(now);
            let commit = next(&cart, Decision::from(events), &Actor::System, request, now);
            let entry = Arc::clone(&commit.entry);
            match self.commit(&[commit]).await {
                Ok(()) => return Ok(asked(&entry)),
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

/// What an entry says is asked for.
pub(super) fn asked(entry: &Entry) -> Option<Task> {
    let steps = entry.events.iter().rev().filter_map(|event| {
        let CartEvent::CheckoutAdvanced { step, .. } = event else { return None };
        Some(&**step)
    });
    let mut steps = steps.take(1);
    match steps.next() {
        Some(CheckoutStep::Asked { task, .. }) => Some(*task),
        Some(_) | None => None,
    }
}
