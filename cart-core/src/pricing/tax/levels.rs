//! Working taxes out at the level that policy says.

use super::exact::{Exact, round_together, split};
use super::rates::{ClassRates, is_same};
use crate::money::MoneyError;
use crate::policy::{TaxLevel, TaxMode, TaxPolicy, TaxSplit};
use crate::pricing::arithmetic::{divide, spread};
use crate::tax::{TaxRate, Treatment};

/// Something to be taxed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taxable<'r, 'a> {
    /// Its place: among the items, or after them among the charges.
    pub(super) number: usize,
    pub(super) amount: i64,
    /// How many units it is of; 1 for a charge.
    pub(super) units: u32,
    pub(super) rates: &'r ClassRates<'a>,
}

/// A tax on something: which of the things, which of its rates, and how much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Charged<'a> {
    pub(super) thing: usize,
    pub(super) tax: &'a TaxRate,
    pub(super) amount: i64,
}

/// One tax for each rate of a thing, in their order; zero beyond.
type OfRates = [i64; Treatment::MAX_RATES];

/// The taxes of all things, thing by thing and rate by rate.
///
/// # Errors
/// [`MoneyError::Overflow`] if exact sums do not fit 128 bits.
pub(super) fn charge<'a>(
    things: &[Taxable<'_, 'a>],
    policy: TaxPolicy,
) -> Result<Vec<Charged<'a>>, MoneyError> {
    let mut charged = Vec::with_capacity(things.len());
    let each = things.iter().enumerate();
    match policy.level {
        TaxLevel::PerUnit => {
            for (place, thing) in each {
                charged.extend(thing.charged(place, thing.taxes_per_unit(policy)?));
            }
            Ok(charged)
        }
        TaxLevel::PerLine => {
            for (place, thing) in each {
                charged.extend(thing.charged(place, thing.taxes(thing.amount, policy)?));
            }
            Ok(charged)
        }
        TaxLevel::PerRate | TaxLevel::PerTotal => charge_together(things, policy),
    }
}

/// The taxes of all things, rounded for several at once and split again.
fn charge_together<'a>(
    things: &[Taxable<'_, 'a>],
    policy: TaxPolicy,
) -> Result<Vec<Charged<'a>>, MoneyError> {
    let mut exact: Vec<(Charged<'a>, Exact)> = Vec::with_capacity(things.len());
    for (place, thing) in things.iter().enumerate() {
        let taxes = thing.rates.taxes.iter().enumerate();
        exact.extend(taxes.map(|(rate, tax)| {
            (Charged { thing: place, tax, amount: 0 }, thing.exact(thing.amount, rate, policy))
        }));
    }
    let mut of_group: Vec<usize> = Vec::with_capacity(exact.len());
    let mut groups: Vec<&TaxRate> = Vec::new();
    for (charged, _) in &exact {
        let is_in = |tax: &&TaxRate| policy.level == TaxLevel::PerTotal || is_same(tax, charged.tax);
        of_group.push(groups.iter().position(is_in).unwrap_or_else(|| {
            groups.push(charged.tax);
            groups.len() - 1
        }));
    }
    for group in 0..groups.len() {
        let places: Vec<usize> =
            (0..exact.len()).filter(|place| of_group.get(*place) == Some(&group)).collect();
        let amounts: Vec<Exact> =
            places.iter().filter_map(|place| exact.get(*place)).map(|(_, exact)| *exact).collect();
        let shares = round_together(&amounts, policy.rounding)?;
        for (place, share) in places.into_iter().zip(shares) {
            if let Some((charged, _)) = exact.get_mut(place) {
                charged.amount = share;
            }
        }
    }
    Ok(exact.into_iter().map(|(charged, _)| charged).collect())
}

impl<'a> Taxable<'_, 'a> {
    fn charged(&self, thing: usize, amounts: OfRates) -> impl Iterator<Item = Charged<'a>> {
        self.rates.taxes.iter().zip(amounts).map(move |(tax, amount)| Charged { thing, tax, amount })
    }

    /// One of the taxes of an amount, exactly: a numerator and a denominator.
    fn fraction(&self, amount: i64, rate: usize, policy: TaxPolicy) -> (u128, u128) {
        let effective = &self.rates.effective;
        let numerator = effective.numerators.get(rate).copied().unwrap_or(0);
        let denominator = match policy.mode {
            TaxMode::Inside => effective.denominator + effective.sum,
            TaxMode::None | TaxMode::OnTop | TaxMode::External => effective.denominator,
        };
        // An amount is below 2^63 and a numerator at most ten times 10^18, below 2^64.
        (u128::from(amount.unsigned_abs()) * numerator, denominator)
    }

    fn exact(&self, amount: i64, rate: usize, policy: TaxPolicy) -> Exact {
        let (numerator, denominator) = self.fraction(amount, rate, policy);
        Exact::new(numerator, denominator)
    }

    /// The taxes of an amount, each rounded, or with the net rounded, as policy says.
    fn taxes(&self, amount: i64, policy: TaxPolicy) -> Result<OfRates, MoneyError> {
        if policy.mode == TaxMode::Inside && policy.split == TaxSplit::RoundNet {
            return self.taxes_beside_net(amount, policy);
        }
        let mut taxes = OfRates::default();
        let mut left = amount;
        for (rate, tax) in taxes.iter_mut().enumerate().take(self.rates.taxes.len()) {
            let (numerator, denominator) = self.fraction(amount, rate, policy);
            let rounded = divide(numerator, denominator, policy.rounding);
            // Several taxes that are rounded up could come to more than a price that contains them.
            *tax = if policy.mode == TaxMode::Inside { rounded.min(left) } else { rounded };
            left -= *tax;
        }
        Ok(taxes)
    }

    /// The taxes inside an amount, as what is left beside the rounded net.
    fn taxes_beside_net(&self, amount: i64, policy: TaxPolicy) -> Result<OfRates, MoneyError> {
        let effective = &self.rates.effective;
        let whole = u128::from(amount.unsigned_abs()) * effective.denominator;
        let net = divide(whole, effective.denominator + effective.sum, policy.rounding);
        let exact = (0..self.rates.taxes.len()).map(|rate| self.exact(amount, rate, policy));
        let mut taxes = OfRates::default();
        for (tax, share) in taxes.iter_mut().zip(split(amount - net, &exact.collect::<Vec<_>>())?) {
            *tax = share;
        }
        Ok(taxes)
    }

    /// The taxes of each unit, added up.
    fn taxes_per_unit(&self, policy: TaxPolicy) -> Result<OfRates, MoneyError> {
        let (unit, more, rest) = spread(self.amount, self.units);
        let mut taxes = self.taxes(unit, policy)?.map(|of_unit| rest * of_unit);
        if more > 0 {
            for (tax, of_more) in taxes.iter_mut().zip(self.taxes(unit + 1, policy)?) {
                *tax += more * of_more;
            }
        }
        Ok(taxes)
    }
}
