//! Whatever is limited is sold to the last unit and not beyond it, whoever comes at once and whoever leaves or cannot pay.
//!
//! Continuous integration runs a tenth; all: `CART_STRESS=full cargo test --release --test concurrency -- --nocapture`.

use std::sync::atomic::{AtomicBool, Ordering};

use cart_core::checkout::Obstacle;
use cart_core::coupon::CouponCode;
use cart_core::notice::Unavailable;
use cart_core::prelude::*;
use cart_core::promotion::UseLimit;
use futures_executor::block_on;

use super::market::{AT_ONCE, Market, Pays, all_of, buyer, either, markets, size};

/// Whether somebody was refused because there is not enough left.
fn is_short(rejection: &Rejection) -> bool {
    match rejection {
        Rejection::OutOfStock { .. } => true,
        Rejection::NotOrderable { obstacles } => obstacles.iter().all(|obstacle| {
            let sold_out = Unavailable::OutOfStock;
            matches!(obstacle, Obstacle::InsufficientStock { .. })
                || matches!(obstacle, Obstacle::ProductUnavailable { reason, .. } if *reason == sold_out)
        }),
        _ => false,
    }
}

#[test]
fn the_last_unit_is_sold_once() {
    for (name, market) in markets() {
        market.supply("lamp", 1);
        let mut carts: Vec<Target> = (0..AT_ONCE).map(|n| market.cart(n, &[("lamp", 1)])).collect();
        let rounds = u32::try_from(size(500)).expect("few");
        for round in 1..=rounds {
            let bought = all_of(AT_ONCE, |n| market.buy(n, &carts[n], Pays::Yes));
            let winners: Vec<usize> = (0..AT_ONCE).filter(|n| bought[*n] == Ok(true)).collect();
            let refused = bought.iter().filter_map(|bought| bought.as_ref().err());
            assert_eq!((winners.len(), refused.clone().count()), (1, AT_ONCE - 1), "{name}: {bought:?}");
            assert!(refused.into_iter().all(is_short), "{name}: {bought:?}");
            assert_eq!(market.level("lamp"), (round, 0, round), "{name}");
            market.supply("lamp", round + 1);
            carts[winners[0]] = market.cart(winners[0], &[("lamp", 1)]);
        }
        assert_eq!(market.confirmed().len(), rounds as usize, "{name}");
        market.check_money();
        println!("{name}: the last unit, {rounds} rounds of {AT_ONCE}");
    }
}

#[test]
fn a_flash_sale_sells_everything_and_no_more() {
    for (name, market) in markets() {
        let supplied = u32::try_from(size(1_000)).expect("few");
        let buyers = size(5_000);
        market.supply("lamp", supplied);
        let units = |n: usize| u32::try_from(1 + n % 3).expect("few");
        // Of ten one leaves, and one cannot pay.
        let pays = |n: usize| match n % 10 {
            0 => Pays::Leaves,
            1 => Pays::Fails,
            _ => Pays::Yes,
        };
        let carts = all_of(buyers, |n| market.cart(n, &[("lamp", units(n))]));
        let mut waiting: Vec<usize> = (0..buyers).collect();
        let mut rounds = 0;
        while market.level("lamp") != (supplied, 0, supplied) {
            rounds += 1;
            assert!(rounds < 100, "{name}: {:?} is left unsold", market.level("lamp"));
            let bought = while_watched(&market, supplied, || {
                all_of(waiting.len(), |n| market.buy(waiting[n], &carts[waiting[n]], pays(waiting[n])))
            });
            let wrong = bought.iter().filter_map(|bought| bought.as_ref().err()).find(|why| !is_short(why));
            assert_eq!(wrong, None, "{name}");
            let left: Vec<usize> =
                (0..waiting.len()).filter(|n| bought[*n] != Ok(true)).map(|n| waiting[n]).collect();
            waiting = left;
            market.pass_deadlines();
        }
        let sold: u32 = market
            .confirmed()
            .iter()
            .flat_map(|order| &order.draft.lines)
            .map(|line| line.quantity.get())
            .sum();
        assert_eq!(sold, supplied, "{name}");
        market.check_money();
        println!("{name}: {supplied} units, {buyers} buyers, {rounds} rounds");
    }
}

