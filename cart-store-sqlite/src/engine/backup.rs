//! Copies of a store that is in use.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::file;

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
/// not at all; what a crash leaves behind has another name.
pub(super) fn copy(from: &Connection, to: &Path) -> Result<(), BackupError> {
    let failed = |source| BackupError::Io { path: to.to_owned(), source };
    if fs::symlink_metadata(to).is_ok() {
        return Err(BackupError::Exists { path: to.to_owned() });
    }
    let partial = beside(to);
    file::owner_only().write(true).create(true).truncate(true).open(&partial).map_err(failed)?;
    let copied = copy_pages(from, &partial).and_then(|()| publish(&partial, to).map_err(failed));
    if copied.is_err() {
        // The reason for the failure is the answer; what is left over is overwritten by the next try.
        drop(fs::remove_file(&partial));
    }
    copied
}

/// Names the unfinished file.
pub(super) fn beside(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".partial");
    name.into()
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

/// Makes a finished file durable, then gives it its name.
pub(super) fn publish(partial: &Path, to: &Path) -> io::Result<()> {
    fs::File::open(partial)?.sync_all()?;
    fs::rename(partial, to)?;
    file::sync_folder(to)
}
