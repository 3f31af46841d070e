//! Finding checkouts, those that were forgotten included.

use std::sync::Arc;

use super::super::view::Outcome;
use super::super::{CartError, CartService};
use super::CheckoutOutcome;
use crate::actor::Actor;
use crate::cart::Cart;
use crate::checkout::{Checkout, Stage};
use crate::id::CheckoutId;
use crate::permission::Permission;
use crate::rejection::Rejection;

/// How many entries are read at once.
const PAGE: usize = 500;

impl CartService {
    /// A checkout and its cart, as they are now.
    pub(super) async fn known(&self, id: CheckoutId) -> Result<(Arc<Cart>, Arc<Checkout>), CartError> {
        let not_found = Rejection::CheckoutNotFound { checkout: id };
        let cart = self.ports.store.cart_of_checkout(id).await?.ok_or_else(|| not_found.clone())?;
        let cart = self.load_fresh(cart).await?.ok_or(not_found)?;
        let checkout = self.record(&cart, id).await?;
        Ok((cart, checkout))
    }

    /// The same for whoever may see the cart.
    pub(super) async fn known_to(
        &self,
        actor: &Actor,
        id: CheckoutId,
    ) -> Result<(Arc<Cart>, Arc<Checkout>), CartError> {
        let hidden = || CartError::from(Rejection::CheckoutNotFound { checkout: id });
        let cart = self.ports.store.cart_of_checkout(id).await?.ok_or_else(hidden)?;
        match self.find_readable(actor, cart, Permission::View, self.now()).await {
            Ok(_) => self.known(id).await,
            Err(CartError::Rejected(Rejection::CartNotFound | Rejection::Forbidden { .. })) => Err(hidden()),
            Err(error) => Err(error),
        }
    }

    /// The record of a checkout: the cart's, or what the cart's history says.
    pub(super) async fn record(&self, cart: &Cart, id: CheckoutId) -> Result<Arc<Checkout>, CartError> {
        if let Some(checkout) = cart.checkout(id) {
            return Ok(Arc::clone(checkout));
        }
        let (mut known, mut after) = (None, None);
        loop {
            let entries = self.ports.store.entries(cart.id(), after, PAGE).await?;
            let Some(last) = entries.last() else { break };
            after = Some(last.version);
            let events = entries.iter().flat_map(|entry| &entry.events);
            events.for_each(|event| Checkout::follow(&mut known, id, event));
        }
        Ok(Arc::new(known.ok_or(Rejection::CheckoutNotFound { checkout: id })?))
    }

    /// What a request was first answered, of which `begun` is what it wrote.
    pub(super) async fn first_outcome(
        &self,
        begun: Outcome,
        id: CheckoutId,
    ) -> Result<CheckoutOutcome, CartError> {
        let mut cart = Cart::clone(&begun.view.cart);
        let mut known = cart.checkout(id).map(|checkout| Checkout::clone(checkout));
        if known.is_none() {
            let events = begun.entry.iter().flat_map(|entry| &entry.events);
            events.for_each(|event| Checkout::follow(&mut known, id, event));
        }
        loop {
            let Some(checkout) = known.as_ref() else {
                return Err(Rejection::CheckoutNotFound { checkout: id }.into());
            };
            let stage = checkout.stage();
            if stage.is_answer() {
                let (checkout, view) = (Arc::new(checkout.clone()), self.view(Arc::new(cart)).await?);
                return Ok(CheckoutOutcome { checkout, stage, view, replayed: true });
            }
            let entries = self.ports.store.entries(cart.id(), Some(cart.version()), 1).await?;
            match (entries.first(), stage) {
                (Some(entry), _) => {
                    cart.apply(entry);
                    entry.events.iter().for_each(|event| Checkout::follow(&mut known, id, event));
                }
                (None, Stage::InProgress { retry_at }) => {
                    return Err(CartError::InProgress { checkout: id, retry_at });
                }
                (None, _) => return Err(Rejection::CheckoutNotFound { checkout: id }.into()),
            }
        }
    }
}
