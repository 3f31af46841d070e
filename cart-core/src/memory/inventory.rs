//! A warehouse in memory.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::stock::{Shortage, StockBook};
use crate::id::{CheckoutId, StockItemId};
use crate::port::{Clock, Hold, HoldError, Inventory, PortError, StockLevel};

const NAME: &str = "memory inventory";

/// Counts stock in memory, for tests and demos of hosts whose warehouse is not the store of the carts.
///
/// A checkout that has given its stock back gets none any more, so that a hold that was still on its way is refused.
///
/// ```
/// use std::sync::Arc;
/// use cart_core::id::StockItemId;
/// use cart_core::memory::{MemoryInventory, SystemClock};
///
/// let inventory = MemoryInventory::new(Arc::new(SystemClock));
/// let mugs = StockItemId::new("mug")?;
/// inventory.set_supply(&mugs, 12)?;
/// assert_eq!(inventory.level(&mugs).map(|level| level.free()), Some(12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MemoryInventory {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    book: StockBook,
    /// The checkouts that gave their stock back.
    released: HashSet<CheckoutId>,
}

impl MemoryInventory {
    /// A warehouse with nothing in it, whose holds end by the clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// Says how many units of an item were ever supplied.
    ///
    /// # Errors
    /// [`HoldError::Short`] if fewer than are held and sold; nothing changes then.
    pub fn set_supply(&self, item: &StockItemId, supplied: u32) -> Result<(), HoldError> {
        let now = self.clock.now();
        Ok(self.state().book.set_supply(item, supplied, now)?)
    }

    /// What there is of an item now; none if it was never supplied.
    pub fn level(&self, item: &StockItemId) -> Option<StockLevel> {
        let now = self.clock.now();
        self.state().book.level(item, None, now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing between the first change and the last can panic, so the state is whole even then.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, for a checkout that may still have stock.
    fn state_for(&self, checkout: CheckoutId) -> Result<MutexGuard<'_, State>, HoldError> {
        let state = self.state();
        if state.released.contains(&checkout) {
            let why = format!("checkout {checkout} has given its stock back");
            return Err(PortError::new(NAME, why).into());
        }
        Ok(state)
    }
}

#[async_trait]
impl Inventory for MemoryInventory {
    async fn free(
        &self,
        items: &[StockItemId],
        except: Option<CheckoutId>,
    ) -> Result<Vec<Option<u32>>, PortError> {
        let (now, state) = (self.clock.now(), self.state());
        let free = |item| state.book.level(item, except, now).map(StockLevel::free);
        Ok(items.iter().map(free).collect())
    }

    async fn reserve(&self, hold: &Hold<'_>) -> Result<(), HoldError> {
        let (now, mut state) = (self.clock.now(), self.state_for(hold.checkout)?);
        Ok(state.book.change(|changes| changes.reserve(hold, now))?)
    }

    async fn claim(&self, hold: &Hold<'_>) -> Result<(), HoldError> {
        let (now, mut state) = (self.clock.now(), self.state_for(hold.checkout)?);
        Ok(state.book.change(|changes| changes.claim(hold, now))?)
    }

    async fn release(&self, checkout: CheckoutId) -> Result<(), PortError> {
        let mut state = self.state();
        state.released.insert(checkout);
        state.book.release(checkout);
        Ok(())
    }
}

impl From<Shortage> for HoldError {
    fn from(shortage: Shortage) -> Self {
        match shortage {
            Shortage::Short { item, available } => Self::Short { item, available },
            Shortage::TooMuch { max } => Self::TooMuch { max },
        }
    }
}
