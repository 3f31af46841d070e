//! Exact money: amounts, currencies, rates, rounding and fair allocation.
//!
//! An amount is a whole number of minor units (cents) and a currency. There is no floating point and no
//! silent wrap: whatever does not fit is a [`MoneyError`]. Anything that can leave a fraction of a minor unit
//! takes a [`Rounding`], and a split of an amount ([`allocate`]) always adds up to the whole again.

#![deny(clippy::arithmetic_side_effects, clippy::cast_possible_truncation, clippy::as_conversions)]

mod allocate;
mod amount;
mod amounts;
mod currency;
mod decimal;
mod error;
mod rate;
mod rounding;
mod serde_str;

pub use allocate::{Allocation, AllocationError, allocate};
pub use amount::Money;
pub use amounts::Amounts;
pub use currency::Currency;
pub use error::MoneyError;
pub use rate::Rate;
pub use rounding::Rounding;
