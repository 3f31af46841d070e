//! How each thing in a cart is taxed.

use std::sync::Arc;

use crate::facts::Facts;
use crate::id::TaxClass;
use crate::policy::{TaxMode, TaxPolicy};
use crate::pricing::arithmetic::divide;
use crate::pricing::basket::{Basket, Item};
use crate::tax::{EffectiveRates, TaxRate, Taxes, Treatment};

/// The taxes of one class at the cart's destination.
#[derive(Debug)]
pub(super) struct ClassRates<'a> {
    class: &'a TaxClass,
    pub(super) taxes: &'a [TaxRate],
    pub(super) effective: EffectiveRates,
    /// Whether the table says nothing about the class, or nothing that can be computed with.
    is_unknown: bool,
}

/// How the things in a cart are taxed: worked out once for each class.
#[derive(Debug)]
pub(in crate::pricing) struct Rates<'a> {
    policy: TaxPolicy,
    classes: Vec<ClassRates<'a>>,
    /// For each item of the basket, the place of its class.
    of_items: Vec<usize>,
    facts: &'a Facts,
}

impl<'a> Rates<'a> {
    /// The rates of all items of a basket; nothing where policy does not look at rates.
    pub(in crate::pricing) fn of(basket: &Basket<'a>, facts: &'a Facts) -> Self {
        let policy = facts.policy.pricing.tax;
        let mut rates = Self { policy, classes: Vec::new(), of_items: Vec::new(), facts };
        if matches!(policy.mode, TaxMode::OnTop | TaxMode::Inside) {
            rates.of_items.reserve(basket.items.len());
            for item in &basket.items {
                let place =
                    basket.product(item).map_or(usize::MAX, |(_, product)| rates.place(&product.tax_class));
                rates.of_items.push(place);
            }
        }
        rates
    }

    /// The place of a class among the rates, which are worked out if it is the first of its class.
    pub(super) fn place(&mut self, class: &'a TaxClass) -> usize {
        if let Some(place) = self.classes.iter().position(|known| known.class == class) {
            return place;
        }
        self.classes.push(self.class_rates(class));
        self.classes.len() - 1
    }

    fn class_rates(&self, class: &'a TaxClass) -> ClassRates<'a> {
        let untaxed = |is_unknown| ClassRates {
            class,
            taxes: &[],
            effective: EffectiveRates { numerators: [0; Treatment::MAX_RATES], sum: 0, denominator: 1 },
            is_unknown,
        };
        if self.facts.terms.customer.tax_exempt {
            return untaxed(false);
        }
        let Taxes::Table(table) = &self.facts.terms.taxes else { return untaxed(true) };
        match table.get(class) {
            None => untaxed(true),
            Some(Treatment::Exempt) => untaxed(false),
            Some(Treatment::Rates(taxes)) => match EffectiveRates::of(taxes) {
                Ok(effective) => ClassRates { class, taxes, effective, is_unknown: false },
                Err(_) => untaxed(true),
            },
        }
    }

    pub(super) fn class(&self, place: usize) -> Option<&ClassRates<'a>> {
        self.classes.get(place)
    }

    /// The place of an item's class.
    pub(super) fn place_of_item(&self, item: usize) -> usize {
        self.of_items.get(item).copied().unwrap_or(usize::MAX)
    }

    /// The tax that would be on top of what an item costs now, that of all its rates rounded once.
    pub(in crate::pricing) fn on_top_of(&self, place: usize, item: &Item) -> i64 {
        let rates = self.class(self.place_of_item(place)).filter(|_| self.policy.mode == TaxMode::OnTop);
        rates.map_or(0, |rates| {
            let exact = u128::from(item.current.unsigned_abs()) * rates.effective.sum;
            divide(exact, rates.effective.denominator, self.policy.rounding)
        })
    }

    /// The classes whose tax is not known, in the order in which they first occur.
    pub(in crate::pricing) fn unknown(&self) -> impl Iterator<Item = &'a TaxClass> {
        self.classes.iter().filter(|rates| rates.is_unknown).map(|rates| rates.class)
    }
}

/// A tax as it is shown: what it is called, its rate, and whether it is on top of others.
pub(super) fn is_same(a: &TaxRate, b: &TaxRate) -> bool {
    a.rate == b.rate && a.compound == b.compound && (Arc::ptr_eq(&a.name, &b.name) || a.name == b.name)
}
