use std::cmp::Reverse;
use std::num::NonZeroU128;

use super::Money;

/// Says why an amount could not be split.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AllocationError {
    /// There is nobody to give the amount to.
    #[error("there are no weights to allocate by")]
    NoWeights,
    /// Every weight is zero, so no proportion is defined.
    #[error("all weights are zero")]
    AllZero,
    /// A weight is below zero.
    #[error("weight {index} is negative")]
    NegativeWeight {
        /// The position of the first negative weight, counted from zero.
        index: usize,
    },
}

/// Splits an amount in proportion to weights, by largest remainder.
///
/// Every share is rounded towards zero, and the minor units left over go, one each, to the shares that lost
/// the largest fraction; equal fractions go to the earlier index. So, for shares in the order of the weights:
///
/// * they add up to `total` exactly;
/// * each is less than one minor unit away from its exact proportion;
/// * a zero weight gets zero;
/// * a negative total gives the mirror image of the positive one.
///
/// Weights are any non-negative numbers on one scale, such as line subtotals in minor units. No input
/// overflows. Takes time linear in the number of weights.
///
/// # Errors
///
/// [`AllocationError`] when there are no weights, all are zero, or one is negative.
///
/// ```
/// use cart_core::money::{Currency, Money, allocate};
///
/// let discount = Money::new(100, Currency::EUR);
/// let shares = allocate(discount, &[1, 1, 1])?;
/// assert_eq!(shares.iter().map(|share| share.minor()).collect::<Vec<_>>(), [34, 33, 33]);
/// # Ok::<(), cart_core::money::AllocationError>(())
/// ```
pub fn allocate(total: Money, weights: &[i64]) -> Result<Vec<Money>, AllocationError> {
    let whole = total_weight(weights)?;
    let magnitudes = largest_remainder(total.minor().unsigned_abs(), weights, whole);
    Ok(magnitudes.map(|magnitude| signed_like(total, magnitude)).collect())
}

fn total_weight(weights: &[i64]) -> Result<NonZeroU128, AllocationError> {
    if weights.is_empty() {
        return Err(AllocationError::NoWeights);
    }
    let non_negative =
        |(index, &weight)| u128::try_from(weight).map_err(|_| AllocationError::NegativeWeight { index });
    let sum = weights.iter().enumerate().map(non_negative).sum::<Result<u128, _>>()?;
    NonZeroU128::new(sum).ok_or(AllocationError::AllZero)
}

/// A share before the left-over units are given out: what it surely gets, and the fraction that it lost.
#[derive(Clone, Copy)]
struct Quota {
    floor: u128,
    lost: Lost,
}

/// Smaller means earlier in line for a left-over unit: the larger remainder, then the earlier index.
type Lost = (Reverse<u128>, usize);

fn largest_remainder(total: u64, weights: &[i64], whole: NonZeroU128) -> impl Iterator<Item = u128> {
    let quotas: Vec<Quota> = weights.iter().enumerate().map(|line| quota(total, line, whole)).collect();
    let given: u128 = quotas.iter().map(|quota| quota.floor).sum();
    let last = last_to_gain(&quotas, u128::from(total).abs_diff(given));
    quotas.into_iter().map(move |quota| {
        let gains = last.is_some_and(|last| quota.lost <= last);
        quota.floor.saturating_add(gains.into())
    })
}

fn quota(total: u64, (index, weight): (usize, &i64), whole: NonZeroU128) -> Quota {
    let exact = widening_mul(total, weight.unsigned_abs());
    Quota { floor: exact / whole, lost: (Reverse(exact % whole), index) }
}

/// Finds the last of the `left_over` quotas that gain a unit, without sorting the others.
// INVARIANT: the remainders add up to left_over times the whole weight and each is below the whole weight, so
// more than left_over of them are above zero. Hence the position exists and a zero weight never gains.
fn last_to_gain(quotas: &[Quota], left_over: u128) -> Option<Lost> {
    let position = usize::try_from(left_over.checked_sub(1)?).ok()?;
    let mut losses: Vec<Lost> = quotas.iter().map(|quota| quota.lost).collect();
    let (_, last, _) = losses.select_nth_unstable(position);
    Some(*last)
}

