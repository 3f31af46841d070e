//! What there is of stock items: what was supplied, in the order asked, and no less than is held and sold.

use std::sync::Arc;

use super::{Reading, block_on, commit, put, read};
use crate::cart::Cart;
use crate::event::CartEvent;
use crate::facts::Uses;
use crate::id::CartId;
use crate::port::{Commit, StockLevel, Store, StoreError};
use crate::testing::samples::{
    Write, at, cart_id, checkout_id, created, owner, promotion_id, stock_claimed, stock_item,
    stocked_checkout,
};

pub(super) const ITEMS: [&str; 3] = ["a", "b", "c"];

/// Says how many units of items there are, at the time 0.
pub(super) fn supply(store: &dyn Store, items: &[(&str, u32)]) {
    for (item, supplied) in items {
        block_on(store.set_supply(&stock_item(item), *supplied, at(0))).expect("the supply is good");
    }
}

/// How many units of an item are free, held and sold at a time. They add up to the supply.
pub(super) fn level(store: &dyn Store, item: &str, now: i64) -> (u32, u32, u32) {
    let found = block_on(store.stock(&[stock_item(item)], None, at(now))).expect("the store answers");
    let [Some(level)] = found[..] else { unreachable!("the item was supplied: {found:?}") };
    let StockLevel { supplied, held, sold } = level;
    let total = u64::from(level.free()) + u64::from(held) + u64::from(sold);
    assert_eq!(total, u64::from(supplied), "{item} at {now}: {level:?}");
    (level.free(), held, sold)
}

/// A new cart of somebody.
pub(super) fn cart_of(store: &dyn Store, n: u64, who: &str) -> Arc<Cart> {
    put(store, Write::new([]).create(cart_id(n), created(owner(who))))
}

/// A new cart of Ann's.
pub(super) fn cart(store: &dyn Store, n: u64) -> Arc<Cart> {
    cart_of(store, n, "ann")
}

/// The begin of the `n`th checkout of its cart's owner, for which stock is held until a time.
pub(super) fn begun(cart: &Cart, n: u64, until: i64, items: &[(&str, u32)]) -> CartEvent {
    begun_within(cart, n, until, items, None)
}

/// The same if the owner has no more held than they may.
pub(super) fn begun_within(
    cart: &Cart,
    n: u64,
    until: i64,
    items: &[(&str, u32)],
    max_held: Option<u32>,
) -> CartEvent {
    let mut checkout = stocked_checkout(n, at(until), items);
    checkout.stock.max_held = max_held;
    Arc::make_mut(&mut checkout.draft).owner = cart.owner().clone();
    CartEvent::CheckoutBegun { checkout: Arc::new(checkout) }
}

/// The commit of events of a cart at a time.
pub(super) fn at_time(now: i64, cart: &Cart, events: impl Into<Vec<CartEvent>>) -> Commit {
    Write::new(events).at(at(now)).change(cart)
}

/// The commit by which a cart's `n`th checkout begins at the time 0.
pub(super) fn begin(cart: &Cart, n: u64, until: i64, items: &[(&str, u32)]) -> Commit {
    at_time(0, cart, [begun(cart, n, until, items)])
}

/// Checks that a unit is refused as there is too little of an item, and that it changed nothing.
pub(super) fn short(store: &dyn Store, commits: impl Into<Vec<Commit>>, of: &str, left: u32) {
    let error = refused(store, commits.into());
    let StoreError::OutOfStock { item, available } = error else { unreachable!("{error:?}") };
    assert_eq!((item.as_str(), available), (of, left));
}

/// Has a unit refused, and checks that it changed nothing.
pub(super) fn refused(store: &dyn Store, commits: Vec<Commit>) -> StoreError {
    let before = read_with_stock(store, &commits);
    let error = commit(store, commits.clone()).expect_err("the unit must be refused");
    assert_eq!(read_with_stock(store, &commits), before, "a refused unit left something behind");
    error
}

/// Carts, stock, where checkouts are found and how often a promotion was used.
#[derive(Debug, PartialEq)]
struct Everything {
    reading: Reading,
    stock: Vec<Option<StockLevel>>,
    carts_of_checkouts: Vec<Option<CartId>>,
    uses: Vec<Uses>,
}

