//! First stage: what each line costs.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::MAX_SUBTOTAL;
use super::derivation::{Derivation, Part, Rule, Step, Subject};
use super::priced::{LeftOut, LineAmounts, PricedLine};
use crate::cart::Cart;
use crate::facts::Facts;
use crate::line::Line;
use crate::money::{Currency, Money, MoneyError};
use crate::notice::Unavailable;
use crate::policy::PriceBasis;
use crate::product::{Product, Stock, UnitPrices};
use crate::quantity::Quantity;
use crate::status::Status;

pub(super) fn price_lines(
    cart: &Cart,
    facts: &Facts,
    derivation: &mut Derivation,
) -> Result<Vec<PricedLine>, MoneyError> {
    // A collected Result does not know its length; growing as it goes takes a third of the time of it all.
    let mut priced = Vec::with_capacity(cart.lines().len());
    let mut listed = Money::zero(cart.currency());
    // A line takes two steps at the most in this stage.
    derivation.reserve(cart.lines().len() * 2);
    for (line, product) in facts.products.of_lines(cart.lines()) {
        let prices = prices_that_count(line, product, cart, facts);
        let amounts = match left_out(cart, product) {
            Some(reason) => Err(reason),
            None => count(line, prices, &mut listed, derivation)?,
        };
        priced.push(PricedLine { line: Arc::clone(line), product: product.cloned(), prices, amounts });
    }
    Ok(priced)
}

/// The prices of a line that count, by the policy's price basis; those of when it was added where the catalog has
/// none in the cart's currency.
pub(crate) fn prices_that_count(
    line: &Line,
    product: Option<&Arc<Product>>,
    cart: &Cart,
    facts: &Facts,
) -> UnitPrices {
    let current = product.map(|product| product.prices_for(line.quantity));
    match current.filter(|prices| prices.currency() == cart.currency()) {
        // From the begin of a checkout on, prices are those that its begin noted.
        Some(_) if !matches!(cart.status(), Status::Active) => line.snapshot,
        Some(current) if counts_now(facts.policy.price_basis, line, facts.now) => current,
        Some(_) | None => line.snapshot,
    }
}

/// Whether the price of now counts, and not the one of when the line was added.
fn counts_now(basis: PriceBasis, line: &Line, now: DateTime<Utc>) -> bool {
    match basis {
        PriceBasis::Live => true,
        PriceBasis::AtAdd => false,
        PriceBasis::AtAddFor(age) => now.signed_duration_since(line.added_at) >= age,
    }
}

fn left_out(cart: &Cart, product: Option<&Arc<Product>>) -> Option<LeftOut> {
    let Some(product) = product.filter(|product| !product.withdrawn) else { return Some(LeftOut::Withdrawn) };
    if let Some(reason) = product.unavailable_in(cart.currency()) {
        return Some(LeftOut::Unavailable(reason));
    }
    match product.stock {
        // None left is out of stock, however the catalog puts it.
        Stock::Limited { available: 0, .. } => Some(LeftOut::Unavailable(Unavailable::OutOfStock)),
        Stock::Limited { .. } | Stock::Unlimited | Stock::OutOfStock | Stock::Call => None,
    }
}

impl Product {
    /// Why it cannot be bought in a currency now, however few units are asked for; none if it can.
    pub(crate) fn unavailable_in(&self, currency: Currency) -> Option<Unavailable> {
        if self.prices.currency() != currency {
            return Some(Unavailable::Currency);
        }
        match self.stock {
            Stock::Unlimited | Stock::Limited { .. } => None,
            Stock::OutOfStock => Some(Unavailable::OutOfStock),
            Stock::Call => Some(Unavailable::Call),
        }
    }
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
