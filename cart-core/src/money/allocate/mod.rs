mod capped;
mod error;
mod methods;
mod proportion;
#[cfg(test)]
mod reference;

use serde::{Deserialize, Serialize};

pub use self::error::AllocationError;
use super::Money;

/// How an amount is split over lines in proportion to their weights.
///
/// The exact share of a line is total × weight / sum of the weights, which is rarely a whole number of minor
/// units. The methods differ in who gets the units that are left over. Whatever the method, the shares are in
/// the order of the weights and add up to the total exactly, none is negative, and a line of weight zero gets
/// nothing. Weights are any numbers on one scale, such as line subtotals in minor units.
/// Serialized in kebab case, such as `"largest-remainder"`.
///
/// Eleven cents over the weights 1, 1, 2 and 3, where the exact shares are 1.57, 1.57, 3.14 and 4.71 and the
/// shares without fractions leave two cents over:
///
/// | method | shares |
/// |---|---|
/// | `LargestRemainder` | 2, 1, 3, 5 |
/// | `FirstGetsRemainder` | 3, 1, 3, 4 |
/// | `Even` | 3, 3, 3, 2 |
/// | `LastAbsorbs` | 2, 2, 3, 4 |
/// | `LargestWeightFirst` | 1, 1, 4, 5 |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Allocation {
    /// Every share is rounded down; the units left over go, one each, to the shares that lost the largest
    /// fractions, equal fractions to the earlier line. Every share is less than one unit from its exact value.
    ///
    /// ```
    /// use cart_core::money::Allocation;
    ///
    /// // Exactly 1.4, 2.1 and 3.5: one unit is left over, and the third lost most.
    /// assert_eq!(Allocation::LargestRemainder.split(7, &[2, 3, 5])?, [1, 2, 4]);
    /// // Exactly 33.33 each: the earliest gains.
    /// assert_eq!(Allocation::LargestRemainder.split(100, &[1, 1, 1])?, [34, 33, 33]);
    /// # Ok::<(), cart_core::money::AllocationError>(())
    /// ```
    #[default]
    LargestRemainder,
    /// Every share is rounded down; all units left over go to the first line whose weight is above zero.
    ///
    /// ```
    /// use cart_core::money::Allocation;
    ///
    /// // Exactly 0, 22.22, 22.22 and 55.56: rounded down 0, 22, 22 and 55, and one unit is left over.
    /// assert_eq!(Allocation::FirstGetsRemainder.split(100, &[0, 2, 2, 5])?, [0, 23, 22, 55]);
    /// # Ok::<(), cart_core::money::AllocationError>(())
    /// ```
    FirstGetsRemainder,
    /// Every line whose weight is above zero gets an equal part, rounded down; the units left over go, one
    /// each, to the earlier of these lines. How large a weight is does not matter.
    ///
    /// ```
    /// use cart_core::money::Allocation;
    ///
    /// // Three lines take part: 33 each, and two units are left over.
    /// assert_eq!(Allocation::Even.split(101, &[900, 0, 1, 50])?, [34, 0, 34, 33]);
    /// # Ok::<(), cart_core::money::AllocationError>(())
    /// ```
    Even,
    /// In line order, every share is rounded half up, but takes no more than what is left; the last line whose
    /// weight is above zero takes all that is left, more or less than its exact share.
    ///
    /// ```
    /// use cart_core::money::Allocation;
    ///
    /// // Exactly 33.33 each: the last takes 34.
    /// assert_eq!(Allocation::LastAbsorbs.split(100, &[1, 1, 1, 0])?, [33, 33, 34, 0]);
    /// // Exactly 0.5 each, which rounds to 1: two units are gone after two lines.
    /// assert_eq!(Allocation::LastAbsorbs.split(2, &[1, 1, 1, 1])?, [1, 1, 0, 0]);
    /// # Ok::<(), cart_core::money::AllocationError>(())
    /// ```
    LastAbsorbs,
    /// Every share is rounded down; the units left over go, one each, to the lines with the largest weights,
    /// equal weights to the earlier line.
    ///
    /// ```
    /// use cart_core::money::Allocation;
    ///
    /// // Exactly 14.29, 28.57 and 57.14: one unit is left over, and the third weighs most.
    /// assert_eq!(Allocation::LargestWeightFirst.split(100, &[1, 2, 4])?, [14, 28, 58]);
    /// # Ok::<(), cart_core::money::AllocationError>(())
    /// ```
    LargestWeightFirst,
}

