//! The store as a host meets it.

use cart_core::port::{CartStore, StoreError};
use cart_core::testing::block_on;
use cart_core::testing::samples::{Write, added, cart_id, created_sole, line, owner, unit};
use cart_store_sqlite::{OpenError, Options, SqliteStore};

use crate::support::{Place, commit, fill, grow, journal, load, normal};

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
    let write = Write::new([cart_core::event::CartEvent::LineRemoved { line: cart.lines()[0].id }]);
    let entries = journal(&store).len();
    assert!(matches!(commit(&store, write.change(&cart)), Err(StoreError::Corrupt { .. })));
    assert_eq!(journal(&store).len(), entries);
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
