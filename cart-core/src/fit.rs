//! Whether the choices about delivery and payment fit a cart.

use std::sync::Arc;

use crate::cart::Cart;
use crate::facts::Facts;
use crate::line::Line;
use crate::money::{Amounts, Currency};
use crate::notice::Notice;
use crate::offer::{not_offered, prices_that_count};
use crate::product::Product;
use crate::selection::{Address, Method, Misfit, SelectionKind};

/// Why a choice does not fit the cart; none if it does.
///
/// Of several reasons, the first in this order: not found (of shipping: nothing to deliver), inactive, currency (none
/// of the method's, or one in which it has no price), contents, destination, subtotal, weight.
pub(crate) fn misfit(cart: &Cart, selection: SelectionKind, facts: &Facts) -> Option<Misfit> {
    let choices = &facts.choices;
    match selection {
        SelectionKind::Address => choices.address.is_none().then_some(Misfit::NotFound),
        SelectionKind::ShippingMethod if !needs_delivery(cart, facts) => Some(Misfit::NothingToDeliver),
        SelectionKind::ShippingMethod => method_misfit(cart, choices.shipping_method.as_ref(), facts),
        SelectionKind::PaymentMethod => method_misfit(cart, choices.payment_method.as_ref(), facts),
    }
}

/// A notice for each choice of the cart that no longer fits it.
pub(crate) fn stale_selections(cart: &Cart, facts: &Facts) -> Vec<Notice> {
    let chosen = cart.selections();
    [
        (SelectionKind::Address, chosen.address.is_some()),
        (SelectionKind::ShippingMethod, chosen.shipping_method.is_some()),
        (SelectionKind::PaymentMethod, chosen.payment_method.is_some()),
    ]
    .into_iter()
    .filter(|(_, is_chosen)| *is_chosen)
    .filter_map(|(selection, _)| {
        let reason = misfit(cart, selection, facts)?;
        Some(Notice::SelectionStale { selection, reason })
    })
    .collect()
}

fn method_misfit(cart: &Cart, method: Option<&Method>, facts: &Facts) -> Option<Misfit> {
    let Some(method) = method else { return Some(Misfit::NotFound) };
    let checks = [
        (method.active, Misfit::Inactive),
        (works_with(method, cart.currency()), Misfit::Currency),
        (suits_contents(method, cart, facts), Misfit::Contents),
        (serves(method, facts.choices.address.as_ref()), Misfit::Destination),
        (suits_subtotal(method, cart, facts), Misfit::Subtotal),
        (carries(method, cart, facts), Misfit::Weight),
    ];
    checks.into_iter().find(|(fits, _)| !fits).map(|(_, misfit)| misfit)
}

fn works_with(method: &Method, currency: Currency) -> bool {
    let is_named = method.currencies.is_empty() || method.currencies.contains(&currency);
    is_named && method.charge.is_priced_in(currency)
}

fn suits_contents(method: &Method, cart: &Cart, facts: &Facts) -> bool {
    method.kinds.is_empty()
        || facts.products.of_lines(cart.lines()).all(|(_, product)| match product {
            Some(product) => method.kinds.contains(&product.kind),
            // A product that the catalog no longer knows is left out of the order anyway.
            None => true,
        })
}

fn serves(method: &Method, address: Option<&Address>) -> bool {
    match address {
        Some(address) => method.countries.is_empty() || method.countries.contains(&address.country),
        // Without an address there is nothing to refuse yet; selecting one checks again.
        None => true,
    }
}

fn suits_subtotal(method: &Method, cart: &Cart, facts: &Facts) -> bool {
    let limit =
        |amounts: &Amounts| amounts.in_currency(cart.currency()).map(|limit| i128::from(limit.minor()));
    let (min, max) = (limit(&method.min_subtotal), limit(&method.max_subtotal));
    if min.is_none() && max.is_none() {
        return true;
    }
    let subtotal = subtotal(cart, facts);
    min.is_none_or(|min| subtotal >= min) && max.is_none_or(|max| subtotal <= max)
}

/// What the lines that can be bought come to before promotions, in minor units.
fn subtotal(cart: &Cart, facts: &Facts) -> i128 {
    let of_line = |(line, product): (&Line, &Arc<Product>)| {
        let unit = prices_that_count(line, Some(product), cart, facts).unit();
        i128::from(unit.minor()) * i128::from(line.quantity.get())
    };
    bought(cart, facts).map(of_line).sum()
}

fn carries(method: &Method, cart: &Cart, facts: &Facts) -> bool {
    let Some(max) = method.max_grams else { return true };
    let delivered = bought(cart, facts).filter(|(_, product)| product.needs_delivery);
    let grams = delivered.map(|(line, product)| u64::from(product.grams) * u64::from(line.quantity.get()));
    grams.fold(0, u64::saturating_add) <= max
}

/// The lines that can be bought now, with their products.
fn bought<'a>(cart: &'a Cart, facts: &'a Facts) -> impl Iterator<Item = (&'a Line, &'a Arc<Product>)> {
    facts.products.of_lines(cart.lines()).filter_map(move |(line, product)| {
        let product = product.filter(|product| not_offered(Some(product), cart.currency()).is_none())?;
        Some((&**line, product))
    })
}

pub(crate) fn needs_delivery(cart: &Cart, facts: &Facts) -> bool {
    // An empty cart may become one that needs delivery.
    cart.lines().is_empty()
        || facts
            .products
            .of_lines(cart.lines())
            .any(|(_, product)| product.is_none_or(|product| product.needs_delivery))
}
