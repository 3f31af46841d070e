//! Looks at current carts from the host's cache, by several processes on one store.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cart_core::actor::Actor;
use cart_core::cart::Cart;
use cart_core::command::Command;
use cart_core::id::CartId;
use cart_core::memory::{MemoryCartCache, MemoryDirectory, MemoryStore};
use cart_core::policy::CartPolicy;
use cart_core::port::{CacheKey, CartCache, Clock, Meter, PortError, Wrote};
use cart_core::service::{CartError, CartView};
use cart_core::testing::samples::{channel, company_id, owner, user, user_for, user_id};
use cart_core::testing::{Fault, ManualClock, StoreCall, block_on};
use cart_core::version::Version;
use chrono::TimeDelta;

use crate::shop::{Shop, add, ann, current};

const MINUTE: TimeDelta = TimeDelta::seconds(60);

/// How a cache behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mood {
    #[default]
    Well,
    Failing,
    Silent,
    /// It hears of nothing that was written.
    Deaf,
}

/// What a cache was given and has not kept yet.
type Held = Vec<(CacheKey, Arc<Cart>)>;

/// A cache that may be away, and keeps what it is given later than it is told.
#[derive(Debug)]
struct Cache {
    cache: MemoryCartCache,
    mood: Mutex<Mood>,
    asked: AtomicUsize,
    holds: Mutex<Option<Held>>,
}

impl Cache {
    fn feel(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }

    async fn answer(&self) -> Result<Mood, PortError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Well | Mood::Deaf => Ok(mood),
            Mood::Failing => Err(PortError::new("cache", "connection refused")),
            Mood::Silent => std::future::pending().await,
        }
    }
}

#[async_trait]
impl CartCache for Cache {
    async fn get(&self, key: &CacheKey) -> Result<Option<Arc<Cart>>, PortError> {
        self.answer().await?;
        self.cache.get(key).await
    }

    async fn keep(&self, key: &CacheKey, cart: &Arc<Cart>, time: TimeDelta) -> Result<(), PortError> {
        self.answer().await?;
        if let Some(held) = &mut *self.holds.lock().unwrap() {
            held.push((key.clone(), Arc::clone(cart)));
            return Ok(());
        }
        self.cache.keep(key, cart, time).await
    }

    async fn invalidate(
        &self,
        key: &CacheKey,
        cart: CartId,
        version: Version,
        time: TimeDelta,
    ) -> Result<(), PortError> {
        match self.answer().await? {
            Mood::Deaf => Err(PortError::new("cache", "read only")),
            Mood::Well | Mood::Failing | Mood::Silent => {
                self.cache.invalidate(key, cart, version, time).await
            }
        }
    }
}

#[derive(Debug, Default)]
struct Warnings(Mutex<Vec<String>>);

impl Meter for Warnings {
    fn wrote(&self, _: &Wrote) {}

    fn cache_failed(&self, error: &PortError) {
        self.0.lock().unwrap().push(error.source.to_string());
    }
}

impl Warnings {
    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Two processes with one store and one cache.
struct Town {
    here: Shop,
    there: Shop,
    cache: Arc<Cache>,
    warnings: Arc<Warnings>,
    clock: Arc<ManualClock>,
}

impl Town {
    fn new() -> Self {
        Self::with(CartPolicy::storefront())
    }

    fn with(policy: CartPolicy) -> Self {
        let (memory, clock) = (Arc::<MemoryStore>::default(), Arc::<ManualClock>::default());
        let cache = Arc::new(Cache {
            cache: MemoryCartCache::new(100, Arc::clone(&clock) as _),
            mood: Mutex::default(),
            asked: AtomicUsize::default(),
            holds: Mutex::default(),
        });
        let (warnings, directory) = (Arc::<Warnings>::default(), Arc::<MemoryDirectory>::default());
        for name in ["ann", "bob"] {
            directory.put(company_id("acme"), user_id(name));
        }
        let process = || {
            Shop::shared_with(Arc::clone(&memory), policy.clone(), |builder| {
                let builder =
                    builder.cache(Arc::clone(&cache) as _, MINUTE).meter(Arc::clone(&warnings) as _);
                builder.directory(Arc::clone(&directory) as _).clock(Arc::clone(&clock) as Arc<dyn Clock>)
            })
        };
        let (here, there) = (process(), process());
        Self { here, there, cache, warnings, clock }
    }

