//! `docs/pricing.md`, followed step by step with big fractions: slow and plain, to compare the engine with.

pub(crate) mod amounts;
mod charges;
mod effects;
mod lines;
mod promotions;
mod stacking;
mod tax;

use cart_core::money::Money;
use cart_core::policy::TaxMode;

use self::amounts::{round, whole};
use self::charges::Charges;
use self::lines::Item;
use self::promotions::{Candidates, Run};
use self::tax::Taxed;
use crate::answer::{Answer, GiftAnswer, LineAnswer, TotalsAnswer};
use crate::case::Case;

/// What the page says a cart costs.
pub(crate) fn price(case: &Case) -> Answer {
    let lines = lines::lines(case);
    let items: Vec<Item<'_>> = lines.iter().filter_map(|line| line.clone().ok()).collect();
    let candidates = Candidates::of(case);
    let (stay, excluded) = stacking::decide(case, &items, &candidates);
    let run = Run::of(case, &items, &stay);
    let mut charges = charges::charges(case, &items, &run);
    let taxed = tax::tax(case, &items, &run, &charges);
    charges.set_taxes(&taxed.each[items.len()..]);
    let promotions = candidates.outcomes(&run, &excluded);
    let coupons = candidates.coupons(&promotions);
    Answer {
        sleeping: coupons.iter().filter(|coupon| coupon.outcome.is_err()).map(|c| c.code.clone()).collect(),
        totals: totals(case, &items, &run, &charges, &taxed),
        lines: line_answers(&lines, &run, &taxed),
        gifts: run
            .gifts
            .iter()
            .map(|(id, gift)| GiftAnswer { promotion: id.clone(), ..gift.clone() })
            .collect(),
        unknown_taxes: taxed.unknown,
        taxes: taxed.totals,
        shipping: charges.shipping,
        payment: charges.payment,
        fees: charges.fees,
        promotions,
        coupons,
    }
}

fn line_answers(
    lines: &[Result<Item<'_>, cart_core::pricing::LeftOut>],
    run: &Run<'_>,
    taxed: &Taxed,
) -> Vec<Result<LineAnswer, cart_core::pricing::LeftOut>> {
    let mut counted = 0;
    let answer = |line: &Result<Item<'_>, _>| {
        line.clone().map(|item| {
            let (total, tax) = (run.current[counted], taxed.each[counted]);
            counted += 1;
            let subtotal = item.subtotal();
            LineAnswer { unit: item.unit, subtotal, discount: subtotal - total, total, tax }
        })
    };
    lines.iter().map(answer).collect()
}

fn totals(case: &Case, items: &[Item<'_>], run: &Run<'_>, charges: &Charges, taxed: &Taxed) -> TotalsAnswer {
    let subtotal: i128 = items.iter().map(Item::subtotal).sum();
    let discount = subtotal - run.current.iter().sum::<i128>();
    let (shipping, shipping_discount) = charges.shipping.as_ref().map_or((0, 0), |s| (s.price, s.discount));
    let fees = charges.payment.iter().chain(&charges.fees).map(|fee| fee.price).sum();
    let tax: i128 = taxed.each.iter().sum();
    let tax_on_top = match case.policy.pricing.tax.mode {
        TaxMode::OnTop | TaxMode::External => tax,
        TaxMode::None | TaxMode::Inside => 0,
    };
    let exact = subtotal - discount + shipping - shipping_discount + fees + tax_on_top;
    let cash_rounding = cash(case, exact) - exact;
    let total = exact + cash_rounding;
    TotalsAnswer {
        subtotal,
        discount,
        shipping,
        shipping_discount,
        fees,
        tax,
        tax_on_top,
        cash_rounding,
        total,
    }
}

/// The total as it can be paid.
fn cash(case: &Case, total: i128) -> i128 {
    let Some(cash) = case.policy.pricing.cash.get(&case.currency()) else { return total };
    let selected = case.cart.selections.payment_method.as_ref();
    if cash.methods.is_empty() || selected.is_some_and(|method| cash.methods.contains(method)) {
        let increment = i128::from(cash.increment);
        round(&(whole(total) / whole(increment)), cash.rounding) * increment
    } else {
        total
    }
}

/// An amount of the cart's currency.
pub(crate) fn money(case: &Case, minor: i128) -> Money {
    Money::new(i64::try_from(minor).unwrap(), case.currency())
}
