//! The order of what is given changes nothing, except where the rules say so.

use std::collections::BTreeMap;

use cart_core::charge::FeeBasis;
use cart_core::id::LineId;
use cart_core::policy::{PercentLevel, TaxLevel, TaxMode};
use cart_core::pricing::{LeftOut, LineAmounts, PricedCart};
use cart_core::promotion::{Effect, Promotion, Reduction};
use cart_core::testing::Dice;

use crate::answer::Answer;
use crate::case::Case;
use crate::random::case;

const CASES: u64 = 1_500;

fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut dice = Dice::new(seed);
    for at in (1..items.len()).rev() {
        items.swap(at, usize::try_from(dice.below(at as u64 + 1)).unwrap());
    }
}

/// Compares a case with itself changed.
fn unchanged<T: PartialEq + std::fmt::Debug>(
    prepare: impl Fn(&mut Case),
    change: impl Fn(&mut Case, u64),
    seen: impl Fn(&PricedCart) -> T,
) {
    for seed in 0..CASES {
        let mut before = case(seed);
        prepare(&mut before);
        let mut after = before.clone();
        change(&mut after, seed);
        let (was, is) = (seen(&before.priced().unwrap()), seen(&after.priced().unwrap()));
        assert!(was == is, "seed {seed}\n{before}\n{was:?}\nbut then\n{is:?}");
    }
}

#[test]
fn pricing_twice_gives_the_same() {
    unchanged(|_| {}, |_, _| {}, PricedCart::clone);
}

#[test]
fn the_order_of_promotions_and_uses_changes_nothing() {
    let change = |case: &mut Case, seed| {
        shuffle(&mut case.terms.promotions, seed);
        shuffle(&mut case.terms.uses, seed);
    };
    unchanged(|_| {}, change, PricedCart::clone);
}

#[test]
fn a_promotion_that_is_listed_twice_counts_once() {
    unchanged(
        |_| {},
        |case, _| case.terms.promotions.extend(case.terms.promotions.clone()),
        PricedCart::clone,
    );
}

#[test]
fn the_order_of_codes_changes_nothing_but_which_of_two_for_one_promotion_counts() {
    let seen = |priced: &PricedCart| {
        let mut answer = Answer::of(priced);
        answer.coupons.clear();
        answer.sleeping.clear();
        answer.promotions.iter_mut().for_each(|promotion| promotion.code = None);
        (answer, priced.derivation.clone())
    };
    unchanged(|_| {}, |case, seed| shuffle(&mut case.cart.coupons, seed), seen);
}

#[test]
fn the_order_of_fees_changes_only_the_order_in_which_they_are_shown() {
    // Which fee gets a unit of tax that is left over may depend on their order.
    let seen = |priced: &PricedCart| {
        let mut answer = Answer::of(priced);
        answer.taxes.sort_by(|one, other| one.tax.cmp(&other.tax));
        answer.fees.sort_by(|one, other| one.id.cmp(&other.id));
        let tax_of_fees: i128 = answer.fees.iter_mut().map(|fee| std::mem::take(&mut fee.tax)).sum();
        (answer.totals, answer.taxes, answer.fees, tax_of_fees)
    };
    let prepare = |case: &mut Case| {
        if case.policy.pricing.tax.mode == TaxMode::External {
            case.policy.pricing.tax.mode = TaxMode::None;
        }
        if case.policy.pricing.tax.level == TaxLevel::PerTotal {
            case.policy.pricing.tax.level = TaxLevel::PerRate;
        }
    };
    unchanged(prepare, |case, seed| shuffle(&mut case.terms.fees, seed), seen);
}

/// Whether a promotion treats each line by itself.
fn is_by_line(promotion: &Promotion) -> bool {
    match &promotion.effect {
        Effect::Lines { .. } | Effect::Units { .. } | Effect::QuantityTiers { .. } => true,
        Effect::BuyGet { .. } => false,
        Effect::Order { reduction, .. } => matches!(reduction, Reduction::Percent(_)),
        Effect::ValueTiers { tiers, .. } => {
            tiers.iter().all(|tier| matches!(tier.reduction, Reduction::Percent(_)))
        }
        Effect::Shipping { .. } | Effect::Gift { .. } => true,
    }
}

/// Leaves nothing that is rounded for several lines at once.
fn by_line(case: &mut Case) {
    let pricing = &mut case.policy.pricing;
    for level in [&mut pricing.line_percentages, &mut pricing.order_percentages] {
        if *level == PercentLevel::PerOrder {
            *level = PercentLevel::PerLine;
        }
    }
    if matches!(pricing.tax.level, TaxLevel::PerRate | TaxLevel::PerTotal) {
        pricing.tax.level = TaxLevel::PerLine;
    }
    if pricing.tax.mode == TaxMode::External {
        pricing.tax.mode = TaxMode::None;
    }
    case.terms.promotions.retain(|promotion| is_by_line(promotion));
}

fn shuffle_lines(case: &mut Case, seed: u64) {
    shuffle(&mut case.cart.lines, seed);
}

type ByLine = BTreeMap<LineId, Result<LineAmounts, LeftOut>>;

#[test]
fn where_each_line_is_worked_out_by_itself_the_amounts_move_with_the_lines() {
    let seen = |priced: &PricedCart| {
        let by_line: ByLine = priced.lines.iter().map(|line| (line.line.id, line.amounts)).collect();
        let mut answer = Answer::of(priced);
        answer.lines.clear();
        answer.taxes.sort_by(|one, other| one.tax.cmp(&other.tax));
        (by_line, answer)
    };
    unchanged(by_line, shuffle_lines, seen);
}

/// The split of one discount may fall otherwise, but not how much it is; so what is charged for some lines may differ. Of
/// the units that are free where two buy one, those of the earlier line come first, and a line's amount may be spread
/// over them with another remainder.
#[test]
fn the_order_of_lines_changes_no_discount_of_one_promotion() {
    let prepare = |case: &mut Case| {
        case.terms.promotions.retain(|promotion| !matches!(promotion.effect, Effect::BuyGet { .. }));
        case.terms.promotions.truncate(1);
        case.terms.fees.retain(|fee| !matches!(fee.on, FeeBasis::Option { .. }));
        if case.policy.pricing.tax.mode == TaxMode::External {
            case.policy.pricing.tax.mode = TaxMode::None;
        }
    };
    let seen = |priced: &PricedCart| {
        let totals = priced.totals;
        (totals.subtotal, totals.discount, totals.shipping, totals.shipping_discount, totals.fees)
    };
    unchanged(prepare, shuffle_lines, seen);
}

#[test]
fn equal_lines_swap() {
    let prepare = |case: &mut Case| {
        case.cart.lines.truncate(2);
        if let [first, second] = case.cart.lines.as_mut_slice() {
            let mut twin = cart_core::line::Line::clone(first);
            twin.id = second.id;
            twin.key.product.options = second.key.product.options.clone();
            let product = case.catalog.get(&first.key.product).cloned();
            case.catalog.remove(&twin.key.product);
            case.catalog.extend(product.map(|product| (twin.key.product.clone(), product)));
            *second = twin.into();
        }
        // Of equal lines, one may have been chosen with an option for which there is a fee.
        case.policy.pricing.fees = false;
    };
    let seen = |priced: &PricedCart| {
        let amounts: Vec<_> = priced.lines.iter().map(|line| line.amounts).collect();
        (amounts, Answer::of(priced))
    };
    unchanged(prepare, |case, _| case.cart.lines.reverse(), seen);
}
