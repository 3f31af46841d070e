//! Lines: list price × quantity, less what the catalog discounts.

use cart_core::line::Line;
use cart_core::notice::Unavailable;
use cart_core::policy::PriceBasis;
use cart_core::pricing::{LeftOut, MAX_SUBTOTAL};
use cart_core::product::{PriceTier, Product, Stock, UnitPrices};
use cart_core::promotion::Scope;

use super::charges::highest;
use crate::case::Case;

/// A line that counts.
#[derive(Clone)]
pub(crate) struct Item<'a> {
    pub(crate) line: &'a Line,
    pub(crate) product: &'a Product,
    pub(crate) prices: UnitPrices,
    pub(crate) units: i128,
    pub(crate) list: i128,
    pub(crate) unit: i128,
}

impl Item<'_> {
    pub(crate) fn subtotal(&self) -> i128 {
        self.list * self.units
    }

    /// Before promotions.
    pub(crate) fn amount(&self) -> i128 {
        self.unit * self.units
    }

    pub(crate) fn is_in(&self, scope: &Scope) -> bool {
        scope.contains(&self.line.key.product.product, self.product, self.prices)
    }
}

/// Each line, or why it is left out.
pub(crate) fn lines(case: &Case) -> Vec<Result<Item<'_>, LeftOut>> {
    let mut so_far = 0;
    let line = |line| {
        let item = bought(case, line)?;
        if so_far + item.subtotal() > i128::from(MAX_SUBTOTAL) {
            return Err(LeftOut::AmountOverflow);
        }
        so_far += item.subtotal();
        Ok(item)
    };
    case.cart.lines.iter().map(AsRef::as_ref).map(line).collect()
}

/// A line that can be bought now, or why it cannot.
pub(crate) fn bought<'a>(case: &'a Case, line: &'a Line) -> Result<Item<'a>, LeftOut> {
    let product = case.catalog.get(&line.key.product).ok_or(LeftOut::Withdrawn)?;
    if product.withdrawn {
        return Err(LeftOut::Withdrawn);
    }
    if product.prices.currency() != case.currency() {
        return Err(LeftOut::Unavailable(Unavailable::Currency));
    }
    match &product.stock {
        Stock::OutOfStock | Stock::Limited { available: 0, .. } => {
            return Err(LeftOut::Unavailable(Unavailable::OutOfStock));
        }
        Stock::Call => return Err(LeftOut::Unavailable(Unavailable::Call)),
        Stock::Unlimited | Stock::Limited { .. } => {}
    }
    let prices = prices(case, line, product);
    let (list, unit) = (prices.list().minor().into(), prices.unit().minor().into());
    Ok(Item { line, product, prices, units: line.quantity.get().into(), list, unit })
}

fn prices(case: &Case, line: &Line, product: &Product) -> UnitPrices {
    let is_at_add = match case.policy.price_basis {
        PriceBasis::Live => false,
        PriceBasis::AtAdd => true,
        PriceBasis::AtAddFor(time) => case.now < line.added_at + time,
    };
    if is_at_add {
        return line.snapshot;
    }
    let own = |tier: &PriceTier| tier.prices.currency() == product.prices.currency();
    let froms = product.tiers.iter().map(|tier| own(tier).then_some(i128::from(tier.from.get())));
    highest(froms, line.quantity.get().into()).map_or(product.prices, |at| product.tiers[at].prices)
}
