//! A line of an order.

use cart_core::checkout::DraftLine;
use cart_core::id::{LineId, ProductId};
use cart_core::metadata::Metadata;
use cart_core::product::Options;
use cart_core::quantity::Quantity;
use cart_core::text::Note;
use serde::Serialize;

use crate::amount::Amount;

/// A line of an order, by the names that it has in the cart.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "OrdersItem"))]
pub(super) struct ItemBody<'a> {
    id: LineId,
    product_id: &'a ProductId,
    name: &'a str,
    kind: &'a str,
    options: &'a Options,
    quantity: Quantity,
    note: Option<&'a Note>,
    metadata: &'a Metadata,
    list_price: Amount,
    unit_price: Amount,
    subtotal: Amount,
    discount: Amount,
    total: Amount,
    tax: Amount,
}

impl<'a> ItemBody<'a> {
    pub(super) fn of(line: &'a DraftLine) -> Self {
        Self {
            id: line.line,
            product_id: &line.product.product,
            name: &line.name,
            kind: &line.kind,
            options: &line.product.options,
            quantity: line.quantity,
            note: line.note.as_ref(),
            metadata: &line.metadata,
            list_price: Amount(line.prices.list()),
            unit_price: Amount(line.prices.unit()),
            subtotal: Amount(line.amounts.subtotal),
            discount: Amount(line.amounts.discount),
            total: Amount(line.amounts.total),
            tax: Amount(line.amounts.tax),
        }
    }
}
