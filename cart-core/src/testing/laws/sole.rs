//! Owners who may have only one open cart in a channel.

use std::sync::Arc;

use super::{commit, is_already_open, load, open, put, refused};
use crate::actor::Owner;
use crate::cart::Cart;
use crate::event::{CartEvent, Created};
use crate::port::{Commit, Store};
use crate::status::AbandonReason;
use crate::testing::samples::{
    Write, at, cart_id, channel, checkout_begun, checkout_cancelled, checkout_completed, created,
    created_sole, guest, owner, user_for,
};

fn sole(n: u64) -> Commit {
    Write::new([]).create(cart_id(n), created_sole(owner("ann")))
}

fn abandoned() -> Write {
    Write::new([CartEvent::Abandoned { since: at(1), reason: AbandonReason::GivenUp }])
}

fn recovered() -> Write {
    Write::new([CartEvent::Recovered { expires_at: None }])
}

fn in_checkout(store: &dyn Store, cart: &Cart) -> Arc<Cart> {
    put(store, Write::new([checkout_begun(1, at(9), vec![])]).change(cart))
}

/// The open cart is found by its owner, until it has ended.
pub fn the_open_cart_is_found(store: &dyn Store) {
    assert_eq!(open(store, &sole(1).cart), (None, 0));
    let cart = put(store, sole(1));
    assert_eq!(open(store, &cart), (Some(cart_id(1)), 1));
    let cart = in_checkout(store, &cart);
    assert_eq!(open(store, &cart), (Some(cart_id(1)), 1));
    let declined = Write::new([checkout_cancelled(1)]);
    let cart = put(store, declined.change(&cart));
    assert_eq!(open(store, &cart), (Some(cart_id(1)), 1));
    let cart = put(store, abandoned().change(&cart));
    assert_eq!(open(store, &cart), (None, 0));
    put(store, recovered().change(&cart));
    assert_eq!(open(store, &cart), (Some(cart_id(1)), 1));
}

/// An owner who may have one open cart in a channel gets no second one.
pub fn a_second_open_cart_is_refused(store: &dyn Store) {
    let cart = put(store, sole(1));
    refused(store, [sole(2)], is_already_open);
    in_checkout(store, &cart);
    refused(store, [sole(2)], is_already_open);
}

/// A refused second cart takes the rest of its unit with it.
pub fn a_second_open_cart_refuses_its_unit(store: &dyn Store) {
    let cart = put(store, sole(1));
    let renamed = Write::new([CartEvent::Renamed { name: None }]).change(&cart);
    refused(store, [renamed, sole(2)], is_already_open);
    let others = Write::new([]).create(cart_id(3), created(owner("bob")));
    refused(store, [others, sole(2)], is_already_open);
}

/// Two first carts of one owner cannot come in one unit.
pub fn a_unit_cannot_open_two_carts_of_one_owner(store: &dyn Store) {
    refused(store, [sole(1), sole(2)], is_already_open);
}

/// Other channels, owners, companies and guests do not count.
pub fn other_channels_and_owners_do_not_count(store: &dyn Store) {
    put(store, sole(1));
    let elsewhere = Created { channel: channel("kiosk"), ..created_sole(owner("ann")) };
    let elsewhere = put(store, Write::new([]).create(cart_id(2), elsewhere));
    assert_eq!(open(store, &elsewhere), (Some(cart_id(2)), 1));
    let others: [Option<Owner>; 6] = [
        Some(owner("bob")),
        Some(owner("Ann")),
        user_for("ann", "acme").owner(),
        user_for("ann", "globex").owner(),
        guest(1).owner(),
        guest(2).owner(),
    ];
    for (n, other) in (3..).zip(others.into_iter().flatten()) {
        let cart = put(store, Write::new([]).create(cart_id(n), created_sole(other)));
        assert_eq!(open(store, &cart), (Some(cart_id(n)), 1));
    }
    assert_eq!(open(store, &sole(1).cart), (Some(cart_id(1)), 1));
}

/// Carts of which an owner may have many are counted, but are nobody's only one.
pub fn carts_that_need_not_be_sole_do_not_count(store: &dyn Store) {
    let many = |n| Write::new([]).create(cart_id(n), created(owner("ann")));
    put(store, many(1));
    put(store, many(2));
    assert_eq!(open(store, &many(1).cart), (None, 2));
    put(store, sole(3));
    put(store, many(4));
    assert_eq!(open(store, &many(1).cart), (Some(cart_id(3)), 4));
}

/// A cart that was given up leaves room for the next.
pub fn an_abandoned_cart_leaves_room(store: &dyn Store) {
    let cart = put(store, sole(1));
    put(store, abandoned().change(&cart));
    let next = put(store, sole(2));
    assert_eq!(open(store, &next), (Some(cart_id(2)), 1));
}

/// A cart that became an order leaves room for the next.
pub fn a_completed_cart_leaves_room(store: &dyn Store) {
    let cart = put(store, sole(1));
    let cart = in_checkout(store, &cart);
    let completed = checkout_completed(1, "order-1");
    put(store, Write::new([completed]).change(&cart));
    let next = put(store, sole(2));
    assert_eq!(open(store, &next), (Some(cart_id(2)), 1));
}

/// An abandoned cart cannot be recovered while another one is open, and can be afterwards.
pub fn recovering_beside_an_open_cart_is_refused(store: &dyn Store) {
    let first = put(store, sole(1));
    let first = put(store, abandoned().change(&first));
    let second = put(store, sole(2));
    refused(store, [recovered().change(&first)], is_already_open);
    put(store, abandoned().change(&second));
    put(store, recovered().change(&first));
    assert_eq!(open(store, &first), (Some(cart_id(1)), 1));
}

/// One unit may end a cart and open the next: its commits are written in their order.
pub fn a_unit_may_replace_the_open_cart(store: &dyn Store) {
    let first = put(store, sole(1));
    commit(store, [abandoned().change(&first), sole(2)]).expect("the old cart ends before the new one opens");
    assert_eq!(open(store, &first), (Some(cart_id(2)), 1));
    let second = load(store, cart_id(2)).expect("the cart is there");
    let ended = load(store, cart_id(1)).expect("the cart is there");
    commit(store, [abandoned().change(&second), recovered().change(&ended)]).expect("the same the other way");
    assert_eq!(open(store, &first), (Some(cart_id(1)), 1));
}
