//! Checkouts whose orders the host places itself.

use cart_core::checkout::{EndReason, Handoff, Stage};
use cart_core::command::BeginCheckout;
use cart_core::id::CheckoutId;
use cart_core::policy::CartPolicy;
use cart_core::rejection::Rejection;
use cart_core::service::{CartError, CheckoutOutcome, Target};
use cart_core::status::StatusName;
use cart_core::testing::block_on;
use cart_core::testing::samples::{placed_order, reason};
use chrono::TimeDelta;

use super::support::{Counts, TIME, Till, ended};
use crate::shop::{add, ann, lines, rejection};

fn begin(till: &Till, cart: &Target) -> CheckoutId {
    let begun = till.order(ann(), cart, &BeginCheckout::whole(Handoff::Host)).unwrap();
    assert_eq!(begun.stage, Stage::Begun);
    begun.checkout.id
}

fn complete(till: &Till, id: CheckoutId, order: &str) -> Result<CheckoutOutcome, CartError> {
    block_on(till.shop.service.complete_checkout(id, placed_order(order)))
}

fn fail(till: &Till, id: CheckoutId) -> Result<CheckoutOutcome, CartError> {
    block_on(till.shop.service.fail_checkout(id, reason("sold out")))
}

fn status(till: &Till, cart: &Target) -> StatusName {
    till.shop.read(&ann(), cart).unwrap().cart.status().name()
}

#[test]
fn the_host_is_given_what_to_order_and_says_what_became_of_it() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    let cart = till.cart(2);
    let id = begin(&till, &cart);
    assert_eq!(till.level("mug"), (8, 2, 0));
    let done = complete(&till, id, "o-1").unwrap();
    assert_eq!(done.stage, Stage::Completed { order: placed_order("o-1") });
    assert_eq!((status(&till, &cart), till.level("mug")), (StatusName::Completed, (8, 0, 2)));
    assert_eq!(lines(&done.view.cart), [("mug", 2)]);
    assert_eq!(done.view.priced.totals.total, done.checkout.draft.totals.total);
    assert_eq!(till.partners.calls(), ["before_begin"]);
    till.check(&cart);
}

#[test]
fn saying_it_again_changes_nothing_and_another_order_is_refused() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    let cart = till.cart(2);
    let id = begin(&till, &cart);
    let first = complete(&till, id, "o-1").unwrap();
    let written = till.shop.journal().len();
    let again = complete(&till, id, "o-1").unwrap();
    assert_eq!((&again.stage, &again.view), (&first.stage, &first.view));
    let order = placed_order("o-1").order;
    assert_eq!(rejection(complete(&till, id, "o-2")), Rejection::AlreadyOrdered { order: order.clone() });
    assert_eq!(rejection(fail(&till, id)), Rejection::CheckoutGoesAhead);
    assert_eq!(rejection(till.cancel(ann(), id)), Rejection::CheckoutGoesAhead);
    assert_eq!(rejection(till.extend(ann(), id)), Rejection::AlreadyOrdered { order });
    assert_eq!((till.shop.journal().len(), till.level("mug")), (written, (8, 0, 2)));
}

#[test]
fn a_failure_sets_the_cart_free_once() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    let cart = till.cart(2);
    let id = begin(&till, &cart);
    let failed = fail(&till, id).unwrap();
    assert_eq!(ended(&failed.stage), EndReason::Failed { why: reason("sold out") });
    assert_eq!((status(&till, &cart), till.level("mug")), (StatusName::Active, (10, 0, 0)));
    let written = till.shop.journal().len();
    assert_eq!(fail(&till, id).unwrap().stage, failed.stage);
    assert_eq!(till.cancel(ann(), id).unwrap().stage, failed.stage);
    assert!(matches!(rejection(complete(&till, id, "o-1")), Rejection::CheckoutEnded { .. }));
    assert_eq!(till.shop.journal().len(), written);
    // The cart can be ordered again.
    assert_ne!(begin(&till, &cart), id);
    till.check(&cart);
}

