//! What holds for whatever cart.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cart_core::id::{LineId, PromotionId, StockItemId};
use cart_core::money::{Money, Rate};
use cart_core::policy::{TaxBase, TaxLevel, TaxMode};
use cart_core::pricing::{Part, PricedCart, PricedCharge, PricedLine, Rule, Step, Subject, Working};
use cart_core::product::{ProductKey, Stock};
use cart_core::promotion::{Effect, Promotion, Scope, Stacking};
use cart_core::tax::{Taxes, Treatment};

use crate::case::Case;
use crate::random::case;

/// Many carts, priced once for all that is checked about them.
static PRICED: LazyLock<Vec<(Case, PricedCart)>> = LazyLock::new(|| {
    let priced = |seed| {
        let case = case(seed);
        let priced = case.priced().unwrap();
        (case, priced)
    };
    (0..5_000).map(priced).collect()
});

/// Checks something about many priced carts.
fn always(check: impl Fn(&Case, &PricedCart) -> bool) {
    for (seed, (case, priced)) in PRICED.iter().enumerate() {
        assert!(check(case, priced), "seed {seed}\n{case}\n{}", priced.explain());
    }
}

fn minor(money: Money) -> i128 {
    money.minor().into()
}

fn sum<'a>(steps: impl IntoIterator<Item = &'a Step>) -> i128 {
    steps.into_iter().map(|step| minor(step.amount)).sum()
}

fn of_part(priced: &PricedCart, part: Part) -> i128 {
    sum(priced.derivation.steps().iter().filter(|step| step.part == part))
}

/// Price, discount, total and tax of shipping, payment and fees.
fn charges(priced: &PricedCart) -> Vec<[i128; 4]> {
    fn amounts<Id>(charge: &PricedCharge<Id>) -> [i128; 4] {
        [charge.price, charge.discount, charge.total, charge.tax].map(minor)
    }
    let shipping = priced.shipping.iter().map(amounts);
    shipping.chain(priced.payment.iter().map(amounts)).chain(priced.fees.iter().map(amounts)).collect()
}

/// Subtotal, discount, total and tax of the lines that count.
fn lines(priced: &PricedCart) -> Vec<[i128; 4]> {
    let counted = priced.lines.iter().filter_map(|line| line.amounts.ok());
    counted.map(|line| [line.subtotal, line.discount, line.total, line.tax].map(minor)).collect()
}

fn column(rows: &[[i128; 4]], at: usize) -> i128 {
    rows.iter().map(|row| row[at]).sum()
}

#[test]
fn the_steps_of_each_part_add_up_to_its_total() {
    always(|case, priced| {
        let totals = priced.totals;
        let inside = totals.tax.checked_sub(totals.tax_on_top).unwrap();
        let parts = [
            (Part::Subtotal, minor(totals.subtotal)),
            (Part::Discount, -minor(totals.discount)),
            (Part::Shipping, minor(totals.shipping)),
            (Part::ShippingDiscount, -minor(totals.shipping_discount)),
            (Part::Fees, minor(totals.fees)),
            (Part::TaxOnTop, minor(totals.tax_on_top)),
            (Part::TaxInside, minor(inside)),
            (Part::CashRounding, minor(totals.cash_rounding)),
        ];
        let sum_of = |part| priced.derivation.sum_of(part, case.currency()).map(minor);
        parts.into_iter().all(|(part, total)| of_part(priced, part) == total && sum_of(part) == Ok(total))
    });
}

#[test]
fn all_steps_add_up_to_the_total() {
    always(|case, priced| priced.derivation.sum(case.currency()) == Ok(priced.totals.total));
}

#[test]
fn the_steps_about_a_line_or_charge_add_up_to_what_it_costs() {
    always(|_, priced| {
        let about = |subject: &Subject, parts: [Part; 2]| {
            let steps = priced.derivation.steps().iter();
            sum(steps.filter(|step| step.subject == *subject && parts.contains(&step.part)))
        };
        let line = |line: &PricedLine| {
            let steps = about(&Subject::Line(line.line.id), [Part::Subtotal, Part::Discount]);
            steps == line.amounts.map_or(0, |amounts| minor(amounts.total))
        };
        let shipping = priced.shipping.iter().all(|of| {
            about(&Subject::Shipping(of.id.clone()), [Part::Shipping, Part::ShippingDiscount])
                == minor(of.total)
        });
        let fees = priced
            .fees
            .iter()
            .all(|of| about(&Subject::Fee(of.id.clone()), [Part::Fees, Part::Fees]) == minor(of.total));
        priced.lines.iter().all(line) && shipping && fees
    });
}

