//! The methods written for the reader instead of the machine, and the inputs to hold the real ones against.
#![expect(clippy::arithmetic_side_effects, reason = "the 128-bit reference stays far from its limits")]

use std::cmp::Reverse;

use proptest::collection::vec;
use proptest::prelude::*;

use super::Allocation;
use crate::money::Rounding;

pub(super) const METHODS: [Allocation; 5] = [
    Allocation::LargestRemainder,
    Allocation::FirstGetsRemainder,
    Allocation::Even,
    Allocation::LastAbsorbs,
    Allocation::LargestWeightFirst,
];

pub(super) fn split(method: Allocation, total: i64, weights: &[i64]) -> Vec<i64> {
    match method {
        Allocation::LargestRemainder => floors_and_one_each(total, weights, |weight, whole| {
            Reverse(i128::from(total) * i128::from(weight) % whole)
        }),
        Allocation::LargestWeightFirst => floors_and_one_each(total, weights, |weight, _| Reverse(weight)),
        Allocation::FirstGetsRemainder => first_gets_remainder(total, weights),
        // Equal parts, the left-over units to the earlier: largest remainder over equal weights.
        Allocation::Even => {
            let equal: Vec<i64> = weights.iter().map(|weight| weight.signum()).collect();
            split(Allocation::LargestRemainder, total, &equal)
        }
        Allocation::LastAbsorbs => last_absorbs(total, weights),
    }
}

/// The lines that exceed leave the list, instead of staying without a weight.
pub(super) fn split_capped(method: Allocation, total: i64, weights: &[i64], caps: &[i64]) -> Vec<i64> {
    let mut lines: Vec<usize> = (0..weights.len()).collect();
    let (mut shares, mut remaining) = (vec![0; weights.len()], total);
    loop {
        let open: Vec<i64> = lines.iter().map(|&line| weights[line]).collect();
        for (&line, share) in lines.iter().zip(split(method, remaining, &open)) {
            shares[line] = share;
        }
        let (exceeding, within): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|&line| shares[line] > caps[line]);
        if exceeding.is_empty() {
            return shares;
        }
        for line in exceeding {
            shares[line] = caps[line];
            remaining -= caps[line];
        }
        lines = within;
    }
}

fn floors(total: i64, weights: &[i64]) -> (Vec<i64>, i64) {
    let whole = whole(weights);
    let floor = |&weight| i64::try_from(i128::from(total) * i128::from(weight) / whole).unwrap();
    let floors: Vec<i64> = weights.iter().map(floor).collect();
    let left_over = total - floors.iter().sum::<i64>();
    (floors, left_over)
}

fn floors_and_one_each<K: Ord>(total: i64, weights: &[i64], rank: impl Fn(i64, i128) -> K) -> Vec<i64> {
    let (mut shares, left_over) = floors(total, weights);
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&line| rank(weights[line], whole(weights))); // stable: ties keep their order
    order.iter().take(usize::try_from(left_over).unwrap()).for_each(|&line| shares[line] += 1);
    shares
}

fn first_gets_remainder(total: i64, weights: &[i64]) -> Vec<i64> {
    let (mut shares, left_over) = floors(total, weights);
    let first = (0..weights.len()).find(|&line| weights[line] > 0).unwrap();
    shares[first] += left_over;
    shares
}

fn last_absorbs(total: i64, weights: &[i64]) -> Vec<i64> {
    let last = (0..weights.len()).rfind(|&line| weights[line] > 0).unwrap();
    let (mut shares, mut left) = (vec![0; weights.len()], total);
    for line in 0..last {
        let exact = (i128::from(total) * i128::from(weights[line]), whole(weights));
        let rounded = Rounding::HalfUp.divide(exact.0, exact.1).unwrap();
        shares[line] = i64::try_from(rounded).unwrap().min(left);
        left -= shares[line];
    }
    shares[last] = left;
    shares
}

fn whole(weights: &[i64]) -> i128 {
    weights.iter().copied().map(i128::from).sum()
}

pub(super) fn method() -> impl Strategy<Value = Allocation> {
    proptest::sample::select(METHODS.as_slice())
}

pub(super) fn total() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0_i64..1_000, 2 => 0_i64.., 1 => Just(i64::MAX), 1 => Just(0)]
}

pub(super) fn weights() -> impl Strategy<Value = Vec<i64>> {
    let weight =
        prop_oneof![3 => 0_i64..10, 3 => 0_i64..100_000, 1 => 0_i64.., 1 => Just(i64::MAX), 2 => Just(0)];
    vec(weight, 1..40).prop_filter("all weights are zero", |weights| weights.iter().any(|&weight| weight > 0))
}
