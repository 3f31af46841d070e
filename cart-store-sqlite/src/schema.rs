//! The tables, one file of plain SQL for each step from an empty database to the newest schema.

use rusqlite::Connection;
use rusqlite_migration::M;

const CARTS: &str = include_str!("../migrations/0001_carts.sql");

/// The steps in order; a file counts how many of them it has seen. A released step never changes.
pub(crate) const MIGRATIONS: &[M<'_>] = &[M::up(CARTS)];

/// An empty database of the newest schema, in memory.
pub(crate) fn fresh() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(CARTS)?;
    Ok(connection)
}
