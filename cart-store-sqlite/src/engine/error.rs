//! What can go wrong below the tables.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use cart_seal::KeyId;
use rusqlite::ErrorCode;

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another store, in this process or another one, owns the file; the lock ends with its owner.
    #[error("{} is in use by another store, which holds {}", path.display(), lock.display())]
    InUse {
        /// The database.
        path: PathBuf,
        /// The lock file beside it.
        lock: PathBuf,
    },
    /// A database, but of another program.
    #[error("{} belongs to another program (application id {application_id:#010x})", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
        /// The id in its header; 0 for a database with tables of which none says whose they are.
        application_id: i32,
    },
    /// Not an SQLite database at all, or one that is encrypted.
    #[error("{} is not a database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// Written by a later release; this one would not understand it and leaves it as it is.
    #[error("{} has schema {found}, this release knows up to {known}", path.display())]
    NewerSchema {
        /// The database.
        path: PathBuf,
        /// The schema version in the file.
        found: i32,
        /// The highest schema version that this release knows.
        known: usize,
    },
    /// Something in the file is sealed with a key that is not in the key ring, or there is no ring. Add the key; if it
    /// is lost, see [`Options::lost_key`](crate::Options::lost_key).
    #[error("{} has values sealed with key {key}, which is not in the key ring", path.display())]
    KeyMissing {
        /// The database.
        path: PathBuf,
        /// The id of the key that is needed; the lowest, if there are several.
        key: KeyId,
    },
    /// The key ring has another key under an id than the one that has sealed values in the file (or the file's record of
    /// that one was altered). What both had sealed could never be opened by one ring.
    #[error("{} has values sealed with another key {key} than the one in the key ring", path.display())]
    WrongKey {
        /// The database.
        path: PathBuf,
        /// The id of both keys.
        key: KeyId,
    },
    /// The file has more than one name. Each name would have a log and a lock of its own, which destroys data.
    #[error("{} has {links} hard links; open a file that has one name", path.display())]
    HardLinked {
        /// The database.
        path: PathBuf,
        /// How many names the file has.
        links: u64,
    },
    /// The file or its folder cannot be written.
    #[error("{} or its folder is read-only", path.display())]
    ReadOnly {
        /// The database.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No space is left for the file.
    #[error("the disk of {} is full", path.display())]
    Full {
        /// The database.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file is damaged.
    #[error("{} is damaged", path.display())]
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What SQLite found.
        #[source]
        source: rusqlite::Error,
    },
    /// A migration of this release failed on the file, which stays at its old schema.
    #[error("{} could not be brought to the schema of this release", path.display())]
    Migration {
        /// The database.
        path: PathBuf,
        /// What failed.
        #[source]
        source: Box<rusqlite_migration::Error>,
    },
    /// Anything else that the system answered, for instance that the folder does not exist.
    #[error("{} cannot be opened", path.display())]
    Io {
        /// The database.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl OpenError {
    pub(super) fn from_io(path: impl Into<PathBuf>, source: io::Error) -> Self {
        use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        let (path, kind, source) = (path.into(), source.kind(), source.into());
        if matches!(kind, PermissionDenied | ReadOnlyFilesystem) {
            Self::ReadOnly { path, source }
        } else if matches!(kind, StorageFull | QuotaExceeded) {
            Self::Full { path, source }
        } else {
            Self::Io { path, source }
        }
    }

    pub(crate) fn from_sqlite(path: impl Into<PathBuf>, source: rusqlite::Error) -> Self {
        let path = path.into();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt { path, source },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { path, source: source.into() }
            }
            Some(ErrorCode::DiskFull) => Self::Full { path, source: source.into() },
            _ => Self::Io { path, source: source.into() },
        }
    }

    pub(super) fn from_migration(path: impl Into<PathBuf>, source: rusqlite_migration::Error) -> Self {
        let path = path.into();
        let source = match of_the_file(source) {
            Ok(source) => return Self::from_sqlite(path, source),
            Err(source) => Box::new(source),
        };
        Self::Migration { path, source }
    }
}

/// Tells a fault of the file or the disk from a fault of a migration.
fn of_the_file(error: rusqlite_migration::Error) -> Result<rusqlite::Error, rusqlite_migration::Error> {
    use ErrorCode::{DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly, SystemIoFailure};
    if let rusqlite_migration::Error::RusqliteError { query, err } = error {
        let code = err.sqlite_error_code();
        match code {
            Some(NotADatabase | DatabaseCorrupt | ReadOnly | DiskFull | SystemIoFailure) => Ok(err),
            _ => Err(rusqlite_migration::Error::RusqliteError { query, err }),
        }
    } else {
        Err(error)
    }
}

