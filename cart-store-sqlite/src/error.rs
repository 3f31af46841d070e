//! From what went wrong in the file to what the port's callers can tell apart: all in this place.

use cart_core::id::{CartId, PromotionId, StockItemId};
use cart_core::port::{BoxError, StoreError};
use cart_seal::KeyId;
use rusqlite::{ErrorCode, ffi};

use crate::engine::{Fault, ReadError, WriteError};

/// How the port's errors name this store.
pub(crate) const STORE: &str = "sqlite";

/// Why statements stopped.
#[derive(Debug)]
pub(crate) enum Refusal {
    Conflict(CartId),
    AlreadyOpen(CartId),
    Repeated(CartId),
    UsedUp { promotion: PromotionId, by_customer: bool },
    OutOfStock { item: StockItemId, available: u32 },
    TooMuchHeld { max: u32 },
    KeyMissing(KeyId),
    Corrupt(Damage),
    Sqlite(rusqlite::Error),
}

impl Refusal {
    /// Whether it is about what is stored there, so that elsewhere all may be well.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::KeyMissing(_) | Self::Corrupt(_) => true,
            Self::Sqlite(error) => is_constraint(error) || is_corrupt(error),
            Self::Conflict(_)
            | Self::AlreadyOpen(_)
            | Self::Repeated(_)
            | Self::UsedUp { .. }
            | Self::OutOfStock { .. }
            | Self::TooMuchHeld { .. } => false,
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Damage> for Refusal {
    fn from(damage: Damage) -> Self {
        Self::Corrupt(damage)
    }
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Conflict(cart) => Self::Conflict { cart },
            Refusal::AlreadyOpen(cart) => Self::AlreadyOpen { cart },
            Refusal::Repeated(cart) => Self::Repeated { cart },
            Refusal::UsedUp { promotion, by_customer } => Self::UsedUp { promotion, by_customer },
            Refusal::OutOfStock { item, available } => Self::OutOfStock { item, available },
            Refusal::TooMuchHeld { max } => Self::TooMuchHeld { max },
            Refusal::KeyMissing(KeyId(key)) => Self::KeyMissing { store: STORE, key },
            Refusal::Corrupt(damage) => corrupt(damage),
            Refusal::Sqlite(error) if is_constraint(&error) => corrupt(error),
            Refusal::Sqlite(error) => undone(error.into()),
        }
    }
}

/// Why a value cannot be read. Holds nothing of the value itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It cannot be what was written.
    Damaged(String),
    /// It is sealed with a key that is not at hand.
    KeyMissing(KeyId),
}

impl From<String> for Unread {
    fn from(what: String) -> Self {
        Self::Damaged(what)
    }
}

impl From<&str> for Unread {
    fn from(what: &str) -> Self {
        Self::Damaged(what.to_owned())
    }
}

/// A row that cannot be what was written. Says where, and never what stands there: that may be personal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table}{}: {what}", cart.map(|cart| format!(" of cart {cart}")).unwrap_or_default())]
pub struct Damage {
    /// In which table.
    pub table: &'static str,
    /// Of which cart; none if that is what cannot be read.
    pub cart: Option<CartId>,
    /// What is wrong there.
    pub what: String,
}

impl Damage {
    pub(crate) fn new(table: &'static str, cart: CartId, what: impl Into<String>) -> Self {
        Self { table, cart: Some(cart), what: what.into() }
    }
}

pub(crate) fn of_write(error: WriteError<Refusal>) -> StoreError {
    match error {
        WriteError::Refused(refusal) => refusal.into(),
        WriteError::NotCommitted(fault) => undone(fault),
        WriteError::Unknown(fault) => StoreError::Unknown { store: STORE, source: fault.into() },
    }
}

pub(crate) fn of_read(error: ReadError<Refusal>) -> StoreError {
    match error {
        ReadError::Refused(refusal) => refusal.into(),
        ReadError::Unserved(fault) => undone(fault),
    }
}

/// What nothing was stored for.
pub(crate) fn undone(fault: Fault) -> StoreError {
    match fault {
        Fault::Full(_) => StoreError::Full { store: STORE, source: fault.into() },
        Fault::Corrupt(_) => corrupt(fault),
        Fault::Closed
        | Fault::Overloaded
        | Fault::Stopped
        | Fault::Panicked
        | Fault::RolledBack
        | Fault::Ended
        | Fault::LogFull
        | Fault::Moved
        | Fault::Held
        | Fault::Wipe(_)
        | Fault::Busy(_)
        | Fault::Sqlite(_) => StoreError::Unavailable { store: STORE, source: fault.into() },
    }
}

fn corrupt(source: impl Into<BoxError>) -> StoreError {
    StoreError::Corrupt { store: STORE, source: source.into() }
}

/// Tells a row that the schema does not take. What callers may meet is told apart before; what is left contradicts
/// what is stored.
fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

/// Tells pages that cannot be what was written.
fn is_corrupt(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt)
}

/// Tells a row whose place is taken.
pub(crate) fn is_unique(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(code, Some(ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_UNIQUE))
}
