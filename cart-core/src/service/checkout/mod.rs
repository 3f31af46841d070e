//! Carts that become orders.

mod ask;
mod drive;
mod find;
mod jobs;
mod stock;

use std::sync::Arc;

pub use self::jobs::Recovered;
use super::plan::begun;
use super::task::Task;
use super::view::{Caller, CartView, Outcome, Target};
use super::{CartError, CartService};
use crate::actor::Actor;
use crate::cart::Cart;
use crate::checkout::{Answer, Checkout, Handoff, PaymentOutcome, PlacedOrder, Reason, Stage, StockCounting};
use crate::command::{BeginCheckout, BuyNow, Command};
use crate::facts::Parties;
use crate::id::{ChannelId, CheckoutId};
use crate::rejection::Rejection;

/// What became of a checkout.
#[derive(Clone, Debug)]
pub struct CheckoutOutcome {
    /// The checkout.
    pub checkout: Arc<Checkout>,
    /// Where it stands; for a repeated request, where it stood when that was first answered.
    pub stage: Stage,
    /// The cart; for a repeated request, as it was when that was first answered.
    pub view: CartView,
    /// Whether this is the answer to an earlier request with the same key.
    pub replayed: bool,
}

impl CartService {
    /// Orders a cart, or some of its lines.
    ///
    /// With [`Handoff::Host`] the cart is frozen and its stock held, for the host to place the order and to answer with
    /// [`CartService::complete_checkout`] or [`CartService::fail_checkout`]. With [`Handoff::Service`] the order is placed
    /// and paid for as well, as far as that goes without the shopper.
    ///
    /// With a request key, the same request is answered as the first time, and with [`CartError::InProgress`] while it has
    /// no answer. A refused request does not use its key up.
    ///
    /// # Errors
    /// [`Rejection::NotOrderable`] with everything that is missing, [`Rejection::TotalChanged`],
    /// [`Rejection::PromotionUsedUp`], [`Rejection::OutOfStock`], [`Rejection::TooMuchHeld`], [`Rejection::Vetoed`],
    /// [`Rejection::NotOffered`] without a port for orders; otherwise as [`CartService::execute`].
    pub async fn checkout(
        &self,
        caller: &Caller,
        target: &Target,
        order: &BeginCheckout,
    ) -> Result<CheckoutOutcome, CartError> {
        self.check_offered(order.handoff)?;
        let command = Command::BeginCheckout(order.clone());
        let outcome = self.execute(caller, target, &command).await?;
        self.driven(outcome).await
    }

    /// Orders one product without touching any other cart: a cart is made for it, which is given up if it comes to nothing.
    ///
    /// # Errors
    /// As [`CartService::checkout`], and those of adding a line.
    pub async fn buy_now(
        &self,
        caller: &Caller,
        channel: &ChannelId,
        purchase: &BuyNow,
    ) -> Result<CheckoutOutcome, CartError> {
        self.check_offered(purchase.order.handoff)?;
        let outcome = self.run(caller, &Task::BuyNow { channel, purchase }).await?;
        self.driven(outcome).await
    }

    /// Says that the host has made an order of a checkout. Safe to repeat.
    ///
    /// # Errors
    /// [`Rejection::CheckoutNotFound`], [`Rejection::CheckoutEnded`], [`Rejection::AlreadyOrdered`] if it became another
    /// order, [`Rejection::OutOfStock`] if its stock is held no more and sold to others.
    pub async fn complete_checkout(
        &self,
        checkout: CheckoutId,
        order: PlacedOrder,
    ) -> Result<CheckoutOutcome, CartError> {
        let known = self.known(checkout).await?;
        if let Stage::Completed { order: placed } = known.1.stage() {
            let is_same = placed.order == order.order;
            return if is_same { self.outcome(known).await } else { Err(already(placed)) };
        }
        let command = Command::CompleteCheckout { checkout, order };
        self.direct(&Caller::new(Actor::System), known, command).await
    }

    /// Says that the host makes no order of a checkout. Safe to repeat.
    ///
    /// # Errors
    /// [`Rejection::CheckoutNotFound`], or [`Rejection::CheckoutGoesAhead`] if it was said to be an order.
    pub async fn fail_checkout(
        &self,
        checkout: CheckoutId,
        why: Reason,
    ) -> Result<CheckoutOutcome, CartError> {
        let known = self.known(checkout).await?;
        let command = Command::FailCheckout { checkout, why };
        self.give_up(&Caller::new(Actor::System), known, command).await
    }

    /// Gives up a checkout that is not paid for. What was done for it is undone. Safe to repeat.
    ///
    /// # Errors
    /// [`Rejection::CheckoutNotFound`], [`Rejection::Forbidden`], [`Rejection::CheckoutGoesAhead`] if it was paid for.
    pub async fn cancel_checkout(
        &self,
        caller: &Caller,
        checkout: CheckoutId,
    ) -> Result<CheckoutOutcome, CartError> {
        let known = self.known_to(&caller.actor, checkout).await?;
        self.give_up(caller, known, Command::CancelCheckout { checkout }).await
    }

