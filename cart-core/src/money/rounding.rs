use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// How the exact quotient of two integers becomes an integer.
///
/// Every mode is symmetric: a negative quotient rounds to the mirror image of the positive one, so that a
/// refund is exactly the opposite of the charge. "Up" therefore means away from zero and "down" towards zero,
/// never towards plus or minus infinity. A quotient that is already whole is never changed.
/// Serialized in kebab case, such as `"half-even"`.
///
/// | mode | 2.4 | 2.5 | 2.6 | 3.5 | -2.4 | -2.5 | -2.6 | -3.5 |
/// |---|---|---|---|---|---|---|---|---|
/// | `HalfUp` | 2 | 3 | 3 | 4 | -2 | -3 | -3 | -4 |
/// | `HalfEven` | 2 | 2 | 3 | 4 | -2 | -2 | -3 | -4 |
/// | `HalfDown` | 2 | 2 | 3 | 3 | -2 | -2 | -3 | -3 |
/// | `Up` | 3 | 3 | 3 | 4 | -3 | -3 | -3 | -4 |
/// | `Down` | 2 | 2 | 2 | 3 | -2 | -2 | -2 | -3 |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// To the nearest; a tie goes away from zero. What most shops and tax offices call "commercial" rounding.
    #[default]
    HalfUp,
    /// To the nearest; a tie goes to the even neighbour. Unbiased over many amounts.
    HalfEven,
    /// To the nearest; a tie goes towards zero.
    HalfDown,
    /// Away from zero whenever there is a fraction.
    Up,
    /// Towards zero: the fraction is dropped.
    Down,
}

impl Rounding {
    /// Divides and rounds. This is the one place where anything about money is rounded.
    ///
    /// Returns `None` when the denominator is zero or the quotient does not fit (`i128::MIN / -1`).
    ///
    /// ```
    /// use cart_core::money::Rounding;
    ///
    /// assert_eq!(Rounding::HalfUp.divide(-5, 2), Some(-3));
    /// assert_eq!(Rounding::HalfEven.divide(-5, 2), Some(-2));
    /// assert_eq!(Rounding::Down.divide(1, 0), None);
    /// ```
    #[must_use]
    pub fn divide(self, numerator: i128, denominator: i128) -> Option<i128> {
        let towards_zero = numerator.checked_div(denominator)?;
        let remainder = numerator.checked_rem(denominator)?.unsigned_abs();
        if remainder == 0 || !self.rounds_away(remainder, denominator.unsigned_abs(), is_odd(towards_zero)) {
            return Some(towards_zero);
        }
        let away_from_zero = if (numerator < 0) == (denominator < 0) { 1 } else { -1 };
        towards_zero.checked_add(away_from_zero)
    }

    /// Decides whether the exact quotient, a fraction beyond `towards_zero`, goes to the next integer.
    /// Divides two numbers without a sign as [`Rounding::divide`] does; much faster where both fit 64 bits.
    ///
    /// None for a division by zero; the quotient cannot overflow.
    pub(crate) fn divide_unsigned(self, numerator: u128, denominator: u128) -> Option<u128> {
        let (quotient, remainder) = match (u64::try_from(numerator), u64::try_from(denominator)) {
            (Ok(numerator), Ok(denominator)) => {
                let quotient = numerator.checked_div(denominator)?;
                (quotient.into(), numerator.checked_rem(denominator)?.into())
            }
            _ => (numerator.checked_div(denominator)?, numerator.checked_rem(denominator)?),
        };
        let up = remainder != 0 && self.rounds_away(remainder, denominator, quotient & 1 == 1);
        quotient.checked_add(up.into())
    }

    fn rounds_away(self, remainder: u128, denominator: u128, is_odd: bool) -> bool {
        // Compared with what is missing to the next integer, because twice the remainder might not fit.
        let half = remainder.cmp(&denominator.abs_diff(remainder));
        match self {
            Self::HalfUp => half != Ordering::Less,
            Self::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && is_odd),
            Self::HalfDown => half == Ordering::Greater,
            Self::Up => true,
            Self::Down => false,
        }
    }
}

