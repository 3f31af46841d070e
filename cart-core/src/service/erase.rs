//! Taking a person out of everything that is kept: a job for the host.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::task::TurnKey;
use super::{CartError, CartService};
use crate::actor::{GuestId, GuestToken};
use crate::cart::Cart;
use crate::erasure::Erasure;
use crate::id::{CartId, UserId};
use crate::journal::{Entry, Position};
use crate::port::{Rewritten, StoreError};
use crate::version::Version;

/// How many entries are read at once.
const PAGE: usize = 500;

impl CartService {
    /// Takes a user out of all carts and their history; answers how many carts that concerned.
    ///
    /// Everywhere the user becomes one and the same pseudonym. Of their own carts, names, notes, metadata, addresses and
    /// link labels go; of others', what they wrote. Products, quantities, prices and so totals stay. Live updates already
    /// sent, relayed events and backups are beyond reach.
    ///
    /// Reads the whole journal. Safe to repeat: after a failure, run it again.
    ///
    /// # Errors
    /// What the store cannot do; carts before that are done.
    pub async fn erase_user(&self, user: &UserId) -> Result<usize, CartError> {
        let becomes = format!("erased-{}", self.ports.ids.uuid(self.now()).simple());
        let becomes = UserId::new(becomes)
            .map_err(|error| StoreError::Corrupt { store: "ids", source: error.into() })?;
        self.erase(&Erasure::User { user: user.clone(), becomes }).await
    }

    /// Takes a guest out of all carts and their history, as [`CartService::erase_user`] does with a user.
    ///
    /// # Errors
    /// As [`CartService::erase_user`].
    pub async fn erase_guest(&self, guest: GuestId) -> Result<usize, CartError> {
        let becomes = GuestToken::from_random(self.ports.ids.secret()).id();
        self.erase(&Erasure::Guest { guest, becomes }).await
    }

    async fn erase(&self, erasure: &Erasure) -> Result<usize, CartError> {
        let mut done = 0;
        for cart in self.concerned(erasure).await? {
            done += usize::from(self.erase_from(cart, erasure).await?);
        }
        Ok(done)
    }

    /// The carts whose history has the person in it.
    async fn concerned(&self, erasure: &Erasure) -> Result<BTreeSet<CartId>, CartError> {
        let (mut carts, mut position) = (BTreeSet::new(), Position::default());
        loop {
            let page = self.ports.store.entries_after(position, PAGE).await?;
            let Some(last) = page.last() else { return Ok(carts) };
            position = last.position;
            let concerned = page.iter().filter(|positioned| erasure.concerns(&positioned.entry));
            carts.extend(concerned.map(|positioned| positioned.entry.cart));
        }
    }

    /// Takes the person out of one cart, in its turn.
    async fn erase_from(&self, id: CartId, erasure: &Erasure) -> Result<bool, CartError> {
        let _turn = self.queues.turn(TurnKey::Cart(id)).await;
        loop {
            let entries = self.all_entries(id).await?;
            let Some(erased) = erasure.of_history(&entries) else { return Ok(false) };
            let cart = Cart::replay(&erased).ok().flatten();
            let Some(cart) = cart else {
                let source = "a history does not fold".into();
                return Err(StoreError::Corrupt { store: "journal", source }.into());
            };
            let base = cart.version();
            let entries = erased.into_iter().map(Arc::new).collect();
            self.hot.distrust(id);
            match self.ports.store.rewrite(Rewritten { base, cart: Arc::new(cart), entries }).await {
                Ok(()) => return Ok(true),
                // Another process wrote to it meanwhile.
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn all_entries(&self, id: CartId) -> Result<Vec<Entry>, StoreError> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let after: Option<Version> = entries.last().map(|entry| entry.version);
            let page = self.ports.store.entries(id, after, PAGE).await?;
            if page.is_empty() {
                return Ok(entries);
            }
            entries.extend(page);
        }
    }
}
