//! A store that fails when it is told to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreCall;
use crate::actor::{ActorRef, Owner};
use crate::cart::Cart;
use crate::facts::Uses;
use crate::id::{
    CartId, ChannelId, CheckoutId, CompanyId, CustomerKey, GrantId, LinkId, PromotionId, StockItemId, UserId,
};
use crate::journal::{Entry, Position, Positioned, Request};
use crate::port::{
    CartIndex, CartStore, CartSummary, CheckoutIndex, Checkpoint, EventLog, GrantedCart, HeldBack,
    LinkLedger, Openings, PageRequest, Progress, RelayLedger, RelayName, Rewritten, ShareIndex, StockLedger,
    StockLevel, Store, StoreError, Unit, UseLedger,
};
use crate::sharing::LinkDigest;
use crate::testing::samples::{promotion_id, stock_item};
use crate::version::Version;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done; [`StoreError::Unavailable`].
    Unavailable,
    /// Nothing is done; [`StoreError::Full`].
    Full,
    /// Nothing is done; [`StoreError::Corrupt`].
    Corrupt,
    /// Nothing is done; [`StoreError::Conflict`], as if somebody else had been faster.
    Conflict,
    /// Nothing is done; [`StoreError::UsedUp`], of a promotion `used-up`.
    UsedUp,
    /// Nothing is done; [`StoreError::OutOfStock`], of an item `out-of-stock` of which nothing is left.
    OutOfStock,
    /// Nothing is done; [`StoreError::TooMuchHeld`], as the owner may have one unit held.
    TooMuchHeld,
    /// Nothing is done, and nobody can tell; [`StoreError::Unknown`].
    UnknownNotDone,
    /// All is done, and nobody can tell; [`StoreError::Unknown`].
    UnknownDone,
}

impl Fault {
    const fn comes_after_the_effect(self) -> bool {
        match self {
            Self::UnknownDone => true,
            Self::Unavailable
            | Self::Full
            | Self::Corrupt
            | Self::Conflict
            | Self::UsedUp
            | Self::OutOfStock
            | Self::TooMuchHeld
            | Self::UnknownNotDone => false,
        }
    }

    fn error(self, cart: CartId) -> StoreError {
        let (store, source) = ("failing store", "it was told to fail".into());
        match self {
            Self::Unavailable => StoreError::Unavailable { store, source },
            Self::Full => StoreError::Full { store, source },
            Self::Corrupt => StoreError::Corrupt { store, source },
            Self::Conflict => StoreError::Conflict { cart },
            Self::UsedUp => StoreError::UsedUp { promotion: promotion_id("used-up"), by_customer: false },
            Self::OutOfStock => StoreError::OutOfStock { item: stock_item("out-of-stock"), available: 0 },
            Self::TooMuchHeld => StoreError::TooMuchHeld { max: 1 },
            Self::UnknownNotDone | Self::UnknownDone => StoreError::Unknown { store, source },
        }
    }
}

/// Passes everything on to another store, but for the calls that were told to fail.
#[derive(Debug)]
pub struct FailingStore {
    store: Arc<dyn Store>,
    orders: Mutex<Vec<Order>>,
    is_shared: bool,
}

#[derive(Debug)]
struct Order {
    call: StoreCall,
    calls_before: usize,
    fault: Fault,
}

