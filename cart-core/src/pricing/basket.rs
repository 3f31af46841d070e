//! The lines of a cart while they are priced.

use crate::id::ProductId;
use crate::money::{Currency, Money};
use crate::policy::PricingPolicy;
use crate::pricing::priced::PricedLine;
use crate::product::Product;
use crate::promotion::Scope;

/// The lines that count, and what they cost at this point of the work.
#[derive(Clone, Debug)]
pub(super) struct Basket<'a> {
    pub(super) policy: &'a PricingPolicy,
    pub(super) currency: Currency,
    lines: &'a [PricedLine],
    pub(super) items: Vec<Item>,
}

/// A line that counts. `sold` and `current` are never negative, `current <= sold <= listed`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Its place among the lines.
    pub(super) line: usize,
    pub(super) quantity: u32,
    /// What one unit is sold for, before promotions.
    pub(super) unit: i64,
    /// List price × quantity.
    pub(super) listed: i64,
    /// Unit price × quantity.
    pub(super) sold: i64,
    /// What the promotions up to now left of that.
    pub(super) current: i64,
}

/// What of an item is reduced: so many units of it, at what they cost now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portion {
    /// The item's place.
    pub(super) place: usize,
    pub(super) units: u32,
    pub(super) amount: i64,
}

impl Portion {
    /// The whole of an item.
    pub(super) fn whole((place, item): (usize, &Item)) -> Self {
        Self { place, units: item.quantity, amount: item.current }
    }
}

impl<'a> Basket<'a> {
    pub(super) fn new(policy: &'a PricingPolicy, currency: Currency, lines: &'a [PricedLine]) -> Self {
        let mut items = Vec::with_capacity(lines.len());
        items.extend(lines.iter().enumerate().filter_map(|(line, priced)| {
            let amounts = priced.amounts.ok()?;
            Some(Item {
                line,
                quantity: priced.line.quantity.get(),
                unit: priced.prices.unit().minor(),
                listed: amounts.subtotal.minor(),
                sold: amounts.total.minor(),
                current: amounts.total.minor(),
            })
        }));
        Self { policy, currency, lines, items }
    }

    /// The line of an item.
    pub(super) fn line(&self, item: &Item) -> Option<&'a PricedLine> {
        self.lines.get(item.line)
    }

    /// The product of an item, which the catalog knows since the line counts.
    pub(super) fn product(&self, item: &Item) -> Option<(&'a ProductId, &'a Product)> {
        let line = self.line(item)?;
        Some((&line.line.key.product.product, line.product.as_deref()?))
    }

    /// Whether a scope is about an item.
    pub(super) fn is_in(&self, scope: &Scope, item: &Item) -> bool {
        let known = self.line(item).zip(self.product(item));
        known.is_some_and(|(line, (id, product))| scope.contains(id, product, line.prices))
    }

    /// The items that a scope is about, with their places.
    pub(super) fn concerned<'b>(&'b self, scope: &'b Scope) -> impl Iterator<Item = (usize, &'b Item)> {
        let all = scope.is_everything();
        self.items.iter().enumerate().filter(move |(_, item)| all || self.is_in(scope, item))
    }

    /// What all items cost now.
    pub(super) fn current(&self) -> i64 {
        self.items.iter().map(|item| item.current).sum()
    }

    pub(super) fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}
