//! Writing a unit.

use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::event::{CartEvent, ClearScope};
use cart_core::journal::{Entry, Position};
use cart_core::port::{Commit, Unit};
use cart_core::version::Version;
use rusqlite::Transaction;

use crate::error::{Refusal, is_unique};
use crate::seal::Seal;
use crate::step::{self, Step};
use crate::table::carts::{self, CartRow, Changed};
use crate::table::journal::{self, Written};
use crate::table::uses;

/// A unit whose values have been made and sealed, so that the writer's turn is for statements alone.
#[derive(Debug)]
pub(crate) struct Prepared(Vec<Ready>);

impl Prepared {
    pub(crate) fn new(seal: &Seal, unit: Unit) -> Result<Self, Refusal> {
        let ready = unit.commits.into_iter().map(|commit| Ready::of(seal, commit));
        Ok(Self(ready.collect::<rusqlite::Result<_>>()?))
    }

    /// Writes all of it. What is wrong with a commit is found in this order: a conflict, a repeated request, another
    /// open cart, the id of something shared that is there already, a promotion that is used up.
    pub(crate) fn write(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        self.0.iter().try_for_each(|ready| ready.write(transaction, None))
    }
}

/// One cart's part of a unit.
#[derive(Debug)]
pub(crate) struct Ready {
    base: Option<Version>,
    cart: Arc<Cart>,
    entry: Arc<Entry>,
    row: CartRow,
    steps: Vec<Step>,
    written: Written,
}

impl Ready {
    pub(crate) fn of(seal: &Seal, commit: Commit) -> rusqlite::Result<Self> {
        let Commit { base, cart, entry } = commit;
        let changed = if base.is_none() { Changed::ALL } else { changed(&entry.events) };
        let row = CartRow::of(seal, &cart, changed)?;
        let (steps, written) = (step::of_entry(seal, &cart, &entry)?, Written::of(seal, &entry)?);
        Ok(Self { base, cart, entry, row, steps, written })
    }

    /// Writes it; the entry goes to a position of the journal, or to its end if none is given.
    pub(crate) fn write(
        &self,
        transaction: &Transaction<'_>,
        position: Option<Position>,
    ) -> Result<(), Refusal> {
        self.write_cart(transaction)?;
        self.steps.iter().try_for_each(|step| step.run(transaction, self.cart.id()))?;
        self.append_entry(transaction, position)?;
        self.count_uses(transaction)
    }

    fn write_cart(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        let written = match self.base {
            None => self.row.insert(transaction, &self.cart),
            Some(base) => self.row.update(transaction, base, &self.cart),
        };
        match written {
            Ok(1) => Ok(()),
            Ok(_) => Err(Refusal::Conflict(self.cart.id())),
            Err(error) if is_unique(&error) => Err(self.taken(transaction)?),
            Err(error) => Err(error.into()),
        }
    }

    /// Tells which place of the cart's is taken. SQLite's message would name columns; asking the tables is sure,
    /// and a refused commit may cost a little more.
    fn taken(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Refusal> {
        let cart = self.cart.id();
        if self.base.is_none() && carts::exists(transaction, cart)? {
            return Ok(Refusal::Conflict(cart));
        }
        let is_repeated = journal::has_request(transaction, &self.entry, &self.written)?;
        Ok(if is_repeated { Refusal::Repeated(cart) } else { Refusal::AlreadyOpen(cart) })
    }

    fn append_entry(&self, transaction: &Transaction<'_>, position: Option<Position>) -> Result<(), Refusal> {
        let (entry, written) = (&self.entry, &self.written);
        match journal::append(transaction, position, entry, written) {
            Err(Refusal::Sqlite(error))
                if is_unique(&error) && journal::has_request(transaction, entry, written)? =>
            {
                Err(Refusal::Repeated(self.cart.id()))
            }
            appended => appended,
        }
    }

    /// Counts the uses of a checkout that begins, and gives back those of one that is cancelled.
    fn count_uses(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        let cart = self.cart.id();
        self.entry.events.iter().try_for_each(|event| {
            if let CartEvent::CheckoutBegun { attempt, uses: begun, .. } = event {
                uses::count(transaction, cart, *attempt, begun)
            } else if let CartEvent::CheckoutCancelled { attempt } = event {
                uses::give_back(transaction, cart, *attempt)
            } else {
                Ok(())
            }
        })
    }
}

/// Which parts of the cart's row the events change.
fn changed(events: &[CartEvent]) -> Changed {
    events.iter().fold(Changed::default(), |changed, event| match event {
        CartEvent::LineAdded { .. }
        | CartEvent::QuantityChanged { .. }
        | CartEvent::LineNoteChanged { .. }
        | CartEvent::LineRemoved { .. }
        | CartEvent::LinePriced { .. }
        | CartEvent::PriceAcknowledged { .. }
        | CartEvent::GuestCartMerged { .. }
        | CartEvent::GrantMade { .. }
        | CartEvent::GrantChanged { .. }
        | CartEvent::GrantRevoked { .. }
        | CartEvent::LinkMade { .. }
        | CartEvent::LinkChanged { .. }
        | CartEvent::LinkRotated { .. }
        | CartEvent::LinkRevoked { .. }
        | CartEvent::SuggestionMade { .. }
        | CartEvent::SuggestionWithdrawn { .. }
        | CartEvent::SuggestionDeclined { .. }
        | CartEvent::SuggestionAccepted { .. }
        | CartEvent::Undone { .. } => changed,
        CartEvent::Renamed { .. }
        | CartEvent::SettingsChanged { .. }
        | CartEvent::NoteChanged { .. }
        | CartEvent::MetadataChanged { .. }
        | CartEvent::CurrencyChanged { .. }
        | CartEvent::CouponAdded { .. }
        | CartEvent::CouponRemoved { .. }
        | CartEvent::GiftRefused { .. }
        | CartEvent::GiftAccepted { .. }
        | CartEvent::AddressSelected { .. }
        | CartEvent::ShippingMethodSelected { .. }
        | CartEvent::PaymentMethodSelected { .. } => Changed { description: true, ..changed },
        CartEvent::Cleared { scope } => {
            Changed { description: changed.description || *scope != ClearScope::default(), ..changed }
        }
        CartEvent::ExpiryMoved { .. } => Changed { expiry: true, ..changed },
        CartEvent::OwnerChanged { .. } => Changed { owner: true, ..changed },
        CartEvent::Created(_)
        | CartEvent::Abandoned { .. }
        | CartEvent::Recovered { .. }
        | CartEvent::CheckoutBegun { .. }
        | CartEvent::CheckoutCancelled { .. }
        | CartEvent::CheckoutCompleted { .. } => Changed { status: true, ..changed },
    })
}
