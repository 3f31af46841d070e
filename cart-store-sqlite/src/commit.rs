//! Writing a unit: from each event to the rows that it names, and no others.

use cart_core::cart::Cart;
use cart_core::event::{CartEvent, ClearScope};
use cart_core::journal::{Entry, Position};
use cart_core::port::{Commit, Unit};
use cart_core::version::Version;
use rusqlite::Transaction;

use crate::error::{Damage, Refusal, is_unique};
use crate::table::carts::{self, Changed};
use crate::table::columns::integer;
use crate::table::journal::{self, Written};
use crate::table::lines::{self, Added};
use crate::table::uses;

/// A unit whose JSON has been written, so that the writer's turn is for statements alone.
#[derive(Debug)]
pub(crate) struct Prepared(Vec<(Commit, Written)>);

impl Prepared {
    pub(crate) fn new(unit: Unit) -> Result<Self, Refusal> {
        let prepare = |commit: Commit| Written::of(&commit.entry).map(|written| (commit, written));
        let prepared: rusqlite::Result<Vec<_>> = unit.commits.into_iter().map(prepare).collect();
        Ok(Self(prepared?))
    }

    /// Writes all of it. What is wrong with a commit is found in this order: a conflict, a repeated request, another
    /// open cart, a promotion that is used up.
    pub(crate) fn write(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        self.0.iter().try_for_each(|(Commit { base, cart, entry }, written)| {
            Writing { transaction, base: *base, cart, entry, written, position: None }.write()
        })
    }
}

/// One cart's part of a unit.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) base: Option<Version>,
    pub(crate) cart: &'a Cart,
    pub(crate) entry: &'a Entry,
    pub(crate) written: &'a Written,
    /// Where the entry goes in the journal; at its end if none.
    pub(crate) position: Option<Position>,
}

