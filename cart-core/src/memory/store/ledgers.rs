//! What is counted and remembered beside carts.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use crate::facts::Uses;
use crate::id::{CartId, CheckoutId, CustomerKey, LinkId, PromotionId};
use crate::port::{
    Checkpoint, HeldBack, LinkLedger, Openings, Progress, RelayLedger, RelayName, StoreError, UseLedger,
};

#[async_trait]
impl UseLedger for MemoryStore {
    async fn uses(
        &self,
        promotions: &[PromotionId],
        customer: Option<&CustomerKey>,
        except: Option<CheckoutId>,
    ) -> Result<Vec<Uses>, StoreError> {
        let state = self.state();
        Ok(promotions.iter().map(|promotion| state.uses.uses(promotion, customer, except)).collect())
    }
}

#[async_trait]
impl LinkLedger for MemoryStore {
    async fn open_link(
        &self,
        link: LinkId,
        at: DateTime<Utc>,
        limit: Option<u32>,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let counted = state.openings.get(&link).copied().unwrap_or_default();
        let is_open = limit.is_none_or(|limit| counted.count < u64::from(limit));
        if is_open {
            let opened = Openings { count: counted.count + 1, last: counted.last.max(Some(at)) };
            state.openings.insert(link, opened);
        }
        Ok(is_open)
    }

    async fn openings(&self, links: &[LinkId]) -> Result<Vec<Openings>, StoreError> {
        let state = self.state();
        Ok(links.iter().map(|link| state.openings.get(link).copied().unwrap_or_default()).collect())
    }
}

#[async_trait]
impl RelayLedger for MemoryStore {
    async fn checkpoint(&self, relay: &RelayName) -> Result<Checkpoint, StoreError> {
        Ok(self.state().relays.checkpoint(relay))
    }

    async fn held_due(
        &self,
        relay: &RelayName,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError> {
        Ok(self.state().relays.due(relay, now).take(limit).cloned().collect())
    }

    async fn parked(
        &self,
        relay: &RelayName,
        after: Option<CartId>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError> {
        Ok(self.state().relays.parked(relay, after).take(limit).cloned().collect())
    }

    async fn held_among(&self, relay: &RelayName, carts: &[CartId]) -> Result<Vec<HeldBack>, StoreError> {
        let state = self.state();
        Ok(carts.iter().filter_map(|cart| state.relays.held(relay, *cart)).cloned().collect())
    }

    async fn note_progress(&self, relay: &RelayName, progress: Progress) -> Result<bool, StoreError> {
        Ok(self.state().relays.note(relay, progress)?)
    }
}