#[test]
fn lines_and_charges_add_up_to_the_totals() {
    always(|case, priced| {
        let (lines, charges, totals) = (lines(priced), charges(priced), priced.totals);
        let shipping = priced.shipping.as_ref().map_or((0, 0), |of| (minor(of.price), minor(of.discount)));
        let is_on_top = matches!(case.policy.pricing.tax.mode, TaxMode::OnTop | TaxMode::External);
        let tax = column(&lines, 3) + column(&charges, 3);
        column(&lines, 0) == minor(totals.subtotal)
            && column(&lines, 1) == minor(totals.discount)
            && shipping == (minor(totals.shipping), minor(totals.shipping_discount))
            && column(&charges, 0) == minor(totals.shipping) + minor(totals.fees)
            && tax == minor(totals.tax)
            && minor(totals.tax_on_top) == if is_on_top { tax } else { 0 }
    });
}

#[test]
fn the_total_is_what_the_formula_says() {
    always(|_, priced| {
        let of = priced.totals;
        let plus = [of.subtotal, of.shipping, of.fees, of.tax_on_top, of.cash_rounding].map(minor);
        let less = [of.discount, of.shipping_discount].map(minor);
        let total = plus.iter().sum::<i128>() - less.iter().sum::<i128>();
        let net = total - minor(of.cash_rounding) - minor(of.tax);
        total == minor(of.total) && of.net().map(minor) == Ok(net)
    });
}

#[test]
fn nothing_is_negative_and_no_discount_is_above_what_it_is_off() {
    always(|_, priced| {
        let rows = [lines(priced), charges(priced)].concat();
        let of = priced.totals;
        let parts = [of.subtotal, of.discount, of.shipping, of.shipping_discount, of.fees, of.tax, of.total];
        rows.iter().flatten().all(|amount| *amount >= 0)
            && rows.iter().all(|[price, discount, total, _]| price - discount == *total)
            && parts.iter().all(|amount| !amount.is_negative())
    });
}

/// What promotions took off, by promotion.
fn takings(priced: &PricedCart) -> BTreeMap<PromotionId, i128> {
    let mut takings = BTreeMap::new();
    for step in priced.derivation.steps() {
        if let Rule::Promotion { promotion, .. } = &step.rule {
            *takings.entry(promotion.clone()).or_default() -= minor(step.amount);
        }
    }
    takings
}

#[test]
fn the_steps_of_a_promotion_add_up_to_its_outcome() {
    always(|_, priced| {
        let mut takings = takings(priced);
        let agree = priced.promotions.iter().all(|promotion| {
            let taken = takings.remove(&promotion.id);
            taken.unwrap_or_default() == promotion.outcome.as_ref().map_or(0, |of| minor(*of))
        });
        agree && takings.is_empty()
    });
}

#[test]
fn a_promotion_that_takes_nothing_off_has_no_steps_and_one_that_applies_takes_or_gives_something() {
    always(|_, priced| {
        let takings = takings(priced);
        priced.promotions.iter().all(|promotion| {
            let gives = priced.gifts.iter().any(|gift| gift.promotion == promotion.id);
            match &promotion.outcome {
                Ok(taken) => gives != (minor(*taken) > 0) && takings.contains_key(&promotion.id) != gives,
                Err(_) => !gives && !takings.contains_key(&promotion.id),
            }
        })
    });
}

/// The lines that a promotion may reduce.
fn scope(promotion: &Promotion) -> Option<&Scope> {
    match &promotion.effect {
        Effect::Lines { scope, .. }
        | Effect::Units { scope, .. }
        | Effect::QuantityTiers { scope, .. }
        | Effect::BuyGet { get: scope, .. }
        | Effect::Order { scope, .. }
        | Effect::ValueTiers { scope, .. } => Some(scope),
        Effect::Shipping { .. } | Effect::Gift { .. } => None,
    }
}

