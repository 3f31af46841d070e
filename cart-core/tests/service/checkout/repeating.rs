//! Checkouts that are asked for again, with the same request key and with others.

use std::sync::Barrier;

use cart_core::checkout::{Handoff, Stage};
use cart_core::command::BeginCheckout;
use cart_core::policy::CartPolicy;
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, CheckoutOutcome, Target};
use cart_core::status::StatusName;
use cart_core::testing::samples::key;
use cart_core::testing::{Fault, StoreCall, block_on};
use cart_core::version::Version;
use chrono::TimeDelta;

use super::support::{Counts, Fate, LEASE, Pays, Till, eur, one_cart};
use crate::shop::{add, ann, ann_with, bob, current, lines, rejection};

/// The second answer is the first one again. What the catalog says about the cart's products is of today.
#[track_caller]
fn same(first: &CheckoutOutcome, again: &CheckoutOutcome) {
    assert!(!first.replayed && again.replayed);
    assert_eq!(again.stage, first.stage);
    assert_eq!((&again.checkout, &again.view.cart), (&first.checkout, &first.view.cart));
}

fn till() -> Till {
    Till::with(CartPolicy::shared(), Counts::Store)
}

#[test]
fn the_same_key_has_the_same_answer_whatever_it_was() {
    for pays in [Pays::AtOnce, Pays::Never, Pays::Later, Pays::OtherAmount(eur(3))] {
        let till = till();
        till.supply("mug", 2);
        till.partners.pays(pays);
        let cart = till.cart(2);
        let first = till.checkout(ann_with("k"), &cart).unwrap();
        let written = till.shop.journal().len();
        same(&first, &till.checkout(ann_with("k"), &cart).unwrap());
        assert_eq!((till.shop.journal().len(), till.partners.effects("placed")), (written, 1), "{pays:?}");
    }
}

#[test]
fn it_stays_the_same_when_the_checkout_goes_on() {
    let till = till();
    till.partners.pays(Pays::Later);
    let cart = till.cart(2);
    let first = till.checkout(ann_with("k"), &cart).unwrap();
    let id = first.checkout.id;
    let paid = till.partners.shopper_pays(id, 20_00);
    assert!(matches!(till.event(id, &paid).unwrap().stage, Stage::Completed { .. }));
    same(&first, &till.checkout(ann_with("k"), &cart).unwrap());
    assert!(matches!(till.stage(id), Stage::Completed { .. }));
}

#[test]
fn it_stays_the_same_when_the_provider_was_faster() {
    let till = till();
    let (other, cart) = (till.clone(), till.cart(2));
    let at = cart.clone();
    till.partners.pays(Pays::Later);
    till.partners.during("pay", move || {
        let id = other.current(&at);
        let paid = other.partners.shopper_pays(id, 20_00);
        other.event(id, &paid).unwrap();
    });
    let first = till.checkout(ann_with("k"), &cart).unwrap();
    same(&first, &till.checkout(ann_with("k"), &cart).unwrap());
}

#[test]
fn it_stays_the_same_when_the_stock_is_gone_and_the_cart_free_again() {
    let till = till();
    till.supply("mug", 2);
    till.partners.pays(Pays::Never);
    let cart = till.cart(2);
    let first = till.checkout(ann_with("k"), &cart).unwrap();
    // Somebody else holds it when the request is decided on anew.
    let (other, others) = (till.clone(), till.cart(2));
    till.partners.during("before_begin", move || {
        other.partners.pays(Pays::Later);
        other.checkout(ann(), &others).unwrap();
    });
    same(&first, &till.checkout(ann_with("k"), &cart).unwrap());
}

#[test]
fn it_stays_the_same_when_the_store_finds_something_short_first() {
    let till = till();
    till.partners.pays(Pays::Never);
    let cart = till.cart(2);
    let first = till.checkout(ann_with("k"), &cart).unwrap();
    till.shop.failing.fail_next(StoreCall::Commit, 1, Fault::UsedUp);
    same(&first, &till.checkout(ann_with("k"), &cart).unwrap());
}

