//! The table of what happened.

use std::ops::ControlFlow;

use cart_core::actor::ActorRef;
use cart_core::id::CartId;
use cart_core::journal::{Entry, Fingerprint, KeyOrigin, Position, Positioned, Request, RequestKey};
use cart_core::version::Version;
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

use super::columns::{
    Columns, Reason, blob, count, from_json, int, integer, json, maybe, micros, parsed, text, time, to_json,
    to_json_unless, version,
};
use crate::checksum::Checksum;
use crate::error::{Damage, Refusal};
use crate::seal::{RowKey, Seal, Value, field};

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
const REWRITE: &str =
    "UPDATE journal SET fingerprint = ?3, actor = ?4, events = ?5, reply = ?6, checksum = ?7
     WHERE cart_id = ?1 AND version = ?2";
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
    " FROM journal WHERE position =
         (SELECT position FROM requests WHERE cart_id = ?1 AND request_key = ?2 AND actor = ?3)"
);
const BY_SERVICE: &str = concat!(
    "SELECT position, ",
    columns!(),
    " FROM journal WHERE cart_id = ?1 AND request_key = ?2 AND actor = ?3 AND fingerprint IS NULL
       ORDER BY version DESC LIMIT 1"
);
const REQUEST_EXISTS: &str = "SELECT 1 FROM requests WHERE cart_id = ?1 AND request_key = ?2 AND actor = ?3";
const FORGET_REQUEST: &str = "DELETE FROM requests WHERE cart_id = ?1 AND request_key = ?2 AND actor = ?3";

/// The columns of an entry that have to be made from it; made before the writer is asked, to keep its turn short.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    fingerprint: Option<Vec<u8>>,
    actor: String,
    events: Value,
    reply: Option<Value>,
    checksum: i64,
}

impl Written {
    pub(crate) fn of(seal: &Seal, entry: &Entry) -> rusqlite::Result<Self> {
        let row = RowKey::entry(entry.cart, entry.version);
        let (actor, events) = (to_json(&entry.actor)?, to_json(&entry.events)?);
        let reply = to_json_unless(entry.reply.is_empty(), &entry.reply)?;
        let seal_bits = |bits: [u8; 16]| seal.close_bytes(field::ENTRY_FINGERPRINT, row, &bits);
        let mut written = Self {
            fingerprint: fingerprint(entry).map(seal_bits),
            actor,
            events: seal.close(field::ENTRY_EVENTS, row, events),
            reply: seal.close_some(field::ENTRY_REPLY, row, reply),
            checksum: 0,
        };
        written.checksum = written.summed(entry).checksum();
        Ok(written)
    }

    fn summed<'a>(&'a self, entry: &'a Entry) -> Summed<'a> {
        Summed {
            cart: entry.cart,
            version: integer(entry.version.get()),
            at: micros(entry.at),
            fingerprint: self.fingerprint.as_deref(),
            key: entry.request.key.as_str(),
            actor: &self.actor,
            events: self.events.as_bytes(),
            reply: self.reply.as_ref().map(Value::as_bytes),
        }
    }
}

/// What the checksum is over: the columns as they are stored, so that it tells nothing of what is sealed.
struct Summed<'a> {
    cart: CartId,
    version: i64,
    at: i64,
    fingerprint: Option<&'a [u8]>,
    key: &'a str,
    actor: &'a str,
    events: &'a [u8],
    reply: Option<&'a [u8]>,
}

impl Summed<'_> {
    fn checksum(&self) -> i64 {
        Checksum::default()
            .bytes(self.cart.as_uuid().as_bytes())
            .bytes(&self.version.to_be_bytes())
            .bytes(&self.at.to_be_bytes())
            .bytes(self.fingerprint.unwrap_or_default())
            .bytes(self.key.as_bytes())
            .bytes(self.actor.as_bytes())
            .bytes(self.events)
            .bytes(self.reply.unwrap_or_default())
            .finish()
    }
}

