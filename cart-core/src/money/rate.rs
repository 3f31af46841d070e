use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decimal::{self, Fixed};
use super::{MoneyError, serde_str};

/// An exact, non-negative decimal fraction with at most nine decimal places: `0.10` is ten per cent.
///
/// It may exceed one, for a markup or a compound tax. It is never negative: whether a rate is added (tax) or
/// taken off (discount) is said by the rule that applies it, and a negative rate would silently turn the one
/// into the other. Held in billionths, from zero to `i64::MAX`. Serialized as a decimal string without
/// trailing zeros, because a JSON number may pass through floating point on its way.
///
/// ```
/// use cart_core::money::Rate;
///
/// let sales_tax = Rate::from_percent("8.875")?;
/// assert_eq!(sales_tax, Rate::parse("0.08875")?);
/// assert_eq!(sales_tax.to_string(), "0.08875");
/// assert!(Rate::parse("-0.1").is_err());
/// # Ok::<(), cart_core::money::MoneyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    billionths: i64,
}

impl Rate {
    /// Nothing: 0 %.
    pub const ZERO: Self = Self { billionths: 0 };
    /// The whole: 100 %.
    pub const ONE: Self = Self { billionths: 1_000_000_000 };

    const PLACES: u8 = 9;
    // A percentage is a hundred times its rate, so it has two decimal places fewer.
    const PERCENT_PLACES: u8 = 7;

    /// Reads a fraction such as `"0.08875"`, with at most nine decimal places.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Malformed`] unless `text` is a plain decimal (no exponent, plus sign, space or leading
    /// zeros), [`MoneyError::TooManyDecimals`], [`MoneyError::NegativeRate`] and [`MoneyError::Overflow`].
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        Self::from_billionths(decimal::parse(text, Self::PLACES)?)
    }

    /// Reads a percentage such as `"8.875"`, with at most seven decimal places and without a per cent sign.
    ///
    /// # Errors
    ///
    /// Those of [`Rate::parse`].
    pub fn from_percent(text: &str) -> Result<Self, MoneyError> {
        Self::from_billionths(decimal::parse(text, Self::PERCENT_PLACES)?)
    }

    /// Makes a rate from billionths: 100 000 000 is ten per cent.
    ///
    /// # Errors
    ///
    /// [`MoneyError::NegativeRate`] below zero.
    pub const fn from_billionths(billionths: i64) -> Result<Self, MoneyError> {
        if billionths < 0 {
            return Err(MoneyError::NegativeRate { billionths });
        }
        Ok(Self { billionths })
    }

    /// Returns the rate in billionths, zero or more.
    #[must_use]
    pub const fn billionths(self) -> i64 {
        self.billionths
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&Fixed { units: self.billionths, places: Self::PLACES }.trimmed().to_string())
    }
}

impl FromStr for Rate {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        Self::parse(text)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_str::deserialize(deserializer, "a rate as a decimal string")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_fraction_is_held_in_billionths() {
        assert_eq!(Rate::parse("0.10").map(Rate::billionths), Ok(100_000_000));
        assert_eq!(Rate::parse("0.000000001").map(Rate::billionths), Ok(1));
        assert_eq!(Rate::parse("2.5").map(Rate::billionths), Ok(2_500_000_000));
        assert_eq!(Rate::parse("1"), Ok(Rate::ONE));
        assert_eq!(Rate::parse("0.0"), Ok(Rate::ZERO));
    }

    #[test]
    fn a_percentage_is_a_hundredth() {
        assert_eq!(Rate::from_percent("100"), Ok(Rate::ONE));
        assert_eq!(Rate::from_percent("8.875"), Rate::parse("0.08875"));
        assert_eq!(Rate::from_percent("0.0000001"), Rate::parse("0.000000001"));
    }

    #[test]
    fn more_places_than_a_rate_holds_are_refused() {
        let ten_places = "0.1000000000";
        assert_eq!(Rate::parse(ten_places), Err(MoneyError::too_many_decimals(ten_places, 9)));
        assert_eq!(Rate::from_percent("8.87500000"), Err(MoneyError::too_many_decimals("8.87500000", 7)));
    }

    #[test]
    fn a_negative_rate_is_refused_by_every_way_in() {
        let refused = Err(MoneyError::NegativeRate { billionths: -1 });
        assert_eq!(Rate::parse("-0.000000001"), refused);
        assert_eq!(Rate::from_percent("-0.0000001"), refused);
        assert_eq!(Rate::from_billionths(-1), refused);
        assert!(Rate::from_billionths(i64::MIN).is_err());
        assert!(serde_json::from_str::<Rate>(r#""-0.1""#).is_err());
    }

    #[test]
    fn text_that_is_no_decimal_is_refused() {
        for text in ["", "10%", "1e-1", ".1", " 0.1", "NaN"] {
            assert_eq!(Rate::parse(text), Err(MoneyError::malformed(text)), "{text:?}");
        }
        assert_eq!(Rate::parse("9223372036.854775808"), Err(MoneyError::Overflow));
    }

    #[test]
    fn shown_without_trailing_zeros() {
        let shown = |text| Rate::parse(text).map(|rate| rate.to_string());
        assert_eq!(shown("0.100"), Ok("0.1".to_owned()));
        assert_eq!(shown("1.000"), Ok("1".to_owned()));
        assert_eq!(shown("10"), Ok("10".to_owned()));
        assert_eq!(shown("0.000"), Ok("0".to_owned()));
    }

    #[test]
    fn serialized_as_a_decimal_string_and_never_read_from_a_number() {
        let rate = Rate::parse("0.08875").unwrap();
        assert_eq!(serde_json::to_string(&rate).unwrap(), r#""0.08875""#);
        assert_eq!(serde_json::from_str::<Rate>(r#""0.08875""#).unwrap(), rate);
        assert!(serde_json::from_str::<Rate>("0.08875").is_err());
        assert!(serde_json::from_str::<Rate>("1").is_err());
    }

    proptest! {
        #[test]
        fn what_was_shown_is_read_back(billionths in 0_i64..) {
            let rate = Rate::from_billionths(billionths).unwrap();
            prop_assert_eq!(rate.to_string().parse(), Ok(rate));
        }
    }
}
