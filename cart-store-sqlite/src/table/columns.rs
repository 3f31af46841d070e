//! Values of columns, written and read back with care: a file may hold anything.

use std::fmt::Display;

use cart_core::id::CartId;
use cart_core::version::Version;
use chrono::{DateTime, Utc};
use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::{Damage, Refusal, Unread};
use crate::seal::{Field, RowKey, Seal};

/// A count as SQLite keeps it. No cart lives to see the difference.
pub(crate) fn integer(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

pub(crate) fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}

/// JSON of one of the library's types.
pub(crate) fn to_json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// As [`to_json`]; nothing for what is as it is by default.
pub(crate) fn to_json_unless(empty: bool, value: &impl Serialize) -> rusqlite::Result<Option<String>> {
    if empty { Ok(None) } else { to_json(value).map(Some) }
}

/// Why a value was not understood. Holds nothing of the value itself.
pub(crate) type Reason = String;

/// The columns of a row, read in the order of the statement.
#[derive(Debug)]
pub(crate) struct Columns<'a, 's> {
    row: &'a Row<'s>,
    table: &'static str,
    cart: Option<CartId>,
    next: usize,
}

impl<'a, 's> Columns<'a, 's> {
    pub(crate) const fn of(table: &'static str, row: &'a Row<'s>) -> Self {
        Self { row, table, cart: None, next: 0 }
    }

    /// Says whose row it is, for what may be wrong with it.
    pub(crate) const fn of_cart(mut self, cart: CartId) -> Self {
        self.cart = Some(cart);
        self
    }

    /// Reads the next column.
    pub(crate) fn take<T>(
        &mut self,
        read: impl FnOnce(ValueRef<'a>) -> Result<T, Reason>,
    ) -> Result<T, Damage> {
        let column = self.next;
        self.next += 1;
        let value = self.row.get_ref(column).map_err(|error| self.damage(column, error))?;
        read(value).map_err(|reason| self.damage(column, reason))
    }

    /// Reads the next column, which is protected; none if there is nothing in it.
    pub(crate) fn take_protected<T, E: Display>(
        &mut self,
        seal: &Seal,
        field: Field,
        row: RowKey,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Refusal> {
        let column = self.next;
        let stored = self.take(Ok)?;
        if stored == ValueRef::Null {
            return Ok(None);
        }
        let text = seal.open(field, row, stored).map_err(|unread| self.unread(column, unread))?;
        Ok(Some(read(&text).map_err(|reason| self.damage(column, reason))?))
    }

    pub(crate) fn unread(&self, column: usize, unread: Unread) -> Refusal {
        match unread {
            Unread::Damaged(reason) => self.damage(column, reason).into(),
            Unread::KeyMissing(key) => Refusal::KeyMissing(key),
        }
    }

    /// Reads the next column, which says whose row it is.
    pub(crate) fn take_cart(&mut self) -> Result<CartId, Damage> {
        let cart = self.take(uuid).map(CartId::from_uuid)?;
        self.cart = Some(cart);
        Ok(cart)
    }

    /// Says what is wrong with the row as a whole.
    pub(crate) fn damaged(&self, what: &str) -> Damage {
        Damage { table: self.table, cart: self.cart, what: what.to_owned() }
    }

    fn damage(&self, column: usize, reason: impl Display) -> Damage {
        let name = self.row.as_ref().column_name(column).unwrap_or("?");
        Damage { table: self.table, cart: self.cart, what: format!("column {name}: {reason}") }
    }
}

pub(crate) fn int(value: ValueRef<'_>) -> Result<i64, Reason> {
    value.as_i64().map_err(|error| error.to_string())
}

pub(crate) fn text(value: ValueRef<'_>) -> Result<&str, Reason> {
    value.as_str().map_err(|_| "not text".to_owned())
}

pub(crate) fn blob(value: ValueRef<'_>) -> Result<&[u8], Reason> {
    value.as_blob().map_err(|_| "not bytes".to_owned())
}

pub(crate) fn bytes<const N: usize>(value: ValueRef<'_>) -> Result<[u8; N], Reason> {
    blob(value)?.try_into().map_err(|_| format!("not {N} bytes"))
}

pub(crate) fn flag(value: ValueRef<'_>) -> Result<bool, Reason> {
    int(value).map(|flag| flag != 0)
}

pub(crate) fn uuid(value: ValueRef<'_>) -> Result<Uuid, Reason> {
    bytes(value).map(Uuid::from_bytes)
}

pub(crate) fn count<T: TryFrom<i64>>(value: ValueRef<'_>) -> Result<T, Reason> {
    int(value)?.try_into().map_err(|_| "out of range".to_owned())
}

pub(crate) fn version(value: ValueRef<'_>) -> Result<Version, Reason> {
    to_version(int(value)?)
}

pub(crate) fn to_version(count: i64) -> Result<Version, Reason> {
    u64::try_from(count).ok().and_then(Version::new).ok_or_else(|| "not a version".to_owned())
}

pub(crate) fn time(value: ValueRef<'_>) -> Result<DateTime<Utc>, Reason> {
    to_time(int(value)?)
}

pub(crate) fn to_time(micros: i64) -> Result<DateTime<Utc>, Reason> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| "not a time".to_owned())
}

/// Text that a type of the library takes; the errors of such types do not repeat the text.
pub(crate) fn parsed<'a, T, E: Display>(
    parse: impl FnOnce(&'a str) -> Result<T, E>,
) -> impl FnOnce(ValueRef<'a>) -> Result<T, Reason> {
    |value| parse(text(value)?).map_err(|error| error.to_string())
}

pub(crate) fn json<T: DeserializeOwned>(value: ValueRef<'_>) -> Result<T, Reason> {
    from_json(text(value)?)
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Reason> {
    // serde's message may quote the value.
    serde_json::from_str(text).map_err(|error| format!("not as expected at byte {}", error.column()))
}

/// NULL for what is as it is by default.
pub(crate) fn json_or_default<T: DeserializeOwned + Default>(value: ValueRef<'_>) -> Result<T, Reason> {
    maybe(json)(value).map(Option::unwrap_or_default)
}

/// NULL for nothing.
pub(crate) fn maybe<'a, T>(
    read: impl FnOnce(ValueRef<'a>) -> Result<T, Reason>,
) -> impl FnOnce(ValueRef<'a>) -> Result<Option<T>, Reason> {
    |value| if value == ValueRef::Null { Ok(None) } else { read(value).map(Some) }
}
