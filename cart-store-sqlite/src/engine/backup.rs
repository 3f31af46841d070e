//! Copies of a store that is in use.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::unfinished::Unfinished;

/// Why no copy was made. Nothing is left at the path that was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// There is something at the path already; it is left as it is.
    #[error("{} exists already", path.display())]
    Exists {
        /// Where the copy was to go.
        path: PathBuf,
    },
    /// A database in memory is not copied.
    #[error("a database in memory cannot be copied")]
    InMemory,
    /// The system refused.
    #[error("{} cannot be written", path.display())]
    Io {
        /// Where the copy was to go.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// SQLite failed, for instance because the disk is full.
    #[error("the database cannot be copied")]
    Sqlite(#[from] rusqlite::Error),
}

/// Copies the database as the connection's open transaction sees it. The copy appears at the path complete, or
/// not at all, and replaces nothing; what a crash leaves behind has a name that ends with `.partial`.
pub(super) fn copy(from: &Connection, to: &Path) -> Result<(), BackupError> {
    let failed = |source| BackupError::Io { path: to.to_owned(), source };
    if fs::symlink_metadata(to).is_ok() {
        return Err(BackupError::Exists { path: to.to_owned() });
    }
    let partial = Unfinished::create(to).map_err(failed)?;
    copy_pages(from, partial.path())?;
    partial.publish().map_err(|error| match error {
        error if error.kind() == io::ErrorKind::AlreadyExists => BackupError::Exists { path: to.to_owned() },
        error => failed(error),
    })
}

/// Copies in one step: pages that writers change meanwhile would make a copy in several steps start again.
fn copy_pages(from: &Connection, to: &Path) -> Result<(), BackupError> {
    let mut copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let step = Backup::new(from, &mut copy)?.step(-1)?;
    if step != StepResult::Done {
        let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        return Err(rusqlite::Error::SqliteFailure(busy, None).into());
    }
    copy.close().map_err(|(_, error)| error.into())
}
