//! Commits: all or nothing, and only on the version that was decided on.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::{commit, entries, is_conflict, journal, load, put, refused};
use crate::event::CartEvent;
use crate::port::{Commit, Store};
use crate::testing::samples::{
    Write, added, cart_id, created, created_sole, line, line_id, name, owner, unit,
};

fn renamed(to: &str) -> Write {
    Write::new([CartEvent::Renamed { name: Some(name(to)) }])
}

fn new_cart(n: u64) -> Commit {
    Write::new([added(line(1, 1))]).create(cart_id(n), created(owner("ann")))
}

/// A cart that nobody made is not there.
pub fn an_unknown_cart_is_not_there(store: &dyn Store) {
    put(store, new_cart(1));
    assert_eq!(load(store, cart_id(2)), None);
}

/// What was committed is what is loaded.
pub fn a_committed_cart_is_loaded(store: &dyn Store) {
    let cart = put(store, new_cart(1));
    assert_eq!(load(store, cart_id(1)).as_ref(), Some(&cart));
    let cart = put(store, renamed("second").change(&cart));
    assert_eq!(load(store, cart_id(1)).as_ref(), Some(&cart));
}

/// A commit decided on a version that others have replaced is refused.
pub fn a_stale_base_is_a_conflict(store: &dyn Store) {
    let first = put(store, new_cart(1));
    let second = put(store, renamed("second").change(&first));
    put(store, renamed("third").change(&second));
    refused(store, [renamed("stale").change(&first)], is_conflict);
    refused(store, [renamed("stale").change(&second)], is_conflict);
}

/// A commit decided on a version that the cart has not reached is refused.
pub fn a_future_base_is_a_conflict(store: &dyn Store) {
    let first = put(store, new_cart(1));
    let never_written = renamed("second").change(&first);
    refused(store, [renamed("third").change(&never_written.cart)], is_conflict);
}

/// A cart is made once.
pub fn making_a_cart_that_exists_is_a_conflict(store: &dyn Store) {
    put(store, new_cart(1));
    refused(store, [new_cart(1)], is_conflict);
    refused(store, [Write::new([]).create(cart_id(1), created(owner("bob")))], is_conflict);
}

/// A cart that does not exist cannot be changed.
pub fn changing_a_cart_that_is_not_there_is_a_conflict(store: &dyn Store) {
    refused(store, [renamed("second").change(&new_cart(1).cart)], is_conflict);
}

/// A refused commit does not stand in the way of a good one.
pub fn a_cart_can_be_changed_after_a_refused_commit(store: &dyn Store) {
    let first = put(store, new_cart(1));
    let second = put(store, renamed("second").change(&first));
    refused(store, [renamed("stale").change(&first)], is_conflict);
    let third = put(store, renamed("third").change(&second));
    assert_eq!(load(store, cart_id(1)), Some(third));
}

/// Several carts are written together.
pub fn a_unit_of_several_carts_is_written(store: &dyn Store) {
    let first = put(store, new_cart(1));
    let commits = [renamed("changed").change(&first), new_cart(2), new_cart(3)];
    let carts = commits.clone().map(|commit| commit.cart);
    commit(store, commits).expect("the unit is good");
    for cart in carts {
        assert_eq!(load(store, cart.id()), Some(cart));
    }
}

/// Where one commit of a unit is refused, none is written, wherever in the unit it stands.
pub fn a_unit_is_written_as_a_whole_or_not_at_all(store: &dyn Store) {
    let first = put(store, new_cart(1));
    put(store, renamed("second").change(&first));
    let stale = renamed("stale").change(&first);
    refused(store, [new_cart(2), stale.clone()], is_conflict);
    refused(store, [stale.clone(), new_cart(2)], is_conflict);
    refused(store, [new_cart(2), stale, new_cart(3)], is_conflict);
    put(store, new_cart(2));
}

/// Carts do not see each other's lines, though line ids be the same.
pub fn lines_belong_to_their_cart(store: &dyn Store) {
    let first = put(store, new_cart(1));
    let second = put(store, new_cart(2));
    let removed = Write::new([CartEvent::LineRemoved { line: line_id(1) }]);
    put(store, removed.change(&first));
    assert_eq!(load(store, cart_id(2)), Some(second));
}

/// A commit whose caller goes away happens as a whole or not at all, and the cart can be written to afterwards.
pub fn a_dropped_commit_happens_as_a_whole_or_not_at_all(store: &dyn Store) {
    for n in 0..20 {
        let (one, two) = (2 * n + 1, 2 * n + 2);
        poll_once(store, [sole(one), sole(two)]);
        let pair = [cart_id(one), cart_id(two)];
        let written = journal(store).iter().filter(|read| pair.contains(&read.entry.cart)).count();
        assert!(written == 0 || written == 2, "{written} of two entries were written");
        settle(store, one, two);
    }
}

fn sole(n: u64) -> Commit {
    Write::new([added(line(1, 1))]).create(cart_id(n), created_sole(owner(&format!("owner-{n}"))))
}

fn poll_once(store: &dyn Store, commits: [Commit; 2]) {
    let mut dropped = pin!(store.commit(unit(commits)));
    match dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done.expect("the unit is good"),
        Poll::Pending => {}
    }
}

/// Whatever became of the dropped commit: the same unit now is refused if it happened and written if it did not, and
/// either way both carts are there.
fn settle(store: &dyn Store, one: u64, two: u64) {
    match commit(store, [sole(one), sole(two)]) {
        Ok(()) => {}
        Err(error) => assert!(is_conflict(&error) || super::is_already_open(&error), "{error:?}"),
    }
    for n in [one, two] {
        let cart = load(store, cart_id(n)).expect("the cart is there");
        assert_eq!(entries(store, cart_id(n)).len(), 1);
        put(store, renamed("again").change(&Arc::clone(&cart)));
    }
}
