//! What every [`Payments`] must do.

use std::fmt::Debug;

use super::at_once;
use crate::checkout::{Capture, OrderDraft, PaymentOutcome};
use crate::id::CheckoutId;
use crate::money::{Currency, Money};
use crate::port::{PaymentRequest, Payments};
use crate::testing::block_on;
use crate::testing::samples::{checkout_id, order_draft, placed_order};

/// A payment provider, and whoever plays its shoppers.
pub trait Till: Debug + Send + Sync {
    /// The provider.
    fn payments(&self) -> &dyn Payments;

    /// Says what becomes of payments that are begun from now on.
    fn expect(&self, what: Payment);

    /// The shopper pays what is pending for a checkout, if the provider lets them.
    fn pay_pending(&self, checkout: CheckoutId);

    /// How much was taken for a checkout and not given back, in euro.
    fn kept(&self, checkout: CheckoutId) -> Money;
}

/// What becomes of a payment that is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// The money is taken at once.
    Captured,
    /// The shopper has to do something first.
    Pending,
    /// It is not taken.
    Declined,
}

const AMOUNT: Money = Money::new(1_000, Currency::EUR);
const NOTHING: Money = Money::zero(Currency::EUR);

fn pay(till: &dyn Till, n: u64) -> PaymentOutcome {
    let (order, draft): (_, OrderDraft) = (placed_order(&format!("order-{n}")), order_draft(n));
    let method = draft.selections.payment_method.as_ref();
    let request =
        PaymentRequest { checkout: checkout_id(n), amount: AMOUNT, method, order: &order, draft: &draft };
    block_on(till.payments().pay(&request)).expect("the provider answers")
}

fn status(till: &dyn Till, n: u64) -> Option<PaymentOutcome> {
    block_on(till.payments().status(checkout_id(n))).expect("the provider answers")
}

fn void(till: &dyn Till, n: u64) -> PaymentOutcome {
    block_on(till.payments().void(checkout_id(n))).expect("the provider answers")
}

fn refund(till: &dyn Till, n: u64, capture: &Capture) {
    block_on(till.payments().refund(checkout_id(n), capture)).expect("the provider gives it back");
}

fn kept(till: &dyn Till, n: u64) -> Money {
    till.kept(checkout_id(n))
}

fn captured(till: &dyn Till, n: u64) -> Capture {
    till.expect(Payment::Captured);
    let PaymentOutcome::Captured(capture) = pay(till, n) else { unreachable!("the money is taken") };
    capture
}

/// Whether nothing was taken and nothing will be.
const fn is_over(outcome: &PaymentOutcome) -> bool {
    matches!(outcome, PaymentOutcome::Declined { .. } | PaymentOutcome::Voided)
}

/// What is taken is what was asked for, and is known afterwards.
pub fn a_payment_is_taken(till: &dyn Till) {
    let capture = captured(till, 1);
    assert_eq!((capture.amount, kept(till, 1)), (AMOUNT, AMOUNT));
    assert_eq!(status(till, 1), Some(PaymentOutcome::Captured(capture)));
}

/// A payment that is asked for again is not taken again, whatever would become of a new one.
pub fn a_payment_is_taken_once(till: &dyn Till) {
    let capture = captured(till, 1);
    for then in [Payment::Captured, Payment::Pending, Payment::Declined] {
        till.expect(then);
        assert_eq!(pay(till, 1), PaymentOutcome::Captured(capture.clone()));
    }
    assert_eq!(kept(till, 1), AMOUNT);
}

/// Of a payment that nobody asked for nothing is known.
pub fn an_unknown_payment_has_no_status(till: &dyn Till) {
    captured(till, 1);
    assert_eq!((status(till, 2), kept(till, 2)), (None, NOTHING));
}

/// What is declined stays so, and nothing is taken.
pub fn a_declined_payment_takes_nothing(till: &dyn Till) {
    till.expect(Payment::Declined);
    let declined = pay(till, 1);
    assert!(matches!(declined, PaymentOutcome::Declined { .. }), "{declined:?}");
    till.expect(Payment::Captured);
    assert_eq!((pay(till, 1), status(till, 1)), (declined.clone(), Some(declined)));
    assert!(is_over(&void(till, 1)));
    assert_eq!(kept(till, 1), NOTHING);
}

