//! The few places in which an amount is rounded.
//!
//! Amounts here are minor units of one currency, from 0 to a few times [`MAX_SUBTOTAL`](super::MAX_SUBTOTAL): plain
//! additions cannot leave 64 bits.

use crate::money::{Rate, Rounding};

/// A fraction of an amount, rounded.
pub(super) fn fraction(amount: i64, rate: Rate, rounding: Rounding) -> i64 {
    divide(widening(amount, rate.billionths()), widening(Rate::ONE.billionths(), 1), rounding)
}

/// An amount spread over units in whole minor units: what each unit costs, how many of the units cost one more, and how
/// many do not.
pub(super) fn spread(amount: i64, units: u32) -> (i64, i64, i64) {
    let units = i64::from(units.max(1));
    let more = amount % units;
    (amount / units, more, units - more)
}

/// What a function takes off each unit of an amount, added up.
pub(super) fn per_unit(amount: i64, units: u32, of_unit: impl Fn(i64) -> i64) -> i64 {
    let (unit, more, rest) = spread(amount, units);
    let of_more = if more == 0 { 0 } else { of_unit(unit + 1) };
    more * of_more + rest * of_unit(unit)
}

/// A quotient, rounded; 0 for a division by zero, and the largest amount for a quotient that is larger.
pub(super) fn divide(numerator: u128, denominator: u128, rounding: Rounding) -> i64 {
    let quotient = rounding.divide_unsigned(numerator, denominator).unwrap_or(0);
    i64::try_from(quotient).unwrap_or(i64::MAX)
}

/// The product of two numbers that are not negative; exact.
pub(super) fn widening(a: i64, b: i64) -> u128 {
    u128::from(a.unsigned_abs()) * u128::from(b.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_an_amount_differ_by_one_at_the_most() {
        let seen = std::cell::RefCell::new(Vec::new());
        let sum = per_unit(1000, 3, |unit| {
            seen.borrow_mut().push(unit);
            unit
        });
        assert_eq!((sum, seen.into_inner()), (1000, vec![334, 333]));
    }

    #[test]
    fn a_fraction_of_each_unit_is_rounded_by_itself() {
        let tenth = Rate::parse("0.1").unwrap();
        let take = |amount| per_unit(amount, 3, |unit| fraction(unit, tenth, Rounding::HalfUp));
        assert_eq!(take(3 * 94), 27);
        assert_eq!(take(3 * 99), 30);
        assert_eq!(fraction(3 * 94, tenth, Rounding::HalfUp), 28);
    }
}
