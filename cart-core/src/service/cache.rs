//! Carts in recent use, as last committed or loaded.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::actor::Owner;
use crate::cart::Cart;
use crate::id::{CartId, ChannelId};

/// Whose current cart, and where.
pub(super) type CurrentKey = (ChannelId, Owner);

/// The hot carts, and which of them are their owners' current ones.
///
/// For writes a stale cart does no harm: what is decided on it fails the store's version check, and the next try
/// loads afresh. For reads it holds only what was committed last: a cart is kept when its commit returns, or when
/// it was loaded and nothing was committed meanwhile, and never while a commit of it may still be under way.
#[derive(Debug)]
pub(super) struct HotCarts {
    hot: Mutex<Hot>,
}

#[derive(Debug)]
struct Hot {
    carts: Recent<CartId, Arc<Cart>>,
    current: Recent<CurrentKey, CartId>,
    /// Carts with a commit whose caller went away before it returned.
    uncertain: Recent<CartId, ()>,
    changes: u64,
}

/// How many changes the cache had seen when a load began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Since(u64);

impl HotCarts {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            hot: Mutex::new(Hot {
                carts: Recent::new(capacity),
                current: Recent::new(capacity),
                uncertain: Recent::new(capacity),
                changes: 0,
            }),
        }
    }

    fn hot(&self) -> MutexGuard<'_, Hot> {
        // A panic while the lock is held leaves a cache that is merely less full.
        self.hot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> MutexGuard<'_, Hot> {
        let mut hot = self.hot();
        hot.changes = hot.changes.wrapping_add(1);
        hot
    }

    pub(super) fn cart(&self, id: CartId) -> Option<Arc<Cart>> {
        self.hot().carts.get(&id)
    }

    pub(super) fn current(&self, key: &CurrentKey) -> Option<CartId> {
        self.hot().current.get(key)
    }

    /// To be taken before a load whose result is to be kept.
    pub(super) fn since(&self) -> Since {
        Since(self.hot().changes)
    }

    /// Keeps a cart that was loaded, if nothing changed since the load began.
    pub(super) fn keep_loaded(&self, cart: &Arc<Cart>, since: Since) {
        let mut hot = self.hot();
        if Since(hot.changes) == since && hot.uncertain.get(&cart.id()).is_none() {
            hot.keep(cart);
        }
    }

    /// Keeps a cart that was committed.
    pub(super) fn keep_committed(&self, cart: &Arc<Cart>) {
        let mut hot = self.change();
        hot.uncertain.remove(&cart.id());
        hot.keep(cart);
    }

    /// Forgets a cart, after it turned out to have moved on.
    pub(super) fn forget(&self, id: CartId) {
        self.change().forget(id);
    }

    /// Forgets a cart, and keeps none of it until the next commit: one may still be under way.
    pub(super) fn distrust(&self, id: CartId) {
        let mut hot = self.change();
        hot.forget(id);
        hot.uncertain.put(id, ());
    }

    pub(super) fn forget_current(&self, key: &CurrentKey) {
        self.change().current.remove(key);
    }
}

impl Hot {
    /// Keeps a cart, unless a later version of it is there.
    fn keep(&mut self, cart: &Arc<Cart>) {
        if self.carts.get(&cart.id()).is_some_and(|kept| kept.version() > cart.version()) {
            return;
        }
        let key = (cart.channel().clone(), cart.owner().clone());
        if cart.is_sole() && cart.status().is_open() {
            self.current.put(key, cart.id());
        } else if self.current.get(&key) == Some(cart.id()) {
            self.current.remove(&key);
        }
        self.carts.put(cart.id(), Arc::clone(cart));
    }

    fn forget(&mut self, id: CartId) {
        if let Some(cart) = self.carts.remove(&id) {
            self.current.remove(&(cart.channel().clone(), cart.owner().clone()));
        }
    }
}

/// Keeps the most recently used entries, roughly: between half the capacity and all of it.
///
/// Entries live in two generations. Use moves an entry into the young one; when that is half the capacity, the old
/// one is dropped and the young one becomes old. Every operation takes constant time.
#[derive(Debug)]
struct Recent<K, V> {
    half: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Hash + Eq + Clone, V: Clone> Recent<K, V> {
    fn new(capacity: usize) -> Self {
        Self { half: capacity.div_ceil(2), young: HashMap::new(), old: HashMap::new() }
    }

    fn get(&mut self, key: &K) -> Option<V> {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let value = self.old.remove(key)?;
        self.put(key.clone(), value.clone());
        Some(value)
    }

    fn put(&mut self, key: K, value: V) {
        if self.half == 0 {
            return;
        }
        self.old.remove(&key);
        if self.young.len() >= self.half && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    fn remove(&mut self, key: &K) -> Option<V> {
        let old = self.old.remove(key);
        self.young.remove(key).or(old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_holds_more_than_its_capacity_and_keeps_what_is_used() {
        let mut recent = Recent::new(10);
        for n in 0..1000 {
            recent.put(n, n);
            assert_eq!(recent.get(&0), Some(0));
            assert!(recent.young.len() + recent.old.len() <= 10);
        }
        assert_eq!(recent.get(&999), Some(999));
        assert_eq!(recent.get(&500), None);
    }

    #[test]
    fn what_is_removed_is_gone_from_both_generations() {
        let mut recent = Recent::new(2);
        recent.put(1, "a");
        recent.put(2, "b");
        assert_eq!(recent.remove(&1), Some("a"));
        assert_eq!(recent.get(&1), None);
    }

    #[test]
    fn without_capacity_nothing_is_kept() {
        let mut recent = Recent::new(0);
        recent.put(1, 1);
        assert_eq!(recent.get(&1), None);
    }
}
