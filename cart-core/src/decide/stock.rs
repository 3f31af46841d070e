//! How many units of a product a line may have: stock, the product's quantity rule, the policy's limit.

use std::cmp::min;
use std::sync::Arc;

use super::demand::{Demand, drawn};
use super::prices::other_price;
use crate::cart::Cart;
use crate::facts::Facts;
use crate::id::StockItemId;
use crate::line::Line;
use crate::offer::prices_that_count;
use crate::policy::OverAsking;
use crate::pricing::MAX_SUBTOTAL;
use crate::product::{Product, ProductKey, QuantityRule, Stock};
use crate::quantity::Quantity;
use crate::rejection::Rejection;

/// More units wanted of a product, for a new line or one that is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raise<'a> {
    pub(super) cart: &'a Cart,
    pub(super) key: &'a ProductKey,
    /// What the catalog says about the product.
    pub(super) product: Option<&'a Arc<Product>>,
    /// The line whose prices count, as far as prices of before do; none for a line at the prices of now.
    pub(super) priced_as: Option<&'a Line>,
    /// Units of the line now, which do not count against it; 0 for a new line.
    pub(super) current: u32,
    /// Units that the line should have.
    pub(super) asked: u32,
    /// What the cart's lines draw on stock, where many are raised in turn; else it is counted for this one.
    pub(super) demand: Option<&'a Demand<'a>>,
}

/// The quantity that a raised line gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Admitted {
    pub(super) quantity: Quantity,
    /// Why it is less than what was asked for; none if it is not.
    pub(super) capped: Option<Rejection>,
}

/// The quantity that a raised line gets: what was asked, or as much as can be had where `over_asking` says so.
///
/// # Errors
/// In this order: not in catalog, withdrawn, unavailable, too few or no multiple, not in stock, above the limit, too
/// large an amount.
pub(super) fn admit(raise: Raise<'_>, over_asking: OverAsking, facts: &Facts) -> Result<Admitted, Rejection> {
    let product = available_product(raise)?;
    check_shape(raise.asked, product.quantity_rule)?;
    let admitted = fit(raise, product, over_asking, facts)?;
    check_amount(raise, product, admitted.quantity, facts)?;
    Ok(admitted)
}

/// As much of what is asked for as stock and limits let through.
fn fit(
    raise: Raise<'_>,
    product: &Product,
    over_asking: OverAsking,
    facts: &Facts,
) -> Result<Admitted, Rejection> {
    let room = room_in_stock(raise, product, facts);
    let Some(refusal) = excess(raise, product, room, facts) else {
        let quantity = Quantity::new(raise.asked);
        let quantity = quantity.map_err(|_| Rejection::AboveMaximum { max: Quantity::MAX })?;
        return Ok(Admitted { quantity, capped: None });
    };
    match (over_asking, most(raise, product, room, facts)) {
        (OverAsking::Clamp, Some(quantity)) => Ok(Admitted { quantity, capped: Some(refusal) }),
        (OverAsking::Clamp, None) | (OverAsking::Refuse, _) => Err(refusal),
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

fn available_product(raise: Raise<'_>) -> Result<&Product, Rejection> {
    let key = || raise.key.clone();
    let product = raise.product.ok_or_else(|| Rejection::ProductNotFound { product: key() })?;
    if product.withdrawn {
        return Err(Rejection::ProductWithdrawn { product: key() });
    }
    match product.unavailable_in(raise.cart.currency()) {
        Some(reason) => Err(Rejection::ProductUnavailable { product: key(), reason }),
        None => Ok(product),
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

/// Checks the largest amount of the line. Whether the sum of all lines fits is seen when the cart is priced.
fn check_amount(
    raise: Raise<'_>,
    product: &Product,
    quantity: Quantity,
    facts: &Facts,
) -> Result<(), Rejection> {
    let prices = match raise.priced_as {
        Some(line) => other_price(product, line.quantity, quantity)
            .unwrap_or_else(|| prices_that_count(line, raise.product, raise.cart, facts)),
        None => product.prices_for(quantity),
    };
    let amount = prices.list().checked_mul(quantity.get());
    let fits = amount.is_ok_and(|amount| amount.minor() <= MAX_SUBTOTAL);
    if fits { Ok(()) } else { Err(Rejection::AmountOverflow) }
}

/// Why the quantity asked for is too much; none if it is not.
fn excess(raise: Raise<'_>, product: &Product, room: Option<u32>, facts: &Facts) -> Option<Rejection> {
    if let Some(available) = room.filter(|room| raise.asked > *room) {
        return Some(Rejection::InsufficientStock {
            product: raise.key.clone(),
            requested: raise.asked,
            available,
        });
    }
    let max = largest(product, facts);
    (raise.asked > max.get()).then_some(Rejection::AboveMaximum { max })
}

/// The most units that the line can have, if that is more than it has and satisfies the product's rule.
fn most(raise: Raise<'_>, product: &Product, room: Option<u32>, facts: &Facts) -> Option<Quantity> {
    let max = largest(product, facts).get();
    let bound = room.map_or(max, |room| min(room, max));
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
            let left = u64::from(*available).saturating_sub(drawn_by_others(raise, item, facts));
            Some(u32::try_from(left).unwrap_or(*available))
        }
        Stock::Unlimited | Stock::OutOfStock | Stock::Call => None,
    }
}

fn drawn_by_others(raise: Raise<'_>, item: &StockItemId, facts: &Facts) -> u64 {
    let drawn = match raise.demand {
        Some(demand) => demand.on(item),
        None => drawn(raise.cart.lines(), &facts.products, item),
    };
    // What the line has now is part of that.
    drawn.saturating_sub(raise.current.into())
}
