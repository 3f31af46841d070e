//! Jobs for the host's scheduler. They are driven by what is stored, so that a crash loses none of their work.

use std::collections::HashSet;

use chrono::TimeDelta;

use super::super::{CartError, CartService};
use crate::id::CheckoutId;
use crate::rejection::Rejection;

/// What a run of the job did.
#[derive(Debug, Default)]
pub struct Recovered {
    /// How many checkouts it went on with.
    pub checkouts: usize,
    /// Which it could not go on with, and why; they did not keep it from going on with others.
    pub failures: Vec<(CheckoutId, CartError)>,
}

/// After so many failures a run ends: something is wrong with more than a few checkouts.
const MAX_FAILURES: usize = 1000;

impl CartService {
    /// Goes on with checkouts that somebody has to look at: those whose time is over, those that a crash left half done, and
    /// those whose partners could not answer. The longest due first; at most `limit`. One after the other: a partner that
    /// takes long keeps the rest waiting, but not other processes that run the same job.
    ///
    /// # Errors
    /// What the store cannot do when it is asked which are due. What goes wrong with single checkouts is in the answer.
    pub async fn recover_checkouts(&self, limit: usize) -> Result<Recovered, CartError> {
        let mut done = Recovered::default();
        let mut tried = HashSet::new();
        while done.checkouts < limit && done.failures.len() < MAX_FAILURES {
            // Those that could not be gone on with are still due, and come first again.
            let due = self.ports.store.checkouts_due(self.now(), limit.saturating_add(tried.len())).await?;
            let fresh: Vec<CheckoutId> = due.into_iter().filter(|id| !tried.contains(id)).collect();
            if fresh.is_empty() {
                break;
            }
            for id in fresh.into_iter().take(limit - done.checkouts) {
                tried.insert(id);
                match self.recover(id).await {
                    Ok(went_on) => done.checkouts += usize::from(went_on),
                    Err(error) => done.failures.push((id, error)),
                }
            }
        }
        Ok(done)
    }

    /// Goes on with one checkout; false if somebody else did meanwhile.
    async fn recover(&self, id: CheckoutId) -> Result<bool, CartError> {
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

    /// Forgets the request keys of writes that are older than `retention`; at most `limit`, answers how many. A key that was
    /// forgotten can be used anew, so clients must not repeat requests that are that old. Keys of carts in checkout are kept.
    ///
    /// # Errors
    /// What the store cannot do.
    pub async fn forget_requests(&self, retention: TimeDelta, limit: usize) -> Result<usize, CartError> {
        let Some(before) = self.now().checked_sub_signed(retention) else { return Ok(0) };
        Ok(self.ports.store.forget_requests(before, limit).await?)
    }
}
