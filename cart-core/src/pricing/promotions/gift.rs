//! Gifts: whether they can be had.

use std::sync::Arc;

use super::world::World;
use crate::offer::not_offered;
use crate::pricing::MAX_SUBTOTAL;
use crate::pricing::basket::Basket;
use crate::pricing::priced::PricedGift;
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
    given: &[PricedGift],
) -> Result<(ProductKey, i64), NotApplied> {
    if world.cart.refused_gifts().contains(&promotion.id) {
        return Err(NotApplied::GiftRefused);
    }
    let product = world.facts.products.product(key);
    let offered = product.filter(|product| not_offered(Some(product), basket.currency).is_none());
    let product = offered.ok_or(NotApplied::GiftUnavailable)?;
    if !is_left(product, quantity, world, given) {
        return Err(NotApplied::GiftUnavailable);
    }
    let value = product.prices_for(quantity).unit().checked_mul(quantity.get());
    Ok((key.clone(), value.map_or(MAX_SUBTOTAL, |value| value.minor().min(MAX_SUBTOTAL))))
}

/// Whether so many units are left after what the lines, and gifts before, draw on the same stock.
fn is_left(product: &Product, quantity: Quantity, world: World<'_>, given: &[PricedGift]) -> bool {
    let Stock::Limited { item, available } = &product.stock else { return true };
    let draws = |product: Option<&Arc<Product>>| {
        product.is_some_and(
            |product| matches!(&product.stock, Stock::Limited { item: drawn, .. } if drawn == item),
        )
    };
    let lines = world.lines.iter().filter(|line| draws(line.product.as_ref())).map(|line| line.line.quantity);
    let gifts = given
        .iter()
        .filter(|gift| draws(world.facts.products.product(&gift.product)))
        .map(|gift| gift.quantity);
    let drawn: u64 = lines.chain(gifts).map(|quantity| u64::from(quantity.get())).sum();
    drawn + u64::from(quantity.get()) <= u64::from(*available)
}
