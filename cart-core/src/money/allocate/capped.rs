use super::{Allocation, AllocationError};

pub(super) fn split(
    method: Allocation,
    total: i64,
    weights: &[i64],
    caps: &[i64],
) -> Result<Vec<i64>, AllocationError> {
    if weights.len() != caps.len() {
        return Err(AllocationError::Mismatch);
    }
    let shares = method.split(total, weights)?;
    // Shares within their caps prove the caps too: none is negative, and there is room for the total.
    if is_within(&shares, caps) {
        return Ok(shares);
    }
    require_room(total, weights, caps)?;
    redistribute(method, total, weights, caps, shares)
}

fn is_within(shares: &[i64], caps: &[i64]) -> bool {
    shares.iter().zip(caps).all(|(share, cap)| share <= cap)
}

fn require_room(total: i64, weights: &[i64], caps: &[i64]) -> Result<(), AllocationError> {
    if let Some(index) = caps.iter().position(|cap| cap.is_negative()) {
        return Err(AllocationError::NegativeCap { index });
    }
    let taking_part = weights.iter().zip(caps).filter(|&(&weight, _)| weight > 0);
    let room: i128 = taking_part.map(|(_, &cap)| i128::from(cap)).sum();
    if room < i128::from(total) { Err(AllocationError::CapsTooSmall) } else { Ok(()) }
}

/// Splits in rounds; each closes the lines that would exceed their caps.
// INVARIANT: closed lines would have got more than their caps, so something remains for the open ones; there
// is room for all of it, so a line is still open. Each round closes a line, so there are at most as many
// rounds as lines.
fn redistribute(
    method: Allocation,
    total: i64,
    weights: &[i64],
    caps: &[i64],
    mut shares: Vec<i64>,
) -> Result<Vec<i64>, AllocationError> {
    let mut open = weights.to_vec();
    let mut remaining = total;
    for _round in weights {
        if is_within(&shares, caps) {
            break;
        }
        remaining = remaining.saturating_sub(close_exceeding(&mut open, &shares, caps));
        shares = method.split(remaining, &open)?;
    }
    for (((share, &cap), open), weight) in shares.iter_mut().zip(caps).zip(&open).zip(weights) {
        if open != weight {
            *share = cap;
        }
    }
    Ok(shares)
}

