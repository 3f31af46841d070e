//! What every store must do, one law per function: each takes a fresh, empty store and panics if the law does not hold.
//!
//! [`store_laws!`](crate::store_laws) makes a `#[test]` of each of them:
//!
//! ```
//! use cart_core::memory::MemoryStore;
//! use cart_core::store_laws;
//!
//! // The second part of the pair is dropped after the store, such as the folder that holds its file.
//! store_laws!(memory_store, (MemoryStore::default(), ()));
//! ```
//!
//! The laws rest on the contracts of [`port`](crate::port) alone. They use real threads and no sleeps, and run
//! asynchronous calls with [`block_on`]; a store that needs a runtime brings it along.

#![expect(clippy::expect_used, reason = "a law that does not hold panics, as a test does")]

mod by_hand;
mod checkouts;
mod claims;
mod commit;
mod content;
mod counting;
mod due;
mod forgetting;
mod grants;
mod holds;
mod index;
mod journal;
mod life;
mod links;
mod list;
mod lives;
mod ordered;
mod races;
mod relays;
mod requests;
mod rewrite;
mod sole;
mod stock;
mod uses;

use std::sync::Arc;

pub use self::by_hand::*;
pub use self::checkouts::*;
pub use self::claims::*;
pub use self::commit::*;
pub use self::content::*;
pub use self::counting::*;
pub use self::due::*;
pub use self::forgetting::*;
pub use self::grants::*;
pub use self::holds::*;
pub use self::index::*;
pub use self::journal::*;
pub use self::links::*;
pub use self::races::*;
pub use self::relays::*;
pub use self::requests::*;
pub use self::rewrite::*;
pub use self::sole::*;
pub use self::stock::*;
pub use self::uses::*;
use super::block_on;
use super::samples::{at, unit};
use crate::cart::Cart;
use crate::id::CartId;
use crate::journal::{Entry, Position, Positioned};
use crate::port::{CartSummary, Commit, PageRequest, Store, StoreError};

const ALL: usize = 1_000_000;

/// Checks a law on a store, then drops the store before its guard.
pub fn check<S: Store, G>(law: fn(&dyn Store), (store, guard): (S, G)) {
    law(&store);
    drop(store);
    drop(guard);
}

fn commit(store: &dyn Store, commits: impl Into<Vec<Commit>>) -> Result<(), StoreError> {
    block_on(store.commit(unit(commits)))
}

/// Commits one write, and hands out the cart that it leads to.
fn put(store: &dyn Store, written: Commit) -> Arc<Cart> {
    let cart = Arc::clone(&written.cart);
    commit(store, [written]).expect("the commit is good");
    cart
}

fn load(store: &dyn Store, cart: CartId) -> Option<Arc<Cart>> {
    block_on(store.load(cart)).expect("the store answers")
}

fn entries(store: &dyn Store, cart: CartId) -> Vec<Entry> {
    block_on(store.entries(cart, None, ALL)).expect("the store answers")
}

fn journal(store: &dyn Store) -> Vec<Positioned> {
    block_on(store.entries_after(Position::default(), ALL)).expect("the store answers")
}

/// All that can be read off a store about some carts and their owners.
#[derive(Debug, PartialEq)]
struct Reading {
    journal: Vec<Positioned>,
    carts: Vec<Option<Arc<Cart>>>,
    open: Vec<(Option<CartId>, usize)>,
    lists: Vec<Vec<CartSummary>>,
    due: Vec<CartId>,
}

fn read(store: &dyn Store, about: &[Commit]) -> Reading {
    let page = PageRequest { after: None, limit: ALL };
    let carts = about.iter().map(|commit| &commit.cart);
    Reading {
        journal: journal(store),
        carts: carts.clone().map(|cart| load(store, cart.id())).collect(),
        open: carts.clone().map(|cart| open(store, cart)).collect(),
        lists: carts
            .map(|cart| {
                block_on(store.carts_of(cart.channel(), cart.owner(), page)).expect("the store answers")
            })
            .collect(),
        due: block_on(store.due(at(1_000_000_000), ALL)).expect("the store answers"),
    }
}

/// The open cart of a cart's owner, and how many they have.
fn open(store: &dyn Store, cart: &Cart) -> (Option<CartId>, usize) {
    let open = block_on(store.open_cart(cart.channel(), cart.owner())).expect("the store answers");
    let count = block_on(store.count_open(cart.channel(), cart.owner(), at(0))).expect("the store answers");
    (open, count)
}

/// Checks that a unit is refused for the reason given, and that nothing of it can be read afterwards.
fn refused(store: &dyn Store, commits: impl Into<Vec<Commit>>, reason: fn(&StoreError) -> bool) {
    let commits = commits.into();
    let before = read(store, &commits);
    let error = commit(store, commits.clone()).expect_err("the unit must be refused");
    assert!(reason(&error), "refused for another reason: {error:?}");
    assert_eq!(read(store, &commits), before, "a refused unit left something behind");
}

fn is_conflict(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict { .. })
}

fn is_already_open(error: &StoreError) -> bool {
    matches!(error, StoreError::AlreadyOpen { .. })
}

fn is_repeated(error: &StoreError) -> bool {
    matches!(error, StoreError::Repeated { .. })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_law_is_in_the_list() {
        let sources = [
            include_str!("by_hand.rs"),
            include_str!("checkouts.rs"),
            include_str!("claims.rs"),
            include_str!("commit.rs"),
            include_str!("content.rs"),
            include_str!("counting.rs"),
            include_str!("due.rs"),
            include_str!("forgetting.rs"),
            include_str!("grants.rs"),
            include_str!("holds.rs"),
            include_str!("index.rs"),
            include_str!("journal.rs"),
            include_str!("links.rs"),
            include_str!("races.rs"),
            include_str!("relays.rs"),
            include_str!("requests.rs"),
            include_str!("rewrite.rs"),
            include_str!("sole.rs"),
            include_str!("stock.rs"),
            include_str!("uses.rs"),
        ];
        let written = sources
            .iter()
            .flat_map(|source| source.lines())
            .filter_map(|line| line.strip_prefix("pub fn ").and_then(|rest| rest.split('(').next()));
        let list: Vec<&str> = include_str!("list.rs").split_whitespace().collect();
        let missing: Vec<&str> = written.filter(|law| !list.contains(law)).collect();
        assert_eq!(missing, [""; 0]);
    }
}
