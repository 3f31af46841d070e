//! Gifts: whether they can be had.

use super::effect::World;
use crate::pricing::basket::Basket;
use crate::product::{Product, ProductKey, Stock};
use crate::promotion::{NotApplied, Promotion};
use crate::quantity::Quantity;

/// What a promotion gives, with what it would cost.
pub(super) fn gift(
    promotion: &Promotion,
    key: &ProductKey,
    quantity: Quantity,
    world: World<'_>,
    basket: &Basket<'_>,
) -> Result<(ProductKey, i64), NotApplied> {
    if world.cart.refused_gifts().contains(&promotion.id) {
        return Err(NotApplied::GiftRefused);
    }
    let product = world.facts.products.product(key).filter(|product| !product.withdrawn);
    let product = product.ok_or(NotApplied::GiftUnavailable)?;
    if product.unavailable_in(basket.currency).is_some() || !is_left(product, quantity, world) {
        return Err(NotApplied::GiftUnavailable);
    }
    let value = product.prices_for(quantity).unit().checked_mul(quantity.get());
    Ok((key.clone(), value.map_or(i64::MAX, |value| value.minor())))
}

/// Whether so many units are left after what the lines draw on the same stock.
fn is_left(product: &Product, quantity: Quantity, world: World<'_>) -> bool {
    let Stock::Limited { item, available } = &product.stock else { return true };
    let draws = |line: &&crate::pricing::PricedLine| {
        line.product.as_ref().is_some_and(
            |product| matches!(&product.stock, Stock::Limited { item: drawn, .. } if drawn == item),
        )
    };
    let drawn: u64 = world.lines.iter().filter(draws).map(|line| u64::from(line.line.quantity.get())).sum();
    drawn + u64::from(quantity.get()) <= u64::from(*available)
}
