//! What the catalog says about a product.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, ProductId, StockItemId, TaxClass};
use crate::money::{Currency, Money, MoneyError};
use crate::quantity::Quantity;
use crate::relation::Relations;

/// Options that a line cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "options must be at most {} names and values, each 1 to {} characters without control characters",
    Options::MAX_COUNT,
    Options::MAX_CHARS
)]
pub struct OptionsError;

/// What the shopper chose about a product, such as size or engraving: at most 20 names with values.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub struct Options(Option<Arc<BTreeMap<String, String>>>);

impl Options {
    /// The most options of one line, inclusive.
    pub const MAX_COUNT: usize = 20;
    /// The most Unicode scalar values of a name or a value, inclusive.
    pub const MAX_CHARS: usize = 128;

    /// Checks and wraps chosen options.
    ///
    /// # Errors
    /// [`OptionsError`] if there are too many, or a name or value is empty, too long or holds control characters.
    pub fn new(chosen: BTreeMap<String, String>) -> Result<Self, OptionsError> {
        if chosen.is_empty() {
            return Ok(Self(None));
        }
        let fits = |text: &String| {
            !text.is_empty()
                && text.chars().take(Self::MAX_CHARS + 1).count() <= Self::MAX_CHARS
                && !text.chars().any(char::is_control)
        };
        if chosen.len() <= Self::MAX_COUNT && chosen.iter().all(|(name, value)| fits(name) && fits(value)) {
            Ok(Self(Some(Arc::new(chosen))))
        } else {
            Err(OptionsError)
        }
    }

    /// Whether nothing was chosen.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The chosen value of an option.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.as_deref().and_then(|chosen| chosen.get(name)).map(String::as_str)
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.as_deref().into_iter().flatten()
    }
}

impl Serialize for Options {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl TryFrom<BTreeMap<String, String>> for Options {
    type Error = OptionsError;
    fn try_from(chosen: BTreeMap<String, String>) -> Result<Self, OptionsError> {
        Self::new(chosen)
    }
}

// What was chosen may be personal (an engraving): it stays out of logs.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Options({} chosen)", self.iter().count())
    }
}

/// A product with the options chosen for it: what the catalog is asked about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProductKey {
    /// Which product.
    pub product: ProductId,
    /// What was chosen about it.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

impl ProductKey {
    /// A product without options.
    pub fn plain(product: ProductId) -> Self {
        Self { product, options: Options::default() }
    }
}

/// Prices that contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PriceError {
    /// A price below zero.
    #[error("a price must not be negative")]
    Negative,
    /// List and unit price are in different currencies.
    #[error("list price and unit price must be in one currency")]
    MixedCurrencies,
}

/// The prices of one unit: what it is listed at and what it is sold for. Never negative, in one currency.
///
/// The documents call them maximum retail price (`unitMrp`) and selling price (`unitSp`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "StoredUnitPrices", into = "StoredUnitPrices")]
pub struct UnitPrices {
    list: Money,
    unit: Money,
}

#[derive(Serialize, Deserialize)]
struct StoredUnitPrices {
    list: Money,
    unit: Money,
}

impl UnitPrices {
    /// Checks the two prices. A list price below the unit price is raised to it: nothing is discounted then.
    ///
    /// # Errors
    /// [`PriceError`] if one is negative or the currencies differ.
    pub fn new(list: Money, unit: Money) -> Result<Self, PriceError> {
        if list.currency() != unit.currency() {
            return Err(PriceError::MixedCurrencies);
        }
        if list.is_negative() || unit.is_negative() {
            return Err(PriceError::Negative);
        }
        Ok(Self { list: if list.minor() < unit.minor() { unit } else { list }, unit })
    }

    /// One price that is both.
    ///
    /// # Errors
    /// [`PriceError::Negative`] below zero.
    pub fn undiscounted(unit: Money) -> Result<Self, PriceError> {
        Self::new(unit, unit)
    }

    /// What one unit is listed at; at least the unit price.
    pub const fn list(self) -> Money {
        self.list
    }

    /// What one unit is sold for.
    pub const fn unit(self) -> Money {
        self.unit
    }

    /// How much less than the list price one unit is sold for; never negative.
    ///
    /// # Errors
    /// None in practice: both prices are non-negative and in one currency.
    pub fn unit_discount(self) -> Result<Money, MoneyError> {
        self.list.checked_sub(self.unit)
    }

    /// The currency of both prices.
    pub const fn currency(self) -> Currency {
        self.unit.currency()
    }
}

impl TryFrom<StoredUnitPrices> for UnitPrices {
    type Error = PriceError;
    fn try_from(stored: StoredUnitPrices) -> Result<Self, PriceError> {
        Self::new(stored.list, stored.unit)
    }
}

impl From<UnitPrices> for StoredUnitPrices {
    fn from(prices: UnitPrices) -> Self {
        Self { list: prices.list, unit: prices.unit }
    }
}

/// How many units of a product can be had (`stock_type` of the storefront document).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stock_type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Stock {
    /// No restriction.
    Unlimited,
    /// At most what is there now.
    Limited {
        /// What is counted; products that name the same one share its units.
        item: StockItemId,
        /// Units that can be had now.
        available: u32,
    },
    /// None to be had.
    OutOfStock,
    /// Sold only on request; cannot be put into a cart.
    Call,
}

