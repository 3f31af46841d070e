//! Stock that is held for checkouts, by the store and by a warehouse.

use cart_core::checkout::{EndReason, Handoff, Obstacle, Stage};
use cart_core::command::BeginCheckout;
use cart_core::id::{CheckoutId, StockItemId};
use cart_core::policy::CartPolicy;
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, Target};
use cart_core::testing::{StoreCall, block_on};
use chrono::TimeDelta;

use super::support::{Counts, TIME, Till, ended};
use crate::shop::{add, ann, bob, rejection};

const COUNTED: [Counts; 2] = [Counts::Store, Counts::Warehouse];

fn mug() -> StockItemId {
    StockItemId::new("mug").unwrap()
}

/// `bob` buys so many mugs.
fn bob_buys(till: &Till, mugs: u32) {
    let cart = block_on(till.shop.service.create(&bob().into(), &crate::shop::shop(), &Default::default()));
    let cart = Target::Cart(cart.unwrap().view.cart.id());
    till.shop.execute(bob(), &cart, &add("mug", mugs)).unwrap();
    assert!(matches!(till.checkout(bob(), &cart).unwrap().stage, Stage::Completed { .. }));
}

#[test]
fn what_is_held_is_nobody_elses() {
    for counts in COUNTED {
        let till = Till::with(CartPolicy::shared(), counts);
        till.supply("mug", 3);
        let other = till.cart(2);
        let (cart, _) = till.pending(2);
        // Its own cart shows no shortage, the other one does.
        let notices = |cart: &Target| till.shop.read(&ann(), cart).unwrap().priced.notices.len();
        assert_eq!((notices(&cart), notices(&other)), (0, 1), "{counts:?}");
        let refused = rejection(till.checkout(ann(), &other));
        let Rejection::NotOrderable { obstacles } = refused else { unreachable!("{refused:?}") };
        assert!(matches!(obstacles[..], [Obstacle::InsufficientStock { .. }]), "{obstacles:?}");
    }
}

#[test]
fn stock_that_goes_while_it_begins_is_a_refusal() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    till.supply("mug", 2);
    let (other, cart) = (till.clone(), till.cart(2));
    till.partners.during("before_begin", move || bob_buys(&other, 1));
    let refused = rejection(till.checkout(ann(), &cart));
    assert_eq!(refused, Rejection::OutOfStock { item: mug(), available: 1 });
    assert_eq!(till.level("mug"), (1, 0, 1));

    let till = Till::with(CartPolicy::shared(), Counts::Warehouse);
    till.supply("mug", 2);
    let (other, cart) = (till.clone(), till.cart(2));
    till.partners.during("before_begin", move || bob_buys(&other, 1));
    let done = till.checkout(ann(), &cart).unwrap();
    assert_eq!(ended(&done.stage), EndReason::OutOfStock { item: Some(mug()) });
    assert_eq!((till.level("mug"), till.partners.account()), ((1, 0, 1), (1, 0, 10_00)));
}

#[test]
fn nobody_holds_more_than_policy_lets_them() {
    let mut policy = CartPolicy::shared();
    policy.checkout.max_held = Some(3);
    let till = Till::with(policy, Counts::Store);
    let (_, first) = till.pending(2);
    let second = till.cart(2);
    assert_eq!(rejection(till.checkout(ann(), &second)), Rejection::TooMuchHeld { max: 3 });
    till.cancel(ann(), first).unwrap();
    assert!(matches!(till.checkout(ann(), &second).unwrap().stage, Stage::Completed { .. }));
}

/// The hold of a checkout ends before its payment comes.
fn lapse(till: &Till, counts: Counts, id: CheckoutId) {
    match counts {
        // Nothing but the job ends the checkout, so it is still to be paid for.
        Counts::Store | Counts::Nobody => till.shop.clock.advance(TIME + TimeDelta::hours(1)),
        Counts::Warehouse => till.partners.lapse(id),
    }
}

