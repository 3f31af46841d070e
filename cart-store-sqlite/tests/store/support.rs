//! Folders for files, and stores with something in them.

use std::path::PathBuf;
use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::event::CartEvent;
use cart_core::id::CartId;
use cart_core::journal::{Position, Positioned};
use cart_core::port::{CartStore, Commit, EventLog, StoreError};
use cart_core::testing::samples::{Write, added, cart_id, created_sole, line, owner, quantity, unit};
use cart_core::testing::{block_on, laws};
use cart_store_sqlite::{Durability, Options, SqliteStore};
use rusqlite::Connection;
use tempfile::TempDir;

/// A folder for one test, with the place of a store in it.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("carts.db");
        Self { folder, path }
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path, &normal()).unwrap()
    }

    /// The file as another program sees it, with constraints enforced.
    pub(crate) fn raw(&self) -> Connection {
        let raw = Connection::open(&self.path).unwrap();
        raw.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        raw
    }

    /// Changes the file behind the store's back, constraints or not.
    pub(crate) fn tamper(&self, sql: &str) {
        let raw = Connection::open(&self.path).unwrap();
        raw.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;").unwrap();
        raw.execute_batch(sql).unwrap();
    }
}

pub(crate) fn normal() -> Options {
    Options::default().durability(Durability::Normal)
}

pub(crate) fn commit(store: &SqliteStore, commit: Commit) -> Result<(), StoreError> {
    block_on(store.commit(unit([commit])))
}

pub(crate) fn load(store: &SqliteStore, cart: CartId) -> Result<Option<Arc<Cart>>, StoreError> {
    block_on(store.load(cart))
}

pub(crate) fn journal(store: &SqliteStore) -> Vec<Positioned> {
    block_on(store.entries_after(Position::default(), usize::MAX)).unwrap()
}

/// Puts carts into an empty store in which everything happens that can happen to a cart.
pub(crate) fn fill(store: &SqliteStore) {
    laws::every_kind_of_event_is_kept(store);
    for number in 100..110 {
        grow(store, number, 5);
    }
}

/// Makes a cart and changes it so many times.
pub(crate) fn grow(store: &SqliteStore, number: u64, times: u64) -> Arc<Cart> {
    let first = Write::new([added(line(0, 1))]).with_key("first");
    let first = first.create(cart_id(number), created_sole(owner(&format!("user-{number}"))));
    let mut cart = Arc::clone(&first.cart);
    commit(store, first).unwrap();
    for time in 1..=times {
        let grown = Write::new([added(line(time, 1)), requantified(&cart, time)]).change(&cart);
        cart = Arc::clone(&grown.cart);
        commit(store, grown).unwrap();
    }
    cart
}

fn requantified(cart: &Cart, to: u64) -> CartEvent {
    let line = &cart.lines()[0];
    CartEvent::QuantityChanged {
        line: line.id,
        from: line.quantity,
        to: quantity(u32::try_from(to).unwrap() + 1),
    }
}
