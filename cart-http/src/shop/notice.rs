//! Notices as they are answered.

use cart_core::id::{CartId, LineId};
use cart_core::notice::{Notice, Unavailable};
use cart_core::quantity::Quantity;
use cart_core::selection::{Misfit, SelectionKind};
use serde::Serialize;

use super::amount::Amount;

/// Something the shopper should know, as data; `code` says what.
#[derive(Debug, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub(super) enum NoticeBody {
    PriceChanged { item_id: LineId, from: Amount, to: Amount },
    StockReduced { item_id: LineId, available: u32 },
    ProductWithdrawn { item_id: LineId },
    ProductUnavailable { item_id: LineId, reason: Unavailable },
    AmountOverflow { item_id: LineId },
    QuantityClamped { item_id: LineId, requested: u32, given: Quantity },
    SelectionStale { selection: SelectionKind, reason: Misfit },
    CartReplaced { previous_cart_id: CartId },
}

impl NoticeBody {
    /// None for a notice that this surface does not know.
    pub(super) fn of(notice: &Notice) -> Option<Self> {
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
            Notice::SelectionStale { selection, reason } => Self::SelectionStale { selection, reason },
            Notice::CartReplaced { previous: previous_cart_id } => Self::CartReplaced { previous_cart_id },
            _ => return None,
        })
    }
}
