//! What a service does about a store that fails, or that others write to.

use std::sync::Arc;

use cart_core::command::Command;
use cart_core::memory::MemoryStore;
use cart_core::policy::CartPolicy;
use cart_core::port::{Meter, StoreError, WriteEnd, Wrote};
use cart_core::promotion::{Effect, Promotion, UseLimit};
use cart_core::rejection::Rejection;
use cart_core::service::{CartError, Target};
use cart_core::testing::samples::{product, promotion_id, quantity};
use cart_core::testing::{Fault, StoreCall, block_on};

use crate::host::Host;
use crate::shop::{Shop, add, ann, ann_with, current, lines, rejection, rename};

type Fits = fn(&StoreError) -> bool;

fn shop_with_cart() -> (Shop, Target) {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    shop.counting.forget_calls();
    (shop, cart)
}

fn store_error(shop: &Shop, cart: &Target) -> StoreError {
    match shop.execute(ann_with("k"), cart, &add("mug", 1)) {
        Err(CartError::Store(error)) => error,
        other => unreachable!("the store fails: {other:?}"),
    }
}

#[test]
fn a_lost_race_is_tried_again_unseen_by_the_caller() {
    let (shop, cart) = shop_with_cart();
    shop.failing.fail_next(StoreCall::Commit, 3, Fault::Conflict);
    let outcome = shop.execute(ann(), &cart, &add("mug", 1)).unwrap();
    assert_eq!((outcome.view.cart.version().get(), shop.timer.pauses().len()), (2, 3));
}

