//! Rounding the total to what can be paid.

use super::arithmetic::divide;
use super::derivation::{Derivation, Part, Rule, Step, Subject};
use crate::cart::Cart;
use crate::money::{Money, MoneyError};
use crate::policy::PricingPolicy;

/// What rounding changes of a total.
pub(super) fn cash_rounding(
    total: Money,
    cart: &Cart,
    policy: &PricingPolicy,
    derivation: &mut Derivation,
) -> Result<Money, MoneyError> {
    let currency = total.currency();
    let unrounded = Money::zero(currency);
    let Some(cash) = policy.cash.get(&currency) else { return Ok(unrounded) };
    let selected = cart.selections().payment_method.as_ref();
    if !cash.methods.is_empty() && !selected.is_some_and(|method| cash.methods.contains(method)) {
        return Ok(unrounded);
    }
    // The policy's check refuses an increment of zero; here it changes nothing.
    let increment = i64::from(cash.increment.max(1));
    let times = divide(total.minor().unsigned_abs().into(), increment.unsigned_abs().into(), cash.rounding);
    let rounded = Money::new(times.checked_mul(increment).ok_or(MoneyError::Overflow)?, currency);
    let change = rounded.checked_sub(total)?;
    if !change.is_zero() {
        let rule = Rule::CashRounding { increment: Money::new(increment, currency), rounding: cash.rounding };
        derivation.push(Step { part: Part::CashRounding, subject: Subject::Total, rule, amount: change });
    }
    Ok(change)
}
