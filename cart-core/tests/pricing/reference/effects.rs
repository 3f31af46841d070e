//! What a promotion takes off in its turn.

use std::collections::BTreeSet;
use std::sync::Arc;

use cart_core::line::Line;
use cart_core::money::{Amounts, Rate};
use cart_core::policy::{AllocationWeights, PercentLevel, TaxMode};
use cart_core::pricing::MAX_SUBTOTAL;
use cart_core::product::{ProductKey, Stock};
use cart_core::promotion::{
    Counting, Effect, NotApplied, Promotion, QuantityTier, Reduction, Scope, SubtotalBasis, ValueTier,
};
use cart_core::quantity::Quantity;

use super::amounts::{each_unit, rate, round, split, whole};
use super::promotions::Run;
use super::{money, tax};
use crate::answer::GiftAnswer;

/// An amount that a line is reduced by.
type Taken = (usize, i128);

/// Reduces what a promotion reduces, and says by how much.
pub(crate) fn apply(run: &mut Run<'_>, promotion: &Promotion) -> Result<i128, NotApplied> {
    let taken = match &promotion.effect {
        Effect::Shipping { methods, reduction } => {
            let selected = run.case.cart.selections.shipping_method.as_ref();
            if !methods.is_empty() && !selected.is_some_and(|method| methods.contains(method)) {
                return Err(NotApplied::ShippingMethod);
            }
            return shipping(run, reduction);
        }
        Effect::Gift { product, quantity } => return gift(run, promotion, product, *quantity),
        Effect::Lines { scope, reduction } => each(run, &in_scope(run, scope)?, reduction, false)?,
        Effect::Units { scope, reduction } => each(run, &in_scope(run, scope)?, reduction, true)?,
        Effect::QuantityTiers { scope, counting, tiers } => {
            quantity_tiers(run, &in_scope(run, scope)?, *counting, tiers)?
        }
        Effect::BuyGet { buy, buy_quantity, get, get_quantity, reduction, max_times } => {
            let most = max_times.map(|times| units(times) * units(*get_quantity));
            let chosen = chosen(run, (buy, units(*buy_quantity)), (get, units(*get_quantity)), most)?;
            buy_get(run, &chosen, reduction)?
        }
        Effect::Order { scope, reduction } => together(run, &in_scope(run, scope)?, reduction)?,
        Effect::ValueTiers { scope, basis, tiers } => {
            let lines = in_scope(run, scope)?;
            together(run, &lines, value_tier(run, &lines, *basis, tiers)?)?
        }
    };
    for &(at, taken) in &taken {
        assert!((0..=run.current[at]).contains(&taken), "{taken} of {}", run.current[at]);
        run.current[at] -= taken;
    }
    Ok(taken.iter().map(|(_, taken)| taken).sum())
}

fn units(quantity: Quantity) -> i128 {
    quantity.get().into()
}

fn in_scope(run: &Run<'_>, scope: &Scope) -> Result<Vec<usize>, NotApplied> {
    let lines: Vec<usize> = (0..run.items.len()).filter(|&at| run.items[at].is_in(scope)).collect();
    if lines.is_empty() { Err(NotApplied::NothingConcerned) } else { Ok(lines) }
}

fn stated(run: &Run<'_>, amounts: &Amounts) -> Result<i128, NotApplied> {
    let amount = amounts.in_currency(run.case.currency()).ok_or(NotApplied::Currency)?;
    Ok(amount.minor().into())
}

/// Reduces each line, as a whole or each unit of it.
fn each(
    run: &Run<'_>,
    lines: &[usize],
    reduction: &Reduction,
    is_per_unit: bool,
) -> Result<Vec<Taken>, NotApplied> {
    let times = |at: usize| if is_per_unit { run.items[at].units } else { 1 };
    match reduction {
        Reduction::Percent(rate) => Ok(percent(run, lines, *rate, run.case.policy.pricing.line_percentages)),
        Reduction::Amount(amounts) => {
            let amount = stated(run, amounts)?;
            Ok(lines.iter().map(|&at| (at, (amount * times(at)).min(run.current[at]))).collect())
        }
        Reduction::Price(amounts) => {
            let price = stated(run, amounts)?;
            Ok(lines.iter().map(|&at| (at, (run.current[at] - price * times(at)).max(0))).collect())
        }
    }
}

/// Reduces lines together.
fn together(run: &Run<'_>, lines: &[usize], reduction: &Reduction) -> Result<Vec<Taken>, NotApplied> {
    let sum = run.sum(lines, SubtotalBasis::AfterDiscounts);
    match reduction {
        Reduction::Percent(rate) => Ok(percent(run, lines, *rate, run.case.policy.pricing.order_percentages)),
        Reduction::Amount(amounts) => Ok(shared(run, lines, stated(run, amounts)?.min(sum))),
        Reduction::Price(amounts) => Ok(shared(run, lines, (sum - stated(run, amounts)?).max(0))),
    }
}

