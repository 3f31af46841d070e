//! The store as a host meets it.

use cart_core::event::CartEvent;
use cart_core::money::Currency;
use cart_core::port::{CartStore, StoreError, UseLedger};
use cart_core::promotion::UseLimit;
use cart_core::testing::block_on;
use cart_core::testing::samples::{
    Write, added, cart_id, checkout_cancelled, checkout_id, created_sole, line, owner, prices, promotion_id,
    unit,
};
use cart_store_sqlite::{OpenError, Options, SqliteStore};

use crate::support::{Place, begun, change, commit, fill, grow, journal, load, normal, used};

#[test]
fn what_was_committed_is_there_when_opened_again() {
    for options in [Options::default(), normal(), normal().on_caller(true)] {
        let place = Place::new();
        let store = SqliteStore::open(&place.path, &options).unwrap();
        let cart = grow(&store, 1, 3);
        let entries = journal(&store);
        drop(store);
        let store = SqliteStore::open(&place.path, &options).unwrap();
        assert_eq!(load(&store, cart_id(1)).unwrap(), Some(cart));
        assert_eq!(journal(&store), entries);
    }
}

#[test]
fn a_file_has_one_store() {
    let place = Place::new();
    let _store = place.open();
    assert!(matches!(SqliteStore::open(&place.path, &normal()), Err(OpenError::InUse { .. })));
}

#[test]
fn a_copy_made_while_in_use_is_a_sound_store() {
    let place = Place::new();
    let store = place.open();
    fill(&store);
    let entries = journal(&store);
    block_on(store.backup(&place.beside("copy.db"))).unwrap();
    grow(&store, 999, 1);
    let copy = SqliteStore::open(place.beside("copy.db"), &normal()).unwrap();
    assert_eq!(journal(&copy), entries);
    assert!(block_on(copy.verify()).unwrap().is_sound());
}

/// Of the reasons to refuse a commit that holds a used key, the version comes first.
#[test]
fn a_repetition_is_a_conflict_if_it_was_decided_on_an_old_state() {
    let store = SqliteStore::in_memory().unwrap();
    let first = Write::new([]).with_key("key").create(cart_id(1), created_sole(owner("ann")));
    let again = Write::new([added(line(1, 1))]).with_key("key");
    let stale = again.clone().change(&first.cart);
    let repeated = Write::new([]).with_key("key").create(cart_id(1), created_sole(owner("ann")));
    commit(&store, first.clone()).unwrap();
    assert!(matches!(commit(&store, stale), Err(StoreError::Repeated { .. })));
    assert!(matches!(commit(&store, repeated), Err(StoreError::Conflict { .. })));
    let other = Write::new([added(line(1, 1))]).change(&first.cart);
    let after = again.change(&first.cart);
    commit(&store, other).unwrap();
    assert!(matches!(commit(&store, after), Err(StoreError::Conflict { .. })));
}

#[test]
fn a_change_of_a_line_that_is_not_there_is_corrupt_and_changes_nothing() {
    let place = Place::new();
    let store = place.open();
    let cart = grow(&store, 1, 3);
    drop(store);
    place.tamper("DELETE FROM lines");
    let store = place.open();
    let write = Write::new([CartEvent::LineRemoved { line: cart.lines()[0].id }]);
    let entries = journal(&store).len();
    assert!(matches!(commit(&store, write.change(&cart)), Err(StoreError::Corrupt { .. })));
    assert_eq!(journal(&store).len(), entries);
}

#[test]
fn another_currency_without_a_price_for_every_line_is_corrupt_and_changes_nothing() {
    let store = SqliteStore::in_memory().unwrap();
    let cart = grow(&store, 1, 3);
    for lines in [0, 3, 5] {
        let prices = vec![prices(1, Currency::JPY); lines];
        let changed = Write::new([CartEvent::CurrencyChanged { currency: Currency::JPY, prices }]);
        assert!(matches!(commit(&store, changed.change(&cart)), Err(StoreError::Corrupt { .. })));
        assert_eq!(load(&store, cart.id()).unwrap().as_ref(), Some(&cart));
    }
}

