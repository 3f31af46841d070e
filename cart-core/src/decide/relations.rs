//! Writes that would break rules between lines.
//!
//! A write is judged by what it leads to: whether something is missing or too much in between its edits does not matter.
//! Only what it makes worse counts, so that a cart can be put right whose products have got other rules since.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::prices::quantity_changed;
use super::{Decision, after};
use crate::cart::Cart;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::line::{Line, LineKey};
use crate::notice::Notice;
use crate::policy::Orphans;
use crate::product::{ProductKey, QuantityRule};
use crate::quantity::Quantity;
use crate::rejection::Rejection;
use crate::relation::{Brought, Clash, FollowedQuantity, Lacking};

/// Checks the lines that a decision leads to, and lets lines go along with what they need where policy says so.
///
/// # Errors
/// [`Rejection::IncompatibleItems`] because of what comes in; [`Rejection::HasDependants`] because of what goes.
pub(super) fn settle_lines(cart: &Cart, decision: &mut Decision, facts: &Facts) -> Result<(), Rejection> {
    if !decision.events.iter().any(changes_lines) || !facts.products.any_related() {
        return Ok(());
    }
    let mut draft = after(cart, &decision.events);
    // What goes may be needed in turn. Each pass removes or lowers a line, so there is a last one.
    loop {
        let Brought { made, lacking } = Brought::by(cart, &draft, &facts.products);
        if !made.is_empty() {
            let clashes = made.into_iter().map(|made| made.clash).collect();
            return Err(Rejection::IncompatibleItems { clashes });
        }
        match facts.policy.orphans {
            _ if lacking.is_empty() => return Ok(()),
            Orphans::Keep => return Ok(()),
            Orphans::Refuse => {
                let clashes = lacking.into_iter().map(|lacking| lacking.clash).collect();
                return Err(Rejection::HasDependants { clashes });
            }
            Orphans::Remove => {
                for reduced in reduced(&lacking, facts) {
                    reduced.happen(&mut draft, decision, facts);
                }
            }
        }
    }
}

/// Whether an event is one by which lines or their units come or go.
const fn changes_lines(event: &CartEvent) -> bool {
    matches!(
        event,
        CartEvent::LineAdded { .. } | CartEvent::QuantityChanged { .. } | CartEvent::LineRemoved { .. }
    )
}

/// A line that has to have fewer units, or to go.
struct Reduced {
    line: Arc<Line>,
    to: Option<Quantity>,
}

impl Reduced {
    fn happen(self, draft: &mut Cart, decision: &mut Decision, facts: &Facts) {
        let Self { line, to } = self;
        let events = match to {
            Some(to) => quantity_changed(draft, &line, to, facts),
            None => vec![CartEvent::LineRemoved { line: line.id }],
        };
        events.iter().for_each(|event| draft.apply_event(event));
        decision.events.extend(events);
        let (product, from) = (line.key.product.clone(), line.quantity);
        decision.reply.notices.push(Notice::DependantReduced { line: line.id, product, from, to });
    }
}

/// What has to go so that nothing is lacking, each line once: what a line lacks besides is seen by the next pass.
fn reduced(lacking: &[Lacking], facts: &Facts) -> Vec<Reduced> {
    let mut touched = HashSet::new();
    let mut reduced = Vec::new();
    for lacking in lacking {
        if lacking.lines.iter().all(|line| !touched.contains(&line.id)) {
            let lines = lowered(lacking, facts);
            touched.extend(lines.iter().map(|reduced| reduced.line.id));
            reduced.extend(lines);
        }
    }
    reduced
}

/// Takes units off the last lines first, until no more are left than may stay.
fn lowered(lacking: &Lacking, facts: &Facts) -> Vec<Reduced> {
    let Lacking { lines, may_stay, quantity, .. } = lacking;
    let mut units: u64 = lines.iter().map(|line| u64::from(line.quantity.get())).sum();
    let mut reduced = Vec::new();
    for line in lines.iter().rev() {
        let Some(excess) = units.checked_sub(*may_stay).filter(|excess| *excess > 0) else { break };
        let left = u64::from(line.quantity.get()).saturating_sub(excess);
        let to = largest(&line.key.product, u32::try_from(left).unwrap_or_default(), facts);
        units -= u64::from(line.quantity.get()) - to.map_or(0, |to| u64::from(to.get()));
        reduced.push(Reduced { line: Arc::clone(line), to });
    }
    match quantity {
        // Too few are as wrong as too many.
        FollowedQuantity::Equal if units != *may_stay => {
            lines.iter().rev().map(|line| Reduced { line: Arc::clone(line), to: None }).collect()
        }
        FollowedQuantity::Equal | FollowedQuantity::AtMost => reduced,
    }
}

/// The largest quantity of a product's line up to so many units; none if not even its smallest is.
fn largest(product: &ProductKey, most: u32, facts: &Facts) -> Option<Quantity> {
    let rule = facts.products.product(product).map_or(QuantityRule::ANY, |product| product.quantity_rule);
    let units = most - most % rule.step().get();
    Quantity::new(units).ok().filter(|units| *units >= rule.min())
}

/// Why lines cannot come into a cart, by their keys.
pub(super) type Misfits = HashMap<LineKey, Rejection>;

/// The lines that came into a cart and cannot stay, because they clash with what was there or came before them.
///
/// Without them others may clash in turn, so the rest is to be looked at again. Those that are known did not come in.
pub(super) fn misfits(before: &Cart, draft: &Cart, facts: &Facts, known: &Misfits) -> Misfits {
    if !facts.products.any_related() {
        return Misfits::new();
    }
    let mut clashes: HashMap<LineKey, Vec<Clash>> = HashMap::new();
    for made in Brought::by(before, draft, &facts.products).made {
        for line in made.by.iter().filter(|line| !known.contains_key(&line.key)) {
            clashes.entry(line.key.clone()).or_default().push(made.clash.clone());
        }
    }
    let rejection = |(key, clashes)| (key, Rejection::IncompatibleItems { clashes });
    clashes.into_iter().map(rejection).collect()
}
