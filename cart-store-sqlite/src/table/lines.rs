//! The table of lines.

use std::sync::Arc;

use cart_core::actor::ActorRef;
use cart_core::id::{CartId, LineId, ProductId};
use cart_core::line::{Line, LineKey};
use cart_core::money::{Currency, Money};
use cart_core::product::{ProductKey, UnitPrices};
use cart_core::quantity::Quantity;
use cart_core::text::Note;
use rusqlite::types::ValueRef;
use rusqlite::{Row, Transaction, params};
use serde::Serialize;

use super::columns::{
    Columns, Reason, count, from_json, int, json, json_or_default, maybe, micros, parsed, text, time,
    to_json, to_json_unless, uuid,
};
use crate::error::{Damage, Refusal};
use crate::seal::{RowKey, Seal, Value, field};

pub(crate) const TABLE: &str = "lines";

/// All columns but the cart, in the order in which they are read and written.
macro_rules! columns {
    () => {
        "line_id, position, quantity, list_price, unit_price, acknowledged_list, acknowledged_unit, added_at,
         added_by, product, options, distinct_metadata, note, metadata"
    };
}

const INSERT: &str = concat!(
    "INSERT INTO lines (cart_id, ",
    columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
);
/// As many lines as there are, in one statement. JSON has no bytes, so the id is in hexadecimal digits, and so are
/// sealed values.
macro_rules! insert_many {
    ($open:literal, $close:literal) => {
        concat!(
            "INSERT INTO lines (cart_id, ",
            columns!(),
            ") SELECT ?1, unhex(value ->> 'line_id'), value ->> 'position', value ->> 'quantity',
                 value ->> 'list_price', value ->> 'unit_price', value ->> 'acknowledged_list',
                 value ->> 'acknowledged_unit', value ->> 'added_at', value ->> 'added_by', value ->> 'product',
                 value ->> 'options', ",
            $open, "value ->> 'distinct_metadata'", $close, ", ",
            $open, "value ->> 'note'", $close, ", ",
            $open, "value ->> 'metadata'", $close,
            " FROM json_each(?2)"
        )
    };
}

const INSERT_MANY: &str = insert_many!("", "");
const INSERT_MANY_SEALED: &str = insert_many!("unhex(", ")");
const SET_QUANTITY: &str = "UPDATE lines SET quantity = ?3 WHERE cart_id = ?1 AND line_id = ?2";
const SET_PRICES: &str = "UPDATE lines
     SET list_price = ?3, unit_price = ?4, acknowledged_list = NULL, acknowledged_unit = NULL
     WHERE cart_id = ?1 AND line_id = ?2";
const ACKNOWLEDGE: &str =
    "UPDATE lines SET acknowledged_list = ?3, acknowledged_unit = ?4 WHERE cart_id = ?1 AND line_id = ?2";
const SET_NOTE: &str = "UPDATE lines SET note = ?3 WHERE cart_id = ?1 AND line_id = ?2";
const REMOVE: &str = "DELETE FROM lines WHERE cart_id = ?1 AND line_id = ?2";
const CLEAR: &str = "DELETE FROM lines WHERE cart_id = ?1";
const PLACES: &str = "SELECT position, line_id FROM lines WHERE cart_id = ?1";
const OF_CART: &str = concat!("SELECT ", columns!(), " FROM lines WHERE cart_id = ?1");

/// Adds lines, however many, with one statement.
pub(crate) fn add(transaction: &Transaction<'_>, cart: CartId, added: &[LineRow]) -> Result<(), Refusal> {
    match added {
        [] => Ok(()),
        [one] => insert(transaction, cart, one),
        [one, ..] => insert_many(transaction, cart, one.is_sealed, &to_json(&added)?),
    }
}

fn insert(transaction: &Transaction<'_>, cart: CartId, row: &LineRow) -> Result<(), Refusal> {
    transaction.prepare_cached(INSERT)?.execute(params![
        cart.as_uuid().as_bytes(),
        row.line_id.as_uuid().as_bytes(),
        row.position,
        row.quantity,
        row.list_price,
        row.unit_price,
        row.acknowledged_list,
        row.acknowledged_unit,
        row.added_at,
        row.added_by,
        row.product.as_str(),
        row.options,
        row.distinct_metadata,
        row.note,
        row.metadata,
    ])?;
    Ok(())
}

fn insert_many(
    transaction: &Transaction<'_>,
    cart: CartId,
    are_sealed: bool,
    rows: &str,
) -> Result<(), Refusal> {
    let sql = if are_sealed { INSERT_MANY_SEALED } else { INSERT_MANY };
    transaction.prepare_cached(sql)?.execute(params![cart.as_uuid().as_bytes(), rows])?;
    Ok(())
}

/// The columns of a line that is being added.
#[derive(Debug, Serialize)]
pub(crate) struct LineRow {
    line_id: uuid::fmt::Simple,
    position: i64,
    quantity: u32,
    list_price: i64,
    unit_price: i64,
    acknowledged_list: Option<i64>,
    acknowledged_unit: Option<i64>,
    added_at: i64,
    added_by: String,
    product: ProductId,
    options: Option<String>,
    distinct_metadata: Option<Value>,
    note: Option<Value>,
    metadata: Option<Value>,
    #[serde(skip)]
    is_sealed: bool,
}

