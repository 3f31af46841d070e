//! Lists and counts of an owner's carts.

use super::{block_on, put};
use crate::actor::Owner;
use crate::event::{CartEvent, Created};
use crate::id::CartId;
use crate::port::{CartSummary, Commit, PageRequest, Store};
use crate::status::AbandonReason;
use crate::testing::samples::{
    Write, added, at, cart_id, channel, checkout_begun, created, created_sole, guest, line, name, owner,
    user_for,
};

fn carts_of(store: &dyn Store, owner: &Owner, after: Option<CartId>, limit: usize) -> Vec<CartSummary> {
    block_on(store.carts_of(&channel("shop"), owner, PageRequest { after, limit }))
        .expect("the store answers")
}

fn count_open(store: &dyn Store, owner: &Owner, seconds: i64) -> usize {
    block_on(store.count_open(&channel("shop"), owner, at(seconds))).expect("the store answers")
}

fn ids(carts: &[CartSummary]) -> Vec<CartId> {
    carts.iter().map(|cart| cart.id).collect()
}

fn cart(n: u64) -> Commit {
    made_at(0, n)
}

/// The creation of a cart so many seconds after the others.
fn made_at(seconds: i64, n: u64) -> Commit {
    Write::new([]).at(at(seconds)).create(cart_id(n), created(owner("ann")))
}

/// The list shows each cart as it is now.
pub fn the_list_shows_what_carts_are(store: &dyn Store) {
    let made = Created { name: Some(name("first")), ..created(owner("ann")) };
    let cart = put(store, Write::new([added(line(1, 7)), added(line(2, 1))]).create(cart_id(1), made));
    let events = [
        CartEvent::LineRemoved { line: crate::testing::samples::line_id(1) },
        CartEvent::Renamed { name: Some(name("second")) },
        CartEvent::Abandoned { since: at(4), reason: AbandonReason::GivenUp },
    ];
    let cart = put(store, Write::new(events).at(at(5)).change(&cart));
    let summary = CartSummary {
        id: cart_id(1),
        name: Some(name("second")),
        status: cart.status().name(),
        version: cart.version(),
        lines: 1,
        created_at: at(0),
        updated_at: at(5),
    };
    assert_eq!(carts_of(store, &owner("ann"), None, 10), [summary]);
}

/// Carts are listed by falling time of creation, whatever their ids and whenever they were stored or changed.
pub fn the_newest_carts_come_first(store: &dyn Store) {
    let made = [(1, 3), (-7, 1), (0, 4), (5, 2)].map(|(seconds, n)| put(store, made_at(seconds, n)));
    for cart in made.iter().take(2) {
        put(store, Write::new([added(line(1, 1))]).at(at(99)).change(cart));
    }
    assert_eq!(ids(&carts_of(store, &owner("ann"), None, 10)), [2, 3, 4, 1].map(cart_id));
}

/// Carts that were made at the same time are listed by falling id.
pub fn carts_of_the_same_age_are_listed_by_their_ids(store: &dyn Store) {
    [3, 1, 4, 2].into_iter().for_each(|n| drop(put(store, cart(n))));
    assert_eq!(ids(&carts_of(store, &owner("ann"), None, 10)), [4, 3, 2, 1].map(cart_id));
}

/// Pages follow each other without a gap or a repetition, whatever their size, and whether or not a page ends among
/// carts of the same age.
pub fn pages_follow_each_other(store: &dyn Store) {
    let ages = |seconds: i64| (1..=23).filter(move |n| n % 4 == seconds.unsigned_abs());
    let mut all = Vec::new();
    for seconds in 0..4 {
        ages(seconds).for_each(|n| drop(put(store, made_at(seconds, n))));
        all.extend(ages(seconds).map(cart_id));
    }
    all.reverse();
    for limit in [1, 2, 7, 22, 23, 24] {
        let mut read = Vec::new();
        // A store that repeats itself would never come to an end.
        while read.len() <= all.len() {
            let page = ids(&carts_of(store, &owner("ann"), read.last().copied(), limit));
            assert!(page.len() <= limit, "a page of {limit} has {} carts", page.len());
            if page.is_empty() {
                break;
            }
            read.extend(page);
        }
        assert_eq!(read, all, "pages of {limit}");
    }
}

/// A page goes on after the place of its cart, and is empty after the last one or if nothing is asked for.
pub fn a_page_starts_after_its_cart(store: &dyn Store) {
    [(2, 2), (1, 6), (3, 4)].into_iter().for_each(|(seconds, n)| drop(put(store, made_at(seconds, n))));
    let page = |after, limit| ids(&carts_of(store, &owner("ann"), Some(cart_id(after)), limit));
    assert_eq!(ids(&carts_of(store, &owner("ann"), None, 0)), []);
    assert_eq!(page(4, 0), []);
    assert_eq!(page(4, 1), [cart_id(2)]);
    assert_eq!(page(4, 10), [2, 6].map(cart_id));
    assert_eq!(page(6, 10), []);
}

