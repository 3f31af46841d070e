//! What changed about products since they went into the cart.

use std::collections::HashMap;

use super::priced::{LeftOut, PricedLine};
use crate::id::StockItemId;
use crate::notice::Notice;
use crate::offer::price_change;
use crate::product::Stock;
use crate::relation::clashes;

pub(super) fn collect(lines: &[PricedLine]) -> Vec<Notice> {
    let mut notices: Vec<Notice> = lines.iter().filter_map(about_availability).collect();
    notices.extend(lines.iter().filter_map(about_price));
    let drawn = drawn(lines);
    notices.extend(lines.iter().filter_map(|line| about_stock(line, &drawn)));
    notices.extend(about_relations(lines));
    notices
}

fn about_availability(priced: &PricedLine) -> Option<Notice> {
    let line = priced.line.id;
    match priced.amounts.err()? {
        LeftOut::Withdrawn => Some(Notice::ProductWithdrawn { line }),
        LeftOut::AmountOverflow => Some(Notice::AmountOverflow { line }),
        LeftOut::Unavailable(reason) => Some(Notice::ProductUnavailable { line, reason }),
    }
}

fn about_price(priced: &PricedLine) -> Option<Notice> {
    let (from, to) = price_change(&priced.line, priced.product.as_ref())?;
    Some(Notice::PriceChanged { line: priced.line.id, from, to })
}

/// Whether all lines that draw on a line's stock item ask for more than there is. Lines without any stock left
/// have been told so already.
fn about_stock(priced: &PricedLine, drawn: &HashMap<&StockItemId, u64>) -> Option<Notice> {
    let Stock::Limited { item, available } = &priced.product.as_ref()?.stock else { return None };
    let short = priced.amounts.is_ok() && drawn.get(item).is_some_and(|drawn| *drawn > u64::from(*available));
    short.then_some(Notice::StockReduced { line: priced.line.id, available: *available })
}

/// Whether lines go together that were put together before the catalog said otherwise.
fn about_relations(lines: &[PricedLine]) -> impl Iterator<Item = Notice> {
    let has_rules =
        |line: &PricedLine| line.product.as_ref().is_some_and(|product| !product.relations.is_empty());
    let lines = if lines.iter().any(has_rules) { lines } else { &[] };
    let clashes = clashes(lines.iter().map(|priced| (&priced.line, priced.product.as_ref())));
    clashes.into_iter().map(|clash| Notice::IncompatibleItems { clash: Box::new(clash) })
}

/// Units that the lines draw on each stock item, as far as that could be too much: an item of which there is more
/// than all lines together ask for is not counted.
fn drawn(lines: &[PricedLine]) -> HashMap<&StockItemId, u64> {
    let limited = || {
        lines.iter().filter_map(|line| match &line.product.as_ref()?.stock {
            Stock::Limited { item, available } => {
                Some((item, *available, u64::from(line.line.quantity.get())))
            }
            Stock::Unlimited | Stock::OutOfStock | Stock::Call => None,
        })
    };
    let all: u64 = limited().map(|(.., quantity)| quantity).sum();
    let mut drawn = HashMap::new();
    for (item, _, quantity) in limited().filter(|(_, available, _)| u64::from(*available) < all) {
        *drawn.entry(item).or_default() += quantity;
    }
    drawn
}
