//! The tables of how far relays have handed the journal on, and which carts they hold back.

use cart_core::id::CartId;
use cart_core::journal::Position;
use cart_core::port::{HeldBack, Progress, RelayName};
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

use super::columns::{Columns, count, integer, maybe, micros, text, time, to_json, version};
use crate::error::{Damage, Refusal};

const RELAYS: &str = "relays";
pub(crate) const TABLE: &str = "relay_holds";

const POSITION: &str = "SELECT position FROM relays WHERE name = ?1";
const MOVE: &str = "INSERT INTO relays (name, position) VALUES (?1, coalesce(?2, 0))
     ON CONFLICT (name) DO UPDATE SET position = coalesce(?2, position)";
const RELEASE: &str = "DELETE FROM relay_holds WHERE relay = ?1 AND cart_id = ?2";
const HOLD: &str = "INSERT INTO relay_holds (relay, cart_id, from_version, tries, due_at, reason)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (relay, cart_id) DO UPDATE
     SET from_version = excluded.from_version, tries = excluded.tries, due_at = excluded.due_at,
         reason = excluded.reason";
pub(crate) const HELD: &str = "SELECT cart_id, from_version, tries, due_at, reason FROM relay_holds
     WHERE relay = ?1 ORDER BY due_at IS NULL, due_at, cart_id LIMIT ?2";
pub(crate) const HELD_AMONG: &str = "SELECT cart_id, from_version, tries, due_at, reason
     FROM json_each(?2) CROSS JOIN relay_holds ON relay = ?1 AND cart_id = unhex(value)";

/// Up to where a relay has come.
pub(crate) fn position(transaction: &Transaction<'_>, relay: &RelayName) -> Result<Position, Refusal> {
    let mut statement = transaction.prepare_cached(POSITION)?;
    let read = |row: &Row<'_>| Ok(Columns::of(RELAYS, row).take(count));
    let found = statement.query_row([relay.as_str()], read).optional()?;
    Ok(found.transpose()?.map(Position).unwrap_or_default())
}

/// Notes what a relay has done.
pub(crate) fn note(
    transaction: &Transaction<'_>,
    relay: &RelayName,
    progress: &Progress,
) -> Result<(), Refusal> {
    let to = progress.to.map(|position| integer(position.0));
    transaction.prepare_cached(MOVE)?.execute(params![relay.as_str(), to])?;
    for cart in &progress.release {
        let cart = cart.as_uuid();
        transaction.prepare_cached(RELEASE)?.execute(params![relay.as_str(), cart.as_bytes()])?;
    }
    progress.hold.iter().try_for_each(|held| hold(transaction, relay, held).map_err(Refusal::from))
}

fn hold(transaction: &Transaction<'_>, relay: &RelayName, held: &HeldBack) -> rusqlite::Result<()> {
    transaction.prepare_cached(HOLD)?.execute(params![
        relay.as_str(),
        held.cart.as_uuid().as_bytes(),
        integer(held.from.get()),
        held.tries,
        held.due_at.map(micros),
        held.reason,
    ])?;
    Ok(())
}

/// The carts that a relay holds back, what is due first before others and parked ones last; at most so many.
pub(crate) fn held(
    transaction: &Transaction<'_>,
    relay: &RelayName,
    limit: usize,
) -> Result<Vec<HeldBack>, Refusal> {
    all(transaction, HELD, params![relay.as_str(), integer(limit)])
}

/// Those of the carts that a relay holds back.
pub(crate) fn held_among(
    transaction: &Transaction<'_>,
    relay: &RelayName,
    carts: &[CartId],
) -> Result<Vec<HeldBack>, Refusal> {
    let ids: Vec<_> = carts.iter().map(|cart| cart.as_uuid().simple()).collect();
    all(transaction, HELD_AMONG, params![relay.as_str(), to_json(&ids)?])
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
        tries: columns.take(count)?,
        due_at: columns.take(maybe(time))?,
        reason: columns.take(text)?.to_owned(),
    })
}
