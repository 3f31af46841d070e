//! What is held and sold against the journal, and the levels of stock against that.

use std::collections::BTreeMap;

use cart_core::actor::Owner;
use cart_core::checkout::{Checkout, CheckoutStep, StockCounting, StockUnits};
use cart_core::event::CartEvent;
use cart_core::id::{CheckoutId, StockItemId};
use cart_core::journal::Entry;
use chrono::{DateTime, Utc};
use rusqlite::Transaction;

use super::report::{Problem, Report};
use crate::table::stock::{self, Claim, State};

/// What the checkouts of a cart have by its journal, entry by entry.
#[derive(Debug, Default)]
pub(super) struct Claims(BTreeMap<(CheckoutId, StockItemId), Had>);

#[derive(Debug)]
struct Had {
    units: u32,
    /// Until when and for whom it is held; none if it is sold.
    held: Option<(DateTime<Utc>, Owner)>,
}

impl Claims {
    pub(super) fn fold(&mut self, entry: &Entry) {
        for event in &entry.events {
            if let CartEvent::CheckoutBegun { checkout } = event {
                self.begin(checkout);
            } else if let CartEvent::CheckoutAdvanced { checkout, step } = event {
                self.advance(*checkout, step, entry.at);
            } else if let CartEvent::CheckoutCancelled { checkout, .. } = event {
                self.release(*checkout);
            }
        }
    }

    fn begin(&mut self, checkout: &Checkout) {
        let Checkout { id, stock, draft, .. } = checkout;
        if stock.counted_by == StockCounting::Store {
            self.put(*id, &stock.items, Some((stock.until, draft.owner.clone())));
        }
    }

    fn advance(&mut self, checkout: CheckoutId, step: &CheckoutStep, at: DateTime<Utc>) {
        if let CheckoutStep::StockClaimed { counted_by: StockCounting::Store, items } = step {
            self.release(checkout);
            self.put(checkout, items, None);
        } else if let CheckoutStep::Extended { held_until, .. } = step {
            let of = self.0.iter_mut().filter(|((id, _), _)| *id == checkout);
            let held = of.filter_map(|(_, had)| had.held.as_mut()).filter(|(until, _)| *until > at);
            held.for_each(|(until, _)| *until = *held_until);
        }
    }

    fn put(&mut self, checkout: CheckoutId, items: &[StockUnits], held: Option<(DateTime<Utc>, Owner)>) {
        let had = |StockUnits { item, units }: &StockUnits| {
            ((checkout, item.clone()), Had { units: *units, held: held.clone() })
        };
        self.0.extend(items.iter().map(had));
    }

    fn release(&mut self, checkout: CheckoutId) {
        self.0.retain(|(id, _), _| *id != checkout);
    }

    /// Whether these are the stored ones, which come by checkout and item. A hold may have been removed once its time had
    /// ended.
    pub(super) fn are(&self, stored: &[Claim]) -> bool {
        let is_so = |(((checkout, item), had), stored): ((&(CheckoutId, StockItemId), &Had), &Claim)| {
            (*checkout, item, had.units) == (stored.checkout, &stored.item, stored.units) && had.is(stored)
        };
        self.0.len() == stored.len() && self.0.iter().zip(stored).all(is_so)
    }
}

impl Had {
    fn is(&self, stored: &Claim) -> bool {
        match (stored.state, &self.held) {
            (State::Held, Some((until, owner))) => {
                (stored.until, stored.owner.as_ref()) == (*until, Some(owner))
            }
            (State::Ended, Some((until, _))) => stored.until <= *until,
            (State::Sold, None) => true,
            (State::Held | State::Ended, None) | (State::Sold, Some(_)) => false,
        }
    }
}

/// Checks the levels of one item, which is answered; none if there is no item after this one.
pub(super) fn check_levels(
    transaction: &Transaction<'_>,
    after: &str,
    report: &mut Report,
) -> rusqlite::Result<Option<String>> {
    let Some(item) = stock::next_item(transaction, after)? else { return Ok(None) };
    let (claims, is_counted) = stock::check(transaction, &item)?;
    report.claims += claims;
    if !is_counted {
        report.add(None, Problem::MiscountedStock { item: item.clone() });
    }
    Ok(Some(item))
}
