//! How many units of a product a line may have: stock, the product's quantity rule, the policy's limit.

use std::cmp::min;

use crate::cart::Cart;
use crate::facts::Facts;
use crate::id::{LineId, StockItemId};
use crate::notice::Unavailable;
use crate::policy::OverAsking;
use crate::product::{Product, ProductKey, QuantityRule, Stock};
use crate::quantity::Quantity;
use crate::rejection::Rejection;

/// More units wanted of a product, for a new line or one that is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raise<'a> {
    pub(super) cart: &'a Cart,
    /// The line that is there, whose own units do not count against it.
    pub(super) line: Option<LineId>,
    pub(super) product: &'a ProductKey,
    /// Units of the line now; 0 for a new line.
    pub(super) current: u32,
    /// Units that the line should have.
    pub(super) asked: u32,
}

/// The quantity that a raised line gets: what was asked, or as much as can be had where `over_asking` says so.
///
/// # Errors
/// In this order: not in catalog, withdrawn, unavailable, too few or no multiple, not in stock, above the limit.
pub(super) fn admit(raise: Raise<'_>, over_asking: OverAsking, facts: &Facts) -> Result<Quantity, Rejection> {
    let product = available_product(raise, facts)?;
    let rule = product.quantity_rule;
    check_shape(raise.asked, rule)?;
    let Some(refusal) = excess(raise, product, facts) else {
        return Quantity::new(raise.asked).map_err(|_| Rejection::AboveMaximum { max: Quantity::MAX });
    };
    match over_asking {
        OverAsking::Refuse => Err(refusal),
        OverAsking::Clamp => most(raise, product, facts).ok_or(refusal),
    }
}

/// Checks a smaller quantity of a line that is there. Stock is no concern then; the product may even be gone.
///
/// # Errors
/// [`Rejection::BelowMinimum`] or [`Rejection::NotMultiple`].
pub(super) fn check_lowered(product: &ProductKey, to: Quantity, facts: &Facts) -> Result<(), Rejection> {
    facts.products.product(product).map_or(Ok(()), |product| check_shape(to.get(), product.quantity_rule))
}

/// The smallest quantity of a line of this product.
pub(super) fn smallest(product: &ProductKey, facts: &Facts) -> Quantity {
    facts.products.product(product).map_or(Quantity::ONE, |product| product.quantity_rule.min())
}

fn available_product<'a>(raise: Raise<'_>, facts: &'a Facts) -> Result<&'a Product, Rejection> {
    let product = facts
        .products
        .product(raise.product)
        .ok_or_else(|| Rejection::ProductNotFound { product: raise.product.clone() })?;
    if product.withdrawn {
        return Err(Rejection::ProductWithdrawn { product: raise.product.clone() });
    }
    match product.unavailable_in(raise.cart.currency()) {
        Some(reason) => Err(Rejection::ProductUnavailable { product: raise.product.clone(), reason }),
        None => Ok(product),
    }
}

impl Product {
    /// Why it cannot be bought in a currency now, however few units are asked for; none if it can.
    pub(crate) fn unavailable_in(&self, currency: crate::money::Currency) -> Option<Unavailable> {
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

fn check_shape(units: u32, rule: QuantityRule) -> Result<(), Rejection> {
    if units < rule.min().get() {
        return Err(Rejection::BelowMinimum { min: rule.min() });
    }
    if units.is_multiple_of(rule.step().get()) {
        Ok(())
    } else {
        Err(Rejection::NotMultiple { step: rule.step() })
    }
}

/// Why the quantity asked for is too much; none if it is not.
fn excess(raise: Raise<'_>, product: &Product, facts: &Facts) -> Option<Rejection> {
    if let Some(available) = room_in_stock(raise, product, facts).filter(|room| raise.asked > *room) {
        return Some(Rejection::InsufficientStock {
            product: raise.product.clone(),
            requested: raise.asked,
            available,
        });
    }
    let max = largest(product, facts);
    (raise.asked > max.get()).then_some(Rejection::AboveMaximum { max })
}

/// The most units that the line can have, if that is more than it has and satisfies the product's rule.
fn most(raise: Raise<'_>, product: &Product, facts: &Facts) -> Option<Quantity> {
    let max = largest(product, facts).get();
    let bound = room_in_stock(raise, product, facts).map_or(max, |room| min(room, max));
    let units = bound - bound % product.quantity_rule.step().get();
    let enough = units > raise.current && units >= product.quantity_rule.min().get();
    if enough { Quantity::new(units).ok() } else { None }
}

fn largest(product: &Product, facts: &Facts) -> Quantity {
    min(product.quantity_rule.max(), facts.policy.limits.quantity)
}

/// The units that stock leaves for the line after what the cart's other lines draw on the same stock item; none
/// if stock is no limit.
fn room_in_stock(raise: Raise<'_>, product: &Product, facts: &Facts) -> Option<u32> {
    match &product.stock {
        Stock::Limited { item, available } => {
            Some(available.saturating_sub(drawn_by_others(raise, item, facts)))
        }
        Stock::Unlimited | Stock::OutOfStock | Stock::Call => None,
    }
}

fn drawn_by_others(raise: Raise<'_>, item: &StockItemId, facts: &Facts) -> u32 {
    facts
        .products
        .of_lines(raise.cart.lines())
        .filter(|(line, product)| {
            Some(line.id) != raise.line && product.is_some_and(|product| product.draws_on(item))
        })
        .fold(0, |sum: u32, (line, _)| sum.saturating_add(line.quantity.get()))
}

impl Product {
    /// Whether its units are counted as this stock item.
    pub(crate) fn draws_on(&self, stock_item: &StockItemId) -> bool {
        match &self.stock {
            Stock::Limited { item, .. } => item == stock_item,
            Stock::Unlimited | Stock::OutOfStock | Stock::Call => false,
        }
    }
}