fn percent(run: &Run<'_>, lines: &[usize], off: Rate, level: PercentLevel) -> Vec<Taken> {
    let (off, rounding) = (rate(off), run.case.policy.pricing.rounding);
    let per_unit =
        |&at: &usize| each_unit(run.current[at], run.items[at].units, |unit| round(&(unit * &off), rounding));
    let per_line = |&at: &usize| round(&(whole(run.current[at]) * &off), rounding);
    match level {
        PercentLevel::PerUnit => lines.iter().map(|at| (*at, per_unit(at))).collect(),
        PercentLevel::PerLine => lines.iter().map(|at| (*at, per_line(at))).collect(),
        PercentLevel::PerOrder => {
            let sum = run.sum(lines, SubtotalBasis::AfterDiscounts);
            shared(run, lines, round(&(whole(sum) * &off), rounding))
        }
    }
}

/// Splits a discount over lines.
fn shared(run: &Run<'_>, lines: &[usize], total: i128) -> Vec<Taken> {
    let pricing = &run.case.policy.pricing;
    let weight = |&at: &usize| match pricing.weights {
        AllocationWeights::Discounted => run.current[at],
        AllocationWeights::Listed => run.items[at].subtotal(),
        AllocationWeights::TaxInclusive => with_tax(run, at),
    };
    let weights: Vec<i128> = lines.iter().map(weight).collect();
    let caps: Vec<i128> = lines.iter().map(|&at| run.current[at]).collect();
    lines.iter().copied().zip(split(pricing.allocation, total, &weights, &caps)).collect()
}

/// What a line costs with the tax on top of it.
fn with_tax(run: &Run<'_>, at: usize) -> i128 {
    let policy = run.case.policy.pricing.tax;
    if policy.mode != TaxMode::OnTop {
        return run.current[at];
    }
    let rates = tax::rates(run.case, Some(&run.items[at].product.tax_class)).unwrap_or_default();
    let sum = tax::effective(&rates).into_iter().fold(whole(0), |sum, rate| sum + rate);
    run.current[at] + round(&(whole(run.current[at]) * sum), policy.rounding)
}

fn quantity_tiers(
    run: &Run<'_>,
    lines: &[usize],
    counting: Counting,
    tiers: &[QuantityTier],
) -> Result<Vec<Taken>, NotApplied> {
    let all: i128 = lines.iter().map(|&at| run.items[at].units).sum();
    let counted = |at: usize| match counting {
        Counting::EachLine => run.items[at].units,
        Counting::Together => all,
    };
    let reached = |at: usize| tiers.iter().rfind(|tier| units(tier.from) <= counted(at));
    if lines.iter().all(|&at| reached(at).is_none()) {
        let most = lines.iter().map(|&at| counted(at)).max().unwrap_or_default();
        return Err(NotApplied::BelowQuantity { min: tiers[0].from, units: most as u64 });
    }
    let mut taken = Vec::new();
    let mut done: Vec<&Reduction> = Vec::new();
    for tier in tiers {
        if done.contains(&&tier.reduction) {
            continue;
        }
        done.push(&tier.reduction);
        let has = |at: &usize| reached(*at).is_some_and(|found| found.reduction == tier.reduction);
        let group: Vec<usize> = lines.iter().copied().filter(has).collect();
        // What has no amount in the cart's currency takes nothing off.
        taken.extend(each(run, &group, &tier.reduction, true).unwrap_or_default());
    }
    Ok(taken)
}

fn value_tier<'t>(
    run: &Run<'_>,
    lines: &[usize],
    basis: SubtotalBasis,
    tiers: &'t [ValueTier],
) -> Result<&'t Reduction, NotApplied> {
    let subtotal = run.sum(lines, basis);
    let mut froms = Vec::new();
    for tier in tiers {
        if let Some(from) = tier.from.in_currency(run.case.currency()) {
            froms.push((from, tier));
        }
    }
    let first = froms.first().ok_or(NotApplied::Currency)?;
    let reached = froms.iter().rfind(|(from, _)| i128::from(from.minor()) <= subtotal);
    let below = || NotApplied::BelowSubtotal { min: first.0, subtotal: money(run.case, subtotal) };
    reached.map(|(_, tier)| &tier.reduction).ok_or_else(below)
}

