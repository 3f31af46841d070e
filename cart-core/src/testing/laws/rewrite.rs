//! Histories that are rewritten without somebody's personal data.

use std::sync::Arc;

use super::lives::{granted, linked, live, lives};
use super::{
    block_on, commit, entries, is_already_open, is_conflict, is_repeated, journal, load, open, put, refused,
};
use crate::actor::{Actor, ActorRef, Owner};
use crate::cart::Cart;
use crate::event::{CartEvent, Created};
use crate::id::{CartId, CustomerKey};
use crate::journal::{Entry, Fingerprint, KeyOrigin, Request};
use crate::port::{Commit, PageRequest, Rewritten, Store, StoreError};
use crate::promotion::{PromotionUse, UseLimit};
use crate::sharing::{Grant, LinkTerms, PermissionGroup};
use crate::testing::samples::{
    Write, added, at, cart_id, channel, checkout_begun, checkout_cancelled, company_id, created,
    created_sole, key, line, link_id, link_token, name, note, promotion_id, user_for, user_id,
};

/// The history of a cart with each entry changed, on the version that it has.
fn history(store: &dyn Store, cart: CartId, change: impl Fn(&mut Entry)) -> Rewritten {
    let mut entries = entries(store, cart);
    entries.iter_mut().for_each(change);
    let made = Cart::replay(&entries).expect("the history is whole").expect("the cart was made");
    let entries = entries.into_iter().map(Arc::new).collect();
    Rewritten { base: made.version(), cart: Arc::new(made), entries }
}

fn rewrite(store: &dyn Store, history: Rewritten) -> Result<(), StoreError> {
    block_on(store.rewrite(history))
}

/// Checks that a rewrite is refused, and that nothing of it can be read afterwards.
fn not_rewritten(store: &dyn Store, history: Rewritten, reason: fn(&StoreError) -> bool) {
    let (id, before) = (history.cart.id(), journal(store));
    let cart = load(store, id);
    let error = rewrite(store, history).expect_err("the history must be refused");
    assert!(reason(&error), "refused for another reason: {error:?}");
    assert_eq!((journal(store), load(store, id)), (before, cart), "a refused history left something behind");
}

fn ann() -> Actor {
    user_for("ann", "acme")
}

fn nobody() -> Actor {
    user_for("nobody", "acme")
}

fn owned_by(actor: &Actor) -> Owner {
    actor.owner().expect("users own carts")
}

/// Puts `nobody` in the place of Ann, wherever she acts, owns or is granted something; her names and notes go.
fn without_ann(entry: &mut Entry) {
    let actor = |actor: &mut ActorRef| {
        if *actor == ann().to_ref() {
            *actor = nobody().to_ref();
        }
    };
    actor(&mut entry.actor);
    if let KeyOrigin::Caller { fingerprint } = &mut entry.request.origin {
        *fingerprint = Fingerprint::from_bytes([0; 16]);
    }
    entry.events.iter_mut().for_each(event_without_ann);
}

fn event_without_ann(event: &mut CartEvent) {
    if let CartEvent::Created(created) = event {
        created.owner = owned_by(&nobody());
        created.name = None;
    } else if let CartEvent::Renamed { name } = event {
        *name = None;
    } else if let CartEvent::NoteChanged { note } = event {
        *note = None;
    } else if let CartEvent::GrantMade { grant } = event
        && grant.user == user_id("ann")
    {
        *grant = Arc::new(Grant { user: user_id("nobody"), ..Grant::clone(grant) });
    }
}

/// A cart of Ann's at Acme with a name, by a request with a key.
fn anns(store: &dyn Store, n: u64, events: impl Into<Vec<CartEvent>>) -> Arc<Cart> {
    let created = Created { name: Some(name("Ann's")), ..created(owned_by(&ann())) };
    put(store, Write::new(events).by(&ann()).with_key("made").create(cart_id(n), created))
}

fn noted(cart: &Cart) -> Commit {
    let events = [CartEvent::NoteChanged { note: Some(note("ring at Ann's")) }, added(line(2, 2))];
    Write::new(events).by(&ann()).with_key("noted").at(at(9)).change(cart)
}

/// A rewritten cart and its entries are read as they were rewritten, at the places where they were; no other cart's are
/// touched, and nothing of what was replaced is left.
pub fn a_rewritten_history_is_what_is_read(store: &dyn Store) {
    let cart = anns(store, 1, [added(line(1, 1))]);
    let other = anns(store, 2, [added(line(1, 1))]);
    put(store, noted(&cart));
    put(store, noted(&other));
    let before = journal(store);
    let history = history(store, cart_id(1), without_ann);
    rewrite(store, history.clone()).expect("the history is good");
    assert_eq!(load(store, cart_id(1)).as_ref(), Some(&history.cart));
    let rewritten: Vec<Entry> = history.entries.iter().map(|entry| Entry::clone(entry)).collect();
    assert_eq!(entries(store, cart_id(1)), rewritten);
    let mut expected = before;
    for read in expected.iter_mut().filter(|read| read.entry.cart == cart_id(1)) {
        without_ann(&mut read.entry);
    }
    assert_eq!(journal(store), expected);
}

