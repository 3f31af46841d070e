//! What the shopper chose about delivery and payment, and what the host says about the choices.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::charge::Charge;
use crate::id::{AddressId, PaymentMethodId, ShippingMethodId, TaxClass};
use crate::money::{Amounts, Currency};

/// The choices of a cart. They last until changed, or until the cart is cleared where policy says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selections {
    /// Where to deliver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressId>,
    /// How to deliver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_method: Option<ShippingMethodId>,
    /// How to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<PaymentMethodId>,
}

impl Selections {
    /// Whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Which of the choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelectionKind {
    /// Where to deliver.
    Address,
    /// How to deliver.
    ShippingMethod,
    /// How to pay.
    PaymentMethod,
}

/// A choice to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Selection {
    /// Deliver there.
    Address(AddressId),
    /// Deliver by this method.
    ShippingMethod(ShippingMethodId),
    /// Pay by this method.
    PaymentMethod(PaymentMethodId),
}

impl Selection {
    /// Which of the choices it is.
    pub const fn kind(&self) -> SelectionKind {
        match self {
            Self::Address(_) => SelectionKind::Address,
            Self::ShippingMethod(_) => SelectionKind::ShippingMethod,
            Self::PaymentMethod(_) => SelectionKind::PaymentMethod,
        }
    }
}

/// An address of the cart's owner, as far as rules need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The country, as an ISO 3166-1 alpha-2 code in upper case.
    pub country: Arc<str>,
}

/// A shipping or payment method of the host, as far as rules need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// The name that shoppers read.
    pub name: Arc<str>,
    /// Whether it can be chosen now.
    pub active: bool,
    /// The currencies it works with; empty for all.
    pub currencies: BTreeSet<Currency>,
    /// The product kinds it works with; empty for all. Every line of the cart must be of one of them.
    pub kinds: BTreeSet<Arc<str>>,
    /// The countries (ISO 3166-1 alpha-2) it delivers to or is offered in; empty for all.
    pub countries: BTreeSet<Arc<str>>,
    /// The least that the lines come to at the catalog's unit prices, inclusive, by currency; no limit in others.
    pub min_subtotal: Amounts,
    /// The most that they come to, inclusive, by currency; no limit in others.
    pub max_subtotal: Amounts,
    /// The most that the units which need delivery weigh together, in grams; no limit if absent.
    pub max_grams: Option<u64>,
    /// What choosing it costs. It can only be chosen in a currency in which it has a price.
    pub charge: Charge,
    /// How that is taxed; not at all if absent.
    pub tax_class: Option<TaxClass>,
}

impl Method {
    /// An active method without restrictions; change the other fields as needed.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            active: true,
            currencies: BTreeSet::new(),
            kinds: BTreeSet::new(),
            countries: BTreeSet::new(),
            min_subtotal: Amounts::default(),
            max_subtotal: Amounts::default(),
            max_grams: None,
            charge: Charge::Free,
            tax_class: None,
        }
    }
}

/// Why a choice cannot be made, or no longer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misfit {
    /// The owner has no such address, or the host has no such method.
    NotFound,
    /// The method is not active.
    Inactive,
    /// The method does not work with the cart's currency.
    Currency,
    /// The method does not work with a kind of product in the cart.
    Contents,
    /// The method does not serve the selected address.
    Destination,
    /// Nothing in the cart needs delivery.
    NothingToDeliver,
    /// The cart costs too little or too much for the method.
    Subtotal,
    /// The cart weighs too much for the method.
    Weight,
}
