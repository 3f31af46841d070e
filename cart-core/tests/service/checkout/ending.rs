//! Checkouts that end without an order, and those that only seem to.

use cart_core::checkout::{EndReason, Stage};
use cart_core::policy::CartPolicy;
use cart_core::rejection::Rejection;
use cart_core::status::StatusName;
use cart_core::testing::samples::reason;
use chrono::TimeDelta;

use super::support::{Counts, Fate, LEASE, TIME, Till, ended};
use crate::shop::{ann, rejection};

const COUNTED: [Counts; 2] = [Counts::Store, Counts::Warehouse];

fn till(counts: Counts) -> Till {
    Till::with(CartPolicy::shared(), counts)
}

/// Nothing is left of any checkout.
#[track_caller]
fn nothing_is_left(till: &Till) {
    assert_eq!((till.partners.account(), till.level("mug")), ((0, 0, 0), (10, 0, 0)));
    assert_eq!(till.recover_after(TimeDelta::days(1)), 0);
}

#[test]
fn a_payment_that_takes_too_long_is_ended_before_anything_is_given_back() {
    for counts in COUNTED {
        let till = till(counts);
        let (cart, id) = till.pending(2);
        till.partners.calls();
        assert_eq!(till.recover_after(TIME - TimeDelta::seconds(1)), 0);
        assert_eq!(till.recover_after(TimeDelta::seconds(1)), 1);
        assert_eq!(ended(&till.stage(id)), EndReason::TimedOut);
        let calls = till.partners.calls();
        assert_eq!(calls[..2], ["void", "cancel"], "{counts:?}");
        nothing_is_left(&till);
        till.check(&cart);
    }
}

#[test]
fn a_payment_that_succeeded_unheard_goes_ahead_when_the_time_is_over() {
    for counts in COUNTED {
        let till = till(counts);
        let (_, id) = till.pending(2);
        till.partners.shopper_pays(id, 20_00);
        till.recover_after(TIME);
        assert!(matches!(till.stage(id), Stage::Completed { .. }), "{counts:?}");
        assert_eq!((till.partners.account(), till.level("mug")), ((1, 0, 20_00), (8, 0, 2)));
        assert_eq!(till.partners.effects("refunded"), 0);
    }
}

#[test]
fn while_nobody_knows_whether_it_was_paid_nothing_is_given_back() {
    for counts in COUNTED {
        let till = till(counts);
        let (cart, id) = till.pending(2);
        till.partners.fail("void", 3, Fate::Down);
        till.recover_after(TIME);
        assert!(matches!(till.stage(id), Stage::InProgress { .. }));
        assert_eq!(till.partners.account(), (0, 1, 0));
        assert_eq!(till.shop.read(&ann(), &cart).unwrap().cart.status().name(), StatusName::Checkout);
        // The shopper paid at the last moment.
        till.partners.shopper_pays(id, 20_00);
        for _ in 0..3 {
            till.recover_after(TimeDelta::seconds(40));
        }
        assert!(matches!(till.stage(id), Stage::Completed { .. }), "{counts:?} {:?}", till.stage(id));
        assert_eq!(till.level("mug"), (8, 0, 2));
    }
}

#[test]
fn whoever_cancels_gets_their_cart_back() {
    for counts in COUNTED {
        let till = till(counts);
        let (cart, id) = till.pending(2);
        let cancelled = till.cancel(ann(), id).unwrap();
        assert_eq!(ended(&cancelled.stage), EndReason::Cancelled);
        assert_eq!(cancelled.view.cart.status().name(), StatusName::Active);
        assert_eq!(till.cancel(ann(), id).unwrap().stage, cancelled.stage);
        nothing_is_left(&till);
        till.check(&cart);
    }
}

#[test]
fn a_cancelled_payment_that_had_succeeded_is_given_back() {
    for counts in COUNTED {
        let till = till(counts);
        let (_, id) = till.pending(2);
        till.partners.shopper_pays(id, 20_00);
        assert_eq!(ended(&till.cancel(ann(), id).unwrap().stage), EndReason::Cancelled);
        assert_eq!(till.partners.effects("refunded"), 1);
        nothing_is_left(&till);
    }
}

#[test]
fn what_is_paid_for_cannot_be_cancelled() {
    let till = till(Counts::Store);
    let cart = till.cart(2);
    till.partners.fail("confirm", 1, Fate::Down);
    let id = till.checkout(ann(), &cart).unwrap().checkout.id;
    assert_eq!(rejection(till.cancel(ann(), id)), Rejection::CheckoutGoesAhead);
    till.recover_after(LEASE);
    assert!(matches!(till.stage(id), Stage::Completed { .. }));
    assert_eq!(rejection(till.cancel(ann(), id)), Rejection::CheckoutGoesAhead);
}

#[test]
fn it_can_be_cancelled_while_anybody_is_being_asked() {
    for counts in COUNTED {
        for call in ["reserve", "before_place", "place", "pay"] {
            for fate in [Fate::Silent, Fate::DoneAndSilent] {
                if call == "reserve" && counts == Counts::Store {
                    continue;
                }
                let till = till(counts);
                let cart = till.cart(2);
                till.partners.fail(call, 1, fate);
                let id = till.checkout_and_go(&cart);
                till.cancel(ann(), id).unwrap();
                till.a_day_passes();
                assert_eq!(ended(&till.stage(id)), EndReason::Cancelled, "{counts:?} {call} {fate:?}");
                let (captured, refunded) =
                    (till.partners.effects("captured"), till.partners.effects("refunded"));
                assert_eq!(captured, refunded, "{counts:?} {call} {fate:?}");
                nothing_is_left(&till);
                till.check(&cart);
            }
        }
    }
}