    fn look(&self, shop: &Shop) -> CartView {
        shop.read(&ann(), &current()).unwrap()
    }

    /// How often the store was asked for a cart while somebody looked.
    fn loads_of_a_look(&self, shop: &Shop) -> usize {
        shop.counting.forget_calls();
        self.look(shop);
        shop.counting.calls().get(&StoreCall::Load).copied().unwrap_or_default()
    }

    /// Whether both processes see so many units.
    #[track_caller]
    fn both_see(&self, units: u32) {
        for shop in [&self.here, &self.there] {
            assert_eq!(self.look(shop).cart.lines()[0].quantity.get(), units);
        }
    }
}

#[test]
fn a_look_is_answered_from_the_cache_and_not_for_longer_than_its_time() {
    let town = Town::new();
    town.here.execute(ann(), &current(), &add("mug", 1)).unwrap();
    assert_eq!(town.loads_of_a_look(&town.there), 1);
    assert_eq!(town.loads_of_a_look(&town.there), 0);
    assert_eq!(town.loads_of_a_look(&town.here), 0, "the other process has kept it");
    town.clock.advance(MINUTE);
    assert_eq!(town.loads_of_a_look(&town.there), 1);
}

#[test]
fn every_write_drops_what_is_kept() {
    let town = Town::new();
    for units in 1..6 {
        let writes = if units % 2 == 0 { &town.here } else { &town.there };
        writes.execute(ann(), &current(), &add("mug", 1)).unwrap();
        town.both_see(units);
    }
    town.here.execute(ann(), &current(), &Command::Clear).unwrap();
    assert!(town.look(&town.there).cart.lines().is_empty());
    assert!(town.warnings.heard().is_empty());
}

#[test]
fn a_reader_who_is_slow_does_not_bring_back_what_was_before_a_write() {
    let town = Town::new();
    town.here.execute(ann(), &current(), &add("mug", 1)).unwrap();
    *town.cache.holds.lock().unwrap() = Some(Vec::new());
    town.both_see(1);
    town.here.execute(ann(), &current(), &add("mug", 1)).unwrap();
    let held = town.cache.holds.lock().unwrap().take().unwrap();
    assert_eq!(held.len(), 2);
    for (key, cart) in held {
        block_on(town.cache.keep(&key, &cart, MINUTE)).unwrap();
    }
    town.both_see(2);
}

#[test]
fn a_write_of_unknown_outcome_drops_it_too() {
    let town = Town::new();
    town.here.execute(ann(), &current(), &add("mug", 1)).unwrap();
    town.both_see(1);
    town.here.failing.fail_next(StoreCall::Commit, 1, Fault::UnknownDone);
    town.here.failing.fail_next(StoreCall::FindRequest, 9, Fault::Unavailable);
    let unknown = town.here.execute(ann(), &current(), &add("mug", 1)).unwrap_err();
    assert!(matches!(unknown, CartError::Store(_)), "{unknown:?}");
    town.both_see(2);
}

#[test]
fn without_a_cache_that_works_the_store_answers_and_somebody_is_warned() {
    for (mood, why) in [(Mood::Failing, "connection refused"), (Mood::Silent, "it took too long")] {
        let town = Town::new();
        town.here.execute(ann(), &current(), &add("mug", 1)).unwrap();
        town.both_see(1);
        town.cache.feel(mood);
        town.cache.asked();
        assert_eq!(town.loads_of_a_look(&town.there), 1);
        assert_eq!((town.cache.asked(), town.warnings.heard()), (1, vec![why.to_owned()]));
        assert_eq!(town.loads_of_a_look(&town.there), 1);
        assert_eq!(town.cache.asked(), 0, "it rests");
        town.clock.advance(TimeDelta::seconds(1));
        assert_eq!(town.loads_of_a_look(&town.there), 1);
        assert_eq!((town.cache.asked(), town.warnings.heard().len()), (1, 1));
        town.cache.feel(Mood::Well);
        town.clock.advance(TimeDelta::seconds(1));
        assert_eq!(town.loads_of_a_look(&town.there), 0);
    }
}

#[test]
fn a_process_reads_nothing_from_a_cache_that_may_not_have_heard_of_its_writes() {
    let town = Town::new();
    town.here.execute(ann(), &current(), &add("mug", 1)).unwrap();
    town.both_see(1);
    town.cache.feel(Mood::Deaf);
    town.here.execute(ann(), &current(), &add("mug", 1)).unwrap();
    town.cache.feel(Mood::Well);
    town.clock.advance(TimeDelta::seconds(2));
    assert_eq!(town.look(&town.there).cart.lines()[0].quantity.get(), 1, "until its time is over");
    assert_eq!(town.look(&town.here).cart.lines()[0].quantity.get(), 2);
    // That look has put into the cache what the store has.
    town.both_see(2);
    assert_eq!(town.loads_of_a_look(&town.here), 1, "not from the cache");
    town.clock.advance(MINUTE - TimeDelta::seconds(2));
    assert_eq!(town.loads_of_a_look(&town.here), 0);
}

#[test]
fn what_is_not_the_owners_open_cart_of_the_channel_is_taken_for_nothing() {
    let town = Town::new();
    town.here.execute(ann(), &current(), &add("mug", 1)).unwrap();
    town.here.execute(user("bob"), &current(), &add("mug", 7)).unwrap();
    let bobs = town.here.read(&user("bob"), &current()).unwrap().cart;
    let anns = CacheKey::of(&owner("ann"), &channel("shop")).unwrap();
    block_on(town.cache.invalidate(&anns, bobs.id(), bobs.version(), MINUTE)).unwrap();
    block_on(town.cache.keep(&anns, &bobs, MINUTE)).unwrap();
    town.both_see(1);
}

#[test]
fn who_owned_a_cart_before_does_not_see_it_any_more() {
    let policy = CartPolicy { sharing: CartPolicy::company().sharing, ..CartPolicy::storefront() };
    let town = Town::with(policy);
    let ann: Actor = user_for("ann", "acme");
    town.here.execute(ann.clone(), &current(), &add("mug", 1)).unwrap();
    for shop in [&town.here, &town.there] {
        shop.read(&ann, &current()).unwrap();
    }
    town.there
        .execute(ann.clone(), &current(), &Command::Transfer { user: user_id("bob"), keep: None })
        .unwrap();
    for shop in [&town.here, &town.there] {
        assert!(shop.read(&ann, &current()).is_err());
        assert_eq!(shop.read(&user_for("bob", "acme"), &current()).unwrap().cart.lines().len(), 1);
    }
}

#[test]
fn a_cart_that_has_expired_is_not_shown_from_the_cache() {
    let policy = CartPolicy {
        user_lifetime: cart_core::policy::Ttl::Fixed(TimeDelta::seconds(30)),
        ..CartPolicy::storefront()
    };
    let town = Town::with(policy);
    town.here.execute(ann(), &current(), &add("mug", 1)).unwrap();
    town.both_see(1);
    town.clock.advance(TimeDelta::seconds(30));
    for shop in [&town.here, &town.there] {
        assert!(shop.read(&ann(), &current()).is_err());
    }
}

#[test]
fn carts_of_guests_are_kept_nowhere() {
    let policy = CartPolicy {
        guests: cart_core::policy::GuestCarts::Allowed { lifetime: cart_core::policy::Ttl::Never },
        ..CartPolicy::storefront()
    };
    let town = Town::with(policy);
    let guest = Actor::Guest(town.here.service.new_guest());
    town.here.execute(guest.clone(), &current(), &add("mug", 1)).unwrap();
    town.here.read(&guest, &current()).unwrap();
    assert_eq!(town.cache.asked(), 0);
}
