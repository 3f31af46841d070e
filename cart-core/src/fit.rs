//! Whether the choices about delivery and payment fit a cart.

use crate::cart::Cart;
use crate::facts::{Choices, Products};
use crate::notice::Notice;
use crate::selection::{Address, Method, Misfit, SelectionKind};

/// Why a choice does not fit the cart; none if it does.
pub(crate) fn misfit(
    cart: &Cart,
    selection: SelectionKind,
    choices: &Choices,
    products: &Products,
) -> Option<Misfit> {
    match selection {
        SelectionKind::Address => choices.address.is_none().then_some(Misfit::NotFound),
        SelectionKind::ShippingMethod if !needs_delivery(cart, products) => Some(Misfit::NothingToDeliver),
        SelectionKind::ShippingMethod => {
            method_misfit(cart, choices.shipping_method.as_ref(), choices, products)
        }
        SelectionKind::PaymentMethod => {
            method_misfit(cart, choices.payment_method.as_ref(), choices, products)
        }
    }
}

/// A notice for each choice of the cart that no longer fits it.
pub(crate) fn stale_selections(cart: &Cart, choices: &Choices, products: &Products) -> Vec<Notice> {
    let chosen = cart.selections();
    [
        (SelectionKind::Address, chosen.address.is_some()),
        (SelectionKind::ShippingMethod, chosen.shipping_method.is_some()),
        (SelectionKind::PaymentMethod, chosen.payment_method.is_some()),
    ]
    .into_iter()
    .filter(|(_, is_chosen)| *is_chosen)
    .filter_map(|(selection, _)| {
        let reason = misfit(cart, selection, choices, products)?;
        Some(Notice::SelectionStale { selection, reason })
    })
    .collect()
}

fn method_misfit(
    cart: &Cart,
    method: Option<&Method>,
    choices: &Choices,
    products: &Products,
) -> Option<Misfit> {
    let Some(method) = method else { return Some(Misfit::NotFound) };
    if !method.active {
        return Some(Misfit::Inactive);
    }
    if !method.currencies.is_empty() && !method.currencies.contains(&cart.currency()) {
        return Some(Misfit::Currency);
    }
    if !suits_contents(method, cart, products) {
        return Some(Misfit::Contents);
    }
    if serves(method, choices.address.as_ref()) { None } else { Some(Misfit::Destination) }
}

fn suits_contents(method: &Method, cart: &Cart, products: &Products) -> bool {
    method.kinds.is_empty()
        || products.of_lines(cart.lines()).all(|(_, product)| match product {
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

fn needs_delivery(cart: &Cart, products: &Products) -> bool {
    // An empty cart may become one that needs delivery.
    cart.lines().is_empty()
        || products
            .of_lines(cart.lines())
            .any(|(_, product)| product.is_none_or(|product| product.needs_delivery))
}
