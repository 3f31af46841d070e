//! How long carts last that are ordered, or were tried to be.

use cart_core::checkout::Stage;
use cart_core::policy::{CartPolicy, OnExpired, Ttl};
use cart_core::rejection::Rejection;
use cart_core::status::StatusName;
use cart_core::testing::block_on;
use chrono::TimeDelta;

use super::support::{Counts, Fate, Pays, TIME, Till};
use crate::shop::{add, ann, rejection};

const HOUR: TimeDelta = TimeDelta::hours(1);

fn till(lifetime: Ttl) -> Till {
    let policy = CartPolicy { user_lifetime: lifetime, on_expired: OnExpired::Gone, ..CartPolicy::shared() };
    Till::with(policy, Counts::Store)
}

/// Ends what has expired; how many carts that were.
fn expire(till: &Till) -> usize {
    let done = block_on(till.shop.service.expire_due(100)).unwrap();
    assert!(done.failures.is_empty(), "{:?}", done.failures);
    done.carts
}

#[test]
fn a_cart_in_checkout_never_expires() {
    for lifetime in [Ttl::Fixed(HOUR), Ttl::Sliding(HOUR)] {
        let till = till(lifetime);
        let (cart, id) = till.pending(1);
        till.shop.clock.advance(TimeDelta::days(30));
        assert_eq!(expire(&till), 0);
        assert_eq!(till.shop.read(&ann(), &cart).unwrap().cart.status().name(), StatusName::Checkout);
        let paid = till.partners.shopper_pays(id, 10_00);
        assert!(matches!(till.event(id, &paid).unwrap().stage, Stage::Completed { .. }));
        assert_eq!(expire(&till), 0);
        till.check(&cart);
    }
}

#[test]
fn a_cart_with_money_to_be_given_back_does_not_expire_before() {
    let till = till(Ttl::Fixed(HOUR));
    let (cart, id) = till.pending(1);
    till.partners.shopper_pays(id, 10_00);
    till.partners.fail("refund", 1000, Fate::Down);
    till.cancel(ann(), id).unwrap();
    till.shop.clock.advance(TimeDelta::days(30));
    assert_eq!(expire(&till), 0);
    till.partners.heal();
    assert!(till.recover() > 0);
    assert_eq!(till.partners.effects("refunded"), 1);
    till.shop.clock.advance(TimeDelta::days(30));
    assert_eq!(expire(&till), 1);
    till.check(&cart);
}

#[test]
fn a_cart_whose_payment_was_declined_is_there_to_try_again() {
    for lifetime in [Ttl::Fixed(HOUR), Ttl::Sliding(HOUR)] {
        let till = till(lifetime);
        till.partners.pays(Pays::Later);
        let cart = till.cart(1);
        till.shop.clock.advance(HOUR - TimeDelta::minutes(1));
        let id = till.checkout(ann(), &cart).unwrap().checkout.id;
        till.shop.clock.advance(TIME - TimeDelta::minutes(1));
        let failed = till.partners.shopper_fails(id);
        till.event(id, &failed).unwrap();
        // Its hour is over, but nobody could use the cart meanwhile.
        assert_eq!(expire(&till), 0);
        till.shop.clock.advance(TIME);
        till.shop.execute(ann(), &cart, &add("cup", 1)).unwrap();
        assert!(matches!(till.checkout(ann(), &cart).unwrap().stage, Stage::Completed { .. }));
        till.check(&cart);
    }
}

#[test]
fn what_became_of_a_checkout_is_told_after_its_cart_has_expired() {
    for ended_by_a_job in [false, true] {
        let till = till(Ttl::Fixed(HOUR));
        let (cart, id) = till.pending(1);
        let ended = till.cancel(ann(), id).unwrap();
        till.shop.clock.advance(TimeDelta::days(1));
        if ended_by_a_job {
            assert_eq!(expire(&till), 1);
        }
        assert_eq!(rejection(till.shop.read(&ann(), &cart)), Rejection::Expired);
        assert_eq!(till.stage(id), ended.stage);
        assert_eq!(till.cancel(ann(), id).unwrap().stage, ended.stage);
        // Money may still come.
        let paid = till.partners.shopper_pays(id, 10_00);
        assert_eq!(till.event(id, &paid).unwrap().stage, ended.stage);
        assert_eq!(till.partners.effects("refunded"), 1);
        till.check(&cart);
    }
}
