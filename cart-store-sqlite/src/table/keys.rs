//! The table of keys that have sealed something.

use cart_seal::KeyId;
use rusqlite::{Connection, Row, Transaction, params};

const IS_THERE: &str =
    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'seal_keys')";
const ALL: &str = "SELECT key_id, proof FROM seal_keys ORDER BY key_id";
const NOTE: &str = "INSERT INTO seal_keys (key_id, proof) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const FORGET: &str = "DELETE FROM seal_keys WHERE key_id = ?1";

/// A key on record, and what proves which it is.
#[derive(Debug)]
pub(crate) struct OnRecord {
    pub(crate) key: KeyId,
    pub(crate) proof: Vec<u8>,
}

/// Whether there is such a table: a new file has none yet.
pub(crate) fn are_kept(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(IS_THERE, [], |row| row.get(0))
}

/// The keys on record, by rising id.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<OnRecord>> {
    let read = |row: &Row<'_>| Ok(OnRecord { key: KeyId(row.get(0)?), proof: row.get(1)? });
    connection.prepare_cached(ALL)?.query_map([], read)?.collect()
}

/// Puts a key on record, unless it is.
pub(crate) fn note(transaction: &Transaction<'_>, KeyId(key): KeyId, proof: &[u8]) -> rusqlite::Result<()> {
    transaction.prepare_cached(NOTE)?.execute(params![key, proof]).map(drop)
}

/// Takes a key off record.
pub(crate) fn forget(transaction: &Transaction<'_>, KeyId(key): KeyId) -> rusqlite::Result<()> {
    transaction.prepare_cached(FORGET)?.execute([key]).map(drop)
}