/// A page goes on after the place of a cart that is not the owner's any more, or never was; it is empty after one that is
/// nowhere.
pub fn a_page_goes_on_after_a_cart_of_others(store: &dyn Store) {
    let [_, handed, _] = [1, 2, 3].map(|n| put(store, made_at(n, n.unsigned_abs())));
    let bobs = CartEvent::OwnerChanged { owner: owner("bob") };
    put(store, Write::new([bobs]).change(&handed));
    let elsewhere = Created { channel: channel("kiosk"), ..created(owner("ann")) };
    put(store, Write::new([]).at(at(9)).create(cart_id(7), elsewhere));
    let page = |after| ids(&carts_of(store, &owner("ann"), Some(cart_id(after)), 10));
    assert_eq!(page(2), [cart_id(1)]);
    assert_eq!(page(7), [3, 1].map(cart_id));
    assert_eq!((page(5), page(8)), (vec![], vec![]));
}

/// Nobody sees the carts of other owners, companies or channels.
pub fn lists_hold_the_owners_carts_alone(store: &dyn Store) {
    let owners = [Some(owner("ann")), user_for("ann", "acme").owner(), guest(1).owner(), guest(2).owner()];
    for (n, owner) in (1..).zip(owners.iter().flatten()) {
        put(store, Write::new([]).create(cart_id(n), created(owner.clone())));
    }
    let elsewhere = Created { channel: channel("kiosk"), ..created(owner("ann")) };
    put(store, Write::new([]).create(cart_id(9), elsewhere));
    for (n, owner) in (1..).zip(owners.iter().flatten()) {
        assert_eq!(ids(&carts_of(store, owner, None, 10)), [cart_id(n)]);
        assert_eq!(count_open(store, owner, 0), 1);
    }
    assert_eq!(carts_of(store, &owner("bob"), None, 10), []);
}

/// Ended carts stay in the list but are not counted as open.
pub fn only_open_carts_are_counted(store: &dyn Store) {
    let [first, ..] = [1, 2, 3].map(|n| put(store, cart(n)));
    let ended = CartEvent::Abandoned { since: at(1), reason: AbandonReason::GivenUp };
    let count = || count_open(store, &owner("ann"), 0);
    let first = put(store, Write::new([ended]).change(&first));
    assert_eq!(count(), 2);
    assert_eq!(carts_of(store, &owner("ann"), None, 10).len(), 3);
    put(store, Write::new([CartEvent::Recovered { expires_at: None }]).change(&first));
    assert_eq!(count(), 3);
}

/// An active cart is not counted from the instant at which its lifetime ends; a moved end counts again.
pub fn carts_whose_lifetime_has_ended_are_not_counted(store: &dyn Store) {
    let ending = Created { expires_at: Some(at(10)), ..created(owner("ann")) };
    let ending = put(store, Write::new([]).create(cart_id(1), ending));
    put(store, cart(2));
    let before = at(10) - chrono::TimeDelta::microseconds(1);
    let open = block_on(store.count_open(&channel("shop"), &owner("ann"), before));
    assert_eq!(open.expect("the store answers"), 2);
    assert_eq!(count_open(store, &owner("ann"), 10), 1);
    put(store, Write::new([CartEvent::ExpiryMoved { expires_at: at(20) }]).change(&ending));
    assert_eq!([10, 20].map(|now| count_open(store, &owner("ann"), now)), [2, 1]);
}

/// The same for an owner who may have only one open cart.
pub fn a_sole_cart_whose_lifetime_has_ended_is_not_counted(store: &dyn Store) {
    let ending = Created { expires_at: Some(at(10)), ..created_sole(owner("ann")) };
    put(store, Write::new([]).create(cart_id(1), ending));
    assert_eq!([9, 10].map(|now| count_open(store, &owner("ann"), now)), [1, 0]);
}

/// A cart in checkout does not expire, so it is counted whatever its lifetime.
pub fn a_cart_in_checkout_is_counted(store: &dyn Store) {
    let ending = Created { expires_at: Some(at(10)), ..created(owner("ann")) };
    let cart = put(store, Write::new([]).create(cart_id(1), ending));
    put(store, Write::new([checkout_begun(1, at(5), vec![])]).change(&cart));
    assert_eq!(count_open(store, &owner("ann"), 100), 1);
}
