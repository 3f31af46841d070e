//! Choosing address, shipping method and payment method.

use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::fit::misfit;
use crate::rejection::Rejection;
use crate::selection::{Selection, SelectionKind, Selections};

/// Makes a choice that the owner has and that fits the cart.
pub(super) fn select(
    cart: Editing<'_>,
    selection: &Selection,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    let kind = selection.kind();
    if let Some(reason) = misfit(cart.cart(), kind, facts) {
        return Err(Rejection::SelectionMisfit { selection: kind, reason });
    }
    let event = match selection.clone() {
        Selection::Address(address) => CartEvent::AddressSelected { address: Some(address) },
        Selection::ShippingMethod(method) => CartEvent::ShippingMethodSelected { method: Some(method) },
        Selection::PaymentMethod(method) => CartEvent::PaymentMethodSelected { method: Some(method) },
    };
    Ok(unless_so(cart.cart().selections(), event))
}

/// Takes a choice back.
pub(super) fn unselect(cart: Editing<'_>, kind: SelectionKind) -> Vec<CartEvent> {
    let event = match kind {
        SelectionKind::Address => CartEvent::AddressSelected { address: None },
        SelectionKind::ShippingMethod => CartEvent::ShippingMethodSelected { method: None },
        SelectionKind::PaymentMethod => CartEvent::PaymentMethodSelected { method: None },
    };
    unless_so(cart.cart().selections(), event)
}

fn unless_so(chosen: &Selections, event: CartEvent) -> Vec<CartEvent> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "only the events about choices are made above")]
    let is_so = match &event {
        CartEvent::AddressSelected { address } => chosen.address == *address,
        CartEvent::ShippingMethodSelected { method } => chosen.shipping_method == *method,
        CartEvent::PaymentMethodSelected { method } => chosen.payment_method == *method,
        _ => false,
    };
    if is_so { vec![] } else { vec![event] }
}