fn fingerprint(entry: &Entry) -> Option<[u8; 16]> {
    match entry.request.origin {
        KeyOrigin::Caller { fingerprint } => Some(fingerprint.to_bytes()),
        KeyOrigin::Service => None,
    }
}

/// Adds an entry, at the end unless told where. With the key of a caller's, it is the entry of that request from now on.
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
        written.fingerprint,
        entry.request.key.as_str(),
        written.actor,
        written.events,
        written.reply,
        written.checksum,
    ])?;
    Ok(())
}

/// Writes anew what is in an entry besides its place and its request's key.
pub(crate) fn rewrite(
    transaction: &Transaction<'_>,
    cart: CartId,
    version: Version,
    written: &Written,
) -> Result<(), Refusal> {
    let rows = transaction.prepare_cached(REWRITE)?.execute(params![
        cart.as_uuid().as_bytes(),
        integer(version.get()),
        written.fingerprint,
        written.actor,
        written.events,
        written.reply,
        written.checksum,
    ])?;
    match rows {
        1 => Ok(()),
        _ => Err(Damage::new(TABLE, cart, format!("there is no version {version}")).into()),
    }
}

/// Whether the request of an entry, with a key of its caller's, was made before.
pub(crate) fn has_request(tx: &Transaction<'_>, entry: &Entry, written: &Written) -> rusqlite::Result<bool> {
    let (cart, key) = (entry.cart.as_uuid(), entry.request.key.as_str());
    let by_caller = fingerprint(entry).is_some();
    Ok(by_caller
        && tx.prepare_cached(REQUEST_EXISTS)?.exists(params![cart.as_bytes(), key, written.actor])?)
}

/// Forgets the request of an entry, as it must have been before that was made again.
pub(crate) fn forget_request(
    transaction: &Transaction<'_>,
    entry: &Entry,
    written: &Written,
) -> rusqlite::Result<()> {
    let (cart, key) = (entry.cart.as_uuid(), entry.request.key.as_str());
    if fingerprint(entry).is_some() {
        let params = params![cart.as_bytes(), key, written.actor];
        transaction.prepare_cached(FORGET_REQUEST)?.execute(params)?;
    }
    Ok(())
}

