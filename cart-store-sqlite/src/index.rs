//! Finding carts without loading them.

use cart_core::id::{CartId, ChannelId, CompanyId, GrantId, UserId};
use cart_core::port::{CartSummary, GrantedCart, PageRequest};
use cart_core::sharing::{LinkDigest, PermissionGroupId};
use cart_core::status::StatusName;
use cart_core::text::CartName;
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

use crate::error::Refusal;
use crate::seal::{RowKey, Seal, field};
use crate::table::columns::{Columns, Reason, count, integer, micros, text, time, uuid, version};
use crate::table::{OwnerColumns, carts, grants, read_owner};

// The conditions repeat those of the partial indexes word for word, which is how SQLite sees that they apply.
pub(crate) const OPEN: &str = "SELECT id FROM carts
     WHERE channel = ?1 AND owner_kind = ?2 AND owner = ?3 AND company = ?4
       AND sole = 1 AND status IN ('active', 'checkout')";
pub(crate) const COUNT_OPEN: &str = "SELECT
     (SELECT count(*) FROM carts WHERE channel = ?1 AND owner_kind = ?2 AND owner = ?3 AND company = ?4
         AND sole = 0 AND status IN ('active', 'checkout')
         AND (status = 'checkout' OR checkouts > 0 OR expires_at IS NULL OR expires_at > ?5))
   + (SELECT count(*) FROM carts WHERE channel = ?1 AND owner_kind = ?2 AND owner = ?3 AND company = ?4
         AND sole = 1 AND status IN ('active', 'checkout')
         AND (status = 'checkout' OR checkouts > 0 OR expires_at IS NULL OR expires_at > ?5))";
pub(crate) const OF_OWNER: &str =
    "SELECT id, name, status, version, line_count, created_at, updated_at FROM carts
     WHERE channel = ?1 AND owner_kind = ?2 AND owner = ?3 AND company = ?4
     ORDER BY created_at DESC, id DESC LIMIT ?5";
/// Nothing comes after a place that is not there: comparing with it gives NULL.
pub(crate) const OF_OWNER_AFTER: &str =
    "SELECT id, name, status, version, line_count, created_at, updated_at FROM carts
     WHERE channel = ?1 AND owner_kind = ?2 AND owner = ?3 AND company = ?4
       AND (created_at, id) < (SELECT created_at, id FROM carts WHERE id = ?6)
     ORDER BY created_at DESC, id DESC LIMIT ?5";
/// Carts by rising place in the index of grants, which is that of their carts; read from its end.
macro_rules! granted {
    ($after:literal) => {
        concat!(
            "SELECT carts.id, name, status, version, line_count, carts.created_at, updated_at,
                 owner_kind, owner, carts.company, grant_id, group_id
             FROM grants CROSS JOIN carts ON carts.id = cart_id
             WHERE grants.channel = ?1 AND grants.company = ?2 AND user = ?3 AND is_open = 1
               AND (status = 'checkout' OR checkouts > 0 OR expires_at IS NULL OR expires_at > ?4)",
            $after,
            " ORDER BY grants.created_at DESC, cart_id DESC LIMIT ?5"
        )
    };
}

pub(crate) const GRANTED: &str = granted!("");
/// Nothing comes after a place that is not there: comparing with it gives NULL.
pub(crate) const GRANTED_AFTER: &str =
    granted!(" AND (grants.created_at, cart_id) < (SELECT created_at, id FROM carts WHERE id = ?6)");
pub(crate) const WITH_GRANT: &str = "SELECT cart_id FROM grants WHERE grant_id = ?1";
pub(crate) const WITH_LINK: &str = "SELECT cart_id FROM links WHERE token = ?1";
pub(crate) const DUE: &str =
    "SELECT id FROM carts WHERE status = 'active' AND checkouts = 0 AND expires_at <= ?1
     ORDER BY expires_at, id LIMIT ?2";

