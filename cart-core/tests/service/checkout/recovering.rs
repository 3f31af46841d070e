//! Checkouts that a crash or a partner's failure left half done.

use cart_core::checkout::{EndReason, Stage};
use cart_core::policy::CartPolicy;
use cart_core::service::{CartError, Target};
use cart_core::status::StatusName;
use cart_core::testing::{Fault, StoreCall, block_on};
use chrono::TimeDelta;

use super::support::{Counts, Fate, LEASE, Pays, TIME, Till, ended};
use crate::shop::{ann, ann_with};

const FATES: [Fate; 4] = [Fate::Down, Fate::Lost, Fate::Silent, Fate::DoneAndSilent];
const COUNTED: [Counts; 2] = [Counts::Store, Counts::Warehouse];

fn till(counts: Counts) -> Till {
    Till::with(CartPolicy::shared(), counts)
}

/// Begins a checkout, whose caller goes away where nobody answers.
fn begin(till: &Till, cart: &Target, fate: Fate) {
    match fate {
        Fate::Silent | Fate::DoneAndSilent => drop(till.checkout_and_go(cart)),
        Fate::Down | Fate::Lost => drop(till.checkout(ann(), cart).unwrap()),
    }
}

/// One order of two mugs, paid for once, and nothing done twice.
#[track_caller]
fn ordered_once(till: &Till, cart: &Target) {
    assert!(
        matches!(till.stage(till.current(cart)), Stage::Completed { .. }),
        "{:?}",
        till.stage(till.current(cart))
    );
    assert_eq!((till.partners.account(), till.level("mug")), ((1, 0, 20_00), (8, 0, 2)));
    let once = ["placed", "confirmed", "captured"].map(|effect| till.partners.effects(effect));
    let never = ["cancelled", "refunded", "voided", "released"].map(|effect| till.partners.effects(effect));
    assert_eq!((once, never), ([1; 3], [0; 4]));
    assert_eq!(till.recover_after(TimeDelta::days(1)), 0);
    till.check(cart);
}

/// No order, no money, no stock.
#[track_caller]
fn undone(till: &Till, cart: &Target) {
    assert_eq!((till.partners.account(), till.level("mug")), ((0, 0, 0), (10, 0, 0)));
    assert_eq!(till.partners.effects("captured"), till.partners.effects("refunded"));
    let Target::Cart(id) = cart else { unreachable!("it has an id") };
    let stored = till.shop.stored(*id);
    assert_eq!((stored.status().name(), stored.checkouts().len()), (StatusName::Active, 0));
    assert_eq!(till.recover_after(TimeDelta::days(1)), 0);
    till.check(cart);
}

#[test]
fn whatever_goes_wrong_once_it_becomes_one_order() {
    for counts in COUNTED {
        for call in ["reserve", "before_place", "place", "pay", "claim", "confirm"] {
            if counts == Counts::Store && matches!(call, "reserve" | "claim") {
                continue;
            }
            for fate in FATES {
                let till = till(counts);
                let cart = till.cart(2);
                till.partners.fail(call, 1, fate);
                begin(&till, &cart, fate);
                assert!(till.recover_after(LEASE) > 0, "{counts:?} {call} {fate:?}");
                ordered_once(&till, &cart);
            }
        }
    }
}

#[test]
fn a_service_started_anew_finishes_it() {
    for call in ["place", "pay", "confirm"] {
        for fate in [Fate::Silent, Fate::DoneAndSilent] {
            let till = till(Counts::Store);
            let cart = till.cart(2);
            till.partners.fail(call, 1, fate);
            begin(&till, &cart, fate);
            let anew = till.anew(CartPolicy::shared());
            assert_eq!(anew.recover(), 0, "whoever asked may still be waiting");
            till.shop.clock.advance(LEASE);
            assert_eq!(anew.recover(), 1);
            ordered_once(&anew, &cart);
        }
    }
}

