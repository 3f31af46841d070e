//! Looking back at what happened to a cart, the newest first.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{CartError, CartService};
use crate::actor::{Actor, ActorRef};
use crate::authorise::claims_grant;
use crate::cart::Cart;
use crate::command::Command;
use crate::decide::{Reach, reach};
use crate::event::CartEvent;
use crate::facts::Undoing;
use crate::id::CartId;
use crate::journal::Entry;
use crate::port::StoreError;
use crate::version::Version;

/// How many writes are read at once.
const PAGE: usize = 100;
/// How many pages are looked through for a write that can be undone. All that can be written with a few links that let
/// suggest fits in, so that their bearers keep nobody from undoing.
const UNDO_PAGES: usize = 50;

impl CartService {
    /// The writes of a cart up to a version, oldest first, and no more than so many.
    pub(super) async fn entries_up_to(
        &self,
        cart: CartId,
        last: u64,
        most: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let after = last.saturating_sub(most as u64);
        let count = usize::try_from(last - after).unwrap_or(most);
        self.ports.store.entries(cart, Version::new(after), count).await
    }

    /// The last write that can be undone; none if there is none, or it is too long ago. Writes that are passed over are
    /// too many only if they fill [`UNDO_PAGES`].
    pub(super) async fn undoable(&self, cart: &Cart) -> Result<Option<Undoing>, CartError> {
        let mut last = cart.version().get();
        for _ in 0..UNDO_PAGES {
            let page = self.entries_up_to(cart.id(), last, PAGE).await?;
            if let Some(entry) = page.iter().rev().find(|entry| reach(&entry.events) != Reach::Apart) {
                return self.undoing(entry).await;
            }
            last = last.saturating_sub(PAGE as u64);
        }
        Ok(None)
    }

    async fn undoing(&self, entry: &Entry) -> Result<Option<Undoing>, CartError> {
        let before = Version::new(entry.version.get() - 1);
        let Some(before) = before.filter(|_| reach(&entry.events) == Reach::Content) else { return Ok(None) };
        let before = self.cart_as_of(entry.cart, before).await?;
        let mut after = Cart::clone(&before);
        after.apply(entry);
        Ok(Some(Undoing { version: entry.version, before, after: Arc::new(after) }))
    }

    /// How many suggestions were made with what lets the actor in, counted no further than `most`. 0 if the cart has too
    /// few writes for so many.
    pub(super) async fn suggested(
        &self,
        actor: &Actor,
        cart: &Cart,
        command: &Command,
        most: usize,
    ) -> Result<usize, CartError> {
        let since = self.let_in_at(actor, cart).filter(|_| matches!(command, Command::Suggest { .. }));
        let Some(since) = since.filter(|_| cart.version().get() > most as u64) else { return Ok(0) };
        let (author, mut last, mut made) = (actor.to_ref(), cart.version().get(), 0);
        while last > 0 && made < most {
            let page = self.entries_up_to(cart.id(), last, PAGE).await?;
            made += page.iter().filter(|entry| entry.at >= since && suggests(entry, &author)).count();
            let is_all = page.first().is_none_or(|oldest| oldest.at < since);
            last = if is_all { 0 } else { last.saturating_sub(PAGE as u64) };
        }
        Ok(made.min(most))
    }

    /// Since when a link or a grant lets the actor in; none if they need neither.
    fn let_in_at(&self, actor: &Actor, cart: &Cart) -> Option<DateTime<Utc>> {
        if let Actor::LinkBearer(token) = actor {
            return cart.link_opened_by(token.digest(), self.now()).map(|link| link.made_at);
        }
        claims_grant(actor, cart).map(|(_, grant)| grant.granted_at)
    }
}

/// Whether a write is a suggestion of an author's.
fn suggests(entry: &Entry, author: &ActorRef) -> bool {
    let makes = |event: &CartEvent| matches!(event, CartEvent::SuggestionMade { .. });
    entry.actor == *author && entry.events.iter().any(makes)
}
