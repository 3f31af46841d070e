//! Making a store of a journal.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cart_core::cart::{Cart, InconsistentCart};
use cart_core::event::CartEvent;
use cart_core::journal::{Entry, Position, Positioned};
use cart_core::port::{Commit, StoreError};
use cart_core::version::Version;
use rusqlite::Transaction;
use serde::de::DeserializeOwned;

use super::{End, FORMAT, Header, Supplied, VERSION};
use crate::commit::Ready;
use crate::engine::{BuildError, OpenError, build};
use crate::error::Refusal;
use crate::keys;
use crate::load;
use crate::schema::MIGRATIONS;
use crate::seal::Seal;
use crate::table::stock;

/// The longest line in bytes; the longest entry is far below.
const LONGEST: usize = 64 << 20;

/// Why no store was made of a journal. Nothing is left at its path.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// There is something at the path already; it is left as it is.
    #[error("{} exists already", path.display())]
    Exists {
        /// Where the store was to be.
        path: PathBuf,
    },
    /// The file could not be made, or not be opened afterwards.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A line of the export could not be taken.
    #[error("line {line} of the export cannot be taken")]
    Line {
        /// Which line, counted from 1.
        line: u64,
        /// Why.
        #[source]
        reason: LineError,
    },
    /// SQLite could not commit.
    #[error("the store could not be written")]
    Sqlite(#[from] rusqlite::Error),
}

