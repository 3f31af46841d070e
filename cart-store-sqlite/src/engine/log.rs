//! Keeping the write-ahead log short, away from the callers.
//!
//! Nobody who waits for a write empties the log. A thread of its own copies it into the database while writes go
//! on, then holds them up for the short rest, so that the next one starts the log from its beginning.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use futures_channel::oneshot;
use rusqlite::Connection;

use super::error::Fault;
use super::wipe::Remnants;
use super::{connect, lock};

/// The page size of files that the engine creates, in bytes; a log frame is 24 bytes more.
const PAGE_BYTES: u64 = 4_096;
/// Emptying costs two flushes and random writes; at 4,000 pages (16 MiB) that is a small share of the writes.
const WORTH_EMPTYING: i64 = 4_000;

/// How much is in the log, in pages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fill {
    busy: bool,
    pages: i64,
    copied: i64,
}

/// The log as writers see it, and the bell that they ring.
#[derive(Debug)]
pub(super) struct Log {
    worth: i64,
    limit: i64,
    next: AtomicI64,
    bell: Mutex<Bell>,
    rung: Condvar,
    wipes: Mutex<Vec<Wipe>>,
}

/// Somebody's wish that what was replaced be wiped, and where to tell what became of it.
#[derive(Debug)]
pub(super) struct Wipe {
    pub(super) remnants: Remnants,
    pub(super) caller: oneshot::Sender<Result<(), Fault>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bell {
    Quiet,
    Due,
    Closed,
}

impl Log {
    pub(super) fn new(limit_bytes: u64) -> Self {
        let limit = i64::try_from(limit_bytes / (PAGE_BYTES + 24)).unwrap_or(i64::MAX);
        let worth = WORTH_EMPTYING.min(limit / 4);
        let (bell, rung) = (Mutex::new(Bell::Quiet), Condvar::new());
        Self { worth, limit, next: AtomicI64::new(0), bell, rung, wipes: Mutex::default() }
    }

    /// Looks at the log after a commit and answers whether it has reached its limit.
    pub(super) fn watch(&self, writer: &Connection) -> bool {
        let Ok(fill) = checkpoint(writer, "PRAGMA wal_checkpoint(NOOP)") else { return false };
        let due = fill.pages - fill.copied >= self.worth && fill.pages >= self.next.load(Ordering::Relaxed);
        let full = fill.pages >= self.limit;
        if due || full {
            self.ring(Bell::Due);
        }
        full
    }

    pub(super) fn close(&self) {
        self.ring(Bell::Closed);
    }

    pub(super) fn ask(&self, wipe: Wipe) {
        lock(&self.wipes).push(wipe);
        self.ring(Bell::Due);
    }

    /// What was asked for and not begun.
    pub(super) fn asked(&self) -> Vec<Wipe> {
        std::mem::take(&mut lock(&self.wipes))
    }

    fn ring(&self, bell: Bell) {
        let mut now = lock(&self.bell);
        if *now != Bell::Closed {
            *now = bell;
        }
        self.rung.notify_one();
    }

    /// Waits until there is something to empty; answers false once the store closes.
    pub(super) fn wait(&self) -> bool {
        let quiet = |bell: &mut Bell| *bell == Bell::Quiet;
        let mut bell = self.rung.wait_while(lock(&self.bell), quiet).unwrap_or_else(|held| held.into_inner());
        if *bell == Bell::Due {
            *bell = Bell::Quiet;
        }
        *bell != Bell::Closed
    }

    /// Waits a moment before the log is tried again; answers false once the store closes.
    pub(super) fn wait_a_moment(&self) -> bool {
        let open = |bell: &mut Bell| *bell != Bell::Closed;
        let moment = Duration::from_millis(20);
        let waited = self.rung.wait_timeout_while(lock(&self.bell), moment, open);
        *waited.unwrap_or_else(|held| held.into_inner()).0 != Bell::Closed
    }

    /// Copies what it can while writes go on; the copying is most of the work.
    pub(super) fn copy(&self, connection: &Connection) {
        // A failure shows again when the log is emptied, and there the log's limit answers it.
        drop(checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)"));
    }

    /// Empties the log while nobody writes. Answers whether it is still at its limit, for a reader holds on.
    pub(super) fn empty(&self, connection: &Connection) -> bool {
        if checkpoint(connection, "PRAGMA wal_checkpoint(RESTART)").is_ok_and(|fill| !fill.busy) {
            self.begin_anew(connection);
            return false;
        }
        let pages = checkpoint(connection, "PRAGMA wal_checkpoint(NOOP)").map_or(0, |fill| fill.pages);
        self.give_up_until(pages + self.worth / 2);
        pages >= self.limit
    }

    /// Copies all of the log and cuts it off, so that nothing is left in it. Answers false if a reader holds on.
    pub(super) fn cut_off(&self, connection: &Connection) -> rusqlite::Result<bool> {
        checkpoint(connection, "PRAGMA wal_checkpoint(TRUNCATE)").map(|fill| !fill.busy)
    }

    pub(super) fn begin_anew(&self, connection: &Connection) {
        self.give_up_until(0);
        // If this fails, the next writer begins the log, and finds what is wrong.
        drop(connect::begin_log(connection));
    }

    fn give_up_until(&self, pages: i64) {
        self.next.store(pages, Ordering::Relaxed);
    }
}

fn checkpoint(connection: &Connection, sql: &str) -> rusqlite::Result<Fill> {
    connection.prepare_cached(sql)?.query_row([], |row| {
        Ok(Fill { busy: row.get::<_, i64>(0)? != 0, pages: row.get(1)?, copied: row.get(2)? })
    })
}
