//! What is stored, and what follows from it.

use std::collections::{HashMap, HashSet};
use std::mem::{Discriminant, discriminant};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::by_time::{ByTime, Place};
use super::checkouts::Checkouts;
use super::relays::Relays;
use super::shares::Shares;
use super::uses::{Undo, UseBook};
use crate::actor::{ActorRef, Owner};
use crate::cart::Cart;
use crate::id::{CartId, ChannelId, LinkId};
use crate::journal::{Entry, KeyOrigin, Request, RequestKey};
use crate::memory::stock::StockBook;
use crate::port::{Commit, Openings, Rewritten, StoreError, Unit};
use crate::status::Status;

/// A request to a cart, whatever was asked for.
type Asked = (CartId, ActorRef, RequestKey, Discriminant<KeyOrigin>);

/// All that is stored. What is besides `carts`, `journal`, `rewritten`, `openings` and `relays` follows from the first two.
#[derive(Debug, Default)]
pub(super) struct State {
    carts: HashMap<CartId, Arc<Cart>>,
    /// All entries; the first has position 1.
    journal: Vec<Arc<Entry>>,
    /// Where in the journal the entries of a cart are, by rising version from the first.
    histories: HashMap<CartId, Vec<usize>>,
    /// Where in the journal the entry of a request is.
    requests: HashMap<Asked, usize>,
    /// The carts whose histories were rewritten.
    rewritten: HashSet<CartId>,
    owned: HashMap<(ChannelId, Owner), ByTime>,
    /// The open carts of owners who may have only one.
    sole: HashMap<(ChannelId, Owner), CartId>,
    /// When the lifetimes of active carts end.
    pub(super) ends: ByTime,
    pub(super) shares: Shares,
    pub(super) uses: UseBook,
    pub(super) stock: StockBook,
    pub(super) checkouts: Checkouts,
    pub(super) openings: HashMap<LinkId, Openings>,
    pub(super) relays: Relays,
}

impl State {
    pub(super) fn cart(&self, id: CartId) -> Option<&Arc<Cart>> {
        self.carts.get(&id)
    }

    /// All entries; the first has position 1.
    pub(super) fn journal(&self) -> &[Arc<Entry>] {
        &self.journal
    }

    /// The entries of a cart, by rising version from the first.
    pub(super) fn history(&self, id: CartId) -> impl Iterator<Item = &Arc<Entry>> {
        let history = self.histories.get(&id).map(Vec::as_slice).unwrap_or_default();
        history.iter().filter_map(|index| self.journal.get(*index))
    }

    /// The entry of a request, if it was made.
    pub(super) fn request(&self, cart: CartId, actor: &ActorRef, request: &Request) -> Option<&Arc<Entry>> {
        self.requests.get(&asked(cart, actor, request)).and_then(|index| self.journal.get(*index))
    }

    /// Whether the request of an entry was made before.
    pub(super) fn was_made(&self, entry: &Entry) -> bool {
        self.requests.contains_key(&asked_by(entry))
    }

    pub(super) fn was_rewritten(&self, id: CartId) -> bool {
        self.rewritten.contains(&id)
    }

    /// The open cart of an owner who may have only one.
    pub(super) fn sole_cart(&self, place: &(ChannelId, Owner)) -> Option<CartId> {
        self.sole.get(place).copied()
    }

    /// An owner's carts, newest first.
    pub(super) fn carts_of(&self, channel: &ChannelId, owner: &Owner) -> impl Iterator<Item = &Arc<Cart>> {
        let owned = self.owned.get(&(channel.clone(), owner.clone()));
        owned.into_iter().flatten().rev().filter_map(|(_, id)| self.carts.get(id))
    }

    pub(super) fn shares_are_its_own(&self, cart: &Cart) -> bool {
        self.shares.are_its_own(cart)
    }

    /// Counts the uses of a unit, or refuses it.
    pub(super) fn count_uses(&mut self, unit: &Unit) -> Result<Vec<Undo>, StoreError> {
        self.uses.count(unit)
    }

    /// Writes a commit that was checked.
    pub(super) fn write(&mut self, Commit { cart, entry, .. }: Commit) {
        self.put(cart);
        self.record(entry);
    }

