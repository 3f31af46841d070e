use std::cmp::Reverse;
use std::num::NonZeroU64;

use super::proportion::{Narrow, Proportion, Weights, Wide};
use super::{Allocation, AllocationError};

/// Splits a magnitude: the shares add up to it, and each is one of its parts.
pub(super) fn split(method: Allocation, total: u64, weights: &[i64]) -> Result<Vec<u64>, AllocationError> {
    let known = Weights::survey(weights)?;
    Ok(match Narrow::new(total, known) {
        Some(narrow) => split_by(method, narrow, weights),
        None => split_by(method, Wide::new(total, known), weights),
    })
}

fn split_by<P: Proportion>(method: Allocation, proportion: P, weights: &[i64]) -> Vec<u64> {
    match method {
        Allocation::LargestRemainder => largest_remainder(proportion, weights),
        Allocation::FirstGetsRemainder => first_gets_remainder(proportion, weights),
        Allocation::Even => even(proportion.total(), weights),
        Allocation::LastAbsorbs => last_absorbs(proportion, weights),
        Allocation::LargestWeightFirst => largest_weight_first(proportion, weights),
    }
}

// INVARIANT: the fractions add up to left_over times the whole weight and each is below the whole weight, so
// more than left_over of them are above zero. Hence a zero weight never gains.
fn largest_remainder<P: Proportion>(proportion: P, weights: &[i64]) -> Vec<u64> {
    let (mut shares, left_over) = floors(proportion, weights);
    gain_one_each(&mut shares, left_over, weights, |weight, floor| proportion.fraction(weight, floor));
    shares
}

fn first_gets_remainder<P: Proportion>(proportion: P, weights: &[i64]) -> Vec<u64> {
    let (mut shares, left_over) = floors(proportion, weights);
    gain_all(&mut shares, left_over, weights.iter().position(|&weight| weight > 0));
    shares
}

fn even(total: u64, weights: &[i64]) -> Vec<u64> {
    let taking_part = weights.iter().map(|&weight| u64::from(weight > 0)).sum();
    let Some(taking_part) = NonZeroU64::new(taking_part) else {
        return vec![0; weights.len()];
    };
    let (each, mut left_over) = (total / taking_part, total % taking_part);
    let share = |&weight: &i64| if weight > 0 { plus_one_while_any(each, &mut left_over) } else { 0 };
    weights.iter().map(share).collect()
}

fn last_absorbs<P: Proportion>(proportion: P, weights: &[i64]) -> Vec<u64> {
    let mut left = proportion.total();
    let rounded = weights.iter().map(|weight| {
        let share = half_up(proportion, weight.unsigned_abs()).min(left);
        left = left.saturating_sub(share);
        share
    });
    let mut shares: Vec<u64> = rounded.collect();
    gain_all(&mut shares, left, weights.iter().rposition(|&weight| weight > 0));
    shares
}

// INVARIANT: only weights above zero have a fraction, and there are more fractions than left-over units; so
// there are enough weights above zero, and they come first.
fn largest_weight_first<P: Proportion>(proportion: P, weights: &[i64]) -> Vec<u64> {
    let (mut shares, left_over) = floors(proportion, weights);
    gain_one_each(&mut shares, left_over, weights, |weight, _| weight);
    shares
}

/// Every share without its fraction, and how many units that leaves over: fewer than there are weights.
fn floors<P: Proportion>(proportion: P, weights: &[i64]) -> (Vec<u64>, u64) {
    let mut left_over = proportion.total();
    let floors = weights.iter().map(|weight| {
        let floor = proportion.floor(weight.unsigned_abs());
        left_over = left_over.saturating_sub(floor);
        floor
    });
    (floors.collect(), left_over)
}

fn half_up<P: Proportion>(proportion: P, weight: u64) -> u64 {
    let floor = proportion.floor(weight);
    let up = proportion.is_half(proportion.fraction(weight, floor));
    floor.saturating_add(up.into())
}

