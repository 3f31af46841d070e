//! The table of to whom carts are granted.

use std::sync::Arc;

use cart_core::actor::Owner;
use cart_core::cart::Cart;
use cart_core::id::{CartId, CompanyId, GrantId, UserId};
use cart_core::sharing::{Grant, PermissionGroupId};
use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, params};

use super::columns::{Columns, count, flag, int, json, micros, parsed, text, time, to_json, uuid};
use crate::error::{Damage, Refusal};

pub(crate) const TABLE: &str = "grants";

const INSERT: &str =
    "INSERT INTO grants (cart_id, grant_id, position, user, group_id, granted_at, granted_by,
         channel, company, is_open, created_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const SET_GROUP: &str = "UPDATE grants SET group_id = ?3 WHERE cart_id = ?1 AND grant_id = ?2";
const SET_PLACE: &str = "UPDATE grants SET company = ?2, is_open = ?3 WHERE cart_id = ?1";
const REMOVE: &str = "DELETE FROM grants WHERE cart_id = ?1 AND grant_id = ?2";
const CLEAR: &str = "DELETE FROM grants WHERE cart_id = ?1";
const OF_CART: &str = "SELECT grant_id, position, user, group_id, granted_at, granted_by,
         channel, company, is_open, created_at
     FROM grants WHERE cart_id = ?1";
const EXISTS: &str = "SELECT 1 FROM grants WHERE grant_id = ?1";

/// What a grant's row says of its cart, so that a user's carts are found in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CartPlace {
    channel: String,
    company: String,
    is_open: bool,
    created_at: DateTime<Utc>,
}

impl CartPlace {
    pub(crate) fn of(cart: &Cart) -> Self {
        let company = match cart.owner() {
            Owner::User { company, .. } => company.as_ref().map(CompanyId::as_str).unwrap_or_default(),
            Owner::Guest { .. } => "",
        };
        Self {
            channel: cart.channel().as_str().to_owned(),
            company: company.to_owned(),
            is_open: cart.status().is_open(),
            created_at: cart.created_at(),
        }
    }
}

/// A grant that is being added, and its place in the order.
#[derive(Debug)]
pub(crate) struct GrantRow {
    grant: Arc<Grant>,
    granted_by: String,
    position: i64,
}

impl GrantRow {
    pub(crate) fn of(grant: &Arc<Grant>, position: i64) -> rusqlite::Result<Self> {
        Ok(Self { grant: Arc::clone(grant), granted_by: to_json(&grant.granted_by)?, position })
    }

    pub(crate) fn id(&self) -> GrantId {
        self.grant.id
    }
}

/// Adds a grant.
pub(crate) fn insert(
    transaction: &Transaction<'_>,
    cart: CartId,
    place: &CartPlace,
    row: &GrantRow,
) -> rusqlite::Result<()> {
    let GrantRow { grant, granted_by, position } = row;
    transaction.prepare_cached(INSERT)?.execute(params![
        cart.as_uuid().as_bytes(),
        grant.id.as_uuid().as_bytes(),
        position,
        grant.user.as_str(),
        grant.group.0,
        micros(grant.granted_at),
        granted_by,
        place.channel,
        place.company,
        place.is_open,
        micros(place.created_at),
    ])?;
    Ok(())
}

/// Puts a grant into another group; answers how many such grants there were.
pub(crate) fn set_group(
    transaction: &Transaction<'_>,
    cart: CartId,
    grant: GrantId,
    group: PermissionGroupId,
) -> rusqlite::Result<usize> {
    let (cart, grant) = (cart.as_uuid(), grant.as_uuid());
    transaction.prepare_cached(SET_GROUP)?.execute(params![cart.as_bytes(), grant.as_bytes(), group.0])
}

/// Notes with all grants of a cart that it has another owner, or is open or not any more.
pub(crate) fn set_place(
    transaction: &Transaction<'_>,
    cart: CartId,
    place: &CartPlace,
) -> rusqlite::Result<()> {
    let cart = cart.as_uuid();
    let params = params![cart.as_bytes(), place.company, place.is_open];
    transaction.prepare_cached(SET_PLACE)?.execute(params).map(drop)
}

/// Removes a grant; answers how many such grants there were.
pub(crate) fn remove(transaction: &Transaction<'_>, cart: CartId, grant: GrantId) -> rusqlite::Result<usize> {
    let (cart, grant) = (cart.as_uuid(), grant.as_uuid());
    transaction.prepare_cached(REMOVE)?.execute([cart.as_bytes(), grant.as_bytes()])
}

/// Removes all grants of a cart.
pub(crate) fn clear(transaction: &Transaction<'_>, cart: CartId) -> rusqlite::Result<()> {
    transaction.prepare_cached(CLEAR)?.execute([cart.as_uuid().as_bytes()]).map(drop)
}

/// Whether any cart has a grant with this id.
pub(crate) fn exists(transaction: &Transaction<'_>, grant: GrantId) -> rusqlite::Result<bool> {
    transaction.prepare_cached(EXISTS)?.exists([grant.as_uuid().as_bytes()])
}

/// A grant as it is stored.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) position: i64,
    pub(crate) grant: Arc<Grant>,
    pub(crate) place: CartPlace,
}

/// The grants of a cart, in order.
pub(crate) fn of_cart(transaction: &Transaction<'_>, cart: CartId) -> Result<Vec<Stored>, Refusal> {
    let mut statement = transaction.prepare_cached(OF_CART)?;
    let mut rows = statement.query([cart.as_uuid().as_bytes()])?;
    let mut grants = Vec::new();
    while let Some(row) = rows.next()? {
        grants.push(read(row, cart)?);
    }
    grants.sort_by_key(|stored: &Stored| stored.position);
    Ok(grants)
}

fn read(row: &Row<'_>, cart: CartId) -> Result<Stored, Damage> {
    let mut columns = Columns::of(TABLE, row).of_cart(cart);
    let id = GrantId::from_uuid(columns.take(uuid)?);
    let position = columns.take(int)?;
    let user = columns.take(parsed(UserId::new))?;
    let group = PermissionGroupId(columns.take(count)?);
    let (granted_at, granted_by) = (columns.take(time)?, columns.take(json)?);
    let place = CartPlace {
        channel: columns.take(text)?.to_owned(),
        company: columns.take(text)?.to_owned(),
        is_open: columns.take(flag)?,
        created_at: columns.take(time)?,
    };
    let grant = Arc::new(Grant { id, user, group, granted_by, granted_at });
    Ok(Stored { position, grant, place })
}
