//! The tables of stock: how much there is of each item, and for which checkouts.

use cart_core::actor::Owner;
use cart_core::checkout::StockUnits;
use cart_core::id::{CartId, CheckoutId, StockItemId};
use cart_core::port::{Hold, StockLevel};
use chrono::{DateTime, Utc};
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

use super::columns::{
    Columns, Reason, count, integer, json, maybe, micros, parsed, text, time, to_json, uuid,
};
use crate::error::{Damage, Refusal};

pub(crate) const TABLE: &str = "stock";
pub(crate) const CLAIMS: &str = "stock_claims";

// These two change no row where there is too little.
const HOLD: &str = "UPDATE stock SET held = held + ?2 WHERE item = ?1 AND free >= ?2";
const SELL: &str = "UPDATE stock SET sold = sold + ?2 WHERE item = ?1 AND free >= ?2";
const UNHOLD: &str = "UPDATE stock SET held = held - ?2 WHERE item = ?1";
const UNSELL: &str = "UPDATE stock SET sold = sold - ?2 WHERE item = ?1";
/// Changes no row where more is held and sold.
const SUPPLY: &str = "INSERT INTO stock (item, supplied, held, sold) VALUES (?1, ?2, 0, 0)
     ON CONFLICT (item) DO UPDATE SET supplied = excluded.supplied WHERE held + sold <= excluded.supplied";
const ADMIT: &str = "INSERT INTO stock (item, supplied, held, sold) VALUES (?1, ?2, 0, 0)
     ON CONFLICT (item) DO UPDATE SET supplied = max(supplied, held + sold + excluded.supplied)";
const SETTLE: &str = "INSERT INTO stock (item, supplied, held, sold) VALUES (?1, ?2, 0, 0)
     ON CONFLICT (item) DO UPDATE SET supplied = max(held + sold, excluded.supplied)";
const SETTLE_ALL: &str = "UPDATE stock SET supplied = held + sold";
const FREE: &str = "SELECT free FROM stock WHERE item = ?1";

const INSERT: &str = "INSERT INTO stock_claims (checkout_id, item, units, state, until, owner)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const REMOVE: &str = "DELETE FROM stock_claims WHERE checkout_id = ?1 RETURNING item, units, state";
const END: &str = "UPDATE stock_claims SET state = 'ended', owner = NULL
     WHERE checkout_id = ?1 AND state = 'held' RETURNING item, units, 'held'";
/// What has ended is not held for longer.
const EXTEND: &str = "UPDATE stock_claims SET until = ?2
     WHERE checkout_id = ?1 AND state = 'held' AND until > ?3";
const SET_OWNER: &str = "UPDATE stock_claims SET owner = ?2 WHERE checkout_id = ?1 AND state = 'held'";
pub(crate) const HELD_BY: &str = "SELECT coalesce(sum(units), 0) FROM stock_claims
     WHERE owner = ?1 AND state = 'held' AND until > ?2";
pub(crate) const ENDED_OF_ITEM: &str = "SELECT checkout_id FROM stock_claims
     WHERE item = ?1 AND state = 'held' AND until <= ?2";
pub(crate) const ENDED: &str = "SELECT checkout_id FROM stock_claims
     WHERE state = 'held' AND until <= ?1 GROUP BY until, checkout_id ORDER BY until, checkout_id LIMIT ?2";
/// Comparing with a checkout that is not there gives NULL: nothing is found.
pub(crate) const LEVEL: &str = "SELECT supplied, held
     - (SELECT coalesce(sum(units), 0) FROM stock_claims
        WHERE item = ?1 AND state = 'held' AND until <= ?2)
     - (SELECT coalesce(sum(units), 0) FROM stock_claims
        WHERE checkout_id = ?3 AND item = ?1 AND state = 'held' AND until > ?2), sold
     FROM stock WHERE item = ?1";

const OF_CART: &str = "SELECT stock_claims.checkout_id, item, units, state, until, owner
     FROM checkout_carts CROSS JOIN stock_claims USING (checkout_id)
     WHERE cart_id = ?1";
