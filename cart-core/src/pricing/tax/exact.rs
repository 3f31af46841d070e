//! Exact taxes, as fractions, and how a sum of them is rounded and split again.

use crate::money::{MoneyError, Rounding};

/// An exact amount that is not negative: whole minor units, and a fraction of one more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact {
    pub(super) whole: u128,
    rest: u128,
    of: u128,
}

impl Exact {
    /// A quotient. A division by zero is zero.
    pub(super) fn new(numerator: u128, denominator: u128) -> Self {
        let of = denominator.max(1);
        let (whole, rest) = match (u64::try_from(numerator), u64::try_from(of)) {
            (Ok(numerator), Ok(of)) => ((numerator / of).into(), (numerator % of).into()),
            _ => (numerator / of, numerator % of),
        };
        Self { whole, rest, of }
    }

    fn reduced(self) -> Self {
        let divisor = greatest_common_divisor(self.rest, self.of).max(1);
        Self { rest: self.rest / divisor, of: self.of / divisor, ..self }
    }

    fn checked_add(self, other: Self) -> Option<Self> {
        let (a, b) = if self.of == other.of { (self, other) } else { (self.reduced(), other.reduced()) };
        let divisor = greatest_common_divisor(a.of, b.of).max(1);
        let (times_a, times_b) = (b.of / divisor, a.of / divisor);
        let of = a.of.checked_mul(times_a)?;
        let rest = a.rest.checked_mul(times_a)?.checked_add(b.rest.checked_mul(times_b)?)?;
        let whole = a.whole.checked_add(b.whole)?.checked_add(rest / of)?;
        Some(Self { whole, rest: rest % of, of })
    }

    /// The nearest whole amount.
    fn rounded(self, rounding: Rounding) -> Option<u128> {
        // Whether the whole is odd is all that any way of rounding asks of it.
        let odd = self.whole % 2;
        let rounded = rounding.divide_unsigned(odd.checked_mul(self.of)?.checked_add(self.rest)?, self.of)?;
        (self.whole - odd).checked_add(rounded)
    }
}

/// Rounds the sum of exact amounts once, and splits it again.
///
/// # Errors
/// [`MoneyError::Overflow`] if the fractions do not fit 128 bits.
pub(super) fn round_together(amounts: &[Exact], rounding: Rounding) -> Result<Vec<i64>, MoneyError> {
    let sum = amounts.iter().try_fold(Exact::new(0, 1), |sum, amount| sum.checked_add(*amount));
    let rounded = sum.and_then(|sum| sum.rounded(rounding)).ok_or(MoneyError::Overflow)?;
    split(i64::try_from(rounded).map_err(|_| MoneyError::Overflow)?, amounts)
}

/// Splits a total, which is the sum of exact amounts rounded in some way, by largest remainder: each is rounded down,
/// and what is left over goes, one minor unit each, to those that lost most, ties to the earlier.
///
/// # Errors
/// [`MoneyError::Overflow`] if the fractions cannot be compared in 128 bits.
pub(super) fn split(total: i64, amounts: &[Exact]) -> Result<Vec<i64>, MoneyError> {
    let down: u128 = amounts.iter().map(|amount| amount.whole).sum();
    let mut shares: Vec<u128> = amounts.iter().map(|amount| amount.whole).collect();
    // INVARIANT: rounding adds less than one to the sum of the fractions, so no more than one to each that has one.
    let left_over = u128::from(total.unsigned_abs()).saturating_sub(down);
    let left_over = usize::try_from(left_over).map_err(|_| MoneyError::Overflow)?;
    for place in lost_most(amounts, left_over)? {
        if let Some(share) = shares.get_mut(place) {
            *share += 1;
        }
    }
    shares.into_iter().map(|share| i64::try_from(share).map_err(|_| MoneyError::Overflow)).collect()
}

/// The places of the amounts that lose most by being rounded down, so many of them.
fn lost_most(amounts: &[Exact], number: usize) -> Result<Vec<usize>, MoneyError> {
    if number == 0 {
        return Ok(Vec::new());
    }
    let amounts: Vec<Exact> = match amounts.first() {
        Some(first) if amounts.iter().all(|amount| amount.of == first.of) => amounts.to_vec(),
        _ => amounts.iter().map(|amount| amount.reduced()).collect(),
    };
    let finest = amounts.iter().map(|amount| amount.of).max().unwrap_or(1);
    let are_equal = amounts.iter().all(|amount| amount.of == finest);
    if !are_equal && finest.checked_mul(finest).is_none() {
        return Err(MoneyError::Overflow);
    }
    let lost = |amount: &Exact, other: &Exact| {
        if are_equal {
            amount.rest.cmp(&other.rest)
        } else {
            (amount.rest * other.of).cmp(&(other.rest * amount.of))
        }
    };
    let mut order: Vec<(usize, Exact)> = amounts.into_iter().enumerate().collect();
    let more_first = |a: &(usize, Exact), b: &(usize, Exact)| lost(&b.1, &a.1).then(a.0.cmp(&b.0));
    if number < order.len() {
        order.select_nth_unstable_by(number, more_first);
        order.truncate(number);
    }
    Ok(order.into_iter().map(|(place, _)| place).collect())
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_rounded_once_and_split_again() {
        // 1.5 + 1.5 + 1.4 = 4.4
        let amounts = [Exact::new(15, 10), Exact::new(15, 10), Exact::new(14, 10)];
        assert_eq!(round_together(&amounts, Rounding::HalfUp), Ok(vec![2, 1, 1]));
        assert_eq!(round_together(&amounts, Rounding::Up), Ok(vec![2, 2, 1]));
        assert_eq!(round_together(&amounts, Rounding::Down), Ok(vec![2, 1, 1]));
    }

    #[test]
    fn a_half_of_a_sum_is_exact_whatever_the_fractions() {
        // 1/3 + 1/6 = 1/2
        let amounts = [Exact::new(1, 3), Exact::new(1, 6)];
        assert_eq!(round_together(&amounts, Rounding::HalfUp), Ok(vec![1, 0]));
        assert_eq!(round_together(&amounts, Rounding::HalfDown), Ok(vec![0, 0]));
        assert_eq!(round_together(&amounts, Rounding::HalfEven), Ok(vec![0, 0]));
        let odd = [Exact::new(4, 3), Exact::new(1, 6)];
        assert_eq!(round_together(&odd, Rounding::HalfEven), Ok(vec![2, 0]));
    }

    #[test]
    fn of_equal_losses_the_earlier_gains() {
        let amounts = [Exact::new(1, 2), Exact::new(2, 4), Exact::new(3, 6)];
        assert_eq!(round_together(&amounts, Rounding::HalfUp), Ok(vec![1, 1, 0]));
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(round_together(&[], Rounding::Up), Ok(vec![]));
        assert_eq!(round_together(&[Exact::new(0, 7)], Rounding::Up), Ok(vec![0]));
    }

    #[test]
    fn fractions_that_do_not_fit_are_refused() {
        let fine = |denominator: u128| Exact::new(1, denominator);
        let primes = [1_000_000_007, 1_000_000_009, 1_000_000_021, 1_000_000_033, 1_000_000_087];
        assert_eq!(round_together(&primes.map(fine), Rounding::HalfUp), Err(MoneyError::Overflow));
        assert_eq!(round_together(&primes.map(fine)[..3], Rounding::Up), Ok(vec![1, 0, 0]));
    }
}
