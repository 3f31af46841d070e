//! Writing the journal out.

use std::io::{self, Write};
use std::ops::ControlFlow;

use cart_core::journal::Position;
use cart_core::port::StoreError;
use rusqlite::Transaction;
use serde::Serialize;

use super::{End, FORMAT, Header, Supplied, VERSION};
use crate::engine::{Engine, ReadError};
use crate::error::{Refusal, of_read, undone};
use crate::seal::Seal;
use crate::table::{journal, stock};

/// How many bytes are read before they are written, roughly.
const PIECE: usize = 1 << 20;

/// How many stock items are read before they are written.
const ITEMS: usize = 5_000;

/// Why a journal was not exported; what was written until then is not the whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The store could not read the journal.
    #[error("the journal cannot be read")]
    Store(#[from] StoreError),
    /// What it was to be written to took no more.
    #[error("the export cannot be written")]
    Io(#[from] io::Error),
}

/// Part of a journal as text.
#[derive(Clone, Debug, Default)]
struct Piece {
    text: Vec<u8>,
    entries: u64,
    last: Position,
    /// Whether all entries are in it or in those before it.
    is_after_entries: bool,
    supplies: u64,
    /// The last item whose supply is in it.
    item: String,
    is_final: bool,
}

/// Writes the journal of a store that may be in use, and answers how many entries it has.
pub(crate) async fn export<W>(engine: &Engine, seal: &Seal, mut to: W) -> Result<u64, ExportError>
where
    W: Write + Send + 'static,
{
    let mut piece = begin()?;
    while !piece.is_final {
        let seal = seal.clone();
        let step = move |transaction: &Transaction<'_>| -> Result<(W, Piece), Broken> {
            // No state of the file is held yet: that begins with the first statement.
            to.write_all(&piece.text)?;
            Ok((to, read(transaction, &seal, &piece)?))
        };
        (to, piece) = engine.scan(step).await.map_err(explain)?;
    }
    let entries = piece.entries;
    let finish = move |_: &Transaction<'_>| -> Result<(), Broken> {
        to.write_all(&piece.text)?;
        Ok(to.flush()?)
    };
    engine.scan(finish).await.map_err(explain)?;
    Ok(entries)
}

fn begin() -> io::Result<Piece> {
    let mut piece = Piece::default();
    line(&mut piece.text, &Header { format: FORMAT.to_owned(), version: VERSION })?;
    Ok(piece)
}

/// The piece that follows another one.
fn read(transaction: &Transaction<'_>, seal: &Seal, before: &Piece) -> Result<Piece, Broken> {
    let mut piece = Piece { text: Vec::new(), ..before.clone() };
    if !piece.is_after_entries {
        read_entries(transaction, seal, &mut piece)?;
    } else if read_supplies(transaction, &mut piece)? {
        line(&mut piece.text, &End { entries: piece.entries, supplies: piece.supplies })?;
        piece.is_final = true;
    }
    Ok(piece)
}

fn read_entries(transaction: &Transaction<'_>, seal: &Seal, piece: &mut Piece) -> Result<(), Broken> {
    piece.is_after_entries = true;
    journal::each_after(transaction, seal, piece.last, usize::MAX, |entry| {
        let entry = entry?;
        if piece.text.len() >= PIECE {
            piece.is_after_entries = false;
            return Ok(ControlFlow::Break(()));
        }
        piece.last = entry.position;
        piece.entries += 1;
        line(&mut piece.text, &entry)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(())
}

/// Reads how much was supplied of some items; answers whether there are no more.
fn read_supplies(transaction: &Transaction<'_>, piece: &mut Piece) -> Result<bool, Broken> {
    let supplies = stock::supplies(transaction, &piece.item, ITEMS)?;
    let is_last = supplies.len() < ITEMS;
    for (item, supplied) in supplies {
        item.as_str().clone_into(&mut piece.item);
        piece.supplies += 1;
        line(&mut piece.text, &Supplied { item, supplied })?;
    }
    Ok(is_last)
}

fn line(text: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *text, value)?;
    text.push(b'\n');
    Ok(())
}

/// What a step can fail of.
#[derive(Debug)]
enum Broken {
    Rows(Refusal),
    Io(io::Error),
}

impl From<Refusal> for Broken {
    fn from(refusal: Refusal) -> Self {
        Self::Rows(refusal)
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn explain(error: ReadError<Broken>) -> ExportError {
    match error {
        ReadError::Refused(Broken::Rows(refusal)) => of_read(ReadError::Refused(refusal)).into(),
        ReadError::Refused(Broken::Io(error)) => error.into(),
        ReadError::Unserved(fault) => undone(fault).into(),
    }
}