/// Takes the weight from each line that exceeds its cap, so that it gets nothing more, and returns the sum of
/// their caps.
fn close_exceeding(open: &mut [i64], shares: &[i64], caps: &[i64]) -> i64 {
    let mut given = 0_i64;
    for ((weight, share), &cap) in open.iter_mut().zip(shares).zip(caps) {
        if *share > cap {
            *weight = 0;
            given = given.saturating_add(cap);
        }
    }
    given
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "room in 128 bits stays far from its limits")]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::reference::{self, METHODS, method, total, weights};
    use super::*;

    fn shares(method: Allocation, total: i64, weights: &[i64], caps: &[i64]) -> Vec<i64> {
        method.split_capped(total, weights, caps).unwrap()
    }

    #[test]
    fn what_does_not_fit_goes_to_the_others_by_the_same_method() {
        let shares = METHODS.map(|method| shares(method, 20, &[3, 3, 2, 1], &[3, 20, 20, 20]));
        // The first keeps 3; 17 over 3, 2 and 1 are exactly 8.5, 5.67 and 2.83.
        assert_eq!(shares, [[3, 8, 6, 3], [3, 10, 5, 2], [3, 6, 6, 5], [3, 9, 6, 2], [3, 9, 6, 2]]);
    }

    #[test]
    fn a_line_that_exceeds_only_in_a_later_round_keeps_its_cap() {
        assert_eq!(shares(Allocation::LargestRemainder, 10, &[1, 1, 1], &[1, 4, 9]), [1, 4, 5]);
    }

    #[test]
    fn a_line_of_cap_zero_gets_nothing() {
        METHODS.iter().for_each(|&method| assert_eq!(shares(method, 5, &[9, 1], &[0, 5]), [0, 5]));
    }

    #[test]
    fn caps_that_just_fit_are_the_shares() {
        for method in METHODS {
            assert_eq!(shares(method, 60, &[1, 100, 1, 1], &[10, 20, 0, 30]), [10, 20, 0, 30]);
            assert_eq!(shares(method, i64::MAX, &[1, 1], &[0, i64::MAX]), [0, i64::MAX]);
        }
    }

    #[test]
    fn lines_may_leave_one_at_a_time() {
        let mut caps = vec![1; 1_000];
        caps.push(2);
        assert_eq!(shares(Allocation::FirstGetsRemainder, 1_002, &vec![1; 1_001], &caps), caps);
    }

    #[test]
    fn caps_without_room_are_refused() {
        for method in METHODS {
            let refused = |total, weights: &[i64], caps: &[i64]| method.split_capped(total, weights, caps);
            assert_eq!(refused(60, &[1, 1], &[30, 29]), Err(AllocationError::CapsTooSmall));
            assert_eq!(refused(60, &[1, 0], &[59, 100]), Err(AllocationError::CapsTooSmall));
            assert_eq!(
                refused(60, &[1, 1, 1], &[99, -1, -2]),
                Err(AllocationError::NegativeCap { index: 1 })
            );
            assert_eq!(refused(0, &[1, 0], &[0, -1]), Err(AllocationError::NegativeCap { index: 1 }));
        }
    }

    #[test]
    fn input_that_cannot_be_split_is_refused_before_its_caps() {
        for method in METHODS {
            let refused = |total, weights: &[i64], caps: &[i64]| method.split_capped(total, weights, caps);
            assert_eq!(refused(-1, &[], &[0]), Err(AllocationError::Mismatch));
            assert_eq!(refused(-1, &[1, 1], &[1]), Err(AllocationError::Mismatch));
            assert_eq!(refused(-1, &[-1], &[-1]), Err(AllocationError::NegativeTotal));
            assert_eq!(refused(1, &[], &[]), Err(AllocationError::NoWeights));
            assert_eq!(refused(1, &[0], &[-1]), Err(AllocationError::AllZero));
            assert_eq!(refused(1, &[1, -1], &[-1, 1]), Err(AllocationError::NegativeWeight { index: 1 }));
        }
    }

    /// A split with room for its total, from nothing up to all of it.
    #[derive(Debug)]
    struct Fitting {
        total: i64,
        weights: Vec<i64>,
        caps: Vec<i64>,
    }

    fn fitting() -> impl Strategy<Value = Fitting> {
        let cap = || prop_oneof![2 => 0_i64..10, 2 => 0_i64..1_000, 1 => 0_i64.., 1 => Just(0)];
        let caps = move |weights: Vec<i64>| (vec(cap(), weights.len()), Just(weights), 0_i128..=100);
        weights().prop_flat_map(caps).prop_map(|(caps, weights, percent)| {
            let total = i64::try_from(room(&weights, &caps) * percent / 100).unwrap_or(i64::MAX);
            Fitting { total, weights, caps }
        })
    }

    fn room(weights: &[i64], caps: &[i64]) -> i128 {
        weights.iter().zip(caps).map(|(&weight, &cap)| i128::from(weight.signum()) * i128::from(cap)).sum()
    }

    proptest! {
        #[test]
        fn shares_add_up_within_their_caps(method in method(), Fitting { total, weights, caps } in fitting()) {
            let shares = shares(method, total, &weights, &caps);
            prop_assert!(shares.iter().zip(&caps).all(|(share, cap)| (0..=*cap).contains(share)));
            prop_assert!(shares.iter().zip(&weights).all(|(&share, &weight)| weight > 0 || share == 0));
            prop_assert_eq!(shares.into_iter().map(i128::from).sum::<i128>(), i128::from(total));
        }

        #[test]
        fn shares_are_those_of_the_reference(method in method(), Fitting { total, weights, caps } in fitting()) {
            let expected = reference::split_capped(method, total, &weights, &caps);
            prop_assert_eq!(shares(method, total, &weights, &caps), expected);
        }

        #[test]
        fn the_same_input_gives_the_same_shares(method in method(), Fitting { total, weights, caps } in fitting()) {
            prop_assert_eq!(shares(method, total, &weights, &caps), shares(method, total, &weights, &caps));
        }

        #[test]
        fn caps_that_nothing_exceeds_change_nothing(method in method(), total in total(), weights in weights()) {
            let split = method.split(total, &weights).unwrap();
            prop_assert_eq!(&shares(method, total, &weights, &split), &split);
            prop_assert_eq!(&shares(method, total, &weights, &vec![i64::MAX; weights.len()]), &split);
        }

        #[test]
        fn exactly_caps_without_room_are_refused(
            method in method(), Fitting { total, weights, caps } in fitting(), more in 0_i64..3,
        ) {
            let total = total.saturating_add(more);
            let refused = method.split_capped(total, &weights, &caps) == Err(AllocationError::CapsTooSmall);
            prop_assert_eq!(refused, room(&weights, &caps) < i128::from(total));
        }
    }
}
