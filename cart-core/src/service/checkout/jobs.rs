//! Jobs for the host's scheduler. They are driven by what is stored, so that a crash loses none of their work.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::super::{CartError, CartService};
use crate::id::CheckoutId;
use crate::rejection::Rejection;

/// What a run of the job did.
#[derive(Debug, Default)]
pub struct Recovered {
    /// How many checkouts it looked at and went on with.
    pub checkouts: usize,
    /// Which it could not go on with, and why; they did not keep it from going on with others.
    pub failures: Vec<(CheckoutId, CartError)>,
}

impl CartService {
    /// Goes on with checkouts that somebody has to look at: those whose time is over, those that a crash left half done, and
    /// those whose partners could not answer. The longest due first; at most `limit`.
    ///
    /// # Errors
    /// What the store cannot do when it is asked which are due. What goes wrong with single checkouts is in the answer.
    pub async fn recover_checkouts(&self, limit: usize) -> Result<Recovered, CartError> {
        let mut done = Recovered::default();
        let mut tried = HashSet::new();
        while done.checkouts < limit {
            // Those that could not be gone on with are still due, and come first again.
            let due = self.ports.store.checkouts_due(self.now(), limit.saturating_add(tried.len())).await?;
            let fresh: Vec<CheckoutId> = due.into_iter().filter(|id| tried.insert(*id)).collect();
            if fresh.is_empty() {
                break;
            }
            for id in fresh.into_iter().take(limit - done.checkouts) {
                done.checkouts += 1;
                if let Err(error) = self.recover(id).await {
                    done.failures.push((id, error));
                }
            }
        }
        Ok(done)
    }

    async fn recover(&self, id: CheckoutId) -> Result<(), CartError> {
        let cart = self.ports.store.cart_of_checkout(id).await?;
        let cart = cart.ok_or(Rejection::CheckoutNotFound { checkout: id })?;
        self.resume(cart, id).await
    }

    /// Removes holds of stock whose time is over, where the store counts stock; at most `limit`, answers how many. Nothing
    /// depends on it: they hold nothing.
    ///
    /// # Errors
    /// What the store cannot do.
    pub async fn remove_ended_holds(&self, limit: usize) -> Result<usize, CartError> {
        Ok(self.ports.store.remove_ended_holds(self.now(), limit).await?)
    }

    /// Forgets the request keys of writes before a time (UTC, exclusive); at most `limit`, answers how many. A key that was
    /// forgotten can be used anew, so clients must not repeat requests that are that old. Keys of carts in checkout are kept.
    ///
    /// # Errors
    /// What the store cannot do.
    pub async fn forget_requests(&self, before: DateTime<Utc>, limit: usize) -> Result<usize, CartError> {
        Ok(self.ports.store.forget_requests(before, limit).await?)
    }
}
