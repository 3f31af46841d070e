//! What a shop offers for a line now: whether its product can be bought, and which price counts.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::cart::Cart;
use crate::facts::Facts;
use crate::line::Line;
use crate::money::{Currency, Money};
use crate::notice::Unavailable;
use crate::policy::PriceBasis;
use crate::product::{Product, Stock, UnitPrices};

/// Why a line is left out of the totals although its product may be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotOffered {
    /// The catalog does not know it any more, or no longer sells it.
    Withdrawn,
    /// It cannot be bought now.
    Unavailable(Unavailable),
}

/// Why a product cannot be bought in a currency now, not even one unit; none if it can.
pub(crate) fn not_offered(product: Option<&Arc<Product>>, currency: Currency) -> Option<NotOffered> {
    let Some(product) = product.filter(|product| !product.withdrawn) else {
        return Some(NotOffered::Withdrawn);
    };
    if let Some(reason) = product.unavailable_in(currency) {
        return Some(NotOffered::Unavailable(reason));
    }
    match product.stock {
        // None left is out of stock, however the catalog puts it.
        Stock::Limited { available: 0, .. } => Some(NotOffered::Unavailable(Unavailable::OutOfStock)),
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

/// The prices of a line that count, by the policy's price basis; those of when it was added where the catalog has
/// none in the cart's currency.
pub(crate) fn prices_that_count(
    line: &Line,
    product: Option<&Arc<Product>>,
    cart: &Cart,
    facts: &Facts,
) -> UnitPrices {
    match price_now(line, product, cart.currency()) {
        Some(current) if counts_now(facts.policy.price_basis, line, facts.now) => current,
        Some(_) | None => line.snapshot,
    }
}

/// What the catalog asks for one unit of a line, if it does so in a currency.
pub(crate) fn price_now(
    line: &Line,
    product: Option<&Arc<Product>>,
    currency: Currency,
) -> Option<UnitPrices> {
    product.map(|product| product.prices_for(line.quantity)).filter(|prices| prices.currency() == currency)
}

/// What one unit of a line cost when its shopper last knew, and what it costs now, if that is something else.
pub(crate) fn price_change(line: &Line, product: Option<&Arc<Product>>) -> Option<(Money, Money)> {
    let seen = line.acknowledged.unwrap_or(line.snapshot);
    let now = price_now(line, product, seen.currency())?;
    (seen.unit() != now.unit()).then_some((seen.unit(), now.unit()))
}

/// Whether the price of now counts, and not the one of when the line was added.
fn counts_now(basis: PriceBasis, line: &Line, now: DateTime<Utc>) -> bool {
    match basis {
        PriceBasis::Live => true,
        PriceBasis::AtAdd => false,
        PriceBasis::AtAddFor(age) => now.signed_duration_since(line.added_at) >= age,
    }
}