    /// Gives a checkout more time, as often as policy lets it.
    ///
    /// # Errors
    /// [`Rejection::CheckoutNotFound`], [`Rejection::Forbidden`], [`Rejection::CheckoutEnded`],
    /// [`Rejection::TooManyExtensions`].
    pub async fn extend_checkout(
        &self,
        caller: &Caller,
        checkout: CheckoutId,
    ) -> Result<CheckoutOutcome, CartError> {
        let known = self.known_to(&caller.actor, checkout).await?;
        self.direct(caller, known, Command::ExtendCheckout { checkout }).await
    }

    /// Where a checkout stands, for whoever may see its cart.
    ///
    /// # Errors
    /// [`Rejection::CheckoutNotFound`]; what ports and store cannot do.
    pub async fn checkout_state(
        &self,
        actor: &Actor,
        checkout: CheckoutId,
    ) -> Result<CheckoutOutcome, CartError> {
        let known = self.known_to(actor, checkout).await?;
        self.outcome(known).await
    }

    /// Takes note of what the payment provider says of the payment of a checkout, and goes on from there. The host has
    /// proved that it is the provider who says so. Safe to repeat, in any order: what is known or overtaken changes nothing,
    /// and money that was taken for a checkout that has ended is given back.
    ///
    /// # Errors
    /// [`Rejection::CheckoutNotFound`]; [`Rejection::PaymentMismatch`] if another amount was taken than was to be paid, of
    /// which nothing is noted: the provider is asked when the checkout's time is over.
    pub async fn payment_event(
        &self,
        checkout: CheckoutId,
        outcome: PaymentOutcome,
    ) -> Result<CheckoutOutcome, CartError> {
        let known = self.known(checkout).await?;
        if let PaymentOutcome::Captured(capture) = &outcome {
            let (expected, announced) = (known.1.draft.totals.total, capture.amount);
            if expected != announced {
                return Err(Rejection::PaymentMismatch { expected, announced }.into());
            }
        }
        let task = self.note(known.0.id(), checkout, &[Answer::Payment(outcome)]).await?;
        self.drive(known.0.id(), checkout, task).await?;
        self.outcome(self.known(checkout).await?).await
    }

    /// Gives a command about a checkout, and goes on from there.
    async fn direct(
        &self,
        caller: &Caller,
        known: (Arc<Cart>, Arc<Checkout>),
        command: Command,
    ) -> Result<CheckoutOutcome, CartError> {
        let (cart, checkout) = known;
        if let Stage::Ended { reason } = checkout.stage() {
            return Err(Rejection::CheckoutEnded { reason }.into());
        }
        let outcome = self.execute(caller, &Target::Cart(cart.id()), &command).await?;
        let task = outcome.entry.as_deref().and_then(drive::asked);
        self.drive(cart.id(), checkout.id, task).await?;
        self.outcome(self.known(checkout.id).await?).await
    }

    /// Ends a checkout, unless it has ended already.
    async fn give_up(
        &self,
        caller: &Caller,
        known: (Arc<Cart>, Arc<Checkout>),
        command: Command,
    ) -> Result<CheckoutOutcome, CartError> {
        match known.1.stage() {
            Stage::Ended { .. } => self.outcome(known).await,
            Stage::Completed { .. } => Err(Rejection::CheckoutGoesAhead.into()),
            Stage::InProgress { .. } | Stage::Begun | Stage::PaymentPending { .. } => {
                self.direct(caller, known, command).await
            }
        }
    }

    /// Goes on with a checkout that has just begun, or finds the first answer to the request that began it.
    async fn driven(&self, outcome: Outcome) -> Result<CheckoutOutcome, CartError> {
        let Some(checkout) = outcome.entry.as_deref().and_then(begun) else {
            return self.previewed(outcome);
        };
        let (cart, id) = (outcome.view.cart.id(), checkout.id);
        if outcome.replayed {
            return self.first_outcome(outcome, id).await;
        }
        self.drive(cart, id, outcome.entry.as_deref().and_then(drive::asked)).await?;
        self.outcome(self.known(id).await?).await
    }

    /// What a checkout would be.
    fn previewed(&self, outcome: Outcome) -> Result<CheckoutOutcome, CartError> {
        let checkout = outcome.view.cart.current_checkout().cloned().ok_or(Rejection::NothingToDo)?;
        let (stage, replayed) = (checkout.stage(), outcome.replayed);
        Ok(CheckoutOutcome { checkout, stage, view: outcome.view, replayed })
    }

    async fn outcome(
        &self,
        (cart, checkout): (Arc<Cart>, Arc<Checkout>),
    ) -> Result<CheckoutOutcome, CartError> {
        let view = self.view(cart).await?;
        Ok(CheckoutOutcome { stage: checkout.stage(), checkout, view, replayed: false })
    }

    fn check_offered(&self, handoff: Handoff) -> Result<(), Rejection> {
        match handoff {
            Handoff::Service if self.ports.orders.is_none() => Err(Rejection::NotOffered),
            Handoff::Service | Handoff::Host => Ok(()),
        }
    }

    /// Who takes part in checkouts.
    pub(super) fn parties(&self) -> Parties {
        let stock = match (&self.ports.inventory, self.ports.counts_stock) {
            (Some(_), _) => StockCounting::Inventory,
            (None, true) => StockCounting::Store,
            (None, false) => StockCounting::Nobody,
        };
        Parties { stock, payments: self.ports.payments.is_some() }
    }
}

fn already(placed: PlacedOrder) -> CartError {
    Rejection::AlreadyOrdered { order: placed.order }.into()
}
