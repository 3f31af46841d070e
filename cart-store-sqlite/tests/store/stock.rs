//! Stock against the store in memory, which counts it without tables; and what the tables say of it.

use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::checkout::{CheckoutStep, EndReason, StockCounting};
use cart_core::event::CartEvent;
use cart_core::id::{CheckoutId, StockItemId};
use cart_core::memory::MemoryStore;
use cart_core::port::{CartStore, Commit, StockLedger, StockLevel, Store, StoreError};
use cart_core::status::Status;
use cart_core::testing::samples::{Write, at, cart_id, checkout_id, created, owner, unit};
use cart_core::testing::{Dice, block_on};
use cart_store_sqlite::SqliteStore;

use crate::support::{Place, commit, exported, grow, holding, item, keys, load, normal, sealing, units};

const ITEMS: [&str; 2] = ["cup", "mug"];

fn levels(
    store: &dyn Store,
    except: Option<CheckoutId>,
    seconds: i64,
) -> Result<Vec<Option<StockLevel>>, StoreError> {
    block_on(store.stock(&ITEMS.map(item), except, at(seconds)))
}

/// What became of a commit, as far as it can be compared.
fn outcome(committed: Result<(), StoreError>) -> Result<(), String> {
    committed.map_err(|error| {
        let is_short = matches!(error, StoreError::OutOfStock { .. } | StoreError::TooMuchHeld { .. });
        assert!(is_short, "{error:?}");
        error.to_string()
    })
}

/// The two stores, and the time.
struct Pair {
    memory: MemoryStore,
    sqlite: SqliteStore,
    now: i64,
    begun: u64,
}

impl Pair {
    fn new(sqlite: SqliteStore) -> Self {
        let pair = Self { memory: MemoryStore::default(), sqlite, now: 0, begun: 0 };
        for number in 0..5 {
            let made = Write::new([]).create(cart_id(number), created(owner("ann")));
            pair.both(made).unwrap();
        }
        pair
    }

    fn both(&self, commit: Commit) -> Result<(), String> {
        let one = outcome(block_on(self.memory.commit(unit([commit.clone()]))));
        let other = outcome(block_on(self.sqlite.commit(unit([commit]))));
        assert_eq!(one, other);
        one
    }

    fn cart(&self, number: u64) -> Arc<Cart> {
        let cart = block_on(self.memory.load(cart_id(number))).unwrap().unwrap();
        assert_eq!(load(&self.sqlite, cart.id()).unwrap().as_ref(), Some(&cart));
        cart
    }

    fn change(&self, cart: &Cart, events: impl Into<Vec<CartEvent>>) {
        drop(self.both(Write::new(events).at(at(self.now)).change(cart)));
    }

    fn step(&mut self, dice: &mut Dice) {
        self.now += i64::try_from(dice.below(3)).unwrap();
        match dice.below(10) {
            0 => self.supply(dice),
            1 => self.remove_ended(dice),
            _ => self.step_cart(dice),
        }
    }

    fn supply(&self, dice: &mut Dice) {
        let supplied = u32::try_from(dice.below(12)).unwrap();
        let supplied_item = item(ITEMS[usize::try_from(dice.below(2)).unwrap()]);
        let set =
            |store: &dyn Store| outcome(block_on(store.set_supply(&supplied_item, supplied, at(self.now))));
        assert_eq!(set(&self.memory), set(&self.sqlite));
    }

    fn remove_ended(&self, dice: &mut Dice) {
        let limit = usize::try_from(dice.below(3)).unwrap();
        let before = levels(&self.sqlite, None, self.now).unwrap();
        block_on(self.memory.remove_ended_holds(at(self.now), limit)).unwrap();
        assert!(block_on(self.sqlite.remove_ended_holds(at(self.now), limit)).unwrap() <= limit);
        assert_eq!(levels(&self.sqlite, None, self.now).unwrap(), before);
    }

