//! Taking a person out of everything that is kept: a job for the host.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::task::TurnKey;
use super::{CartError, CartService};
use crate::actor::{GuestId, GuestToken};
use crate::cart::Cart;
use crate::erasure::Erasure;
use crate::id::{CartId, CustomerKey, IdError, UserId};
use crate::journal::{Entry, Position, Positioned};
use crate::port::{BoxError, Rewritten, StoreError};
use crate::version::Version;

/// How many entries are read at once.
const PAGE: usize = 500;

/// How often a cart is tried that another process writes to.
const MAX_TRIES: u32 = 100;

/// Carts that have somebody in them.
#[derive(Default)]
struct Concerned {
    carts: BTreeSet<CartId>,
    /// Guests' carts that went into theirs.
    merged: BTreeSet<CartId>,
}

impl CartService {
    /// Takes a user out of all carts and their history; answers how many carts that concerned.
    ///
    /// Everywhere the user becomes one and the same pseudonym, and so does each of the customers by whose keys uses of
    /// promotions were counted for them. Of their own carts, names, notes, metadata, addresses and link labels go; of
    /// others', what they wrote ([`erasure`](crate::erasure)). Products, quantities, prices and so totals stay. Live
    /// updates already sent, relayed events and backups are beyond reach, and so is what another process of the same
    /// store has at hand until the cart changes.
    ///
    /// Reads the whole journal. Safe to repeat: after a failure, run it again.
    ///
    /// # Errors
    /// What the store cannot do, and [`CartError::Contended`] for a cart that another process keeps writing to; carts
    /// before that are done.
    pub async fn erase_user(&self, user: &UserId, customers: &[CustomerKey]) -> Result<usize, CartError> {
        let becomes = UserId::new(self.pseudonym()).map_err(no_pseudonym)?;
        self.erase(Erasure::of_user(user.clone(), becomes), customers).await
    }

    /// Takes a guest out of all carts and their history, as [`CartService::erase_user`] does with a user.
    ///
    /// # Errors
    /// As [`CartService::erase_user`].
    pub async fn erase_guest(&self, guest: GuestId, customers: &[CustomerKey]) -> Result<usize, CartError> {
        let becomes = GuestToken::from_random(self.ports.ids.secret()).id();
        self.erase(Erasure::of_guest(guest, becomes), customers).await
    }

    /// What says nothing and nobody else has.
    fn pseudonym(&self) -> String {
        let secret = self.ports.ids.secret();
        format!("erased-{}", crate::token::hex(secret.first_chunk::<16>().unwrap_or(&[0; 16])))
    }

    async fn erase(&self, erasure: Erasure, customers: &[CustomerKey]) -> Result<usize, CartError> {
        let customer = CustomerKey::new(self.pseudonym()).map_err(no_pseudonym)?;
        let erasure = erasure.and_customers(customers.iter().cloned(), customer);
        let Concerned { carts, merged } = self.concerned(&erasure).await?;
        let erasure = erasure.and_carts(merged.iter().copied());
        let mut done = 0;
        // Guests' carts first: only the others lead to them, should this run not come to its end.
        for cart in merged.iter().chain(carts.difference(&merged)) {
            done += usize::from(self.erase_from(*cart, &erasure).await?);
        }
        Ok(done)
    }

    /// The carts whose history has the person in it.
    async fn concerned(&self, erasure: &Erasure) -> Result<Concerned, CartError> {
        let (mut concerned, mut position) = (Concerned::default(), Position::default());
        loop {
            let page = self.ports.store.entries_after(position, PAGE).await?;
            let Some(last) = page.last() else { return Ok(concerned) };
            position = last.position;
            for Positioned { entry, .. } in page.iter().filter(|read| erasure.concerns(&read.entry)) {
                concerned.carts.insert(entry.cart);
                concerned.merged.extend(erasure.merged_by(entry));
            }
        }
    }

    /// Takes the person out of one cart, in its turn.
    async fn erase_from(&self, id: CartId, erasure: &Erasure) -> Result<bool, CartError> {
        let _turn = self.queues.turn(TurnKey::Cart(id)).await;
        for _ in 0..MAX_TRIES {
            let entries = self.all_entries(id).await?;
            let Some(erased) = erasure.of_history(&entries) else { return Ok(false) };
            // What is at hand still has the person, and so has whatever is being loaded.
            self.hot.distrust(id);
            match self.ports.store.rewrite(rewritten(erased)?).await {
                Ok(()) => {
                    if let Ok(Some(before)) = Cart::replay(&entries) {
                        self.drop_rewritten(&before).await;
                    }
                    return Ok(true);
                }
                // Another process wrote to it meanwhile.
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(CartError::Contended { current: None })
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

/// A history, and what it makes of its cart.
fn rewritten(entries: Vec<Entry>) -> Result<Rewritten, StoreError> {
    let does_not_fold = |source: BoxError| StoreError::Corrupt { store: "journal", source };
    let cart = Cart::replay(&entries).map_err(|error| does_not_fold(error.into()))?;
    let cart = cart.ok_or_else(|| does_not_fold("a cart without entries".into()))?;
    let entries = entries.into_iter().map(Arc::new).collect();
    Ok(Rewritten { base: cart.version(), cart: Arc::new(cart), entries })
}

fn no_pseudonym(error: IdError) -> StoreError {
    StoreError::Corrupt { store: "ids", source: error.into() }
}
