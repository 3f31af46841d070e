//! The tables of orders, and of checkouts whose orders are refused.

use cart_core::actor::Owner;
use cart_core::checkout::{Capture, OrderDraft};
use cart_core::id::{CartId, CheckoutId};
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

use super::OwnerColumns;
use super::carts::Found;
use super::columns::{Columns, Reason, from_json, int, integer, maybe, micros, text, time, to_json, uuid};
use super::owner;
use crate::error::Refusal;
use crate::orders::status::OrderStatus;
use crate::seal::{RowKey, Seal, Value, field};

pub(crate) const TABLE: &str = "orders";

macro_rules! columns {
    () => {
        "number, cart_id, checkout_id, status, created_at, updated_at, confirmed_at, owner_kind, owner, company, draft,
         payment"
    };
}

const INSERT: &str =
    "INSERT INTO orders (checkout_id, cart_id, status, created_at, updated_at, owner_kind, owner,
         company, draft)
     VALUES (?1, ?2, 'payment_pending', ?3, ?3, ?4, ?5, ?6, ?7)";
const CONFIRM: &str = "UPDATE orders
     SET status = 'confirmed', payment = ?3, confirmed_at = max(created_at, ?2), updated_at = max(created_at, ?2)
     WHERE checkout_id = ?1 AND status = 'payment_pending'";
const CANCEL: &str = "UPDATE orders SET status = 'cancelled', updated_at = max(updated_at, ?2)
     WHERE checkout_id = ?1 AND status <> 'cancelled'";
const REFUSE: &str = "INSERT INTO cancelled_orders (checkout_id) VALUES (?1) ON CONFLICT DO NOTHING";
const IS_REFUSED: &str = "SELECT 1 FROM cancelled_orders WHERE checkout_id = ?1";
const REWRITE: &str = "UPDATE orders SET owner_kind = ?3, owner = ?4, company = ?5, draft = ?6
     WHERE checkout_id = ?1 AND cart_id = ?2";
pub(crate) const OF_CHECKOUT: &str = concat!("SELECT ", columns!(), " FROM orders WHERE checkout_id = ?1");
pub(crate) const NUMBERED: &str = concat!("SELECT ", columns!(), " FROM orders WHERE number = ?1");
pub(crate) const OF_OWNER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM orders WHERE owner_kind = ?1 AND owner = ?2 AND company = ?3 AND number < ?4
     ORDER BY number DESC LIMIT ?5"
);
const AFTER: &str = concat!("SELECT ", columns!(), " FROM orders WHERE number > ?1 ORDER BY number LIMIT ?2");
const NEXT_CART: &str = "SELECT cart_id FROM orders WHERE cart_id > ?1 ORDER BY cart_id LIMIT 1";

/// An order as it is stored.
#[derive(Debug)]
pub(crate) struct OrderRow {
    pub(crate) number: i64,
    pub(crate) status: OrderStatus,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) confirmed_at: Option<DateTime<Utc>>,
    pub(crate) draft: OrderDraft,
    pub(crate) payment: Option<Capture>,
}

/// What is ordered and by whom, made before the writer's turn.
#[derive(Debug)]
pub(crate) struct DraftRow {
    pub(crate) checkout: CheckoutId,
    pub(crate) cart: CartId,
    owner: OwnerColumns,
    draft: Value,
}

impl DraftRow {
    pub(crate) fn of(seal: &Seal, draft: &OrderDraft) -> rusqlite::Result<Self> {
        let key = RowKey::part(draft.cart, draft.checkout.as_uuid());
        Ok(Self {
            checkout: draft.checkout,
            cart: draft.cart,
            owner: OwnerColumns::of(&draft.owner),
            draft: seal.close(field::ORDER_DRAFT, key, to_json(draft)?),
        })
    }
}

/// What was paid, sealed for the order of a draft.
pub(crate) fn payment(
    seal: &Seal,
    draft: &OrderDraft,
    payment: Option<&Capture>,
) -> rusqlite::Result<Option<Value>> {
    let key = RowKey::part(draft.cart, draft.checkout.as_uuid());
    let payment = payment.map(to_json).transpose()?;
    Ok(seal.close_some(field::ORDER_PAYMENT, key, payment))
}

/// Adds an order.
pub(crate) fn insert(
    transaction: &Transaction<'_>,
    row: &DraftRow,
    at: DateTime<Utc>,
) -> Result<(), Refusal> {
    let (checkout, cart, owner) = (row.checkout.as_uuid(), row.cart.as_uuid(), &row.owner);
    transaction.prepare_cached(INSERT)?.execute(params![
        checkout.as_bytes(),
        cart.as_bytes(),
        micros(at),
        owner.kind,
        owner.owner,
        owner.company,
        row.draft,
    ])?;
    Ok(())
}

/// Confirms the order of a checkout that waits for its payment.
pub(crate) fn confirm(
    transaction: &Transaction<'_>,
    checkout: CheckoutId,
    payment: Option<&Value>,
    at: DateTime<Utc>,
) -> Result<(), Refusal> {
    let checkout = checkout.as_uuid();
    transaction.prepare_cached(CONFIRM)?.execute(params![checkout.as_bytes(), micros(at), payment])?;
    Ok(())
}