const NEXT: &str = "SELECT item FROM stock WHERE item > ?1 ORDER BY item LIMIT 1";
/// How many claims an item has, and whether its levels are what they come to.
const CHECK: &str = "SELECT count(units),
     (held, sold) = (coalesce(sum(units) FILTER (WHERE state = 'held'), 0),
                     coalesce(sum(units) FILTER (WHERE state = 'sold'), 0))
     FROM stock LEFT JOIN stock_claims USING (item) WHERE stock.item = ?1 GROUP BY stock.item";
const SUPPLIES: &str = "SELECT item, supplied FROM stock WHERE item > ?1 ORDER BY item LIMIT ?2";

/// What is done where there is too little of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Supply {
    /// Nothing: it is refused.
    Counted,
    /// More of it is counted as supplied. It was there when the entry was written that is being replayed; how much there
    /// was in all is said at the end.
    Unknown,
}

/// Changes of stock by an entry, at its time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Book<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) supply: Supply,
    pub(crate) at: DateTime<Utc>,
}

impl Book<'_> {
    /// Holds all items of a checkout, or stops at the first of which there is too little.
    pub(crate) fn reserve(&self, hold: &Hold<'_>) -> Result<(), Refusal> {
        let owner = to_json(hold.owner)?;
        self.check_owner(hold, &owner)?;
        hold.items.iter().try_for_each(|wanted| {
            self.take(HOLD, wanted)?;
            self.insert(hold, wanted, State::Held, Some(&owner))
        })
    }

    /// Makes what is held for a checkout sold, or else what is free, or stops at the first item of which there is too
    /// little.
    pub(crate) fn claim(&self, hold: &Hold<'_>) -> Result<(), Refusal> {
        // What it had is free for it at once, and for nobody else: this is one transaction.
        self.release(hold.checkout)?;
        hold.items.iter().try_for_each(|wanted| {
            self.take(SELL, wanted)?;
            self.insert(hold, wanted, State::Sold, None)
        })
    }

    /// Takes back what a checkout has, held or sold.
    pub(crate) fn release(&self, checkout: CheckoutId) -> Result<(), Refusal> {
        give_back(self.transaction, REMOVE, checkout)
    }

    /// Holds for longer what is held.
    pub(crate) fn extend(&self, checkout: CheckoutId, until: DateTime<Utc>) -> Result<(), Refusal> {
        let checkout = checkout.as_uuid();
        let params = params![checkout.as_bytes(), micros(until), micros(self.at)];
        self.transaction.prepare_cached(EXTEND)?.execute(params)?;
        Ok(())
    }

    /// Refuses what an owner may not have held besides what is held for them already.
    fn check_owner(&self, hold: &Hold<'_>, owner: &str) -> Result<(), Refusal> {
        let Some(max) = hold.max_held.filter(|_| self.supply == Supply::Counted) else { return Ok(()) };
        let params = params![owner, micros(self.at)];
        let held: i64 = self.transaction.prepare_cached(HELD_BY)?.query_row(params, |row| row.get(0))?;
        let wanted: u64 = hold.items.iter().map(|wanted| u64::from(wanted.units)).sum();
        let fits = held.saturating_add(integer(wanted)) <= i64::from(max);
        if fits { Ok(()) } else { Err(Refusal::TooMuchHeld { max }) }
    }

    /// Counts units of an item as held or sold. Only where there is too little are holds looked for that have ended.
    fn take(&self, sql: &'static str, wanted: &StockUnits) -> Result<(), Refusal> {
        let StockUnits { item, units } = wanted;
        let taken = || change(self.transaction, sql, item, *units);
        if taken()? || (remove_ended_of(self.transaction, item, self.at)? && taken()?) {
            return Ok(());
        }
        let is_admitted =
            self.supply == Supply::Unknown && change(self.transaction, ADMIT, item, *units)? && taken()?;
        if is_admitted { Ok(()) } else { Err(short(self.transaction, item)?) }
    }

    fn insert(
        &self,
        hold: &Hold<'_>,
        wanted: &StockUnits,
        state: State,
        owner: Option<&str>,
    ) -> Result<(), Refusal> {
        let checkout = hold.checkout.as_uuid();
        let (item, until) = (wanted.item.as_str(), micros(hold.until));
        let params = params![checkout.as_bytes(), item, wanted.units, state.as_str(), until, owner];
        self.transaction.prepare_cached(INSERT)?.execute(params)?;
        Ok(())
    }
}