    fn step_cart(&mut self, dice: &mut Dice) {
        let cart = self.cart(dice.below(5));
        let Status::Checkout { checkout, .. } = *cart.status() else { return self.begin(&cart, dice) };
        let stock = &cart.checkout(checkout).unwrap().stock;
        let items = stock.items.clone();
        match dice.below(4) {
            0 => {
                let reason = EndReason::Cancelled;
                self.change(&cart, [CartEvent::CheckoutCancelled { checkout, reason }]);
            }
            1 if stock.until > at(self.now) => self.advance(
                &cart,
                checkout,
                CheckoutStep::Extended { deadline: at(self.now + 9), held_until: at(self.now + 9) },
            ),
            _ => {
                let counted_by = StockCounting::Store;
                self.advance(&cart, checkout, CheckoutStep::StockClaimed { counted_by, items });
                self.complete(&self.cart(cart.id().as_uuid().as_u64_pair().1 & 7), checkout);
            }
        }
    }

    fn begin(&mut self, cart: &Cart, dice: &mut Dice) {
        self.begun += 1;
        let wanted = |dice: &mut Dice| u32::try_from(dice.below(4)).unwrap();
        let wanted = ITEMS.map(|name| (name, wanted(dice)));
        let wanted: Vec<_> = wanted.into_iter().filter(|(_, units)| *units > 0).collect();
        let until = self.now + 1 + i64::try_from(dice.below(6)).unwrap();
        let max = (dice.below(2) == 0).then_some(6);
        let owner = ["ann", "bob"][usize::try_from(dice.below(2)).unwrap()];
        self.change(cart, [holding(self.begun, owner, &wanted, at(until), max)]);
    }

    fn advance(&self, cart: &Cart, checkout: CheckoutId, step: CheckoutStep) {
        self.change(cart, [CartEvent::CheckoutAdvanced { checkout, step: Arc::new(step) }]);
    }

    /// Completes what could be claimed, so that the cart can be checked out again.
    fn complete(&self, cart: &Cart, checkout: CheckoutId) {
        let claimed =
            cart.checkout(checkout).unwrap().progress.stock == cart_core::checkout::StockState::Claimed;
        if claimed {
            let order = cart_core::id::OrderRef::new("order").unwrap();
            self.change(cart, [CartEvent::CheckoutCompleted { checkout, order, remains: true }]);
        }
    }

    fn compare(&self) {
        for ahead in [0, 1, 4, 100] {
            for except in
                [None, Some(checkout_id(self.begun)), Some(checkout_id(self.begun.saturating_sub(2)))]
            {
                let seconds = self.now + ahead;
                let (one, other) =
                    (levels(&self.memory, except, seconds), levels(&self.sqlite, except, seconds));
                assert_eq!(one.unwrap(), other.unwrap(), "{except:?} {ahead} s after {}", self.now);
            }
        }
    }
}

#[test]
fn stock_is_counted_as_in_memory_whatever_happens() {
    let place = Place::new();
    for seed in 0..40 {
        let mut dice = Dice::new(seed);
        let mut pair = Pair::new(SqliteStore::in_memory().unwrap());
        for _ in 0..80 {
            pair.step(&mut dice);
            pair.compare();
        }
        let report = block_on(pair.sqlite.verify()).unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
        let path = place.beside(&format!("{seed}.db"));
        SqliteStore::replay(&path, &normal(), exported(&pair.sqlite).as_bytes()).unwrap();
        let replayed = SqliteStore::open(&path, &normal()).unwrap();
        assert!(block_on(replayed.verify()).unwrap().is_sound());
        for seconds in [pair.now, pair.now + 100] {
            assert_eq!(
                levels(&replayed, None, seconds).unwrap(),
                levels(&pair.sqlite, None, seconds).unwrap()
            );
        }
        assert_eq!(exported(&replayed), exported(&pair.sqlite));
    }
}

/// A store with ten cups, of which three are held for ann until the tenth second.
fn three_held() -> (Place, Arc<Cart>) {
    let place = Place::new();
    let store = place.open();
    block_on(store.set_supply(&item("cup"), 10, at(0))).unwrap();
    let begun = Write::new([holding(1, "ann", &[("cup", 3)], at(10), None)]).change(&grow(&store, 1, 0));
    let cart = Arc::clone(&begun.cart);
    commit(&store, begun).unwrap();
    (place, cart)
}

