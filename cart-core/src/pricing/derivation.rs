//! The account of every amount.

use serde::{Deserialize, Serialize};

use crate::id::LineId;
use crate::money::{Currency, Money, MoneyError};
use crate::quantity::Quantity;

/// How a total came to be, step by step, in the order of work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Derivation {
    steps: Vec<Step>,
}

/// One amount that goes into the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The line it is about.
    pub line: LineId,
    /// Why.
    pub rule: Rule,
    /// What it adds to the total; negative for a discount.
    pub amount: Money,
}

/// Why an amount goes into the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl Derivation {
    pub(super) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub(super) fn reserve(&mut self, lines: usize) {
        // A line takes two steps at the most in the stage that knows how many there are.
        self.steps.reserve(lines.saturating_mul(2));
    }

    /// The steps, in the order of work.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the steps add up to.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] if that does not fit 64 bits.
    pub fn sum(&self, currency: Currency) -> Result<Money, MoneyError> {
        Money::sum(currency, self.steps.iter().map(|step| step.amount))
    }
}
