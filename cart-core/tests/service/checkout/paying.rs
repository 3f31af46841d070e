//! Checkouts that the service drives, as far as they are paid for.

use cart_core::checkout::{EndReason, PaymentOutcome, Stage};
use cart_core::money::{Currency, Money};
use cart_core::policy::CartPolicy;
use cart_core::rejection::Rejection;
use cart_core::status::StatusName;
use cart_core::testing::samples::reason;
use chrono::TimeDelta;

use super::support::{Counts, Fate, Pays, TIME, Till, captured, ended, eur, initiation, order};
use crate::shop::{ann, rejection};

const EVERYBODY: [Counts; 3] = [Counts::Nobody, Counts::Store, Counts::Warehouse];

fn till(counts: Counts) -> Till {
    Till::with(CartPolicy::shared(), counts)
}

fn sold(counts: Counts, units: u32) -> (u32, u32, u32) {
    if counts == Counts::Nobody { (0, 0, 0) } else { (10 - units, 0, units) }
}

#[test]
fn a_payment_that_succeeds_at_once_makes_an_order() {
    for counts in EVERYBODY {
        let till = till(counts);
        let cart = till.cart(2);
        let done = till.checkout(ann(), &cart).unwrap();
        assert_eq!(done.stage, Stage::Completed { order: order(done.checkout.id) }, "{counts:?}");
        assert_eq!((till.partners.account(), till.level("mug")), ((1, 0, 20_00), sold(counts, 2)));
        let calls = match counts {
            Counts::Warehouse => {
                vec!["before_begin", "reserve", "before_place", "place", "pay", "claim", "confirm"]
            }
            Counts::Nobody | Counts::Store => {
                vec!["before_begin", "before_place", "place", "pay", "confirm"]
            }
        };
        assert_eq!(till.partners.calls(), calls);
        assert_eq!(done.view.cart.status().name(), StatusName::Completed);
        assert_eq!(till.recover_after(TimeDelta::days(1)), 0);
        till.check(&cart);
    }
}

#[test]
fn what_costs_nothing_is_not_paid_for() {
    let till = Till::new();
    till.shop.catalog.set_price("mug", 0);
    let done = till.checkout(ann(), &till.cart(1)).unwrap();
    assert!(matches!(done.stage, Stage::Completed { .. }));
    assert_eq!(till.partners.calls(), ["before_begin", "before_place", "place", "confirm"]);
}

#[test]
fn a_declined_payment_undoes_everything() {
    for counts in EVERYBODY {
        let till = till(counts);
        till.partners.pays(Pays::Never);
        let cart = till.cart(2);
        let done = till.checkout(ann(), &cart).unwrap();
        assert_eq!(ended(&done.stage), EndReason::PaymentDeclined { why: reason("no money") }, "{counts:?}");
        assert_eq!((till.partners.account(), till.level("mug")), ((0, 0, 0), sold(counts, 0)));
        assert_eq!(till.partners.effects("cancelled"), 1);
        assert_eq!(done.view.cart.status().name(), StatusName::Active);
        assert_eq!(till.recover_after(TimeDelta::days(1)), 0, "it is settled");
        assert!(matches!(till.checkout(ann(), &cart).unwrap().stage, Stage::Completed { .. }));
        assert_eq!(till.partners.account(), (1, 0, 20_00));
        till.check(&cart);
    }
}

#[test]
fn a_payment_that_waits_goes_ahead_when_the_provider_says_so() {
    for counts in EVERYBODY {
        let till = till(counts);
        let (cart, id) = till.pending(2);
        assert_eq!(till.stage(id), Stage::PaymentPending { order: order(id), initiation: initiation() });
        let held = if counts == Counts::Nobody { (0, 0, 0) } else { (8, 2, 0) };
        assert_eq!((till.partners.account(), till.level("mug")), ((0, 1, 0), held));
        let paid = till.partners.shopper_pays(id, 20_00);
        let done = till.event(id, &paid).unwrap();
        assert_eq!(done.stage, Stage::Completed { order: order(id) }, "{counts:?}");
        assert_eq!((till.partners.account(), till.level("mug")), ((1, 0, 20_00), sold(counts, 2)));
        till.check(&cart);
    }
}

#[test]
fn a_payment_that_waits_ends_when_the_provider_says_so() {
    for counts in EVERYBODY {
        let till = till(counts);
        let (_, id) = till.pending(2);
        let failed = till.partners.shopper_fails(id);
        let done = till.event(id, &failed).unwrap();
        assert_eq!(ended(&done.stage), EndReason::PaymentDeclined { why: reason("no money") });
        assert_eq!((till.partners.account(), till.level("mug")), ((0, 0, 0), sold(counts, 0)));
    }
}

#[test]
fn the_provider_may_say_it_before_its_first_answer_is_here() {
    for counts in EVERYBODY {
        let till = till(counts);
        till.partners.pays(Pays::Later);
        let (other, cart) = (till.clone(), till.cart(2));
        let at = cart.clone();
        // The shopper was fast: the answer that they have to do something is still on its way.
        till.partners.during("pay", move || {
            let id = other.current(&at);
            let paid = other.partners.shopper_pays(id, 20_00);
            assert!(matches!(other.event(id, &paid).unwrap().stage, Stage::Completed { .. }));
        });
        let done = till.checkout(ann(), &cart).unwrap();
        assert!(matches!(done.stage, Stage::Completed { .. }), "{counts:?} {:?}", done.stage);
        assert_eq!((till.partners.account(), till.level("mug")), ((1, 0, 20_00), sold(counts, 2)));
        assert_eq!(till.partners.effects("confirmed"), 1);
        till.check(&cart);
    }
}

