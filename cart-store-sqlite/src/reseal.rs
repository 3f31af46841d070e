//! Sealing with the current key what is sealed with another one, or not at all.

use std::collections::BTreeSet;

use cart_core::id::CartId;
use cart_core::version::Version;
use cart_seal::{KeyId, KeyRing};
use rusqlite::types::ValueRef;
use rusqlite::{Row, Transaction, params};
use uuid::Uuid;

use crate::error::{Damage, Refusal};
use crate::seal::{Field, RowKey, Seal, field};
use crate::table::carts::Found;
use crate::table::columns::{Columns, uuid, version};
use crate::table::journal::{self, Written};
use crate::table::{carts, orders, rewriting};
use crate::verify::report::Finding;

/// What one call of [`SqliteStore::reseal`](crate::SqliteStore::reseal) did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Resealed {
    /// In how many carts something was sealed anew.
    pub carts: usize,
    /// What is wrong with carts that were left as they are, one finding for each: something in them cannot be opened.
    pub damaged: Vec<Finding>,
    /// The keys with which nothing is sealed any more, so that the store opens without them from now on.
    pub retired: Vec<KeyId>,
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
    column!("checkouts", "cart_id", "checkout_id", "progress", field::CHECKOUT_PROGRESS),
    column!("checkout_records", "cart_id", "checkout_id", "record", field::CHECKOUT_RECORD),
    column!("orders", "cart_id", "checkout_id", "draft", field::ORDER_DRAFT),
    column!("orders", "cart_id", "checkout_id", "payment", field::ORDER_PAYMENT),
];

const ENTRIES: &str =
    "SELECT cart_id, version, fingerprint, events, reply FROM journal WHERE cart_id = ?1 ORDER BY version";

/// Some of the carts, by rising id: those that have something to seal, what is wrong with others, and after which to go
/// on.
#[derive(Debug, Default)]
pub(crate) struct Due {
    pub(crate) carts: Vec<CartId>,
    pub(crate) damaged: Vec<Finding>,
    pub(crate) next: Option<CartId>,
}

/// Looks at so many carts after another one, at least one.
pub(crate) fn due(
    transaction: &Transaction<'_>,
    seal: &Seal,
    after: Option<CartId>,
    limit: usize,
) -> Result<Due, Refusal> {
    let mut due = Due::default();
    let (mut after, mut looked) =
        (after.map(|cart| cart.as_uuid().as_bytes().to_vec()).unwrap_or_default(), 0);
    while let Some((key, cart)) = next(transaction, &after)? {
        after = key;
        match cart {
            // It has no id after which to go on, so it does not count.
            Err(damage) => due.damaged.push(Finding { cart: None, problem: damage.into() }),
            Ok(cart) => {
                due.look_at(transaction, seal, cart)?;
                looked += 1;
                if looked >= limit {
                    due.next = Some(cart);
                    return Ok(due);
                }
            }
        }
    }
    Ok(due)
}

/// The cart after another one, by rising id, of which something is stored: all, or an order alone.
fn next(transaction: &Transaction<'_>, after: &[u8]) -> rusqlite::Result<Option<Found>> {
    let found = [carts::next(transaction, after)?, orders::next_cart(transaction, after)?];
    Ok(found.into_iter().flatten().min_by(|(one, _), (other, _)| one.cmp(other)))
}

impl Due {
    fn look_at(&mut self, transaction: &Transaction<'_>, seal: &Seal, cart: CartId) -> Result<(), Refusal> {
        match is_current(transaction, seal, cart) {
            Ok(true) => {}
            Ok(false) => self.carts.push(cart),
            Err(refusal) => self.damaged.push(damaged(cart, refusal)?),
        }
        Ok(())
    }
}

/// What is wrong with a cart; or why the store could not tell, which is no cart's fault.
pub(crate) fn damaged(cart: CartId, refusal: Refusal) -> Result<Finding, Refusal> {
    if refusal.is_damage() {
        return Ok(Finding { cart: Some(cart), problem: refusal.into() });
    }
    Err(refusal)
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

/// The rows of a cart whose value is not sealed with the current key, with what it says. The others are opened too: a
/// value that names the current key may still not be what was sealed.
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
        if stored == ValueRef::Null {
            continue;
        }
        let text = seal.open(column.field, row_key(column, cart, id), stored);
        let text = text.map_err(|unread| columns.unread(1, unread))?;
        if !seal.is_current(stored) {
            stale.push((id, text.into_owned()));
        }
    }
    Ok(stale)
}

/// The versions of a cart whose entries are not sealed with the current key; the others are opened too.
fn stale_entries(transaction: &Transaction<'_>, seal: &Seal, cart: CartId) -> Result<Vec<Version>, Refusal> {
    let mut statement = transaction.prepare_cached(ENTRIES)?;
    let mut rows = statement.query([cart.as_uuid().as_bytes()])?;
    let mut stale = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(journal::TABLE, row);
        columns.take_cart()?;
        let version = columns.take(version)?;
        if !is_entry_current(seal, row, &columns, RowKey::entry(cart, version))? {
            stale.push(version);
        }
    }
    Ok(stale)
}

fn is_entry_current(
    seal: &Seal,
    row: &Row<'_>,
    columns: &Columns<'_, '_>,
    key: RowKey,
) -> Result<bool, Refusal> {
    for (column, field) in [(2, field::ENTRY_FINGERPRINT), (3, field::ENTRY_EVENTS), (4, field::ENTRY_REPLY)]
    {
        let stored = row.get_ref(column)?;
        if !seal.is_current(stored) {
            return Ok(false);
        }
        if let ValueRef::Blob(sealed) = stored {
            seal.unseal(field, key, sealed).map_err(|unread| columns.unread(column, unread))?;
        }
    }
    Ok(true)
}

/// How many carts are looked at in one state of the file for keys that nothing needs.
const CARTS: usize = 1_000;

/// Of these keys, those with which nothing is sealed in some of the carts, and after which cart to go on; nothing once
/// there are no more.
pub(crate) fn unused(
    transaction: &Transaction<'_>,
    mut keys: BTreeSet<KeyId>,
    mut after: Vec<u8>,
) -> Result<(BTreeSet<KeyId>, Option<Vec<u8>>), Refusal> {
    for _ in 0..CARTS {
        let next = next(transaction, &after)?.filter(|_| !keys.is_empty());
        let Some((cart, _)) = next else { return Ok((keys, None)) };
        match used_by(transaction, &cart).map_err(Refusal::from) {
            Ok(used) => keys.retain(|key| !used.contains(key)),
            // What cannot be read may be sealed with any of them.
            Err(refusal) if refusal.is_damage() => keys.clear(),
            Err(refusal) => return Err(refusal),
        }
        after = cart;
    }
    Ok((keys, Some(after)))
}

/// The keys with which something of a cart says that it is sealed.
pub(crate) fn used_by(transaction: &Transaction<'_>, cart: &[u8]) -> rusqlite::Result<BTreeSet<KeyId>> {
    let mut keys = BTreeSet::new();
    for sql in COLUMNS.iter().map(|column| column.select).chain([ENTRIES]) {
        let mut statement = transaction.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query([cart])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                // Ids are too short to be taken for something sealed.
                if let ValueRef::Blob(stored) = row.get_ref(column)? {
                    keys.extend(KeyRing::key_of(stored));
                }
            }
        }
    }
    Ok(keys)
}
