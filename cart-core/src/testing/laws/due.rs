//! Carts whose lifetime has ended.

use super::{block_on, put};
use crate::event::{CartEvent, Created};
use crate::id::CartId;
use crate::port::{Commit, Store};
use crate::status::AbandonReason;
use crate::testing::samples::{Write, at, cart_id, checkout_begun, checkout_cancelled, created, owner};

fn ending(n: u64, seconds: i64) -> Commit {
    let created = Created { expires_at: Some(at(seconds)), ..created(owner(&format!("owner-{n}"))) };
    Write::new([]).create(cart_id(n), created)
}

fn due(store: &dyn Store, seconds: i64, limit: usize) -> Vec<CartId> {
    block_on(store.due(at(seconds), limit)).expect("the store answers")
}

/// Carts are due in the order in which their lifetimes ended.
pub fn the_longest_due_come_first(store: &dyn Store) {
    for (n, seconds) in [(1, 30), (2, 10), (3, 20), (4, 40)] {
        put(store, ending(n, seconds));
    }
    assert_eq!(due(store, 35, 10), [2, 3, 1].map(cart_id));
    assert_eq!(due(store, 35, 2), [2, 3].map(cart_id));
    assert_eq!(due(store, 35, 0), []);
}

/// A cart is due from the instant at which its lifetime ends.
pub fn a_cart_is_due_at_the_instant_its_lifetime_ends(store: &dyn Store) {
    put(store, ending(1, 10));
    let before = at(10) - chrono::TimeDelta::microseconds(1);
    assert_eq!(block_on(store.due(before, 10)).expect("the store answers"), []);
    assert_eq!(due(store, 10, 10), [cart_id(1)]);
}

/// A cart without an end is never due.
pub fn a_cart_that_lives_for_ever_is_never_due(store: &dyn Store) {
    put(store, Write::new([]).create(cart_id(1), created(owner("ann"))));
    assert_eq!(due(store, 1_000_000_000, 10), []);
}

/// A moved end counts, not the first one.
pub fn a_moved_end_counts(store: &dyn Store) {
    let cart = put(store, ending(1, 10));
    put(store, Write::new([CartEvent::ExpiryMoved { expires_at: at(50) }]).change(&cart));
    put(store, ending(2, 20));
    assert_eq!(due(store, 49, 10), [cart_id(2)]);
    assert_eq!(due(store, 50, 10), [2, 1].map(cart_id));
}

/// A cart in checkout does not expire; one whose checkout was cancelled does.
pub fn a_cart_in_checkout_is_not_due(store: &dyn Store) {
    let cart = put(store, ending(1, 10));
    let begun = checkout_begun(1, at(5), vec![]);
    let cart = put(store, Write::new([begun]).change(&cart));
    assert_eq!(due(store, 100, 10), []);
    put(store, Write::new([checkout_cancelled(1)]).change(&cart));
    assert_eq!(due(store, 100, 10), [cart_id(1)]);
}

/// A cart that has ended is not due; a recovered one is when its new lifetime ends.
pub fn an_abandoned_cart_is_not_due(store: &dyn Store) {
    let cart = put(store, ending(1, 10));
    let ended = CartEvent::Abandoned { since: at(10), reason: AbandonReason::Expired };
    let cart = put(store, Write::new([ended]).change(&cart));
    assert_eq!(due(store, 100, 10), []);
    put(store, Write::new([CartEvent::Recovered { expires_at: Some(at(60)) }]).change(&cart));
    assert_eq!(due(store, 59, 10), []);
    assert_eq!(due(store, 60, 10), [cart_id(1)]);
}
