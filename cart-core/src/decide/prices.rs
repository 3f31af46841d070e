//! What is noted about prices: at quantities with other prices, when shoppers take note, in other currencies, for good.

use std::sync::Arc;

use crate::cart::Cart;
use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::id::LineId;
use crate::line::Line;
use crate::money::Currency;
use crate::offer::{price_change, price_now, prices_that_count};
use crate::product::{Product, UnitPrices};
use crate::quantity::Quantity;
use crate::rejection::Rejection;

/// Another quantity of a line, and its price at that quantity if it is another.
pub(super) fn quantity_changed(cart: &Cart, line: &Line, to: Quantity, facts: &Facts) -> Vec<CartEvent> {
    let mut events = vec![CartEvent::QuantityChanged { line: line.id, from: line.quantity, to }];
    let product = facts.products.product(&line.key.product);
    events.extend(repriced(line, to, product, cart, facts));
    events
}

/// Notes the price of a line's new quantity, if that is another than the one of its old quantity.
///
/// Not while the catalog's price is another than the one that counts, or that the shopper knows: a change of quantity
/// does not hide it, nor does it give up a price that still holds.
pub(super) fn repriced(
    line: &Line,
    to: Quantity,
    product: Option<&Arc<Product>>,
    cart: &Cart,
    facts: &Facts,
) -> Option<CartEvent> {
    let now = price_now(line, product, cart.currency())?;
    let counts = prices_that_count(line, product, cart, facts);
    if now != counts || price_change(line, product).is_some() {
        return None;
    }
    let prices = other_price(product?, line.quantity, to)?;
    Some(CartEvent::LinePriced { line: line.id, prices })
}

/// What one unit costs at another quantity; none if that is the same.
pub(super) fn other_price(product: &Product, from: Quantity, to: Quantity) -> Option<UnitPrices> {
    let prices = product.prices_for(to);
    (prices != product.prices_for(from)).then_some(prices)
}

/// Takes note of all prices of the catalog that the shopper has not seen.
pub(super) fn acknowledge(cart: Editing<'_>, facts: &Facts) -> Vec<CartEvent> {
    let unseen = |(line, product): (&Arc<Line>, Option<&Arc<Product>>)| {
        price_change(line, product)?;
        let prices = price_now(line, product, cart.cart().currency())?;
        Some(CartEvent::PriceAcknowledged { line: line.id, prices })
    };
    facts.products.of_lines(cart.cart().lines()).filter_map(unseen).collect()
}

/// Brings the cart into another currency, if the catalog has all its products in it.
pub(super) fn change_currency(
    cart: Editing<'_>,
    currency: Currency,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    if cart.cart().currency() == currency {
        return Ok(vec![]);
    }
    let priced = facts.products.of_lines(cart.cart().lines());
    let priced = priced.map(|(line, product)| price_now(line, product, currency).ok_or(line.id));
    let (prices, lines) = partition(priced);
    if lines.is_empty() {
        Ok(vec![CartEvent::CurrencyChanged { currency, prices }])
    } else {
        Err(Rejection::NoPriceInCurrency { currency, lines })
    }
}

fn partition(found: impl Iterator<Item = Result<UnitPrices, LineId>>) -> (Vec<UnitPrices>, Vec<LineId>) {
    let (mut prices, mut missing) = (Vec::new(), Vec::new());
    found.for_each(|found| match found {
        Ok(found) => prices.push(found),
        Err(line) => missing.push(line),
    });
    (prices, missing)
}
