//! Carts kept at hand in this process.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::cart::Cart;
use crate::id::CartId;
use crate::port::{CacheKey, CartCache, Clock, PortError};
use crate::recent::Recent;
use crate::version::Version;

/// Keeps the carts of the users who were there last.
#[derive(Debug)]
pub struct MemoryCartCache {
    slots: Mutex<Recent<CacheKey, Slot>>,
    clock: Arc<dyn Clock>,
}

/// What is known about the current cart under a key.
#[derive(Clone, Debug)]
struct Slot {
    cart: CartId,
    /// It is at this version, or a later one.
    version: Version,
    kept: Option<Arc<Cart>>,
    until: DateTime<Utc>,
}

impl MemoryCartCache {
    /// With room for so many carts.
    pub fn new(capacity: usize, clock: Arc<dyn Clock>) -> Self {
        Self { slots: Mutex::new(Recent::new(capacity)), clock }
    }

    /// Does something with what is known, now, under a key.
    fn with<T>(
        &self,
        key: &CacheKey,
        act: impl FnOnce(&mut Recent<CacheKey, Slot>, Option<Slot>, DateTime<Utc>) -> T,
    ) -> T {
        let now = self.clock.now();
        // A panic while the lock is held leaves a cache that is merely less full.
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let known = slots.get(key).filter(|slot| now < slot.until);
        act(&mut slots, known, now)
    }
}

#[async_trait]
impl CartCache for MemoryCartCache {
    async fn get(&self, key: &CacheKey) -> Result<Option<Arc<Cart>>, PortError> {
        Ok(self.with(key, |_, known, _| known.and_then(|slot| slot.kept)))
    }

    async fn keep(&self, key: &CacheKey, cart: &Arc<Cart>, time: TimeDelta) -> Result<(), PortError> {
        let (id, version) = (cart.id(), cart.version());
        self.with(key, |slots, known, now| {
            if known.is_none_or(|slot| slot.cart == id && slot.version <= version) {
                let kept = Some(Arc::clone(cart));
                slots.put(key.clone(), Slot { cart: id, version, kept, until: now + time });
            }
        });
        Ok(())
    }

    async fn invalidate(
        &self,
        key: &CacheKey,
        cart: CartId,
        version: Version,
        time: TimeDelta,
    ) -> Result<(), PortError> {
        self.with(key, |slots, known, now| {
            let later = known.filter(|slot| slot.cart == cart && slot.version > version);
            if later.is_none() {
                slots.put(key.clone(), Slot { cart, version, kept: None, until: now + time });
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::samples::{Write, created_sole, owner};
    use crate::testing::{ManualClock, block_on};

    const MINUTE: TimeDelta = TimeDelta::seconds(60);

    /// A cart of Ann's, at a version.
    fn cart_at(id: u128, version: u64) -> Cart {
        let id = CartId::from_uuid(uuid::Uuid::from_u128(id));
        let mut cart = Write::new([]).create(id, created_sole(owner("ann"))).cart;
        while cart.version().get() < version {
            cart = Write::new([]).change(&cart).cart;
        }
        Cart::clone(&cart)
    }

    struct Cache {
        cache: MemoryCartCache,
        clock: Arc<ManualClock>,
        key: CacheKey,
    }

    impl Cache {
        fn new() -> Self {
            let clock = Arc::<ManualClock>::default();
            let key = {
                let cart = cart_at(1, 1);
                CacheKey::of(cart.owner(), cart.channel()).unwrap()
            };
            Self { cache: MemoryCartCache::new(10, Arc::clone(&clock) as _), clock, key }
        }

        fn keep(&self, cart: u128, version: u64) {
            block_on(self.cache.keep(&self.key, &Arc::new(cart_at(cart, version)), MINUTE)).unwrap();
        }

        fn invalidate(&self, cart: u128, version: u64) {
            let cart = cart_at(cart, version);
            let dropping = self.cache.invalidate(&self.key, cart.id(), cart.version(), MINUTE);
            block_on(dropping).unwrap();
        }

        fn kept(&self) -> Option<(CartId, Version)> {
            let kept = block_on(self.cache.get(&self.key)).unwrap();
            kept.map(|cart| (cart.id(), cart.version()))
        }

        fn has(&self, cart: u128, version: u64) -> bool {
            let cart = cart_at(cart, version);
            self.kept() == Some((cart.id(), cart.version()))
        }
    }

    #[test]
    fn what_is_kept_is_there_until_its_time_is_over() {
        let cache = Cache::new();
        cache.keep(1, 3);
        cache.clock.advance(TimeDelta::seconds(59));
        assert!(cache.has(1, 3));
        cache.clock.advance(TimeDelta::seconds(1));
        assert_eq!(cache.kept(), None);
    }

    #[test]
    fn what_was_loaded_before_a_write_does_not_come_back_after_it() {
        let cache = Cache::new();
        cache.keep(1, 3);
        cache.invalidate(1, 4);
        assert_eq!(cache.kept(), None);
        cache.keep(1, 3);
        assert_eq!(cache.kept(), None, "a slow reader");
        cache.keep(1, 4);
        assert!(cache.has(1, 4));
        cache.keep(1, 3);
        assert!(cache.has(1, 4));
    }

    #[test]
    fn the_cart_before_does_not_come_back() {
        let cache = Cache::new();
        cache.invalidate(1, 9);
        cache.invalidate(2, 1);
        cache.keep(1, 8);
        assert_eq!(cache.kept(), None);
        cache.keep(2, 1);
        assert!(cache.has(2, 1));
    }

    #[test]
    fn writes_may_be_heard_of_in_any_order() {
        let cache = Cache::new();
        cache.invalidate(1, 5);
        cache.invalidate(1, 4);
        cache.keep(1, 4);
        assert_eq!(cache.kept(), None);
        cache.keep(1, 5);
        cache.invalidate(1, 4);
        assert!(cache.has(1, 5));
    }
}
