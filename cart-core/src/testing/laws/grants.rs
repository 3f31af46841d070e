//! To whom carts are granted, and what becomes of carts that are handed over.

use std::sync::Arc;

use super::lives::granted;
use super::{block_on, commit, is_already_open, load, open, put, refused};
use crate::actor::Owner;
use crate::cart::Cart;
use crate::event::{CartEvent, Created};
use crate::id::CartId;
use crate::port::{CartSummary, GrantedCart, PageRequest, Store};
use crate::sharing::{PermissionGroup, PermissionGroupId};
use crate::status::AbandonReason;
use crate::testing::samples::{
    Write, added, at, cart_id, channel, checkout_begun, checkout_completed, company_id, created,
    created_sole, grant_id, guest, line, name, owner, user_for, user_id,
};

const READ_ONLY: PermissionGroupId = PermissionGroup::READ_ONLY;
const FULL_ACCESS: PermissionGroupId = PermissionGroup::FULL_ACCESS;

fn acmes(user: &str) -> Owner {
    user_for(user, "acme").owner().expect("users own carts")
}

/// Makes a cart of Ann's at Acme, so many seconds after the others, that is granted to Bob by the `n`th grant.
fn shared_at(store: &dyn Store, seconds: i64, n: u64) -> Arc<Cart> {
    let events = [granted(n, "bob", READ_ONLY)];
    put(store, Write::new(events).at(at(seconds)).create(cart_id(n), created(acmes("ann"))))
}

fn shared(store: &dyn Store, n: u64) -> Arc<Cart> {
    shared_at(store, 0, n)
}

fn change(store: &dyn Store, cart: &Cart, events: impl Into<Vec<CartEvent>>) -> Arc<Cart> {
    put(store, Write::new(events).change(cart))
}

fn revoked(n: u64) -> CartEvent {
    CartEvent::GrantRevoked { grant: grant_id(n) }
}

fn handed(to: &str) -> CartEvent {
    CartEvent::OwnerChanged { owner: acmes(to) }
}

fn page(store: &dyn Store, to: &str, seconds: i64, after: Option<u64>, limit: usize) -> Vec<GrantedCart> {
    let page = PageRequest { after: after.map(cart_id), limit };
    let (company, user) = (company_id("acme"), user_id(to));
    block_on(store.carts_granted_to(&channel("shop"), &company, &user, at(seconds), page))
        .expect("the store answers")
}

/// The carts that are granted to a user of Acme, at the start.
fn granted_to(store: &dyn Store, to: &str) -> Vec<CartId> {
    ids(&page(store, to, 0, None, 100))
}

fn ids(carts: &[GrantedCart]) -> Vec<CartId> {
    carts.iter().map(|granted| granted.cart.id).collect()
}

fn with_grant(store: &dyn Store, n: u64) -> Option<CartId> {
    block_on(store.cart_with_grant(grant_id(n))).expect("the store answers")
}

/// A grant is found as long as it is there, whatever its group, whoever owns the cart and whatever its status.
pub fn a_grant_finds_its_cart(store: &dyn Store) {
    let cart = shared(store, 1);
    shared(store, 2);
    assert_eq!([1, 2, 3].map(|n| with_grant(store, n)), [Some(cart_id(1)), Some(cart_id(2)), None]);
    let changed = CartEvent::GrantChanged { grant: grant_id(1), group: FULL_ACCESS };
    let cart = change(store, &cart, [changed, handed("carl"), granted(3, "ann", READ_ONLY)]);
    assert_eq!([1, 3].map(|n| with_grant(store, n)), [Some(cart_id(1)); 2]);
    let ended = CartEvent::Abandoned { since: at(1), reason: AbandonReason::GivenUp };
    let cart = change(store, &cart, [ended]);
    assert_eq!(with_grant(store, 1), Some(cart_id(1)));
    change(store, &cart, [revoked(1)]);
    assert_eq!([1, 3].map(|n| with_grant(store, n)), [None, Some(cart_id(1))]);
}

/// The list of granted carts shows each as it is now, with whose it is and the grant.
pub fn the_list_shows_what_granted_carts_are(store: &dyn Store) {
    let cart = shared(store, 1);
    let changed = CartEvent::GrantChanged { grant: grant_id(1), group: FULL_ACCESS };
    let events = [CartEvent::Renamed { name: Some(name("ours")) }, added(line(1, 7)), changed];
    let cart = put(store, Write::new(events).at(at(5)).change(&cart));
    let summary = CartSummary {
        id: cart_id(1),
        name: Some(name("ours")),
        status: cart.status().name(),
        version: cart.version(),
        lines: 1,
        created_at: at(0),
        updated_at: at(5),
    };
    let granted = GrantedCart { cart: summary, owner: acmes("ann"), grant: grant_id(1), group: FULL_ACCESS };
    assert_eq!(page(store, "bob", 0, None, 10), [granted]);
}

