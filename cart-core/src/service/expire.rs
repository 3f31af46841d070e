//! Ending carts whose lifetime has ended: a job for the host's scheduler.

use std::collections::HashSet;

use super::plan::next;
use super::task::TurnKey;
use super::{CartError, CartService};
use crate::actor::Actor;
use crate::command::Command;
use crate::decide::decide;
use crate::id::CartId;
use crate::port::StoreError;

/// What a run of the job did.
#[derive(Debug, Default)]
pub struct Expired {
    /// How many carts it ended.
    pub carts: usize,
    /// Which carts it could not end, and why; they did not keep it from ending others.
    pub failures: Vec<(CartId, CartError)>,
}

/// After so many failures a run ends: something is wrong with more than a few carts.
const MAX_FAILURES: usize = 1000;

impl CartService {
    /// Ends carts whose lifetime has ended, the longest ago first; at most `limit`.
    ///
    /// Nothing depends on its running on time: an expired cart is treated as such from the moment its lifetime ends.
    /// Neither catalog nor prices are asked for. Carts that were written to meanwhile are left alone.
    ///
    /// # Errors
    /// What the store cannot do when it is asked which carts are due. What goes wrong with single carts is in the
    /// answer.
    pub async fn expire_due(&self, limit: usize) -> Result<Expired, CartError> {
        let mut done = Expired::default();
        let mut tried = HashSet::new();
        while done.carts < limit && done.failures.len() < MAX_FAILURES {
            // Carts that could not be ended are still due, and come first again.
            let due = self.ports.store.due(self.now(), limit.saturating_add(tried.len())).await?;
            let fresh: Vec<CartId> = due.into_iter().filter(|id| !tried.contains(id)).collect();
            if fresh.is_empty() {
                break;
            }
            for id in fresh.into_iter().take(limit - done.carts) {
                tried.insert(id);
                match self.expire(id).await {
                    Ok(ended) => done.carts += usize::from(ended),
                    Err(error) => done.failures.push((id, error)),
                }
            }
        }
        Ok(done)
    }

    /// Ends one cart; false if it is not due any more.
    async fn expire(&self, id: CartId) -> Result<bool, CartError> {
        let _turn = self.queues.turn(TurnKey::Cart(id)).await;
        let Some(cart) = self.ports.store.load(id).await? else { return Ok(false) };
        let facts = self.facts_without_products(self.channel(cart.channel())?);
        if !cart.has_expired(facts.now) {
            return Ok(false);
        }
        let decision = decide(&cart, &Actor::System, &Command::Expire, &facts)?;
        let request = self.own_request(facts.now);
        match self.commit(&[next(&cart, decision, &Actor::System, request, facts.now)]).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
