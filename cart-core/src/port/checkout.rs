//! What becoming an order takes from outside.

use std::fmt::Debug;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{PortError, StoreError};
use crate::actor::Owner;
use crate::checkout::{Capture, OrderDraft, PaymentOutcome, PlacedOrder, Reason, StockUnits};
use crate::id::{CartId, CheckoutId, PaymentMethodId, StockItemId};
use crate::money::Money;

/// Takes orders.
///
/// Every call may come again with the same checkout, also while the first is under way, and must then do nothing more than
/// the first did and answer the same. An error says that the outcome is unknown. A checkout that was cancelled is refused
/// from then on, be it placed or confirmed.
///
/// Hosts check their own by `orders_laws!` (feature `testing`).
#[async_trait]
pub trait Orders: Debug + Send + Sync + 'static {
    /// Takes an order, which waits for its payment. One checkout never makes two orders.
    ///
    /// # Errors
    /// [`PortError`] if whether it was taken is unknown.
    async fn place(&self, draft: &OrderDraft) -> Result<Placing, PortError>;

    /// Goes ahead with an order, which is paid for or needs no payment here.
    ///
    /// # Errors
    /// [`PortError`] if whether it goes ahead is unknown.
    async fn confirm(
        &self,
        draft: &OrderDraft,
        order: &PlacedOrder,
        payment: Option<&Capture>,
    ) -> Result<Confirming, PortError>;

    /// Forgets the order of a checkout, and refuses one that may still be on its way: a checkout that was cancelled is never
    /// placed afterwards. That there is no order is no error.
    ///
    /// # Errors
    /// [`PortError`] if whether it was done is unknown.
    async fn cancel(&self, checkout: CheckoutId) -> Result<(), PortError>;
}

/// What became of an order that was to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placing {
    /// It waits for its payment.
    Placed(PlacedOrder),
    /// It was refused.
    Refused {
        /// Why, for the shopper.
        why: Reason,
    },
}

/// What became of an order that was to go ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirming {
    /// It does.
    Confirmed(PlacedOrder),
    /// It does not; what was paid is paid back.
    Refused {
        /// Why, for the shopper.
        why: Reason,
    },
}

/// Takes payments, by a provider.
///
/// A payment is known by the checkout that it is for: there is one for each, and a repeated call does nothing more than the
/// first did. An error says that the outcome is unknown, which is settled by [`Payments::status`].
///
/// Hosts check their own by `payments_laws!` (feature `testing`).
#[async_trait]
pub trait Payments: Debug + Send + Sync + 'static {
    /// Begins to take the money.
    ///
    /// # Errors
    /// [`PortError`] if whether it was begun is unknown.
    async fn pay(&self, request: &PaymentRequest<'_>) -> Result<PaymentOutcome, PortError>;

    /// Where the payment of a checkout stands; none if the provider has never heard of it.
    ///
    /// # Errors
    /// [`PortError`] if the provider cannot answer.
    async fn status(&self, checkout: CheckoutId) -> Result<Option<PaymentOutcome>, PortError>;

    /// Ends the payment of a checkout if nothing was taken, and refuses one that may still be on its way. Answers
    /// [`PaymentOutcome::Captured`] if it was too late, and otherwise that nothing will be taken, also if the provider has
    /// never heard of it.
    ///
    /// # Errors
    /// [`PortError`] if whether it was ended is unknown.
    async fn void(&self, checkout: CheckoutId) -> Result<PaymentOutcome, PortError>;

    /// Gives back all that was taken for a checkout.
    ///
    /// # Errors
    /// [`PortError`] if whether it was given back is unknown.
    async fn refund(&self, checkout: CheckoutId, capture: &Capture) -> Result<(), PortError>;
}

/// A payment to be taken.
#[derive(Clone, Copy, Debug)]
pub struct PaymentRequest<'a> {
    /// The checkout, which names the payment.
    pub checkout: CheckoutId,
    /// How much; always above zero.
    pub amount: Money,
    /// By which method, if one was chosen.
    pub method: Option<&'a PaymentMethodId>,
    /// The order that it is for.
    pub order: &'a PlacedOrder,
    /// What was ordered.
    pub draft: &'a OrderDraft,
}

/// Counts stock that is not the store's, and holds it for checkouts.
///
/// Free, held and sold units always add up to what was supplied. A hold ends by itself at its time, whether or not anybody
/// notices. Every call may come again with the same checkout, also while the first is under way, and does nothing more then.
/// A checkout that was released gets nothing any more: whatever comes later for it is refused, with any error.
///
/// Hosts check their own by `inventory_laws!` (feature `testing`).
#[async_trait]
pub trait Inventory: Debug + Send + Sync + 'static {
    /// How many units of each item are free, in the order asked; none of what is not counted. What is held for the checkout
    /// `except` counts as free.
    ///
    /// # Errors
    /// [`PortError`] if the inventory cannot answer.
    async fn free(
        &self,
        items: &[StockItemId],
        except: Option<CheckoutId>,
    ) -> Result<Vec<Option<u32>>, PortError>;

    /// Holds all items for a checkout, or none. What it has held already it keeps, until the later of both ends: a
    /// checkout that is given more time asks again.
    ///
    /// # Errors
    /// [`HoldError`].
    async fn reserve(&self, hold: &Hold<'_>) -> Result<(), HoldError>;

    /// Makes what is held for a checkout sold; if it is not held any more, what is free. All items, or none.
    ///
    /// # Errors
    /// [`HoldError`].
    async fn claim(&self, hold: &Hold<'_>) -> Result<(), HoldError>;

    /// Takes back all that is held for or was sold to a checkout, and refuses a hold that may still be on its way. That there
    /// is none is no error.
    ///
    /// # Errors
    /// [`PortError`] if whether it was taken back is unknown.
    async fn release(&self, checkout: CheckoutId) -> Result<(), PortError>;
}

/// Stock to be held.
#[derive(Clone, Copy, Debug)]
pub struct Hold<'a> {
    /// For which checkout.
    pub checkout: CheckoutId,
    /// Whose.
    pub owner: &'a Owner,
    /// How much of what, by rising item.
    pub items: &'a [StockUnits],
    /// Until when (UTC, exclusive).
    pub until: DateTime<Utc>,
    /// How many units the owner may have held at once, these included; no limit if absent.
    pub max_held: Option<u32>,
}

