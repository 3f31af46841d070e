//! Making a whole database before anybody can open it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use rusqlite_migration::M;

use super::error::OpenError;
use super::owner::OwnerLock;
use super::unfinished::Unfinished;
use super::{connect, file, migrate};

/// Why no database was made. Nothing is left at its path.
#[derive(Debug)]
pub(crate) enum BuildError<E> {
    /// There is something at the path already.
    Exists,
    /// The file could not be made.
    Open(OpenError),
    /// What was to fill it refused.
    Refused(E),
    /// SQLite failed to commit what filled it.
    Sqlite(rusqlite::Error),
}

/// Makes a database of the newest schema, filled in one transaction, which appears at the path complete or not at all.
pub(crate) fn build<E>(
    path: &Path,
    migrations: &[M<'_>],
    fill: impl FnOnce(&Transaction<'_>) -> Result<(), E>,
) -> Result<(), BuildError<E>> {
    let path = &file::resolve(path).map_err(BuildError::Open)?;
    let _owner = OwnerLock::acquire(path).map_err(BuildError::Open)?;
    if fs::symlink_metadata(path).is_ok() {
        return Err(BuildError::Exists);
    }
    let failed = |error| BuildError::Open(OpenError::from_io(path, error));
    let partial = Unfinished::create(path).map_err(failed)?;
    make(partial.path(), migrations, fill)?;
    partial.publish().map_err(|error| match error {
        error if error.kind() == ErrorKind::AlreadyExists => BuildError::Exists,
        error => failed(error),
    })
}

fn make<E>(
    partial: &Path,
    migrations: &[M<'_>],
    fill: impl FnOnce(&Transaction<'_>) -> Result<(), E>,
) -> Result<(), BuildError<E>> {
    let mut connection = connect::building(partial).map_err(BuildError::Open)?;
    migrate(&mut connection, partial, migrations).map_err(BuildError::Open)?;
    fill_in(&connection, fill)?;
    connection.close().map_err(|(_, error)| BuildError::Sqlite(error))
}

fn fill_in<E>(
    connection: &Connection,
    fill: impl FnOnce(&Transaction<'_>) -> Result<(), E>,
) -> Result<(), BuildError<E>> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate);
    let transaction = transaction.map_err(BuildError::Sqlite)?;
    fill(&transaction).map_err(BuildError::Refused)?;
    transaction.commit().map_err(BuildError::Sqlite)
}