impl FailingStore {
    /// Fails nothing until told to.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, orders: Mutex::default(), is_shared: false }
    }

    /// The same, but says that others may write to the store too.
    #[must_use]
    pub fn shared(self) -> Self {
        Self { is_shared: true, ..self }
    }

    /// Fails the `nth` call of a method from now on, counted from 1.
    pub fn fail_nth(&self, call: StoreCall, nth: usize, fault: Fault) {
        self.orders().push(Order { call, calls_before: nth.saturating_sub(1), fault });
    }

    /// Fails the next calls of a method, so many of them.
    pub fn fail_next(&self, call: StoreCall, times: usize, fault: Fault) {
        (1..=times).for_each(|nth| self.fail_nth(call, nth, fault));
    }

    fn orders(&self) -> MutexGuard<'_, Vec<Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How this call fails, if it was told to.
    fn fault(&self, call: StoreCall) -> Option<Fault> {
        let mut orders = self.orders();
        let due = orders.iter().position(|order| order.call == call && order.calls_before == 0);
        let fault = due.map(|due| orders.swap_remove(due).fault);
        for order in orders.iter_mut().filter(|order| order.call == call) {
            order.calls_before = order.calls_before.saturating_sub(1);
        }
        fault
    }

    fn fail_reading(&self, call: StoreCall) -> Result<(), StoreError> {
        let error = |fault: Fault| fault.error(CartId::from_uuid(Uuid::nil()));
        self.fault(call).map_or(Ok(()), |fault| Err(error(fault)))
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CartStore for FailingStore {
    async fn load(&self, cart: CartId) -> Result<Option<Arc<Cart>>, StoreError> {
        self.fail_reading(StoreCall::Load)?;
        self.store.load(cart).await
    }

    async fn commit(&self, unit: Unit) -> Result<(), StoreError> {
        let fault = self.fault(StoreCall::Commit);
        let cart = unit.commits.first().map_or(CartId::from_uuid(Uuid::nil()), |commit| commit.cart.id());
        let done = if fault.is_none_or(Fault::comes_after_the_effect) {
            self.store.commit(unit).await
        } else {
            Ok(())
        };
        done.and_then(|()| fault.map_or(Ok(()), |fault| Err(fault.error(cart))))
    }

    async fn rewrite(&self, history: Rewritten) -> Result<(), StoreError> {
        let fault = self.fault(StoreCall::Rewrite);
        let cart = history.cart.id();
        if fault.is_none_or(Fault::comes_after_the_effect) {
            self.store.rewrite(history).await?;
        }
        fault.map_or(Ok(()), |fault| Err(fault.error(cart)))
    }

    fn is_only_writer(&self) -> bool {
        !self.is_shared && self.store.is_only_writer()
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CartIndex for FailingStore {
    async fn open_cart(&self, channel: &ChannelId, owner: &Owner) -> Result<Option<CartId>, StoreError> {
        self.fail_reading(StoreCall::OpenCart)?;
        self.store.open_cart(channel, owner).await
    }

    async fn count_open(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        self.fail_reading(StoreCall::CountOpen)?;
        self.store.count_open(channel, owner, now).await
    }

    async fn carts_of(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        page: PageRequest,
    ) -> Result<Vec<CartSummary>, StoreError> {
        self.fail_reading(StoreCall::CartsOf)?;
        self.store.carts_of(channel, owner, page).await
    }

    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CartId>, StoreError> {
        self.fail_reading(StoreCall::Due)?;
        self.store.due(now, limit).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl EventLog for FailingStore {
    async fn entries(
        &self,
        cart: CartId,
        after: Option<Version>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.fail_reading(StoreCall::Entries)?;
        self.store.entries(cart, after, limit).await
    }

    async fn entries_after(&self, position: Position, limit: usize) -> Result<Vec<Positioned>, StoreError> {
        self.fail_reading(StoreCall::EntriesAfter)?;
        self.store.entries_after(position, limit).await
    }

    async fn forget_requests(&self, before: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        self.fail_reading(StoreCall::ForgetRequests)?;
        self.store.forget_requests(before, limit).await
    }

    async fn find_request(
        &self,
        cart: CartId,
        actor: &ActorRef,
        request: &Request,
    ) -> Result<Option<Entry>, StoreError> {
        self.fail_reading(StoreCall::FindRequest)?;
        self.store.find_request(cart, actor, request).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CheckoutIndex for FailingStore {
    async fn cart_of_checkout(&self, checkout: CheckoutId) -> Result<Option<CartId>, StoreError> {
        self.fail_reading(StoreCall::CartOfCheckout)?;
        self.store.cart_of_checkout(checkout).await
    }

    async fn checkouts_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CheckoutId>, StoreError> {
        self.fail_reading(StoreCall::CheckoutsDue)?;
        self.store.checkouts_due(now, limit).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl StockLedger for FailingStore {
    async fn stock(
        &self,
        items: &[StockItemId],
        except: Option<CheckoutId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<StockLevel>>, StoreError> {
        self.fail_reading(StoreCall::Stock)?;
        self.store.stock(items, except, now).await
    }

    async fn set_supply(
        &self,
        item: &StockItemId,
        supplied: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.fail_reading(StoreCall::SetSupply)?;
        self.store.set_supply(item, supplied, now).await
    }

    async fn remove_ended_holds(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        self.fail_reading(StoreCall::RemoveEndedHolds)?;
        self.store.remove_ended_holds(now, limit).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl UseLedger for FailingStore {
    async fn uses(
        &self,
        promotions: &[PromotionId],
        customer: Option<&CustomerKey>,
        except: Option<CheckoutId>,
    ) -> Result<Vec<Uses>, StoreError> {
        self.fail_reading(StoreCall::Uses)?;
        self.store.uses(promotions, customer, except).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl ShareIndex for FailingStore {
    async fn carts_granted_to(
        &self,
        channel: &ChannelId,
        company: &CompanyId,
        user: &UserId,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Vec<GrantedCart>, StoreError> {
        self.fail_reading(StoreCall::CartsGrantedTo)?;
        self.store.carts_granted_to(channel, company, user, now, page).await
    }

    async fn cart_with_grant(&self, grant: GrantId) -> Result<Option<CartId>, StoreError> {
        self.fail_reading(StoreCall::CartWithGrant)?;
        self.store.cart_with_grant(grant).await
    }

    async fn cart_with_link(&self, token: LinkDigest) -> Result<Option<CartId>, StoreError> {
        self.fail_reading(StoreCall::CartWithLink)?;
        self.store.cart_with_link(token).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl LinkLedger for FailingStore {
    async fn open_link(
        &self,
        link: LinkId,
        at: DateTime<Utc>,
        limit: Option<u32>,
    ) -> Result<bool, StoreError> {
        self.fail_reading(StoreCall::OpenLink)?;
        self.store.open_link(link, at, limit).await
    }

    async fn openings(&self, links: &[LinkId]) -> Result<Vec<Openings>, StoreError> {
        self.fail_reading(StoreCall::Openings)?;
        self.store.openings(links).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl RelayLedger for FailingStore {
    async fn checkpoint(&self, relay: &RelayName) -> Result<Checkpoint, StoreError> {
        self.fail_reading(StoreCall::Checkpoint)?;
        self.store.checkpoint(relay).await
    }

    async fn held_due(
        &self,
        relay: &RelayName,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError> {
        self.fail_reading(StoreCall::HeldDue)?;
        self.store.held_due(relay, now, limit).await
    }

    async fn parked(
        &self,
        relay: &RelayName,
        after: Option<CartId>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError> {
        self.fail_reading(StoreCall::Parked)?;
        self.store.parked(relay, after, limit).await
    }

    async fn held_among(&self, relay: &RelayName, carts: &[CartId]) -> Result<Vec<HeldBack>, StoreError> {
        self.fail_reading(StoreCall::HeldAmong)?;
        self.store.held_among(relay, carts).await
    }

    async fn note_progress(&self, relay: &RelayName, progress: Progress) -> Result<bool, StoreError> {
        let fault = self.fault(StoreCall::NoteProgress);
        let noted = if fault.is_none_or(Fault::comes_after_the_effect) {
            self.store.note_progress(relay, progress).await?
        } else {
            false
        };
        fault.map_or(Ok(noted), |fault| Err(fault.error(CartId::from_uuid(Uuid::nil()))))
    }
}
