//! A store in memory.

mod broken;
mod by_time;
mod check;
mod checkouts;
mod index;
mod journal;
mod ledgers;
mod relays;
mod shares;
mod state;
mod stock;
mod uses;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

pub use self::broken::{BrokenProgress, BrokenUnit};
use self::check::check_shape;
use self::state::State;
use crate::cart::Cart;
use crate::id::CartId;
use crate::port::{CartStore, Rewritten, StoreError, Unit};

const NAME: &str = "memory store";

/// A store in memory: the reference for every other one, for tests and for trying things out.
///
/// It is stricter than a store needs to be: what breaks the contract of [`CartStore`] is refused with
/// [`StoreError::Corrupt`], whose source is a [`BrokenUnit`]; what breaks that of
/// [`RelayLedger`](crate::port::RelayLedger), with a [`BrokenProgress`].
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing between the first change and the last can panic, so the state is whole even then.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CartStore for MemoryStore {
    async fn load(&self, cart: CartId) -> Result<Option<Arc<Cart>>, StoreError> {
        Ok(self.state().cart(cart).cloned())
    }

    async fn commit(&self, unit: Unit) -> Result<(), StoreError> {
        check_shape(&unit)?;
        let mut state = self.state();
        state.check(&unit)?;
        let mut uses = state.count_uses(&unit)?;
        if let Err(short) = state.move_stock(&unit) {
            state.uses.take_back(&mut uses);
            return Err(short);
        }
        unit.commits.into_iter().for_each(|commit| state.write(commit));
        Ok(())
    }

    async fn rewrite(&self, history: Rewritten) -> Result<(), StoreError> {
        let mut state = self.state();
        state.check_rewrite(&history)?;
        state.rewrite(history);
        Ok(())
    }

    fn is_only_writer(&self) -> bool {
        true
    }
}
