//! Request keys: a caller's key counts once per cart and actor, and every request can be looked up.

use std::sync::Arc;

use super::{block_on, is_repeated, load, put, refused};
use crate::actor::{Actor, ActorRef};
use crate::cart::Cart;
use crate::event::CartEvent;
use crate::id::{CartId, UserId};
use crate::journal::{Entry, Fingerprint, KeyOrigin, Request};
use crate::port::{Commit, Store};
use crate::testing::samples::{Write, cart_id, created, guest, key, name, owner, user, user_for};

fn renamed(to: &str) -> Write {
    Write::new([CartEvent::Renamed { name: Some(name(to)) }])
}

fn cart(store: &dyn Store, n: u64) -> Arc<Cart> {
    put(store, Write::new([]).create(cart_id(n), created(owner("ann"))))
}

fn find(store: &dyn Store, cart: CartId, actor: &ActorRef, request: &Request) -> Option<Entry> {
    block_on(store.find_request(cart, actor, request)).expect("the store answers")
}

fn by_service(text: &str) -> Request {
    Request { key: key(text), origin: KeyOrigin::Service }
}

/// A request with a caller's key that asks for what no other one asks for.
fn by_caller(text: &str) -> Request {
    Request { key: key(text), origin: KeyOrigin::Caller { fingerprint: Fingerprint::of(b"something else") } }
}

fn is_found(store: &dyn Store, written: &Commit) -> bool {
    let entry = &*written.entry;
    find(store, entry.cart, &entry.actor, &entry.request).as_ref() == Some(entry)
}

/// A caller's key that was used on the cart before is refused, whatever is asked for with it and however often the cart
/// has changed since.
pub fn a_callers_key_counts_once(store: &dyn Store) {
    let first = cart(store, 1);
    let second = put(store, renamed("once").with_key("k1").change(&first));
    refused(store, [renamed("once").with_key("k1").change(&second)], is_repeated);
    let third = put(store, renamed("other").with_key("k2").change(&second));
    refused(store, [renamed("twice").with_key("k1").change(&third)], is_repeated);
    put(store, renamed("new").with_key("k3").change(&third));
}

/// The key of the request that made the cart counts too.
pub fn the_key_of_a_creation_counts(store: &dyn Store) {
    let made = Write::new([]).with_key("k1").create(cart_id(1), created(owner("ann")));
    let first = put(store, made.clone());
    refused(store, [renamed("again").with_key("k1").change(&first)], is_repeated);
    assert!(is_found(store, &made));
}

/// A refused commit does not use its key up.
pub fn a_refused_commit_leaves_its_key_free(store: &dyn Store) {
    let first = cart(store, 1);
    let second = put(store, renamed("second").change(&first));
    refused(store, [renamed("stale").with_key("k1").change(&first)], super::is_conflict);
    put(store, renamed("third").with_key("k1").change(&second));
}

/// A repeated request refuses the rest of its unit.
pub fn a_repeated_request_refuses_its_unit(store: &dyn Store) {
    let (one, other) = (cart(store, 1), cart(store, 2));
    let one = put(store, renamed("once").with_key("k1").change(&one));
    let repeated = renamed("twice").with_key("k1").change(&one);
    refused(store, [renamed("new").with_key("k1").change(&other), repeated], is_repeated);
}

/// Actors do not learn of each other's keys by using the same: whoever else they are, for whomever they act.
pub fn other_actors_may_use_the_same_key(store: &dyn Store) {
    let staff = Actor::Staff(UserId::new("ann").expect("a user id"));
    let actors = [
        user("ann"),
        user("Ann"),
        user_for("ann", "acme"),
        user_for("ann", "b"),
        guest(1),
        staff,
        Actor::System,
    ];
    let mut latest = cart(store, 1);
    for actor in &actors {
        latest = put(store, renamed("by all").by(actor).with_key("k").change(&latest));
    }
    for actor in &actors {
        let found = find(store, cart_id(1), &actor.to_ref(), &by_caller("k")).expect("the request is found");
        assert_eq!(found.actor, actor.to_ref());
        refused(store, [renamed("again").by(actor).with_key("k").change(&latest)], is_repeated);
    }
}