/// Carts in which everything happened that can happen are rewritten as they are, and stay so.
pub fn every_kind_of_event_can_be_rewritten(store: &dyn Store) {
    for life in lives() {
        let cart = life.cart;
        live(life).into_iter().for_each(|written| drop(put(store, written)));
        let (loaded, read) = (load(store, cart), journal(store));
        rewrite(store, history(store, cart, |_| {})).expect("the history is good");
        assert_eq!((load(store, cart), journal(store)), (loaded, read));
    }
}

/// A history of another version than the cart's is refused, and so is one of a cart that is not there.
pub fn a_history_of_another_version_is_a_conflict(store: &dyn Store) {
    let cart = anns(store, 1, []);
    let early = history(store, cart_id(1), without_ann);
    let cart = put(store, noted(&cart));
    not_rewritten(store, early, is_conflict);
    let current = history(store, cart_id(1), without_ann);
    let late = Rewritten { base: cart.version().next(), ..current.clone() };
    not_rewritten(store, late, is_conflict);
    let elsewhere = Write::new([]).create(cart_id(9), created(owned_by(&ann())));
    let (cart, entries) = (elsewhere.cart, vec![elsewhere.entry]);
    not_rewritten(store, Rewritten { base: cart.version(), cart, entries }, is_conflict);
    rewrite(store, current).expect("the history is good");
}

/// A rewritten cart stays at its version: what was decided on it before and what comes after are written as ever.
pub fn a_rewritten_cart_can_be_written_to(store: &dyn Store) {
    let cart = anns(store, 1, [added(line(1, 1))]);
    let cart = put(store, noted(&cart));
    let rewritten = history(store, cart_id(1), without_ann);
    rewrite(store, rewritten.clone()).expect("the history is good");
    let renamed = Write::new([CartEvent::Renamed { name: Some(name("ours")) }]);
    let next = put(store, renamed.clone().change(&rewritten.cart));
    refused(store, [renamed.change(&cart)], is_conflict);
    assert_eq!(load(store, cart_id(1)).as_ref(), Some(&next));
    let folded = Cart::replay(&entries(store, cart_id(1))).expect("the history is whole");
    assert_eq!(folded.as_ref(), Some(&*next));
}

/// A write that was decided on the cart as it was before a rewrite, at the same version, is refused or written; either
/// way nothing of what was replaced comes back.
pub fn a_write_decided_before_a_rewrite_brings_nothing_back(store: &dyn Store) {
    let cart = anns(store, 1, [added(line(1, 1))]);
    let decided = Write::new([added(line(2, 1))]).change(&cart);
    let rewritten = history(store, cart_id(1), without_ann);
    rewrite(store, rewritten.clone()).expect("the history is good");
    let expected = match commit(store, [decided]) {
        Ok(()) => Write::new([added(line(2, 1))]).change(&rewritten.cart).cart,
        Err(error) => {
            assert!(is_conflict(&error), "{error:?}");
            rewritten.cart
        }
    };
    let folded = Cart::replay(&entries(store, cart_id(1))).expect("the history is whole");
    let loaded = load(store, cart_id(1)).expect("the cart is there");
    assert_eq!((folded.as_ref(), &*loaded), (Some(&*expected), &*expected));
}

fn is_found(store: &dyn Store, actor: &Actor, text: &str) -> bool {
    let origin = KeyOrigin::Caller { fingerprint: Fingerprint::of(text.as_bytes()) };
    let request = Request { key: key(text), origin };
    let found = block_on(store.find_request(cart_id(1), &actor.to_ref(), &request));
    found.expect("the store answers").is_some()
}

/// The requests of a rewritten history are found under the actors that it names, where they still count once, and under
/// no other.
pub fn requests_follow_a_rewritten_history(store: &dyn Store) {
    let cart = anns(store, 1, []);
    put(store, noted(&cart));
    rewrite(store, history(store, cart_id(1), without_ann)).expect("the history is good");
    for text in ["made", "noted"] {
        assert!(is_found(store, &nobody(), text) && !is_found(store, &ann(), text), "{text}");
    }
    let cart = load(store, cart_id(1)).expect("the cart is there");
    let again = Write::new([CartEvent::Renamed { name: None }]).with_key("noted");
    refused(store, [again.clone().by(&nobody()).change(&cart)], is_repeated);
    put(store, again.by(&ann()).change(&cart));
}

fn owned(store: &dyn Store, actor: &Actor) -> (Vec<CartId>, usize) {
    let (shop, owner) = (channel("shop"), owned_by(actor));
    let all = PageRequest { after: None, limit: 10 };
    let found = block_on(store.carts_of(&shop, &owner, all)).expect("the store answers");
    let count = block_on(store.count_open(&shop, &owner, at(0))).expect("the store answers");
    (found.iter().map(|cart| cart.id).collect(), count)
}

/// A rewritten cart is in the lists of the owner that its history names, and in no other's.
pub fn lists_of_owners_follow_a_rewritten_history(store: &dyn Store) {
    anns(store, 1, []);
    anns(store, 2, []);
    rewrite(store, history(store, cart_id(1), without_ann)).expect("the history is good");
    assert_eq!(owned(store, &ann()), (vec![cart_id(2)], 1));
    assert_eq!(owned(store, &nobody()), (vec![cart_id(1)], 1));
}

