//! What a cart costs: a pure function from a cart and facts to exact amounts, each of them explained.
//!
//! The conventions are in `docs/pricing.md`. The order of work is fixed; each stage appends what it did to the
//! [`Derivation`]:
//!
//! 1. lines: list price × quantity, less what the catalog discounts (`lines.rs`);
//! 2. promotions on lines, then on the order (`promotions/`);
//! 3. shipping and promotions on it, gifts, payment, fees (`charges.rs`);
//! 4. taxes (`tax/`);
//! 5. totals and cash rounding (`totals.rs`, `cash.rs`).

mod arithmetic;
mod basket;
mod cash;
mod charges;
mod derivation;
mod explain;
mod lines;
mod notices;
mod priced;
mod promotions;
mod tax;
mod totals;
mod uses;
mod work;

pub use self::derivation::{Derivation, Part, Rule, Step, Subject, Working};
pub use self::explain::Explanation;
pub use self::priced::{
    LeftOut, LineAmounts, PricedCart, PricedCharge, PricedCoupon, PricedGift, PricedLine, PricedPromotion,
    TaxTotal, Totals,
};
use self::work::Work;
use crate::cart::Cart;
use crate::facts::Facts;
use crate::money::MoneyError;
use crate::tax::TaxableCart;

/// The most that the lines of a cart may come to at list prices, in minor units; also the most that shipping, a
/// payment method or a fee may cost each.
///
/// It leaves so much room that no tax and no sum of a cart can leave 64 bits.
pub const MAX_SUBTOTAL: i64 = 1_000_000_000_000_000;

/// Prices a cart at the moment of the facts.
///
/// A line that would make the lines up to it come to more than [`MAX_SUBTOTAL`] is left out of the totals.
///
/// # Errors
/// [`MoneyError::CurrencyMismatch`] if a snapshot price is in another currency than the cart's, which no cart has, or
/// a tax service's figure is; [`MoneyError::NegativeAmount`] for a figure below zero; [`MoneyError::Overflow`] if taxes
/// inside the prices have rates so many and so fine that their sum cannot be held exactly.
pub fn price(cart: &Cart, facts: &Facts) -> Result<PricedCart, MoneyError> {
    let mut derivation = Derivation::default();
    let mut lines = lines::price_lines(cart, facts, &mut derivation)?;
    let worked = Work::new(cart, facts, &lines, &mut derivation).finish(&mut derivation)?;
    worked.settle(&mut lines)?;
    worked.into_priced(cart, facts, lines, derivation)
}

/// What a tax service has to know of a cart to work its taxes out ([`TaxMode::External`](crate::policy::TaxMode)).
///
/// # Errors
/// As [`price`].
pub fn taxable(cart: &Cart, facts: &Facts) -> Result<TaxableCart, MoneyError> {
    let mut derivation = Derivation::default();
    let lines = lines::price_lines(cart, facts, &mut derivation)?;
    Ok(Work::new(cart, facts, &lines, &mut derivation).taxable())
}
