//! What a cart costs: a pure function from a cart and facts to exact amounts, each of them explained.
//!
//! The order of work is fixed; each stage is a file of its own and appends what it did to the [`Derivation`]:
//!
//! 1. lines: list price × quantity, less what the catalog discounts (`lines.rs`);
//! 2. totals (`totals.rs`).
//!
//! Promotions, shipping and tax take their places between the two.

mod derivation;
mod lines;
mod notices;
mod totals;

pub use self::derivation::{Derivation, Rule, Step};
pub(crate) use self::lines::prices_that_count;
pub use self::lines::{LeftOut, LineAmounts, PricedLine};
pub use self::totals::Totals;
use crate::cart::Cart;
use crate::facts::Facts;
use crate::id::LineId;
use crate::money::MoneyError;
use crate::notice::Notice;

/// A cart with what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedCart {
    /// The lines, in the cart's order.
    pub lines: Vec<PricedLine>,
    /// The sums over the lines that count.
    pub totals: Totals,
    /// How the sums came to be: its steps add up to the total exactly.
    pub derivation: Derivation,
    /// What the shopper should know about prices, stock and choices.
    pub notices: Vec<Notice>,
}

impl PricedCart {
    /// The lines that are left out of the totals because an amount does not fit 64 bits, in the cart's order.
    ///
    /// A change that adds or raises a line must not make a line one of these.
    pub fn overflowing(&self) -> impl Iterator<Item = LineId> {
        let overflows = |line: &&PricedLine| line.amounts == Err(LeftOut::AmountOverflow);
        self.lines.iter().filter(overflows).map(|line| line.line.id)
    }
}

/// Prices a cart at the moment of the facts.
///
/// A line whose amount does not fit 64 bits, or makes the sum of the lines up to it not fit, is left out of the totals.
///
/// # Errors
/// [`MoneyError::CurrencyMismatch`] if a snapshot price is in another currency than the cart's, which no cart has.
pub fn price(cart: &Cart, facts: &Facts) -> Result<PricedCart, MoneyError> {
    let mut derivation = Derivation::default();
    let lines = lines::price_lines(cart, facts, &mut derivation)?;
    let totals = totals::total(cart.currency(), &lines)?;
    let notices = notices::collect(cart, &lines, facts);
    Ok(PricedCart { lines, totals, derivation, notices })
}
