//! Last stage: the sums.

use super::derivation::Derivation;
use super::priced::{PricedCharge, PricedLine, Totals};
use crate::cart::Cart;
use crate::money::{Currency, Money, MoneyError};
use crate::policy::{PricingPolicy, TaxMode};

/// The totals before cash rounding.
pub(super) fn total<'p, Shipping: 'p, Payment: 'p, Fee: 'p>(
    currency: Currency,
    mode: TaxMode,
    lines: &[PricedLine],
    shipping: Option<&'p PricedCharge<Shipping>>,
    payment: Option<&'p PricedCharge<Payment>>,
    fees: &'p [PricedCharge<Fee>],
) -> Result<Totals, MoneyError> {
    let mut totals = Totals::zero(currency);
    for amounts in lines.iter().filter_map(|line| line.amounts.ok()) {
        totals.subtotal = totals.subtotal.checked_add(amounts.subtotal)?;
        totals.discount = totals.discount.checked_add(amounts.discount)?;
        totals.tax = totals.tax.checked_add(amounts.tax)?;
    }
    if let Some(shipping) = shipping {
        totals.shipping = shipping.price;
        totals.shipping_discount = shipping.discount;
        totals.tax = totals.tax.checked_add(shipping.tax)?;
    }
    let payment = payment.map(|payment| (payment.total, payment.tax));
    for (fee, tax) in payment.into_iter().chain(fees.iter().map(|fee| (fee.total, fee.tax))) {
        totals.fees = totals.fees.checked_add(fee)?;
        totals.tax = totals.tax.checked_add(tax)?;
    }
    totals.tax_on_top = match mode {
        TaxMode::OnTop | TaxMode::External => totals.tax,
        TaxMode::None | TaxMode::Inside => Money::zero(currency),
    };
    totals.total = totals
        .subtotal
        .checked_sub(totals.discount)?
        .checked_add(totals.shipping)?
        .checked_sub(totals.shipping_discount)?
        .checked_add(totals.fees)?
        .checked_add(totals.tax_on_top)?;
    Ok(totals)
}

impl Totals {
    /// The same, rounded to what can be paid.
    pub(super) fn rounded(
        self,
        cart: &Cart,
        policy: &PricingPolicy,
        derivation: &mut Derivation,
    ) -> Result<Self, MoneyError> {
        let cash_rounding = super::cash::cash_rounding(self.total, cart, policy, derivation)?;
        Ok(Self { cash_rounding, total: self.total.checked_add(cash_rounding)?, ..self })
    }
}
