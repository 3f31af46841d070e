//! Notices as they are answered.

use cart_core::coupon::CouponCode;
use cart_core::id::{CartId, LineId, ProductId, TaxClass};
use cart_core::notice::{Notice, Unavailable};
use cart_core::quantity::Quantity;
use cart_core::selection::{Misfit, SelectionKind};
use serde::Serialize;

use crate::amount::Amount;
use crate::clash::ClashBody;
use crate::not_applied::WhyNot;

/// Something the shopper should know, as data; `code` says what.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Notice"))]
#[serde(tag = "code", rename_all = "snake_case")]
pub(crate) enum NoticeBody<'a> {
    PriceChanged { item_id: LineId, from: Amount, to: Amount },
    StockReduced { item_id: LineId, available: u32 },
    ProductWithdrawn { item_id: LineId },
    ProductUnavailable { item_id: LineId, reason: Unavailable },
    AmountOverflow { item_id: LineId },
    QuantityClamped { item_id: LineId, requested: u32, given: Quantity },
    IncompatibleItems(ClashBody<'a>),
    DependantReduced { item_id: LineId, product_id: &'a ProductId, from: Quantity, to: Option<Quantity> },
    SelectionStale { selection: SelectionKind, reason: Misfit },
    CouponSleeping(CouponNotice<'a>),
    CouponRemoved(CouponNotice<'a>),
    TaxUnknown { tax_class: Option<&'a TaxClass> },
    CartReplaced { previous_cart_id: CartId },
}

/// A coupon code, which is not called `code` because that is what the notice is called by.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct CouponNotice<'a> {
    coupon: &'a CouponCode,
    #[serde(flatten)]
    why_not: WhyNot,
}

impl<'a> NoticeBody<'a> {
    /// None for a notice that is not answered.
    pub(crate) fn of(notice: &'a Notice) -> Option<Self> {
        Some(match *notice {
            Notice::PriceChanged { line: item_id, from, to } => {
                Self::PriceChanged { item_id, from: Amount(from), to: Amount(to) }
            }
            Notice::StockReduced { line: item_id, available } => Self::StockReduced { item_id, available },
            Notice::ProductWithdrawn { line: item_id } => Self::ProductWithdrawn { item_id },
            Notice::ProductUnavailable { line: item_id, reason } => {
                Self::ProductUnavailable { item_id, reason }
            }
            Notice::AmountOverflow { line: item_id } => Self::AmountOverflow { item_id },
            Notice::QuantityClamped { line: item_id, asked: requested, given } => {
                Self::QuantityClamped { item_id, requested, given }
            }
            Notice::IncompatibleItems { ref clash } => Self::IncompatibleItems(ClashBody::of(clash)),
            // Without a quantity it was removed.
            Notice::DependantReduced { line: item_id, ref product, from, to } => {
                Self::DependantReduced { item_id, product_id: &product.product, from, to }
            }
            Notice::SelectionStale { selection, reason } => Self::SelectionStale { selection, reason },
            Notice::CouponSleeping { ref code, ref reason } => {
                Self::CouponSleeping(CouponNotice { coupon: code, why_not: WhyNot::of(reason) })
            }
            Notice::CouponRemoved { ref code, ref reason } => {
                Self::CouponRemoved(CouponNotice { coupon: code, why_not: WhyNot::of(reason) })
            }
            Notice::TaxUnknown { ref class } => Self::TaxUnknown { tax_class: class.as_ref() },
            Notice::CartReplaced { previous: previous_cart_id } => Self::CartReplaced { previous_cart_id },
            _ => return None,
        })
    }
}
