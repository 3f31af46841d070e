//! Writing the history of a cart anew, without some of its personal data.

use std::collections::HashMap;
use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::checkout::Checkout;
use cart_core::event::CartEvent;
use cart_core::id::CartId;
use cart_core::journal::Entry;
use cart_core::port::Rewritten;
use cart_core::version::Version;
use rusqlite::Transaction;
use uuid::Uuid;

use crate::error::{Damage, Refusal, is_unique};
use crate::seal::Seal;
use crate::step::{self, Step};
use crate::table::carts::{CartRow, Changed};
use crate::table::checkouts::CheckoutRow;
use crate::table::grants::{CartPlace, GrantRow};
use crate::table::journal::{self, Written};
use crate::table::lines::LineRow;
use crate::table::links::LinkRow;
use crate::table::orders::{self, DraftRow};
use crate::table::suggestions::SuggestionRow;
use crate::table::{openings, rewriting, stock, uses};
use crate::verify::Uses;

/// A history whose values have been made and sealed.
#[derive(Debug)]
pub(crate) struct Rewriting {
    base: Version,
    cart: Arc<Cart>,
    row: CartRow,
    steps: Vec<Step>,
    entries: Vec<(Version, Written)>,
    uses: Uses,
    drafts: Vec<DraftRow>,
}

impl Rewriting {
    pub(crate) fn new(seal: &Seal, history: &Rewritten) -> Result<Self, Refusal> {
        let Rewritten { base, cart, entries } = history;
        let written = |entry: &Arc<Entry>| Written::of(seal, entry).map(|written| (entry.version, written));
        Ok(Self {
            base: *base,
            cart: Arc::clone(cart),
            row: CartRow::of(seal, cart, Changed::ALL)?,
            steps: steps(seal, cart, &places(entries))?,
            entries: entries.iter().map(written).collect::<rusqlite::Result<_>>()?,
            uses: uses_of(entries),
            drafts: drafts(seal, entries)?,
        })
    }

    pub(crate) fn write(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        let cart = self.cart.id();
        self.write_cart(transaction, cart)?;
        let openings = openings::keep(transaction, cart)?;
        self.steps.iter().try_for_each(|step| step.run(transaction, cart))?;
        openings::restore(transaction, openings)?;
        self.write_uses(transaction, cart)?;
        self.write_holders(transaction)?;
        self.drafts.iter().try_for_each(|draft| orders::rewrite(transaction, draft))?;
        rewriting::within(transaction, cart, || {
            self.entries
                .iter()
                .try_for_each(|(version, written)| journal::rewrite(transaction, cart, *version, written))
        })
    }

    fn write_uses(&self, transaction: &Transaction<'_>, cart: CartId) -> Result<(), Refusal> {
        let stored = uses::of_cart(transaction, cart)?;
        if self.uses.are(&stored) {
            return Ok(());
        }
        let left: Vec<_> = self.uses.left().collect();
        uses::replace(transaction, cart, &stored, &left)
    }

    /// Says for whom stock is held.
    fn write_holders(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        let checkouts = self.cart.checkouts().iter();
        checkouts.map(AsRef::as_ref).try_for_each(|checkout: &Checkout| {
            stock::set_owner(transaction, checkout.id, &checkout.draft.owner)
        })
    }

    fn write_cart(&self, transaction: &Transaction<'_>, cart: CartId) -> Result<(), Refusal> {
        match self.row.update(transaction, self.base, &self.cart) {
            Ok(1) if self.entries.len() as u64 == self.base.get() => Ok(()),
            Ok(1) => Err(Damage::new(journal::TABLE, cart, "a history has an entry for each version").into()),
            Ok(_) => Err(Refusal::Conflict(cart)),
            Err(error) if is_unique(&error) => Err(Refusal::AlreadyOpen(cart)),
            Err(error) => Err(error.into()),
        }
    }
}

fn uses_of(entries: &[Arc<Entry>]) -> Uses {
    let mut uses = Uses::default();
    entries.iter().flat_map(|entry| &entry.events).for_each(|event| uses.fold(event));
    uses
}

/// What the checkouts of a cart have ordered, if there are orders of it in the file.
fn drafts(seal: &Seal, entries: &[Arc<Entry>]) -> rusqlite::Result<Vec<DraftRow>> {
    let begun = entries.iter().flat_map(|entry| &entry.events).filter_map(|event| {
        if let CartEvent::CheckoutBegun { checkout } = event { Some(&checkout.draft) } else { None }
    });
    begun.map(|draft| DraftRow::of(seal, draft)).collect()
}

/// Where everything that was ever added to the cart stands in its order: where it was put when it was added.
fn places(entries: &[Arc<Entry>]) -> HashMap<Uuid, i64> {
    let mut places = HashMap::new();
    for entry in entries {
        for (number, event) in (0..).zip(&entry.events) {
            places.extend(added(event).map(|id| (id, step::position(entry.version, number))));
        }
    }
    places
}

fn added(event: &CartEvent) -> Option<Uuid> {
    if let CartEvent::LineAdded { line } = event {
        Some(line.id.as_uuid())
    } else if let CartEvent::GrantMade { grant } = event {
        Some(grant.id.as_uuid())
    } else if let CartEvent::LinkMade { link } = event {
        Some(link.id.as_uuid())
    } else if let CartEvent::SuggestionMade { suggestion } = event {
        Some(suggestion.id.as_uuid())
    } else if let CartEvent::CheckoutBegun { checkout } | CartEvent::CheckoutUnsettled { checkout } = event {
        Some(checkout.id.as_uuid())
    } else {
        None
    }
}

/// All rows of the cart in other tables than its own, in place of those that are there.
fn steps(seal: &Seal, cart: &Cart, places: &HashMap<Uuid, i64>) -> rusqlite::Result<Vec<Step>> {
    let (id, at) = (cart.id(), |id: Uuid| places.get(&id).copied().unwrap_or_default());
    let mut steps = vec![Step::ClearLines, Step::ClearShares];
    let lines = cart.lines().iter().map(|line| LineRow::of(seal, id, line, at(line.id.as_uuid())));
    steps.push(Step::AddLines(lines.collect::<rusqlite::Result<_>>()?));
    for grant in cart.grants() {
        steps.push(Step::AddGrant(CartPlace::of(cart), GrantRow::of(grant, at(grant.id.as_uuid()))?));
    }
    for link in cart.links() {
        steps.push(Step::AddLink(Box::new(LinkRow::of(seal, id, link, at(link.id.as_uuid()))?)));
    }
    for suggestion in cart.suggestions() {
        let place = at(suggestion.id.as_uuid());
        steps.push(Step::AddSuggestion(SuggestionRow::of(seal, id, suggestion, place)?));
    }
    steps.push(Step::ClearCheckouts);
    for checkout in cart.checkouts() {
        let place = at(checkout.id.as_uuid());
        steps.push(Step::PutCheckout(CheckoutRow::of(seal, id, checkout, place)?));
    }
    Ok(steps)
}
