//! How many pages each command writes: what a commit costs at the disk.

use std::fs;

use cart_core::money::Currency;
use cart_core::testing::samples::{coupon, line_id, prices, quantity};

use super::*;
use crate::{Durability, Options};

/// Bytes of a page in the log.
const FRAME: u64 = 4_096 + 24;
const TIMES: u64 = 100;

/// Runs a command many times on a cart of so many lines among other carts, and answers how many pages that wrote.
fn pages(lines: u64, command: fn(u64, &Cart) -> CartEvent) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("carts.db");
    let options = Options::default().durability(Durability::Normal);
    let store = SqliteStore::open(&path, &options).unwrap();
    (0..100).for_each(|number| drop(create(&store, number, 5)));
    let mut cart = create(&store, 100, lines);
    drop(store);
    let store = SqliteStore::open(&path, &options).unwrap();
    let log = || fs::metadata(folder.path().join("carts.db-wal")).unwrap().len();
    let before = log();
    for time in 0..TIMES {
        cart = change(&store, &cart, [command(time, &cart)]);
    }
    (log() - before) / FRAME
}

/// The cart's row, the line's, the entry and its place in the index by version: four pages, and now and then one
/// more because a page was full.
fn writes_few(command: fn(u64, &Cart) -> CartEvent) {
    let (few, many) = (pages(100, command), pages(1_000, command));
    assert!(few <= TIMES * 5, "{few} pages for {TIMES} commits");
    assert!(many <= few + TIMES / 5, "{few} pages with 100 lines, {many} with 1,000");
}

#[test]
fn adding_writes_as_many_pages_to_a_large_cart_as_to_a_small_one() {
    writes_few(|time, _| added(line(5_000 + time, 1)));
}

#[test]
fn changing_a_quantity_writes_as_many_pages_in_a_large_cart_as_in_a_small_one() {
    writes_few(|time, cart| {
        let line = cart.line(line_id(time)).unwrap();
        CartEvent::QuantityChanged { line: line.id, from: line.quantity, to: quantity(7) }
    });
}

#[test]
fn removing_writes_as_many_pages_in_a_large_cart_as_in_a_small_one() {
    writes_few(|time, _| CartEvent::LineRemoved { line: line_id(time) });
}

#[test]
fn a_coupon_writes_as_many_pages_to_a_large_cart_as_to_a_small_one() {
    writes_few(|time, cart| match cart.coupons().first() {
        Some(code) => CartEvent::CouponRemoved { code: code.clone() },
        None => CartEvent::CouponAdded { code: coupon(&format!("CODE-{time}")) },
    });
}

#[test]
fn noting_a_price_writes_as_many_pages_in_a_large_cart_as_in_a_small_one() {
    writes_few(|time, _| CartEvent::LinePriced { line: line_id(time), prices: prices(7, Currency::EUR) });
    writes_few(|time, _| CartEvent::PriceAcknowledged {
        line: line_id(time),
        prices: prices(7, Currency::EUR),
    });
}
