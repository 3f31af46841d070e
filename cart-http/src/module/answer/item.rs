//! A line of the cart.

use cart_core::id::{LineId, ProductId};
use cart_core::metadata::Metadata;
use cart_core::money::{Money, MoneyError};
use cart_core::pricing::PricedLine;
use cart_core::product::Options;
use cart_core::quantity::Quantity;
use cart_core::text::Note;
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::amount::Amount;
use crate::left_out;

/// A line of the cart. One that is left out of the sums has no amounts of its own.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ModuleItem"))]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemBody<'a> {
    id: LineId,
    product_id: &'a ProductId,
    product_type: Option<&'a str>,
    name: Option<&'a str>,
    image: Option<&'a str>,
    options: &'a Options,
    note: Option<&'a Note>,
    metadata: &'a Metadata,
    quantity: Quantity,
    unit_mrp: Amount,
    unit_sp: Amount,
    total_mrp: Option<Amount>,
    total_sp: Option<Amount>,
    applied_discount: Option<Amount>,
    available: bool,
    #[cfg_attr(feature = "openapi", schemars(with = "Option<left_out::Word>"))]
    unavailable_reason: Option<&'static str>,
    added_at: DateTime<Utc>,
}

/// What a line adds to the sums.
#[derive(Clone, Copy)]
pub(super) struct Share {
    pub(super) mrp: Money,
    pub(super) sp: Money,
    pub(super) discount: Money,
}

impl Share {
    /// None for a line that is left out of the sums.
    pub(super) fn of(priced: &PricedLine) -> Result<Option<Self>, MoneyError> {
        let Ok(amounts) = priced.amounts else { return Ok(None) };
        let sp = priced.prices.unit().checked_mul(priced.line.quantity.get())?;
        Ok(Some(Self { mrp: amounts.subtotal, sp, discount: sp.checked_sub(amounts.total)? }))
    }
}

impl<'a> ItemBody<'a> {
    pub(super) fn of(priced: &'a PricedLine, share: Option<Share>) -> Self {
        let (line, product) = (&*priced.line, priced.product.as_deref());
        Self {
            id: line.id,
            product_id: &line.key.product.product,
            product_type: product.map(|product| &*product.kind),
            name: product.map(|product| &*product.name),
            image: product.and_then(|product| product.image.as_deref()),
            options: &line.key.product.options,
            note: line.note.as_ref(),
            metadata: &line.metadata,
            quantity: line.quantity,
            unit_mrp: Amount(priced.prices.list()),
            unit_sp: Amount(priced.prices.unit()),
            total_mrp: share.map(|share| Amount(share.mrp)),
            total_sp: share.map(|share| Amount(share.sp)),
            applied_discount: share.map(|share| Amount(share.discount)),
            available: share.is_some(),
            unavailable_reason: priced.amounts.err().map(left_out::word),
            added_at: line.added_at,
        }
    }
}