#[test]
fn pauses_grow_and_differ() {
    let (shop, cart) = shop_with_cart();
    shop.failing.fail_next(StoreCall::Commit, 7, Fault::Conflict);
    shop.execute(ann(), &cart, &add("mug", 1)).unwrap();
    let pauses = shop.timer.pauses();
    assert!(pauses.first() < pauses.last(), "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause < std::time::Duration::from_secs(1)), "{pauses:?}");
}

#[test]
fn tries_are_bounded_and_the_caller_sees_the_cart_as_it_is() {
    let (shop, cart) = shop_with_cart();
    shop.failing.fail_next(StoreCall::Commit, 1000, Fault::Conflict);
    let Err(CartError::Contended { current: Some(current) }) = shop.execute(ann(), &cart, &add("mug", 1))
    else {
        unreachable!("every try is lost")
    };
    assert_eq!(current.cart.version().get(), 1);
    assert_eq!(shop.counting.calls()[&StoreCall::Commit], 8);
    assert_eq!(shop.journal().len(), 1);
}

#[test]
fn what_another_process_wrote_is_seen_and_kept() {
    let memory = Arc::new(MemoryStore::default());
    let ours = Shop::shared(Arc::clone(&memory), CartPolicy::shared());
    let theirs = Shop::shared(memory, CartPolicy::shared());
    let cart = Target::Cart(ours.cart());
    ours.execute(ann(), &cart, &add("mug", 1)).unwrap();
    theirs.execute(ann(), &cart, &add("cup", 1)).unwrap();
    assert_eq!(lines(&ours.read(&ann(), &cart).unwrap().cart), [("mug", 1), ("cup", 1)]);
    theirs.execute(ann(), &cart, &add("cup", 1)).unwrap();
    let outcome = ours.execute(ann(), &cart, &add("mug", 1)).unwrap();
    assert_eq!(lines(&outcome.view.cart), [("mug", 2), ("cup", 2)]);
    ours.check(outcome.view.cart.id());
}

#[test]
fn a_stale_cart_at_hand_decides_nothing() {
    let memory = Arc::new(MemoryStore::default());
    let ours = Shop::shared(Arc::clone(&memory), CartPolicy::shared());
    let theirs = Shop::shared(memory, CartPolicy::shared());
    let cart = Target::Cart(ours.cart());
    theirs.execute(ann(), &cart, &Command::Abandon).unwrap();
    let refused = rejection(ours.execute(ann(), &cart, &add("mug", 1)));
    assert!(matches!(refused, Rejection::WrongStatus { .. }), "{refused:?}");
}

#[test]
fn a_refusal_on_a_stale_cart_is_checked_on_a_fresh_one() {
    let memory = Arc::new(MemoryStore::default());
    let ours = Shop::shared(Arc::clone(&memory), CartPolicy::shared());
    let theirs = Shop::shared(memory, CartPolicy::shared());
    let cart = Target::Cart(ours.cart());
    ours.execute(ann(), &cart, &Command::Abandon).unwrap();
    theirs.execute(ann(), &cart, &Command::Recover).unwrap();
    let outcome = ours.execute(ann(), &cart, &add("mug", 1));
    assert!(outcome.is_ok(), "the cart is active: {outcome:?}");
}

#[test]
fn what_another_process_recovered_is_not_refused_as_expired() {
    let hour = chrono::TimeDelta::hours(1);
    let policy = || CartPolicy {
        user_lifetime: cart_core::policy::Ttl::Fixed(hour),
        on_expired: cart_core::policy::OnExpired::Gone,
        ..CartPolicy::shared()
    };
    let memory = Arc::new(MemoryStore::default());
    let (ours, theirs) = (Shop::shared(Arc::clone(&memory), policy()), Shop::shared(memory, policy()));
    let cart = Target::Cart(ours.cart());
    ours.clock.advance(hour);
    theirs.clock.advance(hour);
    assert!(ours.execute(ann(), &cart, &add("mug", 1)).is_err());
    theirs.execute(ann(), &cart, &Command::Recover).unwrap();
    assert!(ours.execute(ann(), &cart, &add("mug", 1)).is_ok());
}

#[test]
fn a_preview_and_what_is_so_already_are_decided_on_the_cart_as_it_is() {
    let memory = Arc::new(MemoryStore::default());
    let ours = Shop::shared(Arc::clone(&memory), CartPolicy::shared());
    let theirs = Shop::shared(memory, CartPolicy::shared());
    let cart = Target::Cart(ours.cart());
    ours.execute(ann(), &cart, &rename("a")).unwrap();
    theirs.execute(ann(), &cart, &rename("b")).unwrap();
    let previewed = block_on(ours.service.preview(&ann().into(), &cart, &add("mug", 1))).unwrap();
    assert_eq!(previewed.view.cart.version().get(), 4);
    theirs.execute(ann(), &cart, &rename("c")).unwrap();
    let written = ours.execute(ann(), &cart, &rename("b")).unwrap();
    assert!(written.entry.is_some(), "the name was another one meanwhile");
}

#[test]
fn the_current_cart_of_another_process_is_found() {
    let memory = Arc::new(MemoryStore::default());
    let ours = Shop::shared(Arc::clone(&memory), CartPolicy::storefront());
    let theirs = Shop::shared(memory, CartPolicy::storefront());
    let made = theirs.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
    assert_eq!(ours.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id(), made);
    theirs.execute(ann(), &current(), &add("mug", 1)).unwrap();
    assert_eq!(lines(&ours.read(&ann(), &current()).unwrap().cart), [("mug", 3)]);
}

#[test]
fn a_commit_of_unknown_outcome_that_happened_is_found_out() {
    let (shop, cart) = shop_with_cart();
    shop.failing.fail_next(StoreCall::Commit, 1, Fault::UnknownDone);
    let outcome = shop.execute(ann(), &cart, &add("mug", 1)).unwrap();
    assert_eq!((outcome.view.cart.version().get(), shop.journal().len()), (2, 2));
    assert_eq!(shop.publisher.published().len(), 2);
    assert_eq!(lines(&shop.read(&ann(), &cart).unwrap().cart), [("mug", 1)]);
}

#[test]
fn a_commit_of_unknown_outcome_that_did_not_happen_is_found_out() {
    let (shop, cart) = shop_with_cart();
    shop.failing.fail_next(StoreCall::Commit, 1, Fault::UnknownNotDone);
    assert!(matches!(store_error(&shop, &cart), StoreError::Unavailable { .. }));
    assert_eq!((shop.journal().len(), shop.publisher.published().len()), (1, 1));
    assert!(!shop.execute(ann_with("k"), &cart, &add("mug", 1)).unwrap().replayed);
}

#[test]
fn an_outcome_that_stays_unknown_is_said_to_be_so_and_repeating_is_safe() {
    for fault in [Fault::UnknownDone, Fault::UnknownNotDone] {
        let (shop, cart) = shop_with_cart();
        shop.failing.fail_next(StoreCall::Commit, 1, fault);
        shop.failing.fail_next(StoreCall::FindRequest, 1, Fault::Unavailable);
        assert!(matches!(store_error(&shop, &cart), StoreError::Unknown { .. }));
        let seen = shop.read(&ann(), &cart).unwrap().cart;
        let Target::Cart(id) = cart else { unreachable!("it has an id") };
        assert_eq!(seen, shop.stored(id), "a stale cart is shown");
        let outcome = shop.execute(ann_with("k"), &cart, &add("mug", 1)).unwrap();
        assert_eq!(outcome.replayed, fault == Fault::UnknownDone);
        assert_eq!(lines(&shop.stored(id)), [("mug", 1)]);
        assert_eq!(shop.journal().len(), 2);
    }
}

#[test]
fn an_unknown_first_add_makes_one_cart() {
    for fault in [Fault::UnknownDone, Fault::UnknownNotDone] {
        let shop = Shop::new(CartPolicy::storefront());
        shop.failing.fail_next(StoreCall::Commit, 1, fault);
        shop.failing.fail_next(StoreCall::FindRequest, 1, Fault::Unavailable);
        assert!(shop.execute(ann_with("k"), &current(), &add("mug", 1)).is_err());
        let outcome = shop.execute(ann_with("k"), &current(), &add("mug", 1)).unwrap();
        assert_eq!(lines(&outcome.view.cart), [("mug", 1)]);
        assert_eq!(shop.journal().len(), 1);
    }
}

#[test]
fn what_the_store_cannot_do_is_said_and_changes_nothing() {
    let faults: [(Fault, Fits); 3] = [
        (Fault::Unavailable, |error| matches!(error, StoreError::Unavailable { .. })),
        (Fault::Full, |error| matches!(error, StoreError::Full { .. })),
        (Fault::Corrupt, |error| matches!(error, StoreError::Corrupt { .. })),
    ];
    for (fault, fits) in faults {
        let (shop, cart) = shop_with_cart();
        shop.failing.fail_next(StoreCall::Commit, 1, fault);
        assert!(fits(&store_error(&shop, &cart)), "{fault:?}");
        assert_eq!(shop.counting.calls()[&StoreCall::Commit], 1);
        assert_eq!((shop.journal().len(), shop.publisher.published().len()), (1, 1));
        assert!(shop.execute(ann(), &cart, &rename("again")).is_ok());
    }
}

#[test]
fn a_store_that_cannot_be_read_fails_the_call() {
    let memory = Arc::new(MemoryStore::default());
    let shop = Shop::shared(memory, CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    shop.failing.fail_next(StoreCall::Load, 1, Fault::Unavailable);
    assert!(matches!(shop.read(&ann(), &cart), Err(CartError::Store(StoreError::Unavailable { .. }))));
    assert!(shop.read(&ann(), &cart).is_ok());
}

#[test]
fn what_is_used_up_is_a_refusal_and_not_tried_again() {
    let (shop, cart) = shop_with_cart();
    shop.failing.fail_next(StoreCall::Commit, 1, Fault::UsedUp);
    let refused = rejection(shop.execute(ann_with("k"), &cart, &add("mug", 1)));
    assert_eq!(
        refused,
        Rejection::PromotionUsedUp { promotion: promotion_id("used-up"), by_customer: false }
    );
    assert_eq!((shop.counting.calls()[&StoreCall::Commit], shop.journal().len()), (1, 1));
    let again = shop.execute(ann_with("k"), &cart, &add("mug", 1)).unwrap();
    assert!(!again.replayed && again.view.cart.version().get() == 2);
}

#[test]
fn a_ledger_that_fails_refuses_the_command() {
    let host = Arc::new(Host::default());
    let limit = UseLimit { total: Some(1), per_customer: None };
    let gift = Effect::Gift { product: product("cup"), quantity: quantity(1) };
    host.promotions.put(Promotion { limit, ..Promotion::new(promotion_id("once"), "once", gift) });
    let shop = Shop::over(Arc::default(), CartPolicy::company(), |builder| host.serve(builder));
    let cart = Target::Cart(shop.cart());
    shop.failing.fail_next(StoreCall::Uses, 1, Fault::Unavailable);
    assert!(matches!(store_error(&shop, &cart), StoreError::Unavailable { .. }));
    assert_eq!(shop.journal().len(), 1);
    assert!(shop.execute(ann(), &cart, &add("mug", 1)).is_ok());
}

/// Keeps what it is told.
#[derive(Debug, Default)]
struct Counted(std::sync::Mutex<Vec<Wrote>>);

impl Meter for Counted {
    fn wrote(&self, write: &Wrote) {
        self.0.lock().unwrap().push(*write);
    }
}

#[test]
fn a_meter_is_told_how_every_write_went() {
    let counted = Arc::new(Counted::default());
    let meter = Arc::clone(&counted);
    let shop = Shop::over(Arc::default(), CartPolicy::shared(), |builder| builder.meter(meter));
    let cart = Target::Cart(shop.cart());
    shop.failing.fail_next(StoreCall::Commit, 2, Fault::Conflict);
    shop.execute(ann_with("k"), &cart, &add("mug", 1)).unwrap();
    shop.execute(ann_with("k"), &cart, &add("mug", 1)).unwrap();
    shop.execute(ann(), &cart, &add("unknown", 1)).unwrap_err();
    shop.failing.fail_next(StoreCall::Commit, 1000, Fault::Conflict);
    shop.execute(ann(), &cart, &rename("x")).unwrap_err();
    shop.failing.fail_next(StoreCall::Commit, 0, Fault::Conflict);
    let told: Vec<_> = counted.0.lock().unwrap().iter().map(|w| (w.what, w.end, w.retries)).collect();
    let expected = [
        ("create", WriteEnd::Done, 0),
        ("add_line", WriteEnd::Done, 2),
        ("add_line", WriteEnd::Replayed, 0),
        ("add_line", WriteEnd::Rejected, 0),
        ("rename", WriteEnd::Contended, 7),
    ];
    assert_eq!(told, expected);
}
