//! The largest carts, the smallest amounts and the highest rates: answers or documented refusals, never a panic.

use std::sync::Arc;

use cart_core::id::PromotionId;
use cart_core::line::Line;
use cart_core::money::{Money, MoneyError, Rate};
use cart_core::policy::{TaxLevel, TaxMode, TaxSplit};
use cart_core::pricing::{LeftOut, MAX_SUBTOTAL};
use cart_core::product::{Product, UnitPrices};
use cart_core::promotion::{Effect, Promotion, Reduction, Scope};
use cart_core::tax::{TaxRate, Taxes, Treatment};
use cart_core::testing::samples::{line_id, quantity};

use crate::answer::Answer;
use crate::case::Case;
use crate::random::case;
use crate::reference;

fn for_each(seeds: std::ops::Range<u64>, change: impl Fn(&mut Case), check: impl Fn(&Case)) {
    for seed in seeds {
        let mut case = case(seed);
        change(&mut case);
        check(&case);
    }
}

fn set_prices(case: &mut Case, minor: i64) {
    let prices = UnitPrices::undiscounted(Money::new(minor, case.currency())).unwrap();
    for product in case.catalog.values_mut() {
        *product = Arc::new(Product { prices, tiers: Arc::new([]), ..Product::clone(product) });
    }
    for line in &mut case.cart.lines {
        *line = Arc::new(Line { snapshot: prices, ..Line::clone(line) });
    }
}

fn set_units(case: &mut Case, units: u32) {
    for line in &mut case.cart.lines {
        *line = Arc::new(Line { quantity: quantity(units), ..Line::clone(line) });
    }
}

/// The same lines again and again, each with a key of its own.
fn set_lines(case: &mut Case, count: u64) {
    let lines = std::mem::take(&mut case.cart.lines);
    let again = lines.iter().cycle().zip(0..count).map(|(line, number)| {
        let mut line = Line::clone(line);
        let product = case.catalog.get(&line.key.product).cloned();
        let chosen = [("number".to_owned(), number.to_string())];
        line.key.product.options = cart_core::product::Options::new(chosen.into()).unwrap();
        line.id = line_id(number);
        product.map(|product| case.catalog.insert(line.key.product.clone(), product));
        Arc::new(line)
    });
    case.cart.lines = again.collect();
}

fn is_consistent(case: &Case) {
    let priced = case.priced().unwrap_or_else(|error| panic!("{error}\n{case}"));
    assert_eq!(priced.derivation.sum(case.currency()), Ok(priced.totals.total), "{case}");
    assert!(!priced.totals.total.is_negative(), "{case}");
    assert!(priced.explain().to_string().contains("= total "), "{case}");
}

fn agrees(case: &Case) {
    let priced = case.priced().unwrap_or_else(|error| panic!("{error}\n{case}"));
    let difference = Answer::of(&priced).difference(&reference::price(case));
    assert!(difference.is_none(), "{case}\n{}", difference.unwrap_or_default());
}

#[test]
fn lines_of_the_largest_amounts() {
    let cost = |minor| {
        move |case: &mut Case| {
            set_prices(case, minor);
        }
    };
    for_each(0..300, cost(MAX_SUBTOTAL / 30), is_consistent);
    for_each(0..300, cost(MAX_SUBTOTAL / 30), agrees);
    for_each(300..600, cost(i64::MAX), agrees);
}

#[test]
fn one_line_of_the_largest_amount_counts_and_one_more_does_not() {
    let has_two = |case: &Case| {
        let lines = case.priced().unwrap().lines;
        lines.len() == 2 && lines.iter().all(|line| line.amounts.is_ok())
    };
    let mut case = (0..).map(case).find(has_two).unwrap();
    set_prices(&mut case, MAX_SUBTOTAL);
    set_units(&mut case, 1);
    let priced = case.priced().unwrap();
    assert_eq!(priced.lines[0].amounts.unwrap().subtotal.minor(), MAX_SUBTOTAL);
    assert_eq!(priced.lines[1].amounts, Err(LeftOut::AmountOverflow));
    is_consistent(&case);
}

#[test]
fn a_million_units_of_each_line() {
    for_each(0..300, |case| set_units(case, 1_000_000), is_consistent);
    let change = |case: &mut Case| {
        set_units(case, 1_000_000);
        // The reference counts the units that are free one by one.
        case.terms.promotions.retain(|promotion| !matches!(promotion.effect, Effect::BuyGet { .. }));
    };
    for_each(0..300, change, agrees);
}

#[test]
fn a_thousand_lines() {
    for_each(0..12, |case| set_lines(case, 1_000), is_consistent);
    for_each(12..18, |case| set_lines(case, 1_000), agrees);
}

