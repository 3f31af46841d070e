//! Taxes of lines and charges.

mod exact;
mod levels;
mod rates;

use std::sync::Arc;

use self::levels::{Charged, Taxable, charge};
pub(super) use self::rates::Rates;
use super::basket::Basket;
use super::charges::Extra;
use super::derivation::{Derivation, Part, Rule, Step, Subject};
use super::priced::TaxTotal;
use crate::id::{FeeId, PaymentMethodId, ShippingMethodId, TaxClass};
use crate::money::{Money, MoneyError};
use crate::policy::{TaxBase, TaxMode, TaxPolicy};
use crate::tax::{ExternalTax, TaxableCart, TaxableCharge, TaxableLine};

/// What is to be taxed: the items of a basket, and what costs something besides.
#[derive(Debug)]
pub(super) struct ToTax<'w, 'a> {
    pub(super) basket: &'w Basket<'a>,
    pub(super) shipping: Option<&'w mut Extra<'a, ShippingMethodId>>,
    pub(super) payment: Option<&'w mut Extra<'a, PaymentMethodId>>,
    pub(super) fees: &'w mut [Extra<'a, FeeId>],
}

/// A charge, while it is taxed.
struct ChargeToTax<'w, 'a> {
    subject: Subject,
    class: Option<&'a TaxClass>,
    price: i64,
    taxable: i64,
    tax: &'w mut i64,
}

/// The taxes of a cart, worked out.
#[derive(Debug, Default)]
pub(super) struct Taxed {
    /// For each item of the basket, its tax.
    pub(super) of_items: Vec<i64>,
    pub(super) totals: Vec<TaxTotal>,
}

impl<'w, 'a> ToTax<'w, 'a> {
    fn policy(&self) -> TaxPolicy {
        self.basket.policy.tax
    }

    /// What a tax service would have to know.
    pub(super) fn taxable(self) -> TaxableCart {
        let (basket, policy) = (self.basket, self.policy());
        let line = |item: &super::basket::Item| {
            let line = &basket.line(item)?.line;
            Some(TaxableLine {
                line: line.id,
                product: line.key.product.clone(),
                quantity: line.quantity,
                class: basket.product(item)?.1.tax_class.clone(),
                amount: basket.money(taxable_of(item, policy)),
            })
        };
        let lines = basket.items.iter().filter_map(line).collect();
        let charge = |charge: ChargeToTax<'_, '_>| TaxableCharge {
            class: charge.class.cloned(),
            amount: basket.money(charge.taxable),
        };
        TaxableCart { lines, charges: self.charges_for_service().map(charge).collect() }
    }

    /// The charges that a tax service is asked about: those that cost anything before discounts.
    fn charges_for_service(self) -> impl Iterator<Item = ChargeToTax<'w, 'a>> {
        self.charges().into_iter().filter(|charge| charge.price > 0)
    }

    fn charges(self) -> Vec<ChargeToTax<'w, 'a>> {
        let base = self.policy().base;
        let shipping = self.shipping.map(|extra| to_tax(Subject::Shipping(extra.id.clone()), extra, base));
        let payment = self.payment.map(|extra| to_tax(Subject::Payment(extra.id.clone()), extra, base));
        let fees = self.fees.iter_mut().map(|extra| to_tax(Subject::Fee(extra.id.clone()), extra, base));
        shipping.into_iter().chain(payment).chain(fees).collect()
    }

    /// Taxes everything by the rates of its class.
    pub(super) fn by_rates(
        self,
        rates: &mut Rates<'a>,
        derivation: &mut Derivation,
    ) -> Result<Taxed, MoneyError> {
        let (basket, policy) = (self.basket, self.policy());
        let mut charges = self.charges();
        let of_charges: Vec<Option<usize>> =
            charges.iter().map(|charge| charge.class.map(|class| rates.place(class))).collect();
        let rates = &*rates;
        let mut things = Vec::with_capacity(basket.items.len() + charges.len());
        things.extend(basket.items.iter().enumerate().filter_map(|(number, item)| {
            let rates = rates.class(rates.place_of_item(number))?;
            Some(Taxable { number, amount: taxable_of(item, policy), units: item.quantity, rates })
        }));
        let charges_from = basket.items.len();
        things.extend(charges.iter().zip(of_charges).enumerate().filter_map(|(place, (charge, class))| {
            let (number, rates) = (charges_from + place, rates.class(class?)?);
            Some(Taxable { number, amount: charge.taxable, units: 1, rates })
        }));
        let mut taxed = Taxed { of_items: vec![0; basket.items.len()], totals: Vec::new() };
        for Charged { thing, tax, amount } in charge(&things, policy)? {
            let Some(on) = things.get(thing) else { continue };
            let subject = match taxed.of_items.get_mut(on.number) {
                Some(of_item) => {
                    *of_item += amount;
                    let item = basket.items.get(on.number);
                    item.and_then(|item| basket.line(item)).map(|line| Subject::Line(line.line.id))
                }
                None => charges.get_mut(on.number - charges_from).map(|charge| {
                    *charge.tax += amount;
                    charge.subject.clone()
                }),
            };
            let Some(subject) = subject else { continue };
            let step = tax_step(subject, tax, basket.money(on.amount), basket.money(amount), policy);
            taxed.add(&step, tax.compound)?;
            derivation.push(step);
        }
        Ok(taxed)
    }

