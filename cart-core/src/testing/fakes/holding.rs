//! A store whose commits happen when a test says so.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

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

const NAME: &str = "holding store";

/// Passes calls on to another store, but commits when [released](HoldingStore::release), even if whoever asked for
/// them has gone away: as a store that commits on a thread of its own. Loads may be held back too.
#[derive(Debug)]
pub struct HoldingStore {
    store: Arc<dyn Store>,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    commits: VecDeque<HeldCommit>,
    /// How many commits were said to be of unknown outcome and have not happened yet.
    lost: usize,
    holds_loads: bool,
    loads: Vec<(Found, Arc<Answer<Found>>)>,
}

#[derive(Debug)]
struct HeldCommit {
    unit: Unit,
    answer: Arc<Answer<()>>,
    is_lost: bool,
}

/// What a load finds.
type Found = Option<Arc<Cart>>;

/// An answer that somebody may wait for.
#[derive(Debug)]
struct Answer<T>(Mutex<Due<T>>);

#[derive(Debug)]
struct Due<T> {
    answer: Option<Result<T, StoreError>>,
    waker: Option<Waker>,
}

impl<T> Answer<T> {
    fn due() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Due { answer: None, waker: None })))
    }

    /// Gives the answer; a second one is too late.
    fn give(&self, answer: Result<T, StoreError>) {
        let mut due = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        due.answer.get_or_insert(answer);
        if let Some(waker) = due.waker.take() {
            waker.wake();
        }
    }
}

struct Answered<T>(Arc<Answer<T>>);

impl<T> Future for Answered<T> {
    type Output = Result<T, StoreError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut due = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        match due.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                due.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl HoldingStore {
    /// Holds the commits to a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, held: Mutex::default() }
    }

    /// How many commits are held.
    pub fn held_commits(&self) -> usize {
        self.held().commits.len()
    }

    /// Lets the commit happen that has been held longest; whether there was one.
    pub async fn release(&self) -> bool {
        let Some(HeldCommit { unit, answer, is_lost }) = self.held().commits.pop_front() else {
            return false;
        };
        answer.give(self.store.commit(unit).await);
        self.held().lost -= usize::from(is_lost);
        true
    }

    /// Answers the commit that has been held longest with [`StoreError::Unknown`], and still holds it. Until it is
    /// released, requests that are not found may yet appear, and looking for them is [`StoreError::Unavailable`].
    pub fn lose_answer(&self) {
        let mut held = self.held();
        let Some(commit) = held.commits.front_mut().filter(|commit| !commit.is_lost) else { return };
        commit.is_lost = true;
        commit.answer.give(Err(StoreError::Unknown { store: NAME, source: "it was told to".into() }));
        held.lost += 1;
    }

    /// Whether loads that begin from now on are held: they find what is stored then, and answer when released.
    pub fn hold_loads(&self, holds_loads: bool) {
        self.held().holds_loads = holds_loads;
    }

