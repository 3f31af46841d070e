//! The table of how often links were opened.

use cart_core::id::LinkId;
use cart_core::port::Openings;
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::columns::{Columns, count, micros, time};
use crate::error::{Damage, Refusal};

pub(crate) const TABLE: &str = "link_openings";

/// Changes no row where the limit is reached.
const COUNT: &str = "INSERT INTO link_openings (link_id, openings, last_at) SELECT ?1, 1, ?2 WHERE ?3 > 0
     ON CONFLICT (link_id) DO UPDATE SET openings = openings + 1, last_at = max(last_at, ?2)
     WHERE openings < ?3";
const FIND: &str = "SELECT openings, last_at FROM link_openings WHERE link_id = ?1";

/// Counts one opening of a link, unless there were as many as there may be; answers whether it was counted.
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
