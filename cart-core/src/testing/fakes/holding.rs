//! A store whose commits happen when a test says so.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::actor::{ActorRef, Owner};
use crate::cart::Cart;
use crate::id::{CartId, ChannelId};
use crate::journal::{Entry, Position, Positioned, RequestKey};
use crate::port::{CartIndex, CartStore, CartSummary, EventLog, PageRequest, Store, StoreError, Unit};
use crate::version::Version;

/// Passes reads on to another store at once, and commits when [released](HoldingStore::release), even if whoever asked
/// for them has gone away: as a store that commits on a thread of its own.
#[derive(Debug)]
pub struct HoldingStore {
    store: Arc<dyn Store>,
    held: Mutex<VecDeque<(Unit, Arc<Mutex<Answer>>)>>,
}

#[derive(Debug, Default)]
struct Answer {
    done: Option<Result<(), StoreError>>,
    waker: Option<Waker>,
}

struct Answered(Arc<Mutex<Answer>>);

impl Future for Answered {
    type Output = Result<(), StoreError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut answer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match answer.done.take() {
            Some(done) => Poll::Ready(done),
            None => {
                answer.waker = Some(context.waker().clone());
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
        self.held().len()
    }

    /// Lets the commit happen that has been held longest; whether there was one.
    pub async fn release(&self) -> bool {
        let Some((unit, answer)) = self.held().pop_front() else { return false };
        let done = self.store.commit(unit).await;
        let mut answer = answer.lock().unwrap_or_else(PoisonError::into_inner);
        answer.done = Some(done);
        if let Some(waker) = answer.waker.take() {
            waker.wake();
        }
        true
    }

    fn held(&self) -> MutexGuard<'_, VecDeque<(Unit, Arc<Mutex<Answer>>)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl CartStore for HoldingStore {
    async fn load(&self, cart: CartId) -> Result<Option<Arc<Cart>>, StoreError> {
        self.store.load(cart).await
    }

    async fn commit(&self, unit: Unit) -> Result<(), StoreError> {
        let answer = Arc::new(Mutex::new(Answer::default()));
        self.held().push_back((unit, Arc::clone(&answer)));
        Answered(answer).await
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

    async fn count_open(&self, channel: &ChannelId, owner: &Owner) -> Result<usize, StoreError> {
        self.store.count_open(channel, owner).await
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

    async fn find_request(
        &self,
        cart: CartId,
        actor: &ActorRef,
        key: &RequestKey,
    ) -> Result<Option<Entry>, StoreError> {
        self.store.find_request(cart, actor, key).await
    }
}
