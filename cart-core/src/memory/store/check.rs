//! Whether something may be written. Changes nothing.

use std::collections::{HashMap, HashSet};
use std::mem::discriminant;
use std::sync::Arc;

use super::broken::BrokenUnit;
use super::state::{State, place};
use crate::actor::Owner;
use crate::cart::Cart;
use crate::event::CartEvent;
use crate::id::{CartId, ChannelId};
use crate::journal::{Entry, KeyOrigin};
use crate::port::{Commit, Rewritten, StoreError, Unit};
use crate::version::Version;

/// What can be said about a unit without looking at what is stored.
pub(super) fn check_shape(unit: &Unit) -> Result<(), BrokenUnit> {
    if unit.commits.is_empty() {
        return Err(BrokenUnit::Empty);
    }
    let mut seen = HashSet::new();
    for commit in &unit.commits {
        check_commit_shape(commit)?;
        if !seen.insert(commit.cart.id()) {
            return Err(BrokenUnit::CartTwice(commit.cart.id()));
        }
    }
    Ok(())
}

fn check_commit_shape(Commit { base, cart, entry }: &Commit) -> Result<(), BrokenUnit> {
    let id = cart.id();
    if entry.events.is_empty() {
        return Err(BrokenUnit::NoEvents(id));
    }
    let follows = entry.version == base.map_or(Version::FIRST, Version::next);
    let creations = entry.events.iter().filter(|event| matches!(event, CartEvent::Created(_))).count();
    let is_whole = creations == usize::from(base.is_none());
    let belongs = entry.cart == id && entry.version == cart.version();
    if follows && is_whole && belongs { Ok(()) } else { Err(BrokenUnit::Mismatch(id)) }
}

/// Who has which open cart in which channel, of those who may have only one, as far as a unit changes it.
type Holders<'a> = HashMap<(&'a ChannelId, &'a Owner), Option<CartId>>;

impl State {
    /// Whether the unit can be written, all of it.
    pub(super) fn check(&self, unit: &Unit) -> Result<(), StoreError> {
        unit.commits.iter().try_for_each(|commit| self.check_commit(commit))?;
        self.check_sole(unit)
    }

    fn check_commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let cart = commit.cart.id();
        let stored = self.cart(cart);
        if stored.map(|stored| stored.version()) != commit.base {
            return Err(StoreError::Conflict { cart });
        }
        let made_by_caller = matches!(commit.entry.request.origin, KeyOrigin::Caller { .. });
        if made_by_caller && self.was_made(&commit.entry) {
            return Err(StoreError::Repeated { cart });
        }
        if next(stored, &commit.entry).as_ref() != Some(&*commit.cart) {
            // Perhaps it was decided on what was there before the rewrite; then it must not come back.
            let conflict = StoreError::Conflict { cart };
            return Err(if self.was_rewritten(cart) {
                conflict
            } else {
                BrokenUnit::OtherState(cart).into()
            });
        }
        self.check_cart(&commit.cart)
    }

    /// Plays the unit through in its order, so that one commit may end a cart and the next open another.
    fn check_sole(&self, unit: &Unit) -> Result<(), StoreError> {
        let mut holders = Holders::new();
        unit.commits.iter().try_for_each(|commit| {
            // Whoever it belonged to has it no more, if it was handed over.
            if let Some(stored) = self.cart(commit.cart.id()).filter(|cart| cart.is_sole()) {
                self.holder(&mut holders, stored).take_if(|holder| *holder == stored.id());
            }
            self.check_opening(&mut holders, &commit.cart)
        })
    }

    fn check_opening<'a>(&self, holders: &mut Holders<'a>, cart: &'a Cart) -> Result<(), StoreError> {
        if !cart.is_sole() || !cart.status().is_open() {
            return Ok(());
        }
        let id = cart.id();
        let holder = self.holder(holders, cart);
        if holder.is_some_and(|other| other != id) {
            return Err(StoreError::AlreadyOpen { cart: id });
        }
        *holder = Some(id);
        Ok(())
    }

    fn holder<'h, 'a>(&self, holders: &'h mut Holders<'a>, cart: &'a Cart) -> &'h mut Option<CartId> {
        let key = (cart.channel(), cart.owner());
        holders.entry(key).or_insert_with(|| self.sole_cart(&place(cart)))
    }

    /// Whether a history can take the place of the stored one.
    pub(super) fn check_rewrite(&self, history: &Rewritten) -> Result<(), StoreError> {
        let (id, cart) = (history.cart.id(), &history.cart);
        let stored = self.cart(id).filter(|stored| stored.version() == history.base);
        let stored = stored.ok_or(StoreError::Conflict { cart: id })?;
        // A history has as many entries as its version says, on either side.
        let is_whole = Some(history.entries.len()) == usize::try_from(history.base.get()).ok();
        let mut pairs = self.history(id).zip(&history.entries);
        if !is_whole || !pairs.all(|(old, new)| is_rewritten(old, new)) {
            return Err(BrokenUnit::OtherHistory(id).into());
        }
        let made = Cart::replay(history.entries.iter().map(AsRef::as_ref)).ok().flatten();
        if made.as_ref() != Some(&**cart) {
            return Err(BrokenUnit::OtherState(id).into());
        }
        self.check_cart(cart)?;
        let mut holders = Holders::new();
        if stored.is_sole() {
            self.holder(&mut holders, stored).take_if(|holder| *holder == id);
        }
        self.check_opening(&mut holders, cart)
    }

    /// Whether a next state can be read back, and what must be unique over all carts is.
    fn check_cart(&self, cart: &Cart) -> Result<(), StoreError> {
        let id = cart.id();
        Cart::from_stored(cart.to_stored())
            .map_err(|source| BrokenUnit::Inconsistent { cart: id, source })?;
        if self.shares_are_its_own(cart) { Ok(()) } else { Err(BrokenUnit::NotUnique(id).into()) }
    }
}

/// What an entry makes of a cart, or of nothing.
fn next(stored: Option<&Arc<Cart>>, entry: &Entry) -> Option<Cart> {
    let Some(stored) = stored else { return Cart::created_by(entry) };
    let mut next = Cart::clone(stored);
    next.apply(entry);
    Some(next)
}

/// Whether an entry may take the place of another one.
fn is_rewritten(old: &Entry, new: &Entry) -> bool {
    let key = |entry: &Entry| (entry.cart, entry.version, entry.at);
    let request = |entry: &Entry| (entry.request.key.clone(), discriminant(&entry.request.origin));
    key(old) == key(new) && request(old) == request(new) && old.events.len() == new.events.len()
}