#[test]
fn whatever_goes_wrong_while_it_is_undone_it_is_undone_once() {
    for counts in COUNTED {
        for call in ["void", "refund", "cancel", "release"] {
            if counts == Counts::Store && call == "release" {
                continue;
            }
            for fate in FATES {
                let till = till(counts);
                let (cart, id) = till.pending(2);
                // Only what was taken is given back.
                if call == "refund" {
                    till.partners.shopper_pays(id, 20_00);
                }
                till.partners.fail(call, 1, fate);
                match fate {
                    Fate::Down | Fate::Lost => drop(till.cancel(ann(), id).unwrap()),
                    Fate::Silent | Fate::DoneAndSilent => {
                        let caller = ann().into();
                        let mut asked = std::pin::pin!(till.shop.service.cancel_checkout(&caller, id));
                        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                        assert!(asked.as_mut().poll(&mut context).is_pending());
                    }
                }
                assert!(till.recover_after(LEASE) > 0, "{counts:?} {call} {fate:?}");
                assert_eq!(ended(&till.stage(id)), EndReason::Cancelled);
                undone(&till, &cart);
            }
        }
    }
}

#[test]
fn whatever_the_store_does_to_a_write_of_the_drivers_it_becomes_one_order() {
    let faults =
        [Fault::Unavailable, Fault::Full, Fault::Conflict, Fault::UnknownDone, Fault::UnknownNotDone];
    for counts in COUNTED {
        for fault in faults {
            for nth in 2..=6 {
                let till = till(counts);
                let cart = till.cart(2);
                till.shop.failing.fail_nth(StoreCall::Commit, nth, fault);
                // It has begun, whatever becomes of it: that is no error.
                till.checkout(ann(), &cart).unwrap();
                till.recover_after(LEASE);
                ordered_once(&till, &cart);
            }
        }
    }
}

#[test]
fn a_begin_of_which_nobody_knows_is_found_by_its_key() {
    for fault in [Fault::UnknownDone, Fault::UnknownNotDone] {
        let till = till(Counts::Store);
        let cart = till.cart(2);
        till.shop.failing.fail_next(StoreCall::Commit, 1, fault);
        till.shop.failing.fail_next(StoreCall::FindRequest, 1, Fault::Unavailable);
        assert!(matches!(till.checkout(ann_with("k"), &cart), Err(CartError::Store(_))), "{fault:?}");
        if fault == Fault::UnknownDone {
            assert!(matches!(till.checkout(ann_with("k"), &cart), Err(CartError::InProgress { .. })));
            assert_eq!(till.recover_after(LEASE), 1);
        }
        assert!(matches!(till.checkout(ann_with("k"), &cart).unwrap().stage, Stage::Completed { .. }));
        ordered_once(&till, &cart);
    }
}

#[test]
fn an_answer_that_could_not_be_written_is_asked_for_again_and_not_done_again() {
    let till = till(Counts::Store);
    let cart = till.cart(2);
    // The begin, what was placed, and then the answer of the provider.
    till.shop.failing.fail_nth(StoreCall::Commit, 3, Fault::Unavailable);
    till.checkout(ann(), &cart).unwrap();
    till.partners.calls();
    till.recover_after(LEASE);
    assert_eq!(till.partners.calls(), ["status", "confirm"]);
    ordered_once(&till, &cart);
}

#[test]
fn a_partner_that_is_down_for_long_is_asked_ever_more_rarely_and_in_the_end_by_somebody() {
    let till = till(Counts::Store);
    let cart = till.cart(2);
    till.partners.fail("confirm", 1000, Fate::Down);
    let id = till.checkout(ann(), &cart).unwrap().checkout.id;
    let state = || till.state(&ann(), id).unwrap().checkout;
    let mut pauses = Vec::new();
    while !state().progress.parked {
        let due = state().progress.due_at;
        pauses.push(due - cart_core::port::Clock::now(&*till.shop.clock));
        till.shop.clock.set(due);
        assert_eq!(till.recover(), 1);
    }
    assert_eq!((pauses.len(), pauses[0]), (9, TimeDelta::seconds(5)));
    assert!(pauses.is_sorted() && pauses[8] <= TimeDelta::hours(1), "{pauses:?}");
    assert!(matches!(till.stage(id), Stage::InProgress { .. }));
    // Not given up, however long it takes: the money is there.
    till.a_day_passes();
    till.partners.heal();
    till.recover_after(TimeDelta::hours(1));
    ordered_once(&till, &cart);
}