/// How many units of which lines are reduced for those bought.
fn chosen(
    run: &Run<'_>,
    (buy, buy_quantity): (&Scope, i128),
    (get, get_quantity): (&Scope, i128),
    most: Option<i128>,
) -> Result<Vec<Taken>, NotApplied> {
    let (buy, mut get) = (in_scope(run, buy)?, in_scope(run, get)?);
    get.sort_by_key(|&at| (run.items[at].unit, at));
    let mut bought: i128 = buy.iter().map(|&at| run.items[at].units).sum();
    let buy: BTreeSet<usize> = buy.into_iter().collect();
    let mut chosen: Vec<Taken> = get.iter().map(|&at| (at, 0)).collect();
    let mut taken = 0;
    'units: for (at, of_line) in &mut chosen {
        for _ in 0..run.items[*at].units {
            bought -= i128::from(buy.contains(at));
            let allowed = get_quantity * (bought / buy_quantity);
            if taken + 1 > allowed || most.is_some_and(|most| taken + 1 > most) {
                break 'units;
            }
            taken += 1;
            *of_line += 1;
        }
    }
    if taken == 0 {
        return Err(NotApplied::NothingConcerned);
    }
    chosen.retain(|(_, of_line)| *of_line > 0);
    chosen.sort_unstable();
    Ok(chosen)
}

/// Reduces units of lines.
fn buy_get(run: &Run<'_>, chosen: &[Taken], reduction: &Reduction) -> Result<Vec<Taken>, NotApplied> {
    let pricing = &run.case.policy.pricing;
    let part = |&(at, of_line): &Taken| run.current[at] * of_line / run.items[at].units;
    let parts: Vec<i128> = chosen.iter().map(part).collect();
    let taken: Vec<i128> = match reduction {
        Reduction::Percent(off) => {
            let off = rate(*off);
            let rounded = |amount: &_| round(&(amount * &off), pricing.rounding);
            match pricing.line_percentages {
                PercentLevel::PerUnit => {
                    chosen.iter().zip(&parts).map(|((_, k), part)| each_unit(*part, *k, rounded)).collect()
                }
                PercentLevel::PerLine => parts.iter().map(|part| rounded(&whole(*part))).collect(),
                PercentLevel::PerOrder => {
                    split(pricing.allocation, rounded(&whole(parts.iter().sum())), &parts, &parts)
                }
            }
        }
        Reduction::Amount(amounts) => {
            let amount = stated(run, amounts)?;
            chosen.iter().zip(&parts).map(|((_, k), part)| (amount * k).min(*part)).collect()
        }
        Reduction::Price(amounts) => {
            let price = stated(run, amounts)?;
            chosen.iter().zip(&parts).map(|((_, k), part)| (part - price * k).max(0)).collect()
        }
    };
    Ok(chosen.iter().map(|(at, _)| *at).zip(taken).collect())
}

fn shipping(run: &mut Run<'_>, reduction: &Reduction) -> Result<i128, NotApplied> {
    let (price, discount) = run.shipping.ok_or(NotApplied::ShippingMethod)?;
    let left = price - discount;
    let taken = match reduction {
        Reduction::Percent(off) => round(&(whole(left) * rate(*off)), run.case.policy.pricing.rounding),
        Reduction::Amount(amounts) => stated(run, amounts)?.min(left),
        Reduction::Price(amounts) => (left - stated(run, amounts)?).max(0),
    };
    run.shipping = Some((price, discount + taken));
    Ok(taken)
}

fn gift(
    run: &mut Run<'_>,
    promotion: &Promotion,
    key: &ProductKey,
    quantity: Quantity,
) -> Result<i128, NotApplied> {
    if run.case.cart.refused_gifts.contains(&promotion.id) {
        return Err(NotApplied::GiftRefused);
    }
    let product = run.case.catalog.get(key).ok_or(NotApplied::GiftUnavailable)?;
    let is_enough = match &product.stock {
        Stock::Unlimited => true,
        Stock::OutOfStock | Stock::Call => false,
        Stock::Limited { item, available } => {
            let draws = |stock: &Stock| matches!(stock, Stock::Limited { item: of, .. } if of == item);
            // Lines that do not count draw as well.
            let of = |line: &&Arc<Line>| run.case.catalog.get(&line.key.product);
            let by_lines =
                run.case.cart.lines.iter().filter(|line| of(line).is_some_and(|of| draws(&of.stock)));
            let by_gifts = run.gifts.iter().filter(|(_, gift)| draws(&run.case.catalog[&gift.product].stock));
            let drawn = by_lines.map(|line| units(line.quantity)).sum::<i128>()
                + by_gifts.map(|(_, gift)| i128::from(gift.quantity)).sum::<i128>();
            drawn + units(quantity) <= i128::from(*available)
        }
    };
    if product.withdrawn || !is_enough || product.prices.currency() != run.case.currency() {
        return Err(NotApplied::GiftUnavailable);
    }
    // What a gift is worth is held where charges are.
    let value = i128::from(product.prices_for(quantity).unit().minor()) * units(quantity);
    let value = value.min(MAX_SUBTOTAL.into());
    let gift =
        GiftAnswer { promotion: promotion.id.clone(), product: key.clone(), quantity: quantity.get(), value };
    run.gifts.push((promotion.id.clone(), gift));
    Ok(0)
}
