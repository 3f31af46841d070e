//! What shipping, a payment method or a service costs, as data.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::{FeeId, PaymentMethodId, TaxClass};
use crate::money::{Amounts, Currency, Money, Rate};

/// How the price of something besides the lines is found. Amounts are in the convention of the catalog's prices:
/// with tax inside where those have it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// Nothing.
    #[default]
    Free,
    /// An amount, once.
    Amount(Amounts),
    /// An amount for each unit concerned: those that need delivery, for shipping.
    PerUnit(Amounts),
    /// A fraction of what the charge is on, rounded once.
    Percent(Rate),
    /// By the weight of the units concerned (those that need delivery, for shipping): the highest step that is reached,
    /// free below the first.
    ByWeight(Vec<WeightStep>),
    /// By what the lines concerned cost after discounts: the highest step that is reached, free below the first.
    BySubtotal(Vec<SubtotalStep>),
}

/// What a charge is from a weight on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightStep {
    /// From how many grams, inclusive.
    pub from_grams: u64,
    /// The charge.
    pub amounts: Amounts,
}

/// What a charge is from an amount on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubtotalStep {
    /// From how much, inclusive.
    pub from: Amounts,
    /// The charge.
    pub amounts: Amounts,
}

/// What a charge depends on.
#[derive(Clone, Copy, Debug)]
pub struct ChargeBasis {
    /// How many units are concerned.
    pub units: u64,
    /// What those units weigh.
    pub grams: u64,
    /// What the lines concerned cost after discounts.
    pub subtotal: Money,
}

impl Charge {
    /// The charge for a basis, in its currency, where it is not a fraction; none if it has no amount in that
    /// currency. What does not fit 64 bits is the largest amount that does.
    pub(crate) fn amount(&self, basis: ChargeBasis) -> Option<Money> {
        let currency = basis.subtotal.currency();
        match self {
            Self::Free | Self::Percent(_) => Some(Money::zero(currency)),
            Self::Amount(amounts) => amounts.in_currency(currency),
            Self::PerUnit(amounts) => {
                let units = i64::try_from(basis.units).unwrap_or(i64::MAX);
                let amount = amounts.in_currency(currency)?;
                Some(Money::new(amount.minor().saturating_mul(units), currency))
            }
            Self::ByWeight(steps) => {
                let reached = steps.iter().filter(|step| step.from_grams <= basis.grams);
                let reached = reached.max_by_key(|step| step.from_grams);
                reached.map_or(Some(Money::zero(currency)), |step| step.amounts.in_currency(currency))
            }
            Self::BySubtotal(steps) => {
                let from = |step: &SubtotalStep| step.from.in_currency(currency).map(Money::minor);
                let is_reached =
                    |step: &&SubtotalStep| from(step).is_some_and(|from| from <= basis.subtotal.minor());
                let reached = steps.iter().filter(is_reached).max_by_key(|step| from(step));
                reached.map_or(Some(Money::zero(currency)), |step| step.amounts.in_currency(currency))
            }
        }
    }

    /// Whether there is a price in a currency, whatever the basis.
    pub fn is_priced_in(&self, currency: Currency) -> bool {
        let has = |amounts: &Amounts| amounts.in_currency(currency).is_some();
        match self {
            Self::Free | Self::Percent(_) => true,
            Self::Amount(amounts) | Self::PerUnit(amounts) => has(amounts),
            Self::ByWeight(steps) => steps.iter().all(|step| has(&step.amounts)),
            Self::BySubtotal(steps) => steps.iter().all(|step| has(&step.from) && has(&step.amounts)),
        }
    }
}

/// A fee or surcharge of the host's, such as for gift wrapping or for paying on delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// Identifies it.
    pub id: FeeId,
    /// What the shopper knows it as.
    pub name: Arc<str>,
    /// When it is charged, and on what.
    #[serde(default)]
    pub on: FeeBasis,
    /// How much. A fee without an amount in the cart's currency is not charged.
    pub charge: Charge,
    /// How it is taxed; not at all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_class: Option<TaxClass>,
}

/// When a fee is charged, and on what. An empty cart pays no fee.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeBasis {
    /// Always; a fraction is one of lines and shipping after discounts.
    #[default]
    Order,
    /// If one of these payment methods is selected; a fraction is one of lines and shipping after discounts.
    Payment(BTreeSet<PaymentMethodId>),
    /// For lines whose product was chosen with this option; a fraction is one of those lines after discounts.
    Option {
        /// The option's name.
        name: Arc<str>,
        /// Its value.
        value: Arc<str>,
    },
}
