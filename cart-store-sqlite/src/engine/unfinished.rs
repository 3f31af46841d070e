//! A file that gets its name once it is complete.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::file;

/// A file on its way to a path, under a name that nobody else uses meanwhile.
///
/// Dropped before it is published, it is deleted; after a crash it stays, is in nobody's way, and may be deleted.
#[derive(Debug)]
pub(super) struct Unfinished<'a> {
    path: PathBuf,
    to: &'a Path,
    is_published: bool,
}

impl<'a> Unfinished<'a> {
    /// Makes an empty file beside the path, for its owner alone.
    pub(super) fn create(to: &'a Path) -> io::Result<Self> {
        let is_taken = |made: &io::Result<Self>| {
            made.as_ref().is_err_and(|error| error.kind() == ErrorKind::AlreadyExists)
        };
        let mut tries = (0..u64::MAX).map(|number| Self::create_numbered(to, number));
        tries.find(|made| !is_taken(made)).unwrap_or_else(|| Err(ErrorKind::AlreadyExists.into()))
    }

    fn create_numbered(to: &'a Path, number: u64) -> io::Result<Self> {
        let mut name = to.as_os_str().to_owned();
        name.push(format!(".{number}.partial"));
        let path = PathBuf::from(name);
        file::owner_only().write(true).create_new(true).open(&path)?;
        Ok(Self { path, to, is_published: false })
    }

    /// Where it is for now.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the file durable, then moves it to its path. What is there already is left as it is, and the error is
    /// [`ErrorKind::AlreadyExists`]; after any error there is nothing of this file at the path.
    pub(super) fn publish(mut self) -> io::Result<()> {
        fs::File::open(&self.path)?.sync_all()?;
        // Renaming would replace what has appeared at the path meanwhile; a second name is refused there.
        match fs::hard_link(&self.path, self.to) {
            Ok(()) => self.or_withdraw(fs::remove_file(&self.path))?,
            Err(error) if has_no_links(&error) => self.rename()?,
            Err(error) => return Err(error),
        }
        self.is_published = true;
        self.or_withdraw(file::sync_folder(self.to))
    }

    /// For file systems where a file has one name: claims the path with an empty file, then replaces that.
    fn rename(&self) -> io::Result<()> {
        file::owner_only().write(true).create_new(true).open(self.to)?;
        self.or_withdraw(fs::rename(&self.path, self.to))
    }

    /// The path is this file's by now, so it can be taken back.
    fn or_withdraw(&self, done: io::Result<()>) -> io::Result<()> {
        done.inspect_err(|_| drop(fs::remove_file(self.to)))
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        // Once published, the name may be somebody else's.
        if !self.is_published {
            drop(fs::remove_file(&self.path));
        }
    }
}

fn has_no_links(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled<'a>(to: &'a Path, text: &str) -> Unfinished<'a> {
        let unfinished = Unfinished::create(to).unwrap();
        fs::write(unfinished.path(), text).unwrap();
        unfinished
    }

    fn names(folder: &Path) -> Vec<std::ffi::OsString> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    #[test]
    fn two_on_their_way_to_one_path_are_two_files_and_the_first_to_arrive_stays() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("copy.db");
        let (first, second) = (filled(&to, "first"), filled(&to, "second"));
        assert_eq!(names(folder.path()).len(), 2);
        second.publish().unwrap();
        assert_eq!(first.publish().unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&to).unwrap(), b"second");
        assert_eq!(names(folder.path()), ["copy.db"]);
    }

    #[test]
    fn without_second_names_the_first_to_arrive_stays_too() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("copy.db");
        let (first, second) = (filled(&to, "first"), filled(&to, "second"));
        second.rename().unwrap();
        assert_eq!(first.rename().unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&to).unwrap(), b"second");
    }

    #[test]
    fn what_is_not_published_is_gone_and_what_a_crash_left_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("copy.db");
        let left_over = filled(&to, "left over").path().to_owned();
        assert_eq!(names(folder.path()), [""; 0]);
        fs::write(&left_over, "left over").unwrap();
        filled(&to, "whole").publish().unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"whole");
        assert_eq!(fs::read(&left_over).unwrap(), b"left over");
    }
}