#[test]
fn an_undoing_that_takes_long_is_done_in_the_end_and_keeps_nobody_from_ordering_again() {
    let till = till(Counts::Warehouse);
    let (cart, first) = till.pending(2);
    till.partners.shopper_pays(first, 20_00);
    till.partners.fail("refund", 1000, Fate::Down);
    till.cancel(ann(), first).unwrap();
    let second = till.checkout(ann(), &cart).unwrap();
    assert!(matches!(second.stage, Stage::Completed { .. }));
    till.a_day_passes();
    assert!(till.shop.stored(second.view.cart.id()).checkout(first).unwrap().progress.parked);
    till.partners.heal();
    till.recover_after(TimeDelta::hours(1));
    assert_eq!(till.partners.account(), (1, 0, 20_00));
    assert_eq!((till.partners.effects("refunded"), till.level("mug")), (1, (8, 0, 2)));
    assert_eq!(till.recover_after(TimeDelta::days(1)), 0);
    till.check(&cart);
}

#[test]
fn a_partner_that_is_down_does_not_keep_a_cart_past_its_deadline() {
    let till = till(Counts::Store);
    till.partners.fail("place", 1000, Fate::Down);
    let cart = till.cart(2);
    let id = till.checkout(ann(), &cart).unwrap().checkout.id;
    let deadline = till.state(&ann(), id).unwrap().checkout.deadline;
    loop {
        let due = till.state(&ann(), id).unwrap().checkout.progress.due_at;
        assert!(due <= deadline);
        till.shop.clock.set(due);
        till.recover();
        if matches!(till.stage(id), Stage::Ended { .. }) {
            break;
        }
    }
    assert_eq!(cart_core::port::Clock::now(&*till.shop.clock), deadline);
    undone(&till, &cart);
}

#[test]
fn two_who_recover_at_once_do_nothing_twice() {
    let till = till(Counts::Warehouse);
    let cart = till.cart(2);
    till.partners.fail("pay", 1, Fate::DoneAndSilent);
    till.checkout_and_go(&cart);
    till.shop.clock.advance(LEASE);
    let other = till.anew(CartPolicy::shared());
    till.partners.during("status", move || assert_eq!(other.recover_after(LEASE), 1));
    till.recover();
    ordered_once(&till, &cart);
}

#[test]
fn those_that_cannot_be_gone_on_with_starve_no_others() {
    let till = till(Counts::Store);
    let carts: Vec<Target> = (0..3).map(|_| till.pending(1).0).collect();
    till.shop.clock.advance(TIME);
    // Of the two that are asked about first, nothing can be written.
    till.shop.failing.fail_next(StoreCall::Commit, 2, Fault::Unavailable);
    let done = block_on(till.shop.service.recover_checkouts(1)).unwrap();
    assert_eq!((done.checkouts, done.failures.len()), (1, 2));
    let free =
        |cart: &&Target| till.shop.read(&ann(), cart).unwrap().cart.status().name() == StatusName::Active;
    assert_eq!(carts.iter().filter(free).count(), 1);
    assert_eq!(till.recover(), 2);
    assert_eq!(carts.iter().filter(free).count(), 3);
}

#[test]
fn a_run_does_as_many_as_it_is_told_to() {
    let till = till(Counts::Store);
    (0..5).for_each(|_| drop(till.pending(1)));
    till.shop.clock.advance(TIME);
    let run = |limit| block_on(till.shop.service.recover_checkouts(limit)).unwrap().checkouts;
    assert_eq!([run(0), run(2), run(2), run(2), run(2)], [0, 2, 2, 1, 0]);
}

#[test]
fn a_store_with_other_writers_is_asked_before_anything_is_noted() {
    let till = till(Counts::Nobody);
    till.partners.pays(Pays::Later);
    let cart = till.cart(2);
    let id = till.checkout(ann(), &cart).unwrap().checkout.id;
    // Two processes over one store, each with the cart at hand.
    let shared = till.shared();
    assert!(matches!(shared.stage(id), Stage::PaymentPending { .. }));
    let paid = till.partners.shopper_pays(id, 20_00);
    till.event(id, &paid).unwrap();
    assert!(matches!(shared.event(id, &paid).unwrap().stage, Stage::Completed { .. }));
    assert!(matches!(shared.stage(id), Stage::Completed { .. }));
    assert_eq!(till.partners.effects("confirmed"), 1);
    till.check(&cart);
}