#[test]
fn an_order_that_was_made_in_time_is_noted_after_the_deadline_too() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    let cart = till.cart(2);
    let id = begin(&till, &cart);
    till.shop.clock.advance(TIME + TimeDelta::hours(1));
    assert_eq!(till.level("mug"), (10, 0, 0), "the hold has ended");
    assert!(matches!(complete(&till, id, "o-1").unwrap().stage, Stage::Completed { .. }));
    assert_eq!(till.level("mug"), (8, 0, 2));
}

#[test]
fn an_order_whose_stock_is_gone_is_refused_and_may_fail() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    till.supply("mug", 2);
    let [cart, other] = [till.cart(2), till.cart(1)];
    let id = begin(&till, &cart);
    till.shop.clock.advance(TIME + TimeDelta::hours(1));
    let others = begin(&till, &other);
    complete(&till, others, "o-2").unwrap();
    let refused = rejection(complete(&till, id, "o-1"));
    assert!(matches!(&refused, Rejection::OutOfStock { available: 1, .. }), "{refused:?}");
    assert!(matches!(fail(&till, id).unwrap().stage, Stage::Ended { .. }));
    assert_eq!(till.level("mug"), (1, 0, 1));
}

#[test]
fn a_checkout_that_took_too_long_is_over() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    let cart = till.cart(2);
    let id = begin(&till, &cart);
    assert_eq!(till.recover_after(TIME - TimeDelta::seconds(1)), 0);
    assert_eq!(till.recover_after(TimeDelta::seconds(1)), 1);
    assert_eq!(ended(&till.stage(id)), EndReason::TimedOut);
    assert_eq!((status(&till, &cart), till.level("mug")), (StatusName::Active, (10, 0, 0)));
    assert!(matches!(
        rejection(complete(&till, id, "o-1")),
        Rejection::CheckoutEnded { reason: EndReason::TimedOut }
    ));
    assert_eq!(till.recover(), 0);
}

#[test]
fn neither_catalog_nor_prices_keep_an_order_from_being_noted() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    let cart = till.cart(2);
    let id = begin(&till, &cart);
    till.shop.catalog.set_down(true);
    assert!(matches!(complete(&till, id, "o-1"), Err(CartError::Port(_))), "the view cannot be made");
    assert_eq!(till.level("mug"), (8, 0, 2));
    till.shop.catalog.set_down(false);
    assert!(matches!(complete(&till, id, "o-1").unwrap().stage, Stage::Completed { .. }));
    assert_eq!(status(&till, &cart), StatusName::Completed);
}

#[test]
fn with_a_warehouse_it_begins_once_that_holds_the_stock() {
    let till = Till::with(CartPolicy::shared(), Counts::Warehouse);
    let cart = till.cart(2);
    let id = begin(&till, &cart);
    assert_eq!((till.level("mug"), till.partners.calls()), ((8, 2, 0), vec!["before_begin", "reserve"]));
    complete(&till, id, "o-1").unwrap();
    assert_eq!((till.level("mug"), till.partners.calls()), ((8, 0, 2), vec!["claim"]));
    assert!(matches!(till.stage(id), Stage::Completed { .. }));
}

#[test]
fn what_the_service_places_is_not_the_hosts_to_answer() {
    let till = Till::new();
    let (cart, id) = till.pending(1);
    assert_eq!(rejection(complete(&till, id, "o-1")), Rejection::NotOffered);
    assert_eq!(rejection(fail(&till, id)), Rejection::NotOffered);
    assert_eq!(status(&till, &cart), StatusName::Checkout);
    assert!(matches!(
        rejection(till.shop.execute(ann(), &cart, &add("cup", 1))),
        Rejection::WrongStatus { .. }
    ));
}

#[test]
fn without_a_port_for_orders_the_service_places_none() {
    let shop = crate::shop::Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    let order = BeginCheckout::whole(Handoff::Service);
    let refused = block_on(shop.service.checkout(&ann().into(), &cart, &order));
    assert_eq!(rejection(refused), Rejection::NotOffered);
}
