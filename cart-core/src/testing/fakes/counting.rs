//! A store that counts what it is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

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
use crate::version::Version;

/// Passes everything on to another store, and counts the calls of each method.
#[derive(Debug)]
pub struct CountingStore {
    store: Arc<dyn Store>,
    calls: Mutex<BTreeMap<StoreCall, usize>>,
}

impl CountingStore {
    /// Counts the calls of a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, calls: Mutex::default() }
    }

    /// How often each method was called since the last [`CountingStore::forget_calls`]; those never called are absent.
    pub fn calls(&self) -> BTreeMap<StoreCall, usize> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts counting anew.
    pub fn forget_calls(&self) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn count(&self, call: StoreCall) {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(call).or_default() += 1;
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CartStore for CountingStore {
    async fn load(&self, cart: CartId) -> Result<Option<Arc<Cart>>, StoreError> {
        self.count(StoreCall::Load);
        self.store.load(cart).await
    }

    async fn commit(&self, unit: Unit) -> Result<(), StoreError> {
        self.count(StoreCall::Commit);
        self.store.commit(unit).await
    }

    async fn rewrite(&self, history: Rewritten) -> Result<(), StoreError> {
        self.count(StoreCall::Rewrite);
        self.store.rewrite(history).await
    }

    fn is_only_writer(&self) -> bool {
        self.store.is_only_writer()
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CartIndex for CountingStore {
    async fn open_cart(&self, channel: &ChannelId, owner: &Owner) -> Result<Option<CartId>, StoreError> {
        self.count(StoreCall::OpenCart);
        self.store.open_cart(channel, owner).await
    }

    async fn count_open(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        self.count(StoreCall::CountOpen);
        self.store.count_open(channel, owner, now).await
    }

    async fn carts_of(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        page: PageRequest,
    ) -> Result<Vec<CartSummary>, StoreError> {
        self.count(StoreCall::CartsOf);
        self.store.carts_of(channel, owner, page).await
    }

    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CartId>, StoreError> {
        self.count(StoreCall::Due);
        self.store.due(now, limit).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl EventLog for CountingStore {
    async fn entries(
        &self,
        cart: CartId,
        after: Option<Version>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.count(StoreCall::Entries);
        self.store.entries(cart, after, limit).await
    }

    async fn entries_after(&self, position: Position, limit: usize) -> Result<Vec<Positioned>, StoreError> {
        self.count(StoreCall::EntriesAfter);
        self.store.entries_after(position, limit).await
    }

    async fn forget_requests(&self, before: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        self.count(StoreCall::ForgetRequests);
        self.store.forget_requests(before, limit).await
    }

    async fn find_request(
        &self,
        cart: CartId,
        actor: &ActorRef,
        request: &Request,
    ) -> Result<Option<Entry>, StoreError> {
        self.count(StoreCall::FindRequest);
        self.store.find_request(cart, actor, request).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CheckoutIndex for CountingStore {
    async fn cart_of_checkout(&self, checkout: CheckoutId) -> Result<Option<CartId>, StoreError> {
        self.count(StoreCall::CartOfCheckout);
        self.store.cart_of_checkout(checkout).await
    }

    async fn checkouts_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CheckoutId>, StoreError> {
        self.count(StoreCall::CheckoutsDue);
        self.store.checkouts_due(now, limit).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl StockLedger for CountingStore {
    async fn stock(
        &self,
        items: &[StockItemId],
        except: Option<CheckoutId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<StockLevel>>, StoreError> {
        self.count(StoreCall::Stock);
        self.store.stock(items, except, now).await
    }

    async fn set_supply(
        &self,
        item: &StockItemId,
        supplied: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.count(StoreCall::SetSupply);
        self.store.set_supply(item, supplied, now).await
    }

    async fn remove_ended_holds(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        self.count(StoreCall::RemoveEndedHolds);
        self.store.remove_ended_holds(now, limit).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl UseLedger for CountingStore {
    async fn uses(
        &self,
        promotions: &[PromotionId],
        customer: Option<&CustomerKey>,
        except: Option<CheckoutId>,
    ) -> Result<Vec<Uses>, StoreError> {
        self.count(StoreCall::Uses);
        self.store.uses(promotions, customer, except).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl ShareIndex for CountingStore {
    async fn carts_granted_to(
        &self,
        channel: &ChannelId,
        company: &CompanyId,
        user: &UserId,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Vec<GrantedCart>, StoreError> {
        self.count(StoreCall::CartsGrantedTo);
        self.store.carts_granted_to(channel, company, user, now, page).await
    }

    async fn cart_with_grant(&self, grant: GrantId) -> Result<Option<CartId>, StoreError> {
        self.count(StoreCall::CartWithGrant);
        self.store.cart_with_grant(grant).await
    }

    async fn cart_with_link(&self, token: LinkDigest) -> Result<Option<CartId>, StoreError> {
        self.count(StoreCall::CartWithLink);
        self.store.cart_with_link(token).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl LinkLedger for CountingStore {
    async fn open_link(
        &self,
        link: LinkId,
        at: DateTime<Utc>,
        limit: Option<u32>,
    ) -> Result<bool, StoreError> {
        self.count(StoreCall::OpenLink);
        self.store.open_link(link, at, limit).await
    }

    async fn openings(&self, links: &[LinkId]) -> Result<Vec<Openings>, StoreError> {
        self.count(StoreCall::Openings);
        self.store.openings(links).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl RelayLedger for CountingStore {
    async fn checkpoint(&self, relay: &RelayName) -> Result<Checkpoint, StoreError> {
        self.count(StoreCall::Checkpoint);
        self.store.checkpoint(relay).await
    }

    async fn held_due(
        &self,
        relay: &RelayName,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError> {
        self.count(StoreCall::HeldDue);
        self.store.held_due(relay, now, limit).await
    }

    async fn parked(
        &self,
        relay: &RelayName,
        after: Option<CartId>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError> {
        self.count(StoreCall::Parked);
        self.store.parked(relay, after, limit).await
    }

    async fn held_among(&self, relay: &RelayName, carts: &[CartId]) -> Result<Vec<HeldBack>, StoreError> {
        self.count(StoreCall::HeldAmong);
        self.store.held_among(relay, carts).await
    }

    async fn note_progress(&self, relay: &RelayName, progress: Progress) -> Result<bool, StoreError> {
        self.count(StoreCall::NoteProgress);
        self.store.note_progress(relay, progress).await
    }
}
