//! What keeps a cart from being ordered.

use serde::{Deserialize, Serialize};

use crate::coupon::CouponCode;
use crate::id::{LineId, TaxClass};
use crate::money::Money;
use crate::notice::{Notice, Unavailable};
use crate::promotion::NotApplied;
use crate::quantity::Quantity;
use crate::relation::Clash;
use crate::selection::{Misfit, SelectionKind};

/// Something that keeps a cart from being ordered. All of them are told at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "obstacle", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Obstacle {
    /// There is nothing to order.
    Empty,
    /// The product is no longer sold.
    ProductWithdrawn {
        /// Which line.
        line: LineId,
    },
    /// The product cannot be bought now.
    ProductUnavailable {
        /// Which line.
        line: LineId,
        /// Why.
        reason: Unavailable,
    },
    /// Fewer units can be had than the cart asks for.
    InsufficientStock {
        /// Which line.
        line: LineId,
        /// Units that can be had for all lines which draw on the same stock.
        available: u32,
    },
    /// The product is sold in other quantities now.
    QuantityNotSold {
        /// Which line.
        line: LineId,
        /// The fewest units.
        min: Quantity,
        /// The most units.
        max: Quantity,
        /// In multiples of this.
        step: Quantity,
    },
    /// Lines do not go together.
    IncompatibleItems {
        /// Which, and why.
        clash: Box<Clash>,
    },
    /// The line's amount is too large.
    AmountOverflow {
        /// Which line.
        line: LineId,
    },
    /// The price has changed, and the shopper has not taken note of it.
    PriceChanged {
        /// Which line.
        line: LineId,
        /// What one unit cost.
        from: Money,
        /// What one unit costs now.
        to: Money,
    },
    /// A coupon code on the cart does not apply.
    CouponNotApplicable {
        /// The code.
        code: CouponCode,
        /// Why.
        reason: NotApplied,
    },
    /// A choice has not been made.
    SelectionMissing {
        /// Which.
        selection: SelectionKind,
    },
    /// A choice does not fit any more.
    SelectionMisfit {
        /// Which.
        selection: SelectionKind,
        /// Why.
        reason: Misfit,
    },
    /// The tax is not known.
    TaxUnknown {
        /// The class without a known tax; absent if a tax service has no figures.
        class: Option<TaxClass>,
    },
}

impl Obstacle {
    /// What a notice about a cart is when the cart is to be ordered; none if it is in nobody's way.
    pub(crate) fn of(notice: &Notice) -> Option<Self> {
        match notice.clone() {
            Notice::PriceChanged { line, from, to } => Some(Self::PriceChanged { line, from, to }),
            Notice::StockReduced { line, available } => Some(Self::InsufficientStock { line, available }),
            Notice::ProductWithdrawn { line } => Some(Self::ProductWithdrawn { line }),
            Notice::ProductUnavailable { line, reason } => Some(Self::ProductUnavailable { line, reason }),
            Notice::AmountOverflow { line } => Some(Self::AmountOverflow { line }),
            Notice::SelectionStale { selection, reason } => Some(Self::SelectionMisfit { selection, reason }),
            Notice::CouponSleeping { code, reason } => Some(Self::CouponNotApplicable { code, reason }),
            Notice::TaxUnknown { class } => Some(Self::TaxUnknown { class }),
            Notice::IncompatibleItems { clash } => Some(Self::IncompatibleItems { clash }),
            Notice::DependantReduced { .. }
            | Notice::QuantityClamped { .. }
            | Notice::CouponRemoved { .. }
            | Notice::CartReplaced { .. } => None,
        }
    }
}