#[expect(clippy::arithmetic_side_effects, reason = "the product of two 64-bit numbers fits in 128 bits")]
fn widening_mul(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

#[expect(clippy::expect_used, reason = "no share is larger than the total, which is an i64 of that sign")]
fn signed_like(total: Money, magnitude: u128) -> Money {
    let minor = u64::try_from(magnitude).ok().and_then(|magnitude| {
        if total.is_negative() {
            0_i64.checked_sub_unsigned(magnitude)
        } else {
            0_i64.checked_add_unsigned(magnitude)
        }
    });
    Money::new(minor.expect("a share is no larger than the total"), total.currency())
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "the i128 reference stays far from its limits")]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::money::Currency;

    fn shares(total: i64, weights: &[i64]) -> Result<Vec<i64>, AllocationError> {
        let shares = allocate(Money::new(total, Currency::EUR), weights)?;
        Ok(shares.into_iter().map(Money::minor).collect())
    }

    #[test]
    fn equal_weights_give_the_left_over_to_the_earlier() {
        assert_eq!(shares(100, &[1, 1, 1]), Ok(vec![34, 33, 33]));
        assert_eq!(shares(101, &[5, 5, 5]), Ok(vec![34, 34, 33]));
        assert_eq!(shares(2, &[1, 1, 1, 1]), Ok(vec![1, 1, 0, 0]));
    }

    #[test]
    fn the_largest_remainder_gains_first() {
        // Exactly 1.4, 2.1 and 3.5: one unit is left, and the third lost most.
        assert_eq!(shares(7, &[2, 3, 5]), Ok(vec![1, 2, 4]));
    }

    #[test]
    fn a_zero_weight_gets_nothing_even_when_it_comes_first() {
        assert_eq!(shares(5, &[0, 1, 0, 1, 0]), Ok(vec![0, 3, 0, 2, 0]));
        assert_eq!(shares(i64::MAX, &[0, 1]), Ok(vec![0, i64::MAX]));
    }

    #[test]
    fn a_negative_total_mirrors_the_positive_one() {
        assert_eq!(shares(-100, &[1, 1, 1]), Ok(vec![-34, -33, -33]));
    }

    #[test]
    fn a_zero_total_gives_zero_shares() {
        assert_eq!(shares(0, &[3, 0, 4]), Ok(vec![0, 0, 0]));
    }

    #[test]
    fn the_largest_numbers_are_split_exactly() {
        assert_eq!(shares(i64::MIN, &[i64::MAX]), Ok(vec![i64::MIN]));
        assert_eq!(shares(i64::MIN, &[i64::MAX, i64::MAX]), Ok(vec![i64::MIN / 2, i64::MIN / 2]));
        assert_eq!(shares(i64::MAX, &[i64::MAX, i64::MAX]), Ok(vec![i64::MAX / 2 + 1, i64::MAX / 2]));
    }

    #[test]
    fn shares_keep_the_currency() {
        let shares = allocate(Money::new(7, Currency::JPY), &[1, 1]).unwrap();
        assert!(shares.iter().all(|share| share.currency() == Currency::JPY));
    }

    #[test]
    fn weights_without_a_proportion_are_refused() {
        assert_eq!(shares(100, &[]), Err(AllocationError::NoWeights));
        assert_eq!(shares(0, &[]), Err(AllocationError::NoWeights));
        assert_eq!(shares(100, &[0, 0]), Err(AllocationError::AllZero));
        assert_eq!(shares(100, &[3, -1, -2]), Err(AllocationError::NegativeWeight { index: 1 }));
        assert_eq!(shares(100, &[i64::MIN]), Err(AllocationError::NegativeWeight { index: 0 }));
    }

    #[test]
    fn thousands_of_weights_still_add_up() {
        let weights: Vec<i64> = (0..5_000).map(|index| index % 7).collect();
        let shares = shares(999_983, &weights).unwrap();
        assert_eq!(shares.iter().sum::<i64>(), 999_983);
    }

    /// The textbook method, with a full sort: the oracle for the selection.
    fn by_sorting(total: i64, weights: &[i64]) -> Vec<i64> {
        let whole: i128 = weights.iter().copied().map(i128::from).sum();
        let exact = |weight: &i64| i128::from(total.unsigned_abs()) * i128::from(*weight);
        let mut shares: Vec<i128> = weights.iter().map(|weight| exact(weight) / whole).collect();
        let left_over = i128::from(total.unsigned_abs()) - shares.iter().sum::<i128>();
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by_key(|&index| Reverse(exact(&weights[index]) % whole)); // stable: ties keep their order
        order.iter().take(usize::try_from(left_over).unwrap()).for_each(|&index| shares[index] += 1);
        shares.into_iter().map(|share| i64::try_from(share * i128::from(total.signum())).unwrap()).collect()
    }

    fn total() -> impl Strategy<Value = i64> {
        prop_oneof![any::<i64>(), -1_000_i64..1_000, Just(i64::MIN), Just(i64::MAX)]
    }

    fn weights() -> impl Strategy<Value = Vec<i64>> {
        let weight =
            prop_oneof![2 => 0_i64..10, 2 => 0_i64..100_000, 1 => 0_i64.., 1 => Just(i64::MAX), 1 => Just(0)];
        vec(weight, 1..40)
            .prop_filter("all weights are zero", |weights| weights.iter().any(|&weight| weight > 0))
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_total(total in total(), weights in weights()) {
            let sum: i128 = shares(total, &weights).unwrap().into_iter().map(i128::from).sum();
            prop_assert_eq!(sum, i128::from(total));
        }

        #[test]
        fn every_share_is_within_one_unit_of_its_proportion(total in total(), weights in weights()) {
            let whole: i128 = weights.iter().copied().map(i128::from).sum();
            for (share, &weight) in shares(total, &weights).unwrap().into_iter().zip(&weights) {
                let distance = i128::from(share) * whole - i128::from(total) * i128::from(weight);
                prop_assert!(distance.abs() < whole);
            }
        }

        #[test]
        fn zero_weights_get_zero(total in total(), weights in weights()) {
            let shares = shares(total, &weights).unwrap();
            prop_assert!(shares.iter().zip(&weights).all(|(&share, &weight)| weight != 0 || share == 0));
        }

        #[test]
        fn opposite_totals_give_opposite_shares(total in total(), weights in weights()) {
            prop_assume!(total != i64::MIN);
            let mirrored: Vec<i64> = shares(-total, &weights).unwrap().into_iter().map(|share| -share).collect();
            prop_assert_eq!(shares(total, &weights).unwrap(), mirrored);
        }

        #[test]
        fn of_equal_weights_the_earlier_gets_no_less(total in 0_i64.., weights in weights()) {
            let shares = shares(total, &weights).unwrap();
            for earlier in 0..weights.len() {
                for later in earlier..weights.len() {
                    prop_assert!(weights[earlier] != weights[later] || shares[earlier] >= shares[later]);
                }
            }
        }

        #[test]
        fn selecting_agrees_with_sorting(total in total(), weights in weights()) {
            prop_assert_eq!(shares(total, &weights).unwrap(), by_sorting(total, &weights));
        }

        #[test]
        fn no_input_panics(total in any::<i64>(), weights in vec(any::<i64>(), 0..8)) {
            let refused = weights.iter().all(|&weight| weight == 0) || weights.iter().any(|&weight| weight < 0);
            prop_assert_eq!(shares(total, &weights).is_err(), refused);
        }
    }
}
