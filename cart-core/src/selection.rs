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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
///
/// ```
/// use cart_core::money::{Currency, Money};
/// use cart_core::selection::Method;
///
/// let express: Method = serde_json::from_str(
///     r#"{"name": "Express", "countries": ["DE"], "charge": {"amount": {"EUR": "9.90"}}, "min_subtotal": {"EUR": "5.00"}}"#,
/// )?;
/// assert!(express.active);
/// assert_eq!(express.min_subtotal.in_currency(Currency::EUR), Some(Money::new(500, Currency::EUR)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// The name that shoppers read.
    pub name: Arc<str>,
    /// Whether it can be chosen now; read as true where it is not said.
    #[serde(default = "yes")]
    pub active: bool,
    /// The currencies it works with; empty for all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub currencies: BTreeSet<Currency>,
    /// The product kinds it works with; empty for all. Every line of the cart must be of one of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub kinds: BTreeSet<Arc<str>>,
    /// The countries (ISO 3166-1 alpha-2) it delivers to or is offered in; empty for all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub countries: BTreeSet<Arc<str>>,
    /// The least that the lines come to at the catalog's unit prices, inclusive, by currency; no limit in others.
    #[serde(default, skip_serializing_if = "Amounts::is_empty")]
    pub min_subtotal: Amounts,
    /// The most that they come to, inclusive, by currency; no limit in others.
    #[serde(default, skip_serializing_if = "Amounts::is_empty")]
    pub max_subtotal: Amounts,
    /// The most that the units which need delivery weigh together, in grams; no limit if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_grams: Option<u64>,
    /// What choosing it costs. It can only be chosen in a currency in which it has a price.
    #[serde(default)]
    pub charge: Charge,
    /// How that is taxed; not at all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_class: Option<TaxClass>,
}

fn yes() -> bool {
    true
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_says_only_its_name_is_active_and_free_for_all() {
        let method: Method = serde_json::from_str(r#"{"name": "Post"}"#).unwrap();
        assert_eq!(method, Method::new("Post"));
    }

    #[test]
    fn a_method_is_written_as_it_is_read() {
        let json = r#"{"name":"Freight","active":false,"currencies":["EUR"],"kinds":["office"],"countries":["DE"],"min_subtotal":{"EUR":"100.00","JPY":"16000"},"max_subtotal":{"EUR":"5000.00"},"max_grams":20000,"charge":{"per_unit":{"EUR":"2.50"}},"tax_class":"carriage"}"#;
        let method: Method = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&method).unwrap(), json);
    }

    #[test]
    fn a_method_without_a_name_or_with_more_than_there_is_is_refused() {
        for json in [
            "{}",
            r#"{"name": "Post", "maxgrams": 5}"#,
            r#"{"name": "Post", "min_subtotal": {"EUR": 5}}"#,
            r#"{"name": "Post", "max_subtotal": {"EUR": "5.001"}}"#,
        ] {
            assert!(serde_json::from_str::<Method>(json).is_err(), "{json}");
        }
    }
}
