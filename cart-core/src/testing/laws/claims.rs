//! Selling stock: what is held, or else what is free; given back only by a checkout that ends without an order.

use super::stock::{at_time, begin, begun, cart, cart_of, level, short, supply};
use super::{block_on, put};
use crate::checkout::CheckoutStep;
use crate::port::Store;
use crate::testing::samples::{
    at, checkout_advanced, checkout_cancelled, checkout_completed, placed_order, stock_claimed,
};

/// What is held for a checkout is sold to it, though nothing else is free.
pub fn a_claim_sells_what_is_held(store: &dyn Store) {
    supply(store, &[("a", 2), ("b", 1)]);
    let items = [("a", 2), ("b", 1)];
    let cart = put(store, begin(&cart(store, 1), 1, 50, &items));
    put(store, at_time(49, &cart, [stock_claimed(1, &items)]));
    assert_eq!((level(store, "a", 49), level(store, "b", 49)), ((0, 0, 2), (0, 0, 1)));
    assert_eq!((level(store, "a", 99), level(store, "b", 99)), ((0, 0, 2), (0, 0, 1)));
}

/// A checkout may begin and be sold its stock at once.
pub fn a_checkout_may_be_sold_its_stock_at_once(store: &dyn Store) {
    supply(store, &[("a", 2)]);
    let cart = cart(store, 1);
    let order = placed_order("1");
    let events = [
        begun(&cart, 1, 50, &[("a", 2)]),
        checkout_advanced(1, CheckoutStep::OrderConfirmed { order }),
        stock_claimed(1, &[("a", 2)]),
        checkout_completed(1, "1"),
    ];
    put(store, at_time(0, &cart, events));
    assert_eq!(level(store, "a", 0), (0, 0, 2));
}

/// After the end of the hold, what is free is sold, whether or not the end was noticed.
pub fn a_late_claim_sells_what_is_free(store: &dyn Store) {
    for (n, is_swept) in [(1, false), (2, true)] {
        supply(store, &[("a", 10)]);
        let cart = put(store, begin(&cart(store, n), n, 50, &[("a", 3)]));
        if is_swept {
            block_on(store.remove_ended_holds(at(50), 9)).expect("the store answers");
        }
        put(store, at_time(50, &cart, [stock_claimed(n, &[("a", 3)])]));
    }
    assert_eq!(level(store, "a", 50), (4, 0, 6));
}

/// A late claim of what others have is refused and changes nothing; once they have given it back, it is not.
pub fn a_late_claim_of_what_others_have_is_refused(store: &dyn Store) {
    supply(store, &[("a", 3), ("b", 3)]);
    let items = [("a", 2), ("b", 2)];
    let late = put(store, begin(&cart(store, 1), 1, 50, &items));
    let other = cart_of(store, 2, "bob");
    let other = put(store, at_time(50, &other, [begun(&other, 2, 90, &[("b", 2)])]));
    let claim = |now| at_time(now, &late, [stock_claimed(1, &items)]);
    short(store, [claim(51)], "b", 1);
    assert_eq!((level(store, "a", 51), level(store, "b", 51)), ((3, 0, 0), (1, 2, 0)));
    put(store, at_time(52, &other, [checkout_cancelled(2)]));
    put(store, claim(53));
    assert_eq!((level(store, "a", 53), level(store, "b", 53)), ((1, 0, 2), (1, 0, 2)));
}

/// What is sold is not sold again.
pub fn what_is_sold_cannot_be_had(store: &dyn Store) {
    supply(store, &[("a", 3)]);
    let sold = put(store, begin(&cart(store, 1), 1, 50, &[("a", 2)]));
    put(store, at_time(1, &sold, [stock_claimed(1, &[("a", 2)])]));
    short(store, [begin(&cart(store, 2), 2, 50, &[("a", 2)])], "a", 1);
    let last = put(store, begin(&cart(store, 3), 3, 50, &[("a", 1)]));
    put(store, at_time(1, &last, [stock_claimed(3, &[("a", 1)])]));
    assert_eq!(level(store, "a", 1), (0, 0, 3));
}

/// A checkout that ends without an order gives back what was held for it or sold to it, all of it and once.
pub fn a_cancelled_checkout_gives_its_stock_back(store: &dyn Store) {
    supply(store, &[("a", 9), ("b", 9)]);
    let items = [("a", 2), ("b", 1)];
    let held = put(store, begin(&cart(store, 1), 1, 50, &items));
    let sold = put(store, begin(&cart(store, 2), 2, 50, &items));
    let sold = put(store, at_time(1, &sold, [stock_claimed(2, &items)]));
    put(store, begin(&cart(store, 3), 3, 50, &items));
    let held = put(store, at_time(2, &held, [checkout_cancelled(1)]));
    assert_eq!((level(store, "a", 2), level(store, "b", 2)), ((5, 2, 2), (7, 1, 1)));
    put(store, at_time(3, &sold, [checkout_cancelled(2)]));
    assert_eq!((level(store, "a", 3), level(store, "b", 3)), ((7, 2, 0), (8, 1, 0)));
    put(store, at_time(4, &held, [checkout_cancelled(1)]));
    assert_eq!((level(store, "a", 4), level(store, "b", 4)), ((7, 2, 0), (8, 1, 0)));
}

/// A checkout whose hold has ended has nothing to give back, whoever has it now.
pub fn an_ended_hold_is_not_given_back(store: &dyn Store) {
    supply(store, &[("a", 2)]);
    let late = put(store, begin(&cart(store, 1), 1, 50, &[("a", 2)]));
    let other = cart_of(store, 2, "bob");
    let other = put(store, at_time(50, &other, [begun(&other, 2, 90, &[("a", 2)])]));
    put(store, at_time(51, &late, [checkout_cancelled(1)]));
    assert_eq!(level(store, "a", 51), (0, 2, 0));
    put(store, at_time(52, &other, [stock_claimed(2, &[("a", 2)])]));
    assert_eq!(level(store, "a", 52), (0, 0, 2));
}

/// What was sold to a checkout that became an order stays sold.
pub fn a_completed_checkout_keeps_its_stock(store: &dyn Store) {
    supply(store, &[("a", 3)]);
    let cart = put(store, begin(&cart(store, 1), 1, 50, &[("a", 2)]));
    put(store, at_time(1, &cart, [stock_claimed(1, &[("a", 2)]), checkout_completed(1, "order")]));
    assert_eq!(block_on(store.remove_ended_holds(at(99), 9)).expect("the store answers"), 0);
    assert_eq!(level(store, "a", 99), (1, 0, 2));
}
