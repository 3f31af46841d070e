use std::num::{NonZeroU64, NonZeroU128};

use super::AllocationError;

/// What there is to know about all weights together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    whole: NonZeroU128,
    /// At least the largest weight, and less than twice it.
    bound: u64,
}

impl Weights {
    // One pass without a branch, several times quicker than looking for each by itself: the bits of all
    // weights together tell whether one has a sign, and bound the largest.
    pub(super) fn survey(weights: &[i64]) -> Result<Self, AllocationError> {
        let (mut whole, mut bits) = (0_u128, 0_i64);
        for &weight in weights {
            whole = whole.saturating_add(weight.cast_unsigned().into());
            bits |= weight;
        }
        let bound = u64::try_from(bits).map_err(|_| first_negative(weights))?;
        let whole = NonZeroU128::new(whole).ok_or_else(|| without_proportion(weights))?;
        Ok(Self { whole, bound })
    }
}

fn first_negative(weights: &[i64]) -> AllocationError {
    let index = weights.iter().take_while(|weight| !weight.is_negative()).count();
    AllocationError::NegativeWeight { index }
}

fn without_proportion(weights: &[i64]) -> AllocationError {
    if weights.is_empty() { AllocationError::NoWeights } else { AllocationError::AllZero }
}

/// The exact share of a weight: total × weight / whole, with the fraction apart.
///
/// It has two implementations that agree wherever both apply, because dividing numbers of 128 bits is slower
/// than dividing numbers of 64 bits, and the amounts of nearly every cart fit in the latter.
pub(super) trait Proportion: Copy {
    /// The fraction of a share, as a number below the whole weight.
    type Fraction: Copy + Ord;

    fn total(self) -> u64;

    /// The share without its fraction: never more than the total.
    fn floor(self, weight: u64) -> u64;

    /// What the floor leaves out.
    fn fraction(self, weight: u64, floor: u64) -> Self::Fraction;

    /// Tells whether a fraction is a half or more.
    fn is_half(self, fraction: Self::Fraction) -> bool;
}

/// For totals and weights whose products fit in 64 bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Narrow {
    total: u64,
    whole: NonZeroU64,
}

impl Narrow {
    pub(super) fn new(total: u64, weights: Weights) -> Option<Self> {
        total.checked_mul(weights.bound)?;
        let whole = NonZeroU64::try_from(weights.whole).ok()?;
        Some(Self { total, whole })
    }
}

#[expect(
    clippy::arithmetic_side_effects,
    reason = "total times the largest weight fits, and floors only lose"
)]
impl Proportion for Narrow {
    type Fraction = u64;

    fn total(self) -> u64 {
        self.total
    }

    fn floor(self, weight: u64) -> u64 {
        self.total * weight / self.whole
    }

    fn fraction(self, weight: u64, floor: u64) -> u64 {
        self.total * weight - floor * self.whole.get()
    }

    fn is_half(self, fraction: u64) -> bool {
        fraction >= self.whole.get() - fraction
    }
}

/// For any total and weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide {
    total: u64,
    whole: NonZeroU128,
}

impl Wide {
    pub(super) fn new(total: u64, weights: Weights) -> Self {
        Self { total, whole: weights.whole }
    }

    #[expect(clippy::arithmetic_side_effects, reason = "the product of two 64-bit numbers fits in 128 bits")]
    fn product(self, weight: u64) -> u128 {
        u128::from(self.total) * u128::from(weight)
    }
}

#[expect(clippy::arithmetic_side_effects, reason = "a floor times the whole is no larger than the product")]
impl Proportion for Wide {
    type Fraction = u128;

    fn total(self) -> u64 {
        self.total
    }

    // A weight is a part of the whole, so its floor is no larger than the total and always fits.
    fn floor(self, weight: u64) -> u64 {
        u64::try_from(self.product(weight) / self.whole).unwrap_or(self.total)
    }

    fn fraction(self, weight: u64, floor: u64) -> u128 {
        self.product(weight) - u128::from(floor) * self.whole.get()
    }

    fn is_half(self, fraction: u128) -> bool {
        fraction >= self.whole.get() - fraction
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_narrow(total: u64, weights: &[i64]) -> bool {
        Narrow::new(total, Weights::survey(weights).unwrap()).is_some()
    }

    #[test]
    fn amounts_of_ordinary_carts_are_narrow() {
        assert!(is_narrow(1_000_000_000, &[1_000_000_000; 1_000]));
    }

    #[test]
    fn products_and_sums_beyond_64_bits_are_wide() {
        assert!(is_narrow(u64::MAX, &[1, 1, 1]));
        assert!(!is_narrow(u64::MAX, &[1, 2]));
        assert!(is_narrow(1, &[i64::MAX, i64::MAX]));
        assert!(!is_narrow(1, &[i64::MAX, i64::MAX, i64::MAX]));
    }

    #[test]
    fn a_fraction_is_a_half_from_the_middle_of_the_whole_on() {
        let weights = Weights::survey(&[1, 2, 3]).unwrap();
        let halves = |wide: Wide| [0_u128, 2, 3, 5].map(|fraction| wide.is_half(fraction));
        assert_eq!(halves(Wide::new(1, weights)), [false, false, true, true]);
        let narrow = Narrow::new(1, weights).unwrap();
        assert_eq!([0, 2, 3, 5].map(|fraction| narrow.is_half(fraction)), [false, false, true, true]);
    }
}