    /// Takes over what a tax service says; none if it says so of another cart.
    pub(super) fn by_service(
        self,
        external: &ExternalTax,
        derivation: &mut Derivation,
    ) -> Result<Option<Taxed>, MoneyError> {
        let basket = self.basket;
        let charges: Vec<_> = self.charges_for_service().collect();
        if external.lines.len() != basket.items.len() || external.charges.len() != charges.len() {
            return Ok(None);
        }
        let mut taxed = Taxed::default();
        let mut explain = |subject: Subject, amount: Money| {
            if amount.minor() != 0 {
                let (part, rule) = (Part::TaxOnTop, Rule::ExternalTax);
                derivation.push(Step { part, subject, rule, amount });
            }
        };
        for (item, amount) in basket.items.iter().zip(&external.lines) {
            taxed.of_items.push(stated(*amount, basket)?);
            if let Some(line) = basket.line(item) {
                explain(Subject::Line(line.line.id), *amount);
            }
        }
        for (charge, amount) in charges.into_iter().zip(&external.charges) {
            *charge.tax = stated(*amount, basket)?;
            explain(charge.subject, *amount);
        }
        Ok(Some(taxed))
    }
}

/// A tax that a service says, if it is one in the cart's currency.
fn stated(amount: Money, basket: &Basket<'_>) -> Result<i64, MoneyError> {
    let minor = basket.money(0).checked_add(amount)?.minor();
    if minor < 0 { Err(MoneyError::NegativeAmount { minor }) } else { Ok(minor) }
}

fn to_tax<'w, 'a, Id>(subject: Subject, extra: &'w mut Extra<'a, Id>, base: TaxBase) -> ChargeToTax<'w, 'a> {
    let taxable = match base {
        TaxBase::AfterDiscounts => extra.current,
        TaxBase::BeforeDiscounts => extra.price,
    };
    ChargeToTax { subject, class: extra.class, price: extra.price, taxable, tax: &mut extra.tax }
}

fn taxable_of(item: &super::basket::Item, policy: TaxPolicy) -> i64 {
    match policy.base {
        TaxBase::AfterDiscounts => item.current,
        TaxBase::BeforeDiscounts => item.sold,
    }
}

fn tax_step(
    subject: Subject,
    tax: &crate::tax::TaxRate,
    on: Money,
    amount: Money,
    policy: TaxPolicy,
) -> Step {
    let part = if policy.mode == TaxMode::Inside { Part::TaxInside } else { Part::TaxOnTop };
    let (name, rate) = (Arc::clone(&tax.name), tax.rate);
    let (rounding, level) = (policy.rounding, policy.level);
    Step {
        part,
        subject,
        rule: Rule::Tax { name, rate, compound: tax.compound, on, rounding, level },
        amount,
    }
}

impl Taxed {
    /// Adds a step to the total of its tax.
    fn add(&mut self, step: &Step, compound: bool) -> Result<(), MoneyError> {
        let Rule::Tax { name, rate, on, .. } = &step.rule else { return Ok(()) };
        let is_same =
            |total: &&mut TaxTotal| total.rate == *rate && total.compound == compound && total.name == *name;
        match self.totals.iter_mut().find(is_same) {
            Some(total) => {
                total.on = total.on.checked_add(*on)?;
                total.amount = total.amount.checked_add(step.amount)?;
            }
            None => self.totals.push(TaxTotal {
                name: Arc::clone(name),
                rate: *rate,
                compound,
                on: *on,
                amount: step.amount,
            }),
        }
        Ok(())
    }
}
