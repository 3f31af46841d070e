//! The account of every amount.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::{FeeId, LineId, PaymentMethodId, PromotionId, ShippingMethodId};
use crate::money::{Currency, Money, MoneyError, Rate, Rounding};
use crate::quantity::Quantity;

/// How the totals came to be, step by step, in the order of work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Derivation {
    steps: Vec<Step>,
}

/// One amount that goes into a total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which of the totals it goes into.
    pub part: Part,
    /// What it is about.
    pub subject: Subject,
    /// Why.
    pub rule: Rule,
    /// How much it changes what the cart costs: a discount is negative. Of a tax inside the prices it is the tax,
    /// which changes nothing.
    pub amount: Money,
}

/// A part of what a cart costs. The steps of a part add up to the total of the same name, discounts with the sign
/// changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Lines at list prices.
    Subtotal,
    /// Off the lines.
    Discount,
    /// Shipping before its discounts.
    Shipping,
    /// Off shipping.
    ShippingDiscount,
    /// Fees and surcharges.
    Fees,
    /// Taxes that are added.
    TaxOnTop,
    /// Taxes that the prices contain; no part of the sum.
    TaxInside,
    /// Rounding to what can be paid.
    CashRounding,
}

/// What a step is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A line.
    Line(LineId),
    /// Delivery by the selected method.
    Shipping(ShippingMethodId),
    /// Paying by the selected method.
    Payment(PaymentMethodId),
    /// Another fee.
    Fee(FeeId),
    /// The cart as a whole.
    Total,
}

/// Why an amount goes into a total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// List price × quantity.
    ListPrice {
        /// What one unit is listed at.
        list: Money,
        /// How many units.
        quantity: Quantity,
    },
    /// The catalog sells it below the list price: unit discount × quantity.
    CatalogDiscount {
        /// How much less one unit is sold for.
        unit_discount: Money,
        /// How many units.
        quantity: Quantity,
    },
    /// A promotion takes something off.
    Promotion {
        /// Which.
        promotion: PromotionId,
        /// How it was worked out.
        working: Working,
    },
    /// What the method, or the fee, costs.
    Charge {
        /// How it was worked out.
        working: Working,
    },
    /// A tax.
    Tax {
        /// What it is called.
        name: Arc<str>,
        /// The fraction of the taxable amount.
        rate: Rate,
        /// Whether it is also charged on the taxes that are not compound.
        compound: bool,
        /// The amount that it was worked out on: the net where it is added, the price with tax where it is inside.
        on: Money,
        /// How it was rounded, and for how much at once.
        rounding: Rounding,
        /// At which level.
        level: crate::policy::TaxLevel,
    },
    /// A tax service's figure.
    ExternalTax,
    /// The total is rounded to what can be paid.
    CashRounding {
        /// The smallest amount that can be paid.
        increment: Money,
        /// How.
        rounding: Rounding,
    },
}

/// How the amount of a promotion or a charge was worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Working {
    /// An amount that is stated.
    Stated {
        /// The amount; for all units that it is stated for.
        amount: Money,
    },
    /// A fraction of an amount, rounded.
    Fraction {
        /// The fraction.
        rate: Rate,
        /// Of what.
        of: Money,
        /// How many units were rounded one by one; none if the whole was rounded once.
        each_of: Option<Quantity>,
        /// How.
        rounding: Rounding,
    },
    /// What makes something cost a stated price.
    Price {
        /// The price.
        price: Money,
        /// What it cost before.
        from: Money,
    },
    /// The share of a line in a discount of several lines.
    Share {
        /// The discount of all of them.
        of: Money,
    },
}

impl Derivation {
    pub(super) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub(super) fn reserve(&mut self, steps: usize) {
        self.steps.reserve(steps);
    }

    /// The steps, in the order of work.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the steps of a part add up to; with the sign of a step, so that discounts are negative.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] if that does not fit 64 bits.
    pub fn sum_of(&self, part: Part, currency: Currency) -> Result<Money, MoneyError> {
        Money::sum(currency, self.steps.iter().filter(|step| step.part == part).map(|step| step.amount))
    }

    /// What all steps add up to that change what the cart costs: the total.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] if that does not fit 64 bits.
    pub fn sum(&self, currency: Currency) -> Result<Money, MoneyError> {
        let counts = self.steps.iter().filter(|step| step.part != Part::TaxInside);
        Money::sum(currency, counts.map(|step| step.amount))
    }
}
