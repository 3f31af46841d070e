//! Forgetting the keys of requests.

use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::event::CartEvent;
use cart_core::port::{EventLog, StoreError};
use cart_core::testing::block_on;
use cart_core::testing::samples::{Write, at, cart_id, checkout_cancelled, created, note, owner};
use cart_store_sqlite::SqliteStore;

use crate::support::{Place, begun, change, commit, exported, journal, load, normal};

fn noted(key: &str, seconds: i64) -> Write {
    let text = format!("{key} at {seconds}");
    Write::new([CartEvent::NoteChanged { note: Some(note(&text)) }]).with_key(key).at(at(seconds))
}

fn put(store: &SqliteStore, write: Write, cart: &Cart) -> Arc<Cart> {
    let commit_ = write.change(cart);
    let cart = Arc::clone(&commit_.cart);
    commit(store, commit_).unwrap();
    cart
}

fn make(store: &SqliteStore, number: u64) -> Arc<Cart> {
    let made = Write::new([]).create(cart_id(number), created(owner("ann")));
    let cart = Arc::clone(&made.cart);
    commit(store, made).unwrap();
    cart
}

fn is_known(store: &SqliteStore, cart: &Cart, key: &str) -> bool {
    let Write { actor, request, .. } = noted(key, 0);
    block_on(store.find_request(cart.id(), &actor, &request)).unwrap().is_some()
}

fn forget(store: &SqliteStore, seconds: i64, limit: usize) -> usize {
    block_on(store.forget_requests(at(seconds), limit)).unwrap()
}

#[test]
fn a_forgotten_key_can_be_used_anew_and_leads_to_its_new_entry_also_in_a_replayed_store() {
    let place = Place::new();
    let store = place.open();
    let cart = put(&store, noted("key", 1), &make(&store, 1));
    assert!(matches!(commit(&store, noted("key", 9).change(&cart)), Err(StoreError::Repeated { .. })));
    assert_eq!((forget(&store, 1, 9), forget(&store, 2, 9), forget(&store, 2, 9)), (0, 1, 0));
    assert!(!is_known(&store, &cart, "key"));
    let cart = put(&store, noted("key", 9), &cart);
    assert!(is_known(&store, &cart, "key"));
    assert_eq!(journal(&store).len(), 3);
    let path = place.beside("replayed.db");
    SqliteStore::replay(&path, &normal(), exported(&store).as_bytes()).unwrap();
    let replayed = SqliteStore::open(&path, &normal()).unwrap();
    for store in [&store, &replayed] {
        let Write { actor, request, .. } = noted("key", 0);
        let found = block_on(store.find_request(cart.id(), &actor, &request)).unwrap().unwrap();
        assert_eq!(found.version, cart.version());
        assert!(block_on(store.verify()).unwrap().is_sound());
    }
    assert_eq!((forget(&store, 5, 9), forget(&store, 10, 9)), (0, 1));
}

#[test]
fn more_keys_than_one_write_looks_at_are_forgotten_in_the_order_of_the_journal() {
    let store = SqliteStore::in_memory().unwrap();
    let mut cart = make(&store, 1);
    for number in 0..30 {
        cart = put(&store, noted(&format!("key-{number}"), number), &cart);
        for _ in 0..150 {
            cart = change(&store, &cart, [CartEvent::NoteChanged { note: None }]);
        }
    }
    assert_eq!(forget(&store, 1_000, 10), 10);
    assert!(!is_known(&store, &cart, "key-9") && is_known(&store, &cart, "key-10"));
    assert_eq!(forget(&store, 25, 1_000), 15);
    assert!(!is_known(&store, &cart, "key-24") && is_known(&store, &cart, "key-25"));
    assert_eq!((forget(&store, 1_000, 1_000), forget(&store, 1_000, 1_000)), (5, 0));
}

#[test]
fn keys_of_a_cart_in_checkout_are_kept_until_it_is_in_none() {
    let store = SqliteStore::in_memory().unwrap();
    let [one, other] = [1, 2].map(|number| make(&store, number));
    let [one, other] = [put(&store, noted("mine", 1), &one), put(&store, noted("theirs", 2), &other)];
    let one = change(&store, &one, [begun(1, [])]);
    assert_eq!(forget(&store, 100, 9), 1);
    assert!(is_known(&store, &one, "mine") && !is_known(&store, &other, "theirs"));
    let one = change(&store, &one, [checkout_cancelled(1)]);
    assert_eq!((forget(&store, 0, 9), forget(&store, 100, 9), forget(&store, 100, 9)), (0, 1, 0));
    assert!(!is_known(&store, &one, "mine"));
}

#[test]
fn an_old_key_behind_younger_ones_is_forgotten() {
    let store = SqliteStore::in_memory().unwrap();
    let [young, old] = [1, 2].map(|number| make(&store, number));
    let young = put(&store, noted("young", 100), &young);
    let old = put(&store, noted("old", 5), &old);
    assert_eq!(forget(&store, 50, 9), 1);
    assert!(is_known(&store, &young, "young") && !is_known(&store, &old, "old"));
    assert_eq!(load(&store, old.id()).unwrap(), Some(old));
}
