//! The database as a file: its one true path, who may read it, and whether it is still there.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::error::OpenError;

/// Resolves links and relative parts, so that every way to a file meets the same lock.
///
/// The file itself need not exist yet, its folder must.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, OpenError> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => resolve_new(path),
        resolved => resolved,
    }
    .map_err(|error| OpenError::from_io(path, error))
}

fn resolve_new(path: &Path) -> io::Result<PathBuf> {
    if path.is_symlink() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "the symbolic link leads nowhere"));
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(folder(path).canonicalize()?.join(name))
}

/// The folder of a file; the working folder if the path is a name alone.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Creates the file, for its owner alone, unless it exists. SQLite gives the log the same permissions.
///
/// Call it under the owner lock only: closing a file that SQLite has open in the same process would drop
/// SQLite's own locks on it.
pub(super) fn ensure(path: &Path) -> io::Result<()> {
    match owner_only().write(true).create_new(true).open(path) {
        Ok(file) => file.sync_all().and_then(|()| sync_folder(path)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Opens the file beside SQLite. It is to be closed after the last connection: closing it drops SQLite's locks.
pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// How files are created: readable and writable by their owner alone.
pub(super) fn owner_only() -> OpenOptions {
    #[allow(unused_mut, reason = "only Unix has something to add")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the entry of a new file in its folder durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder(path))?.sync_all() } else { Ok(()) }
}

/// The header of a database. SQLite takes a shorter file for an empty one and writes over what is there.
const HEADER_BYTES: u64 = 100;

/// Which file a path led to when the store was opened.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identity {
    path: PathBuf,
    number: Option<(u64, u64)>,
}

impl Identity {
    /// Notes the file at the path; refuses one that has other names, and what is no file or no database.
    pub(super) fn note(path: &Path) -> Result<Self, OpenError> {
        let metadata = fs::metadata(path).map_err(|error| OpenError::from_io(path, error))?;
        if !metadata.is_file() {
            return Err(OpenError::from_io(path, io::Error::new(io::ErrorKind::InvalidInput, "not a file")));
        }
        if (1..HEADER_BYTES).contains(&metadata.len()) {
            return Err(OpenError::NotADatabase { path: path.to_owned() });
        }
        match links(&metadata) {
            ..=1 => Ok(Self { path: path.to_owned(), number: number(&metadata) }),
            links => Err(OpenError::HardLinked { path: path.to_owned(), links }),
        }
    }

    /// Answers whether the path still leads to that file.
    pub(super) fn holds(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|metadata| number(&metadata) == self.number)
    }
}

#[cfg(unix)]
fn number(metadata: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn number(_: &fs::Metadata) -> Option<(u64, u64)> {
    None // The system itself keeps open files from being moved.
}

#[cfg(unix)]
fn links(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
fn links(_: &fs::Metadata) -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_alone_is_in_the_working_folder() {
        assert_eq!(folder(Path::new("copy.db")), Path::new("."));
        assert_eq!(folder(Path::new("copies/copy.db")), Path::new("copies"));
        sync_folder(Path::new("copy.db")).unwrap();
    }
}
