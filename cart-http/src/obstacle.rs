//! What keeps a cart from being ordered, as it is answered.

use cart_core::checkout::Obstacle;
use cart_core::id::{LineId, TaxClass};
use cart_core::notice::Unavailable;
use cart_core::quantity::Quantity;
use cart_core::selection::{Misfit, SelectionKind};
use serde::Serialize;

use crate::amount::Amount;
use crate::clash::ClashBody;
use crate::not_applied::WhyNot;

/// Something that keeps a cart from being ordered, as data; `code` says what. The words are those of notices, where there
/// is a notice of it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Obstacle"))]
#[serde(tag = "code", rename_all = "snake_case")]
pub(crate) enum ObstacleBody<'a> {
    Empty,
    ProductWithdrawn {
        item_id: LineId,
    },
    ProductUnavailable {
        item_id: LineId,
        reason: Unavailable,
    },
    InsufficientStock {
        item_id: LineId,
        available: u32,
    },
    QuantityNotSold {
        item_id: LineId,
        minimum: Quantity,
        maximum: Quantity,
        multiple_of: Quantity,
    },
    IncompatibleItems {
        clash: ClashBody<'a>,
    },
    AmountOverflow {
        item_id: LineId,
    },
    PriceChanged {
        item_id: LineId,
        from: Amount,
        to: Amount,
    },
    /// Without the code, which may be worth money where problems are written down; the cart's answers have it.
    CouponNotApplicable(WhyNot),
    SelectionMissing {
        selection: SelectionKind,
    },
    SelectionMisfit {
        selection: SelectionKind,
        reason: Misfit,
    },
    TaxUnknown {
        tax_class: Option<&'a TaxClass>,
    },
    /// Something that this surface has no words for.
    Other,
}

impl<'a> ObstacleBody<'a> {
    pub(crate) fn of(obstacle: &'a Obstacle) -> Self {
        match *obstacle {
            Obstacle::Empty => Self::Empty,
            Obstacle::ProductWithdrawn { line: item_id } => Self::ProductWithdrawn { item_id },
            Obstacle::ProductUnavailable { line: item_id, reason } => {
                Self::ProductUnavailable { item_id, reason }
            }
            Obstacle::InsufficientStock { line: item_id, available } => {
                Self::InsufficientStock { item_id, available }
            }
            Obstacle::QuantityNotSold { line: item_id, min: minimum, max: maximum, step: multiple_of } => {
                Self::QuantityNotSold { item_id, minimum, maximum, multiple_of }
            }
            Obstacle::IncompatibleItems { ref clash } => {
                Self::IncompatibleItems { clash: ClashBody::of(clash) }
            }
            Obstacle::AmountOverflow { line: item_id } => Self::AmountOverflow { item_id },
            Obstacle::PriceChanged { line: item_id, from, to } => {
                Self::PriceChanged { item_id, from: Amount(from), to: Amount(to) }
            }
            Obstacle::CouponNotApplicable { ref reason, .. } => Self::CouponNotApplicable(WhyNot::of(reason)),
            Obstacle::SelectionMissing { selection } => Self::SelectionMissing { selection },
            Obstacle::SelectionMisfit { selection, reason } => Self::SelectionMisfit { selection, reason },
            Obstacle::TaxUnknown { ref class } => Self::TaxUnknown { tax_class: class.as_ref() },
            _ => Self::Other,
        }
    }
}