/// The entries of a cart with a higher version, at most so many.
pub(crate) fn of_cart(
    transaction: &Transaction<'_>,
    seal: &Seal,
    cart: CartId,
    after: Option<Version>,
    limit: usize,
) -> Result<Vec<Entry>, Refusal> {
    let mut entries = Vec::new();
    each_of_cart(transaction, seal, cart, after, limit, |found| {
        entries.push(found?.entry);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(entries)
}

/// The entry of a cart that made this version of it.
pub(crate) fn of_version(
    transaction: &Transaction<'_>,
    seal: &Seal,
    cart: CartId,
    version: Version,
) -> Result<Option<Entry>, Refusal> {
    one(transaction, seal, OF_VERSION, params![cart.as_uuid().as_bytes(), integer(version.get())])
}

/// What is to be done after an entry was shown.
pub(crate) type Shown = Result<ControlFlow<()>, Refusal>;

/// Shows the entries of a cart with a higher version, at most so many, one after the other. An entry that cannot
/// be read is shown as such.
pub(crate) fn each_of_cart(
    transaction: &Transaction<'_>,
    seal: &Seal,
    cart: CartId,
    after: Option<Version>,
    limit: usize,
    show: impl FnMut(Result<Positioned, Refusal>) -> Shown,
) -> Result<(), Refusal> {
    let after = after.map_or(0, |after| integer(after.get()));
    each(transaction, seal, OF_CART, params![cart.as_uuid().as_bytes(), after, integer(limit)], show)
}

/// The entries of all carts after a position, at most so many.
pub(crate) fn after(
    transaction: &Transaction<'_>,
    seal: &Seal,
    position: Position,
    limit: usize,
) -> Result<Vec<Positioned>, Refusal> {
    let mut entries = Vec::new();
    each_after(transaction, seal, position, limit, |found| {
        entries.push(found?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(entries)
}

/// Shows the entries of all carts after a position, at most so many, one after the other.
pub(crate) fn each_after(
    transaction: &Transaction<'_>,
    seal: &Seal,
    position: Position,
    limit: usize,
    show: impl FnMut(Result<Positioned, Refusal>) -> Shown,
) -> Result<(), Refusal> {
    each(transaction, seal, AFTER, params![integer(position.0), integer(limit)], show)
}

fn each(
    transaction: &Transaction<'_>,
    seal: &Seal,
    sql: &str,
    params: impl Params,
    mut show: impl FnMut(Result<Positioned, Refusal>) -> Shown,
) -> Result<(), Refusal> {
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        if show(read(seal, row))?.is_break() {
            break;
        }
    }
    Ok(())
}

/// The entry that a request of an actor wrote to a cart. A key of a caller's is looked up; one of the
/// service's is found by going through the cart's entries from the last.
pub(crate) fn find(
    transaction: &Transaction<'_>,
    seal: &Seal,
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
    one(transaction, seal, sql, params)
}

fn one(
    transaction: &Transaction<'_>,
    seal: &Seal,
    sql: &str,
    params: impl Params,
) -> Result<Option<Entry>, Refusal> {
    let found = transaction.prepare_cached(sql)?.query_row(params, |row| Ok(read(seal, row)));
    Ok(found.optional()?.transpose()?.map(|found| found.entry))
}

fn read(seal: &Seal, row: &Row<'_>) -> Result<Positioned, Refusal> {
    let mut columns = Columns::of(TABLE, row);
    let position = Position(columns.take(count)?);
    let summed = Summed {
        cart: columns.take_cart()?,
        version: columns.take(int)?,
        at: columns.take(int)?,
        fingerprint: columns.take(maybe(blob))?,
        key: columns.take(text)?,
        actor: columns.take(text)?,
        events: columns.take(text_or_blob)?,
        reply: columns.take(maybe(text_or_blob))?,
    };
    if columns.take(int)? != summed.checksum() {
        return Err(columns.damaged("the checksum is another").into());
    }
    read_entry(seal, row).map(|entry| Positioned { position, entry })
}

/// The entry of a row whose checksum is right.
fn read_entry(seal: &Seal, row: &Row<'_>) -> Result<Entry, Refusal> {
    let mut columns = Columns::of(TABLE, row);
    columns.take(int)?;
    let (cart, version, at) = (columns.take_cart()?, columns.take(version)?, columns.take(time)?);
    let key = RowKey::entry(cart, version);
    let origin = match columns.take(maybe(blob))? {
        Some(stored) => KeyOrigin::Caller { fingerprint: read_fingerprint(seal, &columns, key, stored)? },
        None => KeyOrigin::Service,
    };
    let request = Request { key: columns.take(parsed(RequestKey::new))?, origin };
    let actor = columns.take(json)?;
    let events = columns.take_protected(seal, field::ENTRY_EVENTS, key, from_json)?;
    let events = events.ok_or_else(|| columns.damaged("there are no events"))?;
    let reply = columns.take_protected(seal, field::ENTRY_REPLY, key, from_json)?.unwrap_or_default();
    Ok(Entry { cart, version, at, actor, request, events, reply })
}

fn read_fingerprint(
    seal: &Seal,
    columns: &Columns<'_, '_>,
    row: RowKey,
    stored: &[u8],
) -> Result<Fingerprint, Refusal> {
    if let Ok(bits) = stored.try_into() {
        return Ok(Fingerprint::from_bytes(bits));
    }
    let opened = seal.unseal(field::ENTRY_FINGERPRINT, row, stored);
    let opened = opened.map_err(|unread| columns.unread(4, unread))?;
    let bits = opened.try_into().map_err(|_| columns.damaged("the fingerprint is not 16 bytes"))?;
    Ok(Fingerprint::from_bytes(bits))
}

fn text_or_blob(value: ValueRef<'_>) -> Result<&[u8], Reason> {
    value.as_bytes().map_err(|_| "neither text nor sealed".to_owned())
}
