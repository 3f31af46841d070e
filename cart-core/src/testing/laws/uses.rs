//! Uses of promotions with a limit: counted with the checkout that takes them, never beyond the limit, given back once.

use std::sync::Arc;

use super::races::{THREADS, race};
use super::{block_on, commit, is_conflict, load, put, refused};
use crate::cart::Cart;
use crate::event::CartEvent;
use crate::facts::Uses;
use crate::id::CustomerKey;
use crate::port::{Commit, Store, StoreError};
use crate::promotion::{PromotionUse, UseLimit};
use crate::testing::samples::{
    Write, at, cart_id, checkout_begun, checkout_cancelled, checkout_completed, checkout_id, created, name,
    owner, promotion_id,
};

const NONE: Uses = Uses { total: 0, by_customer: 0 };

fn customer(key: &str) -> CustomerKey {
    CustomerKey::new(key).expect("a customer key")
}

const fn limit(total: Option<u32>, per_customer: Option<u32>) -> UseLimit {
    UseLimit { total, per_customer }
}

/// A use by a customer; by nobody known if the key is empty.
fn used(id: &str, by: &str, limit: UseLimit) -> PromotionUse {
    let customer = (!by.is_empty()).then(|| customer(by));
    PromotionUse { promotion: promotion_id(id), customer, limit }
}

fn cart(store: &dyn Store, n: u64) -> Arc<Cart> {
    put(store, Write::new([]).create(cart_id(n), created(owner("ann"))))
}

fn begun(n: u64, uses: impl Into<Vec<PromotionUse>>) -> CartEvent {
    checkout_begun(n, at(60), uses)
}

fn begin(cart: &Cart, n: u64, uses: impl Into<Vec<PromotionUse>>) -> Commit {
    Write::new([begun(n, uses)]).change(cart)
}

fn cancel(cart: &Cart, n: u64) -> Commit {
    Write::new([checkout_cancelled(n)]).change(cart)
}

fn complete(cart: &Cart, n: u64) -> Commit {
    Write::new([checkout_completed(n, &format!("order-{n}"))]).change(cart)
}

/// How often a promotion was used: in all, and by a customer.
fn uses(store: &dyn Store, id: &str, by: &str) -> (u32, u32) {
    let customer = (!by.is_empty()).then(|| customer(by));
    let found =
        block_on(store.uses(&[promotion_id(id)], customer.as_ref(), None)).expect("the store answers");
    assert_eq!(found.len(), 1);
    found.first().map_or((0, 0), |uses| (uses.total, uses.by_customer))
}

fn is_used_up_by_all(error: &StoreError) -> bool {
    matches!(error, StoreError::UsedUp { promotion, by_customer: false } if promotion.as_str() == "p")
}

fn is_used_up_by_customer(error: &StoreError) -> bool {
    matches!(error, StoreError::UsedUp { promotion, by_customer: true } if promotion.as_str() == "p")
}

/// The uses of a checkout count from the commit that begins it, in all and for the customer.
pub fn the_uses_of_a_checkout_count(store: &dyn Store) {
    let of_ann = [used("p", "ann", limit(Some(9), Some(9))), used("q", "ann", limit(None, Some(9)))];
    put(store, begin(&cart(store, 1), 1, of_ann));
    put(store, begin(&cart(store, 2), 2, [used("p", "bob", limit(Some(9), None))]));
    put(store, begin(&cart(store, 3), 3, [used("p", "", limit(Some(9), None))]));
    assert_eq!(
        (uses(store, "p", "ann"), uses(store, "p", "bob"), uses(store, "p", "")),
        ((3, 1), (3, 1), (3, 0))
    );
    assert_eq!((uses(store, "q", "ann"), uses(store, "q", "bob")), ((1, 1), (1, 0)));
}

/// A checkout without uses counts nothing.
pub fn a_checkout_without_uses_counts_nothing(store: &dyn Store) {
    let held = put(store, begin(&cart(store, 1), 1, []));
    assert_eq!(uses(store, "p", "ann"), (0, 0));
    put(store, cancel(&held, 1));
    assert_eq!(uses(store, "p", "ann"), (0, 0));
}

/// A use beyond the limit of all customers together is refused, whoever asks.
pub fn no_use_goes_beyond_the_total(store: &dyn Store) {
    let limit = limit(Some(2), None);
    put(store, begin(&cart(store, 1), 1, [used("p", "ann", limit)]));
    put(store, begin(&cart(store, 2), 2, [used("p", "", limit)]));
    let late = cart(store, 3);
    for by in ["ann", "cid", ""] {
        refused(store, [begin(&late, 3, [used("p", by, limit)])], is_used_up_by_all);
    }
    assert_eq!(uses(store, "p", "ann"), (2, 1));
    put(store, begin(&late, 3, [used("q", "ann", limit)]));
}

