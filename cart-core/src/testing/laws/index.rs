//! Lists and counts of an owner's carts.

use super::{block_on, put};
use crate::actor::Owner;
use crate::event::{CartEvent, Created};
use crate::id::CartId;
use crate::port::{CartSummary, Commit, PageRequest, Store};
use crate::status::AbandonReason;
use crate::testing::samples::{
    Write, added, at, cart_id, channel, created, guest, line, name, owner, user_for,
};

fn carts_of(store: &dyn Store, owner: &Owner, after: Option<CartId>, limit: usize) -> Vec<CartSummary> {
    block_on(store.carts_of(&channel("shop"), owner, PageRequest { after, limit }))
        .expect("the store answers")
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

/// A page after a cart that is not in the list is empty: one that is nowhere, another owner's or another channel's.
pub fn a_page_after_a_cart_of_others_is_empty(store: &dyn Store) {
    [2, 4].into_iter().for_each(|n| drop(put(store, cart(n))));
    put(store, Write::new([]).at(at(9)).create(cart_id(6), created(owner("bob"))));
    let elsewhere = Created { channel: channel("kiosk"), ..created(owner("ann")) };
    put(store, Write::new([]).at(at(9)).create(cart_id(7), elsewhere));
    for after in [5, 6, 7, 8] {
        assert_eq!(carts_of(store, &owner("ann"), Some(cart_id(after)), 10), [], "after cart {after}");
    }
    assert_eq!(ids(&carts_of(store, &owner("ann"), Some(cart_id(4)), 10)), [cart_id(2)]);
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
        let open = block_on(store.count_open(&channel("shop"), owner)).expect("the store answers");
        assert_eq!(open, 1);
    }
    assert_eq!(carts_of(store, &owner("bob"), None, 10), []);
}

/// Ended carts stay in the list but are not counted as open.
pub fn only_open_carts_are_counted(store: &dyn Store) {
    let [first, ..] = [1, 2, 3].map(|n| put(store, cart(n)));
    let ended = CartEvent::Abandoned { since: at(1), reason: AbandonReason::GivenUp };
    let count = || block_on(store.count_open(&channel("shop"), &owner("ann"))).expect("the store answers");
    let first = put(store, Write::new([ended]).change(&first));
    assert_eq!(count(), 2);
    assert_eq!(carts_of(store, &owner("ann"), None, 10).len(), 3);
    put(store, Write::new([CartEvent::Recovered { expires_at: None }]).change(&first));
    assert_eq!(count(), 3);
}
