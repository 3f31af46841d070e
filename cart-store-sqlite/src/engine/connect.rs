//! Connections and what each is set to.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::OpenError;
use crate::options::Durability;

/// Marks our files in their header: "CART".
pub(super) const APPLICATION_ID: i32 = 0x4341_5254;

/// Statements kept prepared on each connection; more than a store has.
const PREPARED: usize = 128;
/// What an oversized log file is cut back to when it is started anew, in bytes.
const LOG_KEPT: i64 = 32 << 20;

/// Opens a connection that may write. The file must exist.
pub(super) fn writing(path: &Path, patience: Duration) -> Result<Connection, OpenError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience)
}

/// Opens a connection to an empty file that nobody else has open and that is worth nothing until it is complete: it
/// can do without what would undo a write.
pub(super) fn building(path: &Path) -> Result<Connection, OpenError> {
    let connection = writing(path, Duration::ZERO)?;
    let failed = |error| OpenError::from_sqlite(path, error);
    sign(&connection).map_err(failed)?;
    let mode = connection.pragma_update_and_check(None, "journal_mode", "OFF", |row| row.get::<_, String>(0));
    mode.map_err(failed)?;
    connection.pragma_update(None, "synchronous", "OFF").map_err(failed)?;
    Ok(connection)
}

/// Opens a connection that cannot write.
pub(super) fn reading(path: &Path, patience: Duration) -> Result<Connection, OpenError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, patience)
}

/// Opens a database in memory, which one connection has to itself.
pub(super) fn in_memory() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    harden(&connection, Duration::ZERO)?;
    connection.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID};"))?;
    Ok(connection)
}

fn open(path: &Path, mode: OpenFlags, patience: Duration) -> Result<Connection, OpenError> {
    let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    let failed = |error| OpenError::from_sqlite(path, error);
    let connection = connection.map_err(failed)?;
    harden(&connection, patience).map_err(failed)?;
    Ok(connection)
}

/// Sets what every connection has: constraints enforced, no trust in what a tampered file may bring along, and
/// damage noticed where it is read. Memory maps would turn a read error into the death of the process. What is deleted
/// is overwritten: it may be personal.
fn harden(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    connection.busy_timeout(patience)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.execute_batch(
        "PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA mmap_size = 0;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;",
    )
}

/// Takes possession of a file that is empty or ours; leaves any other as it is.
pub(super) fn identify(connection: &Connection, path: &Path, known: usize) -> Result<(), OpenError> {
    let failed = |error| OpenError::from_sqlite(path, error);
    let (application_id, schema, objects) = header(connection).map_err(failed)?;
    match (application_id, schema, objects) {
        (APPLICATION_ID, found, _) if usize::try_from(found).is_ok_and(|found| found <= known) => Ok(()),
        (APPLICATION_ID, found, _) => Err(OpenError::NewerSchema { path: path.to_owned(), found, known }),
        (0, 0, 0) => sign(connection).map_err(failed),
        _ => Err(OpenError::Foreign { path: path.to_owned(), application_id }),
    }
}

/// Reads whose file it is, its schema version, and how many tables and indexes it has; reading those also shows
/// whether the schema can be read at all.
fn header(connection: &Connection) -> rusqlite::Result<(i32, i32, i64)> {
    let read = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0));
    let objects = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok((read("application_id")?, read("user_version")?, objects))
}

fn sign(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID};"))
}

/// Turns on the write-ahead log. Emptying it is nobody's side effect: [`super::log`] does it.
pub(super) fn use_log(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(rusqlite::Error::InvalidParameterName(format!("journal mode {mode}")));
    }
    connection.execute_batch(&format!(
        "PRAGMA synchronous = {};
         PRAGMA fullfsync = {};
         PRAGMA checkpoint_fullfsync = ON;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = {LOG_KEPT};",
        synchronous(durability),
        fullfsync(durability),
    ))
}

/// Writes the first frame of an empty log. Its header is flushed at every durability, and who writes it here is not
/// a caller: a flush would hold up an async thread.
pub(super) fn begin_log(connection: &Connection) -> rusqlite::Result<()> {
    let schema: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    connection.pragma_update(None, "user_version", schema)
}

const fn synchronous(durability: Durability) -> &'static str {
    match durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    }
}

/// macOS keeps a flush in the drive's cache unless asked twice; elsewhere this changes nothing.
const fn fullfsync(durability: Durability) -> &'static str {
    match durability {
        Durability::Full => "ON",
        Durability::Normal => "OFF",
    }
}
