//! Holding stock for checkouts: all that is asked for or nothing, never more than is free, until its time ends.

use std::sync::Arc;

use chrono::TimeDelta;

use super::stock::{
    ITEMS, at_time, begin, begun, begun_within, cart, cart_of, level, refused, short, supply,
};
use super::{block_on, commit, put};
use crate::cart::Cart;
use crate::checkout::{CheckoutStep, StockCounting, StockUnits};
use crate::event::CartEvent;
use crate::id::CheckoutId;
use crate::port::{Commit, StockLevel, Store, StoreError};
use crate::promotion::{PromotionUse, UseLimit};
use crate::testing::samples::{
    Write, at, checkout_advanced, checkout_cancelled, checkout_id, name, promotion_id, stock_claimed,
    stock_item, stocked_checkout,
};

/// The stock of a checkout is held from its begin on.
pub fn a_checkout_holds_its_stock(store: &dyn Store) {
    supply(store, &[("a", 5), ("b", 1), ("c", 1)]);
    put(store, begin(&cart(store, 1), 1, 50, &[("a", 2), ("b", 1)]));
    assert_eq!(ITEMS.map(|item| level(store, item, 0)), [(3, 2, 0), (0, 1, 0), (1, 0, 0)]);
    put(store, begin(&cart(store, 2), 2, 50, &[("a", 3)]));
    assert_eq!(ITEMS.map(|item| level(store, item, 0)), [(0, 5, 0), (0, 1, 0), (1, 0, 0)]);
}

/// If there is too little of one item, none is held.
pub fn all_items_are_held_or_none(store: &dyn Store) {
    supply(store, &[("a", 5), ("b", 1), ("c", 5)]);
    let cart = cart(store, 1);
    short(store, [begin(&cart, 1, 50, &[("a", 2), ("b", 2), ("c", 2)])], "b", 1);
    assert_eq!(ITEMS.map(|item| level(store, item, 0)), [(5, 0, 0), (1, 0, 0), (5, 0, 0)]);
    put(store, begin(&cart, 1, 50, &[("a", 2), ("b", 1), ("c", 2)]));
}

/// What others have held is not held again, and what was never supplied cannot be held.
pub fn no_more_is_held_than_is_free(store: &dyn Store) {
    supply(store, &[("a", 3)]);
    put(store, begin(&cart_of(store, 1, "ann"), 1, 50, &[("a", 2)]));
    let bobs = cart_of(store, 2, "bob");
    short(store, [begin(&bobs, 2, 50, &[("a", 2)])], "a", 1);
    short(store, [begin(&bobs, 2, 50, &[("a", 1), ("b", 1)])], "b", 0);
    put(store, begin(&bobs, 2, 50, &[("a", 1)]));
    short(store, [begin(&cart(store, 3), 3, 50, &[("a", 1)])], "a", 0);
}

/// A hold ends at its very time, to the microsecond, without anybody doing anything.
pub fn a_hold_ends_at_its_time(store: &dyn Store) {
    supply(store, &[("a", 2)]);
    put(store, begin(&cart(store, 1), 1, 50, &[("a", 2)]));
    let held = |now| {
        let found = block_on(store.stock(&[stock_item("a")], None, now)).expect("the store answers");
        found.first().copied().flatten().map(|level| (level.free(), level.held))
    };
    assert_eq!(held(at(50) - TimeDelta::microseconds(1)), Some((0, 2)));
    assert_eq!(held(at(50)), Some((2, 0)));
    assert_eq!(level(store, "a", 1_000_000), (2, 0, 0));
}

/// Others can have what was held before its end is noticed.
pub fn what_an_ended_hold_held_can_be_had(store: &dyn Store) {
    supply(store, &[("a", 2), ("b", 2)]);
    put(store, begin(&cart(store, 1), 1, 50, &[("a", 2)]));
    let next = cart(store, 2);
    short(store, [at_time(49, &next, [begun(&next, 2, 99, &[("a", 1), ("b", 1)])])], "a", 0);
    put(store, at_time(50, &next, [begun(&next, 2, 99, &[("a", 1), ("b", 1)])]));
    assert_eq!(ITEMS[..2].iter().map(|item| level(store, item, 50)).collect::<Vec<_>>(), [(1, 1, 0); 2]);
}