#[test]
fn more_than_is_free_is_neither_held_nor_leaves_anything_behind() {
    let (place, _) = three_held();
    let store = place.open();
    block_on(store.set_supply(&item("mug"), 1, at(0))).unwrap();
    let other = grow(&store, 2, 0);
    let wanted = [("mug", 1), ("cup", 8)];
    let refused = commit(&store, Write::new([holding(2, "bob", &wanted, at(10), None)]).change(&other));
    assert!(
        matches!(&refused, Err(StoreError::OutOfStock { item, available: 7 }) if item.as_str() == "cup"),
        "{refused:?}"
    );
    assert_eq!(load(&store, other.id()).unwrap().as_ref(), Some(&other));
    let left = levels(&store, None, 0).unwrap();
    let level = |supplied, held| Some(StockLevel { supplied, held, sold: 0 });
    assert_eq!(left, [level(10, 3), level(1, 0)]);
    assert_eq!(block_on(store.checkouts_due_at(1_000)), vec![checkout_id(1)]);
    // The hold has ended by then, and nobody removed it.
    let late = Write::new([holding(2, "bob", &wanted, at(90), None)]).at(at(10)).change(&other);
    commit(&store, late).unwrap();
    assert_eq!(levels(&store, None, 10).unwrap(), [level(10, 8), level(1, 1)]);
    assert!(block_on(store.verify()).unwrap().is_sound());
}

/// Shortens what the test above asks.
trait Due {
    async fn checkouts_due_at(&self, seconds: i64) -> Vec<CheckoutId>;
}

impl Due for SqliteStore {
    async fn checkouts_due_at(&self, seconds: i64) -> Vec<CheckoutId> {
        cart_core::port::CheckoutIndex::checkouts_due(self, at(seconds), 9).await.unwrap()
    }
}

#[test]
fn the_tables_take_no_levels_that_do_not_add_up() {
    let (place, _) = three_held();
    for (sql, words) in [
        ("UPDATE stock SET sold = 8", "CHECK constraint failed: free >= 0"),
        ("UPDATE stock SET supplied = 2", "CHECK constraint failed: free >= 0"),
        ("UPDATE stock SET held = -1", "CHECK constraint failed: held >= 0"),
        ("UPDATE stock SET sold = -1", "CHECK constraint failed: sold >= 0"),
        ("DELETE FROM stock", "FOREIGN KEY"),
        ("UPDATE stock_claims SET units = 0", "CHECK constraint failed: units"),
        ("UPDATE stock_claims SET state = 'lent'", "CHECK constraint failed: state"),
        ("UPDATE stock_claims SET owner = NULL", "CHECK constraint failed"),
        ("UPDATE stock_claims SET state = 'sold'", "CHECK constraint failed"),
        ("INSERT INTO stock_claims SELECT * FROM stock_claims", "UNIQUE"),
        ("UPDATE stock_claims SET checkout_id = zeroblob(16)", "FOREIGN KEY"),
        ("UPDATE checkout_carts SET cart_id = zeroblob(16)", "FOREIGN KEY"),
        ("DELETE FROM checkout_carts", "FOREIGN KEY"),
        ("UPDATE checkouts SET completed = 2", "CHECK constraint failed: completed"),
        ("UPDATE checkouts SET progress = ''", "CHECK constraint failed: progress"),
        ("UPDATE checkout_records SET record = x'01'", "CHECK constraint failed: record"),
    ] {
        let refused = place.raw().execute_batch(sql).expect_err(sql).to_string();
        assert!(refused.contains(words), "{sql}: {refused}");
    }
}