#[test]
fn of_very_many_promotions_the_first_thousand_by_priority_and_id_count() {
    let off = |number: usize, currency| {
        let id = PromotionId::new(format!("off-{number:04}")).unwrap();
        let reduction = Reduction::Amount(Money::new(1, currency).into());
        Arc::new(Promotion::new(id, "One off", Effect::Order { scope: Scope::default(), reduction }))
    };
    let many = |case: &mut Case| {
        set_prices(case, 1_000_000);
        case.policy.pricing.promotions = true;
        case.terms.promotions = (0..1_003).rev().map(|number| off(number, case.currency())).collect();
    };
    for_each(0..6, many, |case| {
        let priced = case.priced().unwrap();
        let taken = if priced.lines.iter().any(|line| line.amounts.is_ok()) { 1_000 } else { 0 };
        assert_eq!(priced.totals.discount.minor(), taken, "{case}");
        assert_eq!(priced.promotions.last().unwrap().id.as_str(), "off-0999");
        agrees(case);
    });
}

#[test]
fn free_things_cost_nothing_whatever_is_taken_off() {
    let free = |case: &mut Case| {
        set_prices(case, 0);
        case.policy.pricing.shipping = false;
        case.policy.pricing.fees = false;
        case.policy.pricing.tax.mode = TaxMode::OnTop;
    };
    for_each(0..600, free, |case| {
        let totals = case.priced().unwrap().totals;
        assert_eq!((totals.total.minor(), totals.discount.minor(), totals.tax.minor()), (0, 0, 0), "{case}");
        agrees(case);
    });
}

fn set_rates(case: &mut Case, rates: &[TaxRate]) {
    let Taxes::Table(table) = &mut case.terms.taxes else { return };
    for treatment in Arc::make_mut(table).values_mut() {
        *treatment = Treatment::Rates(rates.into());
    }
}

fn tax(name: &str, billionths: i64) -> TaxRate {
    TaxRate::new(name, Rate::from_billionths(billionths).unwrap())
}

#[test]
fn rates_of_nothing_and_of_a_thousand_percent() {
    for_each(
        0..500,
        |case| set_rates(case, &[tax("Nothing", 0)]),
        |case| {
            let priced = case.priced().unwrap();
            assert!(priced.taxes.iter().all(|tax| tax.amount.is_zero()), "{case}");
            agrees(case);
        },
    );
    for_each(500..1000, |case| set_rates(case, &[tax("All", 10_000_000_000)]), agrees);
    let largest = |case: &mut Case| {
        set_rates(case, &[tax("All", 10_000_000_000)]);
        set_prices(case, MAX_SUBTOTAL);
    };
    for_each(1000..1200, largest, is_consistent);
}

#[test]
fn a_class_with_more_than_a_thousand_percent_counts_as_unknown() {
    for_each(
        0..500,
        |case| set_rates(case, &[tax("More", 10_000_000_001)]),
        |case| {
            let priced = case.priced().unwrap();
            assert!(priced.taxes.is_empty(), "{case}");
            agrees(case);
        },
    );
}

#[test]
fn many_fine_rates_inside_are_worked_out_or_refused_as_an_overflow() {
    let fine = |case: &mut Case| {
        let names = ["A", "B", "C", "D", "E", "F", "G", "H"];
        let rate = |(at, name): (usize, &&str)| tax(name, 99_999_989 + 2 * i64::try_from(at).unwrap());
        let rates: Vec<TaxRate> = names.iter().enumerate().map(rate).collect();
        let Taxes::Table(table) = &mut case.terms.taxes else { return };
        for (at, treatment) in Arc::make_mut(table).values_mut().enumerate() {
            *treatment = Treatment::Rates(rates[at..=at + 3].into());
        }
        case.policy.pricing.tax.mode = TaxMode::Inside;
    };
    for_each(0..600, fine, |case| match case.priced() {
        Ok(_) => agrees(case),
        Err(error) => assert_eq!(error, MoneyError::Overflow, "{case}"),
    });
}

#[test]
fn three_fine_rates_inside_are_never_refused() {
    let fine = |case: &mut Case| {
        let rates = [99_999_989, 123_456_789, 333_333_333].map(|rate| tax("Fine", rate));
        let Taxes::Table(table) = &mut case.terms.taxes else { return };
        for (at, treatment) in Arc::make_mut(table).values_mut().enumerate() {
            *treatment = Treatment::Rates([rates[at % 3].clone()].into());
        }
        case.policy.pricing.tax.mode = TaxMode::Inside;
        case.policy.pricing.tax.split = TaxSplit::RoundTax;
        case.policy.pricing.tax.level = TaxLevel::PerTotal;
    };
    for_each(0..600, fine, agrees);
}
