//! Carts that become orders.

mod ask;
mod drive;
mod find;
mod jobs;
mod stock;

use std::sync::Arc;

use self::drive::{Due, Noted};
pub use self::jobs::Recovered;
use super::plan::begun as begun_by;
use super::task::Task;
use super::view::{Caller, CartView, Outcome, Target};
use super::{CartError, CartService};
use crate::actor::Actor;
use crate::cart::Cart;
use crate::checkout::{
    Answer, Checkout, EndReason, Handoff, PaymentOutcome, PlacedOrder, Reason, Stage, StockCounting,
};
use crate::command::{BeginCheckout, BuyNow, Command};
use crate::facts::Parties;
use crate::id::{CartId, ChannelId, CheckoutId};
use crate::permission::Permission;
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
    /// no answer; of the caller's current cart also when that is another one by then. A refused request does not use its key
    /// up. What cannot be done at once after the begin is no error: the checkout is in progress then, and goes on by
    /// [`CartService::recover_checkouts`].
    ///
    /// In a preview the host's own check ([`CheckoutGuard::before_begin`]) is asked too, and nobody else; the stage is the one
    /// right after the begin. What only writing finds out is not in it: more held than one owner may have, and what others
    /// take a moment before.
    ///
    /// [`CheckoutGuard::before_begin`]: crate::port::CheckoutGuard::before_begin
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

    /// Says that the host has made an order of a checkout, be it after its deadline. Safe to repeat.
    ///
    /// # Errors
    /// [`Rejection::CheckoutNotFound`], [`Rejection::CheckoutEnded`], [`Rejection::AlreadyOrdered`] if it became another
    /// order, [`Rejection::OutOfStock`] if its stock is held no more and sold to others, [`Rejection::NotOffered`] if the
    /// service places the order.
    pub async fn complete_checkout(
        &self,
        checkout: CheckoutId,
        order: PlacedOrder,
    ) -> Result<CheckoutOutcome, CartError> {
        let known = self.known(checkout).await?;
        let placed = order.order.clone();
        let command = Command::CompleteCheckout { checkout, order };
        match self.direct(&Caller::new(Actor::System), known, command).await {
            Err(CartError::Rejected(Rejection::AlreadyOrdered { order })) if order == placed => {
                self.outcome(self.known(checkout).await?).await
            }
            done => done,
        }
    }

    /// Says that the host makes no order of a checkout. Safe to repeat.
    ///
    /// # Errors
    /// [`Rejection::CheckoutNotFound`], [`Rejection::CheckoutGoesAhead`] if it was said to be an order, or
    /// [`Rejection::NotOffered`] if the service places the order.
    pub async fn fail_checkout(
        &self,
        checkout: CheckoutId,
        why: Reason,
    ) -> Result<CheckoutOutcome, CartError> {
        let known = self.known(checkout).await?;
        let command = Command::FailCheckout { checkout, why };
        self.give_up(&Caller::new(Actor::System), known, command).await
    }

    /// Gives up a checkout that is not paid for. What was done for it is undone. Safe to repeat: answered with where it
    /// stands, which is in progress as long as nobody knows whether it was paid for.
    ///
    /// # Errors
    /// [`Rejection::CheckoutNotFound`], [`Rejection::Forbidden`], [`Rejection::CheckoutGoesAhead`] if it was paid for or goes
    /// ahead.
    pub async fn cancel_checkout(
        &self,
        caller: &Caller,
        checkout: CheckoutId,
    ) -> Result<CheckoutOutcome, CartError> {
        let known = self.known_to(&caller.actor, checkout, Permission::CheckOut).await?;
        self.give_up(caller, known, Command::CancelCheckout { checkout }).await
    }

    /// Gives a checkout more time, as often as policy lets it; with a request key, once for the same request.
    ///
    /// # Errors
    /// [`Rejection::CheckoutNotFound`], [`Rejection::Forbidden`], [`Rejection::CheckoutEnded`],
    /// [`Rejection::AlreadyOrdered`], [`Rejection::TooManyExtensions`].
    pub async fn extend_checkout(
        &self,
        caller: &Caller,
        checkout: CheckoutId,
    ) -> Result<CheckoutOutcome, CartError> {
        let known = self.known_to(&caller.actor, checkout, Permission::CheckOut).await?;
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
        let known = self.known_to(actor, checkout, Permission::View).await?;
        self.outcome(known).await
    }

    /// Takes note of what the payment provider says of the payment of a checkout, and goes on from there. The host has
    /// proved that it is the provider who says so. Safe to repeat, in any order: what is known or overtaken changes nothing,
    /// and money that was taken for a checkout that has ended is given back, how much it may be.
    ///
    /// Once it is noted it need not be said again: what cannot be done at once is done by
    /// [`CartService::recover_checkouts`].
    ///
    /// # Errors
    /// [`Rejection::CheckoutNotFound`]; [`Rejection::PaymentMismatch`] if another amount was taken than was to be paid, of
    /// which nothing is noted: the provider is asked when the checkout's time is over.
    pub async fn payment_event(
        &self,
        checkout: CheckoutId,
        outcome: PaymentOutcome,
    ) -> Result<CheckoutOutcome, CartError> {
        let (cart, known) = self.known(checkout).await?;
        check_amount(&known, &outcome)?;
        if let Noted::Written(due) = self.note(cart.id(), checkout, &[Answer::Payment(outcome)]).await? {
            self.go_on(cart.id(), due).await;
        }
        self.outcome(self.known(checkout).await?).await
    }

    /// Gives a command about a checkout, and goes on from there.
    async fn direct(
        &self,
        caller: &Caller,
        (cart, checkout): (Arc<Cart>, Arc<Checkout>),
        command: Command,
    ) -> Result<CheckoutOutcome, CartError> {
        check_under_way(&checkout)?;
        let done = match self.execute(caller, &Target::Cart(cart.id()), &command).await {
            // It was over before this came to it.
            Err(CartError::Rejected(not_found @ Rejection::CheckoutNotFound { .. })) => {
                check_under_way(&self.known(checkout.id).await?.1)?;
                return Err(not_found.into());
            }
            done => done?,
        };
        if caller.only_preview {
            return Ok(given_up_or_not(&checkout, done));
        }
        if let (Some(entry), false) = (&done.entry, done.replayed) {
            self.go_on(cart.id(), Due::of(&done.view.cart, entry)).await;
        }
        let now = self.outcome(self.known(checkout.id).await?).await?;
        Ok(CheckoutOutcome { replayed: done.replayed, ..now })
    }

    /// Ends a checkout, unless it has ended already.
    async fn give_up(
        &self,
        caller: &Caller,
        known: (Arc<Cart>, Arc<Checkout>),
        command: Command,
    ) -> Result<CheckoutOutcome, CartError> {
        let id = known.1.id;
        match self.direct(caller, known, command).await {
            Err(CartError::Rejected(Rejection::CheckoutEnded { .. })) => {
                self.outcome(self.known(id).await?).await
            }
            Err(CartError::Rejected(Rejection::AlreadyOrdered { .. })) => {
                Err(Rejection::CheckoutGoesAhead.into())
            }
            done => done,
        }
    }

    /// Goes on with a checkout that has just begun, or finds the first answer to the request that began it.
    async fn driven(&self, begun: Outcome) -> Result<CheckoutOutcome, CartError> {
        let Some(checkout) = begun.entry.as_deref().and_then(begun_by).cloned() else {
            return previewed(begun);
        };
        if begun.replayed {
            let first = self.first_outcome(&begun, checkout.id).await?;
            return match first.stage {
                Stage::InProgress { retry_at } => {
                    Err(CartError::InProgress { checkout: checkout.id, retry_at })
                }
                Stage::Begun
                | Stage::PaymentPending { .. }
                | Stage::Completed { .. }
                | Stage::Ended { .. } => Ok(first),
            };
        }
        if let Some(entry) = &begun.entry {
            self.go_on(begun.view.cart.id(), Due::of(&begun.view.cart, entry)).await;
        }
        Ok(match self.first_outcome(&begun, checkout.id).await {
            Ok(first) => first,
            // It has begun, and whoever began it must learn of that; how far it came is for them to ask.
            Err(_) => previewed(begun)?,
        })
    }

    /// Drives a checkout as far as it goes now. What goes wrong takes nothing back of what is written: that says what is to
    /// be done next, by whoever looks.
    async fn go_on(&self, cart: CartId, due: Option<Due>) {
        let _ = self.drive(cart, due).await;
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

/// Refuses to change a checkout that is over.
fn check_under_way(checkout: &Checkout) -> Result<(), Rejection> {
    match checkout.stage() {
        Stage::Ended { reason } => Err(Rejection::CheckoutEnded { reason }),
        Stage::Completed { order } => Err(Rejection::AlreadyOrdered { order: order.order }),
        Stage::InProgress { .. } | Stage::Begun | Stage::PaymentPending { .. } => Ok(()),
    }
}

/// Refuses to take note of another amount than is to be paid, unless it is to be given back anyway.
fn check_amount(checkout: &Checkout, outcome: &PaymentOutcome) -> Result<(), Rejection> {
    let PaymentOutcome::Captured(capture) = outcome else { return Ok(()) };
    let (expected, announced) = (checkout.draft.totals.total, capture.amount);
    if expected == announced || checkout.progress.ended.is_some() {
        Ok(())
    } else {
        Err(Rejection::PaymentMismatch { expected, announced })
    }
}

/// A checkout that begins, as it is or would be at once.
fn previewed(begun: Outcome) -> Result<CheckoutOutcome, CartError> {
    let checkout = begun.view.cart.current_checkout().cloned().ok_or(Rejection::NothingToDo)?;
    let (stage, replayed) = (checkout.stage(), begun.replayed);
    Ok(CheckoutOutcome { checkout, stage, view: begun.view, replayed })
}

/// What a checkout would be after a command; one that its cart forgets was given up.
fn given_up_or_not(before: &Arc<Checkout>, after: Outcome) -> CheckoutOutcome {
    let checkout = after.view.cart.checkout(before.id).cloned().unwrap_or_else(|| {
        let mut over = Checkout::clone(before);
        over.end(&EndReason::Cancelled);
        Arc::new(over)
    });
    let (stage, replayed) = (checkout.stage(), after.replayed);
    CheckoutOutcome { checkout, stage, view: after.view, replayed }
}
