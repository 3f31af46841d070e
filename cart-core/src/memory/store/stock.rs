//! The stock that the store counts, as the carts' events say.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use super::state::State;
use crate::actor::Owner;
use crate::checkout::{Checkout, CheckoutStep, StockCounting};
use crate::event::CartEvent;
use crate::id::{CheckoutId, StockItemId};
use crate::journal::Entry;
use crate::memory::stock::{Changes, Shortage};
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
        let moved = |changes: &mut Changes<'_>| {
            unit.commits.iter().try_for_each(|commit| move_stock_of(changes, commit))
        };
        Ok(self.stock.change(moved)?)
    }

    /// Follows a rewritten entry: what is held for a checkout is held for the owner that it names now.
    pub(super) fn rewrite_stock(&mut self, entry: &Entry) {
        for event in &entry.events {
            if let CartEvent::CheckoutBegun { checkout } = event {
                self.stock.set_owner(checkout.id, &checkout.draft.owner);
            }
        }
    }
}

fn move_stock_of(changes: &mut Changes<'_>, Commit { cart, entry, .. }: &Commit) -> Result<(), Shortage> {
    for event in &entry.events {
        if let CartEvent::CheckoutBegun { checkout } = event {
            if checkout.stock.counted_by == StockCounting::Store {
                changes.reserve(&hold(checkout), entry.at)?;
            }
        } else if let CartEvent::CheckoutAdvanced { checkout, step } = event {
            move_stock_by(changes, *checkout, step, cart.owner(), entry.at)?;
        } else if let CartEvent::CheckoutCancelled { checkout, .. } = event {
            changes.release(*checkout);
        }
    }
    Ok(())
}

fn move_stock_by(
    changes: &mut Changes<'_>,
    checkout: CheckoutId,
    step: &CheckoutStep,
    owner: &Owner,
    at: DateTime<Utc>,
) -> Result<(), Shortage> {
    if let CheckoutStep::StockClaimed { counted_by: StockCounting::Store, items } = step {
        changes.claim(&Hold { checkout, owner, items, until: at, max_held: None }, at)?;
    } else if let CheckoutStep::Extended { held_until, .. } = step {
        changes.extend(checkout, *held_until, at);
    }
    Ok(())
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