/// An owner who may have only one open cart has room for another once a history names somebody else, who has none then.
pub fn the_open_cart_follows_a_rewritten_history(store: &dyn Store) {
    let sole = |n: u64, actor: &Actor| Write::new([]).create(cart_id(n), created_sole(owned_by(actor)));
    let anns = put(store, sole(1, &ann()));
    rewrite(store, history(store, cart_id(1), without_ann)).expect("the history is good");
    assert_eq!(open(store, &anns), (None, 0));
    refused(store, [sole(2, &nobody())], is_already_open);
    let next = put(store, sole(3, &ann()));
    assert_eq!(open(store, &next), (Some(cart_id(3)), 1));
    not_rewritten(store, history(store, cart_id(3), without_ann), is_already_open);
}

/// Carts are granted to whom a rewritten history says; grants and tokens find their carts as before.
pub fn grants_and_links_follow_a_rewritten_history(store: &dyn Store) {
    let owner = owned_by(&user_for("carl", "acme"));
    let group = PermissionGroup::READ_ONLY;
    let events = [granted(1, "ann", group), granted(2, "bob", group), linked(1, 1, LinkTerms::default())];
    put(store, Write::new(events).create(cart_id(1), created(owner)));
    rewrite(store, history(store, cart_id(1), without_ann)).expect("the history is good");
    let all = PageRequest { after: None, limit: 10 };
    let granted = |to: &str| {
        let (shop, company, user) = (channel("shop"), company_id("acme"), user_id(to));
        let found = block_on(store.carts_granted_to(&shop, &company, &user, at(0), all));
        found.expect("the store answers").len()
    };
    assert_eq!(["ann", "nobody", "bob"].map(granted), [0, 1, 1]);
    let [one, two] = [1, 2].map(crate::testing::samples::grant_id);
    let with_grant = |grant| block_on(store.cart_with_grant(grant)).expect("the store answers");
    assert_eq!([one, two].map(with_grant), [Some(cart_id(1)); 2]);
    let with_link = block_on(store.cart_with_link(link_token(1).digest())).expect("the store answers");
    assert_eq!(with_link, Some(cart_id(1)));
}

fn customer(text: &str) -> CustomerKey {
    CustomerKey::new(text).expect("a customer key")
}

/// A checkout with a use of a promotion that Ann may use twice, and three times all together.
fn begun(n: u64) -> CartEvent {
    let limit = UseLimit { total: Some(3), per_customer: Some(2) };
    let used = PromotionUse { promotion: promotion_id("p"), customer: Some(customer("ann")), limit };
    checkout_begun(n, at(60), vec![used])
}

fn used_by_nobody(entry: &mut Entry) {
    for event in &mut entry.events {
        if let CartEvent::CheckoutBegun { checkout } = event {
            let uses = &mut Arc::make_mut(checkout).uses;
            uses.iter_mut().for_each(|used| used.customer = Some(customer("nobody")));
        }
    }
}

/// How often the promotion was used: in all, by Ann, and by nobody.
fn uses(store: &dyn Store) -> (u32, u32, u32) {
    let by = |who: &str| {
        let found = block_on(store.uses(&[promotion_id("p")], Some(&customer(who)), None));
        found.expect("the store answers").first().copied().unwrap_or_default()
    };
    (by("ann").total, by("ann").by_customer, by("nobody").by_customer)
}

/// Uses of promotions stay counted, for the customer that a rewritten history names; those that were given back before
/// stay given back, and the others can be given back still.
pub fn uses_follow_a_rewritten_history(store: &dyn Store) {
    let [one, two] = [1, 2].map(|n| {
        let cart = anns(store, n, []);
        put(store, Write::new([begun(n)]).change(&cart))
    });
    let cancelled = |n| checkout_cancelled(n);
    let one = put(store, Write::new([cancelled(1)]).change(&one));
    let one = put(store, Write::new([begun(3)]).change(&one));
    assert_eq!(uses(store), (2, 2, 0));
    rewrite(store, history(store, cart_id(1), used_by_nobody)).expect("the history is good");
    assert_eq!(uses(store), (2, 1, 1));
    let one = load(store, one.id()).expect("the cart is there");
    commit(store, [Write::new([cancelled(3)]).change(&one)]).expect("the use is given back");
    assert_eq!(uses(store), (1, 1, 0));
    commit(store, [Write::new([cancelled(2)]).change(&two)]).expect("the use is given back");
    assert_eq!(uses(store), (0, 0, 0));
}

/// How often links were opened stays as it is.
pub fn openings_stay_when_a_history_is_rewritten(store: &dyn Store) {
    anns(store, 1, [linked(1, 1, LinkTerms::default())]);
    let open = || block_on(store.open_link(link_id(1), at(1), Some(2))).expect("the store answers");
    assert!(open());
    rewrite(store, history(store, cart_id(1), without_ann)).expect("the history is good");
    assert!(open() && !open());
}