impl LineRow {
    /// Makes the row of a line that has this place in the order.
    pub(crate) fn of(seal: &Seal, cart: CartId, line: &Line, position: i64) -> rusqlite::Result<Self> {
        let LineKey { product: ProductKey { product, options }, distinct } = &line.key;
        let row = RowKey::part(cart, line.id.as_uuid());
        let close = |field, text: Option<String>| seal.close_some(field, row, text);
        Ok(Self {
            line_id: line.id.as_uuid().simple(),
            position,
            quantity: line.quantity.get(),
            list_price: line.snapshot.list().minor(),
            unit_price: line.snapshot.unit().minor(),
            acknowledged_list: line.acknowledged.map(|prices| prices.list().minor()),
            acknowledged_unit: line.acknowledged.map(|prices| prices.unit().minor()),
            added_at: micros(line.added_at),
            added_by: to_json(&line.added_by)?,
            product: product.clone(),
            options: to_json_unless(options.is_empty(), options)?,
            distinct_metadata: close(field::LINE_DISTINCT, to_json_unless(distinct.is_empty(), distinct)?),
            note: note(seal, cart, line.id, line.note.as_ref()),
            metadata: close(field::LINE_METADATA, to_json_unless(line.metadata.is_empty(), &line.metadata)?),
            is_sealed: seal.is_on(),
        })
    }
}

/// The note of a line as it is stored.
pub(crate) fn note(seal: &Seal, cart: CartId, line: LineId, note: Option<&Note>) -> Option<Value> {
    seal.close_some(field::LINE_NOTE, RowKey::part(cart, line.as_uuid()), note.map(ToString::to_string))
}

/// Changes the quantity of a line; answers how many such lines there were.
pub(crate) fn set_quantity(
    transaction: &Transaction<'_>,
    cart: CartId,
    line: LineId,
    to: Quantity,
) -> rusqlite::Result<usize> {
    let (cart, line) = (cart.as_uuid(), line.as_uuid());
    transaction.prepare_cached(SET_QUANTITY)?.execute(params![cart.as_bytes(), line.as_bytes(), to.get()])
}

/// Notes anew what one unit of a line costs; answers how many such lines there were.
pub(crate) fn set_prices(
    transaction: &Transaction<'_>,
    cart: CartId,
    line: LineId,
    prices: UnitPrices,
) -> rusqlite::Result<usize> {
    set_two(transaction, SET_PRICES, cart, line, prices)
}

/// Notes what the shopper knows that one unit of a line costs; answers how many such lines there were.
pub(crate) fn acknowledge(
    transaction: &Transaction<'_>,
    cart: CartId,
    line: LineId,
    prices: UnitPrices,
) -> rusqlite::Result<usize> {
    set_two(transaction, ACKNOWLEDGE, cart, line, prices)
}

fn set_two(
    transaction: &Transaction<'_>,
    sql: &str,
    cart: CartId,
    line: LineId,
    prices: UnitPrices,
) -> rusqlite::Result<usize> {
    let (cart, line) = (cart.as_uuid(), line.as_uuid());
    let (list, unit) = (prices.list().minor(), prices.unit().minor());
    transaction.prepare_cached(sql)?.execute(params![cart.as_bytes(), line.as_bytes(), list, unit])
}

/// Notes anew what one unit of every line costs, in the order of the lines.
pub(crate) fn set_all_prices(
    transaction: &Transaction<'_>,
    cart: CartId,
    prices: &[UnitPrices],
) -> Result<(), Refusal> {
    let lines = in_order(transaction, cart)?;
    if lines.len() != prices.len() {
        return Err(Damage::new(TABLE, cart, "there are not as many lines as prices").into());
    }
    for (line, prices) in lines.into_iter().zip(prices) {
        set_prices(transaction, cart, line, *prices)?;
    }
    Ok(())
}

/// The ids of the lines of a cart, in order.
fn in_order(transaction: &Transaction<'_>, cart: CartId) -> Result<Vec<LineId>, Refusal> {
    let mut statement = transaction.prepare_cached(PLACES)?;
    let mut rows = statement.query([cart.as_uuid().as_bytes()])?;
    let mut places: Vec<(i64, LineId)> = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(TABLE, row).of_cart(cart);
        places.push((columns.take(int)?, LineId::from_uuid(columns.take(uuid)?)));
    }
    places.sort_by_key(|(position, _)| *position);
    Ok(places.into_iter().map(|(_, line)| line).collect())
}

/// Changes the note of a line; answers how many such lines there were.
pub(crate) fn set_note(
    transaction: &Transaction<'_>,
    cart: CartId,
    line: LineId,
    note: Option<&Value>,
) -> rusqlite::Result<usize> {
    let (cart, line) = (cart.as_uuid(), line.as_uuid());
    transaction.prepare_cached(SET_NOTE)?.execute(params![cart.as_bytes(), line.as_bytes(), note])
}

