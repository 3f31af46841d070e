//! What is paid besides the items.

use cart_core::id::FeeId;
use cart_core::money::Rate;
use cart_core::pricing::{PricedCharge, TaxTotal};
use serde::Serialize;

use crate::amount::Amount;

/// Shipping, or paying, by the selected method.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Method{Id}"))]
pub(crate) struct MethodBody<'a, Id> {
    method_id: &'a Id,
    #[serde(flatten)]
    charge: ChargeBody<'a>,
}

impl<'a, Id> MethodBody<'a, Id> {
    pub(crate) fn of(charge: &'a PricedCharge<Id>) -> Self {
        Self { method_id: &charge.id, charge: ChargeBody::of(charge) }
    }
}

/// Another fee.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Fee"))]
pub(crate) struct FeeBody<'a> {
    fee_id: &'a FeeId,
    #[serde(flatten)]
    charge: ChargeBody<'a>,
}

impl<'a> FeeBody<'a> {
    pub(crate) fn of(charge: &'a PricedCharge<FeeId>) -> Self {
        Self { fee_id: &charge.id, charge: ChargeBody::of(charge) }
    }
}

/// `total` is `price` - `discount`.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Charge"))]
struct ChargeBody<'a> {
    name: &'a str,
    price: Amount,
    discount: Amount,
    total: Amount,
    tax: Amount,
}

impl<'a> ChargeBody<'a> {
    fn of<Id>(charge: &'a PricedCharge<Id>) -> Self {
        Self {
            name: &charge.name,
            price: Amount(charge.price),
            discount: Amount(charge.discount),
            total: Amount(charge.total),
            tax: Amount(charge.tax),
        }
    }
}

/// One tax over the whole cart.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Tax"))]
pub(crate) struct TaxBody<'a> {
    name: &'a str,
    rate: Rate,
    compound: bool,
    on: Amount,
    amount: Amount,
}

impl<'a> TaxBody<'a> {
    pub(crate) fn of(tax: &'a TaxTotal) -> Self {
        Self {
            name: &tax.name,
            rate: tax.rate,
            compound: tax.compound,
            on: Amount(tax.on),
            amount: Amount(tax.amount),
        }
    }
}