#[test]
fn it_stays_the_same_when_another_cart_is_the_current_one() {
    let till = Till::with(one_cart(), Counts::Store);
    till.shop.execute(ann(), &current(), &add("mug", 2)).unwrap();
    let first = till.checkout(ann_with("k"), &current()).unwrap();
    assert!(matches!(first.stage, Stage::Completed { .. }));
    same(&first, &till.checkout(ann_with("k"), &current()).unwrap());
    // What is in the cart by then is not ordered by the old request.
    till.shop.execute(ann(), &current(), &add("cup", 1)).unwrap();
    same(&first, &till.checkout(ann_with("k"), &current()).unwrap());
    let other = BeginCheckout::whole(Handoff::Host);
    assert!(matches!(till.order(ann_with("k"), &current(), &other), Err(CartError::RequestKeyReused)));
    assert_eq!(lines(&till.shop.read(&ann(), &current()).unwrap().cart), [("cup", 1)]);
    assert_eq!(till.partners.account(), (1, 0, 20_00));
    // Another request orders it.
    let next = till.checkout(ann_with("k2"), &current()).unwrap();
    assert!(!next.replayed && matches!(next.stage, Stage::Completed { .. }));
    assert_eq!(till.partners.account(), (2, 0, 30_00));
}

#[test]
fn another_body_is_refused() {
    let till = till();
    let cart = till.cart(2);
    till.checkout(ann_with("k"), &cart).unwrap();
    let expecting =
        BeginCheckout { expected_total: Some(eur(20_00)), ..BeginCheckout::whole(Handoff::Service) };
    for other in [expecting, BeginCheckout::whole(Handoff::Host)] {
        let refused = till.order(ann_with("k"), &cart, &other);
        assert!(matches!(refused, Err(CartError::RequestKeyReused)), "{refused:?}");
    }
    let renamed = till.shop.execute(ann_with("k"), &cart, &crate::shop::rename("x"));
    assert!(matches!(renamed, Err(CartError::RequestKeyReused)), "{renamed:?}");
}

#[test]
fn another_key_finds_the_cart_taken() {
    let till = till();
    till.partners.pays(Pays::Later);
    let cart = till.cart(2);
    till.checkout(ann_with("k"), &cart).unwrap();
    assert_eq!(
        rejection(till.checkout(ann_with("k2"), &cart)),
        Rejection::WrongStatus { status: StatusName::Checkout }
    );
}

#[test]
fn others_use_the_key_for_themselves() {
    let till = Till::with(one_cart(), Counts::Store);
    till.shop.execute(ann(), &current(), &add("mug", 2)).unwrap();
    till.shop.execute(bob(), &current(), &add("mug", 2)).unwrap();
    let anns = till.checkout(ann_with("k"), &current()).unwrap();
    let bobs = till.checkout(Caller::new(bob()).with_key(key("k")), &current()).unwrap();
    assert!(!bobs.replayed && bobs.checkout.id != anns.checkout.id);
    assert_eq!(till.partners.account(), (2, 0, 40_00));
}

#[test]
fn a_refused_request_does_not_use_its_key_up() {
    let till = till();
    till.supply("mug", 5);
    let cart = till.cart(5);
    till.supply("mug", 1);
    assert!(matches!(rejection(till.checkout(ann_with("k"), &cart)), Rejection::NotOrderable { .. }));
    till.supply("mug", 5);
    let done = till.checkout(ann_with("k"), &cart).unwrap();
    assert!(!done.replayed && matches!(done.stage, Stage::Completed { .. }));
}

#[test]
fn while_there_is_no_answer_it_is_said_when_to_ask_again() {
    for fate in [Fate::Silent, Fate::DoneAndSilent] {
        for call in ["place", "pay", "confirm"] {
            let till = till();
            till.partners.fail(call, 1, fate);
            let cart = till.cart(2);
            let (caller, order) = (ann_with("k"), BeginCheckout::whole(Handoff::Service));
            {
                let mut asked = std::pin::pin!(till.shop.service.checkout(&caller, &cart, &order));
                let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                assert!(asked.as_mut().poll(&mut context).is_pending());
                // Both while the first caller waits, and after they went away.
                in_progress(&till, &cart);
            }
            let retry_at = in_progress(&till, &cart);
            till.shop.clock.set(retry_at);
            assert_eq!(till.recover(), 1);
            let done = till.checkout(ann_with("k"), &cart).unwrap();
            assert!(
                done.replayed && matches!(done.stage, Stage::Completed { .. }),
                "{call} {:?}",
                done.stage
            );
            assert_eq!(till.partners.account(), (1, 0, 20_00));
            assert_eq!(till.partners.effects("captured"), 1);
        }
    }
}

fn in_progress(till: &Till, cart: &Target) -> chrono::DateTime<chrono::Utc> {
    let answer = till.checkout(ann_with("k"), cart);
    let Err(CartError::InProgress { checkout, retry_at }) = answer else { unreachable!("{answer:?}") };
    assert_eq!(checkout, till.current(cart));
    assert!(retry_at > cart_core::port::Clock::now(&*till.shop.clock));
    retry_at
}

