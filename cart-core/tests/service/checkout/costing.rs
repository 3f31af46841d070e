//! What checkouts ask of the store and the catalog.

use cart_core::checkout::Handoff;
use cart_core::command::BeginCheckout;
use cart_core::policy::CartPolicy;
use cart_core::testing::{StoreCall, block_on};

use super::support::{Counts, Till};
use crate::shop::ann;

/// The calls of the store that something takes, and how often the catalog was asked.
fn calls<T>(till: &Till, act: impl FnOnce() -> T) -> (Vec<(StoreCall, usize)>, usize, T) {
    till.shop.counting.forget_calls();
    till.shop.catalog.forget_calls();
    let done = act();
    (till.shop.counting.calls().into_iter().collect(), till.shop.catalog.calls().len(), done)
}

#[test]
fn a_driven_checkout_is_one_write_before_each_call_and_one_at_its_end() {
    let till = Till::with(CartPolicy::shared(), Counts::Nobody);
    let cart = till.cart(2);
    let (store, catalog, _) = calls(&till, || till.checkout(ann(), &cart).unwrap());
    // Place, pay, confirm; then where it first had an answer.
    assert_eq!(store, [(StoreCall::Commit, 4), (StoreCall::Entries, 1)]);
    assert_eq!(catalog, 2);
}

#[test]
fn stock_in_the_store_costs_no_more_writes() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    let cart = till.cart(2);
    let (store, catalog, _) = calls(&till, || till.checkout(ann(), &cart).unwrap());
    assert_eq!(store, [(StoreCall::Commit, 4), (StoreCall::Entries, 1), (StoreCall::Stock, 2)]);
    assert_eq!(catalog, 2);
}

#[test]
fn a_hand_over_is_one_write_and_so_is_its_answer() {
    let till = Till::with(CartPolicy::shared(), Counts::Nobody);
    let cart = till.cart(2);
    let order = BeginCheckout::whole(Handoff::Host);
    let (store, catalog, begun) = calls(&till, || till.order(ann(), &cart, &order).unwrap());
    assert_eq!((store, catalog), (vec![(StoreCall::Commit, 1)], 1));
    let id = begun.checkout.id;
    let placed = super::support::order(id);
    let complete = || block_on(till.shop.service.complete_checkout(id, placed)).unwrap();
    let (store, _, _) = calls(&till, complete);
    assert_eq!(store, [(StoreCall::Commit, 1), (StoreCall::CartOfCheckout, 2)]);
}
