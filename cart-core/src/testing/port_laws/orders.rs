//! What every [`Orders`] must do.

use super::at_once;
use crate::checkout::{Capture, OrderDraft, PlacedOrder};
use crate::id::PaymentRef;
use crate::money::{Currency, Money};
use crate::port::{Confirming, Orders, Placing};
use crate::testing::block_on;
use crate::testing::samples::{checkout_id, order_draft, placed_order};

fn place(orders: &dyn Orders, draft: &OrderDraft) -> Option<PlacedOrder> {
    match block_on(orders.place(draft)).expect("the orders answer") {
        Placing::Placed(order) => Some(order),
        Placing::Refused { .. } => None,
    }
}

fn placed(orders: &dyn Orders, n: u64) -> PlacedOrder {
    place(orders, &order_draft(n)).expect("the order is taken")
}

fn confirm(orders: &dyn Orders, n: u64, order: &PlacedOrder) -> Option<PlacedOrder> {
    let payment = PaymentRef::new("paid").expect("a payment reference");
    let paid = Capture { payment, amount: Money::new(1_000, Currency::EUR) };
    match block_on(orders.confirm(&order_draft(n), order, Some(&paid))).expect("the orders answer") {
        Confirming::Confirmed(order) => Some(order),
        Confirming::Refused { .. } => None,
    }
}

fn cancel(orders: &dyn Orders, n: u64) {
    block_on(orders.cancel(checkout_id(n))).expect("the order is cancelled");
}

/// Placing again makes no second order: the answer is the same, also once the order goes ahead.
pub fn a_checkout_makes_one_order(orders: &dyn Orders) {
    let first = placed(orders, 1);
    assert_eq!(placed(orders, 1), first);
    confirm(orders, 1, &first).expect("the order goes ahead");
    assert_eq!(placed(orders, 1), first);
}

/// Every checkout has an order of its own, with a name and, if there are such, a number of its own.
pub fn checkouts_make_different_orders(orders: &dyn Orders) {
    let [one, two] = [1, 2].map(|n| placed(orders, n));
    assert_ne!(one.order, two.order);
    assert!(one.number.is_none() || one.number != two.number);
    cancel(orders, 1);
    assert!(place(orders, &order_draft(1)).is_none());
    assert_eq!(placed(orders, 2), two);
    confirm(orders, 2, &two).expect("the order goes ahead");
}

/// An order that goes ahead is the one that was placed; asked again, it still is, with the same confirmation.
pub fn an_order_is_confirmed_once(orders: &dyn Orders) {
    let order = placed(orders, 1);
    let confirmed = confirm(orders, 1, &order).expect("the order goes ahead");
    assert_eq!((&confirmed.order, &confirmed.number), (&order.order, &order.number));
    assert_eq!(confirm(orders, 1, &order), Some(confirmed));
}

/// An order for which nothing is paid goes ahead too.
pub fn an_order_without_a_payment_is_confirmed(orders: &dyn Orders) {
    let order = placed(orders, 1);
    let answer = block_on(orders.confirm(&order_draft(1), &order, None)).expect("the orders answer");
    assert!(matches!(answer, Confirming::Confirmed(_)), "{answer:?}");
}

/// What was never placed does not go ahead.
pub fn an_order_that_was_not_placed_is_not_confirmed(orders: &dyn Orders) {
    assert_eq!(confirm(orders, 1, &placed_order("never-placed")), None);
}

/// A cancelled order does not go ahead, and is not placed again, however often it is cancelled.
pub fn a_cancelled_order_is_no_more(orders: &dyn Orders) {
    let order = placed(orders, 1);
    cancel(orders, 1);
    assert_eq!(confirm(orders, 1, &order), None);
    assert_eq!(place(orders, &order_draft(1)), None);
    cancel(orders, 1);
    assert_eq!(place(orders, &order_draft(1)), None);
}

/// An order that goes ahead can still be cancelled, when it cannot be kept.
pub fn a_confirmed_order_can_be_cancelled(orders: &dyn Orders) {
    let order = placed(orders, 1);
    confirm(orders, 1, &order).expect("the order goes ahead");
    cancel(orders, 1);
    assert_eq!((confirm(orders, 1, &order), place(orders, &order_draft(1))), (None, None));
}

/// A checkout that was cancelled before its order came is refused when it comes.
pub fn an_order_that_comes_after_its_cancellation_is_refused(orders: &dyn Orders) {
    cancel(orders, 1);
    assert_eq!(place(orders, &order_draft(1)), None);
    placed(orders, 2);
}

/// Of the same order placed many times at once there is one.
pub fn orders_placed_at_once_are_one(orders: &dyn Orders) {
    let mut answers = at_once(|_| placed(orders, 1));
    answers.dedup();
    assert_eq!(answers, [placed(orders, 1)]);
}

/// Of placing and cancelling at once it is the cancellation that lasts.
pub fn a_cancellation_wins_over_an_order_at_once(orders: &dyn Orders) {
    at_once(|n| if n.is_multiple_of(2) { cancel(orders, 1) } else { drop(place(orders, &order_draft(1))) });
    assert_eq!(place(orders, &order_draft(1)), None);
}
