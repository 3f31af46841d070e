//! The stock that the store counts, as the carts' events say.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use super::state::State;
use crate::actor::Owner;
use crate::checkout::{Checkout, CheckoutStep, StockCounting};
use crate::event::CartEvent;
use crate::id::{CheckoutId, StockItemId};
use crate::memory::stock::Shortage;
use crate::port::{Commit, Hold, StockLedger, StockLevel, StoreError, Unit};

#[async_trait]
impl StockLedger for MemoryStore {
    async fn stock(
        &self,
        items: &[StockItemId],
        except: Option<CheckoutId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<StockLevel>>, StoreError> {
        let state = self.state();
        Ok(items.iter().map(|item| state.stock.level(item, except, now)).collect())
    }

    async fn set_supply(
        &self,
        item: &StockItemId,
        supplied: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        Ok(self.state().stock.set_supply(item, supplied, now)?)
    }

    async fn remove_ended_holds(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        Ok(self.state().stock.remove_ended(now, limit))
    }
}

impl State {
    /// Changes the stock as a unit says, or refuses it and changes nothing.
    pub(super) fn move_stock(&mut self, unit: &Unit) -> Result<(), StoreError> {
        let moves = |event: &CartEvent| {
            matches!(
                event,
                CartEvent::CheckoutBegun { .. }
                    | CartEvent::CheckoutAdvanced { .. }
                    | CartEvent::CheckoutCancelled { .. }
                    | CartEvent::CheckoutCompleted { .. }
            )
        };
        let mut events = unit.commits.iter().flat_map(|commit| &commit.entry.events);
        if !events.any(moves) {
            return Ok(());
        }
        let before = self.stock.clone();
        let moved = unit.commits.iter().try_for_each(|commit| self.move_stock_of(commit));
        if moved.is_err() {
            self.stock = before;
        }
        moved
    }

    fn move_stock_of(&mut self, Commit { cart, entry, .. }: &Commit) -> Result<(), StoreError> {
        for event in &entry.events {
            if let CartEvent::CheckoutBegun { checkout } = event {
                if checkout.stock.counted_by == StockCounting::Store {
                    self.stock.reserve(&hold(checkout), entry.at)?;
                }
            } else if let CartEvent::CheckoutAdvanced { checkout, step } = event {
                self.move_stock_by(*checkout, step, cart.owner(), entry.at)?;
            } else if let CartEvent::CheckoutCancelled { checkout, .. } = event {
                self.stock.release(*checkout);
            } else if let CartEvent::CheckoutCompleted { checkout, .. } = event {
                self.stock.settle(*checkout);
            }
        }
        Ok(())
    }

    fn move_stock_by(
        &mut self,
        checkout: CheckoutId,
        step: &CheckoutStep,
        owner: &Owner,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if let CheckoutStep::StockClaimed { counted_by: StockCounting::Store, items } = step {
            self.stock.claim(&Hold { checkout, owner, items, until: at, max_held: None }, at)?;
        } else if let CheckoutStep::Extended { held_until, .. } = step {
            self.stock.extend(checkout, *held_until);
        }
        Ok(())
    }
}

fn hold(checkout: &Checkout) -> Hold<'_> {
    Hold {
        checkout: checkout.id,
        owner: &checkout.draft.owner,
        items: &checkout.stock.items,
        until: checkout.stock.until,
        max_held: checkout.stock.max_held,
    }
}

impl From<Shortage> for StoreError {
    fn from(shortage: Shortage) -> Self {
        match shortage {
            Shortage::Short { item, available } => Self::OutOfStock { item, available },
            Shortage::TooMuch { max } => Self::TooMuchHeld { max },
        }
    }
}
