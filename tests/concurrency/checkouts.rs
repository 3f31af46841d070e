//! One cart that is ordered and changed by many at once.

use cart_core::cart::Cart;
use cart_core::checkout::{Checkout, Stage};
use cart_core::event::CartEvent;
use cart_core::journal::RequestKey;
use cart_core::port::Store;
use cart_core::prelude::*;
use cart_core::promotion::UseLimit;
use cart_core::service::CheckoutOutcome;
use cart_core::text::CartName;
use futures_executor::block_on;

use super::market::{AT_ONCE, Market, add, all_of, buyer, markets, size};

/// Asks until there is an answer.
fn answer(market: &Market, n: usize, caller: &Caller, cart: &Target) -> Result<CheckoutOutcome, CartError> {
    loop {
        match market.checkout(n, caller, cart) {
            Err(CartError::InProgress { .. }) => std::thread::yield_now(),
            other => return other,
        }
    }
}

#[test]
fn a_cart_that_many_order_at_once_is_ordered_once() {
    const CALLERS: usize = 32;
    for (name, market) in markets() {
        for round in 0..size(200) {
            let cart = market.cart(round, &[("mug", 2)]);
            let key =
                |n: usize| if n.is_multiple_of(2) { "the-same".to_owned() } else { format!("another-{n}") };
            let answers = all_of(CALLERS, |n| {
                let key = RequestKey::new(key(n)).expect("a key");
                answer(&market, n, &buyer(round).with_key(key), &cart)
            });
            let begun: Vec<&CheckoutOutcome> =
                answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
            let first = begun.first().expect("somebody orders it");
            assert!(begun.iter().all(|one| one.checkout == first.checkout), "{name}: {begun:?}");
            assert!(begun.iter().all(|one| one.stage == first.stage && one.view.cart == first.view.cart));
            let is_about_status = |answer: &Result<_, CartError>| {
                matches!(answer, Ok(_) | Err(CartError::Rejected(Rejection::WrongStatus { .. })))
            };
            assert!(answers.iter().all(is_about_status), "{name}: {answers:?}");
            // All with the same key are answered the same; of the others at most one orders.
            let of_key = |is_same: bool| (0..CALLERS).filter(move |n| (n % 2 == 0) == is_same);
            let same = of_key(true).filter(|n| answers[*n].is_ok()).count();
            let others = of_key(false).filter(|n| answers[*n].is_ok()).count();
            assert!(matches!((same, others), (16, 0) | (0, 1)), "{name}: {same} and {others}");
            let paid = market.payments.pay_pending(first.checkout.id).expect("an amount").expect("it waits");
            // The provider says so to everybody, again and again.
            let heard =
                all_of(8, |n| block_on(market.service(n).payment_event(first.checkout.id, paid.clone())));
            let is_ordered =
                |stage: &Stage| matches!(stage, Stage::Completed { .. } | Stage::InProgress { .. });
            assert!(heard.iter().all(|heard| is_ordered(&heard.as_ref().expect("heard").stage)), "{name}");
        }
        assert_eq!((market.orders.all().len(), market.confirmed().len()), (size(200), size(200)), "{name}");
        market.check_money();
    }
}

#[test]
fn what_is_ordered_is_what_the_cart_was_whoever_changes_it_meanwhile() {
    for (name, market) in markets() {
        let code = market.code("ALWAYS", UseLimit { total: None, per_customer: None });
        for round in 0..size(200) {
            let cart = market.cart(round, &[("mug", 1)]);
            let ann = buyer(round);
            let outcomes = all_of(AT_ONCE, |n| {
                let change = match n % 4 {
                    0 => add("mug", 1),
                    1 => Command::AddCoupon { code: code.clone() },
                    2 => Command::RemoveCoupon { code: code.clone() },
                    _ if n == 31 => return market.checkout(n, &ann, &cart).map(|begun| Some(begun.checkout)),
                    _ => Command::Rename { name: Some(CartName::new(format!("{n}")).expect("a name")) },
                };
                block_on(market.service(n).execute(&ann, &cart, &change)).map(|_| None)
            });
            let begun = outcomes[31].as_ref().expect("it is ordered").clone().expect("a checkout");
            check_draft(market.store.as_ref(), &begun, name);
            let paid = market.payments.pay_pending(begun.id).expect("an amount").expect("it waits");
            let heard = block_on(market.service(round).payment_event(begun.id, paid)).expect("it is heard");
            assert!(matches!(heard.stage, Stage::Completed { .. }), "{name}: {:?}", heard.stage);
        }
        market.check_money();
    }
}

/// The draft has the lines, the code and so the total of the cart in the version that was frozen.
fn check_draft(store: &dyn Store, checkout: &Checkout, name: &str) {
    let draft = &checkout.draft;
    let entries = block_on(store.entries(draft.cart, None, 1_000)).expect("the journal");
    let begin = entries
        .iter()
        .position(|entry| entry.events.iter().any(|event| matches!(event, CartEvent::CheckoutBegun { .. })))
        .expect("it began");
    let before = Cart::replay(&entries[..begin]).expect("whole").expect("a cart");
    assert_eq!(before.version(), draft.version, "{name}");
    let in_cart: Vec<_> = before.lines().iter().map(|line| (line.id, line.quantity)).collect();
    let in_draft: Vec<_> = draft.lines.iter().map(|line| (line.line, line.quantity)).collect();
    assert_eq!(in_cart, in_draft, "{name}");
    let units: i64 = in_cart.iter().map(|(_, quantity)| i64::from(quantity.get())).sum();
    let full = units * 10_00;
    let total = if before.coupons().is_empty() { full } else { full - full / 10 };
    assert_eq!(draft.totals.total.minor(), total, "{name}");
    // After it nothing changed the cart any more.
    assert!(entries[begin + 1..].iter().flat_map(|entry| &entry.events).all(|event| matches!(
        event,
        CartEvent::CheckoutAdvanced { .. } | CartEvent::CheckoutCompleted { .. }
    )));
}
