//! What a shopper should be told besides the cart itself. Data, not sentences.

use serde::{Deserialize, Serialize};

use crate::coupon::CouponCode;
use crate::id::{CartId, LineId, TaxClass};
use crate::money::Money;
use crate::product::ProductKey;
use crate::promotion::NotApplied;
use crate::quantity::Quantity;
use crate::relation::Clash;
use crate::selection::{Misfit, SelectionKind};

/// Something the shopper should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Notice {
    /// A unit costs something else now than when the line was added, or than when the shopper last took note of it.
    PriceChanged {
        /// Which line.
        line: LineId,
        /// What one unit cost then.
        from: Money,
        /// What one unit costs now.
        to: Money,
    },
    /// Fewer units can be had than the cart asks for. The line stays as it is and counts in the totals.
    StockReduced {
        /// Which line.
        line: LineId,
        /// Units that can be had for all lines which draw on the same stock.
        available: u32,
    },
    /// The product is no longer in the catalog. The line stays, is left out of totals, and can be removed.
    ProductWithdrawn {
        /// Which line.
        line: LineId,
    },
    /// The product cannot be bought now. The line stays, is left out of totals, and can be removed.
    ProductUnavailable {
        /// Which line.
        line: LineId,
        /// Why.
        reason: Unavailable,
    },
    /// The line's amount, or the sum with those of the lines before it, is too large to be computed exactly, as after
    /// a change of price. The line stays, is left out of totals, and can be lowered and removed.
    AmountOverflow {
        /// Which line.
        line: LineId,
    },
    /// Fewer units were put into the cart than asked for.
    QuantityClamped {
        /// Which line.
        line: LineId,
        /// The quantity the line would have had.
        asked: u32,
        /// The quantity it has.
        given: Quantity,
    },
    /// Lines do not go together, since the catalog has changed or what one of them needs has gone. They stay and count in
    /// the totals, but a checkout does not begin.
    IncompatibleItems {
        /// Which lines, and why.
        clash: Box<Clash>,
    },
    /// A line was removed, or has fewer units, because what it needs was removed or has fewer.
    DependantReduced {
        /// Which line.
        line: LineId,
        /// Its product.
        product: ProductKey,
        /// The quantity that it had.
        from: Quantity,
        /// The quantity that it has; none if it was removed.
        to: Option<Quantity>,
    },
    /// A choice made earlier no longer holds.
    SelectionStale {
        /// Which choice.
        selection: SelectionKind,
        /// Why.
        reason: Misfit,
    },
    /// A coupon code on the cart takes nothing off now. It stays, and applies as soon as it can.
    CouponSleeping {
        /// The code.
        code: CouponCode,
        /// Why.
        reason: NotApplied,
    },
    /// A coupon code was taken off the cart because it no longer applied.
    CouponRemoved {
        /// The code.
        code: CouponCode,
        /// Why.
        reason: NotApplied,
    },
    /// The tax is not known yet, or not for all of the cart: no tax is charged for it now.
    TaxUnknown {
        /// The class without a known tax; absent if a tax service has no figures.
        class: Option<TaxClass>,
    },
    /// The cart asked for had expired; this is a fresh one.
    CartReplaced {
        /// The expired cart.
        previous: CartId,
    },
}

/// Why a product that the catalog knows cannot be bought now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unavailable {
    /// None left.
    OutOfStock,
    /// Sold on request only.
    Call,
    /// Not sold in the cart's currency.
    Currency,
}
