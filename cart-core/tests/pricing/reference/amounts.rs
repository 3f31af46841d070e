//! Rounding and splitting with big fractions.

use std::cmp::Reverse;

use cart_core::money::{Allocation, Rate, Rounding};
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};

pub(crate) type Fraction = BigRational;

pub(crate) fn whole(number: i128) -> Fraction {
    Fraction::from_integer(number.into())
}

pub(crate) fn fraction(numerator: i128, denominator: i128) -> Fraction {
    Fraction::new(numerator.into(), denominator.into())
}

pub(crate) fn rate(rate: Rate) -> Fraction {
    fraction(rate.billionths().into(), 1_000_000_000)
}

pub(crate) fn floor(exact: &Fraction) -> i128 {
    exact.floor().to_integer().to_i128().unwrap()
}

/// Rounds what is not negative.
pub(crate) fn round(exact: &Fraction, mode: Rounding) -> i128 {
    let floor = floor(exact);
    let rest = exact - whole(floor);
    let half = fraction(1, 2);
    let is_up = match mode {
        Rounding::HalfUp => rest >= half,
        Rounding::HalfDown => rest > half,
        Rounding::HalfEven => rest > half || (rest == half && floor % 2 == 1),
        Rounding::Up => !rest.is_zero(),
        Rounding::Down => false,
    };
    floor + i128::from(is_up)
}

/// Rounds something for each of some units of an amount, and adds it up.
pub(crate) fn each_unit(amount: i128, units: i128, rounded: impl Fn(&Fraction) -> i128) -> i128 {
    let dearer = amount % units;
    let (low, high) = (whole(amount / units), whole(amount / units + 1));
    rounded(&low) * (units - dearer) + if dearer == 0 { 0 } else { rounded(&high) * dearer }
}

/// Splits a total that was rounded: each exact part rounded down, and one more to those that lost most.
pub(crate) fn largest_remainder(total: i128, exact: &[Fraction]) -> Vec<i128> {
    let mut shares: Vec<i128> = exact.iter().map(floor).collect();
    let left = total - shares.iter().sum::<i128>();
    let mut by_loss: Vec<usize> = (0..exact.len()).collect();
    // Sorting is stable: equal losses stay in order.
    by_loss.sort_by_key(|&at| Reverse(&exact[at] - whole(shares[at])));
    let left = usize::try_from(left).expect("no less than the parts rounded down");
    assert!(left <= exact.len(), "no more than one for each part");
    for at in by_loss.into_iter().take(left) {
        shares[at] += 1;
    }
    shares
}

/// Splits a total by weights, where no share is above its cap.
pub(crate) fn split(method: Allocation, total: i128, weights: &[i128], caps: &[i128]) -> Vec<i128> {
    let mut shares = vec![0; weights.len()];
    let mut open: Vec<usize> = (0..weights.len()).filter(|&at| weights[at] > 0 && caps[at] > 0).collect();
    let mut left = total;
    while !open.is_empty() {
        let open_weights: Vec<i128> = open.iter().map(|&at| weights[at]).collect();
        let tried = split_once(method, left, &open_weights);
        for (&at, share) in open.iter().zip(&tried) {
            shares[at] = *share;
        }
        let full: Vec<usize> = open.iter().copied().filter(|&at| shares[at] > caps[at]).collect();
        if full.is_empty() {
            break;
        }
        for at in full {
            shares[at] = caps[at];
            left -= caps[at];
            open.retain(|&other| other != at);
        }
    }
    shares
}

/// Splits a total by weights that are all above zero.
fn split_once(method: Allocation, total: i128, weights: &[i128]) -> Vec<i128> {
    let sum: i128 = weights.iter().sum();
    let exact: Vec<Fraction> = match method {
        Allocation::Even => weights.iter().map(|_| fraction(total, weights.len() as i128)).collect(),
        Allocation::LargestRemainder
        | Allocation::FirstGetsRemainder
        | Allocation::LastAbsorbs
        | Allocation::LargestWeightFirst => {
            weights.iter().map(|weight| whole(total) * fraction(*weight, sum)).collect()
        }
    };
    let mut shares: Vec<i128> = exact.iter().map(floor).collect();
    let left = total - shares.iter().sum::<i128>();
    let one_each = |order: Vec<usize>, shares: &mut Vec<i128>| {
        order.into_iter().take(left as usize).for_each(|at| shares[at] += 1);
    };
    match method {
        Allocation::LargestRemainder => return largest_remainder(total, &exact),
        Allocation::FirstGetsRemainder => shares[0] += left,
        Allocation::Even => one_each((0..weights.len()).collect(), &mut shares),
        Allocation::LastAbsorbs => return last_absorbs(total, &exact),
        Allocation::LargestWeightFirst => {
            let mut by_weight: Vec<usize> = (0..weights.len()).collect();
            by_weight.sort_by_key(|&at| Reverse(weights[at]));
            one_each(by_weight, &mut shares);
        }
    }
    shares
}

fn last_absorbs(total: i128, exact: &[Fraction]) -> Vec<i128> {
    let mut left = total;
    let mut shares = Vec::new();
    for (at, part) in exact.iter().enumerate() {
        let is_last = at + 1 == exact.len();
        let share = if is_last { left } else { round(part, Rounding::HalfUp).min(left) };
        left -= share;
        shares.push(share);
    }
    shares
}
