use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::decimal::{self, Fixed};
use super::{Currency, MoneyError, Rate, Rounding};

/// An exact amount: a whole number of minor units of a currency, positive, zero or negative.
///
/// Operations never wrap, never mix currencies and never lose a fraction unnoticed; they return an error
/// instead. Amounts of different currencies have no order, so there is no `<`; see [`Money::checked_cmp`].
/// Serialized as `{"minor":1250,"currency":"EUR"}`.
///
/// ```
/// use cart_core::money::{Currency, Money, Rate, Rounding};
///
/// let mug = Money::parse_decimal("12.50", Currency::EUR)?;
/// let three = mug.checked_mul(3)?;
/// let vat = three.times(Rate::from_percent("19")?, Rounding::HalfUp)?;
///
/// assert_eq!(three, Money::new(3750, Currency::EUR));
/// assert_eq!(vat.to_string(), "7.13 EUR"); // 7.125 exactly
/// assert!(mug.checked_add(Money::new(1, Currency::USD)).is_err());
/// # Ok::<(), cart_core::money::MoneyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// Makes an amount from minor units: 1250 in a currency with two decimal places is 12.50.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Returns nothing of a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Returns the number of minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// Returns the currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Tells whether the amount is exactly zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Tells whether the amount is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// Adds an amount of the same currency.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] and [`MoneyError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.require_currency_of(other)?;
        self.with_minor(self.minor.checked_add(other.minor))
    }

    /// Subtracts an amount of the same currency.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] and [`MoneyError::Overflow`].
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.require_currency_of(other)?;
        self.with_minor(self.minor.checked_sub(other.minor))
    }

    /// Returns `count` times the amount, as for a unit price and a quantity.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`].
    pub fn checked_mul(self, count: u32) -> Result<Self, MoneyError> {
        self.with_minor(self.minor.checked_mul(count.into()))
    }

    /// Returns the opposite amount.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`] for `i64::MIN` minor units, which have no opposite.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        self.with_minor(self.minor.checked_neg())
    }

    /// Compares with an amount of the same currency.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`].
    pub fn checked_cmp(self, other: Self) -> Result<Ordering, MoneyError> {
        self.require_currency_of(other)?;
        Ok(self.minor.cmp(&other.minor))
    }

    /// Returns `rate` of the amount, rounded once, to minor units. A negative amount mirrors the positive one.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`].
    pub fn times(self, rate: Rate, rounding: Rounding) -> Result<Self, MoneyError> {
        let rounded = i128::from(self.minor)
            .checked_mul(rate.billionths().into())
            .and_then(|exact| rounding.divide(exact, Rate::ONE.billionths().into()))
            .ok_or(MoneyError::Overflow)?;
        self.with_minor(i64::try_from(rounded).ok())
    }

    /// Adds up amounts of one currency; nothing adds up to zero.
    ///
    /// The order does not matter: only a total that does not fit overflows, not a step on the way to it.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] at the first amount of another currency, and [`MoneyError::Overflow`].
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        let zero = Self::zero(currency);
        let total = amounts.into_iter().try_fold(0_i128, |total, amount| {
            zero.require_currency_of(amount)?;
            total.checked_add(amount.minor.into()).ok_or(MoneyError::Overflow)
        })?;
        zero.with_minor(i64::try_from(total).ok())
    }

    /// Writes the amount in major units with all decimal places of the currency and without its code:
    /// `"12.50"`, `"-0.05"`, `"500"` for yen, `"1.250"` for Kuwaiti dinars.
    #[must_use]
    pub fn to_decimal(self) -> String {
        Fixed { units: self.minor, places: self.currency.exponent() }.to_string()
    }

    /// Reads an amount in major units, exactly.
    ///
    /// Accepted is an optional `-`, an integer without leading zeros, and optionally a point with at least
    /// one and at most [`Currency::exponent`] digits: `"12"`, `"12.5"` and `"12.50"` are the same amount of
    /// euros.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Malformed`] for any other text, [`MoneyError::TooManyDecimals`] rather than rounding,
    /// and [`MoneyError::Overflow`].
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        decimal::parse(text, currency.exponent()).map(|minor| Self::new(minor, currency))
    }

    fn require_currency_of(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
    }

    fn with_minor(self, minor: Option<i64>) -> Result<Self, MoneyError> {
        minor.map(|minor| Self::new(minor, self.currency)).ok_or(MoneyError::Overflow)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.to_decimal(), self.currency))
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "the i128 reference cannot overflow on i64 operands")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn euros(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    #[test]
    fn an_amount_is_sixteen_bytes() {
        assert_eq!(size_of::<Money>(), 16);
    }

    #[test]
    fn shown_with_the_places_of_its_currency() {
        let shown = |minor, code| Money::new(minor, Currency::from_code(code).unwrap()).to_string();
        assert_eq!(shown(1250, "EUR"), "12.50 EUR");
        assert_eq!(shown(-5, "USD"), "-0.05 USD");
        assert_eq!(shown(500, "JPY"), "500 JPY");
        assert_eq!(shown(1250, "KWD"), "1.250 KWD");
        assert_eq!(shown(-12_345, "CLF"), "-1.2345 CLF");
        assert_eq!(shown(i64::MIN, "EUR"), "-92233720368547758.08 EUR");
        assert_eq!(format!("{:>12}", euros(1250)), "   12.50 EUR");
    }

    #[test]
    fn more_decimals_than_the_currency_has_are_refused() {
        let refused = |text, currency| Money::parse_decimal(text, currency).unwrap_err();
        assert_eq!(refused("12.505", Currency::EUR), MoneyError::too_many_decimals("12.505", 2));
        assert_eq!(refused("500.0", Currency::JPY), MoneyError::too_many_decimals("500.0", 0));
        assert_eq!(refused("1e3", Currency::JPY), MoneyError::malformed("1e3"));
    }

    #[test]
    fn currencies_never_mix() {
        let (left, right) = (euros(1), Money::new(1, Currency::USD));
        let mismatch = MoneyError::CurrencyMismatch { left: Currency::EUR, right: Currency::USD };
        assert_eq!(left.checked_add(right), Err(mismatch.clone()));
        assert_eq!(left.checked_sub(right), Err(mismatch.clone()));
        assert_eq!(left.checked_cmp(right), Err(mismatch.clone()));
        assert_eq!(Money::sum(Currency::EUR, [left, right]), Err(mismatch));
        assert_ne!(left, right);
    }

    #[test]
    fn results_outside_the_range_are_refused() {
        let (least, most) = (euros(i64::MIN), euros(i64::MAX));
        let overflow = Err(MoneyError::Overflow);
        assert_eq!(most.checked_add(euros(1)), overflow);
        assert_eq!(least.checked_sub(euros(1)), overflow);
        assert_eq!(least.checked_neg(), overflow);
        assert_eq!(least.checked_mul(2), overflow);
        assert_eq!(most.times(Rate::parse("1.000000001").unwrap(), Rounding::Down), overflow);
        assert_eq!(Money::sum(Currency::EUR, [most, most]), overflow);
    }

    #[test]
    fn a_sum_is_judged_by_its_total_alone() {
        let amounts = [euros(i64::MAX), euros(5), euros(-5)];
        assert_eq!(Money::sum(Currency::EUR, amounts), Ok(euros(i64::MAX)));
        assert_eq!(Money::sum(Currency::EUR, []), Ok(Money::zero(Currency::EUR)));
    }

    #[test]
    fn a_rate_is_taken_exactly_and_rounded_once() {
        let rate = Rate::from_percent("8.875").unwrap();
        assert_eq!(euros(1999).times(rate, Rounding::HalfUp), Ok(euros(177))); // 177.41125
        assert_eq!(euros(1999).times(rate, Rounding::Up), Ok(euros(178)));
        let half = Rate::parse("0.5").unwrap();
        assert_eq!(euros(-5).times(half, Rounding::HalfUp), Ok(euros(-3)));
        assert_eq!(euros(-5).times(half, Rounding::HalfEven), Ok(euros(-2)));
    }

    #[test]
    fn the_whole_and_nothing_of_any_amount_are_exact() {
        for minor in [i64::MIN, -1, 0, 1, i64::MAX] {
            assert_eq!(euros(minor).times(Rate::ONE, Rounding::HalfUp), Ok(euros(minor)));
            assert_eq!(euros(minor).times(Rate::ZERO, Rounding::Up), Ok(euros(0)));
        }
    }

    #[test]
    fn signs_are_told_apart() {
        let signs = [-1, 0, 1].map(|minor| (euros(minor).is_negative(), euros(minor).is_zero()));
        assert_eq!(signs, [(true, false), (false, true), (false, false)]);
    }

    #[test]
    fn serialized_as_minor_units_and_code() {
        let json = r#"{"minor":1250,"currency":"EUR"}"#;
        assert_eq!(serde_json::to_string(&euros(1250)).unwrap(), json);
        assert_eq!(serde_json::from_str::<Money>(json).unwrap(), euros(1250));
    }

    #[test]
    fn json_that_is_not_exactly_an_amount_is_refused() {
        let refused = [
            r#"{"minor":1250}"#,
            r#"{"currency":"EUR"}"#,
            r#"{"minor":1250,"currency":"EUR","scale":2}"#,
            r#"{"minor":1250,"minor":1,"currency":"EUR"}"#,
            r#"{"minor":12.5,"currency":"EUR"}"#,
            r#"{"minor":1e3,"currency":"EUR"}"#,
            r#"{"minor":"1250","currency":"EUR"}"#,
            r#"{"minor":9223372036854775808,"currency":"EUR"}"#,
            r#"{"minor":1250,"currency":"XAU"}"#,
        ];
        for json in refused {
            assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
        }
    }

    fn minor() -> impl Strategy<Value = i64> {
        prop_oneof![any::<i64>(), -100_000_i64..100_000, Just(i64::MIN), Just(i64::MAX)]
    }

    fn currency() -> impl Strategy<Value = Currency> {
        let one_per_exponent = ["JPY", "EUR", "KWD", "CLF"].map(|code| Currency::from_code(code).unwrap());
        proptest::sample::select(one_per_exponent.to_vec())
    }

    fn exactly(minor: i128) -> Result<Money, MoneyError> {
        i64::try_from(minor).map(euros).map_err(|_| MoneyError::Overflow)
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(minor in minor(), currency in currency()) {
            let amount = Money::new(minor, currency);
            prop_assert_eq!(Money::parse_decimal(&amount.to_decimal(), currency), Ok(amount));
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), amount);
        }

        #[test]
        fn checked_operations_agree_with_wider_arithmetic(a in minor(), b in minor(), count in any::<u32>()) {
            let (wide_a, wide_b) = (i128::from(a), i128::from(b));
            prop_assert_eq!(euros(a).checked_add(euros(b)), exactly(wide_a + wide_b));
            prop_assert_eq!(euros(a).checked_sub(euros(b)), exactly(wide_a - wide_b));
            prop_assert_eq!(euros(a).checked_mul(count), exactly(wide_a * i128::from(count)));
            prop_assert_eq!(euros(a).checked_neg(), exactly(-wide_a));
            prop_assert_eq!(euros(a).checked_cmp(euros(b)), Ok(wide_a.cmp(&wide_b)));
        }

        #[test]
        fn a_rate_of_an_amount_is_the_wide_product_dropped_to_minor_units(minor in minor(), billionths in 0_i64..) {
            let rate = Rate::from_billionths(billionths).unwrap();
            let exact = i128::from(minor) * i128::from(billionths);
            prop_assert_eq!(euros(minor).times(rate, Rounding::Down), exactly(exact / 1_000_000_000));
        }

        #[test]
        fn a_sum_agrees_with_wider_arithmetic(minors in proptest::collection::vec(minor(), 0..20)) {
            let total = minors.iter().copied().map(i128::from).sum();
            prop_assert_eq!(Money::sum(Currency::EUR, minors.into_iter().map(euros)), exactly(total));
        }
    }
}
