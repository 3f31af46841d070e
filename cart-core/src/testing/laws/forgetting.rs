//! Forgetting request keys: those that are old, the oldest first, and nothing but them.

use std::sync::Arc;

use super::{block_on, entries, is_repeated, journal, put, refused};
use crate::actor::Actor;
use crate::cart::Cart;
use crate::event::CartEvent;
use crate::journal::{Entry, Fingerprint, KeyOrigin, Request};
use crate::port::{Rewritten, Store};
use crate::testing::samples::{
    Write, at, cart_id, checkout_begun, checkout_cancelled, checkout_completed, created, key, name, owner,
    user,
};

fn cart(store: &dyn Store, n: u64) -> Arc<Cart> {
    put(store, Write::new([]).create(cart_id(n), created(owner("ann"))))
}

/// A write to a cart at a time, by a request with a key.
fn keyed(store: &dyn Store, cart: &Cart, now: i64, text: &str) -> Arc<Cart> {
    let renamed = CartEvent::Renamed { name: Some(name(text)) };
    put(store, Write::new([renamed]).with_key(text).at(at(now)).change(cart))
}

/// The entry that is found by a key of somebody's on a cart.
fn found(store: &dyn Store, n: u64, actor: &Actor, text: &str) -> Option<Entry> {
    let origin = KeyOrigin::Caller { fingerprint: Fingerprint::of(text.as_bytes()) };
    let request = Request { key: key(text), origin };
    block_on(store.find_request(cart_id(n), &actor.to_ref(), &request)).expect("the store answers")
}

/// Which of some keys of Ann's are found on a cart.
fn known<'a>(store: &dyn Store, n: u64, keys: &[&'a str]) -> Vec<&'a str> {
    keys.iter().copied().filter(|text| found(store, n, &user("ann"), text).is_some()).collect()
}

fn forget(store: &dyn Store, before: i64, limit: usize) -> usize {
    block_on(store.forget_requests(at(before), limit)).expect("the store answers")
}

/// Keys of writes before a time are forgotten, and can be used anew; the entries stay.
pub fn old_requests_are_forgotten(store: &dyn Store) {
    let first = keyed(store, &cart(store, 1), 10, "k1");
    let second = keyed(store, &first, 20, "k2");
    let third = keyed(store, &second, 30, "k3");
    let before = journal(store);
    assert_eq!(forget(store, 10, 9), 0);
    assert_eq!(forget(store, 20, 9), 1);
    assert_eq!(known(store, 1, &["k1", "k2", "k3"]), ["k2", "k3"]);
    assert_eq!(journal(store), before);
    let again = Write::new([CartEvent::Renamed { name: None }]).at(at(40));
    refused(store, [again.clone().with_key("k2").change(&third)], is_repeated);
    let fourth = put(store, again.with_key("k1").change(&third));
    assert_eq!(found(store, 1, &user("ann"), "k1").map(|entry| entry.version), Some(fourth.version()));
}

/// The oldest are forgotten first, whichever cart they are of, and no more than asked for.
pub fn the_oldest_requests_are_forgotten_first(store: &dyn Store) {
    let (one, two) = (cart(store, 1), cart(store, 2));
    let one = keyed(store, &one, 10, "k1");
    let two = keyed(store, &two, 20, "k2");
    keyed(store, &one, 30, "k3");
    keyed(store, &two, 40, "k4");
    let left = || (known(store, 1, &["k1", "k3"]), known(store, 2, &["k2", "k4"]));
    assert_eq!((forget(store, 99, 0), forget(store, 99, 1)), (0, 1));
    assert_eq!(left(), (vec!["k3"], vec!["k2", "k4"]));
    assert_eq!(forget(store, 99, 2), 2);
    assert_eq!(left(), (vec![], vec!["k4"]));
    assert_eq!((forget(store, 99, 9), forget(store, 99, 9)), (1, 0));
    assert_eq!(left(), (vec![], vec![]));
}

/// The keys of a cart in checkout are kept, and forgotten once it is in none, be it ordered or not. They keep nothing else
/// from being forgotten.
pub fn requests_of_carts_in_checkout_are_kept(store: &dyn Store) {
    for (n, end) in [(1, checkout_cancelled(1)), (2, checkout_completed(2, "order"))] {
        let held = keyed(store, &cart(store, n), 10, "k1");
        let begun = Write::new([checkout_begun(n, at(90), vec![])]).with_key("k2").at(at(11));
        let held = put(store, begun.change(&held));
        keyed(store, &cart(store, n + 10), 12, "k3");
        assert_eq!(forget(store, 50, 9), 1);
        assert_eq!(
            (known(store, n, &["k1", "k2"]), known(store, n + 10, &["k3"])),
            (vec!["k1", "k2"], vec![])
        );
        put(store, Write::new([end]).with_key("k4").at(at(60)).change(&held));
        assert_eq!(forget(store, 60, 9), 2);
        assert_eq!(known(store, n, &["k1", "k2", "k4"]), ["k4"]);
        assert_eq!(forget(store, 61, 9), 1);
    }
}

/// A service's own requests are not forgotten, and do not count.
pub fn a_services_requests_are_not_forgotten(store: &dyn Store) {
    let written = Write::new([CartEvent::Renamed { name: Some(name("n")) }]).change(&cart(store, 1));
    put(store, written.clone());
    assert_eq!(forget(store, 99, 9), 0);
    let entry = &*written.entry;
    let again = block_on(store.find_request(entry.cart, &entry.actor, &entry.request));
    assert_eq!(again.expect("the store answers").as_ref(), Some(entry));
}

/// A key that was used anew is the later write's: it is not forgotten for the age of the first, but for its own.
pub fn a_key_that_was_used_anew_is_as_old_as_its_last_use(store: &dyn Store) {
    let cart = keyed(store, &cart(store, 1), 10, "k");
    assert_eq!(forget(store, 20, 9), 1);
    let cart = keyed(store, &cart, 30, "k");
    assert_eq!(forget(store, 20, 9), 0);
    let entry = found(store, 1, &user("ann"), "k");
    assert_eq!(entry.map(|entry| entry.version), Some(cart.version()));
    refused(
        store,
        [Write::new([CartEvent::Renamed { name: None }]).with_key("k").change(&cart)],
        is_repeated,
    );
    assert_eq!(forget(store, 31, 9), 1);
    assert_eq!(known(store, 1, &["k"]), [""; 0]);
}

/// What was forgotten stays so when the history is rewritten; what was not is still found, for its new actor.
pub fn forgotten_requests_stay_forgotten_in_a_rewritten_history(store: &dyn Store) {
    let cart = keyed(store, &cart(store, 1), 10, "old");
    keyed(store, &cart, 30, "young");
    assert_eq!(forget(store, 20, 9), 1);
    let mut entries = entries(store, cart_id(1));
    entries.iter_mut().for_each(|entry| entry.actor = user("nobody").to_ref());
    let made = Cart::replay(&entries).expect("the history is whole").expect("the cart was made");
    let (base, cart) = (made.version(), Arc::new(made));
    let entries = entries.into_iter().map(Arc::new).collect();
    block_on(store.rewrite(Rewritten { base, cart, entries })).expect("the history is good");
    let is_found = |who, text| found(store, 1, &user(who), text).is_some();
    assert_eq!(["old", "young"].map(|text| is_found("ann", text)), [false, false]);
    assert_eq!(["old", "young"].map(|text| is_found("nobody", text)), [false, true]);
    assert_eq!(forget(store, 99, 9), 1);
    assert_eq!(forget(store, 99, 9), 0);
}
