//! Taxes as the host states them: rates by class, for one destination.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::{LineId, TaxClass};
use crate::money::{Money, Rate};
use crate::product::ProductKey;
use crate::quantity::Quantity;

/// A tax that cannot be computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaxError {
    /// The effective rates add up to more than [`Treatment::MAX_TOTAL`].
    #[error("tax rates add up to at most 10, which is 1000 percent")]
    TooHigh,
    /// More rates than [`Treatment::MAX_RATES`].
    #[error("at most {} rates can apply to one thing", Treatment::MAX_RATES)]
    TooMany,
}

/// One tax: a name that the shopper knows, and how much of the net amount it takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxRate {
    /// What it is called, such as `VAT 19%` or `Québec QST`.
    pub name: Arc<str>,
    /// The fraction of the taxable amount. Zero is a rate: it is shown as such.
    pub rate: Rate,
    /// Whether it is also charged on the taxes of the same thing that are not compound.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compound: bool,
}

impl TaxRate {
    /// A tax on the net amount alone.
    pub fn new(name: impl Into<Arc<str>>, rate: Rate) -> Self {
        Self { name: name.into(), rate, compound: false }
    }

    /// The same on top of the taxes that are not compound.
    #[must_use]
    pub fn compound(self) -> Self {
        Self { compound: true, ..self }
    }
}

/// How one class of things is taxed at one destination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// At these rates, in this order; without any, there is no tax on it.
    Rates(Arc<[TaxRate]>),
    /// Not at all, by exemption; shown as such.
    Exempt,
}

impl Treatment {
    /// The most rates that one thing can have.
    pub const MAX_RATES: usize = 8;
    /// What the effective rates add up to at the most, in billionths of the net amount.
    pub const MAX_TOTAL: u128 = 10_000_000_000;

    /// Taxed at these rates.
    ///
    /// # Errors
    /// [`TaxError`] for rates that are too high, or too many.
    pub fn rates(rates: impl Into<Arc<[TaxRate]>>) -> Result<Self, TaxError> {
        let rates = rates.into();
        EffectiveRates::of(&rates)?;
        Ok(Self::Rates(rates))
    }
}

/// What each tax takes of the net amount, with compound taxes on top of the others taken into account: exact, as
/// numerators over one denominator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EffectiveRates {
    /// One for each tax, in their order; zero beyond.
    pub(crate) numerators: [u128; Treatment::MAX_RATES],
    pub(crate) sum: u128,
    pub(crate) denominator: u128,
}

impl EffectiveRates {
    /// The effective rates of taxes that are charged together.
    pub(crate) fn of(taxes: &[TaxRate]) -> Result<Self, TaxError> {
        const ONE: u128 = Rate::ONE.billionths().unsigned_abs() as u128;
        if taxes.len() > Treatment::MAX_RATES {
            return Err(TaxError::TooMany);
        }
        let billionths = |tax: &TaxRate| u128::from(tax.rate.billionths().unsigned_abs());
        let parallel: u128 = taxes.iter().filter(|tax| !tax.compound).map(billionths).sum();
        let is_compound = taxes.iter().any(|tax| tax.compound);
        let denominator = if is_compound { ONE * ONE } else { ONE };
        let effective = |tax: &TaxRate| {
            let on = match (is_compound, tax.compound) {
                (false, _) => 1,
                (true, false) => ONE,
                (true, true) => ONE + parallel,
            };
            billionths(tax).checked_mul(on)
        };
        let mut numerators = [0; Treatment::MAX_RATES];
        for (numerator, tax) in numerators.iter_mut().zip(taxes) {
            *numerator = effective(tax).ok_or(TaxError::TooHigh)?;
        }
        let sum = numerators.iter().try_fold(0_u128, |sum, rate| sum.checked_add(*rate));
        match sum.ok_or(TaxError::TooHigh)? {
            sum if sum > Treatment::MAX_TOTAL * (denominator / ONE) => Err(TaxError::TooHigh),
            sum => Ok(Self { numerators, sum, denominator }),
        }
    }
}

/// What the host says about the taxes of a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taxes {
    /// How each class is taxed at the cart's destination. A class that is missing has no known tax: nothing is
    /// charged for it and a notice says so.
    Table(Arc<BTreeMap<TaxClass, Treatment>>),
    /// What a tax service outside has worked out for just this cart; none if it cannot say yet.
    External(Option<ExternalTax>),
}

impl Default for Taxes {
    fn default() -> Self {
        Self::Table(Arc::default())
    }
}

/// A tax service's figures, all added on top of the prices; one for each line and charge it was asked about, in the
/// same order. None is negative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExternalTax {
    /// The tax of each line.
    pub lines: Vec<Money>,
    /// The tax of each charge.
    pub charges: Vec<Money>,
}

/// The amounts on which a tax service works a cart's taxes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxableCart {
    /// Each line that counts.
    pub lines: Vec<TaxableLine>,
    /// Shipping, payment and fees, as far as they cost anything before discounts.
    pub charges: Vec<TaxableCharge>,
}

/// A line to be taxed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxableLine {
    /// Which line.
    pub line: LineId,
    /// Of which product.
    pub product: ProductKey,
    /// How many units.
    pub quantity: Quantity,
    /// How it is taxed.
    pub class: TaxClass,
    /// The taxable amount: after promotions, or before, as policy says.
    pub amount: Money,
}

/// A charge to be taxed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxableCharge {
    /// How it is taxed; not at all if absent.
    pub class: Option<TaxClass>,
    /// The taxable amount: after promotions, or before, as policy says.
    pub amount: Money,
}
