use super::Currency;

/// Says why an amount, currency or rate could not be read or computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The exact result does not fit the range of minor units (or of billionths, for a rate).
    #[error("amount is out of range")]
    Overflow,
    /// Two amounts of different currencies were combined or compared.
    #[error("cannot combine {left} with {right}")]
    CurrencyMismatch {
        /// The currency of the first operand.
        left: Currency,
        /// The currency of the second operand.
        right: Currency,
    },
    /// The code is not in ISO 4217, is not in upper case, or names something without a minor unit.
    #[error("{code:?} is not an ISO 4217 currency with a minor unit")]
    UnknownCurrency {
        /// The refused code, cut to [`MoneyError::EXCERPT_CHARS`].
        code: String,
    },
    /// The text is not a plain decimal number.
    #[error("{text:?} is not a decimal number")]
    Malformed {
        /// The refused text, cut to [`MoneyError::EXCERPT_CHARS`].
        text: String,
    },
    /// The text is a decimal number, but finer than the unit it would be held in.
    #[error("{text:?} has more than {allowed} decimal places")]
    TooManyDecimals {
        /// The refused text, cut to [`MoneyError::EXCERPT_CHARS`].
        text: String,
        /// How many decimal places would have been accepted.
        allowed: u8,
    },
    /// An amount below zero where there can be none.
    #[error("this amount cannot be negative")]
    NegativeAmount {
        /// The refused amount in minor units.
        minor: i64,
    },
    /// A rate below zero was asked for.
    #[error("a rate cannot be negative")]
    NegativeRate {
        /// The refused rate in billionths.
        billionths: i64,
    },
}

impl MoneyError {
    /// How many characters of a refused text an error keeps, so that hostile input cannot swell logs.
    pub const EXCERPT_CHARS: usize = 40;

    pub(super) fn unknown_currency(code: &str) -> Self {
        Self::UnknownCurrency { code: excerpt(code) }
    }

    pub(super) fn malformed(text: &str) -> Self {
        Self::Malformed { text: excerpt(text) }
    }

    pub(super) fn too_many_decimals(text: &str, allowed: u8) -> Self {
        Self::TooManyDecimals { text: excerpt(text), allowed }
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(MoneyError::EXCERPT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::MoneyError;

    #[test]
    fn an_error_keeps_only_the_beginning_of_a_long_text() {
        let refused = MoneyError::malformed(&"é".repeat(100_000));
        assert_eq!(refused, MoneyError::Malformed { text: "é".repeat(MoneyError::EXCERPT_CHARS) });
    }

    #[test]
    fn messages_name_what_was_refused_without_control_characters() {
        assert_eq!(MoneyError::malformed("1\n2").to_string(), r#""1\n2" is not a decimal number"#);
        let finer = MoneyError::too_many_decimals("1.005", 2);
        assert_eq!(finer.to_string(), r#""1.005" has more than 2 decimal places"#);
    }
}
