//! Counts of units.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number of units of one line: 1 to [`Quantity::MAX`], inclusive.
///
/// The minimum of 1 for every operation is a rule of the storefront document ("Validation Rules").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Quantity(u32);

/// A number that is not a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a quantity must be 1 to {}", Quantity::MAX.0)]
pub struct QuantityError;

impl Quantity {
    /// One unit, the smallest quantity.
    pub const ONE: Self = Self(1);
    /// The largest quantity of a line that any policy may allow.
    pub const MAX: Self = Self(1_000_000);

    /// Checks and wraps a number of units.
    ///
    /// # Errors
    /// [`QuantityError`] outside 1 to [`Quantity::MAX`].
    pub const fn new(units: u32) -> Result<Self, QuantityError> {
        if units >= 1 && units <= Self::MAX.0 { Ok(Self(units)) } else { Err(QuantityError) }
    }

    /// The number of units.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Quantity {
    type Error = QuantityError;
    fn try_from(units: u32) -> Result<Self, QuantityError> {
        Self::new(units)
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_more_than_the_largest_are_refused() {
        assert!(Quantity::new(0).is_err());
        assert_eq!(Quantity::new(1), Ok(Quantity::ONE));
        assert_eq!(Quantity::new(1_000_000), Ok(Quantity::MAX));
        assert!(Quantity::new(1_000_001).is_err());
    }
}