#[test]
fn a_payment_after_the_hold_has_ended_takes_what_is_free() {
    for counts in COUNTED {
        let till = Till::with(CartPolicy::shared(), counts);
        let (cart, id) = till.pending(2);
        lapse(&till, counts, id);
        assert_eq!(till.level("mug"), (10, 0, 0));
        let paid = till.partners.shopper_pays(id, 20_00);
        assert!(matches!(till.event(id, &paid).unwrap().stage, Stage::Completed { .. }), "{counts:?}");
        assert_eq!((till.level("mug"), till.partners.account()), ((8, 0, 2), (1, 0, 20_00)));
        till.check(&cart);
    }
}

#[test]
fn a_payment_after_the_stock_is_gone_is_given_back() {
    for counts in COUNTED {
        let till = Till::with(CartPolicy::shared(), counts);
        till.supply("mug", 2);
        let (cart, id) = till.pending(2);
        lapse(&till, counts, id);
        bob_buys(&till, 1);
        let paid = till.partners.shopper_pays(id, 20_00);
        let told = till.event(id, &paid).unwrap();
        assert_eq!(ended(&told.stage), EndReason::OutOfStock { item: Some(mug()) }, "{counts:?}");
        assert_eq!((till.level("mug"), till.partners.account()), ((1, 0, 1), (1, 0, 10_00)));
        assert_eq!(till.partners.effects("refunded"), 1);
        assert_eq!(till.recover_after(TimeDelta::days(1)), 0);
        till.check(&cart);
    }
}

#[test]
fn holds_that_have_ended_are_removed_and_mean_nothing_before() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    for _ in 0..3 {
        till.pending(1);
    }
    till.shop.clock.advance(TIME + TimeDelta::hours(1));
    assert_eq!(till.level("mug"), (10, 0, 0));
    let remove = |limit| block_on(till.shop.service.remove_ended_holds(limit)).unwrap();
    assert_eq!([remove(2), remove(2), remove(2)], [2, 1, 0]);
    assert_eq!(till.level("mug"), (10, 0, 0));
}

#[test]
fn the_store_is_asked_about_stock_only_where_it_counts_it() {
    for (counts, is_limited, asked) in
        [(Counts::Nobody, true, 0), (Counts::Store, false, 0), (Counts::Store, true, 1)]
    {
        let till = Till::with(CartPolicy::shared(), counts);
        let cart = Target::Cart(till.shop.cart());
        till.shop.catalog.put(
            cart_core::testing::samples::product("air"),
            cart_core::product::Product::new(
                "air",
                cart_core::testing::samples::prices(100, cart_core::money::Currency::EUR),
            ),
        );
        if counts == Counts::Nobody {
            till.shop.catalog.set_stock("mug", 9);
        }
        till.shop.execute(ann(), &cart, &add(if is_limited { "mug" } else { "air" }, 1)).unwrap();
        till.shop.counting.forget_calls();
        till.shop.read(&ann(), &cart).unwrap();
        let calls = till.shop.counting.calls();
        assert_eq!(calls.get(&StoreCall::Stock).copied().unwrap_or_default(), asked, "{counts:?}");
    }
}

#[test]
fn of_what_was_never_supplied_there_is_nothing() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    let cart = till.cart(1);
    till.shop.catalog.change("cup", |cup| {
        cup.stock =
            cart_core::product::Stock::Limited { item: StockItemId::new("new").unwrap(), available: 5 };
    });
    let refused = rejection(till.shop.execute(ann(), &cart, &add("cup", 1)));
    assert!(matches!(refused, Rejection::InsufficientStock { available: 0, .. }), "{refused:?}");
}

#[test]
fn previews_hold_nothing() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    let cart = till.cart(2);
    let caller = Caller::new(ann()).only_preview();
    till.order(caller, &cart, &BeginCheckout::whole(Handoff::Service)).unwrap();
    assert_eq!(till.level("mug"), (10, 0, 0));
}
