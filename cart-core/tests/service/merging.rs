//! Merging a guest's cart when the guest signs in.

use cart_core::actor::{Actor, GuestToken};
use cart_core::command::{Command, MergeCarts};
use cart_core::event::CartEvent;
use cart_core::id::CartId;
use cart_core::merge::{MergeReport, MergeStrategy};
use cart_core::policy::{CartPolicy, GuestCarts, Ttl};
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, Outcome, Target};
use cart_core::status::{AbandonReason, Status};
use cart_core::testing::{Fault, StoreCall, block_on};

use crate::shop::{Shop, add, ann, ann_with, bob, current, lines, rejection, rename};

/// One cart each, for users and guests.
fn one_each() -> CartPolicy {
    CartPolicy { guests: GuestCarts::Allowed { lifetime: Ttl::Never }, ..CartPolicy::storefront() }
}

fn guest_with(shop: &Shop, units: u32) -> (GuestToken, CartId) {
    let token = shop.service.new_guest();
    let outcome = shop.execute(Actor::Guest(token.clone()), &current(), &add("mug", units)).unwrap();
    (token, outcome.view.cart.id())
}

fn merge_as(
    shop: &Shop,
    caller: impl Into<Caller>,
    guest: &GuestToken,
    order: &MergeCarts,
) -> Result<Outcome, CartError> {
    block_on(shop.service.merge(&caller.into(), guest, &crate::shop::shop(), order))
}

fn merge(shop: &Shop, caller: impl Into<Caller>, guest: &GuestToken) -> Result<Outcome, CartError> {
    let order = MergeCarts { from: None, into: None, strategy: MergeStrategy::Sum };
    merge_as(shop, caller, guest, &order)
}

fn report(outcome: &Outcome) -> MergeReport {
    let events = &outcome.entry.as_ref().unwrap().events;
    let report = events.iter().find_map(|event| {
        let CartEvent::GuestCartMerged { report } = event else { return None };
        Some(report.clone())
    });
    report.unwrap()
}

#[test]
fn both_carts_change_in_one_commit() {
    let shop = Shop::new(one_each());
    let users = shop.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
    let (token, guests) = guest_with(&shop, 2);
    let merged = merge(&shop, ann(), &token).unwrap();
    assert_eq!((merged.view.cart.id(), lines(&merged.view.cart)), (users, vec![("mug", 3)]));
    let reason = AbandonReason::Merged { into: users, version: merged.view.cart.version() };
    assert!(
        matches!(shop.stored(guests).status(), Status::Abandoned { reason: found, .. } if *found == reason)
    );
    let published = shop.publisher.published();
    assert_eq!(published.last().unwrap().len(), 2);
    shop.check(users);
    shop.check(guests);
}

#[test]
fn a_user_without_a_cart_gets_one() {
    let shop = Shop::new(one_each());
    let (token, guests) = guest_with(&shop, 2);
    let merged = merge(&shop, ann(), &token).unwrap();
    assert!(merged.created);
    assert_ne!(merged.view.cart.id(), guests);
    assert_eq!(lines(&merged.view.cart), [("mug", 2)]);
    assert_eq!(shop.read(&ann(), &current()).unwrap().cart, merged.view.cart);
}

#[test]
fn merging_again_changes_nothing_and_answers_as_the_first_time() {
    let shop = Shop::new(one_each());
    shop.execute(ann(), &current(), &add("mug", 1)).unwrap();
    let (token, _) = guest_with(&shop, 2);
    let first = merge(&shop, ann(), &token).unwrap();
    shop.execute(ann(), &current(), &add("cup", 1)).unwrap();
    let written = shop.journal().len();
    let again = merge(&shop, ann(), &token).unwrap();
    assert!(again.replayed);
    assert_eq!((report(&again), &again.view.cart), (report(&first), &first.view.cart));
    assert_eq!(shop.journal().len(), written);
}

#[test]
fn merging_again_into_the_cart_that_the_merge_made_answers_as_the_first_time() {
    for writes_between in [0, 2] {
        let shop = Shop::new(one_each());
        let (token, _) = guest_with(&shop, 2);
        let first = merge(&shop, ann(), &token).unwrap();
        for _ in 0..writes_between {
            shop.execute(ann(), &current(), &add("cup", 1)).unwrap();
        }
        let again = merge(&shop, ann(), &token).unwrap();
        assert!(again.replayed && again.created);
        assert_eq!((report(&again), &again.view.cart), (report(&first), &first.view.cart));
    }
}

#[test]
fn a_merge_with_a_key_is_answered_as_the_first_time() {
    let shop = Shop::new(one_each());
    let (token, _) = guest_with(&shop, 2);
    let first = merge(&shop, ann_with("k"), &token).unwrap();
    let again = merge(&shop, ann_with("k"), &token).unwrap();
    assert!(again.replayed && !first.replayed);
    assert_eq!(again.view.cart, first.view.cart);
}