fn is_in(scope: &Scope, priced: &PricedCart, line: LineId) -> bool {
    priced.lines.iter().any(|of| {
        let product = of.product.as_ref().filter(|_| of.line.id == line);
        product.is_some_and(|product| scope.contains(&of.line.key.product.product, product, of.prices))
    })
}

#[test]
fn a_promotion_reduces_only_what_it_is_about() {
    always(|case, priced| {
        priced.derivation.steps().iter().all(|step| {
            let Rule::Promotion { promotion, .. } = &step.rule else { return true };
            let promotion = case.terms.promotions.iter().find(|of| of.id == *promotion).unwrap();
            match (&step.subject, scope(promotion)) {
                (Subject::Line(line), Some(scope)) => is_in(scope, priced, *line),
                (Subject::Shipping(_), None) => matches!(promotion.effect, Effect::Shipping { .. }),
                _ => false,
            }
        })
    });
}

#[test]
fn at_no_point_of_the_work_has_more_been_taken_off_than_there_was() {
    always(|_, priced| {
        let mut left: BTreeMap<String, i128> = BTreeMap::new();
        priced.derivation.steps().iter().all(|step| {
            let counts = [Part::Subtotal, Part::Discount, Part::Shipping, Part::ShippingDiscount];
            let left = left.entry(format!("{:?}", step.subject)).or_default();
            *left += if counts.contains(&step.part) { minor(step.amount) } else { 0 };
            *left >= 0
        })
    });
}

#[test]
fn the_shares_of_a_discount_add_up_to_it() {
    always(|_, priced| {
        let shares = |promotion: &PromotionId| {
            let mut of_all = Vec::new();
            for step in priced.derivation.steps() {
                if let Rule::Promotion { promotion: of, working: Working::Share { of: whole } } = &step.rule
                    && of == promotion
                {
                    of_all.push((minor(*whole), -minor(step.amount)));
                }
            }
            of_all
        };
        priced.promotions.iter().filter(|promotion| promotion.wholes.len() == 1).all(|promotion| {
            let shares = shares(&promotion.id);
            let total: i128 = shares.iter().map(|(_, share)| share).sum();
            shares.iter().all(|(whole, _)| *whole == total)
        })
    });
}

/// How many units of a stock item are given, or are in the cart, counted or not.
fn drawn(case: &Case, priced: &PricedCart, item: &StockItemId) -> u64 {
    let is_of_item = |key: &ProductKey| {
        let stock = case.catalog.get(key).map(|product| &product.stock);
        matches!(stock, Some(Stock::Limited { item: of, .. }) if of == item)
    };
    let lines = case.cart.lines.iter().filter(|line| is_of_item(&line.key.product));
    let gifts = priced.gifts.iter().filter(|gift| is_of_item(&gift.product));
    let units = lines.map(|line| line.quantity).chain(gifts.map(|gift| gift.quantity));
    units.map(|quantity| u64::from(quantity.get())).sum()
}

/// Where products of one stock item say different numbers, the largest that was gone by is meant.
#[test]
fn no_gift_is_of_units_that_are_not_there_or_are_in_the_cart() {
    always(|case, priced| {
        let mut most: BTreeMap<&StockItemId, u32> = BTreeMap::new();
        let is_there = priced.gifts.iter().all(|gift| match &case.catalog[&gift.product].stock {
            Stock::Unlimited => true,
            Stock::OutOfStock | Stock::Call => false,
            Stock::Limited { item, available } => {
                let most = most.entry(item).or_default();
                *most = (*most).max(*available);
                true
            }
        });
        is_there && most.into_iter().all(|(item, most)| drawn(case, priced, item) <= u64::from(most))
    });
}

#[test]
fn what_excludes_is_alone() {
    always(|case, priced| {
        let of =
            |id: &PromotionId| case.terms.promotions.iter().find(|promotion| promotion.id == *id).unwrap();
        let applied: Vec<&Stacking> = priced
            .promotions
            .iter()
            .filter(|promotion| promotion.outcome.is_ok())
            .map(|promotion| &of(&promotion.id).stacking)
            .collect();
        let mut named: Vec<String> =
            applied.iter().filter(|of| ***of != Stacking::Combine).map(|of| format!("{of:?}")).collect();
        let count = named.len();
        named.sort();
        named.dedup();
        named.len() == count && (!applied.contains(&&Stacking::Exclusive) || applied.len() == 1)
    });
}

