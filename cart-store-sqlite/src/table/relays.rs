//! The tables of how far relays have handed the journal on, and which carts they hold back.

use cart_core::id::CartId;
use cart_core::journal::Position;
use cart_core::port::{Checkpoint, HeldBack, Progress, RelayName};
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

use super::columns::{Columns, count, integer, maybe, micros, text, time, to_json, uuid, version};
use crate::error::{Damage, Refusal};

const RELAYS: &str = "relays";
pub(crate) const TABLE: &str = "relay_holds";

const CHECKPOINT: &str = "SELECT position, revision FROM relays WHERE name = ?1";
/// The first progress that is noted of a relay.
const BEGIN: &str =
    "INSERT INTO relays (name, position, revision) VALUES (?1, coalesce(?2, 0), 1) ON CONFLICT DO NOTHING";
/// Changes no row if progress was noted since.
const MOVE: &str = "UPDATE relays SET position = coalesce(?2, position), revision = revision + 1
     WHERE name = ?1 AND revision = ?3";
const RELEASE: &str = "DELETE FROM relay_holds WHERE relay = ?1 AND cart_id = ?2";
const HOLD: &str = "INSERT INTO relay_holds (relay, cart_id, from_version, to_version, tries, due_at, reason)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (relay, cart_id) DO UPDATE
     SET from_version = excluded.from_version, to_version = excluded.to_version, tries = excluded.tries,
         due_at = excluded.due_at, reason = excluded.reason";
pub(crate) const DUE: &str =
    "SELECT cart_id, from_version, to_version, tries, due_at, reason FROM relay_holds
     WHERE relay = ?1 AND due_at <= ?2 ORDER BY due_at, cart_id LIMIT ?3";
pub(crate) const PARKED: &str = "SELECT cart_id, from_version, to_version, tries, due_at, reason
     FROM relay_holds INDEXED BY parked_holds
     WHERE relay = ?1 AND due_at IS NULL AND cart_id > ?2 ORDER BY cart_id LIMIT ?3";
const MISPLACED: &str = "SELECT relay, relay_holds.cart_id FROM relay_holds JOIN relays ON name = relay
       WHERE NOT EXISTS (SELECT 1 FROM journal
           WHERE journal.cart_id = relay_holds.cart_id AND version = to_version
             AND journal.position <= relays.position)
     UNION ALL
     SELECT name, NULL FROM relays
       WHERE position > (SELECT coalesce(max(position), 0) FROM journal)";
const AMONG: &str = "SELECT cart_id, from_version, to_version, tries, due_at, reason
     FROM json_each(?2) CROSS JOIN relay_holds ON relay = ?1 AND cart_id = unhex(value)";

/// How far a relay has come.
pub(crate) fn checkpoint(transaction: &Transaction<'_>, relay: &RelayName) -> Result<Checkpoint, Refusal> {
    let mut statement = transaction.prepare_cached(CHECKPOINT)?;
    let found = statement.query_row([relay.as_str()], |row| Ok(read_checkpoint(row))).optional()?;
    Ok(found.transpose()?.unwrap_or_default())
}

fn read_checkpoint(row: &Row<'_>) -> Result<Checkpoint, Damage> {
    let mut columns = Columns::of(RELAYS, row);
    Ok(Checkpoint { position: Position(columns.take(count)?), revision: columns.take(count)? })
}

/// Notes what a relay has done, unless progress was noted since it was begun; answers whether it was noted.
pub(crate) fn note(
    transaction: &Transaction<'_>,
    relay: &RelayName,
    progress: &Progress,
) -> Result<bool, Refusal> {
    if !advance(transaction, relay, progress)? {
        return Ok(false);
    }
    for cart in &progress.release {
        let cart = cart.as_uuid();
        transaction.prepare_cached(RELEASE)?.execute(params![relay.as_str(), cart.as_bytes()])?;
    }
    progress.hold.iter().try_for_each(|held| hold(transaction, relay, held))?;
    Ok(true)
}

fn advance(transaction: &Transaction<'_>, relay: &RelayName, progress: &Progress) -> rusqlite::Result<bool> {
    let to = progress.to.map(|position| integer(position.0));
    let rows = match progress.since {
        0 => transaction.prepare_cached(BEGIN)?.execute(params![relay.as_str(), to])?,
        since => transaction.prepare_cached(MOVE)?.execute(params![relay.as_str(), to, integer(since)])?,
    };
    Ok(rows == 1)
}

fn hold(transaction: &Transaction<'_>, relay: &RelayName, held: &HeldBack) -> rusqlite::Result<()> {
    transaction.prepare_cached(HOLD)?.execute(params![
        relay.as_str(),
        held.cart.as_uuid().as_bytes(),
        integer(held.from.get()),
        integer(held.to.get()),
        held.tries,
        held.due_at.map(micros),
        held.reason,
    ])?;
    Ok(())
}

/// The carts that a relay holds back and that are due, the longest due first; at most so many.
pub(crate) fn held_due(
    transaction: &Transaction<'_>,
    relay: &RelayName,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<HeldBack>, Refusal> {
    all(transaction, DUE, params![relay.as_str(), micros(now), integer(limit)])
}

/// The carts that are parked, by rising id, after one of them; at most so many.
pub(crate) fn parked(
    transaction: &Transaction<'_>,
    relay: &RelayName,
    after: Option<CartId>,
    limit: usize,
) -> Result<Vec<HeldBack>, Refusal> {
    // Every id comes after no bytes.
    let after = after.map(|cart| cart.as_uuid().as_bytes().to_vec()).unwrap_or_default();
    all(transaction, PARKED, params![relay.as_str(), after, integer(limit)])
}

/// The carts of which a relay holds back entries that are not there, or to which it has not come; none is named if
/// the relay itself is beyond the end of the journal.
pub(crate) fn misplaced(transaction: &Transaction<'_>) -> Result<Vec<(String, Option<CartId>)>, Refusal> {
    let mut statement = transaction.prepare_cached(MISPLACED)?;
    let mut rows = statement.query([])?;
    let mut misplaced = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(TABLE, row);
        let relay = columns.take(text)?.to_owned();
        misplaced.push((relay, columns.take(maybe(uuid))?.map(CartId::from_uuid)));
    }
    Ok(misplaced)
}

/// Those of the carts that a relay holds back.
pub(crate) fn held_among(
    transaction: &Transaction<'_>,
    relay: &RelayName,
    carts: &[CartId],
) -> Result<Vec<HeldBack>, Refusal> {
    let ids: Vec<_> = carts.iter().map(|cart| cart.as_uuid().simple()).collect();
    all(transaction, AMONG, params![relay.as_str(), to_json(&ids)?])
}

fn all(transaction: &Transaction<'_>, sql: &str, params: impl Params) -> Result<Vec<HeldBack>, Refusal> {
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut held = Vec::new();
    while let Some(row) = rows.next()? {
        held.push(read(row)?);
    }
    Ok(held)
}

fn read(row: &Row<'_>) -> Result<HeldBack, Damage> {
    let mut columns = Columns::of(TABLE, row);
    Ok(HeldBack {
        cart: columns.take_cart()?,
        from: columns.take(version)?,
        to: columns.take(version)?,
        tries: columns.take(count)?,
        due_at: columns.take(maybe(time))?,
        reason: columns.take(text)?.to_owned(),
    })
}
