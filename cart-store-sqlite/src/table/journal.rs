//! The table of what happened.

use std::ops::ControlFlow;

use cart_core::actor::ActorRef;
use cart_core::id::CartId;
use cart_core::journal::{Entry, Fingerprint, KeyOrigin, Position, Positioned, Request, RequestKey};
use cart_core::version::Version;
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

use super::columns::{
    Columns, Reason, bytes, count, from_json, int, integer, maybe, micros, text, to_json, to_json_unless,
    to_time, to_version,
};
use crate::checksum::Checksum;
use crate::error::{Damage, Refusal};

pub(crate) const TABLE: &str = "journal";

/// All columns but the position, in the order in which they are read and written.
macro_rules! columns {
    () => {
        "cart_id, version, at, fingerprint, request_key, actor, events, reply, checksum"
    };
}

const INSERT: &str = concat!(
    "INSERT INTO journal (position, ",
    columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
);
const OF_CART: &str = concat!(
    "SELECT position, ",
    columns!(),
    " FROM journal WHERE cart_id = ?1 AND version > ?2 ORDER BY version LIMIT ?3"
);
pub(crate) const OF_VERSION: &str =
    concat!("SELECT position, ", columns!(), " FROM journal WHERE cart_id = ?1 AND version = ?2");
const AFTER: &str =
    concat!("SELECT position, ", columns!(), " FROM journal WHERE position > ?1 ORDER BY position LIMIT ?2");
pub(crate) const BY_CALLER: &str = concat!(
    "SELECT position, ",
    columns!(),
    " FROM journal WHERE cart_id = ?1 AND request_key = ?2 AND actor = ?3 AND fingerprint IS NOT NULL"
);
const BY_SERVICE: &str = concat!(
    "SELECT position, ",
    columns!(),
    " FROM journal WHERE cart_id = ?1 AND request_key = ?2 AND actor = ?3 AND fingerprint IS NULL
       ORDER BY version DESC LIMIT 1"
);
const REQUEST_EXISTS: &str = "SELECT 1 FROM journal
     WHERE cart_id = ?1 AND request_key = ?2 AND actor = ?3 AND fingerprint IS NOT NULL";

/// The columns of an entry that have to be made from it; made before the writer is asked, to keep its turn short.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    actor: String,
    events: String,
    reply: Option<String>,
    checksum: i64,
}

impl Written {
    pub(crate) fn of(entry: &Entry) -> rusqlite::Result<Self> {
        let (actor, events) = (to_json(&entry.actor)?, to_json(&entry.events)?);
        let reply = to_json_unless(entry.reply.is_empty(), &entry.reply)?;
        let summed = Summed {
            cart: entry.cart,
            version: integer(entry.version.get()),
            at: micros(entry.at),
            fingerprint: fingerprint(entry),
            key: entry.request.key.as_str(),
            actor: &actor,
            events: &events,
            reply: reply.as_deref(),
        };
        let checksum = summed.checksum();
        Ok(Self { actor, events, reply, checksum })
    }
}

/// What the checksum is over: the columns as they are stored.
struct Summed<'a> {
    cart: CartId,
    version: i64,
    at: i64,
    fingerprint: Option<[u8; 16]>,
    key: &'a str,
    actor: &'a str,
    events: &'a str,
    reply: Option<&'a str>,
}

impl Summed<'_> {
    fn checksum(&self) -> i64 {
        Checksum::default()
            .bytes(self.cart.as_uuid().as_bytes())
            .bytes(&self.version.to_be_bytes())
            .bytes(&self.at.to_be_bytes())
            .bytes(self.fingerprint.as_ref().map_or(&[], |bits| bits.as_slice()))
            .bytes(self.key.as_bytes())
            .bytes(self.actor.as_bytes())
            .bytes(self.events.as_bytes())
            .bytes(self.reply.unwrap_or_default().as_bytes())
            .finish()
    }

    fn entry(&self) -> Result<Entry, Reason> {
        let origin = match self.fingerprint {
            Some(bits) => KeyOrigin::Caller { fingerprint: Fingerprint::from_bytes(bits) },
            None => KeyOrigin::Service,
        };
        let key = RequestKey::new(self.key).map_err(|error| error.to_string())?;
        Ok(Entry {
            cart: self.cart,
            version: to_version(self.version)?,
            at: to_time(self.at)?,
            actor: from_json(self.actor)?,
            request: Request { key, origin },
            events: from_json(self.events)?,
            reply: self.reply.map(from_json).transpose()?.unwrap_or_default(),
        })
    }
}

fn fingerprint(entry: &Entry) -> Option<[u8; 16]> {
    match entry.request.origin {
        KeyOrigin::Caller { fingerprint } => Some(fingerprint.to_bytes()),
        KeyOrigin::Service => None,
    }
}

