//! Sealing with the current key what is sealed with another one, or not at all.

use cart_core::id::CartId;
use cart_core::version::Version;
use rusqlite::types::ValueRef;
use rusqlite::{Row, Transaction, params};
use uuid::Uuid;

use crate::error::{Damage, Refusal};
use crate::seal::{Field, RowKey, Seal, field};
use crate::table::columns::{Columns, uuid, version};
use crate::table::journal::{self, Written};
use crate::table::{carts, rewriting};

/// What one call of [`SqliteStore::reseal`](crate::SqliteStore::reseal) did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Resealed {
    /// In how many carts something was sealed anew.
    pub carts: usize,
    /// After which cart to go on; none once all carts have been gone through.
    pub next: Option<CartId>,
}

/// A protected column, the journal's apart.
struct Column {
    table: &'static str,
    field: Field,
    /// Selects the key of each row of a cart within its cart, and the value.
    select: &'static str,
    update: &'static str,
}

macro_rules! column {
    ($table:literal, $cart:literal, $key:literal, $column:literal, $field:expr) => {
        Column {
            table: $table,
            field: $field,
            select: concat!("SELECT ", $key, ", ", $column, " FROM ", $table, " WHERE ", $cart, " = ?1"),
            update: concat!(
                "UPDATE ",
                $table,
                " SET ",
                $column,
                " = ?3 WHERE ",
                $cart,
                " = ?1 AND ",
                $key,
                " = ?2"
            ),
        }
    };
}

const COLUMNS: &[Column] = &[
    column!("carts", "id", "id", "address", field::CART_ADDRESS),
    column!("carts", "id", "id", "coupons", field::CART_COUPONS),
    column!("carts", "id", "id", "name", field::CART_NAME),
    column!("carts", "id", "id", "note", field::CART_NOTE),
    column!("carts", "id", "id", "metadata", field::CART_METADATA),
    column!("lines", "cart_id", "line_id", "distinct_metadata", field::LINE_DISTINCT),
    column!("lines", "cart_id", "line_id", "note", field::LINE_NOTE),
    column!("lines", "cart_id", "line_id", "metadata", field::LINE_METADATA),
    column!("links", "cart_id", "link_id", "label", field::LINK_LABEL),
    column!("suggestions", "cart_id", "suggestion_id", "name", field::SUGGESTION_NAME),
    column!("suggestions", "cart_id", "suggestion_id", "comment", field::SUGGESTION_COMMENT),
];

const ENTRIES: &str =
    "SELECT cart_id, version, fingerprint, events, reply FROM journal WHERE cart_id = ?1 ORDER BY version";

/// Some of the carts, by rising id: those that have something to seal, and after which to go on.
#[derive(Debug, Default)]
pub(crate) struct Due {
    pub(crate) carts: Vec<CartId>,
    pub(crate) next: Option<CartId>,
}

/// Looks at so many carts after another one.
pub(crate) fn due(
    transaction: &Transaction<'_>,
    seal: &Seal,
    after: Option<CartId>,
    limit: usize,
) -> Result<Due, Refusal> {
    let mut due = Due { carts: Vec::new(), next: after };
    let mut after = after.map(|cart| cart.as_uuid().as_bytes().to_vec()).unwrap_or_default();
    for _ in 0..limit {
        let Some((key, cart)) = carts::next(transaction, &after)? else {
            due.next = None;
            return Ok(due);
        };
        let cart = cart?;
        (after, due.next) = (key, Some(cart));
        if !is_current(transaction, seal, cart)? {
            due.carts.push(cart);
        }
    }
    Ok(due)
}

fn is_current(transaction: &Transaction<'_>, seal: &Seal, cart: CartId) -> Result<bool, Refusal> {
    for column in COLUMNS {
        if !stale_rows(transaction, seal, cart, column)?.is_empty() {
            return Ok(false);
        }
    }
    Ok(stale_entries(transaction, seal, cart)?.is_empty())
}

/// Seals everything of a cart with the current key that is not; answers whether there was something.
pub(crate) fn cart(transaction: &Transaction<'_>, seal: &Seal, cart: CartId) -> Result<bool, Refusal> {
    let (cart_id, mut is_stale) = (cart.as_uuid(), false);
    for column in COLUMNS {
        let stale = stale_rows(transaction, seal, cart, column)?;
        is_stale |= !stale.is_empty();
        for (id, text) in stale {
            let value = seal.close(column.field, row_key(column, cart, id), text);
            let params = params![cart_id.as_bytes(), id.as_bytes(), value];
            transaction.prepare_cached(column.update)?.execute(params)?;
        }
    }
    let entries = stale_entries(transaction, seal, cart)?;
    is_stale |= !entries.is_empty();
    if is_stale {
        rewriting::within(transaction, cart, || {
            entries.into_iter().try_for_each(|version| entry(transaction, seal, cart, version))
        })?;
    }
    Ok(is_stale)
}

fn entry(transaction: &Transaction<'_>, seal: &Seal, cart: CartId, version: Version) -> Result<(), Refusal> {
    let found = journal::of_version(transaction, seal, cart, version)?;
    let entry = found.ok_or_else(|| Damage::new(journal::TABLE, cart, "an entry is missing"))?;
    journal::rewrite(transaction, cart, version, &Written::of(seal, &entry)?)
}

/// The cart's own row has no key within its cart.
fn row_key(column: &Column, cart: CartId, id: Uuid) -> RowKey {
    if column.table == carts::TABLE { RowKey::of(cart) } else { RowKey::part(cart, id) }
}

/// The rows of a cart whose value is not sealed with the current key, with what it says.
fn stale_rows(
    transaction: &Transaction<'_>,
    seal: &Seal,
    cart: CartId,
    column: &Column,
) -> Result<Vec<(Uuid, String)>, Refusal> {
    let mut statement = transaction.prepare_cached(column.select)?;
    let mut rows = statement.query([cart.as_uuid().as_bytes()])?;
    let mut stale = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(column.table, row).of_cart(cart);
        let (id, stored) = (columns.take(uuid)?, columns.take(Ok)?);
        if !seal.is_current(stored) {
            let opened = seal.open(column.field, row_key(column, cart, id), stored);
            stale.push((id, opened.map_err(|unread| columns.unread(1, unread))?.into_owned()));
        }
    }
    Ok(stale)
}

/// The versions of a cart whose entries are not sealed with the current key.
fn stale_entries(transaction: &Transaction<'_>, seal: &Seal, cart: CartId) -> Result<Vec<Version>, Refusal> {
    let mut statement = transaction.prepare_cached(ENTRIES)?;
    let mut rows = statement.query([cart.as_uuid().as_bytes()])?;
    let mut stale = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(journal::TABLE, row);
        columns.take_cart()?;
        let version = columns.take(version)?;
        if !are_current(seal, row)? {
            stale.push(version);
        }
    }
    Ok(stale)
}

fn are_current(seal: &Seal, row: &Row<'_>) -> rusqlite::Result<bool> {
    let stored: [ValueRef<'_>; 3] = [row.get_ref(2)?, row.get_ref(3)?, row.get_ref(4)?];
    Ok(stored.into_iter().all(|stored| seal.is_current(stored)))
}
