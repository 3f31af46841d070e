use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Currency, Money, MoneyError};

/// One amount for each of some currencies, none of them negative; what is said once and means the same in each.
///
/// Nothing is ever converted: in a currency without an amount, what the amounts are for does not apply.
///
/// ```
/// use cart_core::money::{Amounts, Currency, Money};
///
/// let off: Amounts = serde_json::from_str(r#"{"EUR": "5.00", "JPY": "800"}"#)?;
/// assert_eq!(off.in_currency(Currency::EUR), Some(Money::new(5_00, Currency::EUR)));
/// assert_eq!(off.in_currency(Currency::USD), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amounts(BTreeMap<Currency, i64>);

impl Amounts {
    /// The amounts, of which a later one replaces an earlier one in the same currency.
    ///
    /// # Errors
    /// [`MoneyError::NegativeAmount`] for an amount below zero.
    pub fn new(amounts: impl IntoIterator<Item = Money>) -> Result<Self, MoneyError> {
        let checked = amounts.into_iter().map(|amount| {
            if amount.is_negative() {
                return Err(MoneyError::NegativeAmount { minor: amount.minor() });
            }
            Ok((amount.currency(), amount.minor()))
        });
        Ok(Self(checked.collect::<Result<_, _>>()?))
    }

    /// The amount in a currency.
    pub fn in_currency(&self, currency: Currency) -> Option<Money> {
        self.0.get(&currency).map(|minor| Money::new(*minor, currency))
    }

    /// Whether there is no amount at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The amounts, by currency code.
    pub fn iter(&self) -> impl Iterator<Item = Money> {
        self.0.iter().map(|(currency, minor)| Money::new(*minor, *currency))
    }
}

impl From<Money> for Amounts {
    /// One amount in one currency; an amount below zero counts as none.
    fn from(amount: Money) -> Self {
        Self([(amount.currency(), amount.minor().max(0))].into())
    }
}

impl Serialize for Amounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|amount| (amount.currency(), amount.to_decimal())))
    }
}

impl<'de> Deserialize<'de> for Amounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let texts = BTreeMap::<Currency, String>::deserialize(deserializer)?;
        let read = |(currency, text): (Currency, String)| Money::parse_decimal(&text, currency);
        let amounts: Result<Vec<Money>, MoneyError> = texts.into_iter().map(read).collect();
        amounts.and_then(Self::new).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_decimals_by_currency_and_read_again() {
        let json = r#"{"EUR":"5.00","JPY":"800","KWD":"1.250"}"#;
        let amounts: Amounts = serde_json::from_str(json).unwrap();
        assert_eq!(amounts.in_currency(Currency::KWD), Some(Money::new(1250, Currency::KWD)));
        assert_eq!(serde_json::to_string(&amounts).unwrap(), json);
    }

    #[test]
    fn amounts_that_are_negative_or_too_fine_are_refused() {
        for json in [r#"{"EUR":"-1.00"}"#, r#"{"JPY":"1.5"}"#, r#"{"EUR":5}"#, r#"{"eur":"5.00"}"#] {
            assert!(serde_json::from_str::<Amounts>(json).is_err(), "{json}");
        }
    }
}
