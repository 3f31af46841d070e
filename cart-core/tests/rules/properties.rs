//! What holds for whatever carts, commands and prices.

use cart_core::cart::Cart;
use cart_core::command::{BatchMode, Command};
use cart_core::decide::merge;
use cart_core::event::ClearScope;
use cart_core::merge::{DropReason, MergeStrategy};
use cart_core::money::{Currency, Money};
use cart_core::notice::Notice;
use cart_core::policy::{AtMinimum, CartPolicy, CouponMisfit, CouponPolicy, OnDuplicate, OverAsking, Ttl};
use cart_core::pricing::price;
use cart_core::product::{Product, Stock};
use cart_core::promotion::{Promotion, Stacking};
use cart_core::testing::samples::{Write, guest, quantity, user};
use cart_core::testing::{Ask, GivenCart, Scenario, ann, cart, given};
use chrono::TimeDelta;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::merge::{guests, report};
use crate::support::{from_subtotal, gift_of, rule, tenth_off};

const IDS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const MOST_UNITS: u32 = 40;
const CODES: [&str; 3] = ["TENTH", "ALONE", "UNKNOWN"];
const GIFT: &str = "gift";

fn id() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&IDS[..])
}

fn units() -> impl Strategy<Value = u32> {
    1..=12u32
}

/// Products of one world: prices, stock (some of it shared), rules, some withdrawn or unknown.
#[derive(Clone, Debug)]
struct World(Vec<(Shelf, i64, i64, u32)>);

#[derive(Clone, Copy, Debug)]
enum Shelf {
    Unlimited,
    Own(u32),
    Shared,
    OutOfStock,
    Call,
    Withdrawn,
    Unknown,
    Foreign,
}

fn shelf() -> impl Strategy<Value = Shelf> {
    prop_oneof![
        3 => Just(Shelf::Unlimited),
        3 => (0..30u32).prop_map(Shelf::Own),
        3 => Just(Shelf::Shared),
        1 => Just(Shelf::OutOfStock),
        1 => Just(Shelf::Call),
        1 => Just(Shelf::Withdrawn),
        1 => Just(Shelf::Unknown),
        1 => Just(Shelf::Foreign),
    ]
}

fn world() -> impl Strategy<Value = (World, u32)> {
    let product = (shelf(), 0..5000i64, 0..5000i64, prop_oneof![4 => Just(1u32), 1 => Just(3u32)]);
    (vec(product, IDS.len()), 0..25u32).prop_map(|(products, shared)| (World(products), shared))
}

impl World {
    fn around(&self, scenario: Scenario, shared: u32) -> Scenario {
        let scenario = scenario
            .and_promotion(from_subtotal(50_00, tenth_off("tenth", &[CODES[0]])))
            .and_promotion(Promotion { stacking: Stacking::Exclusive, ..tenth_off("alone", &[CODES[1]]) })
            .and_promotion(gift_of(GIFT, IDS[0]));
        IDS.iter().zip(&self.0).fold(scenario, |given, (id, (shelf, list, unit, step))| {
            let given = given
                .and_prices(id, *list, *unit)
                .and_product(id, |product| product.quantity_rule = rule(1, MOST_UNITS - 1, *step));
            match shelf {
                Shelf::Unlimited => given,
                Shelf::Own(available) => given.and_stock(id, *available),
                Shelf::Shared => given.and_shared_stock("shared", shared, [*id]),
                Shelf::OutOfStock => given.and_stock_of(id, Stock::OutOfStock),
                Shelf::Call => given.and_stock_of(id, Stock::Call),
                Shelf::Withdrawn => given.and_product(id, |product| product.withdrawn = true),
                Shelf::Unknown => given.and_unknown(id),
                Shelf::Foreign => given.and_product(id, foreign),
            }
        })
    }
}

fn foreign(product: &mut Product) {
    product.prices = cart_core::testing::samples::prices(1, Currency::JPY);
}

fn policy() -> impl Strategy<Value = CartPolicy> {
    let refuse_or_clamp = prop_oneof![Just(OverAsking::Refuse), Just(OverAsking::Clamp)];
    let reject_or_remove = prop_oneof![Just(AtMinimum::Reject), Just(AtMinimum::Remove)];
    let sum_or_reject = prop_oneof![3 => Just(OnDuplicate::Sum), 1 => Just(OnDuplicate::Reject)];
    let ttl = prop_oneof![Just(Ttl::Never), Just(Ttl::Sliding(TimeDelta::hours(1)))];
    let misfit = prop_oneof![Just(CouponMisfit::Sleeps), Just(CouponMisfit::Removed)];
    (refuse_or_clamp, reject_or_remove, sum_or_reject, ttl, 1..6usize, misfit).prop_map(
        |(over_asking, at_minimum, on_duplicate, user_lifetime, lines, misfit)| {
            let mut policy = CartPolicy {
                over_asking,
                at_minimum,
                on_duplicate,
                user_lifetime,
                clear: ClearScope { note: true, ..ClearScope::default() },
                ..CartPolicy::shared()
            };
            policy.pricing.promotions = true;
            policy.pricing.coupons = CouponPolicy { max: 2, misfit };
            policy.limits.lines = lines;
            policy.limits.quantity = quantity(MOST_UNITS);
            policy
        },
    )
}