fn read_with_stock(store: &dyn Store, about: &[Commit]) -> Everything {
    let now = about.iter().map(|commit| commit.entry.at).max().unwrap_or_default();
    let checkouts = about.iter().flat_map(|commit| commit.cart.checkouts());
    let cart_of = |id| block_on(store.cart_of_checkout(id)).expect("the store answers");
    Everything {
        reading: read(store, about),
        stock: block_on(store.stock(&ITEMS.map(stock_item), None, now)).expect("the store answers"),
        carts_of_checkouts: checkouts.map(|checkout| cart_of(checkout.id)).collect(),
        uses: block_on(store.uses(&[promotion_id("p")], None, None)).expect("the store answers"),
    }
}

/// Of what was never supplied nothing is known; of what was, the last supply counts, be it nothing.
pub fn stock_is_what_was_supplied(store: &dyn Store) {
    let unknown = block_on(store.stock(&[stock_item("a")], None, at(0))).expect("the store answers");
    assert_eq!(unknown, [None]);
    for supplied in [5, 7, 0, 1, u32::MAX] {
        supply(store, &[("a", supplied)]);
        assert_eq!(level(store, "a", 0), (supplied, 0, 0));
    }
}

/// Stock is answered in the order asked, also of what is asked for twice, is unknown or is nearly the same.
pub fn stock_is_answered_in_the_order_asked(store: &dyn Store) {
    supply(store, &[("b", 2), ("a", 1), ("ä", 3)]);
    let asked = ["a", "never", "b", "a", "A", "a ", "ä"].map(stock_item);
    let found = block_on(store.stock(&asked, None, at(0))).expect("the store answers");
    let supplied: Vec<_> = found.iter().map(|level| level.map(|level| level.supplied)).collect();
    assert_eq!(supplied, [Some(1), None, Some(2), Some(1), None, None, Some(3)]);
    assert_eq!(block_on(store.stock(&[], None, at(0))).expect("the store answers"), []);
}

fn is_supplied(store: &dyn Store, supplied: u32, now: i64) -> Result<(), u32> {
    match block_on(store.set_supply(&stock_item("a"), supplied, at(now))) {
        Ok(()) => Ok(()),
        Err(StoreError::OutOfStock { item, available }) => {
            assert_eq!(item, stock_item("a"));
            Err(available)
        }
        Err(error) => unreachable!("{error:?}"),
    }
}

/// What is held and sold cannot be taken out of the supply; what is free can.
pub fn supply_is_never_below_what_is_held_and_sold(store: &dyn Store) {
    supply(store, &[("a", 9)]);
    put(store, begin(&cart(store, 1), 1, 50, &[("a", 2)]));
    let sold = put(store, begin(&cart(store, 2), 2, 50, &[("a", 3)]));
    put(store, at_time(1, &sold, [stock_claimed(2, &[("a", 3)])]));
    assert_eq!(is_supplied(store, 4, 1), Err(4));
    assert_eq!(level(store, "a", 1), (4, 2, 3));
    assert_eq!(is_supplied(store, 5, 1), Ok(()));
    assert_eq!(level(store, "a", 1), (0, 2, 3));
    assert_eq!(is_supplied(store, 0, 1), Err(0));
}

/// A hold whose time has ended binds no supply, whether or not it was removed.
pub fn ended_holds_bind_no_supply(store: &dyn Store) {
    supply(store, &[("a", 2)]);
    let late = put(store, begin(&cart(store, 1), 1, 50, &[("a", 2)]));
    assert_eq!(is_supplied(store, 1, 49), Err(0));
    assert_eq!(is_supplied(store, 1, 50), Ok(()));
    assert_eq!(level(store, "a", 50), (1, 0, 0));
    short(store, [at_time(50, &late, [stock_claimed(1, &[("a", 2)])])], "a", 1);
}

/// As much can be held and sold as can be counted.
pub fn the_largest_stock_is_counted(store: &dyn Store) {
    supply(store, &[("a", u32::MAX)]);
    let all = put(store, begin(&cart(store, 1), 1, 50, &[("a", u32::MAX)]));
    assert_eq!(level(store, "a", 0), (0, u32::MAX, 0));
    short(store, [begin(&cart(store, 2), 2, 50, &[("a", u32::MAX)])], "a", 0);
    put(store, at_time(1, &all, [stock_claimed(1, &[("a", u32::MAX)])]));
    assert_eq!(level(store, "a", 1), (0, 0, u32::MAX));
    let own = block_on(store.stock(&[stock_item("a")], Some(checkout_id(1)), at(1)));
    assert_eq!(own.expect("the store answers").len(), 1);
}
