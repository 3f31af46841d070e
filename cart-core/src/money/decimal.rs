//! The one reader and writer of decimal strings.
//!
//! A decimal is held as a whole number of units of 10^-places: 1250 units at 2 places are "12.50".

use std::fmt;
use std::iter::repeat_n;
use std::num::NonZeroU64;

use super::MoneyError;

const TEN: NonZeroU64 = NonZeroU64::new(10).unwrap();

/// Reads `text` exactly, as units of 10^-`places`.
///
/// The grammar is a JSON number (RFC 8259) without an exponent: an optional `-`, an integer without leading
/// zeros, and optionally a point with at least one digit. So an amount reads the same from a JSON number and
/// from a string.
pub(super) fn parse(text: &str, places: u8) -> Result<i64, MoneyError> {
    let numeral = Numeral::split(text).ok_or_else(|| MoneyError::malformed(text))?;
    let missing = usize::from(places)
        .checked_sub(numeral.fraction.len())
        .ok_or_else(|| MoneyError::too_many_decimals(text, places))?;
    numeral.units(missing).ok_or(MoneyError::Overflow)
}

struct Numeral<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Numeral<'a> {
    fn split(text: &'a str) -> Option<Self> {
        let unsigned = text.strip_prefix('-');
        let digits = unsigned.unwrap_or(text);
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, is_digits(fraction).then_some(fraction)?),
            None => (digits, ""),
        };
        is_whole(whole).then_some(Self { negative: unsigned.is_some(), whole, fraction })
    }

    fn units(&self, missing_places: usize) -> Option<i64> {
        let digits = self.whole.bytes().chain(self.fraction.bytes()).chain(repeat_n(b'0', missing_places));
        // Counted downwards, because the smallest i64 has no positive counterpart.
        let below_zero = digits
            .map(digit_value)
            .try_fold(0_i64, |units, digit| units.checked_mul(10)?.checked_sub(digit))?;
        if self.negative { Some(below_zero) } else { below_zero.checked_neg() }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_whole(text: &str) -> bool {
    is_digits(text) && (text == "0" || !text.starts_with('0'))
}

/// The value of an ASCII digit is its low four bits.
fn digit_value(digit: u8) -> i64 {
    i64::from(digit & 0x0f)
}

/// Writes units of 10^-places with exactly that many decimal places.
#[derive(Clone, Copy)]
pub(super) struct Fixed {
    pub(super) units: i64,
    pub(super) places: u8,
}

impl Fixed {
    /// Drops the decimal places that say nothing: "0.100" becomes "0.1", "1.00" becomes "1".
    pub(super) fn trimmed(self) -> Self {
        match self.places.checked_sub(1) {
            Some(places) if self.units % 10 == 0 => Self { units: self.units / 10, places }.trimmed(),
            _ => self,
        }
    }
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = TEN.saturating_pow(self.places.into());
        let magnitude = self.units.unsigned_abs();
        let sign = if self.units < 0 { "-" } else { "" };
        write!(f, "{sign}{}", magnitude / scale)?;
        if self.places == 0 {
            return Ok(());
        }
        write!(f, ".{:0width$}", magnitude % scale, width = self.places.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fixed(units: i64, places: u8) -> String {
        Fixed { units, places }.to_string()
    }

    #[test]
    fn units_are_written_with_all_their_places() {
        assert_eq!(fixed(1250, 2), "12.50");
        assert_eq!(fixed(-5, 2), "-0.05");
        assert_eq!(fixed(0, 2), "0.00");
        assert_eq!(fixed(500, 0), "500");
        assert_eq!(fixed(1250, 3), "1.250");
        assert_eq!(fixed(i64::MIN, 2), "-92233720368547758.08");
        assert_eq!(fixed(i64::MIN, 0), "-9223372036854775808");
    }

    #[test]
    fn trimming_drops_only_zeros_after_the_point() {
        let trimmed = |units, places| Fixed { units, places }.trimmed().to_string();
        assert_eq!(trimmed(100_000_000, 9), "0.1");
        assert_eq!(trimmed(1_000_000_000, 9), "1");
        assert_eq!(trimmed(88_750_000, 9), "0.08875");
        assert_eq!(trimmed(1, 9), "0.000000001");
        assert_eq!(trimmed(0, 9), "0");
        assert_eq!(trimmed(100, 0), "100");
        assert_eq!(trimmed(-2_500, 2), "-25");
    }

    #[test]
    fn missing_places_are_zeros() {
        assert_eq!(parse("12", 2), Ok(1200));
        assert_eq!(parse("12.5", 2), Ok(1250));
        assert_eq!(parse("-0.05", 2), Ok(-5));
        assert_eq!(parse("-0", 2), Ok(0));
    }

    #[test]
    fn anything_but_a_plain_decimal_is_malformed() {
        let refused = [
            "", "-", ".", "-.", "+1", "--1", "1-", "1.", ".5", "-.5", "1..2", "1.2.3", "1.-2", "1.+2", "01",
            "00", "-01", " 1", "1 ", "1 000", "1,000", "1,5", "1_000", "1e3", "1E3", "0x10", "NaN", "inf",
            "-inf", "Infinity", "١٢", "１", "1\0", "1\n", "−1", "1.٥", "null",
        ];
        for text in refused {
            assert_eq!(parse(text, 2), Err(MoneyError::malformed(text)), "{text:?}");
        }
    }

    #[test]
    fn more_places_than_the_unit_has_are_refused_even_when_zero() {
        assert_eq!(parse("1.000", 2), Err(MoneyError::too_many_decimals("1.000", 2)));
        assert_eq!(parse("1.0", 0), Err(MoneyError::too_many_decimals("1.0", 0)));
    }

    #[test]
    fn a_number_just_outside_the_range_overflows() {
        assert_eq!(parse("92233720368547758.07", 2), Ok(i64::MAX));
        assert_eq!(parse("92233720368547758.08", 2), Err(MoneyError::Overflow));
        assert_eq!(parse("-92233720368547758.08", 2), Ok(i64::MIN));
        assert_eq!(parse("-92233720368547758.09", 2), Err(MoneyError::Overflow));
        assert_eq!(parse(&"9".repeat(10_000), 2), Err(MoneyError::Overflow));
    }

    fn units() -> impl Strategy<Value = i64> {
        prop_oneof![any::<i64>(), -1_000_i64..1_000, Just(i64::MIN), Just(i64::MAX)]
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(units in units(), places in 0_u8..=9) {
            prop_assert_eq!(parse(&fixed(units, places), places), Ok(units));
        }

        #[test]
        fn trimming_keeps_the_value(units in units(), places in 0_u8..=9) {
            let trimmed = Fixed { units, places }.trimmed().to_string();
            prop_assert_eq!(parse(&trimmed, places), Ok(units));
        }

        #[test]
        fn text_that_is_read_is_a_json_number(text in r"-?[0-9.eE+ -]{0,8}", places in 0_u8..=9) {
            let is_json = serde_json::from_str::<serde_json::Number>(&text).is_ok_and(|_| text.trim() == text);
            let is_plain = is_json && !text.contains(['e', 'E']);
            let malformed = matches!(parse(&text, places), Err(MoneyError::Malformed { .. }));
            prop_assert_eq!(is_plain, !malformed, "{:?}", text);
        }

        #[test]
        fn no_text_panics(text in any::<String>(), places in 0_u8..=9) {
            if let Ok(units) = parse(&text, places) {
                prop_assert_eq!(parse(&fixed(units, places), places), Ok(units));
            }
        }
    }
}