#[derive(Clone, Debug)]
enum Step {
    Add(&'static str, u32),
    Set(&'static str, u32),
    Increase(&'static str, u32),
    Decrease(&'static str, u32),
    Remove(&'static str),
    Note(&'static str, bool),
    Clear,
    Coupon(&'static str, bool),
    Gift(bool),
    Acknowledge,
    Currency(Currency),
    Batch(Vec<Step>, bool),
}

impl Step {
    fn ask(&self) -> Ask {
        match self {
            Self::Add(id, units) => ann().add(id, *units),
            Self::Set(id, units) => ann().set_quantity(id, *units),
            Self::Increase(id, by) => ann().increase(id, *by),
            Self::Decrease(id, by) => ann().decrease(id, *by),
            Self::Remove(id) => ann().remove(id),
            Self::Note(id, some) => ann().note_line(id, some.then_some("a note")),
            Self::Clear => ann().clear(),
            Self::Coupon(code, true) => ann().add_coupon(code),
            Self::Coupon(code, false) => ann().remove_coupon(code),
            Self::Gift(true) => ann().accept_gift(GIFT),
            Self::Gift(false) => ann().refuse_gift(GIFT),
            Self::Acknowledge => ann().acknowledge_prices(),
            Self::Currency(currency) => ann().change_currency(*currency),
            Self::Batch(steps, all) => {
                let mode = if *all { BatchMode::AllOrNothing } else { BatchMode::PerLine };
                ann().edit_lines(mode, steps.iter().map(Self::ask).collect::<Vec<_>>())
            }
        }
    }
}

fn edit() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (id(), units()).prop_map(|(id, units)| Step::Add(id, units)),
        2 => (id(), units()).prop_map(|(id, units)| Step::Set(id, units)),
        2 => (id(), units()).prop_map(|(id, units)| Step::Increase(id, units)),
        2 => (id(), units()).prop_map(|(id, units)| Step::Decrease(id, units)),
        1 => id().prop_map(Step::Remove),
        1 => (id(), any::<bool>()).prop_map(|(id, some)| Step::Note(id, some)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => edit(),
        1 => Just(Step::Clear),
        3 => (proptest::sample::select(&CODES[..]), proptest::bool::weighted(0.8))
            .prop_map(|(code, is_added)| Step::Coupon(code, is_added)),
        1 => any::<bool>().prop_map(Step::Gift),
        1 => Just(Step::Acknowledge),
        1 => proptest::sample::select(&[Currency::EUR, Currency::JPY][..]).prop_map(Step::Currency),
        2 => (vec(edit(), 1..5), any::<bool>()).prop_map(|(edits, all)| Step::Batch(edits, all)),
    ]
}

/// Units that the lines of a cart draw on the stock item that several products share.
fn drawn_on_shared(cart: &Cart, world: &World) -> u32 {
    let shared = |id: &str| {
        IDS.iter().zip(&world.0).any(|(known, (shelf, ..))| *known == id && matches!(shelf, Shelf::Shared))
    };
    cart.lines()
        .iter()
        .filter(|line| shared(line.key.product.product.as_str()))
        .map(|line| line.quantity.get())
        .sum()
}

/// Where codes do not sleep, those on a cart that was just written to apply.
fn check_coupons(cart: &Cart, given: &Scenario, policy: &CartPolicy) {
    assert!(cart.coupons().len() <= policy.pricing.coupons.max, "too many codes");
    if policy.pricing.coupons.misfit == CouponMisfit::Removed {
        let coupons = price(cart, &given.facts([])).unwrap().coupons;
        assert!(coupons.iter().all(|coupon| coupon.outcome.is_ok()), "{coupons:?}");
    }
}

fn check_bounds(cart: &Cart, policy: &CartPolicy) {
    assert!(cart.lines().len() <= policy.limits.lines, "too many lines");
    for line in cart.lines() {
        let units = line.quantity.get();
        assert!((1..MOST_UNITS).contains(&units), "a line of {units} units");
    }
}

fn check_priced(cart: &Cart, given: &Scenario) {
    let priced = price(cart, &given.facts([])).unwrap();
    let totals = priced.totals;
    assert_eq!(totals.subtotal.checked_sub(totals.discount).unwrap(), totals.total);
    assert_eq!(priced.derivation.sum(cart.currency()).unwrap(), totals.total);
    let lines = priced.lines.iter().filter_map(|line| line.amounts.ok());
    assert_eq!(Money::sum(cart.currency(), lines.clone().map(|line| line.total)).unwrap(), totals.total);
    assert_eq!(
        Money::sum(cart.currency(), lines.clone().map(|line| line.subtotal)).unwrap(),
        totals.subtotal
    );
    for line in lines {
        let amounts = [line.subtotal, line.discount, line.total];
        assert!(amounts.iter().all(|amount| !amount.is_negative()), "a negative amount");
        assert_eq!(line.subtotal.checked_sub(line.discount).unwrap(), line.total);
    }
    let left_out = priced.lines.iter().filter(|line| line.amounts.is_err()).count();
    let said = priced.notices.iter().filter(|notice| {
        matches!(
            notice,
            Notice::ProductWithdrawn { .. }
                | Notice::ProductUnavailable { .. }
                | Notice::AmountOverflow { .. }
        )
    });
    assert_eq!(said.count(), left_out, "a line is left out without a word");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Whatever is asked: bounds hold, stock is never promised twice, and amounts add up.
    #[test]
    fn no_command_leads_beyond_the_rules(
        (world, shared) in world(),
        policy in policy(),
        steps in vec(step(), 1..25),
    ) {
        let mut scenario = world.around(given(cart()), shared).and_policy(policy.clone());
        for step in steps {
            let before = scenario.cart().clone();
            scenario = scenario.when(step.ask()).scenario();
            let after = scenario.cart();
            check_bounds(after, &policy);
            prop_assert!(drawn_on_shared(after, &world) <= shared, "{step:?} oversells");
            prop_assert!(after.version() == before.version() || *after != before);
            check_coupons(after, &scenario, &policy);
            check_priced(after, &scenario);
        }
    }

    /// Whatever is merged: every unit is accounted for, and the report says what is in the cart.
    #[test]
    fn every_unit_of_a_merge_is_kept_or_dropped(
        (world, shared) in world(),
        policy in policy(),
        users in vec((id(), units()), 0..5),
        from in vec((id(), units()), 0..5),
        strategy in prop_oneof![
            Just(MergeStrategy::Sum),
            Just(MergeStrategy::KeepHighest),
            Just(MergeStrategy::PreferUser),
            Just(MergeStrategy::PreferGuest),
        ],
    ) {
        let scenario = world.around(given(filled(cart(), &users)), shared).and_policy(policy);
        let from = filled(guests(&[]), &from).build();
        let facts = scenario.facts(from.lines().iter().map(|line| line.key.product.clone()));
        let merged = merge(scenario.cart(), &user("ann"), &from, &guest(1), strategy, scenario.cart().version().next(), &facts).unwrap();
        let after = Write::new(merged.into.events.clone()).change(scenario.cart()).cart;
        let report = report(&merged);
        for line in &report.lines {
            let count = |cart: &Cart| cart.line_with_key(&line.key).map_or(0, |line| line.quantity.get());
            prop_assert_eq!(line.user_units + line.guest_units, line.kept_units + line.dropped_units);
            prop_assert_eq!(line.user_units, count(scenario.cart()));
            prop_assert_eq!(line.guest_units, count(&from));
            prop_assert_eq!(line.kept_units, count(&after));
            prop_assert_eq!(line.dropped.is_some(), line.dropped_units > 0);
            if matches!(line.dropped, Some(DropReason::Strategy)) {
                prop_assert!(strategy != MergeStrategy::Sum, "a sum chooses nobody's units");
            }
        }
        let reported: Vec<_> = report.lines.iter().map(|line| &line.key).collect();
        for cart in [scenario.cart(), &from, &*after] {
            prop_assert!(cart.lines().iter().all(|line| reported.contains(&&line.key)));
        }
    }

    /// A command that is refused or changes nothing is answered the same when asked again.
    #[test]
    fn the_same_request_gets_the_same_answer(
        (world, shared) in world(),
        policy in policy(),
        lines in vec((id(), units()), 0..5),
        step in step(),
    ) {
        let scenario = world.around(given(filled(cart(), &lines)), shared).and_policy(policy);
        let command: Command = step.ask().command(scenario.cart());
        let facts = scenario.facts(command.added_products().cloned());
        let decide = || cart_core::decide::decide(scenario.cart(), &user("ann"), &command, &facts);
        prop_assert_eq!(decide(), decide());
    }
}

/// A cart with the first of each product's lines.
fn filled(cart: GivenCart, lines: &[(&'static str, u32)]) -> GivenCart {
    let first = |n: usize, id: &str| lines.iter().take(n).all(|(earlier, _)| *earlier != id);
    lines
        .iter()
        .enumerate()
        .filter(|(n, (id, _))| first(*n, id))
        .fold(cart, |cart, (_, (id, units))| cart.with_line(id, *units))
}
