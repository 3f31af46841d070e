//! What the lines of a cart draw on stock.

use std::collections::HashMap;
use std::sync::Arc;

use crate::facts::Products;
use crate::id::StockItemId;
use crate::line::Line;
use crate::product::{Product, Stock};

/// Units that the lines of a cart draw on each stock item, kept up to date while many lines come in: counting them
/// afresh for each would take as long as both carts multiplied.
#[derive(Clone, Debug, Default)]
pub(super) struct Demand<'a>(HashMap<&'a StockItemId, u64>);

impl<'a> Demand<'a> {
    pub(super) fn of(lines: &'a [Arc<Line>], products: &'a Products) -> Self {
        let mut demand = Self::default();
        for (line, product) in products.of_lines(lines) {
            demand.change(product, 0, line.quantity.get());
        }
        demand
    }

    /// A line of this product has `to` units instead of `from`.
    pub(super) fn change(&mut self, product: Option<&'a Arc<Product>>, from: u32, to: u32) {
        if let Some(item) = product.and_then(|product| product.stock_item()) {
            let drawn = self.0.entry(item).or_default();
            *drawn = drawn.saturating_add(to.into()).saturating_sub(from.into());
        }
    }

    pub(super) fn on(&self, item: &StockItemId) -> u64 {
        self.0.get(item).copied().unwrap_or_default()
    }
}

/// Units that the lines draw on one stock item.
pub(super) fn drawn(lines: &[Arc<Line>], products: &Products, item: &StockItemId) -> u64 {
    let drawing = products
        .of_lines(lines)
        .filter(|(_, product)| product.is_some_and(|product| product.stock_item() == Some(item)));
    drawing.map(|(line, _)| u64::from(line.quantity.get())).sum()
}

impl Product {
    /// What its units are counted as, where they are counted.
    fn stock_item(&self) -> Option<&StockItemId> {
        match &self.stock {
            Stock::Limited { item, .. } => Some(item),
            Stock::Unlimited | Stock::OutOfStock | Stock::Call => None,
        }
    }
}
