//! The tables of checkouts: of which cart each is, what changes of it, and what is written once.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use cart_core::actor::ActorRef;
use cart_core::checkout::{Checkout, Handoff, OrderDraft, StockClaim};
use cart_core::id::{CartId, CheckoutId};
use cart_core::promotion::PromotionUse;
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use super::columns::{Columns, from_json, int, integer, micros, time, to_json, uuid};
use crate::error::{Damage, Refusal, is_unique};
use crate::seal::{RowKey, Seal, Value, field};

pub(crate) const TABLE: &str = "checkouts";
const CARTS: &str = "checkout_carts";

const CLAIM_ID: &str = "INSERT INTO checkout_carts (checkout_id, cart_id) VALUES (?1, ?2)";
const PUT: &str =
    "INSERT INTO checkouts (cart_id, checkout_id, position, due_at, deadline, completed, progress)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (cart_id, checkout_id) DO UPDATE
     SET position = excluded.position, due_at = excluded.due_at, deadline = excluded.deadline,
         completed = excluded.completed, progress = excluded.progress";
const PUT_RECORD: &str = "INSERT INTO checkout_records (cart_id, checkout_id, record) VALUES (?1, ?2, ?3)
     ON CONFLICT (cart_id, checkout_id) DO UPDATE SET record = excluded.record";
const ADVANCE: &str = "UPDATE checkouts SET due_at = ?3, deadline = ?4, completed = ?5, progress = ?6
     WHERE cart_id = ?1 AND checkout_id = ?2";
/// Its record goes with it.
const REMOVE: &str = "DELETE FROM checkouts WHERE cart_id = ?1 AND checkout_id = ?2";
const CLEAR: &str = "DELETE FROM checkouts WHERE cart_id = ?1";
const OF_CART: &str = "SELECT position, checkout_id, due_at, deadline, completed, progress, record
     FROM checkouts LEFT JOIN checkout_records USING (cart_id, checkout_id) WHERE cart_id = ?1";
const BEGUN: &str = "SELECT checkout_id FROM checkout_carts WHERE cart_id = ?1";
const KEPT: &str = "SELECT checkout_id FROM checkouts WHERE cart_id = ?1";
pub(crate) const CART_OF: &str = "SELECT cart_id FROM checkout_carts WHERE checkout_id = ?1";
pub(crate) const DUE: &str = "SELECT checkout_id FROM checkouts WHERE completed = 0 AND due_at <= ?1
     ORDER BY due_at, checkout_id LIMIT ?2";

/// What changes of a checkout, made before the writer's turn.
#[derive(Debug)]
pub(crate) struct ProgressRow {
    id: CheckoutId,
    due_at: i64,
    deadline: i64,
    completed: bool,
    progress: Value,
}

impl ProgressRow {
    pub(crate) fn of(seal: &Seal, cart: CartId, checkout: &Checkout) -> rusqlite::Result<Self> {
        let progress = to_json(&checkout.progress)?;
        Ok(Self {
            id: checkout.id,
            due_at: micros(checkout.progress.due_at),
            deadline: micros(checkout.deadline),
            completed: checkout.progress.completed,
            progress: seal.close(field::CHECKOUT_PROGRESS, key(cart, checkout.id), progress),
        })
    }
}

/// A checkout that is being put on a cart, and its place in the order.
#[derive(Debug)]
pub(crate) struct CheckoutRow {
    position: i64,
    progress: ProgressRow,
    record: Value,
}

impl CheckoutRow {
    pub(crate) fn of(
        seal: &Seal,
        cart: CartId,
        checkout: &Checkout,
        position: i64,
    ) -> rusqlite::Result<Self> {
        let record = to_json(&Record::of(checkout))?;
        Ok(Self {
            position,
            progress: ProgressRow::of(seal, cart, checkout)?,
            record: seal.close(field::CHECKOUT_RECORD, key(cart, checkout.id), record),
        })
    }
}

/// The part of a checkout that never changes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record<'a> {
    by: Cow<'a, ActorRef>,
    handoff: Handoff,
    draft: Arc<OrderDraft>,
    uses: Cow<'a, [PromotionUse]>,
    stock: Cow<'a, StockClaim>,
}

impl<'a> Record<'a> {
    fn of(checkout: &'a Checkout) -> Self {
        Self {
            by: Cow::Borrowed(&checkout.by),
            handoff: checkout.handoff,
            draft: Arc::clone(&checkout.draft),
            uses: Cow::Borrowed(&checkout.uses),
            stock: Cow::Borrowed(&checkout.stock),
        }
    }
}

fn key(cart: CartId, checkout: CheckoutId) -> RowKey {
    RowKey::part(cart, checkout.as_uuid())
}

/// Notes of which cart a checkout is.
pub(crate) fn claim_id(
    transaction: &Transaction<'_>,
    cart: CartId,
    checkout: CheckoutId,
) -> Result<(), Refusal> {
    let (id, of) = (checkout.as_uuid(), cart.as_uuid());
    match transaction.prepare_cached(CLAIM_ID)?.execute([id.as_bytes(), of.as_bytes()]) {
        Ok(_) => Ok(()),
        Err(error) if is_unique(&error) && cart_of(transaction, checkout)? == Some(cart) => Ok(()),
        // Another cart's has this id: whoever made it makes another one.
        Err(error) if is_unique(&error) => Err(Refusal::Conflict(cart)),
        Err(error) => Err(error.into()),
    }
}

