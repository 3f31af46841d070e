//! Writing a unit.

use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::checkout::{Checkout, CheckoutStep, StockCounting};
use cart_core::event::{CartEvent, ClearScope};
use cart_core::id::CheckoutId;
use cart_core::journal::{Entry, Position};
use cart_core::port::{Commit, Hold, Unit};
use cart_core::version::Version;
use rusqlite::Transaction;

use crate::error::{Refusal, is_unique};
use crate::seal::Seal;
use crate::step::{self, Step};
use crate::table::carts::{self, CartRow, Changed};
use crate::table::journal::{self, Written};
use crate::table::stock::{Book, Supply};
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
    /// open cart, the id of something that is there already, a promotion that is used up, too little in stock.
    pub(crate) fn write(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        self.0.iter().try_for_each(|ready| ready.write(transaction))
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

    /// Writes it; the entry goes to the end of the journal.
    pub(crate) fn write(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        self.write_rows(transaction)?;
        self.append_entry(transaction)?;
        self.count(transaction, Supply::Counted)
    }

    /// Writes it again; the entry goes to the position that it had. What has been forgotten since, or is told elsewhere,
    /// does not refuse it.
    pub(crate) fn replay(&self, transaction: &Transaction<'_>, position: Position) -> Result<(), Refusal> {
        self.write_rows(transaction)?;
        journal::forget_request(transaction, &self.entry, &self.written)?;
        journal::append(transaction, Some(position), &self.entry, &self.written)?;
        self.count(transaction, Supply::Unknown)
    }

    fn write_rows(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        self.write_cart(transaction)?;
        self.steps.iter().try_for_each(|step| step.run(transaction, self.cart.id()))
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

    fn append_entry(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        let (entry, written) = (&self.entry, &self.written);
        match journal::append(transaction, None, entry, written) {
            Err(Refusal::Sqlite(error))
                if is_unique(&error) && journal::has_request(transaction, entry, written)? =>
            {
                Err(Refusal::Repeated(self.cart.id()))
            }
            appended => appended,
        }
    }

    /// Counts the uses of promotions and the stock of checkouts that begin, go on or end.
    fn count(&self, transaction: &Transaction<'_>, supply: Supply) -> Result<(), Refusal> {
        let book = Book { transaction, supply, at: self.entry.at };
        self.entry.events.iter().try_for_each(|event| {
            if let CartEvent::CheckoutBegun { checkout } = event {
                self.begin(book, checkout)
            } else if let CartEvent::CheckoutAdvanced { checkout, step } = event {
                self.advance(book, *checkout, step)
            } else if let CartEvent::CheckoutCancelled { checkout, .. } = event {
                uses::give_back(transaction, self.cart.id(), *checkout)?;
                book.release(*checkout)
            } else {
                Ok(())
            }
        })
    }

    fn begin(&self, book: Book<'_>, checkout: &Checkout) -> Result<(), Refusal> {
        uses::count(book.transaction, self.cart.id(), checkout.id, &checkout.uses)?;
        let Checkout { id, draft, stock, .. } = checkout;
        if stock.counted_by != StockCounting::Store {
            return Ok(());
        }
        let (items, until) = (stock.items.as_slice(), stock.until);
        book.reserve(&Hold { checkout: *id, owner: &draft.owner, items, until, max_held: stock.max_held })
    }

    fn advance(&self, book: Book<'_>, checkout: CheckoutId, step: &CheckoutStep) -> Result<(), Refusal> {
        if let CheckoutStep::StockClaimed { counted_by: StockCounting::Store, items } = step {
            let owner = self.cart.owner();
            book.claim(&Hold { checkout, owner, items, until: book.at, max_held: None })
        } else if let CheckoutStep::Extended { held_until, .. } = step {
            book.extend(checkout, *held_until)
        } else {
            Ok(())
        }
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
        CartEvent::CheckoutAdvanced { .. } | CartEvent::CheckoutUnsettled { .. } => {
            Changed { checkouts: true, ..changed }
        }
        CartEvent::OwnerChanged { .. } => Changed { owner: true, ..changed },
        CartEvent::Created(_)
        | CartEvent::Abandoned { .. }
        | CartEvent::Recovered { .. }
        | CartEvent::CheckoutBegun { .. }
        | CartEvent::CheckoutCancelled { .. }
        | CartEvent::CheckoutCompleted { .. } => Changed { status: true, ..changed },
    })
}