/// Looks at the stock all the time while something is done.
fn while_watched<T: Send>(market: &Market, supplied: u32, what: impl FnOnce() -> T + Send) -> T {
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            while !is_done.load(Ordering::Acquire) {
                let (now, held, sold) = market.level("lamp");
                assert!(now == supplied && held + sold <= supplied, "{held} held and {sold} sold of {now}");
                std::thread::yield_now();
            }
        });
        let done = what();
        is_done.store(true, Ordering::Release);
        watch.join().expect("never oversold");
        done
    })
}

#[test]
fn a_code_is_used_as_often_as_it_may_be() {
    for (name, market) in markets() {
        for (kind, total, per_customer) in
            [("ONE", Some(1), None), ("THREE", Some(3), None), ("EACH", None, Some(1))]
        {
            for round in 0..either(500, 10) {
                let limit = UseLimit { total, per_customer };
                let code = market.code(&format!("{kind}{round}"), limit);
                // With a limit for each customer, all are the same one.
                let who = |n: usize| if per_customer.is_some() { 0 } else { n };
                let carts = all_of(AT_ONCE, |n| with_code(&market, who(n), &code));
                let before = market.confirmed().len();
                let outcomes = all_of(AT_ONCE, |n| {
                    let pays = if n % 5 == 0 { Pays::Fails } else { Pays::Yes };
                    market.buy(who(n), &carts[n], pays)
                });
                let odd = outcomes
                    .iter()
                    .filter_map(|outcome| outcome.as_ref().err())
                    .find(|why| !matches!(why, Rejection::PromotionUsedUp { .. }));
                assert_eq!(odd, None, "{name} {kind}");
                // Those whose payment failed gave theirs back.
                for n in (0..AT_ONCE).filter(|n| n % 5 == 0) {
                    let _ = market.buy(who(n), &carts[n], Pays::Yes);
                }
                give_up(&market, who, &carts);
                let reduced =
                    market.confirmed()[before..].iter().filter(|order| is_reduced(&order.draft)).count();
                assert_eq!(
                    Some(reduced),
                    total.or(per_customer).map(|limit| limit as usize),
                    "{name} {kind}"
                );
            }
        }
        market.check_money();
    }
}

/// Carts that were not ordered make room for others.
fn give_up(market: &Market, who: impl Fn(usize) -> usize, carts: &[Target]) {
    for (n, cart) in carts.iter().enumerate() {
        let given_up = block_on(market.service(n).execute(&buyer(who(n)), cart, &Command::Abandon));
        let is_ordered = matches!(given_up, Err(CartError::Rejected(Rejection::WrongStatus { .. })));
        assert!(given_up.is_ok() || is_ordered, "{given_up:?}");
    }
}

fn with_code(market: &Market, shopper: usize, code: &CouponCode) -> Target {
    let cart = market.cart(shopper, &[("mug", 1)]);
    let add = Command::AddCoupon { code: code.clone() };
    block_on(market.service(shopper).execute(&buyer(shopper), &cart, &add)).expect("it can still be used");
    cart
}

fn is_reduced(draft: &cart_core::checkout::OrderDraft) -> bool {
    draft.totals.total.minor() < 10_00
}

#[test]
fn orders_of_the_same_things_in_another_order_do_not_block_each_other() {
    for (name, market) in markets() {
        let rounds = size(10_000);
        let supplied = u32::try_from(rounds / 2).expect("few");
        market.supply("lamp", supplied);
        market.supply("vase", supplied);
        let carts = all_of(rounds, |n| {
            let lines = if n % 2 == 0 { [("lamp", 1), ("vase", 1)] } else { [("vase", 1), ("lamp", 1)] };
            market.cart(n, &lines)
        });
        let bought = all_of(rounds, |n| market.buy(n, &carts[n], Pays::Yes));
        let refused: Vec<&Rejection> = bought.iter().filter_map(|bought| bought.as_ref().err()).collect();
        assert!(refused.iter().all(|why| is_short(why)), "{name}: {refused:?}");
        assert_eq!(market.level("lamp"), (supplied, 0, supplied), "{name}");
        assert_eq!(market.level("vase"), (supplied, 0, supplied), "{name}");
        assert_eq!(
            (bought.len() - refused.len(), refused.len()),
            (rounds / 2, rounds - rounds / 2),
            "{name}"
        );
        market.check_money();
        println!("{name}: {rounds} crossed orders");
    }
}