#[test]
fn it_can_be_cancelled_before_an_answer_is_here() {
    for counts in COUNTED {
        for call in ["reserve", "place", "pay"] {
            if call == "reserve" && counts == Counts::Store {
                continue;
            }
            let till = till(counts);
            let (other, cart) = (till.clone(), till.cart(2));
            let at = cart.clone();
            till.partners.during(call, move || drop(other.cancel(ann(), other.current(&at)).unwrap()));
            let done = till.checkout(ann(), &cart).unwrap();
            assert_eq!(ended(&done.stage), EndReason::Cancelled, "{counts:?} {call}");
            till.a_day_passes();
            nothing_is_left(&till);
            till.check(&cart);
        }
    }
}

#[test]
fn an_order_service_that_refuses_ends_it() {
    for counts in COUNTED {
        for (call, why) in [("place", "not today"), ("confirm", "too late")] {
            let till = till(counts);
            till.partners.refuse(call);
            let done = till.checkout(ann(), &till.cart(2)).unwrap();
            assert_eq!(ended(&done.stage), EndReason::OrderRefused { why: reason(why) }, "{counts:?}");
            // Nobody paid, or got it back.
            let refunded = till.partners.effects("refunded");
            assert_eq!(
                (refunded, till.partners.effects("captured")),
                match call {
                    "place" => (0, 0),
                    _ => (1, 1),
                }
            );
            nothing_is_left(&till);
        }
    }
}

#[test]
fn the_host_may_refuse_it_at_its_begin_and_before_it_is_placed() {
    let till = till(Counts::Store);
    let cart = till.cart(2);
    till.partners.refuse("before_begin");
    let written = till.shop.journal().len();
    assert_eq!(rejection(till.checkout(ann(), &cart)), Rejection::Vetoed { why: reason("not to you") });
    assert_eq!((till.shop.journal().len(), till.level("mug")), (written, (10, 0, 0)));

    let till = till_that_vetoes();
    let done = till.checkout(ann(), &till.cart(2)).unwrap();
    assert_eq!(ended(&done.stage), EndReason::Vetoed { why: reason("not to you") });
    assert_eq!((till.partners.effects("placed"), till.partners.effects("captured")), (0, 0));
    nothing_is_left(&till);
}

fn till_that_vetoes() -> Till {
    let till = till(Counts::Store);
    till.partners.refuse("before_place");
    till
}

#[test]
fn a_check_that_cannot_be_made_refuses_the_begin_and_delays_the_rest() {
    let till = till(Counts::Store);
    let cart = till.cart(2);
    till.partners.fail("before_begin", 1, Fate::Down);
    assert!(till.checkout(ann(), &cart).is_err());
    till.partners.fail("before_place", 1, Fate::Down);
    let id = till.checkout(ann(), &cart).unwrap().checkout.id;
    assert!(matches!(till.stage(id), Stage::InProgress { .. }));
    till.recover_after(LEASE);
    assert!(matches!(till.stage(id), Stage::Completed { .. }));
}

#[test]
fn more_time_is_given_as_often_as_policy_lets_it() {
    for counts in COUNTED {
        let till = till(counts);
        let (cart, id) = till.pending(2);
        let minutes = TimeDelta::minutes(20);
        for _ in 0..2 {
            till.shop.clock.advance(minutes);
            let extended = till.extend(ann(), id).unwrap();
            assert!(
                matches!(extended.stage, Stage::PaymentPending { .. }),
                "{counts:?} {:?}",
                extended.stage
            );
        }
        let refused = rejection(till.extend(ann(), id));
        assert_eq!(refused, Rejection::TooManyExtensions { max: 2 });
        if counts == Counts::Warehouse {
            let until = till.state(&ann(), id).unwrap().checkout.deadline + TimeDelta::minutes(10);
            assert_eq!(till.partners.held_until(), Some(until), "the warehouse knows of it");
        }
        // Its stock is held that long too.
        till.shop.clock.advance(TimeDelta::minutes(29));
        assert_eq!(till.level("mug"), (8, 2, 0), "{counts:?}");
        assert_eq!(till.recover_after(TimeDelta::minutes(1)), 1);
        assert_eq!(ended(&till.stage(id)), EndReason::TimedOut);
        assert!(matches!(rejection(till.extend(ann(), id)), Rejection::CheckoutEnded { .. }));
        nothing_is_left(&till);
        till.check(&cart);
    }
}

#[test]
fn more_time_does_not_put_off_what_is_under_way() {
    let till = till(Counts::Store);
    till.partners.fail("place", 1, Fate::Silent);
    let cart = till.cart(2);
    let id = till.checkout_and_go(&cart);
    till.extend(ann(), id).unwrap();
    assert_eq!(till.recover_after(LEASE), 1);
    assert!(matches!(till.stage(id), Stage::Completed { .. }));
}