/// Says for whom a checkout's stock is held.
pub(crate) fn set_owner(
    transaction: &Transaction<'_>,
    checkout: CheckoutId,
    owner: &Owner,
) -> Result<(), Refusal> {
    let (checkout, owner) = (checkout.as_uuid(), to_json(owner)?);
    transaction.prepare_cached(SET_OWNER)?.execute(params![checkout.as_bytes(), owner])?;
    Ok(())
}

/// Says how many units of an item were ever supplied.
pub(crate) fn set_supply(
    transaction: &Transaction<'_>,
    item: &StockItemId,
    supplied: u32,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let is_set = || change(transaction, SUPPLY, item, supplied);
    if is_set()? || (remove_ended_of(transaction, item, now)? && is_set()?) {
        return Ok(());
    }
    Err(short(transaction, item)?)
}

/// Says that no more was supplied of anything than is held and sold.
pub(crate) fn settle_all(transaction: &Transaction<'_>) -> Result<(), Refusal> {
    transaction.execute(SETTLE_ALL, [])?;
    Ok(())
}

/// Says how many units of an item were supplied; at least what is held and sold.
pub(crate) fn settle(
    transaction: &Transaction<'_>,
    item: &StockItemId,
    supplied: u32,
) -> Result<(), Refusal> {
    Ok(change(transaction, SETTLE, item, supplied).map(drop)?)
}

/// Removes holds whose time has ended, the longest ago first; answers of how many checkouts.
pub(crate) fn remove_ended(
    transaction: &Transaction<'_>,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<usize, Refusal> {
    remove_all(transaction, ENDED, params![micros(now), integer(limit)])
}

/// Removes the holds with units of an item whose time has ended; answers whether there were any.
fn remove_ended_of(
    transaction: &Transaction<'_>,
    item: &StockItemId,
    now: DateTime<Utc>,
) -> Result<bool, Refusal> {
    Ok(remove_all(transaction, ENDED_OF_ITEM, params![item.as_str(), micros(now)])? > 0)
}

/// Removes the holds of the checkouts that a statement finds; answers how many these are.
fn remove_all(transaction: &Transaction<'_>, sql: &str, params: impl Params) -> Result<usize, Refusal> {
    let ended =
        all(transaction, sql, params, |row| Columns::of(CLAIMS, row).take(uuid).map(CheckoutId::from_uuid))?;
    ended.iter().try_for_each(|checkout| give_back(transaction, END, *checkout))?;
    Ok(ended.len())
}

/// Changes claims of a checkout, and gives back what they had.
fn give_back(transaction: &Transaction<'_>, sql: &str, checkout: CheckoutId) -> Result<(), Refusal> {
    let had = all(transaction, sql, [checkout.as_uuid().as_bytes()], |row| {
        let mut columns = Columns::of(CLAIMS, row);
        Ok((columns.take(parsed(StockItemId::new))?, columns.take(count)?, columns.take(state)?))
    })?;
    for (item, units, state) in had {
        match state {
            State::Held => change(transaction, UNHOLD, &item, units)?,
            State::Sold => change(transaction, UNSELL, &item, units)?,
            State::Ended => continue,
        };
    }
    Ok(())
}

/// Changes the levels of an item by so many units; answers whether it was done.
fn change(
    transaction: &Transaction<'_>,
    sql: &str,
    item: &StockItemId,
    units: u32,
) -> rusqlite::Result<bool> {
    Ok(transaction.prepare_cached(sql)?.execute(params![item.as_str(), units])? == 1)
}

