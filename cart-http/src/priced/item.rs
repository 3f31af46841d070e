//! A line of the cart.

use cart_core::id::ProductId;
use cart_core::metadata::Metadata;
use cart_core::pricing::PricedLine;
use cart_core::product::Options;
use cart_core::quantity::Quantity;
use cart_core::text::Note;
use serde::Serialize;

use crate::amount::Amount;
use crate::left_out;

/// A line of the cart, without the id that a surface gives it. One that is left out of the sums has no amounts of its own.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Item"))]
pub(crate) struct ItemBody<'a> {
    product_id: &'a ProductId,
    name: Option<&'a str>,
    image: Option<&'a str>,
    kind: Option<&'a str>,
    options: &'a Options,
    quantity: Quantity,
    note: Option<&'a Note>,
    metadata: &'a Metadata,
    list_price: Amount,
    unit_price: Amount,
    unit_discount: Option<Amount>,
    subtotal: Option<Amount>,
    discount: Option<Amount>,
    total: Option<Amount>,
    tax: Option<Amount>,
    available: bool,
    #[cfg_attr(feature = "openapi", schemars(with = "Option<left_out::Word>"))]
    unavailable_reason: Option<&'static str>,
}

impl<'a> ItemBody<'a> {
    pub(crate) fn of(priced: &'a PricedLine) -> Self {
        let (line, product, amounts) = (&*priced.line, priced.product.as_deref(), priced.amounts.ok());
        Self {
            product_id: &line.key.product.product,
            name: product.map(|product| &*product.name),
            image: product.and_then(|product| product.image.as_deref()),
            kind: product.map(|product| &*product.kind),
            options: &line.key.product.options,
            quantity: line.quantity,
            note: line.note.as_ref(),
            metadata: &line.metadata,
            list_price: Amount(priced.prices.list()),
            unit_price: Amount(priced.prices.unit()),
            unit_discount: priced.prices.unit_discount().ok().map(Amount),
            subtotal: amounts.map(|amounts| Amount(amounts.subtotal)),
            discount: amounts.map(|amounts| Amount(amounts.discount)),
            total: amounts.map(|amounts| Amount(amounts.total)),
            tax: amounts.map(|amounts| Amount(amounts.tax)),
            available: amounts.is_some(),
            unavailable_reason: priced.amounts.err().map(left_out::word),
        }
    }
}
