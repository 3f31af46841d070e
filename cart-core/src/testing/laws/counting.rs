//! Stock when many ask at once, and when histories are rewritten.

use std::sync::Arc;

use super::races::{THREADS, race};
use super::stock::{at_time, begin, begun, begun_within, cart, cart_of, level, refused, supply};
use super::{block_on, entries, load, put};
use crate::cart::Cart;
use crate::event::CartEvent;
use crate::port::{Rewritten, Store, StoreError};
use crate::testing::samples::{cart_id, checkout_cancelled, owner, stock_claimed};

pub(super) fn is_out_of_stock(error: &StoreError) -> bool {
    matches!(error, StoreError::OutOfStock { .. })
}

/// Of many checkouts at once exactly as many get the last units as there are.
pub fn racing_checkouts_never_hold_a_unit_twice(store: &dyn Store) {
    for (round, left) in [(0, 1), (1, 1), (2, 3)] {
        let item = format!("raced-{round}");
        supply(store, &[(&item, left)]);
        let carts: Vec<_> = (0..THREADS).map(|n| cart(store, round * 100 + n)).collect();
        let commits = |n| vec![begin(nth(&carts, n), round * 100 + n, 50, &[(&item, 1)])];
        assert_eq!(race(store, THREADS, commits, &[is_out_of_stock]), u64::from(left));
        assert_eq!(level(store, &item, 0), (0, left, 0));
        let held = carts
            .iter()
            .filter_map(|cart| load(store, cart.id()))
            .filter(|cart| !cart.checkouts().is_empty());
        assert_eq!(u32::try_from(held.count()), Ok(left));
    }
}

fn nth(carts: &[Arc<Cart>], n: u64) -> &Cart {
    usize::try_from(n).ok().and_then(|n| carts.get(n)).expect("a cart for each thread")
}

/// Of many checkouts whose holds have ended exactly as many are sold what is left as there is.
pub fn racing_late_claims_never_sell_a_unit_twice(store: &dyn Store) {
    // Each has held all of it once, one after the other.
    supply(store, &[("a", 2)]);
    let carts: Vec<_> = (0..16_u64)
        .map(|n| {
            let (cart, then) = (cart(store, n), i64::try_from(n).unwrap_or_default());
            put(store, at_time(then, &cart, [begun(&cart, n, then + 1, &[("a", 2)])]))
        })
        .collect();
    let commits = |n| vec![at_time(99, nth(&carts, n), [stock_claimed(n, &[("a", 2)])])];
    assert_eq!(race(store, 16, commits, &[is_out_of_stock]), 1);
    assert_eq!(level(store, "a", 99), (0, 0, 2));
}

/// Units that hold the same items in opposite orders end, and each holds all of its own.
pub fn units_with_stock_in_opposite_orders_end(store: &dyn Store) {
    supply(store, &[("a", 8), ("b", 8)]);
    let carts: Vec<_> = (0..32_u64).map(|n| cart(store, n)).collect();
    let commits = |n: u64| {
        let (first, second) = if n.is_multiple_of(2) { ("a", "b") } else { ("b", "a") };
        let begin = |n, item| begin(nth(&carts, n), n, 50, &[(item, 1)]);
        vec![begin(2 * n, first), begin(2 * n + 1, second)]
    };
    assert_eq!(race(store, 16, commits, &[is_out_of_stock]), 8);
    assert_eq!((level(store, "a", 0), level(store, "b", 0)), ((0, 8, 0), (0, 8, 0)));
}

/// After a history is rewritten everything is held and sold as before, for the owner that it names, and can be sold and
/// given back.
pub fn stock_stays_when_a_history_is_rewritten(store: &dyn Store) {
    supply(store, &[("a", 9)]);
    let held = put(store, begin(&cart(store, 1), 1, 50, &[("a", 2)]));
    let sold = put(store, begin(&cart(store, 2), 2, 50, &[("a", 3)]));
    let sold = put(store, at_time(1, &sold, [stock_claimed(2, &[("a", 3)])]));
    [&held, &sold].into_iter().for_each(|cart| hand_to_nobody(store, cart));
    assert_eq!((level(store, "a", 1), level(store, "a", 50)), ((4, 2, 3), (6, 0, 3)));
    let within = |n, who| {
        let cart = cart_of(store, n, who);
        at_time(1, &cart, [begun_within(&cart, n, 50, &[("a", 1)], Some(2))])
    };
    let error = refused(store, vec![within(3, "nobody")]);
    assert!(matches!(error, StoreError::TooMuchHeld { max: 2 }), "{error:?}");
    put(store, within(4, "ann"));
    let [held, sold] = [1, 2].map(|n| load(store, cart_id(n)).expect("the cart is there"));
    put(store, at_time(2, &held, [stock_claimed(1, &[("a", 2)])]));
    put(store, at_time(2, &sold, [checkout_cancelled(2)]));
    assert_eq!(level(store, "a", 2), (6, 1, 2));
}

/// Rewrites the history of a cart as if it had never been Ann's.
fn hand_to_nobody(store: &dyn Store, cart: &Cart) {
    let mut entries = entries(store, cart.id());
    for event in entries.iter_mut().flat_map(|entry| &mut entry.events) {
        if let CartEvent::Created(created) = event {
            created.owner = owner("nobody");
        } else if let CartEvent::CheckoutBegun { checkout } = event {
            Arc::make_mut(&mut Arc::make_mut(checkout).draft).owner = owner("nobody");
        }
    }
    let made = Cart::replay(&entries).expect("the history is whole").expect("the cart was made");
    let (base, cart) = (made.version(), Arc::new(made));
    let entries = entries.into_iter().map(Arc::new).collect();
    block_on(store.rewrite(Rewritten { base, cart, entries })).expect("the history is good");
}