/// What is wrong with a line of an export. Shows nothing of what shoppers wrote.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// It could not be read.
    #[error("it cannot be read")]
    Io(#[from] io::Error),
    /// The first line does not say that this is an exported journal.
    #[error("this is no exported journal")]
    NotAnExport,
    /// The export is of a later format.
    #[error("the export is of format {found}, this release knows {VERSION}")]
    NewerFormat {
        /// The format it says it is.
        found: u32,
    },
    /// It is not what this format has there.
    #[error("it is not as expected at byte {byte}")]
    Malformed {
        /// Where, counted from 1.
        byte: usize,
    },
    /// It is longer than any entry.
    #[error("it is longer than any entry")]
    TooLong,
    /// The position is not above the one before.
    #[error("its position does not follow")]
    Position,
    /// The entry is not the next one of its cart, or does not make a cart of it.
    #[error("it is not the next entry of its cart")]
    OutOfPlace,
    /// The cart that the entry makes breaks a rule that every cart keeps.
    #[error("no cart can be so")]
    Inconsistent(#[from] InconsistentCart),
    /// The tables do not take it.
    #[error("the store does not take it")]
    Refused(#[source] StoreError),
    /// There are fewer or more entries or supplies before the end than it says.
    #[error("{said} entries or supplies were announced, {found} are there")]
    Count {
        /// How many there should be.
        said: u64,
        /// How many there are.
        found: u64,
    },
    /// The export ends before its last line: it was cut short.
    #[error("the export is cut short")]
    CutShort,
    /// There is more after the last line.
    #[error("there is more after the end")]
    Trailing,
}

impl From<Refusal> for LineError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

/// Makes a store at a path where there is nothing, and answers how many entries it has.
pub(crate) fn replay(path: &Path, seal: &Seal, from: impl BufRead) -> Result<u64, ReplayError> {
    let mut lines = Lines { from, number: 0, text: Vec::new() };
    let mut entries = 0;
    let built = build(path, MIGRATIONS, |transaction| {
        let taken = take_all(transaction, seal, &mut lines).map(|count| entries = count);
        taken.map_err(|reason| ReplayError::Line { line: lines.number, reason })
    });
    match built {
        Ok(()) => Ok(entries),
        Err(BuildError::Exists) => Err(ReplayError::Exists { path: path.to_owned() }),
        Err(BuildError::Open(error)) => Err(error.into()),
        Err(BuildError::Refused(error)) => Err(error),
        Err(BuildError::Sqlite(error)) => Err(error.into()),
    }
}

fn take_all(
    transaction: &Transaction<'_>,
    seal: &Seal,
    lines: &mut Lines<impl BufRead>,
) -> Result<u64, LineError> {
    check_header(lines.next()?.ok_or(LineError::NotAnExport)?)?;
    let mut taken = Taken::default();
    loop {
        let line = lines.next()?.ok_or(LineError::CutShort)?;
        if let Ok(end) = serde_json::from_slice::<End>(line) {
            taken.take_end(transaction, seal, &end)?;
            return finish(taken.entries, lines);
        }
        match serde_json::from_slice::<Supplied>(line) {
            Ok(supplied) => taken.take_supply(transaction, &supplied)?,
            Err(_) => taken.take_entry(transaction, seal, parse(line)?)?,
        }
    }
}

/// What has been taken of an export.
#[derive(Debug, Default)]
struct Taken {
    last: Position,
    entries: u64,
    supplies: u64,
}

impl Taken {
    fn take_entry(
        &mut self,
        transaction: &Transaction<'_>,
        seal: &Seal,
        Positioned { position, entry }: Positioned,
    ) -> Result<(), LineError> {
        if position <= self.last || self.supplies > 0 {
            return Err(LineError::Position);
        }
        take(transaction, seal, position, entry)?;
        (self.last, self.entries) = (position, self.entries + 1);
        Ok(())
    }

    fn take_supply(
        &mut self,
        transaction: &Transaction<'_>,
        Supplied { item, supplied }: &Supplied,
    ) -> Result<(), LineError> {
        self.settle(transaction)?;
        self.supplies += 1;
        Ok(stock::settle(transaction, item, *supplied)?)
    }

    fn take_end(&self, transaction: &Transaction<'_>, seal: &Seal, end: &End) -> Result<(), LineError> {
        self.settle(transaction)?;
        note_key(transaction, seal, self.entries)?;
        for (said, found) in [(end.entries, self.entries), (end.supplies, self.supplies)] {
            if said != found {
                return Err(LineError::Count { said, found });
            }
        }
        Ok(())
    }

    /// Once all entries are there, no more is needed of anything than they leave.
    fn settle(&self, transaction: &Transaction<'_>) -> Result<(), LineError> {
        if self.supplies == 0 { Ok(stock::settle_all(transaction)?) } else { Ok(()) }
    }
}

/// A key that has sealed nothing is not put on record.
fn note_key(transaction: &Transaction<'_>, seal: &Seal, entries: u64) -> Result<(), LineError> {
    let key = if entries > 0 { seal.prove() } else { None };
    Ok(keys::note(transaction, key).map_err(Refusal::from)?)
}

fn check_header(line: &[u8]) -> Result<(), LineError> {
    let header: Header = serde_json::from_slice(line).map_err(|_| LineError::NotAnExport)?;
    match header {
        Header { format, .. } if format != FORMAT => Err(LineError::NotAnExport),
        Header { version: VERSION, .. } => Ok(()),
        Header { version: found, .. } => Err(LineError::NewerFormat { found }),
    }
}

fn finish(entries: u64, lines: &mut Lines<impl BufRead>) -> Result<u64, LineError> {
    match lines.next()? {
        None => Ok(entries),
        Some(_) => Err(LineError::Trailing),
    }
}

/// Writes one entry as a commit would, at its place.
fn take(
    transaction: &Transaction<'_>,
    seal: &Seal,
    position: Position,
    entry: Entry,
) -> Result<(), LineError> {
    let before = load::cart(transaction, seal, entry.cart)?;
    let base = before.as_ref().map(Cart::version);
    let next = follow(before, &entry).ok_or(LineError::OutOfPlace)?;
    let cart = Arc::new(Cart::from_stored(next.to_stored())?);
    let ready = Ready::of(seal, Commit { base, cart, entry: Arc::new(entry) }).map_err(Refusal::from)?;
    Ok(ready.replay(transaction, position)?)
}

/// The cart as an entry leaves it; none if it is not the entry's turn.
fn follow(before: Option<Cart>, entry: &Entry) -> Option<Cart> {
    let due = before.as_ref().map_or(Version::FIRST, |cart| cart.version().next());
    let is_creation = |event: &CartEvent| matches!(event, CartEvent::Created(_));
    if entry.version != due || entry.events.iter().skip(1).any(is_creation) {
        return None;
    }
    match before {
        None => Cart::created_by(entry),
        Some(_) if entry.events.first().is_none_or(is_creation) => None,
        Some(mut cart) => {
            cart.apply(entry);
            Some(cart)
        }
    }
}

fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T, LineError> {
    // serde's message may quote the line.
    serde_json::from_slice(line).map_err(|error| LineError::Malformed { byte: error.column() })
}

/// The lines of an export, one at a time.
struct Lines<R> {
    from: R,
    number: u64,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<&[u8]>, LineError> {
        self.number += 1;
        self.text.clear();
        let length = self.from.by_ref().take(LONGEST as u64).read_until(b'\n', &mut self.text)?;
        match self.text.last() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(&self.text)),
            Some(_) if length < LONGEST => Err(LineError::CutShort),
            Some(_) => Err(LineError::TooLong),
        }
    }
}
