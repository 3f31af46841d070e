//! One owner for each file.
//!
//! A store keeps carts in memory and trusts that nobody else changes its file. So it holds an exclusive advisory
//! lock on a file beside the database for as long as it lives. The system ends the lock with the process, however
//! that ends. The lock file stays: deleting it would let a third store lock a new file of the same name while a
//! second one still holds the old one.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::error::OpenError;
use super::file;

/// The lock, held until dropped.
#[derive(Debug)]
pub(super) struct OwnerLock {
    file: File,
}

impl Drop for OwnerLock {
    /// Closing the file is not enough: a process that is just being started holds a copy of it until it runs.
    fn drop(&mut self) {
        // If this fails, the lock ends a moment later with the last copy.
        drop(self.file.unlock());
    }
}

impl OwnerLock {
    /// Becomes the owner of the database at a resolved path, or says who cannot share it.
    pub(super) fn acquire(database: &Path) -> Result<Self, OpenError> {
        let path = beside(database);
        let file = file::owner_only().write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|error| OpenError::from_io(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: database.to_owned(), lock: path }),
            Err(TryLockError::Error(error)) => Err(OpenError::from_io(&path, error)),
        }
    }
}

/// Names the lock file of a database.
fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
