//! The table of callers' requests, and forgetting them.
//!
//! The journal tells the age of a request, and its order is that of age, but for clocks that were set: so old requests
//! are found by going through it from where that was left, and no index by age has to be written by every commit.

use cart_core::id::CartId;
use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, params};

use super::columns::{Columns, flag, int, integer, maybe, micros};
use crate::error::{Damage, Refusal};

pub(crate) const TABLE: &str = "requests";

/// The most entries that one write goes through, so that others have their turn.
pub(crate) const AT_ONCE: usize = 2_000;

/// How far behind a younger entry an older one is looked for.
const AHEAD: usize = 1_000;

macro_rules! entry {
    () => {
        "SELECT journal.position, at < ?1, fingerprint IS NOT NULL,
             (SELECT status = 'checkout' FROM carts WHERE id = journal.cart_id)"
    };
}

const BEGIN: &str = "INSERT INTO forgotten_requests (id, position) VALUES (1, 0) ON CONFLICT DO NOTHING";
const REACHED: &str = "SELECT position FROM forgotten_requests WHERE id = 1";
const REACH: &str = "UPDATE forgotten_requests SET position = ?1 WHERE id = 1";
pub(crate) const ENTRIES: &str =
    concat!(entry!(), " FROM journal WHERE position > ?2 ORDER BY position LIMIT ?3");
pub(crate) const KEPT: &str = concat!(
    entry!(),
    " FROM kept_requests CROSS JOIN journal USING (position)
     WHERE kept_requests.position > ?2 ORDER BY kept_requests.position LIMIT ?3"
);
const KEEP: &str = "INSERT INTO kept_requests (position) VALUES (?1) ON CONFLICT DO NOTHING";
const LET_GO: &str = "DELETE FROM kept_requests WHERE position = ?1";
/// The key may have been used again by a later entry.
const FORGET: &str = "DELETE FROM requests WHERE position = ?1
     AND (cart_id, request_key, actor) = (SELECT cart_id, request_key, actor FROM journal WHERE position = ?1)";
/// The rows of a cart that are no entry of its with that key by that actor.
const MISPLACED: &str = "SELECT 1 FROM requests WHERE cart_id = ?1 AND NOT EXISTS (
     SELECT 1 FROM journal WHERE journal.position = requests.position AND journal.cart_id = requests.cart_id
         AND journal.request_key = requests.request_key AND journal.actor = requests.actor
         AND fingerprint IS NOT NULL)";

/// What a look at an entry tells about its request.
struct Found {
    position: i64,
    is_old: bool,
    is_callers: bool,
    in_checkout: bool,
}

/// What one write has forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forgotten {
    pub(crate) requests: usize,
    /// Whether there is nothing more to forget, or no more was to be.
    pub(crate) is_done: bool,
}

/// Forgets some of the requests before a time, the oldest first; those of carts in checkout are kept.
pub(crate) fn forget(
    transaction: &Transaction<'_>,
    before: DateTime<Utc>,
    limit: usize,
) -> Result<Forgotten, Refusal> {
    let mut forgetting = Forgetting { transaction, before: micros(before), limit, forgotten: 0 };
    forgetting.kept()?;
    let is_done = forgetting.entries()?;
    Ok(Forgotten { requests: forgetting.forgotten, is_done })
}

struct Forgetting<'a> {
    transaction: &'a Transaction<'a>,
    before: i64,
    limit: usize,
    forgotten: usize,
}

impl Forgetting<'_> {
    /// Goes through what was kept while its cart was in checkout.
    fn kept(&mut self) -> Result<(), Refusal> {
        let mut after = 0;
        loop {
            let found = self.find(KEPT, after)?;
            let Some(last) = found.last() else { return Ok(()) };
            after = last.position;
            for found in found {
                if self.forgotten < self.limit && found.is_old && !found.in_checkout {
                    self.forget(found.position)?;
                    self.transaction.prepare_cached(LET_GO)?.execute([found.position])?;
                }
            }
        }
    }

    /// Goes through entries from where that was left; answers whether all is forgotten that can be.
    fn entries(&mut self) -> Result<bool, Refusal> {
        self.transaction.prepare_cached(BEGIN)?.execute([])?;
        let mut reach = self.transaction.prepare_cached(REACHED)?.query_row([], |row| row.get(0))?;
        let (found, mut young) = (self.find(ENTRIES, reach)?, 0);
        for entry in &found {
            if self.forgotten == self.limit || young == AHEAD {
                break;
            }
            if entry.is_old && entry.is_callers {
                self.forget_or_keep(entry)?;
            }
            young += usize::from(!entry.is_old);
            reach = if young == 0 { entry.position } else { reach };
        }
        self.transaction.prepare_cached(REACH)?.execute([reach])?;
        Ok(young > 0 || found.len() < AT_ONCE || self.forgotten == self.limit)
    }

    fn forget_or_keep(&mut self, found: &Found) -> Result<(), Refusal> {
        if found.in_checkout {
            self.transaction.prepare_cached(KEEP)?.execute([found.position])?;
            return Ok(());
        }
        self.forget(found.position)
    }

    fn forget(&mut self, position: i64) -> Result<(), Refusal> {
        self.forgotten += self.transaction.prepare_cached(FORGET)?.execute([position])?;
        Ok(())
    }

    fn find(&self, sql: &str, after: i64) -> Result<Vec<Found>, Refusal> {
        let mut statement = self.transaction.prepare_cached(sql)?;
        let mut rows = statement.query(params![self.before, after, integer(AT_ONCE)])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }
}

fn read(row: &Row<'_>) -> Result<Found, Damage> {
    let mut columns = Columns::of(TABLE, row);
    Ok(Found {
        position: columns.take(int)?,
        is_old: columns.take(flag)?,
        is_callers: columns.take(flag)?,
        in_checkout: columns.take(maybe(flag))?.unwrap_or_default(),
    })
}

/// Whether every request of a cart leads to the entry that it wrote.
pub(crate) fn are_placed(transaction: &Transaction<'_>, cart: CartId) -> rusqlite::Result<bool> {
    let misplaced = transaction.prepare_cached(MISPLACED)?.exists([cart.as_uuid().as_bytes()])?;
    Ok(!misplaced)
}