/// Removes a line; answers how many such lines there were.
pub(crate) fn remove(transaction: &Transaction<'_>, cart: CartId, line: LineId) -> rusqlite::Result<usize> {
    let (cart, line) = (cart.as_uuid(), line.as_uuid());
    transaction.prepare_cached(REMOVE)?.execute([cart.as_bytes(), line.as_bytes()])
}

/// Removes all lines of a cart.
pub(crate) fn clear(transaction: &Transaction<'_>, cart: CartId) -> rusqlite::Result<usize> {
    transaction.prepare_cached(CLEAR)?.execute([cart.as_uuid().as_bytes()])
}

/// The lines of a cart, in order, each with its place in it.
pub(crate) fn of_cart(
    transaction: &Transaction<'_>,
    seal: &Seal,
    cart: CartId,
    currency: Currency,
) -> Result<Vec<(i64, Arc<Line>)>, Refusal> {
    let mut statement = transaction.prepare_cached(OF_CART)?;
    let mut rows = statement.query([cart.as_uuid().as_bytes()])?;
    let (mut lines, mut adders) = (Vec::new(), LastActor::default());
    while let Some(row) = rows.next()? {
        lines.push(read(seal, row, cart, currency, &mut adders)?);
    }
    // They are stored by id, which grows with time: nearly in order, so this costs less than sorting rows.
    lines.sort_by_key(|(position, _)| *position);
    Ok(lines)
}

/// How many lines a cart has, and how many different places they have in the order.
pub(crate) fn count_places(transaction: &Transaction<'_>, cart: CartId) -> rusqlite::Result<(u64, u64)> {
    let sql = "SELECT count(*), count(DISTINCT position) FROM lines WHERE cart_id = ?1";
    let mut statement = transaction.prepare_cached(sql)?;
    let counts = |row: &Row<'_>| Ok((row.get::<_, u32>(0)?.into(), row.get::<_, u32>(1)?.into()));
    statement.query_row([cart.as_uuid().as_bytes()], counts)
}

fn read(
    seal: &Seal,
    row: &Row<'_>,
    cart: CartId,
    currency: Currency,
    adders: &mut LastActor,
) -> Result<(i64, Arc<Line>), Refusal> {
    let mut columns = Columns::of(TABLE, row).of_cart(cart);
    let id = LineId::from_uuid(columns.take(uuid)?);
    let row = RowKey::part(cart, id.as_uuid());
    let position = columns.take(int)?;
    let quantity = columns.take(|value| Quantity::new(count(value)?).map_err(|error| error.to_string()))?;
    let snapshot = prices(&mut columns, currency)?;
    let acknowledged = maybe_prices(&mut columns, currency)?;
    let added_at = columns.take(time)?;
    let added_by = columns.take(|value| adders.read(value))?;
    let product = columns.take(parsed(ProductId::new))?;
    let product = ProductKey { product, options: columns.take(json_or_default)? };
    let distinct = columns.take_protected(seal, field::LINE_DISTINCT, row, from_json)?;
    let key = LineKey { product, distinct: distinct.unwrap_or_default() };
    let note = columns.take_protected(seal, field::LINE_NOTE, row, |text| Note::new(text))?;
    let metadata = columns.take_protected(seal, field::LINE_METADATA, row, from_json)?.unwrap_or_default();
    let line = Line { id, key, quantity, note, metadata, snapshot, acknowledged, added_at, added_by };
    Ok((position, Arc::new(line)))
}

fn prices(columns: &mut Columns<'_, '_>, currency: Currency) -> Result<UnitPrices, Damage> {
    let (list, unit) = (columns.take(int)?, columns.take(int)?);
    unit_prices(columns, currency, list, unit)
}

fn maybe_prices(columns: &mut Columns<'_, '_>, currency: Currency) -> Result<Option<UnitPrices>, Damage> {
    match (columns.take(maybe(int))?, columns.take(maybe(int))?) {
        (None, None) => Ok(None),
        (Some(list), Some(unit)) => unit_prices(columns, currency, list, unit).map(Some),
        (Some(_), None) | (None, Some(_)) => {
            Err(columns.damaged("half of the acknowledged price is missing"))
        }
    }
}

fn unit_prices(
    columns: &Columns<'_, '_>,
    currency: Currency,
    list: i64,
    unit: i64,
) -> Result<UnitPrices, Damage> {
    if list < unit {
        return Err(columns.damaged("the unit price is above the list price"));
    }
    let [list, unit] = [list, unit].map(|minor| Money::new(minor, currency));
    UnitPrices::new(list, unit).map_err(|error| columns.damaged(&error.to_string()))
}

/// Most lines of a cart were added by the same actor, so the last one is kept instead of being read anew.
#[derive(Default)]
struct LastActor(Option<(String, ActorRef)>);

impl LastActor {
    fn read(&mut self, value: ValueRef<'_>) -> Result<ActorRef, Reason> {
        let stored = text(value)?;
        if let Some((_, actor)) = self.0.as_ref().filter(|(last, _)| last == stored) {
            return Ok(actor.clone());
        }
        let actor: ActorRef = json(value)?;
        self.0 = Some((stored.to_owned(), actor.clone()));
        Ok(actor)
    }
}