    /// Lets all held loads answer.
    pub fn release_loads(&self) {
        std::mem::take(&mut self.held().loads).into_iter().for_each(|(found, answer)| answer.give(Ok(found)));
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CartStore for HoldingStore {
    async fn load(&self, cart: CartId) -> Result<Option<Arc<Cart>>, StoreError> {
        let found = self.store.load(cart).await?;
        if !self.held().holds_loads {
            return Ok(found);
        }
        let answer = Answer::due();
        self.held().loads.push((found, Arc::clone(&answer)));
        Answered(answer).await
    }

    async fn commit(&self, unit: Unit) -> Result<(), StoreError> {
        let answer = Answer::due();
        self.held().commits.push_back(HeldCommit { unit, answer: Arc::clone(&answer), is_lost: false });
        Answered(answer).await
    }

    async fn rewrite(&self, history: Rewritten) -> Result<(), StoreError> {
        self.store.rewrite(history).await
    }

    fn is_only_writer(&self) -> bool {
        self.store.is_only_writer()
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CartIndex for HoldingStore {
    async fn open_cart(&self, channel: &ChannelId, owner: &Owner) -> Result<Option<CartId>, StoreError> {
        self.store.open_cart(channel, owner).await
    }

    async fn count_open(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        self.store.count_open(channel, owner, now).await
    }

    async fn carts_of(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        page: PageRequest,
    ) -> Result<Vec<CartSummary>, StoreError> {
        self.store.carts_of(channel, owner, page).await
    }

    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CartId>, StoreError> {
        self.store.due(now, limit).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl EventLog for HoldingStore {
    async fn entries(
        &self,
        cart: CartId,
        after: Option<Version>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.store.entries(cart, after, limit).await
    }

    async fn entries_after(&self, position: Position, limit: usize) -> Result<Vec<Positioned>, StoreError> {
        self.store.entries_after(position, limit).await
    }

    async fn forget_requests(&self, before: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        self.store.forget_requests(before, limit).await
    }

    async fn find_request(
        &self,
        cart: CartId,
        actor: &ActorRef,
        request: &Request,
    ) -> Result<Option<Entry>, StoreError> {
        // Asked first: what is released while the other store looks may be too late to be found there.
        let is_open = self.held().lost > 0;
        match self.store.find_request(cart, actor, request).await? {
            None if is_open => {
                Err(StoreError::Unavailable { store: NAME, source: "a commit is held".into() })
            }
            found => Ok(found),
        }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CheckoutIndex for HoldingStore {
    async fn cart_of_checkout(&self, checkout: CheckoutId) -> Result<Option<CartId>, StoreError> {
        self.store.cart_of_checkout(checkout).await
    }

    async fn checkouts_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CheckoutId>, StoreError> {
        self.store.checkouts_due(now, limit).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl StockLedger for HoldingStore {
    async fn stock(
        &self,
        items: &[StockItemId],
        except: Option<CheckoutId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<StockLevel>>, StoreError> {
        self.store.stock(items, except, now).await
    }

    async fn set_supply(
        &self,
        item: &StockItemId,
        supplied: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.store.set_supply(item, supplied, now).await
    }

    async fn remove_ended_holds(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        self.store.remove_ended_holds(now, limit).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl UseLedger for HoldingStore {
    async fn uses(
        &self,
        promotions: &[PromotionId],
        customer: Option<&CustomerKey>,
        except: Option<CheckoutId>,
    ) -> Result<Vec<Uses>, StoreError> {
        self.store.uses(promotions, customer, except).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl ShareIndex for HoldingStore {
    async fn carts_granted_to(
        &self,
        channel: &ChannelId,
        company: &CompanyId,
        user: &UserId,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Vec<GrantedCart>, StoreError> {
        self.store.carts_granted_to(channel, company, user, now, page).await
    }

    async fn cart_with_grant(&self, grant: GrantId) -> Result<Option<CartId>, StoreError> {
        self.store.cart_with_grant(grant).await
    }

    async fn cart_with_link(&self, token: LinkDigest) -> Result<Option<CartId>, StoreError> {
        self.store.cart_with_link(token).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl LinkLedger for HoldingStore {
    async fn open_link(
        &self,
        link: LinkId,
        at: DateTime<Utc>,
        limit: Option<u32>,
    ) -> Result<bool, StoreError> {
        self.store.open_link(link, at, limit).await
    }

    async fn openings(&self, links: &[LinkId]) -> Result<Vec<Openings>, StoreError> {
        self.store.openings(links).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl RelayLedger for HoldingStore {
    async fn checkpoint(&self, relay: &RelayName) -> Result<Checkpoint, StoreError> {
        self.store.checkpoint(relay).await
    }

    async fn held_due(
        &self,
        relay: &RelayName,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError> {
        self.store.held_due(relay, now, limit).await
    }

    async fn parked(
        &self,
        relay: &RelayName,
        after: Option<CartId>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError> {
        self.store.parked(relay, after, limit).await
    }

    async fn held_among(&self, relay: &RelayName, carts: &[CartId]) -> Result<Vec<HeldBack>, StoreError> {
        self.store.held_among(relay, carts).await
    }

    async fn note_progress(&self, relay: &RelayName, progress: Progress) -> Result<bool, StoreError> {
        self.store.note_progress(relay, progress).await
    }
}