/// Granted carts are listed by falling time of creation, and by falling id where that is the same.
pub fn granted_carts_are_listed_newest_first(store: &dyn Store) {
    for (seconds, n) in [(1, 3), (-7, 1), (0, 4), (5, 2), (0, 5)] {
        shared_at(store, seconds, n);
    }
    assert_eq!(granted_to(store, "bob"), [2, 3, 5, 4, 1].map(cart_id));
}

/// Pages of granted carts follow each other without a gap or a repetition, whatever their size.
pub fn pages_of_granted_carts_follow_each_other(store: &dyn Store) {
    for n in 1..=23 {
        shared_at(store, i64::try_from(n % 4).unwrap_or_default(), n);
    }
    let all = granted_to(store, "bob");
    assert_eq!(all.len(), 23);
    for limit in [1, 2, 7, 22, 23, 24] {
        let mut read: Vec<CartId> = Vec::new();
        // A store that repeats itself would never come to an end.
        while read.len() <= all.len() {
            let request = PageRequest { after: read.last().copied(), limit };
            let (company, user) = (company_id("acme"), user_id("bob"));
            let page = block_on(store.carts_granted_to(&channel("shop"), &company, &user, at(0), request));
            let page = ids(&page.expect("the store answers"));
            assert!(page.len() <= limit, "a page of {limit} has {} carts", page.len());
            if page.is_empty() {
                break;
            }
            read.extend(page);
        }
        assert_eq!(read, all, "pages of {limit}");
    }
}

/// A page goes on after the place of its cart even if that is not granted any more, and is empty after one that is
/// nowhere.
pub fn a_page_of_granted_carts_goes_on_after_one_that_is_gone(store: &dyn Store) {
    let [_, second, _] = [1, 2, 3].map(|n| shared(store, n));
    change(store, &second, [revoked(2)]);
    assert_eq!(ids(&page(store, "bob", 0, Some(2), 10)), [cart_id(1)]);
    assert_eq!(ids(&page(store, "bob", 0, Some(3), 10)), [cart_id(1)]);
    assert_eq!(page(store, "bob", 0, Some(9), 10), []);
    assert_eq!(page(store, "bob", 0, None, 0), []);
}

/// Only carts that are active or being checked out are in the list of granted ones.
pub fn only_open_carts_are_listed_as_granted(store: &dyn Store) {
    let cart = shared(store, 1);
    let cart = change(store, &cart, [checkout_begun(1, at(60), vec![])]);
    assert_eq!(granted_to(store, "bob"), [cart_id(1)]);
    change(store, &cart, [checkout_completed(1, "order-1")]);
    assert_eq!(granted_to(store, "bob"), []);
    let given_up = CartEvent::Abandoned { since: at(1), reason: AbandonReason::GivenUp };
    let cart = change(store, &shared(store, 2), [given_up]);
    assert_eq!(granted_to(store, "bob"), []);
    change(store, &cart, [CartEvent::Recovered { expires_at: None }]);
    assert_eq!(granted_to(store, "bob"), [cart_id(2)]);
}

/// A granted cart leaves the list at the instant at which its lifetime ends, unless it is being checked out.
pub fn granted_carts_leave_the_list_with_their_lifetime(store: &dyn Store) {
    let ending = Created { expires_at: Some(at(10)), ..created(acmes("ann")) };
    let cart = put(store, Write::new([granted(1, "bob", READ_ONLY)]).create(cart_id(1), ending));
    let listed = |seconds| page(store, "bob", seconds, None, 10).len();
    assert_eq!([9, 10].map(listed), [1, 0]);
    let cart = change(store, &cart, [CartEvent::ExpiryMoved { expires_at: at(20) }]);
    assert_eq!([10, 20].map(listed), [1, 0]);
    change(store, &cart, [checkout_begun(1, at(60), vec![])]);
    assert_eq!(listed(20), 1);
}

/// Nobody is listed carts of other channels or companies, or that are granted to others.
pub fn granted_carts_are_those_of_channel_company_and_user(store: &dyn Store) {
    shared(store, 1);
    let globex = user_for("ann", "globex").owner().expect("users own carts");
    let guests = guest(1).owner().expect("guests own carts");
    let elsewhere = Created { channel: channel("kiosk"), ..created(acmes("ann")) };
    for (n, made) in (2..).zip([elsewhere, created(globex), created(owner("ann")), created(guests)]) {
        put(store, Write::new([granted(n, "bob", READ_ONLY)]).create(cart_id(n), made));
    }
    let all = PageRequest { after: None, limit: 10 };
    let listed = |shop: &str, company: &str, to: &str| {
        let (shop, company, user) = (channel(shop), company_id(company), user_id(to));
        let found = block_on(store.carts_granted_to(&shop, &company, &user, at(0), all));
        ids(&found.expect("the store answers"))
    };
    assert_eq!(listed("shop", "acme", "bob"), [cart_id(1)]);
    assert_eq!(listed("kiosk", "acme", "bob"), [cart_id(2)]);
    assert_eq!(listed("shop", "globex", "bob"), [cart_id(3)]);
    for (shop, company, to) in [("shop", "acme", "ann"), ("shop", "acme", "Bob"), ("shop", "Acme", "bob")] {
        assert_eq!(listed(shop, company, to), [], "{shop} {company} {to}");
    }
}