/// What is pending takes nothing until the shopper pays; then it is taken, once.
pub fn a_pending_payment_is_taken_when_the_shopper_pays(till: &dyn Till) {
    till.expect(Payment::Pending);
    let pending = pay(till, 1);
    assert!(matches!(pending, PaymentOutcome::Pending(_)), "{pending:?}");
    assert_eq!((pay(till, 1), status(till, 1), kept(till, 1)), (pending.clone(), Some(pending), NOTHING));
    till.pay_pending(checkout_id(1));
    let paid = status(till, 1);
    assert!(matches!(&paid, Some(PaymentOutcome::Captured(taken)) if taken.amount == AMOUNT), "{paid:?}");
    till.pay_pending(checkout_id(1));
    assert_eq!((Some(pay(till, 1)), kept(till, 1)), (paid, AMOUNT));
}

/// A pending payment that was ended cannot be paid any more.
pub fn a_voided_payment_cannot_be_paid(till: &dyn Till) {
    till.expect(Payment::Pending);
    pay(till, 1);
    assert!(is_over(&void(till, 1)));
    till.pay_pending(checkout_id(1));
    till.expect(Payment::Captured);
    assert!(is_over(&pay(till, 1)) && is_over(&void(till, 1)));
    assert!(status(till, 1).as_ref().is_none_or(is_over));
    assert_eq!(kept(till, 1), NOTHING);
}

/// A payment that was ended before it was asked for takes nothing when it is.
pub fn a_payment_that_comes_after_its_end_takes_nothing(till: &dyn Till) {
    assert!(is_over(&void(till, 1)));
    for then in [Payment::Captured, Payment::Pending] {
        till.expect(then);
        let late = pay(till, 1);
        assert!(is_over(&late), "{late:?}");
    }
    till.pay_pending(checkout_id(1));
    assert_eq!(kept(till, 1), NOTHING);
}

/// What was taken cannot be ended: that is said, and it stays taken.
pub fn a_taken_payment_is_not_voided(till: &dyn Till) {
    let capture = captured(till, 1);
    assert_eq!(void(till, 1), PaymentOutcome::Captured(capture.clone()));
    assert_eq!((status(till, 1), kept(till, 1)), (Some(PaymentOutcome::Captured(capture)), AMOUNT));
}

/// All that was taken is given back, once, and is not taken again.
pub fn a_refund_gives_all_back_once(till: &dyn Till) {
    let (capture, _other) = (captured(till, 1), captured(till, 2));
    refund(till, 1, &capture);
    refund(till, 1, &capture);
    assert_eq!((kept(till, 1), kept(till, 2)), (NOTHING, AMOUNT));
    pay(till, 1);
    assert_eq!(kept(till, 1), NOTHING);
}

/// Payments of different checkouts have nothing to do with each other.
pub fn payments_are_told_apart(till: &dyn Till) {
    let (one, two) = (captured(till, 1), captured(till, 2));
    assert_ne!(one.payment, two.payment);
    assert!(is_over(&void(till, 3)));
    till.expect(Payment::Pending);
    pay(till, 4);
    refund(till, 2, &two);
    assert_eq!([1, 2, 3, 4].map(|n| kept(till, n)), [AMOUNT, NOTHING, NOTHING, NOTHING]);
    till.pay_pending(checkout_id(4));
    assert_eq!([1, 2, 3, 4].map(|n| kept(till, n)), [AMOUNT, NOTHING, NOTHING, AMOUNT]);
}

/// Of the same payment asked for many times at once, one is taken.
pub fn payments_asked_for_at_once_are_one(till: &dyn Till) {
    till.expect(Payment::Captured);
    let mut answers = at_once(|_| pay(till, 1));
    answers.dedup();
    assert_eq!((answers, kept(till, 1)), (vec![pay(till, 1)], AMOUNT));
}

/// Of paying and ending at once, everybody is told the same: it was taken, or it never will be.
pub fn a_payment_is_taken_or_voided_and_never_both(till: &dyn Till) {
    till.expect(Payment::Captured);
    for n in 1..=8 {
        let answers = at_once(|place| if place.is_multiple_of(2) { void(till, n) } else { pay(till, n) });
        let taken = answers.iter().filter(|answer| matches!(answer, PaymentOutcome::Captured(_))).count();
        let expected = if taken == 0 { NOTHING } else { AMOUNT };
        assert!(taken == 0 || taken == answers.len(), "{answers:?}");
        assert_eq!(kept(till, n), expected);
    }
}
