//! Carts in recent use, as last committed or loaded.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::actor::Owner;
use crate::cart::Cart;
use crate::id::{CartId, ChannelId};
use crate::recent::Recent;

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
