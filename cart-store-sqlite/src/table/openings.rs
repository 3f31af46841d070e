//! The table of how often links were opened.

use cart_core::id::{CartId, LinkId};
use cart_core::port::Openings;
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::columns::{Columns, count, micros, time};
use crate::error::{Damage, Refusal};

pub(crate) const TABLE: &str = "link_openings";

/// Changes no row where the limit is reached, or the link is not there.
const COUNT: &str = "INSERT INTO link_openings (link_id, openings, last_at)
     SELECT link_id, 1, ?2 FROM links WHERE link_id = ?1 AND ?3 > 0
     ON CONFLICT (link_id) DO UPDATE SET openings = openings + 1, last_at = max(last_at, ?2)
     WHERE openings < ?3";
const OF_CART: &str =
    "SELECT link_id, openings, last_at FROM links JOIN link_openings USING (link_id) WHERE cart_id = ?1";
const RESTORE: &str = "INSERT INTO link_openings (link_id, openings, last_at)
     SELECT link_id, ?2, ?3 FROM links WHERE link_id = ?1";
const FIND: &str = "SELECT openings, last_at FROM link_openings WHERE link_id = ?1";

/// Counts one opening of a link, unless there were as many as there may be or it is gone; answers whether it was counted.
pub(crate) fn open(
    transaction: &Transaction<'_>,
    link: LinkId,
    at: DateTime<Utc>,
    limit: Option<u32>,
) -> Result<bool, Refusal> {
    let limit = limit.map_or(i64::MAX, i64::from);
    let link = link.as_uuid();
    let params = params![link.as_bytes(), micros(at), limit];
    Ok(transaction.prepare_cached(COUNT)?.execute(params)? == 1)
}

/// How often a link was opened.
pub(crate) fn of(transaction: &Transaction<'_>, link: LinkId) -> Result<Openings, Refusal> {
    let mut statement = transaction.prepare_cached(FIND)?;
    let found = statement.query_row([link.as_uuid().as_bytes()], |row| Ok(read(row))).optional()?;
    Ok(found.transpose()?.unwrap_or_default())
}

fn read(row: &Row<'_>) -> Result<Openings, Damage> {
    let mut columns = Columns::of(TABLE, row);
    Ok(Openings { count: columns.take(count)?, last: Some(columns.take(time)?) })
}

/// How often the links of a cart were opened, as it is stored.
#[derive(Debug)]
pub(crate) struct Kept(Vec<(Vec<u8>, i64, i64)>);

/// Reads how often the links of a cart were opened, before they are written anew.
pub(crate) fn keep(transaction: &Transaction<'_>, cart: CartId) -> rusqlite::Result<Kept> {
    let mut statement = transaction.prepare_cached(OF_CART)?;
    let rows = statement.query_map([cart.as_uuid().as_bytes()], |row| row.try_into())?;
    rows.collect::<rusqlite::Result<_>>().map(Kept)
}

/// Puts it back for those links that are there again.
pub(crate) fn restore(transaction: &Transaction<'_>, Kept(kept): Kept) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(RESTORE)?;
    kept.into_iter().try_for_each(|opened| statement.execute(opened).map(drop))
}
