//! Folders for files, and stores with something in them.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use cart_core::cart::Cart;
use cart_core::checkout::{CheckoutStep, StockClaim, StockCounting, StockState, StockUnits};
use cart_core::event::CartEvent;
use cart_core::facts::Uses;
use cart_core::id::{CartId, CustomerKey, StockItemId};
use cart_core::journal::{Position, Positioned};
use cart_core::port::{CartStore, Commit, EventLog, StockLedger, StoreError, UseLedger};
use cart_core::promotion::{PromotionUse, UseLimit};
use cart_core::testing::samples::{
    Write, added, at, cart_id, checkout, checkout_begun, checkout_cancelled, checkout_completed, checkout_id,
    created_sole, line, owner, promotion_id, quantity, unit,
};
use cart_core::testing::{block_on, laws};
use cart_seal::KeyRing;
use cart_store_sqlite::{Durability, Options, SqliteStore};
use chrono::{DateTime, Utc};
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

/// A key ring of the keys with these numbers, the current one first: "2,1".
pub(crate) fn keys(numbers: &str) -> KeyRing {
    let entry = |number: &str| format!("{number}:{}", format!("{number:0>2}ab").repeat(16));
    numbers.split(',').map(entry).collect::<Vec<_>>().join(",").parse().unwrap()
}

pub(crate) fn sealing(keys: &KeyRing) -> Options {
    normal().key_ring(keys.clone())
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
    check_out(store);
}

/// The cart whose checkout [`fill`] leaves begun.
pub(crate) const HELD: u64 = 110;

/// Puts carts into a store whose checkouts use promotions: one begun, one completed, one cancelled; and others that have
/// stock held and sold.
fn check_out(store: &SqliteStore) {
    let limit = UseLimit { total: Some(100), per_customer: Some(2) };
    let uses = |customer| [used("spring", customer, limit), used("clearance", "", limit)];
    let lives = [
        vec![begun(1_001, uses("ann"))],
        vec![begun(1_002, uses("bob")), checkout_completed(1_002, "order-1")],
        vec![begun(1_003, uses("cid")), checkout_cancelled(1_003)],
        vec![holding(1_004, "ann", &[("cup", 3), ("mug", 1)], at(50), None)],
        vec![holding(1_005, "bob", &[("cup", 2)], at(50), None), claimed(1_005, &[("cup", 2)])],
    ];
    for name in ["cup", "mug"] {
        block_on(store.set_supply(&item(name), 10, at(0))).unwrap();
    }
    for (number, life) in (HELD..).zip(lives) {
        life.into_iter().fold(grow(store, number, 1), |cart, event| change(store, &cart, [event]));
    }
}

/// How often the promotions were used that [`fill`] uses, by each of its customers and by nobody known.
pub(crate) fn all_uses(store: &SqliteStore) -> Result<Vec<Vec<Uses>>, StoreError> {
    let asked = ["spring", "clearance"].map(promotion_id);
    let customers = ["", "ann", "bob", "cid"].map(|key| CustomerKey::new(key).ok());
    customers.iter().map(|customer| block_on(store.uses(&asked, customer.as_ref(), None))).collect()
}

/// The beginning of a checkout that uses promotions.
pub(crate) fn begun(number: u64, uses: impl Into<Vec<PromotionUse>>) -> CartEvent {
    checkout_begun(number, at(60), uses)
}

pub(crate) fn item(name: &str) -> StockItemId {
    StockItemId::new(name).unwrap()
}

pub(crate) fn units(items: &[(&str, u32)]) -> Vec<StockUnits> {
    items.iter().map(|(name, units)| StockUnits { item: item(name), units: *units }).collect()
}

/// The beginning of a checkout for which the store holds stock.
pub(crate) fn holding(
    number: u64,
    name: &str,
    items: &[(&str, u32)],
    until: DateTime<Utc>,
    max_held: Option<u32>,
) -> CartEvent {
    let counted_by = StockCounting::Store;
    let mut checkout = checkout(number, at(60));
    checkout.stock = StockClaim { counted_by, items: units(items), until, max_held };
    checkout.progress.stock = StockState::Held { until };
    Arc::make_mut(&mut checkout.draft).owner = owner(name);
    CartEvent::CheckoutBegun { checkout: Arc::new(checkout) }
}

/// What is held for a checkout, or else what is free, is sold to it.
pub(crate) fn claimed(number: u64, items: &[(&str, u32)]) -> CartEvent {
    let step = CheckoutStep::StockClaimed { counted_by: StockCounting::Store, items: units(items) };
    CartEvent::CheckoutAdvanced { checkout: checkout_id(number), step: Arc::new(step) }
}

/// The use of a promotion by a customer; by nobody known if the key is empty.
pub(crate) fn used(promotion: &str, customer: &str, limit: UseLimit) -> PromotionUse {
    PromotionUse { promotion: promotion_id(promotion), customer: CustomerKey::new(customer).ok(), limit }
}

/// Changes a cart, and answers what becomes of it.
pub(crate) fn change(store: &SqliteStore, cart: &Cart, events: impl Into<Vec<CartEvent>>) -> Arc<Cart> {
    let changed = Write::new(events).change(cart);
    let cart = Arc::clone(&changed.cart);
    commit(store, changed).unwrap();
    cart
}

/// Makes a cart and changes it so many times.
pub(crate) fn grow(store: &SqliteStore, number: u64, times: u64) -> Arc<Cart> {
    let first = Write::new([added(line(0, 1))]).with_key("first");
    let first = first.create(cart_id(number), created_sole(owner(&format!("user-{number}"))));
    let mut cart = Arc::clone(&first.cart);
    commit(store, first).unwrap();
    for time in 1..=times {
        cart = change(store, &cart, [added(line(time, 1)), requantified(&cart, time)]);
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

/// Something to write to that can be looked at afterwards.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The journal of a store as text.
pub(crate) fn exported(store: &SqliteStore) -> String {
    let page = Page::default();
    let entries = block_on(store.export(page.clone())).unwrap();
    assert_eq!(usize::try_from(entries).unwrap(), journal(store).len());
    String::from_utf8(page.0.lock().unwrap().clone()).unwrap()
}
