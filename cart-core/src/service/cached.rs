//! Users' current carts in the host's cache.
//!
//! A cache is done without as soon as it fails, or takes long: for a moment it is not asked at all, so that requests do not
//! wait one by one. As long as it may not have heard of a write of this process, nothing is read from it either.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::CartService;
use super::cache::CurrentKey;
use crate::actor::{ActorRef, Owner};
use crate::cart::Cart;
use crate::port::{CacheKey, CartCache, Commit, PortError};
use crate::version::Version;

/// How long the cache may take to answer.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long a cache that failed is not asked.
const REST: TimeDelta = TimeDelta::seconds(1);

/// The host's cache, and how far it can be relied on.
#[derive(Debug)]
pub(super) struct UserCarts {
    cache: Arc<dyn CartCache>,
    time: TimeDelta,
    trust: Mutex<Trust>,
}

#[derive(Debug, Default)]
struct Trust {
    /// Until when it is not asked.
    rests_until: DateTime<Utc>,
    /// Until when there may be something in it that was written since.
    stale_until: DateTime<Utc>,
}

impl UserCarts {
    pub(super) fn new(cache: Arc<dyn CartCache>, time: TimeDelta) -> Self {
        Self { cache, time, trust: Mutex::default() }
    }

    fn trust(&self) -> MutexGuard<'_, Trust> {
        self.trust.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rests(&self, now: DateTime<Utc>) -> bool {
        now < self.trust().rests_until
    }

    fn is_stale(&self, now: DateTime<Utc>) -> bool {
        now < self.trust().stale_until
    }

    /// The cache has not heard of a write: what it has of that cart is over when its time is.
    fn missed(&self, now: DateTime<Utc>) {
        self.trust().stale_until = now + self.time;
    }
}

type Call<'a, T> = Pin<Box<dyn Future<Output = Result<T, PortError>> + Send + 'a>>;

impl CartService {
    /// An owner's current cart, if the cache has it. Nobody's permissions depend on it: whoever asks is the owner.
    pub(super) async fn cached_current(&self, key: &CurrentKey, now: DateTime<Utc>) -> Option<Arc<Cart>> {
        let carts = self.user_carts.as_ref().filter(|carts| !carts.is_stale(now))?;
        let name = CacheKey::of(&key.1, &key.0)?;
        let cart = self.ask_cache(carts, carts.cache.get(&name), now).await??;
        let is_theirs = *cart.channel() == key.0 && *cart.owner() == key.1 && cart.is_sole();
        let is_current = cart.status().is_open() && !cart.has_expired(now);
        // What this process has committed is never unseen by its own readers.
        let is_latest = self.hot.cart(cart.id()).is_none_or(|hot| hot.version() <= cart.version());
        (is_theirs && is_current && is_latest).then_some(cart)
    }

    /// Puts an owner's current cart, as the store has it, into the cache.
    pub(super) async fn keep_cached(&self, key: &CurrentKey, cart: &Arc<Cart>, now: DateTime<Utc>) {
        let Some(carts) = &self.user_carts else { return };
        let Some(name) = CacheKey::of(&key.1, &key.0) else { return };
        self.ask_cache(carts, carts.cache.keep(&name, cart, carts.time), now).await;
    }

    /// Drops what was written, whatever became of it, for its owner and those that it had before.
    pub(super) async fn drop_cached(&self, commits: &[Commit]) {
        let Some(carts) = &self.user_carts else { return };
        for commit in commits.iter().filter(|commit| commit.cart.is_sole()) {
            for owner in self.owners(commit) {
                self.invalidate(carts, &commit.cart, commit.cart.version(), &owner).await;
            }
        }
    }

    /// The owner of a cart, and who may have been it until this commit.
    fn owners(&self, commit: &Commit) -> Vec<Owner> {
        let before = self.hot.cart(commit.cart.id()).map(|hot| hot.owner().clone());
        let mut owners = vec![commit.cart.owner().clone()];
        let by = match &commit.entry.actor {
            ActorRef::User { user, company } => {
                Some(Owner::User { user: user.clone(), company: company.clone() })
            }
            ActorRef::Guest { .. }
            | ActorRef::LinkBearer { .. }
            | ActorRef::Staff { .. }
            | ActorRef::System => None,
        };
        owners.extend(before.into_iter().chain(by));
        owners.dedup();
        owners
    }

    /// Drops a cart that is not what it was although its version is, and lets none of it come back.
    pub(super) async fn drop_rewritten(&self, before: &Cart) {
        if let Some(carts) = self.user_carts.as_ref().filter(|_| before.is_sole()) {
            self.invalidate(carts, before, before.version().next(), before.owner()).await;
        }
    }

    async fn invalidate(&self, carts: &UserCarts, cart: &Cart, version: Version, owner: &Owner) {
        let Some(name) = CacheKey::of(owner, cart.channel()) else { return };
        let now = self.now();
        let dropping = carts.cache.invalidate(&name, cart.id(), version, carts.time);
        if self.ask_cache(carts, dropping, now).await.is_none() {
            carts.missed(now);
        }
    }

    /// What the cache answers; none if it fails, takes too long, or did so a moment ago.
    async fn ask_cache<T>(&self, carts: &UserCarts, call: Call<'_, T>, now: DateTime<Utc>) -> Option<T> {
        if carts.rests(now) {
            return None;
        }
        match self.in_time(call).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                carts.trust().rests_until = now + REST;
                self.ports.meter.cache_failed(&error);
                None
            }
        }
    }

    async fn in_time<T>(&self, mut call: Call<'_, T>) -> Result<T, PortError> {
        let mut patience: Option<Pin<Box<dyn Future<Output = ()> + Send + '_>>> = None;
        poll_fn(|context| {
            if let Poll::Ready(answer) = call.as_mut().poll(context) {
                return Poll::Ready(answer);
            }
            let patience = patience.get_or_insert_with(|| self.ports.timer.wait(PATIENCE));
            patience.as_mut().poll(context).map(|()| Err(PortError::new("cache", "it took too long")))
        })
        .await
    }
}