/// A use beyond the limit of a customer is refused; others have limits of their own.
pub fn no_use_goes_beyond_a_customers_limit(store: &dyn Store) {
    let limit = limit(None, Some(1));
    put(store, begin(&cart(store, 1), 1, [used("p", "ann", limit)]));
    let second = cart(store, 2);
    refused(store, [begin(&second, 2, [used("p", "ann", limit)])], is_used_up_by_customer);
    put(store, begin(&second, 2, [used("p", "Ann", limit)]));
    assert_eq!((uses(store, "p", "ann"), uses(store, "p", "Ann")), ((2, 1), (2, 1)));
}

/// Each limit counts by itself: whichever is reached first refuses.
pub fn both_limits_count(store: &dyn Store) {
    let limit = limit(Some(3), Some(2));
    for n in 1..=2 {
        put(store, begin(&cart(store, n), n, [used("p", "ann", limit)]));
    }
    refused(store, [begin(&cart(store, 3), 3, [used("p", "ann", limit)])], is_used_up_by_customer);
    put(store, begin(&cart(store, 4), 4, [used("p", "bob", limit)]));
    refused(store, [begin(&cart(store, 5), 5, [used("p", "bob", limit)])], is_used_up_by_all);
    assert_eq!((uses(store, "p", "ann"), uses(store, "p", "bob")), ((3, 2), (3, 1)));
}

/// Without a limit uses are counted and never refused; a limit that is lowered counts what was used before.
pub fn uses_without_a_limit_are_counted(store: &dyn Store) {
    for n in 1..=20 {
        put(store, begin(&cart(store, n), n, [used("p", "ann", UseLimit::default())]));
    }
    assert_eq!(uses(store, "p", "ann"), (20, 20));
    refused(
        store,
        [begin(&cart(store, 21), 21, [used("p", "bob", limit(Some(20), None))])],
        is_used_up_by_all,
    );
    put(store, begin(&cart(store, 22), 22, [used("p", "bob", limit(Some(21), None))]));
}

/// Of a unit with a use beyond a limit nothing is written: no cart, no entry, no other use.
pub fn a_use_beyond_a_limit_refuses_its_unit(store: &dyn Store) {
    let once = limit(Some(1), None);
    put(store, begin(&cart(store, 1), 1, [used("p", "ann", once)]));
    let (one, other) = (cart(store, 2), cart(store, 3));
    let good = begin(&one, 2, [used("q", "bob", once)]);
    let renamed = Write::new([CartEvent::Renamed { name: Some(name("n")) }, begun(3, [used("p", "", once)])]);
    refused(store, [good.clone(), renamed.change(&other)], is_used_up_by_all);
    assert_eq!(uses(store, "q", "bob"), (0, 0));
    let both = [used("q", "bob", once), used("p", "bob", once)];
    refused(store, [begin(&one, 2, both)], is_used_up_by_all);
    assert_eq!((uses(store, "q", "bob"), uses(store, "p", "ann")), ((0, 0), (1, 1)));
    put(store, good);
}

/// The uses of one unit count together, in its order: what one cart gives back another may take.
pub fn the_uses_of_a_unit_count_together(store: &dyn Store) {
    let once = limit(Some(1), None);
    let (one, other) = (cart(store, 1), cart(store, 2));
    let twice =
        |first| [begin(first, 1, [used("p", "ann", once)]), begin(&other, 2, [used("p", "bob", once)])];
    refused(store, twice(&one), is_used_up_by_all);
    let held = put(store, begin(&one, 1, [used("p", "ann", once)]));
    let taken = begin(&other, 2, [used("p", "bob", once)]);
    refused(store, [taken.clone(), cancel(&held, 1)], is_used_up_by_all);
    commit(store, [cancel(&held, 1), taken]).expect("the use was given back");
    assert_eq!((uses(store, "p", "ann"), uses(store, "p", "bob")), ((1, 0), (1, 1)));
}

/// A unit that gives uses back and is refused has given nothing back.
pub fn a_refused_unit_gives_nothing_back(store: &dyn Store) {
    let once = limit(Some(1), None);
    let held = put(store, begin(&cart(store, 1), 1, [used("q", "ann", once), used("r", "ann", once)]));
    put(store, begin(&cart(store, 2), 2, [used("p", "bob", once)]));
    let late = begin(&cart(store, 3), 3, [used("p", "cid", once)]);
    refused(store, [cancel(&held, 1), late], is_used_up_by_all);
    assert_eq!((uses(store, "q", "ann"), uses(store, "r", "ann")), ((1, 1), (1, 1)));
    let first = Write::new([CartEvent::Renamed { name: Some(name("n")) }]).change(&held);
    put(store, first);
    refused(store, [cancel(&held, 1)], is_conflict);
    assert_eq!(uses(store, "q", "ann"), (1, 1));
}

/// A checkout that is cancelled gives its uses back, and no others; cancelled again it gives nothing back.
pub fn a_cancelled_checkout_gives_its_uses_back_once(store: &dyn Store) {
    let limit = limit(Some(2), Some(1));
    let of_ann = put(store, begin(&cart(store, 1), 1, [used("p", "ann", limit), used("q", "ann", limit)]));
    put(store, begin(&cart(store, 2), 2, [used("p", "bob", limit)]));
    let active = put(store, cancel(&of_ann, 1));
    assert_eq!(
        (uses(store, "p", "ann"), uses(store, "p", "bob"), uses(store, "q", "ann")),
        ((1, 0), (1, 1), (0, 0))
    );
    put(store, begin(&cart(store, 3), 3, [used("p", "ann", limit)]));
    assert_eq!(uses(store, "p", "ann"), (2, 1));
    put(store, cancel(&active, 1));
    assert_eq!(uses(store, "p", "ann"), (2, 1));
}

