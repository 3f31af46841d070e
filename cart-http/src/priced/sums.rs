//! The sums of a cart or an order.

use cart_core::money::Money;
use cart_core::pricing::Totals;
use serde::Serialize;

use crate::amount::Amount;

/// `total` is `subtotal` - `discount` + `shipping_total` + `fees_total` + `cash_rounding`, and `tax` unless the prices
/// contain it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Sums {
    subtotal: Amount,
    discount: Amount,
    shipping_total: Amount,
    fees_total: Amount,
    tax: Amount,
    cash_rounding: Amount,
    total: Amount,
}

impl Sums {
    /// The sums, and what delivery costs if anything is delivered.
    pub(crate) fn of(totals: &Totals, shipping: Option<Money>) -> Self {
        Self {
            subtotal: Amount(totals.subtotal),
            discount: Amount(totals.discount),
            shipping_total: Amount(shipping.unwrap_or(Money::zero(totals.total.currency()))),
            fees_total: Amount(totals.fees),
            tax: Amount(totals.tax),
            cash_rounding: Amount(totals.cash_rounding),
            total: Amount(totals.total),
        }
    }
}
