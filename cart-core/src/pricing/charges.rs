//! Shipping, payment and fees: what they cost before taxes.

use std::sync::Arc;

use super::MAX_SUBTOTAL;
use super::arithmetic::{divide, widening};
use super::basket::{Basket, Item};
use super::derivation::{Derivation, Part, Rule, Step, Subject, Working};
use super::priced::PricedCharge;
use crate::cart::Cart;
use crate::charge::{Charge, ChargeBasis, Fee, FeeBasis};
use crate::facts::Facts;
use crate::id::TaxClass;
use crate::money::{Money, Rate};
use crate::product::Options;

/// The most fees that are looked at.
const MAX_FEES: usize = 100;

/// Something besides the lines that costs something, while it is priced.
#[derive(Clone, Debug)]
pub(super) struct Extra<'a, Id> {
    pub(super) id: &'a Id,
    pub(super) name: &'a Arc<str>,
    pub(super) class: Option<&'a TaxClass>,
    pub(super) price: i64,
    /// What promotions left of the price.
    pub(super) current: i64,
    pub(super) tax: i64,
    pub(super) working: Working,
}

impl<Id: Clone> Extra<'_, Id> {
    pub(super) fn explain(
        &self,
        part: Part,
        subject: Subject,
        basket: &Basket<'_>,
        derivation: &mut Derivation,
    ) {
        let amount = basket.money(self.price);
        derivation.push(Step { part, subject, rule: Rule::Charge { working: self.working }, amount });
    }

    pub(super) fn priced(&self, basket: &Basket<'_>) -> PricedCharge<Id> {
        PricedCharge {
            id: self.id.clone(),
            name: Arc::clone(self.name),
            price: basket.money(self.price),
            discount: basket.money(self.price - self.current),
            total: basket.money(self.current),
            tax: basket.money(self.tax),
        }
    }
}

/// What charges depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Charging<'a> {
    pub(super) cart: &'a Cart,
    pub(super) facts: &'a Facts,
    /// Whether the selected shipping method fits the cart.
    pub(super) is_shipped: bool,
    /// Whether the selected payment method does.
    pub(super) is_paid: bool,
}

impl<'a> Charging<'a> {
    /// Delivery by the selected method, if that fits the cart; at what the lines cost now.
    pub(super) fn delivery(&self, basket: &Basket<'_>) -> Option<Extra<'a, crate::id::ShippingMethodId>> {
        let id = self.cart.selections().shipping_method.as_ref()?;
        let method = self.facts.choices.shipping_method.as_ref()?;
        if !self.is_shipped || !basket.policy.shipping || basket.items.is_empty() {
            return None;
        }
        let delivered =
            |item: &&Item| basket.product(item).is_some_and(|(_, product)| product.needs_delivery);
        let (units, grams) = amounts_of(basket, basket.items.iter().filter(delivered));
        let basis = ChargeBasis { units, grams, subtotal: basket.money(basket.current()) };
        let (price, working) = worked_out(&method.charge, basis, basis.subtotal, basket)?;
        let (name, class) = (&method.name, method.tax_class.as_ref());
        Some(Extra { id, name, class, price, current: price, tax: 0, working })
    }

    /// Paying by the selected method, if that fits the cart and is not free.
    pub(super) fn payment(
        &self,
        basket: &Basket<'_>,
        shipping: i64,
    ) -> Option<Extra<'a, crate::id::PaymentMethodId>> {
        let id = self.cart.selections().payment_method.as_ref()?;
        let method = self.facts.choices.payment_method.as_ref()?;
        let is_charged = self.is_paid && basket.policy.fees && method.charge != Charge::Free;
        if !is_charged || basket.items.is_empty() {
            return None;
        }
        let basis = of_order(basket);
        let (price, working) = worked_out(&method.charge, basis, with(basis, shipping, basket), basket)?;
        let (name, class) = (&method.name, method.tax_class.as_ref());
        Some(Extra { id, name, class, price, current: price, tax: 0, working })
    }

    /// The other fees that are charged, in the host's order.
    pub(super) fn fees(&self, basket: &Basket<'_>, shipping: i64) -> Vec<Extra<'a, crate::id::FeeId>> {
        if !basket.policy.fees || basket.items.is_empty() {
            return Vec::new();
        }
        let fees = self.facts.terms.fees.iter().take(MAX_FEES);
        fees.filter_map(|fee| self.fee(fee, basket, shipping)).collect()
    }

    fn fee(&self, fee: &'a Fee, basket: &Basket<'_>, shipping: i64) -> Option<Extra<'a, crate::id::FeeId>> {
        let (basis, shipping) = match &fee.on {
            FeeBasis::Order => (of_order(basket), shipping),
            FeeBasis::Payment(methods) => {
                let selected = self.cart.selections().payment_method.as_ref()?;
                methods.contains(selected).then(|| (of_order(basket), shipping))?
            }
            FeeBasis::Option { name, value } => (of_option(basket, name, value)?, 0),
        };
        let (price, working) = worked_out(&fee.charge, basis, with(basis, shipping, basket), basket)?;
        let (id, name, class) = (&fee.id, &fee.name, fee.tax_class.as_ref());
        Some(Extra { id, name, class, price, current: price, tax: 0, working })
    }
}

/// All lines.
fn of_order(basket: &Basket<'_>) -> ChargeBasis {
    let (units, grams) = amounts_of(basket, basket.items.iter());
    ChargeBasis { units, grams, subtotal: basket.money(basket.current()) }
}

/// What a fraction is of: the lines and shipping.
fn with(basis: ChargeBasis, shipping: i64, basket: &Basket<'_>) -> Money {
    basket.money(basis.subtotal.minor() + shipping)
}

/// The lines chosen with an option; none if there are none.
fn of_option(basket: &Basket<'_>, name: &str, value: &str) -> Option<ChargeBasis> {
    let options = |item: &Item| -> Option<&Options> { Some(&basket.line(item)?.line.key.product.options) };
    let is_chosen = |item: &&Item| options(item).is_some_and(|options| options.value(name) == Some(value));
    let chosen = || basket.items.iter().filter(is_chosen);
    chosen().next()?;
    let (units, grams) = amounts_of(basket, chosen());
    Some(ChargeBasis { units, grams, subtotal: basket.money(chosen().map(|item| item.current).sum()) })
}

/// How many units some items have, and what they weigh.
fn amounts_of<'b>(basket: &Basket<'_>, items: impl Iterator<Item = &'b Item>) -> (u64, u64) {
    items.fold((0, 0), |(units, grams), item| {
        let weight = basket.product(item).map_or(0, |(_, product)| product.grams);
        let quantity = u64::from(item.quantity);
        (units + quantity, grams + quantity * u64::from(weight))
    })
}

/// What a charge comes to, at most [`MAX_SUBTOTAL`], and how; a fraction is of the `whole`; none if it has no price in the currency.
fn worked_out(
    charge: &Charge,
    basis: ChargeBasis,
    whole: Money,
    basket: &Basket<'_>,
) -> Option<(i64, Working)> {
    if let Charge::Percent(rate) = charge {
        let rounding = basket.policy.rounding;
        let exact = widening(whole.minor(), rate.billionths());
        let price = divide(exact, widening(Rate::ONE.billionths(), 1), rounding).min(MAX_SUBTOTAL);
        return Some((price, Working::Fraction { rate: *rate, of: whole, each_of: None, rounding }));
    }
    let amount = charge.amount(basis)?;
    let price = amount.minor().min(MAX_SUBTOTAL);
    Some((price, Working::Stated { amount: basket.money(price) }))
}