/// Why stock is not held.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HoldError {
    /// There is too little of an item; nothing was held.
    #[error("stock item {item} has {available} units left")]
    Short {
        /// Of which item.
        item: StockItemId,
        /// How many units are free.
        available: u32,
    },
    /// The owner has too many units held already; nothing was held.
    #[error("at most {max} units are held for one owner")]
    TooMuch {
        /// How many units.
        max: u32,
    },
    /// Whether it is held is unknown.
    #[error(transparent)]
    Unknown(#[from] PortError),
}

/// The host's own checks of an order.
#[async_trait]
pub trait CheckoutGuard: Debug + Send + Sync + 'static {
    /// Looks at an order whose checkout is about to begin.
    ///
    /// # Errors
    /// [`PortError`] if the check cannot be made; the checkout does not begin then.
    async fn before_begin(&self, draft: &OrderDraft) -> Result<Verdict, PortError>;

    /// Looks at an order that is about to be placed by the service.
    ///
    /// # Errors
    /// [`PortError`] if the check cannot be made; it is made again later then.
    async fn before_place(&self, draft: &OrderDraft) -> Result<Verdict, PortError>;
}

/// What the host says of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may go on.
    Allow,
    /// It may not.
    Veto {
        /// Why, for the shopper.
        why: Reason,
    },
}

/// Finds checkouts without loading carts.
#[async_trait]
pub trait CheckoutIndex: Debug + Send + Sync + 'static {
    /// The cart of a checkout, whatever became of either.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn cart_of_checkout(&self, checkout: CheckoutId) -> Result<Option<CartId>, StoreError>;

    /// Checkouts that somebody has to look at by `now` ([`Progress::due_at`] at or before it): those that carts are in, and
    /// those that have ended and are not undone. The longest due first; at most `limit`.
    ///
    /// [`Progress::due_at`]: crate::checkout::Progress::due_at
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn checkouts_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CheckoutId>, StoreError>;
}

/// Counts stock where the store is the host's only inventory ([`StockCounting::Store`]).
///
/// Stock changes with the carts: held by the commit that begins a checkout ([`CartEvent::CheckoutBegun`]), which is refused
/// if there is too little; sold by the one that claims it ([`CheckoutStep::StockClaimed`]), from what is held or else from
/// what is free; given back by the one that cancels it ([`CartEvent::CheckoutCancelled`]). The time of an entry is the time
/// of its change. Always, at every time: free, held and sold units add up to what was supplied, and none is below zero; a
/// hold whose time has ended holds nothing, whether or not it was removed.
///
/// [`StockCounting::Store`]: crate::checkout::StockCounting::Store
/// [`CheckoutStep::StockClaimed`]: crate::checkout::CheckoutStep::StockClaimed
/// [`CartEvent::CheckoutBegun`]: crate::event::CartEvent::CheckoutBegun
/// [`CartEvent::CheckoutCancelled`]: crate::event::CartEvent::CheckoutCancelled
#[async_trait]
pub trait StockLedger: Debug + Send + Sync + 'static {
    /// What there is of each item at `now`, in the order asked; none of what was never supplied. What is held for the
    /// checkout `except` counts as free.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn stock(
        &self,
        items: &[StockItemId],
        except: Option<CheckoutId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<StockLevel>>, StoreError>;

    /// Says how many units of an item were ever supplied. What is held at `now` or sold cannot be taken away.
    ///
    /// # Errors
    /// [`StoreError::OutOfStock`] if fewer than are held and sold; otherwise as [`StockLedger::stock`].
    async fn set_supply(
        &self,
        item: &StockItemId,
        supplied: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Removes holds whose time has ended at `now`, the longest ago first, at most `limit`; answers how many. Only housekeeping:
    /// they hold nothing anyway.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn remove_ended_holds(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError>;
}

/// What there is of a stock item. Always `free() + held + sold == supplied`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StockLevel {
    /// Units that were ever supplied.
    pub supplied: u32,
    /// Units that are held for checkouts.
    pub held: u32,
    /// Units that became orders'.
    pub sold: u32,
}

impl StockLevel {
    /// Units that can be had.
    pub const fn free(self) -> u32 {
        self.supplied.saturating_sub(self.held).saturating_sub(self.sold)
    }
}