#[test]
fn a_version_named_with_it_counts_for_the_first_time_only() {
    let till = till();
    let cart = till.cart(2);
    let stale = ann_with("k").if_match(Version::FIRST);
    assert!(matches!(till.checkout(stale, &cart), Err(CartError::VersionMismatch { .. })));
    let caller = || ann_with("k").if_match(Version::FIRST.next());
    let first = till.checkout(caller(), &cart).unwrap();
    same(&first, &till.checkout(caller(), &cart).unwrap());
}

#[test]
fn a_service_started_anew_remembers() {
    let till = till();
    till.partners.pays(Pays::Later);
    let cart = till.cart(2);
    let first = till.checkout(ann_with("k"), &cart).unwrap();
    same(&first, &till.anew(CartPolicy::shared()).checkout(ann_with("k"), &cart).unwrap());
}

#[test]
fn an_extension_with_a_key_is_made_once() {
    let till = till();
    let (_, id) = till.pending(2);
    till.shop.clock.advance(TimeDelta::minutes(10));
    let first = till.extend(ann_with("x"), id).unwrap();
    till.shop.clock.advance(TimeDelta::minutes(10));
    let again = till.extend(ann_with("x"), id).unwrap();
    assert!(again.replayed);
    assert_eq!(again.checkout.deadline, first.checkout.deadline);
    assert_eq!(again.checkout.progress.extensions, 1);
}

#[test]
fn keys_are_forgotten_after_their_time_but_not_while_they_are_needed() {
    let till = till();
    till.partners.pays(Pays::Later);
    let (waiting, done) = (till.cart(1), till.cart(1));
    let first = till.checkout(ann_with("k"), &waiting).unwrap();
    till.checkout(ann_with("d"), &done).unwrap();
    let later = first.checkout.deadline - TimeDelta::minutes(1);
    till.shop.clock.set(later);
    block_on(till.shop.service.forget_requests(TimeDelta::zero(), 100)).unwrap();
    same(&first, &till.checkout(ann_with("k"), &waiting).unwrap());
    // The other one is only a request to a cart that was ordered.
    assert!(matches!(rejection(till.checkout(ann_with("d"), &done)), Rejection::WrongStatus { .. }));
    assert_eq!(till.partners.effects("placed"), 2);
}

#[test]
fn a_forgotten_key_of_the_current_cart_can_be_used_anew() {
    let till = Till::with(one_cart(), Counts::Store);
    for n in 1..=3 {
        till.shop.execute(ann(), &current(), &add("mug", 1)).unwrap();
        let done = till.checkout(ann_with("k"), &current()).unwrap();
        assert!(!done.replayed && matches!(done.stage, Stage::Completed { .. }));
        assert_eq!(till.partners.account(), (n, 0, i64::try_from(n).unwrap() * 10_00));
        till.shop.clock.advance(LEASE);
        block_on(till.shop.service.forget_requests(TimeDelta::zero(), 100)).unwrap();
    }
}

#[test]
fn of_many_who_order_at_once_one_does() {
    for round in 0..20 {
        let till = till();
        let cart = till.cart(2);
        let start = Barrier::new(32);
        let (till_ref, cart_ref, start_ref) = (&till, &cart, &start);
        let answers: Vec<_> = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..32)
                .map(|n| {
                    let name = if n % 2 == 0 { "same".to_owned() } else { format!("other-{n}") };
                    scope.spawn(move || {
                        start_ref.wait();
                        till_ref.checkout(ann_with(&name), cart_ref)
                    })
                })
                .collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect()
        });
        let (mut done, mut firsts) = (Vec::new(), 0);
        for answer in answers {
            match answer {
                Ok(outcome) => {
                    firsts += usize::from(!outcome.replayed);
                    done.push(outcome);
                }
                Err(CartError::InProgress { .. } | CartError::Rejected(Rejection::WrongStatus { .. })) => {}
                Err(error) => unreachable!("round {round}: {error:?}"),
            }
        }
        assert_eq!(firsts, 1, "round {round}");
        let first = &done[0];
        assert!(matches!(first.stage, Stage::Completed { .. }));
        let is_same = |other: &&CheckoutOutcome| {
            (&other.stage, &other.checkout, &other.view.cart)
                == (&first.stage, &first.checkout, &first.view.cart)
        };
        assert_eq!(done.iter().filter(is_same).count(), done.len(), "round {round}");
        assert_eq!((till.partners.account(), till.level("mug")), ((1, 0, 20_00), (8, 0, 2)));
        assert_eq!(["placed", "captured"].map(|effect| till.partners.effects(effect)), [1, 1]);
        till.check(&cart);
    }
}