#[test]
fn a_use_that_is_given_back_without_being_counted_is_corrupt_and_changes_nothing() {
    let place = Place::new();
    let store = place.open();
    let uses = [used("p", "ann", UseLimit::default())];
    let held = change(&store, &grow(&store, 1, 0), [begun(1, uses)]);
    let cancelled = [checkout_cancelled(1)];
    for sql in [
        "DELETE FROM promotion_counts WHERE customer = 'ann'",
        "UPDATE promotion_counts SET uses = 0",
        "DELETE FROM promotion_counts",
    ] {
        place.tamper(sql);
        let refused = commit(&store, Write::new(cancelled.clone()).change(&held));
        assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{sql}: {refused:?}");
        assert_eq!(load(&store, held.id()).unwrap().as_ref(), Some(&held), "{sql}");
    }
}

#[test]
fn uses_that_are_counted_too_low_are_corrupt_where_they_come_to_less_than_none() {
    let place = Place::new();
    let store = place.open();
    change(&store, &grow(&store, 1, 0), [begun(1, [used("p", "ann", UseLimit::default())])]);
    place.tamper("UPDATE promotion_counts SET uses = 0");
    let asked = block_on(store.uses(&[promotion_id("p")], None, Some(checkout_id(1))));
    assert!(matches!(asked, Err(StoreError::Corrupt { .. })), "{asked:?}");
}

#[test]
fn a_checkout_with_the_id_of_another_carts_is_a_conflict_and_changes_nothing() {
    let store = SqliteStore::in_memory().unwrap();
    let [one, other] = [1, 2].map(|number| grow(&store, number, 0));
    let one = change(&store, &one, [begun(1, [])]);
    for _ in 0..2 {
        let refused = commit(&store, Write::new([begun(1, [])]).change(&other));
        assert!(matches!(refused, Err(StoreError::Conflict { cart }) if cart == other.id()), "{refused:?}");
        assert_eq!(load(&store, other.id()).unwrap().as_ref(), Some(&other));
    }
    change(&store, &one, [checkout_cancelled(1)]);
    let refused = commit(&store, Write::new([begun(1, []), checkout_cancelled(1)]).change(&other));
    assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
}

#[test]
fn a_use_that_is_in_a_checkout_twice_is_corrupt_and_changes_nothing() {
    let store = SqliteStore::in_memory().unwrap();
    let cart = grow(&store, 1, 0);
    let twice = ["ann", "bob"].map(|customer| used("p", customer, UseLimit::default()));
    let refused = commit(&store, Write::new([begun(1, twice)]).change(&cart));
    assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{refused:?}");
    assert_eq!(load(&store, cart.id()).unwrap(), Some(cart));
}

#[test]
fn a_repetition_of_a_checkout_is_told_before_its_promotion_is_used_up() {
    let store = SqliteStore::in_memory().unwrap();
    let once = UseLimit { total: Some(1), per_customer: None };
    let begin = Write::new([begun(1, [used("p", "ann", once)])]).with_key("key");
    let first = begin.clone().change(&grow(&store, 1, 0));
    let held = std::sync::Arc::clone(&first.cart);
    commit(&store, first).unwrap();
    assert!(matches!(commit(&store, begin.change(&held)), Err(StoreError::Repeated { .. })));
}

#[test]
fn the_messages_of_errors_hold_nothing_that_shoppers_wrote() {
    for sql in [
        "UPDATE carts SET metadata = '{\"secret\":1.5}'",
        "UPDATE carts SET settings = '\"secret\"'",
        "UPDATE lines SET added_by = '{\"kind\":\"secret\"}'",
        "UPDATE lines SET options = '{\"secret\":\"\"}'",
        "UPDATE carts SET owner_kind = 'guest', owner = 'secret'",
        "UPDATE carts SET status = 'secret'",
        "UPDATE carts SET coupons = '[\"secret%\"]'",
        "UPDATE carts SET refused_gifts = '\"secret\"'",
        "UPDATE carts SET note = printf('%.*c', 501, 'secret')",
    ] {
        let place = Place::new();
        grow(&place.open(), 1, 0);
        place.tamper(sql);
        let store = place.open();
        let error = load(&store, cart_id(1)).expect_err(sql);
        assert!(matches!(error, StoreError::Corrupt { .. }), "{sql}: {error:?}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(!format!("{error}{source}{error:?}").contains("secret"), "{sql}: {error:?}");
        assert!(source.contains(&cart_id(1).to_string()), "{sql}: {source}");
    }
}

#[test]
fn a_unit_without_commits_changes_nothing() {
    let store = SqliteStore::in_memory().unwrap();
    block_on(store.commit(unit([]))).unwrap();
    assert!(journal(&store).is_empty());
}