#[test]
fn it_may_say_everything_twice_and_in_any_order() {
    let declined = || PaymentOutcome::Declined { why: reason("no") };
    let pending = || PaymentOutcome::Pending(initiation());
    let paid = || captured(eur(20_00));
    for late in [declined(), pending(), PaymentOutcome::Voided, paid()] {
        let till = till(Counts::Store);
        let (cart, id) = till.pending(2);
        till.partners.shopper_pays(id, 20_00);
        let first = till.event(id, &paid()).unwrap();
        let written = till.shop.journal().len();
        for _ in 0..2 {
            let again = till.event(id, &late).unwrap();
            assert_eq!((&again.stage, &again.view), (&first.stage, &first.view), "{late:?}");
        }
        assert_eq!((till.shop.journal().len(), till.partners.effects("confirmed")), (written, 1));
        till.check(&cart);
    }
    for late in [declined(), pending(), PaymentOutcome::Voided] {
        let till = till(Counts::Store);
        let (_, id) = till.pending(2);
        till.partners.shopper_fails(id);
        let first = till.event(id, &declined()).unwrap();
        let written = till.shop.journal().len();
        assert_eq!(till.event(id, &late).unwrap().stage, first.stage, "{late:?}");
        assert_eq!(till.shop.journal().len(), written);
    }
}

#[test]
fn another_amount_or_currency_is_refused_and_nothing_of_it_noted() {
    let till = till(Counts::Store);
    let (_, id) = till.pending(2);
    let written = till.shop.journal().len();
    for announced in [eur(19_99), eur(20_01), eur(0), Money::new(20_00, Currency::USD)] {
        let expected = eur(20_00);
        assert_eq!(
            rejection(till.event(id, &captured(announced))),
            Rejection::PaymentMismatch { expected, announced }
        );
    }
    assert_eq!(till.shop.journal().len(), written);
    let paid = till.partners.shopper_pays(id, 20_00);
    assert!(matches!(till.event(id, &paid).unwrap().stage, Stage::Completed { .. }));
}

#[test]
fn another_amount_that_the_provider_really_took_is_given_back() {
    let till = till(Counts::Store);
    till.partners.pays(Pays::OtherAmount(eur(1_00)));
    let done = till.checkout(ann(), &till.cart(2)).unwrap();
    assert_eq!(ended(&done.stage), EndReason::PaymentMismatch);
    assert_eq!((till.partners.account(), till.level("mug")), ((0, 0, 0), (10, 0, 0)));
    assert_eq!((till.partners.effects("captured"), till.partners.effects("refunded")), (1, 1));
    // The same of a payment that was waiting: the provider is asked when the time is over.
    let (_, id) = till.pending(2);
    till.partners.shopper_pays(id, 21_00);
    assert!(till.event(id, &captured(eur(21_00))).is_err());
    till.recover_after(TIME);
    assert_eq!(ended(&till.stage(id)), EndReason::PaymentMismatch);
    assert_eq!((till.partners.account(), till.partners.effects("refunded")), ((0, 0, 0), 2));
}

#[test]
fn money_that_comes_after_the_end_is_given_back_once() {
    for (minor, settled) in [(20_00, true), (20_00, false), (21_00, true), (21_00, false)] {
        let till = till(Counts::Store);
        let (cart, id) = till.pending(2);
        if !settled {
            till.partners.fail("cancel", 1, Fate::Down);
        }
        till.cancel(ann(), id).unwrap();
        assert_eq!(till.partners.effects("voided"), 1);
        let paid = till.partners.shopper_pays(id, minor);
        let told = till.event(id, &paid).unwrap();
        assert_eq!(ended(&told.stage), EndReason::Cancelled, "{minor} {settled}");
        for _ in 0..3 {
            till.event(id, &paid).unwrap();
        }
        till.a_day_passes();
        assert_eq!(till.partners.effects("refunded"), 1, "{minor} {settled}");
        assert_eq!((till.partners.account(), till.level("mug")), ((0, 0, 0), (10, 0, 0)));
        till.check(&cart);
    }
}

#[test]
fn money_for_an_old_checkout_does_not_pay_for_the_next_one() {
    let till = till(Counts::Store);
    let (cart, old) = till.pending(2);
    till.cancel(ann(), old).unwrap();
    till.partners.pays(Pays::Later);
    let next = till.checkout(ann(), &cart).unwrap().checkout.id;
    let paid = till.partners.shopper_pays(old, 20_00);
    till.event(old, &paid).unwrap();
    assert_eq!(till.partners.effects("refunded"), 1);
    assert!(matches!(till.stage(next), Stage::PaymentPending { .. }));
    let paid = till.partners.shopper_pays(next, 20_00);
    assert!(matches!(till.event(next, &paid).unwrap().stage, Stage::Completed { .. }));
    assert_eq!(till.partners.account(), (1, 0, 20_00));
    till.check(&cart);
}

#[test]
fn nobody_says_anything_about_checkouts_that_never_were() {
    let till = Till::new();
    let checkout = cart_core::testing::samples::checkout_id(9);
    assert_eq!(rejection(till.event(checkout, &captured(eur(1)))), Rejection::CheckoutNotFound { checkout });
}