/// An owner has no more units held at once than the checkout says, all items and carts of theirs together.
pub fn an_owner_holds_no_more_than_they_may(store: &dyn Store) {
    supply(store, &[("a", 99), ("b", 99)]);
    let at_most = |n, who, items: &[(&str, u32)], max| {
        let cart = cart_of(store, n, who);
        at_time(0, &cart, [begun_within(&cart, n, 50, items, max)])
    };
    put(store, at_most(1, "ann", &[("a", 2)], Some(2)));
    let third = at_most(2, "ann", &[("b", 1)], Some(2));
    let error = refused(store, vec![third]);
    assert!(matches!(error, StoreError::TooMuchHeld { max: 2 }), "{error:?}");
    put(store, at_most(3, "bob", &[("a", 1), ("b", 1)], Some(2)));
    put(store, at_most(4, "ann", &[("b", 1)], Some(3)));
    put(store, at_most(5, "ann", &[("b", 50)], None));
    let error = refused(store, vec![at_most(6, "cid", &[("a", 1), ("b", 2)], Some(2))]);
    assert!(matches!(error, StoreError::TooMuchHeld { max: 2 }), "{error:?}");
}

/// What is not held any more does not count against its owner: it was sold, given back, or its time has ended.
pub fn only_what_is_held_counts_against_its_owner(store: &dyn Store) {
    supply(store, &[("a", 99)]);
    let within = |n, now| {
        let cart = cart(store, n);
        at_time(now, &cart, [begun_within(&cart, n, now + 50, &[("a", 2)], Some(2))])
    };
    let sold = put(store, within(1, 0));
    put(store, at_time(1, &sold, [stock_claimed(1, &[("a", 2)])]));
    let given_back = put(store, within(2, 1));
    put(store, at_time(2, &given_back, [checkout_cancelled(2)]));
    put(store, within(3, 2));
    assert!(matches!(refused(store, vec![within(4, 51)]), StoreError::TooMuchHeld { max: 2 }));
    put(store, within(5, 52));
    assert_eq!(level(store, "a", 52), (95, 2, 2));
}

/// The end of the hold of a checkout moves.
fn extended(n: u64, until: i64) -> CartEvent {
    let (deadline, held_until) = (at(until), at(until));
    checkout_advanced(n, CheckoutStep::Extended { deadline, held_until })
}

/// A hold that is extended lasts until the new time, and no other does.
pub fn an_extended_hold_lasts_longer(store: &dyn Store) {
    supply(store, &[("a", 5)]);
    put(store, begin(&cart(store, 2), 2, 50, &[("a", 1)]));
    let cart = put(store, begin(&cart(store, 1), 1, 50, &[("a", 2)]));
    put(store, at_time(49, &cart, [extended(1, 80)]));
    assert_eq!([49, 50, 79, 80].map(|now| level(store, "a", now).1), [3, 2, 2, 0]);
}

/// What has ended is not held again by being extended.
pub fn an_ended_hold_is_not_extended(store: &dyn Store) {
    supply(store, &[("a", 2)]);
    let cart = put(store, begin(&cart(store, 1), 1, 50, &[("a", 2)]));
    put(store, at_time(50, &cart, [extended(1, 80)]));
    assert_eq!(level(store, "a", 50), (2, 0, 0));
    let other = cart_of(store, 2, "bob");
    put(store, at_time(51, &other, [begun(&other, 2, 99, &[("a", 2)])]));
    assert_eq!(level(store, "a", 51), (0, 2, 0));
}

fn free_for(store: &dyn Store, checkout: CheckoutId, now: i64) -> [u32; 2] {
    let items = ["a", "b"].map(stock_item);
    let found = block_on(store.stock(&items, Some(checkout), at(now))).expect("the store answers");
    [0, 1].map(|n| found.get(n).copied().flatten().map_or(0, StockLevel::free))
}

/// What is held for a checkout is free for it, and for no other; once its time has ended it is free for all, once.
pub fn a_checkouts_own_hold_is_free_for_it(store: &dyn Store) {
    supply(store, &[("a", 9), ("b", 9)]);
    let own = put(store, begin(&cart(store, 1), 1, 50, &[("a", 2), ("b", 1)]));
    put(store, begin(&cart(store, 2), 2, 90, &[("a", 4)]));
    let free = |n, now| free_for(store, checkout_id(n), now);
    assert_eq!([1, 2, 3].map(|n| free(n, 0)), [[5, 9], [7, 8], [3, 8]]);
    assert_eq!([1, 2, 3].map(|n| free(n, 50)), [[5, 9], [9, 9], [5, 9]]);
    put(store, at_time(40, &own, [stock_claimed(1, &[("a", 2), ("b", 1)])]));
    assert_eq!([1, 2, 3].map(|n| free(n, 50)), [[3, 8], [7, 8], [3, 8]]);
}