fn plus_one_while_any(share: u64, left_over: &mut u64) -> u64 {
    let gains = *left_over > 0;
    *left_over = left_over.saturating_sub(1);
    share.saturating_add(gains.into())
}

fn gain_all(shares: &mut [u64], gain: u64, index: Option<usize>) {
    if let Some(share) = index.and_then(|index| shares.get_mut(index)) {
        *share = share.saturating_add(gain);
    }
}

/// Gives one unit each to the shares of the highest rank, equal ranks to the earlier index, without sorting
/// the others.
fn gain_one_each<K: Ord>(shares: &mut [u64], gaining: u64, weights: &[i64], rank: impl Fn(u64, u64) -> K) {
    let gaining = usize::try_from(gaining).unwrap_or(usize::MAX);
    let Some(last) = gaining.checked_sub(1) else {
        return;
    };
    let ranks =
        weights.iter().zip(&*shares).map(|(weight, &floor)| Reverse(rank(weight.unsigned_abs(), floor)));
    let mut order: Vec<_> = ranks.zip(0..).collect();
    // Always so, because fewer units are left over than there are weights; selecting would panic otherwise.
    if last < order.len() {
        order.select_nth_unstable(last);
    }
    for (_, index) in order.into_iter().take(gaining) {
        gain_all(shares, 1, Some(index));
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "products of 64-bit numbers fit in 128 bits")]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::reference::{self, METHODS, method, total, weights};
    use super::*;

    fn shares(method: Allocation, total: i64, weights: &[i64]) -> Vec<i64> {
        method.split(total, weights).unwrap()
    }

    #[test]
    fn each_method_leaves_the_units_over_elsewhere() {
        let shares = METHODS.map(|method| shares(method, 11, &[1, 1, 2, 3]));
        assert_eq!(shares, [[2, 1, 3, 5], [3, 1, 3, 4], [3, 3, 3, 2], [2, 2, 3, 4], [1, 1, 4, 5]]);
    }

    #[test]
    fn the_largest_remainder_gains_first_and_ties_go_to_the_earlier() {
        let shares = |total, weights: &[i64]| shares(Allocation::LargestRemainder, total, weights);
        assert_eq!(shares(7, &[2, 3, 5]), [1, 2, 4]);
        assert_eq!(shares(101, &[5, 5, 5]), [34, 34, 33]);
        assert_eq!(shares(2, &[1, 1, 1, 1]), [1, 1, 0, 0]);
        assert_eq!(shares(5, &[0, 1, 0, 1, 0]), [0, 3, 0, 2, 0]);
    }

    #[test]
    fn the_first_that_takes_part_gets_the_whole_remainder() {
        let shares = |total, weights: &[i64]| shares(Allocation::FirstGetsRemainder, total, weights);
        assert_eq!(shares(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(shares(5, &[1, 1, 1]), [3, 1, 1]);
        assert_eq!(shares(3, &[0, 1, 9, 9, 0]), [0, 1, 1, 1, 0]);
    }

    #[test]
    fn even_shares_ignore_how_large_a_weight_is() {
        let shares = |total, weights: &[i64]| shares(Allocation::Even, total, weights);
        assert_eq!(shares(101, &[900, 0, 1, 50]), [34, 0, 34, 33]);
        assert_eq!(shares(1, &[0, 1, i64::MAX]), [0, 1, 0]);
    }

    #[test]
    fn the_last_that_takes_part_absorbs_what_rounding_left() {
        let shares = |total, weights: &[i64]| shares(Allocation::LastAbsorbs, total, weights);
        assert_eq!(shares(100, &[1, 1, 1, 0]), [33, 33, 34, 0]);
        assert_eq!(shares(200, &[1, 1, 1]), [67, 67, 66]);
        // Exactly 1.5 and 1.5: a half goes up.
        assert_eq!(shares(3, &[1, 1]), [2, 1]);
        // Exactly 0.6 each: rounded up, nothing is left after three.
        assert_eq!(shares(3, &[1, 1, 1, 1, 1]), [1, 1, 1, 0, 0]);
        // Exactly 0.4 each: rounded down, everything is left for the last.
        assert_eq!(shares(2, &[1, 1, 1, 1, 1]), [0, 0, 0, 0, 2]);
    }

    #[test]
    fn the_largest_weights_gain_first_and_ties_go_to_the_earlier() {
        let shares = |total, weights: &[i64]| shares(Allocation::LargestWeightFirst, total, weights);
        assert_eq!(shares(100, &[1, 2, 4]), [14, 28, 58]);
        assert_eq!(shares(8, &[0, 2, 3, 3, 3]), [0, 1, 3, 2, 2]);
        assert_eq!(shares(100, &[1, 1, 1]), [34, 33, 33]);
    }

    #[test]
    fn a_zero_total_gives_zero_shares() {
        METHODS.iter().for_each(|&method| assert_eq!(shares(method, 0, &[3, 0, 4]), [0, 0, 0]));
    }

    #[test]
    fn one_line_gets_everything() {
        for method in METHODS {
            assert_eq!(shares(method, i64::MAX, &[0, 1]), [0, i64::MAX]);
            assert_eq!(shares(method, i64::MAX, &[i64::MAX]), [i64::MAX]);
        }
    }

    #[test]
    fn thousands_of_weights_still_add_up() {
        let weights: Vec<i64> = (0..5_000).map(|index| index % 7).collect();
        METHODS
            .iter()
            .for_each(|&method| assert_eq!(shares(method, 999_983, &weights).iter().sum::<i64>(), 999_983));
    }

    proptest! {
        #[test]
        fn shares_add_up_and_none_is_negative(method in method(), total in total(), weights in weights()) {
            let shares = shares(method, total, &weights);
            prop_assert_eq!(shares.len(), weights.len());
            prop_assert!(shares.iter().all(|&share| share >= 0));
            prop_assert_eq!(shares.into_iter().map(i128::from).sum::<i128>(), i128::from(total));
        }

        #[test]
        fn zero_weights_get_zero(method in method(), total in total(), weights in weights()) {
            let shares = shares(method, total, &weights);
            prop_assert!(shares.iter().zip(&weights).all(|(&share, &weight)| weight > 0 || share == 0));
        }

        #[test]
        fn shares_are_those_of_the_reference(method in method(), total in total(), weights in weights()) {
            prop_assert_eq!(shares(method, total, &weights), reference::split(method, total, &weights));
        }

        #[test]
        fn the_same_input_gives_the_same_shares(method in method(), total in total(), weights in weights()) {
            prop_assert_eq!(shares(method, total, &weights), shares(method, total, &weights));
        }

        #[test]
        fn narrow_and_wide_arithmetic_agree(
            method in method(),
            total in 0_u64..1 << 32,
            weights in vec(prop_oneof![0_i64..10, 0_i64..1 << 32], 1..40),
        ) {
            let Ok(known) = Weights::survey(&weights) else { return Ok(()) };
            let narrow = split_by(method, Narrow::new(total, known).unwrap(), &weights);
            prop_assert_eq!(narrow, split_by(method, Wide::new(total, known), &weights));
        }

        #[test]
        fn a_largest_remainder_share_is_within_one_unit_of_its_proportion(total in total(), weights in weights()) {
            let whole: i128 = weights.iter().copied().map(i128::from).sum();
            for (share, &weight) in shares(Allocation::LargestRemainder, total, &weights).into_iter().zip(&weights) {
                let distance = (i128::from(share) * whole).abs_diff(i128::from(total) * i128::from(weight));
                prop_assert!(distance < whole.unsigned_abs());
            }
        }

        #[test]
        fn of_equal_weights_the_earlier_gets_no_less_unless_the_last_absorbs(
            method in method().prop_filter("the last absorbs", |&method| method != Allocation::LastAbsorbs),
            total in total(),
            weights in weights(),
        ) {
            let shares = shares(method, total, &weights);
            for earlier in 0..weights.len() {
                for later in earlier..weights.len() {
                    prop_assert!(weights[earlier] != weights[later] || shares[earlier] >= shares[later]);
                }
            }
        }
    }
}