impl Allocation {
    /// Splits `total`, in minor units and not negative, over the weights.
    ///
    /// No input overflows. Takes time linear in the number of weights.
    ///
    /// # Errors
    ///
    /// The first that applies of [`AllocationError::NegativeTotal`], [`AllocationError::NoWeights`],
    /// [`AllocationError::NegativeWeight`] and [`AllocationError::AllZero`], the last for a total of zero too.
    ///
    /// ```
    /// use cart_core::money::{Allocation, AllocationError};
    ///
    /// let discount = Allocation::default().split(11, &[1, 1, 2, 3])?;
    /// assert_eq!(discount, [2, 1, 3, 5]);
    /// assert_eq!(Allocation::default().split(11, &[0, 0]), Err(AllocationError::AllZero));
    /// # Ok::<(), AllocationError>(())
    /// ```
    pub fn split(self, total: i64, weights: &[i64]) -> Result<Vec<i64>, AllocationError> {
        let total = u64::try_from(total).map_err(|_| AllocationError::NegativeTotal)?;
        let shares = methods::split(self, total, weights)?;
        // No share is larger than the total, which was an i64.
        Ok(shares.into_iter().map(u64::cast_signed).collect())
    }

    /// Splits `total` as [`Allocation::split`] does, where no share may exceed the cap at its position.
    ///
    /// It goes in rounds. The total is split; each line whose share exceeds its cap gets its cap and leaves;
    /// what remains (the total minus all caps given so far) is split again by the same method over the lines
    /// that are left, by their weights. It ends when no share exceeds its cap, after at most as many rounds
    /// as there are lines; each takes time linear in the number of lines. Nearly every split ends after one.
    ///
    /// Caps are in minor units, not negative. A line of weight zero gets nothing in any round, so its cap
    /// makes no room for others.
    ///
    /// # Errors
    ///
    /// The first that applies of [`AllocationError::Mismatch`], the errors of [`Allocation::split`],
    /// [`AllocationError::NegativeCap`], and [`AllocationError::CapsTooSmall`] when the caps of the lines with
    /// a weight above zero add up to less than the total.
    ///
    /// ```
    /// use cart_core::money::{Allocation, AllocationError};
    ///
    /// // 4, 3, 3: the first exceeds its cap of 1. The other 9 become 5, 4: the second exceeds its cap of 4.
    /// let shares = Allocation::LargestRemainder.split_capped(10, &[1, 1, 1], &[1, 4, 9])?;
    /// assert_eq!(shares, [1, 4, 5]);
    /// let refused = Allocation::LargestRemainder.split_capped(15, &[1, 1, 1], &[1, 4, 9]);
    /// assert_eq!(refused, Err(AllocationError::CapsTooSmall));
    /// # Ok::<(), AllocationError>(())
    /// ```
    pub fn split_capped(
        self,
        total: i64,
        weights: &[i64],
        caps: &[i64],
    ) -> Result<Vec<i64>, AllocationError> {
        capped::split(self, total, weights, caps)
    }
}

/// Splits an amount of either sign in proportion to weights, by [`Allocation::LargestRemainder`].
///
/// A negative total gives the mirror image of the positive one, so that a refund splits as its charge did.
/// The shares keep the currency. No input overflows. Takes time linear in the number of weights.
///
/// # Errors
///
/// [`AllocationError::NoWeights`], [`AllocationError::NegativeWeight`] and [`AllocationError::AllZero`].
///
/// ```
/// use cart_core::money::{Currency, Money, allocate};
///
/// let discount = Money::new(-100, Currency::EUR);
/// let shares = allocate(discount, &[1, 1, 1])?;
/// assert_eq!(shares.iter().map(|share| share.minor()).collect::<Vec<_>>(), [-34, -33, -33]);
/// # Ok::<(), cart_core::money::AllocationError>(())
/// ```
pub fn allocate(total: Money, weights: &[i64]) -> Result<Vec<Money>, AllocationError> {
    let shares = methods::split(Allocation::LargestRemainder, total.minor().unsigned_abs(), weights)?;
    Ok(shares.into_iter().map(|share| signed_like(total, share)).collect())
}

/// Gives a share the sign of the total. No share is larger than the total, so nothing ever saturates.
fn signed_like(total: Money, share: u64) -> Money {
    let minor = if total.is_negative() {
        0_i64.saturating_sub_unsigned(share)
    } else {
        0_i64.saturating_add_unsigned(share)
    };
    Money::new(minor, total.currency())
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "the mirror image of an amount from zero up always fits")]
mod tests {
    use proptest::prelude::*;