/// Puts a checkout on a cart.
pub(crate) fn put(transaction: &Transaction<'_>, cart: CartId, row: &CheckoutRow) -> Result<(), Refusal> {
    let CheckoutRow { position, progress: now, record } = row;
    claim_id(transaction, cart, now.id)?;
    let (id, cart) = (now.id.as_uuid(), cart.as_uuid());
    let (id, cart) = (id.as_bytes(), cart.as_bytes());
    let params = params![cart, id, position, now.due_at, now.deadline, now.completed, now.progress];
    transaction.prepare_cached(PUT)?.execute(params)?;
    transaction.prepare_cached(PUT_RECORD)?.execute(params![cart, id, record])?;
    Ok(())
}

/// Writes how far a checkout has come; answers how many such checkouts there were.
pub(crate) fn advance(
    transaction: &Transaction<'_>,
    cart: CartId,
    row: &ProgressRow,
) -> rusqlite::Result<usize> {
    let (id, cart) = (row.id.as_uuid(), cart.as_uuid());
    let params =
        params![cart.as_bytes(), id.as_bytes(), row.due_at, row.deadline, row.completed, row.progress];
    transaction.prepare_cached(ADVANCE)?.execute(params)
}

/// Takes a checkout off its cart, if it is there.
pub(crate) fn remove(
    transaction: &Transaction<'_>,
    cart: CartId,
    checkout: CheckoutId,
) -> rusqlite::Result<()> {
    let (cart, id) = (cart.as_uuid(), checkout.as_uuid());
    transaction.prepare_cached(REMOVE)?.execute([cart.as_bytes(), id.as_bytes()]).map(drop)
}

/// Takes all checkouts off a cart.
pub(crate) fn clear(transaction: &Transaction<'_>, cart: CartId) -> rusqlite::Result<()> {
    transaction.prepare_cached(CLEAR)?.execute([cart.as_uuid().as_bytes()]).map(drop)
}

/// The checkouts of a cart, in order.
pub(crate) fn of_cart(
    transaction: &Transaction<'_>,
    seal: &Seal,
    cart: CartId,
) -> Result<Vec<Arc<Checkout>>, Refusal> {
    let mut statement = transaction.prepare_cached(OF_CART)?;
    let mut rows = statement.query([cart.as_uuid().as_bytes()])?;
    let mut checkouts = Vec::new();
    while let Some(row) = rows.next()? {
        checkouts.push(read(seal, row, cart)?);
    }
    checkouts.sort_by_key(|(position, _)| *position);
    Ok(checkouts.into_iter().map(|(_, checkout)| Arc::new(checkout)).collect())
}

fn read(seal: &Seal, row: &Row<'_>, cart: CartId) -> Result<(i64, Checkout), Refusal> {
    let mut columns = Columns::of(TABLE, row).of_cart(cart);
    let (position, id) = (columns.take(int)?, CheckoutId::from_uuid(columns.take(uuid)?));
    let (due_at, deadline) = (columns.take(int)?, columns.take(time)?);
    let completed = columns.take(int)? != 0;
    let row = key(cart, id);
    let progress = columns.take_protected(seal, field::CHECKOUT_PROGRESS, row, from_json)?;
    let record = columns.take_protected(seal, field::CHECKOUT_RECORD, row, from_json::<Record<'static>>)?;
    let (progress, record) =
        progress.zip(record).ok_or_else(|| columns.damaged("its progress or its record is missing"))?;
    let Record { by, handoff, draft, uses, stock } = record;
    let (by, uses, stock) = (by.into_owned(), uses.into_owned(), stock.into_owned());
    let checkout = Checkout { id, by, handoff, deadline, draft, uses, stock, progress };
    let found = (micros(checkout.progress.due_at), checkout.progress.completed);
    if found != (due_at, completed) {
        return Err(columns.damaged("it is found by what is not so").into());
    }
    Ok((position, checkout))
}

/// The ids of a cart's checkouts.
#[derive(Debug)]
pub(crate) struct Stored {
    /// All that were ever begun.
    pub(crate) begun: BTreeSet<CheckoutId>,
    /// Those that it has.
    pub(crate) kept: BTreeSet<CheckoutId>,
}

/// The ids of all checkouts of a cart.
pub(crate) fn ids_of(transaction: &Transaction<'_>, cart: CartId) -> Result<Stored, Refusal> {
    let ids = |sql| -> Result<BTreeSet<CheckoutId>, Refusal> {
        let mut statement = transaction.prepare_cached(sql)?;
        let rows = statement.query_map([cart.as_uuid().as_bytes()], |row| Ok(read_id(row)))?;
        Ok(rows.collect::<rusqlite::Result<Result<_, _>>>()??)
    };
    Ok(Stored { begun: ids(BEGUN)?, kept: ids(KEPT)? })
}

/// The cart of a checkout.
pub(crate) fn cart_of(
    transaction: &Transaction<'_>,
    checkout: CheckoutId,
) -> Result<Option<CartId>, Refusal> {
    let mut statement = transaction.prepare_cached(CART_OF)?;
    let read = |row: &Row<'_>| Ok(Columns::of(CARTS, row).take_cart());
    let found = statement.query_row([checkout.as_uuid().as_bytes()], read).optional()?;
    Ok(found.transpose()?)
}

/// Checkouts that somebody has to look at, the longest due first.
pub(crate) fn due(
    transaction: &Transaction<'_>,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<CheckoutId>, Refusal> {
    let mut statement = transaction.prepare_cached(DUE)?;
    let mut rows = statement.query(params![micros(now), integer(limit)])?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        due.push(read_id(row)?);
    }
    Ok(due)
}

fn read_id(row: &Row<'_>) -> Result<CheckoutId, Damage> {
    Columns::of(TABLE, row).take(uuid).map(CheckoutId::from_uuid)
}