#[test]
fn stock_and_checkouts_that_were_tampered_with_are_found() {
    for (sql, words) in [
        ("UPDATE stock SET held = 2", "the stock of cup is miscounted"),
        ("UPDATE stock SET sold = 1", "the stock of cup is miscounted"),
        ("UPDATE stock_claims SET units = 2; UPDATE stock SET held = 2", "other claims on stock"),
        ("DELETE FROM stock_claims; UPDATE stock SET held = 0", "other claims on stock"),
        ("UPDATE stock_claims SET until = until + 1", "other claims on stock"),
        ("UPDATE stock_claims SET owner = '{\"kind\":\"user\",\"user\":\"eve\"}'", "other claims on stock"),
        (
            "UPDATE stock_claims SET state = 'sold', owner = NULL; UPDATE stock SET held = 0, sold = 3",
            "other claims on stock",
        ),
        ("DELETE FROM checkouts", "1 checkouts belong to it, 0 are there"),
        ("DELETE FROM checkout_records", "its progress or its record is missing"),
        ("UPDATE carts SET checkouts = 0 WHERE checkouts = 1", "the checkouts contradict the status"),
        ("UPDATE checkouts SET due_at = 1", "it is found by what is not so"),
        ("UPDATE checkouts SET completed = 1", "it is found by what is not so"),
        ("UPDATE checkouts SET deadline = 1", "another state"),
        ("UPDATE checkouts SET progress = replace(progress, '\"tries\":0', '\"tries\":1')", "another state"),
        ("UPDATE checkout_records SET record = replace(record, 'EUR', 'USD')", "another state"),
        ("INSERT INTO checkout_carts SELECT randomblob(16), id FROM carts LIMIT 1", "other checkouts"),
        ("INSERT INTO checkout_carts VALUES (randomblob(16), randomblob(16))", "belongs to nothing"),
        ("UPDATE requests SET position = 99", "a request leads to an entry that it did not write"),
        ("UPDATE requests SET request_key = 'other'", "a request leads to an entry that it did not write"),
    ] {
        let (place, _) = three_held();
        place.tamper(sql);
        let report = block_on(place.open().verify()).unwrap();
        let found: Vec<_> = report.findings.iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|finding| finding.contains(words)), "{sql}: {found:?}");
    }
}

#[test]
fn whoever_is_erased_holds_nothing_any_more() {
    let (place, cart) = three_held();
    let store = place.open();
    let entries = block_on(cart_core::port::EventLog::entries(&store, cart.id(), None, 9)).unwrap();
    let erasure = cart_core::erasure::Erasure::of_user(
        cart_core::testing::samples::user_id("ann"),
        cart_core::testing::samples::user_id("nobody"),
    );
    let erased = erasure.of_history(&entries).unwrap();
    let cart = Arc::new(Cart::replay(&erased).unwrap().unwrap());
    let entries = erased.into_iter().map(Arc::new).collect();
    block_on(store.rewrite(cart_core::port::Rewritten {
        base: cart.version(),
        cart: Arc::clone(&cart),
        entries,
    }))
    .unwrap();
    assert_eq!(load(&store, cart.id()).unwrap(), Some(cart));
    let report = block_on(store.verify()).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    let anns: i64 = place
        .raw()
        .query_row("SELECT count(*) FROM stock_claims WHERE owner LIKE '%ann%'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(anns, 0);
    // What is held for somebody else now does not count against ann.
    let more = holding(2, "ann", &[("cup", 4)], at(10), Some(4));
    commit(&store, Write::new([more]).change(&grow(&store, 2, 0))).unwrap();
}

#[test]
fn a_sealed_store_counts_stock_as_well() {
    let place = Place::new();
    let store = SqliteStore::open(&place.path, &sealing(&keys("1"))).unwrap();
    block_on(store.set_supply(&item("cup"), 3, at(0))).unwrap();
    let cart = grow(&store, 1, 0);
    commit(&store, Write::new([holding(1, "ann", &[("cup", 3)], at(9), None)]).change(&cart)).unwrap();
    let loaded = load(&store, cart.id()).unwrap().unwrap();
    assert_eq!(loaded.current_checkout().unwrap().stock.items, units(&[("cup", 3)]));
    assert!(block_on(store.verify()).unwrap().is_sound());
}

#[test]
fn supplies_go_with_an_export_and_holds_of_live_checkouts_do_not_break_it() {
    let (place, _) = three_held();
    let store = place.open();
    block_on(store.set_supply(&StockItemId::new("spoon").unwrap(), 4, at(0))).unwrap();
    let export = exported(&store);
    assert!(export.contains("{\"item\":\"cup\",\"supplied\":10}\n{\"item\":\"spoon\",\"supplied\":4}\n"));
    for (export, free) in [(export.clone(), 7), (export.replace("\"supplied\":10", "\"supplied\":1"), 0)] {
        let other = Place::new();
        SqliteStore::replay(&other.path, &normal(), export.as_bytes()).unwrap();
        let level = levels(&other.open(), None, 0).unwrap()[0].unwrap();
        assert_eq!((level.held, level.free()), (3, free));
        assert!(block_on(other.open().verify()).unwrap().is_sound());
    }
    let fewer = export.replace("{\"item\":\"spoon\",\"supplied\":4}\n", "");
    assert!(SqliteStore::replay(Place::new().path, &normal(), fewer.as_bytes()).is_err());
}