pub(crate) fn open_cart(
    transaction: &Transaction<'_>,
    channel: &ChannelId,
    owner: &OwnerColumns,
) -> Result<Option<CartId>, Refusal> {
    one(transaction, OPEN, params![channel.as_str(), owner.kind, owner.owner, owner.company])
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
    seal: &Seal,
    channel: &ChannelId,
    owner: &OwnerColumns,
    page: PageRequest,
) -> Result<Vec<CartSummary>, Refusal> {
    let (channel, limit) = (channel.as_str(), integer(page.limit));
    let OwnerColumns { kind, owner, company } = owner;
    match page.after {
        None => all(transaction, OF_OWNER, params![channel, kind, owner, company, limit], summary(seal)),
        Some(after) => {
            let after = after.as_uuid().into_bytes();
            let params = params![channel, kind, owner, company, limit, after];
            all(transaction, OF_OWNER_AFTER, params, summary(seal))
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

/// Open carts that are granted to a user acting for a company, newest first.
pub(crate) fn carts_granted_to(
    transaction: &Transaction<'_>,
    seal: &Seal,
    to: &Grantee,
    now: DateTime<Utc>,
    page: PageRequest,
) -> Result<Vec<GrantedCart>, Refusal> {
    let (channel, company, user) = (to.channel.as_str(), to.company.as_str(), to.user.as_str());
    let (now, limit) = (micros(now), integer(page.limit));
    match page.after {
        None => all(transaction, GRANTED, params![channel, company, user, now, limit], granted(seal)),
        Some(after) => {
            let after = after.as_uuid().into_bytes();
            let params = params![channel, company, user, now, limit, after];
            all(transaction, GRANTED_AFTER, params, granted(seal))
        }
    }
}

/// To whom carts are granted, and where.
#[derive(Clone, Debug)]
pub(crate) struct Grantee {
    pub(crate) channel: ChannelId,
    pub(crate) company: CompanyId,
    pub(crate) user: UserId,
}

/// The cart that has a grant.
pub(crate) fn cart_with_grant(
    transaction: &Transaction<'_>,
    grant: GrantId,
) -> Result<Option<CartId>, Refusal> {
    one(transaction, WITH_GRANT, params![grant.as_uuid().as_bytes()])
}

/// The cart that has a link with this token.
pub(crate) fn cart_with_link(
    transaction: &Transaction<'_>,
    token: LinkDigest,
) -> Result<Option<CartId>, Refusal> {
    one(transaction, WITH_LINK, params![token.to_bytes()])
}

fn one(transaction: &Transaction<'_>, sql: &str, params: impl Params) -> Result<Option<CartId>, Refusal> {
    let mut statement = transaction.prepare_cached(sql)?;
    statement.query_row(params, |row| Ok(id(row))).optional()?.transpose()
}

fn all<T>(
    transaction: &Transaction<'_>,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

fn id(row: &Row<'_>) -> Result<CartId, Refusal> {
    Ok(Columns::of(carts::TABLE, row).take_cart()?)
}

fn summary(seal: &Seal) -> impl Fn(&Row<'_>) -> Result<CartSummary, Refusal> {
    |row| read_summary(seal, &mut Columns::of(carts::TABLE, row))
}

fn granted(seal: &Seal) -> impl Fn(&Row<'_>) -> Result<GrantedCart, Refusal> {
    |row| {
        let mut columns = Columns::of(grants::TABLE, row);
        let cart = read_summary(seal, &mut columns)?;
        let owner = read_owner(&mut columns)?;
        let grant = GrantId::from_uuid(columns.take(uuid)?);
        Ok(GrantedCart { cart, owner, grant, group: PermissionGroupId(columns.take(count)?) })
    }
}

fn read_summary(seal: &Seal, columns: &mut Columns<'_, '_>) -> Result<CartSummary, Refusal> {
    let id = columns.take_cart()?;
    Ok(CartSummary {
        id,
        name: columns.take_protected(seal, field::CART_NAME, RowKey::of(id), |text| CartName::new(text))?,
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