/// Removing holds that have ended changes nothing that can be read; as many are removed as there are and as is asked for.
pub fn removing_ended_holds_changes_no_stock(store: &dyn Store) {
    supply(store, &[("a", 9), ("b", 9)]);
    for (n, until) in [(1, 10), (2, 20), (3, 30), (4, 90)] {
        put(store, begin(&cart(store, n), n, until, &[("a", 1), ("b", 2)]));
    }
    let sold = put(store, begin(&cart(store, 5), 5, 10, &[("a", 1)]));
    put(store, at_time(5, &sold, [stock_claimed(5, &[("a", 1)])]));
    let remove = |now, limit| {
        let before = ["a", "b"].map(|item| level(store, item, 50));
        let removed = block_on(store.remove_ended_holds(at(now), limit)).expect("the store answers");
        assert_eq!(["a", "b"].map(|item| level(store, item, 50)), before);
        removed
    };
    assert_eq!([remove(9, 9), remove(30, 0), remove(30, 2), remove(30, 9), remove(30, 9)], [0, 0, 2, 1, 0]);
    assert_eq!(["a", "b"].map(|item| level(store, item, 50)), [(7, 1, 1), (7, 2, 0)]);
}

/// What nobody counts, or the host's inventory does, is no affair of the store's, at no step of a checkout.
pub fn what_others_count_moves_no_stock(store: &dyn Store) {
    supply(store, &[("a", 2)]);
    for (n, counted_by) in [(1, StockCounting::Nobody), (2, StockCounting::Inventory)] {
        let claimed = CheckoutStep::StockClaimed { counted_by, items: of_others(n, counted_by).1 };
        let cart = put(store, at_time(0, &cart(store, n), [of_others(n, counted_by).0]));
        let cart = put(store, at_time(1, &cart, [extended(n, 90)]));
        let cart = put(store, at_time(2, &cart, [checkout_advanced(n, claimed)]));
        assert_eq!(level(store, "a", 2), (2, 0, 0));
        put(store, at_time(3, &cart, [checkout_cancelled(n)]));
        assert_eq!(level(store, "a", 3), (2, 0, 0));
    }
}

/// The begin of a checkout of more than the store knows of, which somebody else counts.
fn of_others(n: u64, counted_by: StockCounting) -> (CartEvent, Vec<StockUnits>) {
    let mut checkout = stocked_checkout(n, at(50), &[("a", 5), ("never", 1)]);
    checkout.stock.counted_by = counted_by;
    let items = checkout.stock.items.clone();
    (CartEvent::CheckoutBegun { checkout: Arc::new(checkout) }, items)
}

/// A unit that is refused for its stock writes nothing of any cart, counts no use and leaves its keys free; one that is
/// refused for anything else moves no stock.
pub fn a_refused_unit_moves_nothing(store: &dyn Store) {
    supply(store, &[("a", 2)]);
    let (one, two) = (cart(store, 1), cart(store, 2));
    let renamed =
        |cart: &Cart| Write::new([CartEvent::Renamed { name: Some(name("n")) }]).with_key("k").change(cart);
    short(store, [renamed(&two), with_use(&one, 1, 3)], "a", 2);
    let moved_on = put(store, renamed(&two));
    let error = refused(store, vec![with_use(&one, 1, 1), renamed(&two)]);
    assert!(matches!(error, StoreError::Conflict { .. }), "{error:?}");
    let used = put(store, with_use(&one, 1, 1));
    let error = refused(store, vec![with_use(&moved_on, 2, 1)]);
    assert!(matches!(error, StoreError::UsedUp { .. }), "{error:?}");
    put(store, at_time(1, &used, [checkout_cancelled(1)]));
    put(store, with_use(&moved_on, 2, 2));
}

/// A checkout with the one use that there is of a promotion.
fn with_use(cart: &Cart, n: u64, units: u32) -> Commit {
    let limit = UseLimit { total: Some(1), per_customer: None };
    let mut event = begun(cart, n, 50, &[("a", units)]);
    if let CartEvent::CheckoutBegun { checkout } = &mut event {
        let used = PromotionUse { promotion: promotion_id("p"), customer: None, limit };
        Arc::make_mut(checkout).uses.push(used);
    }
    at_time(1, cart, [event])
}

/// The checkouts of a unit take from the same stock, and what one gives back another can have.
pub fn the_holds_of_a_unit_count_together(store: &dyn Store) {
    supply(store, &[("a", 3)]);
    let (one, two) = (cart(store, 1), cart(store, 2));
    short(store, [begin(&one, 1, 50, &[("a", 2)]), begin(&two, 2, 50, &[("a", 2)])], "a", 1);
    let both = [begin(&one, 1, 50, &[("a", 2)]), begin(&two, 2, 50, &[("a", 1)])];
    let one = Arc::clone(&both[0].cart);
    commit(store, both).expect("there is enough for both");
    let three = cart(store, 3);
    let next = begin(&three, 3, 50, &[("a", 2)]);
    short(store, [next.clone(), at_time(1, &one, [checkout_cancelled(1)])], "a", 0);
    commit(store, [at_time(1, &one, [checkout_cancelled(1)]), next]).expect("there is enough again");
    assert_eq!(level(store, "a", 1), (0, 3, 0));
}
