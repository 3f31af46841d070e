//! Finding checkouts, those that were forgotten included.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::view::{CartView, Outcome};
use super::super::{CartError, CartService};
use super::CheckoutOutcome;
use crate::actor::Actor;
use crate::cart::Cart;
use crate::checkout::Checkout;
use crate::id::CheckoutId;
use crate::journal::Entry;
use crate::permission::Permission;
use crate::rejection::Rejection;

/// How many entries are read at once.
const PAGE: usize = 500;
/// How many entries it takes at the most, as a rule, until a checkout has an answer.
const FEW: usize = 20;

impl CartService {
    /// A checkout and its cart, as they are now.
    pub(super) async fn known(&self, id: CheckoutId) -> Result<(Arc<Cart>, Arc<Checkout>), CartError> {
        let not_found = Rejection::CheckoutNotFound { checkout: id };
        let cart = self.ports.store.cart_of_checkout(id).await?.ok_or_else(|| not_found.clone())?;
        let cart = self.load_latest(cart).await?.ok_or(not_found)?;
        let checkout = self.record(&cart, id).await?;
        Ok((cart, checkout))
    }

    /// The same for whoever may see the cart and has a permission. Whether the cart has expired since does not matter.
    pub(super) async fn known_to(
        &self,
        actor: &Actor,
        id: CheckoutId,
        permission: Permission,
    ) -> Result<(Arc<Cart>, Arc<Checkout>), CartError> {
        let hidden = || CartError::from(Rejection::CheckoutNotFound { checkout: id });
        let cart = self.ports.store.cart_of_checkout(id).await?.ok_or_else(hidden)?;
        let seen = match self.find_lasting(actor, cart, Permission::View).await {
            Err(CartError::Rejected(Rejection::CartNotFound | Rejection::Forbidden { .. })) => {
                return Err(hidden());
            }
            seen => seen?,
        };
        if permission != Permission::View {
            self.find_lasting(actor, cart, permission).await?;
        }
        let checkout = self.record(&seen, id).await?;
        Ok((seen, checkout))
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

    /// What a request is answered, of which `begun` is what it wrote: where its checkout stood when it first had an answer,
    /// so that it is the same for whoever asks again. While there is none, where it stands.
    pub(super) async fn first_outcome(
        &self,
        begun: &Outcome,
        id: CheckoutId,
    ) -> Result<CheckoutOutcome, CartError> {
        let mut cart = Cart::clone(&begun.view.cart);
        let mut known = None;
        let mut entries: VecDeque<Entry> = begun.entry.iter().map(|entry| Entry::clone(entry)).collect();
        loop {
            while let Some(entry) = entries.pop_front() {
                if entry.version > cart.version() {
                    cart.apply(&entry);
                }
                entry.events.iter().for_each(|event| Checkout::follow(&mut known, id, event));
                if known.as_ref().is_some_and(|checkout| checkout.stage().is_answer()) {
                    break;
                }
            }
            let checkout = known.as_ref().ok_or(Rejection::CheckoutNotFound { checkout: id })?;
            let is_answer = checkout.stage().is_answer();
            if !is_answer {
                entries.extend(self.ports.store.entries(cart.id(), Some(cart.version()), FEW).await?);
            }
            if is_answer || entries.is_empty() {
                return self.as_of(begun, cart, Arc::new(checkout.clone())).await;
            }
        }
    }

    /// A checkout and its cart as they once were.
    async fn as_of(
        &self,
        begun: &Outcome,
        cart: Cart,
        checkout: Arc<Checkout>,
    ) -> Result<CheckoutOutcome, CartError> {
        let view = if cart.version() == begun.view.cart.version() {
            begun.view.clone()
        } else {
            let notices = begun.view.notices.clone();
            CartView { notices, ..self.view(Arc::new(cart)).await? }
        };
        Ok(CheckoutOutcome { stage: checkout.stage(), checkout, view, replayed: begun.replayed })
    }
}
