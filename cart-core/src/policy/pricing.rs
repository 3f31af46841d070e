//! How amounts are worked out: the conventions in which shops and countries differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::id::PaymentMethodId;
use crate::money::{Allocation, Currency, Rounding};

/// How amounts are worked out. `docs/pricing.md` shows on examples what each choice does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PricingPolicy {
    /// Whether promotions apply.
    pub promotions: bool,
    /// Coupon codes on carts.
    pub coupons: CouponPolicy,
    /// Whether the selected shipping method is charged for.
    pub shipping: bool,
    /// Whether fees are charged, that of the selected payment method among them.
    pub fees: bool,
    /// How percentages of promotions and charges are rounded.
    pub rounding: Rounding,
    /// How percentages off lines and units are rounded: at which level.
    pub line_percentages: PercentLevel,
    /// How percentages off the order are rounded: at which level.
    pub order_percentages: PercentLevel,
    /// How a discount of several lines is split among them.
    pub allocation: Allocation,
    /// In proportion to what it is split.
    pub weights: AllocationWeights,
    /// Whether an exclusive promotion always wins.
    pub exclusive: ExclusiveRule,
    /// Taxes.
    pub tax: TaxPolicy,
    /// Rounding of the total to what can be paid, by currency; none where a currency is missing.
    pub cash: BTreeMap<Currency, CashRounding>,
}

impl Default for PricingPolicy {
    /// Lines alone; percentages are rounded half up, for each line, or once for the whole order.
    fn default() -> Self {
        Self {
            promotions: false,
            coupons: CouponPolicy::default(),
            shipping: false,
            fees: false,
            rounding: Rounding::HalfUp,
            line_percentages: PercentLevel::PerLine,
            order_percentages: PercentLevel::PerOrder,
            allocation: Allocation::default(),
            weights: AllocationWeights::default(),
            exclusive: ExclusiveRule::default(),
            tax: TaxPolicy::default(),
            cash: BTreeMap::new(),
        }
    }
}

/// Coupon codes on carts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CouponPolicy {
    /// How many codes a cart can hold, at most [`CouponPolicy::MAX`]; 0 where codes are not taken on carts.
    pub max: usize,
    /// What becomes of a code that does not apply.
    pub misfit: CouponMisfit,
}

impl CouponPolicy {
    /// The most codes that any policy may allow on a cart.
    pub const MAX: usize = 10;
}

/// What becomes of a code that does not apply (checklist S2-63).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CouponMisfit {
    /// The cart keeps it, and it applies as soon as it can.
    #[default]
    Sleeps,
    /// It is refused, and taken off the cart by the write that makes it not apply.
    Removed,
}

/// At which level a percentage off lines is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PercentLevel {
    /// For one unit, times the quantity.
    PerUnit,
    /// For each line.
    #[default]
    PerLine,
    /// Once for all lines that the promotion reduces at one rate, split by the allocation method.
    PerOrder,
}

/// In proportion to what a discount of several lines is split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AllocationWeights {
    /// What each line costs after the discounts before.
    #[default]
    Discounted,
    /// What each line is listed at: list price × quantity.
    Listed,
    /// What each line costs after the discounts before, with the tax that would be on top of it.
    TaxInclusive,
}

/// Whether an exclusive promotion that applies always wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExclusiveRule {
    /// It does.
    #[default]
    Wins,
    /// Only if it takes off more than all promotions that are not exclusive do together.
    IfBetter,
}

/// How taxes are worked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaxPolicy {
    /// Where the tax is.
    pub mode: TaxMode,
    /// At which level it is rounded.
    pub level: TaxLevel,
    /// How it is rounded.
    pub rounding: Rounding,
    /// On which amounts it is charged.
    pub base: TaxBase,
    /// How a price with tax inside is taken apart.
    pub split: TaxSplit,
}

/// Where the tax is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaxMode {
    /// Not looked at.
    #[default]
    None,
    /// Added to the prices.
    OnTop,
    /// Contained in the prices.
    Inside,
    /// Added to the prices as a tax service outside says.
    External,
}

/// At which level a tax is rounded. Shares of lines in a tax rounded for several are found by largest remainder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TaxLevel {
    /// Each rate for one unit, times the quantity.
    PerUnit,
    /// Each rate for each line.
    #[default]
    PerLine,
    /// Each rate once, over all lines and charges that have it.
    PerRate,
    /// All rates together, once.
    PerTotal,
}

/// On which amounts tax is charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaxBase {
    /// On what is left after promotions.
    #[default]
    AfterDiscounts,
    /// On the unit prices, as if no promotion had applied; the discounts then come off the amount with tax.
    BeforeDiscounts,
}

/// How a price with tax inside is taken apart. Either way net and tax add up to the price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaxSplit {
    /// The tax of each rate is rounded; what is left is the net.
    #[default]
    RoundTax,
    /// The net is rounded; what is left is the tax, split over the rates by largest remainder.
    RoundNet,
}

/// Rounding of the total to what can be paid, as a last step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CashRounding {
    /// The smallest amount that can be paid, in minor units: 5 for 0.05; at least 1.
    pub increment: u32,
    /// How.
    #[serde(default)]
    pub rounding: Rounding,
    /// With which payment methods; any, or none selected, if empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub methods: BTreeSet<PaymentMethodId>,
}
