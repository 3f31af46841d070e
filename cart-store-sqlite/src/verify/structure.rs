//! The file below the carts: pages, indexes, constraints and the schema itself.

use std::collections::BTreeMap;

use rusqlite::{Connection, Transaction};

use super::report::{Problem, Report};
use crate::schema;

pub(super) fn check(transaction: &Transaction<'_>, report: &mut Report) {
    for check in [check_integrity, check_references, check_schema, check_journal_is_closed] {
        if let Err(error) = check(transaction, report) {
            report.add(None, Problem::Structure(error.to_string()));
        }
    }
}

/// Pages, and indexes against their tables, unique ones included.
fn check_integrity(transaction: &Transaction<'_>, report: &mut Report) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare("PRAGMA integrity_check(100)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let message: String = row.get(0)?;
        if message != "ok" {
            report.add(None, Problem::Structure(message));
        }
    }
    Ok(())
}

fn check_references(transaction: &Transaction<'_>, report: &mut Report) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        report.add(None, Problem::Orphan(row.get(0)?));
    }
    Ok(())
}

/// What the checks above prove, they prove of this release's constraints only if these are in the file. A host may
/// have put more into it.
fn check_schema(transaction: &Transaction<'_>, report: &mut Report) -> rusqlite::Result<()> {
    let (mut found, made) = (objects(transaction)?, objects(&schema::fresh()?)?);
    for (name, sql) in made {
        if found.remove(&name) != Some(sql) {
            report.add(None, Problem::Schema(name));
        }
    }
    Ok(())
}

/// Outside a transaction that writes a history anew, nothing may be changed.
fn check_journal_is_closed(transaction: &Transaction<'_>, report: &mut Report) -> rusqlite::Result<()> {
    let is_open: bool =
        transaction.query_row("SELECT EXISTS (SELECT 1 FROM rewriting)", [], |row| row.get(0))?;
    if is_open {
        report.add(None, Problem::Changeable);
    }
    Ok(())
}

/// Every table, index and trigger with the statement that made it, but those of SQLite's own.
fn objects(connection: &Connection) -> rusqlite::Result<BTreeMap<String, Option<String>>> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