/// Why the engine could not serve a call.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The store is being closed.
    #[error("the store is closed")]
    Closed,
    /// As many calls wait as may; the same call may succeed in a moment.
    #[error("too many calls are waiting")]
    Overloaded,
    /// A commit failed at the disk earlier. Reads go on; writes are refused until the file is opened again,
    /// which also decides what became of that commit.
    #[error("writes are refused since a commit failed at the disk; open the file again")]
    Stopped,
    /// The statements of the call panicked; nothing of it is stored.
    #[error("the call panicked; nothing of it is stored")]
    Panicked,
    /// A call in the same transaction failed so badly that SQLite rolled all of it back; nothing is stored.
    #[error("the transaction was rolled back by the failure of another call in it")]
    RolledBack,
    /// The statements of a call ended the transaction that they were given.
    #[error("a call ended the transaction that it was running in")]
    Ended,
    /// A long reader keeps the write-ahead log from being emptied, and it has reached its limit.
    #[error("the write-ahead log is full and a reader keeps it from being emptied")]
    LogFull,
    /// The path no longer leads to the file that was opened: it was moved, replaced or deleted.
    #[error("the database file was moved, replaced or deleted while open")]
    Moved,
    /// A long reader keeps what was replaced from being wiped.
    #[error("a reader keeps what was replaced from being wiped")]
    Held,
    /// What was replaced could not be wiped.
    #[error("what was replaced could not be wiped")]
    Wipe(#[source] Arc<io::Error>),
    /// No space is left; works again when there is.
    #[error("the disk is full")]
    Full(#[source] Arc<rusqlite::Error>),
    /// The file is damaged.
    #[error("the database is damaged")]
    Corrupt(#[source] Arc<rusqlite::Error>),
    /// Another program holds a lock on the file.
    #[error("the database is locked by another program")]
    Busy(#[source] Arc<rusqlite::Error>),
    /// Anything else that SQLite answered.
    #[error("sqlite failed")]
    Sqlite(#[source] Arc<rusqlite::Error>),
}

impl Fault {
    pub(super) fn from_io(error: io::Error) -> Self {
        Self::Wipe(Arc::new(error))
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error_code();
        let error = Arc::new(error);
        match code {
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(error),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error),
            _ => Self::Sqlite(error),
        }
    }
}

/// Why a write has no answer; `E` is what its own statements refuse with.
#[derive(Debug, thiserror::Error)]
pub enum WriteError<E> {
    /// The statements refused. Nothing of the call is stored.
    #[error("the write was refused")]
    Refused(#[source] E),
    /// The engine could not commit. Nothing of the call is stored.
    #[error("the write was not committed")]
    NotCommitted(#[source] Fault),
    /// The commit failed in a way that leaves open whether it happened. To be settled by looking, after the
    /// file has been opened again, for what the write would have stored.
    #[error("it is not known whether the write was committed")]
    Unknown(#[source] Fault),
}

/// Why a read has no answer; `E` is what its own statements refuse with.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// The statements refused.
    #[error("the read was refused")]
    Refused(#[source] E),
    /// The engine could not serve the read.
    #[error("the read was not served")]
    Unserved(#[source] Fault),
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    fn sqlite(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn a_folder_that_refuses_writes_is_read_only() {
        for kind in [io::ErrorKind::PermissionDenied, io::ErrorKind::ReadOnlyFilesystem] {
            assert!(matches!(OpenError::from_io("a", kind.into()), OpenError::ReadOnly { .. }));
        }
        let error = OpenError::from_sqlite("a", sqlite(ffi::SQLITE_READONLY_DIRECTORY));
        assert!(matches!(error, OpenError::ReadOnly { .. }));
    }

    #[test]
    fn a_disk_without_space_is_full() {
        let error = OpenError::from_io("a", io::ErrorKind::StorageFull.into());
        assert!(matches!(error, OpenError::Full { .. }));
        assert!(matches!(OpenError::from_sqlite("a", sqlite(ffi::SQLITE_FULL)), OpenError::Full { .. }));
        assert!(matches!(Fault::from(sqlite(ffi::SQLITE_FULL)), Fault::Full(_)));
    }

    #[test]
    fn a_damaged_file_is_corrupt_whoever_notices() {
        let migration = rusqlite_migration::Error::RusqliteError {
            query: String::new(),
            err: sqlite(ffi::SQLITE_CORRUPT),
        };
        assert!(matches!(OpenError::from_migration("a", migration), OpenError::Corrupt { .. }));
        assert!(matches!(
            OpenError::from_sqlite("a", sqlite(ffi::SQLITE_CORRUPT_INDEX)),
            OpenError::Corrupt { .. }
        ));
        assert!(matches!(Fault::from(sqlite(ffi::SQLITE_CORRUPT)), Fault::Corrupt(_)));
    }
}