    /// Puts a history that was checked in the place of the stored one.
    pub(super) fn rewrite(&mut self, Rewritten { cart, entries, .. }: Rewritten) {
        self.rewritten.insert(cart.id());
        let history = self.histories.get(&cart.id()).cloned().unwrap_or_default();
        for (index, entry) in history.into_iter().zip(entries) {
            self.uses.rewrite(&entry);
            self.rewrite_stock(&entry);
            let Some(kept) = self.journal.get_mut(index) else { continue };
            // A request that was forgotten stays so; one that was made anew is the later entry's.
            if self.requests.get(&asked_by(kept)) == Some(&index) {
                self.requests.remove(&asked_by(kept));
                self.requests.insert(asked_by(&entry), index);
            }
            *kept = entry;
        }
        self.put(cart);
    }

    /// Forgets request keys of callers, the oldest first; those of carts in checkout are kept.
    pub(super) fn forget_requests(&mut self, before: DateTime<Utc>, limit: usize) -> usize {
        let entries = self.journal.iter().enumerate().filter(|(_, entry)| entry.at < before);
        let mut old: Vec<(usize, &Arc<Entry>)> =
            entries.filter(|(index, entry)| self.is_forgettable(*index, entry)).collect();
        old.sort_by_key(|(_, entry)| entry.at);
        let old: Vec<Asked> = old.into_iter().take(limit).map(|(_, entry)| asked_by(entry)).collect();
        old.iter().filter(|asked| self.requests.remove(asked).is_some()).count()
    }

    fn is_forgettable(&self, index: usize, entry: &Entry) -> bool {
        let is_callers = matches!(entry.request.origin, KeyOrigin::Caller { .. });
        let in_checkout =
            self.cart(entry.cart).is_some_and(|cart| matches!(cart.status(), Status::Checkout { .. }));
        // The same key may have been used anew by a later entry.
        is_callers && !in_checkout && self.requests.get(&asked_by(entry)) == Some(&index)
    }

    /// Keeps the state of a cart.
    fn put(&mut self, cart: Arc<Cart>) {
        let id = cart.id();
        if let Some(old) = self.carts.get(&id).cloned() {
            self.take_out(&old);
        }
        let place = place(&cart);
        self.ends.extend(end(&cart));
        self.shares.put(&cart);
        self.checkouts.put(&cart);
        if cart.is_sole() && cart.status().is_open() {
            self.sole.insert(place.clone(), id);
        }
        self.owned.entry(place).or_default().insert((cart.created_at(), id));
        self.carts.insert(id, cart);
    }

    /// Forgets where a cart was found; its owner may be another one now.
    fn take_out(&mut self, old: &Cart) {
        let (id, place) = (old.id(), place(old));
        if let Some(old) = end(old) {
            self.ends.remove(&old);
        }
        self.shares.take_out(old);
        self.checkouts.take_out(old);
        if self.sole.get(&place) == Some(&id) {
            self.sole.remove(&place);
        }
        if let Some(owned) = self.owned.get_mut(&place) {
            owned.remove(&(old.created_at(), id));
        }
    }

    fn record(&mut self, entry: Arc<Entry>) {
        self.checkouts.record(&entry);
        let index = self.journal.len();
        self.histories.entry(entry.cart).or_default().push(index);
        self.requests.insert(asked_by(&entry), index);
        self.journal.push(entry);
    }
}

pub(super) fn place(cart: &Cart) -> (ChannelId, Owner) {
    (cart.channel().clone(), cart.owner().clone())
}

fn asked_by(entry: &Entry) -> Asked {
    asked(entry.cart, &entry.actor, &entry.request)
}

fn asked(cart: CartId, actor: &ActorRef, request: &Request) -> Asked {
    (cart, actor.clone(), request.key.clone(), discriminant(&request.origin))
}

fn end(cart: &Cart) -> Option<Place> {
    let expires_at = cart
        .expires_at()
        .filter(|_| matches!(cart.status(), Status::Active) && cart.checkouts().is_empty())?;
    Some((expires_at, cart.id()))
}