/// Adds an entry, at the end unless told where.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    position: Option<Position>,
    entry: &Entry,
    written: &Written,
) -> Result<(), Refusal> {
    transaction.prepare_cached(INSERT)?.execute(params![
        position.map(|position| integer(position.0)),
        entry.cart.as_uuid().as_bytes(),
        integer(entry.version.get()),
        micros(entry.at),
        fingerprint(entry),
        entry.request.key.as_str(),
        written.actor,
        written.events,
        written.reply,
        written.checksum,
    ])?;
    Ok(())
}

/// Whether the request of an entry, with a key of its caller's, was made before.
pub(crate) fn has_request(tx: &Transaction<'_>, entry: &Entry, written: &Written) -> rusqlite::Result<bool> {
    let (cart, key) = (entry.cart.as_uuid(), entry.request.key.as_str());
    let by_caller = fingerprint(entry).is_some();
    Ok(by_caller
        && tx.prepare_cached(REQUEST_EXISTS)?.exists(params![cart.as_bytes(), key, written.actor])?)
}

/// The entries of a cart with a higher version, at most so many.
pub(crate) fn of_cart(
    transaction: &Transaction<'_>,
    cart: CartId,
    after: Option<Version>,
    limit: usize,
) -> Result<Vec<Entry>, Refusal> {
    let mut entries = Vec::new();
    each_of_cart(transaction, cart, after, limit, |found| {
        entries.push(found?.entry);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(entries)
}

/// The entry of a cart that made this version of it.
pub(crate) fn of_version(
    transaction: &Transaction<'_>,
    cart: CartId,
    version: Version,
) -> Result<Option<Entry>, Refusal> {
    one(transaction, OF_VERSION, params![cart.as_uuid().as_bytes(), integer(version.get())])
}

/// What is to be done after an entry was shown.
pub(crate) type Shown = Result<ControlFlow<()>, Refusal>;

/// Shows the entries of a cart with a higher version, at most so many, one after the other. An entry that cannot
/// be read is shown as such.
pub(crate) fn each_of_cart(
    transaction: &Transaction<'_>,
    cart: CartId,
    after: Option<Version>,
    limit: usize,
    show: impl FnMut(Result<Positioned, Damage>) -> Shown,
) -> Result<(), Refusal> {
    let after = after.map_or(0, |after| integer(after.get()));
    each(transaction, OF_CART, params![cart.as_uuid().as_bytes(), after, integer(limit)], show)
}

/// The entries of all carts after a position, at most so many.
pub(crate) fn after(
    transaction: &Transaction<'_>,
    position: Position,
    limit: usize,
) -> Result<Vec<Positioned>, Refusal> {
    let mut entries = Vec::new();
    each_after(transaction, position, limit, |found| {
        entries.push(found?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(entries)
}

/// Shows the entries of all carts after a position, at most so many, one after the other.
pub(crate) fn each_after(
    transaction: &Transaction<'_>,
    position: Position,
    limit: usize,
    show: impl FnMut(Result<Positioned, Damage>) -> Shown,
) -> Result<(), Refusal> {
    each(transaction, AFTER, params![integer(position.0), integer(limit)], show)
}

fn each(
    transaction: &Transaction<'_>,
    sql: &str,
    params: impl Params,
    mut show: impl FnMut(Result<Positioned, Damage>) -> Shown,
) -> Result<(), Refusal> {
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        if show(read(row))?.is_break() {
            break;
        }
    }
    Ok(())
}

/// The entry that a request of an actor wrote to a cart. A key of a caller's is found by an index; one of the
/// service's, which is in none, by going through the cart's entries from the last.
pub(crate) fn find(
    transaction: &Transaction<'_>,
    cart: CartId,
    actor: &ActorRef,
    request: &Request,
) -> Result<Option<Entry>, Refusal> {
    let sql = match request.origin {
        KeyOrigin::Caller { .. } => BY_CALLER,
        KeyOrigin::Service => BY_SERVICE,
    };
    let (cart, actor) = (cart.as_uuid(), to_json(actor)?);
    let params = params![cart.as_bytes(), request.key.as_str(), actor];
    one(transaction, sql, params)
}

fn one(transaction: &Transaction<'_>, sql: &str, params: impl Params) -> Result<Option<Entry>, Refusal> {
    let found = transaction.prepare_cached(sql)?.query_row(params, |row| Ok(read(row)));
    Ok(found.optional()?.transpose()?.map(|found| found.entry))
}

fn read(row: &Row<'_>) -> Result<Positioned, Damage> {
    let mut columns = Columns::of(TABLE, row);
    let position = Position(columns.take(count)?);
    let summed = Summed {
        cart: columns.take_cart()?,
        version: columns.take(int)?,
        at: columns.take(int)?,
        fingerprint: columns.take(maybe(bytes))?,
        key: columns.take(text)?,
        actor: columns.take(text)?,
        events: columns.take(text)?,
        reply: columns.take(maybe(text))?,
    };
    if columns.take(int)? != summed.checksum() {
        return Err(columns.damaged("the checksum is another"));
    }
    let entry = summed.entry().map_err(|what| columns.damaged(&what))?;
    Ok(Positioned { position, entry })
}
