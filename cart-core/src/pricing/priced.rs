//! What pricing answers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::derivation::{Derivation, Working};
use crate::coupon::CouponCode;
use crate::id::{FeeId, LineId, PaymentMethodId, PromotionId, ShippingMethodId};
use crate::line::Line;
use crate::money::{Money, Rate};
use crate::notice::{Notice, Unavailable};
use crate::product::{Product, ProductKey, UnitPrices};
use crate::promotion::NotApplied;
use crate::quantity::Quantity;

/// A cart with what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedCart {
    /// The lines, in the cart's order.
    pub lines: Vec<PricedLine>,
    /// Delivery by the selected method; none if none is selected, or it does not fit, or policy does not charge.
    pub shipping: Option<PricedCharge<ShippingMethodId>>,
    /// Paying by the selected method; none if none is selected, or it does not fit, or it is free.
    pub payment: Option<PricedCharge<PaymentMethodId>>,
    /// Other fees and surcharges, in the host's order.
    pub fees: Vec<PricedCharge<FeeId>>,
    /// The taxes by name and rate, in the order in which they first occur; none of a tax service, which names no rates.
    pub taxes: Vec<TaxTotal>,
    /// What became of each promotion that may have concerned the cart, in the order of work.
    pub promotions: Vec<PricedPromotion>,
    /// What became of each code on the cart, in the cart's order.
    pub coupons: Vec<PricedCoupon>,
    /// What the shopper gets for nothing.
    pub gifts: Vec<PricedGift>,
    /// The sums.
    pub totals: Totals,
    /// How the sums came to be.
    pub derivation: Derivation,
    /// What the shopper should know about prices, stock, choices, coupons and taxes.
    pub notices: Vec<Notice>,
}

/// A line with what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedLine {
    /// The line.
    pub line: Arc<Line>,
    /// What the catalog says about its product now; none if it does not know it.
    pub product: Option<Arc<Product>>,
    /// The prices that count, by the policy's price basis: those of now, or those of when the line was added.
    pub prices: UnitPrices,
    /// What the line adds to the totals, or why it is left out of them.
    pub amounts: Result<LineAmounts, LeftOut>,
}

/// What a line adds to the totals. Always `total == subtotal - discount`; none is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineAmounts {
    /// List price × quantity.
    pub subtotal: Money,
    /// What the catalog and promotions take off: the line's share of those of the whole order included.
    pub discount: Money,
    /// What is left.
    pub total: Money,
    /// Its taxes: to be added to the total, or inside it, by policy.
    pub tax: Money,
}

/// Why a line is left out of the totals. It stays in the cart and can be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// The catalog does not know the product any more, or no longer sells it.
    Withdrawn,
    /// The product cannot be bought now.
    Unavailable(Unavailable),
    /// The amount of the line, or the sum of it and the lines before it, is above [`MAX_SUBTOTAL`](super::MAX_SUBTOTAL).
    AmountOverflow,
}

/// What something besides the lines costs. Always `total == price - discount`; none is negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedCharge<Id> {
    /// Which method or fee.
    pub id: Id,
    /// What the shopper knows it as.
    pub name: Arc<str>,
    /// Before discounts.
    pub price: Money,
    /// What promotions take off.
    pub discount: Money,
    /// What is left.
    pub total: Money,
    /// Its taxes: to be added to the total, or inside it, by policy.
    pub tax: Money,
}

/// One tax over the whole cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxTotal {
    /// What it is called.
    pub name: Arc<str>,
    /// The fraction of the taxable amount.
    pub rate: Rate,
    /// Whether it is also charged on the taxes that are not compound.
    pub compound: bool,
    /// The amounts that it was worked out on: nets where it is added, prices with tax where it is inside.
    pub on: Money,
    /// The tax.
    pub amount: Money,
}

/// What became of a promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedPromotion {
    /// Which.
    pub id: PromotionId,
    /// What the shopper knows it as.
    pub name: Arc<str>,
    /// The code on the cart that it was given for, if it needs one.
    pub code: Option<CouponCode>,
    /// How much it takes off, or why nothing. Zero for a gift.
    pub outcome: Result<Money, NotApplied>,
    /// How discounts that were split over lines were worked out as a whole.
    pub wholes: Vec<Working>,
}

/// What became of a coupon code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedCoupon {
    /// The code.
    pub code: CouponCode,
    /// The promotion that it is for, if there is one.
    pub promotion: Option<PromotionId>,
    /// How much that takes off, or why nothing.
    pub outcome: Result<Money, NotApplied>,
}

/// What a promotion gives for nothing. It is no line and in no total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedGift {
    /// Which promotion.
    pub promotion: PromotionId,
    /// Which product.
    pub product: ProductKey,
    /// What the shopper knows it as.
    pub name: Arc<str>,
    /// How many units.
    pub quantity: Quantity,
    /// What they would cost.
    pub value: Money,
}

/// The sums over what counts. None but `cash_rounding` can be negative. Always
/// `total == subtotal - discount + shipping - shipping_discount + fees + tax_on_top + cash_rounding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// What the lines cost at list prices.
    pub subtotal: Money,
    /// What the catalog and promotions take off them.
    pub discount: Money,
    /// What delivery costs before discounts.
    pub shipping: Money,
    /// What promotions take off that.
    pub shipping_discount: Money,
    /// Fees and surcharges, that of the payment method included.
    pub fees: Money,
    /// All taxes, added or inside.
    pub tax: Money,
    /// The taxes that are added to the prices.
    pub tax_on_top: Money,
    /// What rounding to what can be paid changes; negative if it lowers the total.
    pub cash_rounding: Money,
    /// What is to be paid.
    pub total: Money,
}

impl Totals {
    /// Nothing at all.
    pub const fn zero(currency: crate::money::Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            subtotal: zero,
            discount: zero,
            shipping: zero,
            shipping_discount: zero,
            fees: zero,
            tax: zero,
            tax_on_top: zero,
            cash_rounding: zero,
            total: zero,
        }
    }

    /// What the taxes leave of the total, cash rounding apart. Below zero only where taxes inside the prices are those of
    /// the prices before discounts, and the discounts take off more than the rest.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`](crate::money::MoneyError::Overflow) if it does not fit, which no priced cart's does.
    pub fn net(&self) -> Result<Money, crate::money::MoneyError> {
        self.total.checked_sub(self.cash_rounding)?.checked_sub(self.tax)
    }
}

impl PricedCart {
    /// The lines that are left out of the totals because an amount does not fit, in the cart's order.
    ///
    /// A change that adds or raises a line must not make a line one of these.
    pub fn overflowing(&self) -> impl Iterator<Item = LineId> {
        let overflows = |line: &&PricedLine| line.amounts == Err(LeftOut::AmountOverflow);
        self.lines.iter().filter(overflows).map(|line| line.line.id)
    }
}
