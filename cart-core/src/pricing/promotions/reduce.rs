//! Reductions of items: one by one, unit by unit, or together.

use super::takings::Takings;
use crate::money::{Amounts, Rate, Rounding};
use crate::policy::{AllocationWeights, PercentLevel};
use crate::pricing::arithmetic::{fraction, per_unit};
use crate::pricing::basket::{Basket, Portion};
use crate::pricing::derivation::Working;
use crate::pricing::tax::Rates;
use crate::promotion::{NotApplied, Reduction};
use crate::quantity::Quantity;

/// In proportion to what a discount is split.
#[derive(Clone, Copy, Debug)]
pub(super) enum SplitBy {
    /// The weights of the policy.
    Policy,
    /// What the portions cost.
    Amounts,
}

/// What reductions are worked out from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reducing<'a> {
    pub(super) basket: &'a Basket<'a>,
    pub(super) rates: &'a Rates<'a>,
}

impl<'a> Reducing<'a> {
    fn rounding(&self) -> Rounding {
        self.basket.policy.rounding
    }

    /// An amount in the cart's currency.
    pub(super) fn stated(&self, amounts: &Amounts) -> Result<i64, NotApplied> {
        let amount = amounts.in_currency(self.basket.currency).ok_or(NotApplied::Currency)?;
        Ok(amount.minor())
    }

    /// Reduces each portion as a whole.
    pub(super) fn lines(
        &self,
        portions: &[Portion],
        reduction: &Reduction,
        takings: &mut Takings,
    ) -> Result<(), NotApplied> {
        match reduction {
            Reduction::Percent(rate) => {
                self.percent(portions, *rate, self.basket.policy.line_percentages, SplitBy::Policy, takings);
            }
            Reduction::Amount(amounts) => {
                let amount = self.stated(amounts)?;
                self.amounts(portions, |_| amount, takings);
            }
            Reduction::Price(amounts) => {
                let price = self.stated(amounts)?;
                self.prices(portions, |_| price, takings);
            }
        }
        Ok(())
    }

    /// Reduces each unit of some portions.
    pub(super) fn units(
        &self,
        portions: &[Portion],
        reduction: &Reduction,
        by: SplitBy,
        takings: &mut Takings,
    ) -> Result<(), NotApplied> {
        match reduction {
            Reduction::Percent(rate) => {
                self.percent(portions, *rate, self.basket.policy.line_percentages, by, takings);
            }
            Reduction::Amount(amounts) => {
                let amount = self.stated(amounts)?;
                self.amounts(portions, |units| amount.saturating_mul(units.into()), takings);
            }
            Reduction::Price(amounts) => {
                let price = self.stated(amounts)?;
                self.prices(portions, |units| price.saturating_mul(units.into()), takings);
            }
        }
        Ok(())
    }

    /// Reduces portions together.
    pub(super) fn order(
        &self,
        portions: &[Portion],
        reduction: &Reduction,
        takings: &mut Takings,
    ) -> Result<(), NotApplied> {
        let together: i64 = portions.iter().map(|portion| portion.amount).sum();
        match reduction {
            Reduction::Percent(rate) => {
                self.percent(portions, *rate, self.basket.policy.order_percentages, SplitBy::Policy, takings);
            }
            Reduction::Amount(amounts) => {
                let amount = self.stated(amounts)?;
                let working = Working::Stated { amount: self.basket.money(amount) };
                self.split(portions, amount.min(together), SplitBy::Policy, working, takings);
            }
            Reduction::Price(amounts) => {
                let price = self.stated(amounts)?;
                let (price_now, from) = (self.basket.money(price), self.basket.money(together));
                let working = Working::Price { price: price_now, from };
                self.split(portions, (together - price).max(0), SplitBy::Policy, working, takings);
            }
        }
        Ok(())
    }

    fn percent(
        &self,
        portions: &[Portion],
        rate: Rate,
        level: PercentLevel,
        by: SplitBy,
        takings: &mut Takings,
    ) {
        let rounding = self.rounding();
        let working =
            |of: i64, each_of| Working::Fraction { rate, of: self.basket.money(of), each_of, rounding };
        match level {
            PercentLevel::PerUnit => portions.iter().for_each(|portion| {
                let off = per_unit(portion.amount, portion.units, |unit| fraction(unit, rate, rounding));
                takings.take(portion.place, off, working(portion.amount, Quantity::new(portion.units).ok()));
            }),
            PercentLevel::PerLine => portions.iter().for_each(|portion| {
                let off = fraction(portion.amount, rate, rounding);
                takings.take(portion.place, off, working(portion.amount, None));
            }),
            PercentLevel::PerOrder => {
                let together = portions.iter().map(|portion| portion.amount).sum();
                let off = fraction(together, rate, rounding);
                self.split(portions, off, by, working(together, None), takings);
            }
        }
    }

    fn amounts(&self, portions: &[Portion], off: impl Fn(u32) -> i64, takings: &mut Takings) {
        for portion in portions {
            let off = off(portion.units);
            let working = Working::Stated { amount: self.basket.money(off) };
            takings.take(portion.place, off.min(portion.amount), working);
        }
    }

    fn prices(&self, portions: &[Portion], price: impl Fn(u32) -> i64, takings: &mut Takings) {
        for portion in portions {
            let (price, from) = (price(portion.units), portion.amount);
            let working = Working::Price { price: self.basket.money(price), from: self.basket.money(from) };
            takings.take(portion.place, from - price, working);
        }
    }

    /// Splits a discount over portions.
    fn split(&self, portions: &[Portion], discount: i64, by: SplitBy, whole: Working, takings: &mut Takings) {
        if discount == 0 {
            return;
        }
        let amounts: Vec<i64> = portions.iter().map(|portion| portion.amount).collect();
        let policy = self.basket.policy;
        let shares = match (by, policy.weights) {
            (SplitBy::Amounts, _) | (SplitBy::Policy, AllocationWeights::Discounted) => {
                policy.allocation.split_capped(discount, &amounts, &amounts)
            }
            (SplitBy::Policy, AllocationWeights::Listed | AllocationWeights::TaxInclusive) => {
                policy.allocation.split_capped(discount, &self.weights(portions), &amounts)
            }
        };
        // Without anything to split by, there is nothing to take off either.
        let Ok(shares) = shares else { return };
        takings.wholes.push(whole);
        let working = Working::Share { of: self.basket.money(discount) };
        for (portion, share) in portions.iter().zip(shares) {
            takings.take(portion.place, share, working);
        }
    }

    fn weights(&self, portions: &[Portion]) -> Vec<i64> {
        let weight = |portion: &Portion| {
            let item = self.basket.items.get(portion.place)?;
            Some(match self.basket.policy.weights {
                AllocationWeights::Discounted => item.current,
                // What costs nothing any more takes no part, whatever it is listed at.
                AllocationWeights::Listed if item.current == 0 => 0,
                AllocationWeights::Listed => item.listed,
                AllocationWeights::TaxInclusive => item.current + self.rates.on_top_of(portion.place, item),
            })
        };
        portions.iter().map(|portion| weight(portion).unwrap_or(0)).collect()
    }
}
