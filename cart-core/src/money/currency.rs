use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use iso_currency::Currency as Iso;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{MoneyError, serde_str};

/// A currency of ISO 4217 in which an amount can be stated.
///
/// Codes without a defined minor unit (gold `XAU`, "no currency" `XXX`, testing `XTS`) are refused: there is
/// no unit to count. Withdrawn codes that ISO 4217 gave a minor unit, such as `BGN`, stay readable, because
/// stored carts and orders outlive them. Currencies order by code. Serialized as the code.
///
/// ```
/// use cart_core::money::Currency;
///
/// let yen = Currency::from_code("JPY")?;
/// assert_eq!((yen.code(), yen.exponent()), ("JPY", 0));
/// assert!(Currency::from_code("jpy").is_err());
/// # Ok::<(), cart_core::money::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    iso: Iso,
    // Kept beside the code so that only currencies with a minor unit can be constructed.
    exponent: u8,
}

impl Currency {
    /// The euro, two decimal places.
    pub const EUR: Self = Self { iso: Iso::EUR, exponent: 2 };
    /// The pound sterling, two decimal places.
    pub const GBP: Self = Self { iso: Iso::GBP, exponent: 2 };
    /// The Indian rupee, two decimal places.
    pub const INR: Self = Self { iso: Iso::INR, exponent: 2 };
    /// The Japanese yen, no decimal places.
    pub const JPY: Self = Self { iso: Iso::JPY, exponent: 0 };
    /// The Kuwaiti dinar, three decimal places.
    pub const KWD: Self = Self { iso: Iso::KWD, exponent: 3 };
    /// The United States dollar, two decimal places.
    pub const USD: Self = Self { iso: Iso::USD, exponent: 2 };

    /// Finds a currency by its alphabetic ISO 4217 code, exactly three upper-case letters.
    ///
    /// # Errors
    ///
    /// [`MoneyError::UnknownCurrency`] for any other text, and for a code without a minor unit.
    pub fn from_code(code: &str) -> Result<Self, MoneyError> {
        Self::with_minor_unit(code).ok_or_else(|| MoneyError::unknown_currency(code))
    }

    /// Returns the alphabetic ISO 4217 code, such as `"EUR"`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.iso.code()
    }

    /// Returns the number of decimal places between the major and the minor unit: 0, 2, 3 or 4.
    #[must_use]
    pub const fn exponent(self) -> u8 {
        self.exponent
    }

    fn with_minor_unit(code: &str) -> Option<Self> {
        let iso = Iso::from_code(code)?;
        let exponent = u8::try_from(iso.exponent()?).ok()?;
        Some(Self { iso, exponent })
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> Ordering {
        self.code().cmp(other.code())
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        Self::from_code(code)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_str::deserialize(deserializer, "an ISO 4217 currency code")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn every_currency() -> Vec<Currency> {
        let letters = || b'A'..=b'Z';
        let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
        codes.filter_map(|code| Currency::from_code(std::str::from_utf8(&code).unwrap()).ok()).collect()
    }

    #[test]
    fn every_currency_has_the_exponent_of_the_standard_and_reads_its_own_code() {
        let all = every_currency();
        assert!(all.len() > 150, "only {} currencies", all.len());
        for currency in all {
            assert!([0, 2, 3, 4].contains(&currency.exponent()), "{currency}");
            assert_eq!(currency.code().parse(), Ok(currency));
        }
    }

    #[test]
    fn exponents_follow_the_standard() {
        let exponent = |code| Currency::from_code(code).map(Currency::exponent);
        for (code, places) in
            [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("KRW", 0), ("ISK", 0), ("INR", 2)]
        {
            assert_eq!(exponent(code), Ok(places), "{code}");
        }
    }

    #[test]
    fn constants_are_the_currencies_of_their_codes() {
        let named =
            [Currency::EUR, Currency::GBP, Currency::INR, Currency::JPY, Currency::KWD, Currency::USD];
        for currency in named {
            assert_eq!(Currency::from_code(currency.code()), Ok(currency));
        }
    }

    #[test]
    fn codes_without_a_minor_unit_are_refused() {
        for code in ["XAU", "XAG", "XXX", "XTS", "XDR"] {
            let unknown = MoneyError::UnknownCurrency { code: code.to_owned() };
            assert_eq!(Currency::from_code(code), Err(unknown));
        }
    }

    #[test]
    fn only_the_exact_code_is_accepted() {
        for code in ["", "eur", "Eur", "EU", "EURO", " EUR", "EUR ", "978", "€", "ÉUR", "ABC"] {
            assert!(Currency::from_code(code).is_err(), "{code:?}");
        }
    }

    #[test]
    fn currencies_order_by_code() {
        let sorted = every_currency();
        assert!(sorted.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn serialized_as_its_code() {
        assert_eq!(serde_json::to_string(&Currency::EUR).unwrap(), r#""EUR""#);
        assert_eq!(serde_json::from_str::<Currency>(r#""\u0045UR""#).unwrap(), Currency::EUR);
    }

    #[test]
    fn anything_but_a_known_code_is_refused_in_json() {
        for json in [r#""eur""#, r#""XAU""#, "978", "null", r#"["EUR"]"#, r#"{"EUR":null}"#] {
            assert!(serde_json::from_str::<Currency>(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_refused_or_is_the_code(text in prop_oneof!["[A-Z]{3}", "[A-Za-z ]{2,4}", any::<String>()]) {
            match Currency::from_code(&text) {
                Ok(currency) => prop_assert_eq!(currency.code(), text),
                Err(refused) => prop_assert_eq!(refused, MoneyError::unknown_currency(&text)),
            }
        }
    }
}