fn is_odd(number: i128) -> bool {
    number & 1 == 1
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "the reference calculations stay far from the limits")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MODES: [Rounding; 5] =
        [Rounding::HalfUp, Rounding::HalfEven, Rounding::HalfDown, Rounding::Up, Rounding::Down];

    /// Tenths to whole numbers, one column per mode in the order of `MODES`.
    const TENTHS: [(i128, [i128; 5]); 25] = [
        (0, [0, 0, 0, 0, 0]),
        (1, [0, 0, 0, 1, 0]),
        (4, [0, 0, 0, 1, 0]),
        (5, [1, 0, 0, 1, 0]),
        (6, [1, 1, 1, 1, 0]),
        (9, [1, 1, 1, 1, 0]),
        (10, [1, 1, 1, 1, 1]),
        (11, [1, 1, 1, 2, 1]),
        (15, [2, 2, 1, 2, 1]),
        (24, [2, 2, 2, 3, 2]),
        (25, [3, 2, 2, 3, 2]),
        (26, [3, 3, 3, 3, 2]),
        (35, [4, 4, 3, 4, 3]),
        (-1, [0, 0, 0, -1, 0]),
        (-4, [0, 0, 0, -1, 0]),
        (-5, [-1, 0, 0, -1, 0]),
        (-6, [-1, -1, -1, -1, 0]),
        (-9, [-1, -1, -1, -1, 0]),
        (-10, [-1, -1, -1, -1, -1]),
        (-11, [-1, -1, -1, -2, -1]),
        (-15, [-2, -2, -1, -2, -1]),
        (-24, [-2, -2, -2, -3, -2]),
        (-25, [-3, -2, -2, -3, -2]),
        (-26, [-3, -3, -3, -3, -2]),
        (-35, [-4, -4, -3, -4, -3]),
    ];

    #[test]
    fn each_mode_rounds_tenths_as_its_column_says() {
        for (tenths, expected) in TENTHS {
            for (mode, expected) in MODES.into_iter().zip(expected) {
                assert_eq!(mode.divide(tenths, 10), Some(expected), "{mode:?} of {tenths} tenths");
                assert_eq!(
                    mode.divide(-tenths, -10),
                    Some(expected),
                    "{mode:?} of {tenths} tenths, signs swapped"
                );
            }
        }
    }

    #[test]
    fn an_odd_denominator_has_no_tie() {
        for mode in [Rounding::HalfUp, Rounding::HalfEven, Rounding::HalfDown] {
            assert_eq!(
                [1, 2, 4, 5].map(|n| mode.divide(n, 3)),
                [Some(0), Some(1), Some(1), Some(2)],
                "{mode:?}"
            );
        }
    }

    #[test]
    fn a_zero_denominator_has_no_quotient() {
        for mode in MODES {
            assert_eq!([i128::MIN, -1, 0, 1, i128::MAX].map(|n| mode.divide(n, 0)), [None; 5], "{mode:?}");
        }
    }

    #[test]
    fn the_limits_are_divided_exactly_or_refused() {
        for mode in MODES {
            assert_eq!(mode.divide(i128::MIN, -1), None, "{mode:?}");
            assert_eq!(mode.divide(i128::MIN, 1), Some(i128::MIN), "{mode:?}");
            assert_eq!(mode.divide(i128::MIN, i128::MIN), Some(1), "{mode:?}");
            assert_eq!(mode.divide(i128::MAX, i128::MAX), Some(1), "{mode:?}");
        }
        assert_eq!(Rounding::HalfUp.divide(i128::MAX, i128::MIN), Some(-1));
        assert_eq!(Rounding::Down.divide(i128::MAX, i128::MIN), Some(0));
        assert_eq!(Rounding::HalfUp.divide(i128::MIN / 2, i128::MIN), Some(1));
        assert_eq!(Rounding::HalfEven.divide(i128::MIN / 2, i128::MIN), Some(0));
    }

    #[test]
    fn serialized_in_kebab_case() {
        let names = ["half-up", "half-even", "half-down", "up", "down"];
        for (mode, name) in MODES.into_iter().zip(names) {
            assert_eq!(serde_json::to_value(mode).unwrap(), name);
            assert_eq!(serde_json::from_value::<Rounding>(name.into()).unwrap(), mode);
        }
        assert!(serde_json::from_str::<Rounding>(r#""HalfUp""#).is_err());
    }

    fn mode() -> impl Strategy<Value = Rounding> {
        proptest::sample::select(MODES.to_vec())
    }

    proptest! {
        #[test]
        fn the_result_is_a_neighbour_of_the_exact_quotient(mode in mode(), n in any::<i64>(), d in any::<i64>()) {
            prop_assume!(d != 0);
            let (n, d) = (i128::from(n), i128::from(d));
            let error = (mode.divide(n, d).unwrap() * d - n).abs();
            prop_assert!(error < d.abs());
        }

        #[test]
        fn the_half_modes_stay_within_a_half(n in any::<i64>(), d in any::<i64>()) {
            prop_assume!(d != 0);
            let (n, d) = (i128::from(n), i128::from(d));
            for mode in [Rounding::HalfUp, Rounding::HalfEven, Rounding::HalfDown] {
                prop_assert!((mode.divide(n, d).unwrap() * d - n).abs() * 2 <= d.abs());
            }
        }

        #[test]
        fn negatives_mirror_positives(mode in mode(), n in any::<i64>(), d in 1_i64..) {
            let (n, d) = (i128::from(n), i128::from(d));
            prop_assert_eq!(mode.divide(-n, d), mode.divide(n, d).map(|q| -q));
            prop_assert_eq!(mode.divide(n, -d), mode.divide(n, d).map(|q| -q));
        }

        #[test]
        fn no_operand_panics(mode in mode(), n in any::<i128>(), d in any::<i128>()) {
            prop_assert_eq!(mode.divide(n, d).is_none(), d == 0 || (n, d) == (i128::MIN, -1));
        }
    }
}