fn short(transaction: &Transaction<'_>, item: &StockItemId) -> Result<Refusal, Refusal> {
    let mut statement = transaction.prepare_cached(FREE)?;
    let free = statement.query_row([item.as_str()], |row| row.get(0)).optional()?;
    Ok(Refusal::OutOfStock { item: item.clone(), available: free.unwrap_or_default() })
}

/// What there is of an item at a time; what is held for a checkout counts as free.
pub(crate) fn level(
    transaction: &Transaction<'_>,
    item: &StockItemId,
    except: Option<CheckoutId>,
    now: DateTime<Utc>,
) -> Result<Option<StockLevel>, Refusal> {
    let except = except.map(|checkout| checkout.as_uuid().into_bytes());
    let mut statement = transaction.prepare_cached(LEVEL)?;
    let params = params![item.as_str(), micros(now), except];
    Ok(statement.query_row(params, |row| Ok(read_level(row))).optional()?.transpose()?)
}

fn read_level(row: &Row<'_>) -> Result<StockLevel, Damage> {
    let mut columns = Columns::of(TABLE, row);
    Ok(StockLevel { supplied: columns.take(count)?, held: columns.take(count)?, sold: columns.take(count)? })
}

/// What a checkout has of an item, or had until its hold ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) checkout: CheckoutId,
    pub(crate) item: StockItemId,
    pub(crate) units: u32,
    pub(crate) state: State,
    pub(crate) until: DateTime<Utc>,
    pub(crate) owner: Option<Owner>,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is held, until its time ends.
    Held,
    /// Its time has ended.
    Ended,
    /// It is the order's.
    Sold,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Ended => "ended",
            Self::Sold => "sold",
        }
    }
}

fn state(value: ValueRef<'_>) -> Result<State, Reason> {
    match text(value)? {
        "held" => Ok(State::Held),
        "ended" => Ok(State::Ended),
        "sold" => Ok(State::Sold),
        _ => Err("neither held nor ended nor sold".to_owned()),
    }
}

/// What the checkouts of a cart have, by checkout and item.
pub(crate) fn of_cart(transaction: &Transaction<'_>, cart: CartId) -> Result<Vec<Claim>, Refusal> {
    let mut claims = all(transaction, OF_CART, [cart.as_uuid().as_bytes()], |row| {
        let mut columns = Columns::of(CLAIMS, row).of_cart(cart);
        Ok(Claim {
            checkout: CheckoutId::from_uuid(columns.take(uuid)?),
            item: columns.take(parsed(StockItemId::new))?,
            units: columns.take(count)?,
            state: columns.take(state)?,
            until: columns.take(time)?,
            owner: columns.take(maybe(json))?,
        })
    })?;
    claims.sort_by(|one, other| (one.checkout, &one.item).cmp(&(other.checkout, &other.item)));
    Ok(claims)
}

/// The item after another one, by name.
pub(crate) fn next_item(transaction: &Transaction<'_>, after: &str) -> rusqlite::Result<Option<String>> {
    transaction.prepare_cached(NEXT)?.query_row([after], |row| row.get(0)).optional()
}

/// How many claims an item has, and whether its levels are what they come to.
pub(crate) fn check(transaction: &Transaction<'_>, item: &str) -> rusqlite::Result<(u64, bool)> {
    transaction.prepare_cached(CHECK)?.query_row([item], |row| {
        let claims: u32 = row.get(0)?;
        Ok((claims.into(), row.get(1)?))
    })
}

/// How much was supplied of the items after another one, by name; at most so many.
pub(crate) fn supplies(
    transaction: &Transaction<'_>,
    after: &str,
    limit: usize,
) -> Result<Vec<(StockItemId, u32)>, Refusal> {
    all(transaction, SUPPLIES, params![after, integer(limit)], |row| {
        let mut columns = Columns::of(TABLE, row);
        Ok((columns.take(parsed(StockItemId::new))?, columns.take(count)?))
    })
}

fn all<T>(
    transaction: &Transaction<'_>,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, Damage>,
) -> Result<Vec<T>, Refusal> {
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}