impl Writing<'_> {
    pub(crate) fn write(&self) -> Result<(), Refusal> {
        self.write_cart()?;
        self.write_lines()?;
        self.append_entry()?;
        self.count_uses()
    }

    fn write_cart(&self) -> Result<(), Refusal> {
        let id = self.cart.id();
        let written = match self.base {
            None => carts::insert(self.transaction, self.cart).map(|()| 1),
            Some(base) => carts::update(self.transaction, base, self.cart, changed(&self.entry.events)),
        };
        match written {
            Ok(1) => Ok(()),
            Ok(_) => Err(Refusal::Conflict(id)),
            Err(Refusal::Sqlite(error)) if is_unique(&error) => Err(self.taken()?),
            Err(refusal) => Err(refusal),
        }
    }

    /// Tells which place of the cart's is taken. SQLite's message would name columns; asking the tables is sure,
    /// and a refused commit may cost a little more.
    fn taken(&self) -> rusqlite::Result<Refusal> {
        let cart = self.cart.id();
        if self.base.is_none() && carts::exists(self.transaction, cart)? {
            return Ok(Refusal::Conflict(cart));
        }
        let is_repeated = journal::has_request(self.transaction, self.entry, self.written)?;
        Ok(if is_repeated { Refusal::Repeated(cart) } else { Refusal::AlreadyOpen(cart) })
    }

    /// One statement for each line that an event names, and one for all that are added after one another.
    fn write_lines(&self) -> Result<(), Refusal> {
        let mut added = Vec::new();
        for (number, event) in (0..).zip(&self.entry.events) {
            if let CartEvent::LineAdded { line } = event {
                added.push(Added { line, position: self.position_of(number) });
            } else {
                lines::add(self.transaction, self.cart.id(), &added)?;
                added.clear();
                self.write_line(event)?;
            }
        }
        lines::add(self.transaction, self.cart.id(), &added)
    }

    /// The place in the order of a line that the event with this number adds: lines are added at the end, and later
    /// entries have higher versions.
    fn position_of(&self, number: i64) -> i64 {
        integer(self.cart.version().get()).saturating_mul(EVENTS_OF_AN_ENTRY).saturating_add(number)
    }

    fn write_line(&self, event: &CartEvent) -> Result<(), Refusal> {
        let (transaction, cart) = (self.transaction, self.cart.id());
        match event {
            CartEvent::QuantityChanged { line, to, .. } => {
                self.met_one(lines::set_quantity(transaction, cart, *line, *to)?)
            }
            CartEvent::LineNoteChanged { line, note } => {
                self.met_one(lines::set_note(transaction, cart, *line, note.as_ref())?)
            }
            CartEvent::LinePriced { line, prices } => {
                self.met_one(lines::set_prices(transaction, cart, *line, *prices)?)
            }
            CartEvent::PriceAcknowledged { line, prices } => {
                self.met_one(lines::acknowledge(transaction, cart, *line, *prices)?)
            }
            CartEvent::CurrencyChanged { prices, .. } => lines::set_all_prices(transaction, cart, prices),
            CartEvent::LineRemoved { line } => self.met_one(lines::remove(transaction, cart, *line)?),
            CartEvent::Cleared { .. } => lines::clear(transaction, cart).map(drop).map_err(Refusal::from),
            // A line that is added alone or among others is written by `write_lines`, the rest is on the cart's row.
            CartEvent::LineAdded { .. }
            | CartEvent::Created(_)
            | CartEvent::Renamed { .. }
            | CartEvent::SettingsChanged { .. }
            | CartEvent::NoteChanged { .. }
            | CartEvent::MetadataChanged { .. }
            | CartEvent::CouponAdded { .. }
            | CartEvent::CouponRemoved { .. }
            | CartEvent::GiftRefused { .. }
            | CartEvent::GiftAccepted { .. }
            | CartEvent::AddressSelected { .. }
            | CartEvent::ShippingMethodSelected { .. }
            | CartEvent::PaymentMethodSelected { .. }
            | CartEvent::ExpiryMoved { .. }
            | CartEvent::GuestCartMerged { .. }
            | CartEvent::Abandoned { .. }
            | CartEvent::Recovered { .. }
            | CartEvent::CheckoutBegun { .. }
            | CartEvent::CheckoutCancelled { .. }
            | CartEvent::CheckoutCompleted { .. } => Ok(()),
        }
    }

    fn met_one(&self, rows: usize) -> Result<(), Refusal> {
        match rows {
            1 => Ok(()),
            _ => Err(Damage::new(lines::TABLE, self.cart.id(), "a line of the cart is missing").into()),
        }
    }

    fn append_entry(&self) -> Result<(), Refusal> {
        let cart = self.cart.id();
        match journal::append(self.transaction, self.position, self.entry, self.written) {
            Err(Refusal::Sqlite(error))
                if is_unique(&error) && journal::has_request(self.transaction, self.entry, self.written)? =>
            {
                Err(Refusal::Repeated(cart))
            }
            appended => appended,
        }
    }

    /// Counts the uses of a checkout that begins, and gives back those of one that is cancelled.
    fn count_uses(&self) -> Result<(), Refusal> {
        let (transaction, cart) = (self.transaction, self.cart.id());
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

/// More than an entry has events: a cart's lines are bounded, and so is what one command does to each.
const EVENTS_OF_AN_ENTRY: i64 = 1 << 20;

/// Which parts of the cart's row the events change.
fn changed(events: &[CartEvent]) -> Changed {
    events.iter().fold(Changed::default(), |changed, event| match event {
        CartEvent::LineAdded { .. }
        | CartEvent::QuantityChanged { .. }
        | CartEvent::LineNoteChanged { .. }
        | CartEvent::LineRemoved { .. }
        | CartEvent::LinePriced { .. }
        | CartEvent::PriceAcknowledged { .. }
        | CartEvent::GuestCartMerged { .. } => changed,
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
        CartEvent::Created(_)
        | CartEvent::Abandoned { .. }
        | CartEvent::Recovered { .. }
        | CartEvent::CheckoutBegun { .. }
        | CartEvent::CheckoutCancelled { .. }
        | CartEvent::CheckoutCompleted { .. } => Changed { status: true, ..changed },
    })
}