/// Cancels the order of a checkout, if there is one, and refuses one that comes later.
pub(crate) fn cancel(
    transaction: &Transaction<'_>,
    checkout: CheckoutId,
    at: DateTime<Utc>,
) -> Result<(), Refusal> {
    let checkout = checkout.as_uuid();
    transaction.prepare_cached(CANCEL)?.execute(params![checkout.as_bytes(), micros(at)])?;
    transaction.prepare_cached(REFUSE)?.execute([checkout.as_bytes()])?;
    Ok(())
}

/// Whether the order of a checkout was cancelled, or is refused.
pub(crate) fn is_refused(transaction: &Transaction<'_>, checkout: CheckoutId) -> rusqlite::Result<bool> {
    transaction.prepare_cached(IS_REFUSED)?.exists([checkout.as_uuid().as_bytes()])
}

/// Writes anew what is ordered and by whom, if the order is there.
pub(crate) fn rewrite(transaction: &Transaction<'_>, row: &DraftRow) -> Result<(), Refusal> {
    let (checkout, cart, owner) = (row.checkout.as_uuid(), row.cart.as_uuid(), &row.owner);
    let params =
        params![checkout.as_bytes(), cart.as_bytes(), owner.kind, owner.owner, owner.company, row.draft];
    transaction.prepare_cached(REWRITE)?.execute(params)?;
    Ok(())
}

/// The order of a checkout.
pub(crate) fn of_checkout(
    transaction: &Transaction<'_>,
    seal: &Seal,
    checkout: CheckoutId,
) -> Result<Option<OrderRow>, Refusal> {
    one(transaction, seal, OF_CHECKOUT, [checkout.as_uuid().as_bytes()])
}

/// The order with a number.
pub(crate) fn numbered(
    transaction: &Transaction<'_>,
    seal: &Seal,
    number: i64,
) -> Result<Option<OrderRow>, Refusal> {
    one(transaction, seal, NUMBERED, [number])
}

/// The orders of an owner with a lower number, newest first; at most so many.
pub(crate) fn of_owner(
    transaction: &Transaction<'_>,
    seal: &Seal,
    owner: &Owner,
    below: i64,
    limit: usize,
) -> Result<Vec<OrderRow>, Refusal> {
    let OwnerColumns { kind, owner, company } = OwnerColumns::of(owner);
    let mut orders = Vec::new();
    each(transaction, seal, OF_OWNER, params![kind, owner, company, below, integer(limit)], |_, found| {
        orders.push(found?);
        Ok(())
    })?;
    Ok(orders)
}

/// Shows the orders with a higher number, at most so many, one after the other, each with its number. An order that cannot
/// be read is shown as such.
pub(crate) fn each_after(
    transaction: &Transaction<'_>,
    seal: &Seal,
    after: i64,
    limit: u64,
    show: impl FnMut(i64, Result<OrderRow, Refusal>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    each(transaction, seal, AFTER, params![after, integer(limit)], show)
}

/// The cart after another one, by rising id, that an order was made of; it may be in another store.
pub(crate) fn next_cart(transaction: &Transaction<'_>, after: &[u8]) -> rusqlite::Result<Option<Found>> {
    let mut statement = transaction.prepare_cached(NEXT_CART)?;
    statement.query_row([after], |row| Ok((row.get(0)?, Columns::of(TABLE, row).take_cart()))).optional()
}

fn one(
    transaction: &Transaction<'_>,
    seal: &Seal,
    sql: &str,
    params: impl Params,
) -> Result<Option<OrderRow>, Refusal> {
    let mut statement = transaction.prepare_cached(sql)?;
    statement.query_row(params, |row| Ok(read(seal, row))).optional()?.transpose()
}

fn each(
    transaction: &Transaction<'_>,
    seal: &Seal,
    sql: &str,
    params: impl Params,
    mut show: impl FnMut(i64, Result<OrderRow, Refusal>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        show(row.get(0)?, read(seal, row))?;
    }
    Ok(())
}

fn read(seal: &Seal, row: &Row<'_>) -> Result<OrderRow, Refusal> {
    let mut columns = Columns::of(TABLE, row);
    let (number, cart) = (columns.take(int)?, columns.take_cart()?);
    let checkout = CheckoutId::from_uuid(columns.take(uuid)?);
    let key = RowKey::part(cart, checkout.as_uuid());
    let status = columns.take(status)?;
    let (created_at, updated_at) = (columns.take(time)?, columns.take(time)?);
    let confirmed_at = columns.take(maybe(time))?;
    let owner = owner::read(&mut columns)?;
    let draft = columns.take_protected(seal, field::ORDER_DRAFT, key, from_json::<OrderDraft>)?;
    let draft = draft.ok_or_else(|| columns.damaged("there is no draft"))?;
    let payment = columns.take_protected(seal, field::ORDER_PAYMENT, key, from_json)?;
    if (&draft.owner, draft.cart, draft.checkout) != (&owner, cart, checkout) {
        return Err(columns.damaged("it is found by what is not so").into());
    }
    Ok(OrderRow { number, status, created_at, updated_at, confirmed_at, draft, payment })
}

fn status(value: rusqlite::types::ValueRef<'_>) -> Result<OrderStatus, Reason> {
    let found = text(value)?;
    let all = [OrderStatus::PaymentPending, OrderStatus::Confirmed, OrderStatus::Cancelled];
    all.into_iter().find(|status| status.as_str() == found).ok_or_else(|| "not a status".to_owned())
}
