//! Finding checkouts.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use crate::cart::Cart;
use crate::event::CartEvent;
use crate::id::{CartId, CheckoutId};
use crate::journal::Entry;
use crate::port::{CheckoutIndex, StoreError};

/// Where checkouts are found.
#[derive(Debug, Default)]
pub(super) struct Checkouts {
    carts: HashMap<CheckoutId, CartId>,
    /// Those that somebody has to look at, by when.
    due: BTreeSet<(DateTime<Utc>, CheckoutId)>,
}

impl Checkouts {
    /// Takes note of the checkouts that begin with an entry.
    pub(super) fn record(&mut self, entry: &Entry) {
        for event in &entry.events {
            if let CartEvent::CheckoutBegun { checkout } = event {
                self.carts.insert(checkout.id, entry.cart);
            }
        }
    }

    pub(super) fn put(&mut self, cart: &Cart) {
        self.due.extend(due(cart));
    }

    pub(super) fn take_out(&mut self, cart: &Cart) {
        due(cart).for_each(|place| {
            self.due.remove(&place);
        });
    }
}

fn due(cart: &Cart) -> impl Iterator<Item = (DateTime<Utc>, CheckoutId)> {
    let open = cart.checkouts().iter().filter(|checkout| !checkout.progress.completed);
    open.map(|checkout| (checkout.progress.due_at, checkout.id))
}

#[async_trait]
impl CheckoutIndex for MemoryStore {
    async fn cart_of_checkout(&self, checkout: CheckoutId) -> Result<Option<CartId>, StoreError> {
        Ok(self.state().checkouts.carts.get(&checkout).copied())
    }

    async fn checkouts_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CheckoutId>, StoreError> {
        let state = self.state();
        let due = state.checkouts.due.iter().take_while(|(at, _)| *at <= now);
        Ok(due.take(limit).map(|(_, checkout)| *checkout).collect())
    }
}
