//! Finding carts without loading them.

use cart_core::id::{CartId, ChannelId};
use cart_core::port::{CartSummary, PageRequest};
use cart_core::status::StatusName;
use cart_core::text::CartName;
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

use crate::error::{Damage, Refusal};
use crate::table::OwnerColumns;
use crate::table::carts;
use crate::table::columns::{Columns, Reason, count, integer, maybe, micros, parsed, text, time, version};

// The conditions repeat those of the partial indexes word for word, which is how SQLite sees that they apply.
pub(crate) const OPEN: &str = "SELECT id FROM carts
     WHERE channel = ?1 AND owner_kind = ?2 AND owner = ?3 AND company = ?4
       AND sole = 1 AND status IN ('active', 'checkout')";
pub(crate) const COUNT_OPEN: &str = "SELECT
     (SELECT count(*) FROM carts WHERE channel = ?1 AND owner_kind = ?2 AND owner = ?3 AND company = ?4
         AND sole = 0 AND status IN ('active', 'checkout')
         AND (status = 'checkout' OR expires_at IS NULL OR expires_at > ?5))
   + (SELECT count(*) FROM carts WHERE channel = ?1 AND owner_kind = ?2 AND owner = ?3 AND company = ?4
         AND sole = 1 AND status IN ('active', 'checkout')
         AND (status = 'checkout' OR expires_at IS NULL OR expires_at > ?5))";
pub(crate) const OF_OWNER: &str =
    "SELECT id, name, status, version, line_count, created_at, updated_at FROM carts
     WHERE channel = ?1 AND owner_kind = ?2 AND owner = ?3 AND company = ?4
     ORDER BY created_at DESC, id DESC LIMIT ?5";
/// Nothing comes after a place that is not there: comparing with it gives NULL.
pub(crate) const OF_OWNER_AFTER: &str =
    "SELECT id, name, status, version, line_count, created_at, updated_at FROM carts
     WHERE channel = ?1 AND owner_kind = ?2 AND owner = ?3 AND company = ?4
       AND (created_at, id) <
           (SELECT created_at, id FROM carts
            WHERE id = ?6 AND channel = ?1 AND owner_kind = ?2 AND owner = ?3 AND company = ?4)
     ORDER BY created_at DESC, id DESC LIMIT ?5";
pub(crate) const DUE: &str = "SELECT id FROM carts WHERE status = 'active' AND expires_at <= ?1
     ORDER BY expires_at, id LIMIT ?2";

pub(crate) fn open_cart(
    transaction: &Transaction<'_>,
    channel: &ChannelId,
    owner: &OwnerColumns,
) -> Result<Option<CartId>, Refusal> {
    let mut statement = transaction.prepare_cached(OPEN)?;
    let params = params![channel.as_str(), owner.kind, owner.owner, owner.company];
    let found = statement.query_row(params, |row| Ok(id(row))).optional()?;
    Ok(found.transpose()?)
}

/// The open carts of an owner, those apart whose lifetime has ended.
pub(crate) fn count_open(
    transaction: &Transaction<'_>,
    channel: &ChannelId,
    owner: &OwnerColumns,
    now: DateTime<Utc>,
) -> Result<usize, Refusal> {
    let mut statement = transaction.prepare_cached(COUNT_OPEN)?;
    let params = params![channel.as_str(), owner.kind, owner.owner, owner.company, micros(now)];
    let carts = statement.query_row(params, |row| Ok(Columns::of(carts::TABLE, row).take(count)))?;
    Ok(carts?)
}

/// Carts of an owner, newest first.
pub(crate) fn carts_of(
    transaction: &Transaction<'_>,
    channel: &ChannelId,
    owner: &OwnerColumns,
    page: PageRequest,
) -> Result<Vec<CartSummary>, Refusal> {
    let (channel, limit) = (channel.as_str(), integer(page.limit));
    let OwnerColumns { kind, owner, company } = owner;
    match page.after {
        None => all(transaction, OF_OWNER, params![channel, kind, owner, company, limit], summary),
        Some(after) => {
            let after = after.as_uuid().into_bytes();
            let params = params![channel, kind, owner, company, limit, after];
            all(transaction, OF_OWNER_AFTER, params, summary)
        }
    }
}

/// Active carts whose lifetime has ended, the longest ago first.
pub(crate) fn due(
    transaction: &Transaction<'_>,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<CartId>, Refusal> {
    all(transaction, DUE, params![micros(now), integer(limit)], id)
}

fn all<T>(
    transaction: &Transaction<'_>,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> Result<T, Damage>,
) -> Result<Vec<T>, Refusal> {
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

fn id(row: &Row<'_>) -> Result<CartId, Damage> {
    Columns::of(carts::TABLE, row).take_cart()
}

fn summary(row: &Row<'_>) -> Result<CartSummary, Damage> {
    let mut columns = Columns::of(carts::TABLE, row);
    Ok(CartSummary {
        id: columns.take_cart()?,
        name: columns.take(maybe(parsed(CartName::new)))?,
        status: columns.take(|value| status_name(text(value)?))?,
        version: columns.take(version)?,
        lines: columns.take(count)?,
        created_at: columns.take(time)?,
        updated_at: columns.take(time)?,
    })
}

fn status_name(text: &str) -> Result<StatusName, Reason> {
    let names = [StatusName::Active, StatusName::Checkout, StatusName::Completed, StatusName::Abandoned];
    names.into_iter().find(|name| name.as_str() == text).ok_or_else(|| "not a status".to_owned())
}