/// A grant that is revoked leaves the list, and one that is made again comes back.
pub fn a_revoked_grant_leaves_the_list(store: &dyn Store) {
    let cart = change(store, &shared(store, 1), [granted(2, "carl", FULL_ACCESS)]);
    let cart = change(store, &cart, [revoked(1)]);
    assert_eq!((granted_to(store, "bob"), granted_to(store, "carl")), (vec![], vec![cart_id(1)]));
    let cart = change(store, &cart, [granted(3, "bob", FULL_ACCESS)]);
    assert_eq!(page(store, "bob", 0, None, 10).first().map(|granted| granted.grant), Some(grant_id(3)));
    // Revoked and made anew in one write.
    change(store, &cart, [revoked(3), granted(4, "bob", READ_ONLY)]);
    assert_eq!(page(store, "bob", 0, None, 10).first().map(|granted| granted.grant), Some(grant_id(4)));
}

/// A cart that is handed over is its new owner's in every list and count, and nobody else's.
pub fn a_cart_that_is_handed_over_changes_lists(store: &dyn Store) {
    let cart = shared(store, 1);
    shared(store, 2);
    let cart = change(store, &cart, [revoked(1), handed("bob"), granted(3, "ann", READ_ONLY)]);
    assert_eq!(load(store, cart_id(1)).as_ref(), Some(&cart));
    let owned = |user: &str| {
        let all = PageRequest { after: None, limit: 10 };
        let found = block_on(store.carts_of(&channel("shop"), &acmes(user), all));
        let count = block_on(store.count_open(&channel("shop"), &acmes(user), at(0)));
        let ids: Vec<CartId> = found.expect("the store answers").iter().map(|cart| cart.id).collect();
        (ids, count.expect("the store answers"))
    };
    assert_eq!(owned("ann"), (vec![cart_id(2)], 1));
    assert_eq!(owned("bob"), (vec![cart_id(1)], 1));
    assert_eq!((granted_to(store, "bob"), granted_to(store, "ann")), (vec![cart_id(2)], vec![cart_id(1)]));
    assert_eq!(
        page(store, "ann", 0, None, 1).first().map(|granted| granted.owner.clone()),
        Some(acmes("bob"))
    );
}

fn sole(n: u64, user: &str) -> crate::port::Commit {
    Write::new([]).create(cart_id(n), created_sole(acmes(user)))
}

/// Whoever may have only one open cart is handed another one only once the first has ended; whoever hands theirs over
/// has room for the next.
pub fn a_sole_cart_is_handed_over_to_whoever_has_none(store: &dyn Store) {
    let (anns, bobs) = (put(store, sole(1, "ann")), put(store, sole(2, "bob")));
    refused(store, [Write::new([handed("bob")]).change(&anns)], is_already_open);
    let ended = CartEvent::Abandoned { since: at(1), reason: AbandonReason::GivenUp };
    let ended = change(store, &bobs, [ended]);
    let handed_over = change(store, &anns, [handed("bob")]);
    assert_eq!(open(store, &handed_over), (Some(cart_id(1)), 1));
    assert_eq!(open(store, &anns), (None, 0));
    refused(store, [Write::new([CartEvent::Recovered { expires_at: None }]).change(&ended)], is_already_open);
    put(store, sole(3, "ann"));
    refused(store, [Write::new([handed("ann")]).change(&handed_over)], is_already_open);
}

/// One unit may hand a cart over and open the next: its commits are written in their order.
pub fn a_unit_may_hand_over_and_open_the_next(store: &dyn Store) {
    let anns = put(store, sole(1, "ann"));
    let handing = Write::new([handed("bob")]).change(&anns);
    refused(store, [sole(2, "ann"), handing.clone()], is_already_open);
    commit(store, [handing, sole(2, "ann")]).expect("the first is handed over before the next is opened");
    assert_eq!(open(store, &sole(9, "ann").cart), (Some(cart_id(2)), 1));
    assert_eq!(open(store, &sole(9, "bob").cart), (Some(cart_id(1)), 1));
}