#[test]
fn nobody_merges_what_is_not_theirs() {
    let shop = Shop::new(one_each());
    let anns = shop.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
    let (token, guests) = guest_with(&shop, 2);
    let order = |from, into| MergeCarts { from, into, strategy: MergeStrategy::Sum };
    let foreign_cart = merge_as(&shop, bob(), &token, &order(None, Some(anns)));
    assert_eq!(rejection(foreign_cart), Rejection::CartNotFound);
    let stranger = shop.service.new_guest();
    let foreign_guest = merge_as(&shop, ann(), &stranger, &order(Some(guests), None));
    assert_eq!(rejection(foreign_guest), Rejection::CartNotFound);
    assert_eq!(rejection(merge(&shop, ann(), &stranger)), Rejection::CartNotFound);
    assert_eq!(lines(&shop.stored(guests)), [("mug", 2)]);
}

#[test]
fn who_was_not_there_does_not_get_the_answer_of_the_first_time() {
    let shop = Shop::new(one_each());
    let (token, _) = guest_with(&shop, 2);
    merge(&shop, ann(), &token).unwrap();
    let answer = merge(&shop, bob(), &token);
    assert!(answer.is_err(), "a guest's cart is merged once: {answer:?}");
    assert_eq!(rejection(shop.read(&bob(), &current())), Rejection::CartNotFound);
}

#[test]
fn a_merged_cart_is_never_changed_again() {
    let shop = Shop::new(one_each());
    let (token, guests) = guest_with(&shop, 2);
    merge(&shop, ann(), &token).unwrap();
    let before = shop.stored(guests);
    let holder = Actor::Guest(token.clone());
    for command in [add("mug", 1), rename("x"), Command::Clear, Command::Recover] {
        assert!(shop.execute(holder.clone(), &Target::Cart(guests), &command).is_err(), "{command:?}");
    }
    assert_eq!(shop.stored(guests), before);
    let fresh = shop.execute(holder, &current(), &add("cup", 1)).unwrap();
    assert!(fresh.created);
}

#[test]
fn a_guest_who_comes_back_is_merged_again_with_the_new_cart() {
    let shop = Shop::new(one_each());
    let (token, _) = guest_with(&shop, 2);
    merge(&shop, ann(), &token).unwrap();
    shop.execute(Actor::Guest(token.clone()), &current(), &add("cup", 1)).unwrap();
    let second = merge(&shop, ann(), &token).unwrap();
    assert!(!second.replayed);
    assert_eq!(lines(&second.view.cart), [("mug", 2), ("cup", 1)]);
}

#[test]
fn of_many_concurrent_merges_one_is_done() {
    let shop = Shop::new(one_each());
    let users = shop.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
    let (token, guests) = guest_with(&shop, 2);
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..16).map(|_| scope.spawn(|| merge(&shop, ann(), &token).unwrap())).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| !outcome.replayed).count(), 1);
    assert_eq!(lines(&shop.stored(users)), [("mug", 3)]);
    shop.check(users);
    shop.check(guests);
}

#[test]
fn adds_on_both_sides_while_merging_are_never_lost() {
    let shop = Shop::new(one_each());
    let users = shop.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
    let (token, guests) = guest_with(&shop, 1);
    let holder = Actor::Guest(token.clone());
    let (by_user, by_guest) = std::thread::scope(|scope| {
        let user = scope.spawn(|| {
            let adds = (0..30).map(|_| shop.execute(ann(), &Target::Cart(users), &add("mug", 1)));
            adds.filter(Result::is_ok).count()
        });
        let guest = scope.spawn(|| {
            let adds = (0..30).map(|_| shop.execute(holder.clone(), &Target::Cart(guests), &add("mug", 1)));
            adds.filter(Result::is_ok).count()
        });
        scope.spawn(|| merge(&shop, ann(), &token).unwrap());
        (user.join().unwrap(), guest.join().unwrap())
    });
    assert_eq!(by_user, 30);
    let units = u32::try_from(2 + by_user + by_guest).unwrap();
    assert_eq!(lines(&shop.stored(users)), [("mug", units)]);
    shop.check(users);
    shop.check(guests);
}

#[test]
fn a_merge_of_unknown_outcome_is_settled() {
    for fault in [Fault::UnknownDone, Fault::UnknownNotDone] {
        let shop = Shop::new(one_each());
        let users = shop.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
        let (token, _) = guest_with(&shop, 2);
        shop.failing.fail_next(StoreCall::Commit, 1, fault);
        assert_eq!(merge(&shop, ann(), &token).is_ok(), fault == Fault::UnknownDone);
        merge(&shop, ann(), &token).unwrap();
        assert_eq!(lines(&shop.stored(users)), [("mug", 3)]);
    }
}

#[test]
fn a_merge_that_lost_a_race_is_tried_again() {
    let shop = Shop::new(one_each());
    let (token, _) = guest_with(&shop, 2);
    shop.failing.fail_next(StoreCall::Commit, 2, Fault::Conflict);
    assert_eq!(lines(&merge(&shop, ann(), &token).unwrap().view.cart), [("mug", 2)]);
}