/// A quantity rule that nothing can satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no quantity satisfies minimum {min}, maximum {max} and multiple of {step}")]
pub struct QuantityRuleError {
    /// The smallest quantity asked for.
    pub min: Quantity,
    /// The largest quantity asked for.
    pub max: Quantity,
    /// The step asked for.
    pub step: Quantity,
}

/// Which quantities of a product one line may have: from `min` to `max`, inclusive, and a multiple of `step`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantityRule {
    min: Quantity,
    max: Quantity,
    step: Quantity,
}

impl QuantityRule {
    /// Any quantity.
    pub const ANY: Self = Self { min: Quantity::ONE, max: Quantity::MAX, step: Quantity::ONE };

    /// Checks that at least one quantity satisfies the rule.
    ///
    /// # Errors
    /// [`QuantityRuleError`] if none does.
    pub const fn new(min: Quantity, max: Quantity, step: Quantity) -> Result<Self, QuantityRuleError> {
        // The smallest multiple of the step that is at least the minimum; below 2 * 10^6, so it cannot overflow.
        let first = min.get().div_ceil(step.get()) * step.get();
        if first > max.get() {
            Err(QuantityRuleError { min, max, step })
        } else {
            Ok(Self { min, max, step })
        }
    }

    /// The smallest quantity of a line.
    pub const fn min(self) -> Quantity {
        self.min
    }

    /// The largest quantity of a line.
    pub const fn max(self) -> Quantity {
        self.max
    }

    /// What a quantity must be a multiple of.
    pub const fn step(self) -> Quantity {
        self.step
    }
}

impl Default for QuantityRule {
    fn default() -> Self {
        Self::ANY
    }
}

/// What the catalog says about a product at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// The name that shoppers read.
    pub name: Arc<str>,
    /// Where a picture of it is, if there is one.
    pub image: Option<Arc<str>>,
    /// What kind of product it is, in the host's words (`thangka`, `plan`, ...).
    pub kind: Arc<str>,
    /// What one unit costs.
    pub prices: UnitPrices,
    /// How many units can be had.
    pub stock: Stock,
    /// Which quantities may be bought.
    pub quantity_rule: QuantityRule,
    /// Whether it is no longer sold; it can then not be added, and lines of it are left out of totals.
    pub withdrawn: bool,
    /// Whether it must be delivered to an address.
    pub needs_delivery: bool,
    /// What one unit weighs, in grams.
    pub grams: u32,
    /// The categories it is in.
    pub categories: Arc<[CategoryId]>,
    /// How it is taxed; `standard` unless said otherwise.
    pub tax_class: TaxClass,
    /// What one unit costs from a quantity of its line on; the highest that is reached counts.
    pub tiers: Arc<[PriceTier]>,
    /// What it goes with, and what it does not go with, in one cart.
    pub relations: Relations,
}

/// What one unit costs from a quantity on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceTier {
    /// From how many units of a line, inclusive.
    pub from: Quantity,
    /// What one unit costs; in the currency of the product's other prices.
    pub prices: UnitPrices,
}

impl Product {
    /// A product of unlimited stock that must be delivered; change the other fields as needed.
    pub fn new(name: impl Into<Arc<str>>, prices: UnitPrices) -> Self {
        Self {
            name: name.into(),
            image: None,
            kind: "product".into(),
            prices,
            stock: Stock::Unlimited,
            quantity_rule: QuantityRule::ANY,
            withdrawn: false,
            needs_delivery: true,
            grams: 0,
            categories: Arc::new([]),
            tax_class: TaxClass::standard(),
            tiers: Arc::new([]),
            relations: Relations::default(),
        }
    }

    /// What one unit costs in a line of so many. A tier in another currency than the product counts for nothing.
    pub fn prices_for(&self, quantity: Quantity) -> UnitPrices {
        let reached =
            |tier: &&PriceTier| tier.from <= quantity && tier.prices.currency() == self.prices.currency();
        let highest = self.tiers.iter().filter(reached).max_by_key(|tier| tier.from);
        highest.map_or(self.prices, |tier| tier.prices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(units: u32) -> Quantity {
        Quantity::new(units).unwrap()
    }

    #[test]
    fn a_rule_that_no_quantity_satisfies_is_refused() {
        assert!(QuantityRule::new(quantity(5), quantity(6), quantity(4)).is_err());
        assert!(QuantityRule::new(quantity(5), quantity(8), quantity(4)).is_ok());
        assert!(QuantityRule::new(quantity(3), quantity(2), Quantity::ONE).is_err());
    }

    #[test]
    fn a_list_price_below_the_unit_price_discounts_nothing() {
        let eur = Currency::from_code("EUR").unwrap();
        let prices = UnitPrices::new(Money::new(5, eur), Money::new(9, eur)).unwrap();
        assert_eq!(prices.list().minor(), 9);
        assert_eq!(prices.unit_discount().unwrap().minor(), 0);
    }

    #[test]
    fn options_are_bounded() {
        let one = |name: &str, value: &str| Options::new([(name.to_owned(), value.to_owned())].into());
        assert!(one("size", "L").is_ok());
        assert!(one("", "L").is_err());
        assert!(one("size", "").is_err());
        assert!(one("size", &"x".repeat(129)).is_err());
        assert!(one("size", "a\nb").is_err());
        let many = (0..21).map(|n| (n.to_string(), "v".to_owned())).collect();
        assert!(Options::new(many).is_err());
    }
}
