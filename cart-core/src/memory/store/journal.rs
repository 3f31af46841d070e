//! Reading what happened.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use crate::actor::ActorRef;
use crate::id::CartId;
use crate::journal::{Entry, Position, Positioned, Request};
use crate::port::{EventLog, StoreError};
use crate::version::Version;

#[async_trait]
impl EventLog for MemoryStore {
    async fn entries(
        &self,
        cart: CartId,
        after: Option<Version>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        // Versions count from 1 without gaps, so as many come before.
        let read = after.map_or(0, |after| usize::try_from(after.get()).unwrap_or(usize::MAX));
        let state = self.state();
        Ok(state.history(cart).skip(read).take(limit).map(|entry| Entry::clone(entry)).collect())
    }

    async fn entries_after(&self, position: Position, limit: usize) -> Result<Vec<Positioned>, StoreError> {
        let state = self.state();
        let read = usize::try_from(position.0).unwrap_or(usize::MAX);
        let positions = (1..).map(Position);
        let unread = positions.zip(state.journal()).skip(read).take(limit);
        Ok(unread.map(|(position, entry)| Positioned { position, entry: Entry::clone(entry) }).collect())
    }

    async fn forget_requests(&self, before: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        Ok(self.state().forget_requests(before, limit))
    }

    async fn find_request(
        &self,
        cart: CartId,
        actor: &ActorRef,
        request: &Request,
    ) -> Result<Option<Entry>, StoreError> {
        Ok(self.state().request(cart, actor, request).map(|entry| Entry::clone(entry)))
    }
}
