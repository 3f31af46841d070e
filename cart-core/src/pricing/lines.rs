//! First stage: what each line costs.

use std::sync::Arc;

use super::MAX_SUBTOTAL;
use super::derivation::{Derivation, Part, Rule, Step, Subject};
use super::priced::{LeftOut, LineAmounts, PricedLine};
use crate::cart::Cart;
use crate::facts::Facts;
use crate::line::Line;
use crate::money::{Money, MoneyError};
use crate::offer::{NotOffered, not_offered, prices_that_count};
use crate::product::UnitPrices;
use crate::quantity::Quantity;

pub(super) fn price_lines(
    cart: &Cart,
    facts: &Facts,
    derivation: &mut Derivation,
) -> Result<Vec<PricedLine>, MoneyError> {
    // A collected Result does not know its length; growing as it goes takes a third of the time of it all.
    let mut priced = Vec::with_capacity(cart.lines().len());
    let mut listed = Money::zero(cart.currency());
    // Two steps of this stage, one tax, and most promotions that apply reduce most lines.
    let others = facts.terms.promotions.len().min(4) + 1;
    derivation.reserve(cart.lines().len() * (2 + others));
    for (line, product) in facts.products.of_lines(cart.lines()) {
        let prices = prices_that_count(line, product, cart, facts);
        let amounts = match not_offered(product, cart.currency()) {
            Some(NotOffered::Withdrawn) => Err(LeftOut::Withdrawn),
            Some(NotOffered::Unavailable(reason)) => Err(LeftOut::Unavailable(reason)),
            None => count(line, prices, &mut listed, derivation)?,
        };
        priced.push(PricedLine { line: Arc::clone(line), product: product.cloned(), prices, amounts });
    }
    Ok(priced)
}

/// What a line adds to the totals, on top of what the lines before it are `listed` at; left out if that does not fit.
fn count(
    line: &Line,
    prices: UnitPrices,
    listed: &mut Money,
    derivation: &mut Derivation,
) -> Result<Result<LineAmounts, LeftOut>, MoneyError> {
    let amounts = amounts(line.quantity, prices);
    // No other sum is larger than that of the list prices.
    match amounts.and_then(|amounts| Ok((amounts, listed.checked_add(amounts.subtotal)?))) {
        Ok((_, sum)) if sum.minor() > MAX_SUBTOTAL => Ok(Err(LeftOut::AmountOverflow)),
        Ok((amounts, sum)) => {
            *listed = sum;
            explain(line, prices, amounts, derivation)?;
            Ok(Ok(amounts))
        }
        Err(MoneyError::Overflow) => Ok(Err(LeftOut::AmountOverflow)),
        Err(error) => Err(error),
    }
}

fn amounts(quantity: Quantity, prices: UnitPrices) -> Result<LineAmounts, MoneyError> {
    let subtotal = prices.list().checked_mul(quantity.get())?;
    let discount = prices.unit_discount()?.checked_mul(quantity.get())?;
    let tax = Money::zero(prices.currency());
    Ok(LineAmounts { subtotal, discount, total: subtotal.checked_sub(discount)?, tax })
}

fn explain(
    line: &Line,
    prices: UnitPrices,
    amounts: LineAmounts,
    derivation: &mut Derivation,
) -> Result<(), MoneyError> {
    let quantity = line.quantity;
    let rule = Rule::ListPrice { list: prices.list(), quantity };
    derivation.push(Step {
        part: Part::Subtotal,
        subject: Subject::Line(line.id),
        rule,
        amount: amounts.subtotal,
    });
    if !amounts.discount.is_zero() {
        let rule = Rule::CatalogDiscount { unit_discount: prices.unit_discount()?, quantity };
        let amount = amounts.discount.checked_neg()?;
        derivation.push(Step { part: Part::Discount, subject: Subject::Line(line.id), rule, amount });
    }
    Ok(())
}