#[test]
fn taxes_by_rate_add_up_to_the_tax_and_to_their_steps() {
    always(|case, priced| {
        let by_rate: i128 = priced.taxes.iter().map(|tax| minor(tax.amount)).sum();
        let of_steps = |name: &str, rate: Rate, compound: bool| {
            let is_of = |step: &&Step| {
                let Rule::Tax { name: of, rate: at, compound: is, .. } = &step.rule else { return false };
                (&**of, *at, *is) == (name, rate, compound)
            };
            sum(priced.derivation.steps().iter().filter(is_of))
        };
        case.policy.pricing.tax.mode == TaxMode::External
            || by_rate == minor(priced.totals.tax)
                && priced
                    .taxes
                    .iter()
                    .all(|tax| of_steps(&tax.name, tax.rate, tax.compound) == minor(tax.amount))
    });
}

/// Whether taxes are inside what is paid.
fn is_inside(case: &Case) -> bool {
    let tax = case.policy.pricing.tax;
    tax.mode == TaxMode::Inside && tax.base == TaxBase::AfterDiscounts
}

fn has_at_most_one_tax_each(case: &Case) -> bool {
    let Taxes::Table(table) = &case.terms.taxes else { return true };
    table.values().all(|treatment| match treatment {
        Treatment::Rates(rates) => rates.len() <= 1,
        Treatment::Exempt => true,
    })
}

/// Where several taxes of one price are rounded with those of others, the shares of a small one may exceed it.
#[test]
fn taxes_inside_are_no_more_than_what_contains_them() {
    always(|case, priced| {
        let is_by_itself = matches!(case.policy.pricing.tax.level, TaxLevel::PerUnit | TaxLevel::PerLine);
        let rows = [lines(priced), charges(priced)].concat();
        !is_inside(case)
            || !(is_by_itself || has_at_most_one_tax_each(case))
            || rows.iter().all(|[_, _, total, tax]| tax <= total)
    });
}

/// Where each of several taxes is rounded up for all of the cart, they may come to more than it costs.
#[test]
fn what_is_paid_without_the_taxes_inside_is_not_negative() {
    always(|case, priced| {
        let is_rounded_by_rate = case.policy.pricing.tax.level == TaxLevel::PerRate;
        !is_inside(case)
            || (is_rounded_by_rate && !has_at_most_one_tax_each(case))
            || !priced.totals.net().unwrap().is_negative()
    });
}

#[test]
fn an_exempt_customer_pays_no_tax() {
    always(|case, priced| {
        let is_taxed = !priced.totals.tax.is_zero() || !priced.taxes.is_empty();
        !(case.terms.customer.tax_exempt && is_taxed)
    });
}

#[test]
fn the_explanation_names_the_total() {
    always(|_, priced| {
        let text = priced.explain().to_string();
        text.ends_with(&format!("= total {}\n", priced.totals.total))
    });
}

#[test]
fn cash_rounding_is_less_than_an_increment_and_leaves_a_multiple() {
    always(|case, priced| {
        let Some(cash) = case.policy.pricing.cash.get(&case.currency()) else {
            return priced.totals.cash_rounding.is_zero();
        };
        let rounding = minor(priced.totals.cash_rounding);
        let increment = i128::from(cash.increment);
        rounding.abs() < increment && (rounding == 0 || minor(priced.totals.total) % increment == 0)
    });
}

/// True for one promotion alone: with several, a condition of another may fail on what this one leaves, and a charge
/// may rise where the lines cost less.
#[test]
fn a_promotion_alone_never_raises_the_total() {
    for (seed, (case, _)) in PRICED.iter().enumerate() {
        let mut with = case.clone();
        with.policy.pricing.shipping = false;
        with.policy.pricing.fees = false;
        with.terms.promotions.truncate(1);
        if with.policy.pricing.tax.mode == TaxMode::External {
            continue;
        }
        let mut without = with.clone();
        without.terms.promotions.clear();
        let (dearer, cheaper) = (without.priced().unwrap().totals.total, with.priced().unwrap().totals.total);
        assert!(minor(cheaper) <= minor(dearer), "seed {seed}\n{with}\n{cheaper} instead of {dearer}");
    }
}