/// The same key on another cart is another request.
pub fn other_carts_may_use_the_same_key(store: &dyn Store) {
    for n in 1..=3 {
        let first = cart(store, n);
        put(store, renamed("same").with_key("k").change(&first));
    }
    let both = [4, 5].map(|n| Write::new([]).with_key("k").create(cart_id(n), created(owner("ann"))));
    super::commit(store, both.clone()).expect("a merge writes two carts with one key");
    assert!(both.iter().all(|written| is_found(store, written)));
}

/// The requests of a service, which have keys that nobody else knows, never repeat.
pub fn a_services_requests_do_not_repeat(store: &dyn Store) {
    let mut latest = cart(store, 1);
    for n in 0..50 {
        latest = put(store, renamed(&format!("name {n}")).change(&latest));
    }
    assert_eq!(load(store, cart_id(1)), Some(latest));
}

/// A request is found by its key, whatever was asked for with it: what to make of that is not the store's affair.
pub fn a_callers_request_is_found_whatever_it_asked_for(store: &dyn Store) {
    let written = renamed("once").with_key("k").change(&cart(store, 1));
    put(store, written.clone());
    let other = by_caller("k");
    assert_ne!(other, written.entry.request);
    assert_eq!(find(store, cart_id(1), &written.entry.actor, &other).as_ref(), Some(&*written.entry));
}

/// The same key is another request if the caller made it than if the service did: neither is found for the other, and
/// neither refuses the other.
pub fn callers_and_services_keys_are_not_mixed_up(store: &dyn Store) {
    let ann = user("ann").to_ref();
    let services = Write { request: by_service("k"), ..renamed("by the service") }.change(&cart(store, 1));
    let second = put(store, services.clone());
    assert!(is_found(store, &services));
    assert_eq!(find(store, cart_id(1), &ann, &by_caller("k")), None);
    let callers = renamed("by the caller").with_key("k").change(&second);
    let third = put(store, callers.clone());
    assert!(is_found(store, &services) && is_found(store, &callers));
    put(store, renamed("by the caller alone").with_key("k2").change(&third));
    assert_eq!(find(store, cart_id(1), &ann, &by_service("k2")), None);
}

/// Every request is found by cart, actor and key, with the entry that it wrote.
pub fn every_request_is_found(store: &dyn Store) {
    let first = cart(store, 1);
    let by_caller = renamed("by a caller").with_key("k1").change(&first);
    let by_service = renamed("by the service").by(&user("bob")).change(&put(store, by_caller.clone()));
    put(store, by_service.clone());
    assert!(is_found(store, &by_caller) && is_found(store, &by_service));
}

/// Nothing is found for another cart, another actor or another key, be it similar.
pub fn only_the_request_asked_for_is_found(store: &dyn Store) {
    let (one, _other) = (cart(store, 1), cart(store, 2));
    let ann = user("ann").to_ref();
    put(store, renamed("once").with_key("Key-1").change(&one));
    assert!(find(store, cart_id(1), &ann, &by_caller("Key-1")).is_some());
    for similar in ["key-1", "KEY-1", "Key-", "Key-11", "Key_1", "%"] {
        assert_eq!(find(store, cart_id(1), &ann, &by_caller(similar)), None, "{similar}");
    }
    assert_eq!(find(store, cart_id(2), &ann, &by_caller("Key-1")), None);
    assert_eq!(find(store, cart_id(3), &ann, &by_caller("Key-1")), None);
    for other in [user("bob"), user_for("ann", "acme"), guest(1), Actor::System] {
        assert_eq!(find(store, cart_id(1), &other.to_ref(), &by_caller("Key-1")), None, "{other:?}");
    }
}
