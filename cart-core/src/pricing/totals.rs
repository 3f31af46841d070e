//! Last stage: the sums.

use super::lines::PricedLine;
use crate::money::{Currency, Money, MoneyError};

/// The sums over the lines that count. Always `total == subtotal - discount`; none is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// What the lines cost at list prices.
    pub subtotal: Money,
    /// How much less than that they are sold for.
    pub discount: Money,
    /// What is to be paid.
    pub total: Money,
}

pub(super) fn total(currency: Currency, lines: &[PricedLine]) -> Result<Totals, MoneyError> {
    let zero = Money::zero(currency);
    let start = Totals { subtotal: zero, discount: zero, total: zero };
    lines.iter().filter_map(|line| line.amounts.ok()).try_fold(start, |sum, line| {
        Ok(Totals {
            subtotal: sum.subtotal.checked_add(line.subtotal)?,
            discount: sum.discount.checked_add(line.discount)?,
            total: sum.total.checked_add(line.total)?,
        })
    })
}