    use super::reference::{METHODS, method, total, weights};
    use super::*;
    use crate::money::Currency;

    fn shares(total: i64, weights: &[i64]) -> Result<Vec<i64>, AllocationError> {
        let shares = allocate(Money::new(total, Currency::EUR), weights)?;
        Ok(shares.into_iter().map(Money::minor).collect())
    }

    #[test]
    fn a_negative_amount_mirrors_the_positive_one() {
        assert_eq!(shares(100, &[1, 1, 1]), Ok(vec![34, 33, 33]));
        assert_eq!(shares(-100, &[1, 1, 1]), Ok(vec![-34, -33, -33]));
    }

    #[test]
    fn the_largest_amounts_are_split_exactly() {
        assert_eq!(shares(i64::MIN, &[i64::MAX]), Ok(vec![i64::MIN]));
        assert_eq!(shares(i64::MIN, &[1]), Ok(vec![i64::MIN]));
        assert_eq!(shares(i64::MIN, &[i64::MAX, i64::MAX]), Ok(vec![i64::MIN / 2, i64::MIN / 2]));
        assert_eq!(shares(i64::MAX, &[i64::MAX, i64::MAX]), Ok(vec![i64::MAX / 2 + 1, i64::MAX / 2]));
    }

    #[test]
    fn shares_keep_the_currency() {
        let shares = allocate(Money::new(7, Currency::JPY), &[1, 1]).unwrap();
        assert!(shares.iter().all(|share| share.currency() == Currency::JPY));
    }

    #[test]
    fn weights_without_a_proportion_are_refused_by_every_method() {
        for method in METHODS {
            assert_eq!(method.split(100, &[]), Err(AllocationError::NoWeights));
            assert_eq!(method.split(0, &[]), Err(AllocationError::NoWeights));
            assert_eq!(method.split(100, &[0, 0]), Err(AllocationError::AllZero));
            assert_eq!(method.split(0, &[0]), Err(AllocationError::AllZero));
            assert_eq!(method.split(100, &[3, -1, -2]), Err(AllocationError::NegativeWeight { index: 1 }));
            assert_eq!(method.split(0, &[0, i64::MIN]), Err(AllocationError::NegativeWeight { index: 1 }));
        }
    }

    #[test]
    fn a_negative_total_is_refused_before_its_weights_are_read() {
        for method in METHODS {
            assert_eq!(method.split(-1, &[1]), Err(AllocationError::NegativeTotal));
            assert_eq!(method.split(i64::MIN, &[-1]), Err(AllocationError::NegativeTotal));
        }
    }

    #[test]
    fn an_amount_of_either_sign_is_refused_over_bad_weights() {
        assert_eq!(shares(-100, &[]), Err(AllocationError::NoWeights));
        assert_eq!(shares(-100, &[0]), Err(AllocationError::AllZero));
        assert_eq!(shares(-100, &[1, -1]), Err(AllocationError::NegativeWeight { index: 1 }));
    }

    #[test]
    fn methods_are_written_in_kebab_case() {
        let names = METHODS.map(|method| serde_json::to_string(&method).unwrap());
        let expected = [
            r#""largest-remainder""#,
            r#""first-gets-remainder""#,
            r#""even""#,
            r#""last-absorbs""#,
            r#""largest-weight-first""#,
        ];
        assert_eq!(names, expected);
        let read: [Allocation; 5] = names.map(|name| serde_json::from_str(&name).unwrap());
        assert_eq!(read, METHODS);
    }

    proptest! {
        #[test]
        fn an_amount_splits_as_its_magnitude_and_keeps_its_sign(total in total(), weights in weights()) {
            let mirrored: Vec<i64> = shares(-total, &weights).unwrap().into_iter().map(|share| -share).collect();
            let split = Allocation::LargestRemainder.split(total, &weights).unwrap();
            prop_assert_eq!(&shares(total, &weights).unwrap(), &split);
            prop_assert_eq!(&mirrored, &split);
        }

        #[test]
        fn exactly_the_inputs_without_a_proportion_are_refused(
            method in method(), total in any::<i64>(), weights in proptest::collection::vec(any::<i64>(), 0..8),
        ) {
            let refused = weights.iter().all(|&weight| weight == 0) || weights.iter().any(|&weight| weight < 0);
            prop_assert_eq!(shares(total, &weights).is_err(), refused);
            prop_assert_eq!(method.split(total, &weights).is_err(), refused || total < 0);
        }
    }
}