/// A checkout that is completed keeps its uses: nothing gives them back.
pub fn a_completed_checkout_keeps_its_uses(store: &dyn Store) {
    let once = limit(Some(1), None);
    let held = put(store, begin(&cart(store, 1), 1, [used("p", "ann", once)]));
    put(store, complete(&held, 1));
    assert_eq!(uses(store, "p", "ann"), (1, 1));
    refused(store, [begin(&cart(store, 2), 2, [used("p", "bob", once)])], is_used_up_by_all);
}

/// Uses are answered in the order asked, also for promotions asked about twice or never used.
pub fn uses_are_answered_in_the_order_asked(store: &dyn Store) {
    let by_ann = |id| used(id, "ann", UseLimit::default());
    put(store, begin(&cart(store, 1), 1, [by_ann("b"), by_ann("a")]));
    put(store, begin(&cart(store, 2), 2, [by_ann("b")]));
    let asked = ["a", "never", "b", "a", "B"].map(promotion_id);
    let found = block_on(store.uses(&asked, Some(&customer("ann")), None)).expect("the store answers");
    let [one, two] = [1, 2].map(|n| Uses { total: n, by_customer: n });
    assert_eq!(found, [one, NONE, two, one, NONE]);
    let found = block_on(store.uses(&[], Some(&customer("ann")), None)).expect("the store answers");
    assert_eq!(found, []);
}

/// Asked by the checkout attempt that took them, its own uses are left out, and no others.
pub fn an_attempts_own_uses_are_left_out(store: &dyn Store) {
    let limit = limit(Some(9), Some(9));
    put(store, begin(&cart(store, 1), 1, [used("p", "ann", limit), used("q", "ann", limit)]));
    put(store, begin(&cart(store, 2), 2, [used("p", "ann", limit)]));
    put(store, begin(&cart(store, 3), 3, [used("p", "bob", limit)]));
    let seen = |by: Option<&str>, except| {
        let by = by.map(customer);
        let asked = ["p", "q"].map(promotion_id);
        let found = block_on(store.uses(&asked, by.as_ref(), Some(except))).expect("the store answers");
        found.into_iter().map(|uses| (uses.total, uses.by_customer)).collect::<Vec<_>>()
    };
    assert_eq!(seen(Some("ann"), checkout_id(1)), [(2, 1), (0, 0)]);
    assert_eq!(seen(Some("bob"), checkout_id(1)), [(2, 1), (0, 0)]);
    assert_eq!(seen(None, checkout_id(1)), [(2, 0), (0, 0)]);
    assert_eq!(seen(Some("ann"), checkout_id(3)), [(2, 2), (1, 1)]);
    assert_eq!(seen(Some("ann"), checkout_id(99)), [(3, 2), (1, 1)]);
}

/// Of many checkouts at once exactly as many take a limited promotion as its limit says.
pub fn racing_checkouts_never_exceed_a_limit(store: &dyn Store) {
    for (round, most) in [(0, 1), (1, 3)] {
        let id = format!("raced-{round}");
        let carts: Vec<_> = (0..THREADS).map(|n| cart(store, round * 100 + n)).collect();
        let begin = |n: u64| {
            let cart = usize::try_from(n).ok().and_then(|n| carts.get(n)).expect("a cart for each thread");
            let by = format!("customer-{n}");
            vec![begin(cart, round * 100 + n, [used(&id, &by, limit(Some(most), Some(1)))])]
        };
        let won = race(store, THREADS, begin, &[is_used_up]);
        assert_eq!(won, u64::from(most));
        assert_eq!(uses(store, &id, ""), (most, 0));
        let held = carts.iter().filter_map(|cart| load(store, cart.id()));
        assert_eq!(held.filter(|cart| cart.version().get() > 1).count(), usize::try_from(won).unwrap_or(0));
    }
}

fn is_used_up(error: &StoreError) -> bool {
    matches!(error, StoreError::UsedUp { by_customer: false, .. })
}

/// Of many checkouts of one customer at once exactly as many take a promotion as the customer may.
pub fn racing_checkouts_never_exceed_a_customers_limit(store: &dyn Store) {
    let carts: Vec<_> = (0..THREADS).map(|n| cart(store, n)).collect();
    let begin = |n: u64| {
        let cart = usize::try_from(n).ok().and_then(|n| carts.get(n)).expect("a cart for each thread");
        vec![begin(cart, n, [used("p", "ann", limit(None, Some(2)))])]
    };
    assert_eq!(race(store, THREADS, begin, &[is_used_up_by_customer]), 2);
    assert_eq!(uses(store, "p", "ann"), (2, 2));
}
