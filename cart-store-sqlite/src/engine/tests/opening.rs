//! What a file must be to be opened, and what opening makes of it.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::*;

#[test]
fn what_was_written_is_there_when_opened_again() {
    for options in [Options::default(), normal(), normal().on_caller(true)] {
        let place = Place::new();
        let engine = place.open_with(&options);
        put(&engine, "kept").unwrap();
        drop(engine);
        assert_eq!(notes(&place.open_with(&options)), ["kept"]);
    }
}

#[test]
fn closing_leaves_one_file_and_the_lock() {
    let place = Place::new();
    put(&place.open(), "kept").unwrap();
    assert_eq!(names(&place), ["carts.db", "carts.db.lock"]);
}

/// All that is in the folder, in order.
fn names(place: &Place) -> Vec<String> {
    let files = fs::read_dir(place.folder.path()).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn durability_is_what_was_asked_for() {
    let place = Place::new();
    for (options, synchronous) in [(Options::default(), 2), (normal(), 1)] {
        let engine = place.open_with(&options);
        let setting = |pragma: &'static str| {
            let read =
                move |tx: &Transaction<'_>| tx.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
            block_on(engine.write(read)).unwrap()
        };
        assert_eq!(setting("synchronous"), synchronous);
        assert_eq!(setting("foreign_keys"), 1);
        assert_eq!(setting("trusted_schema"), 0);
        assert_eq!(setting("mmap_size"), 0);
    }
}

#[cfg(unix)]
#[test]
fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let engine = place.open();
    put(&engine, "private").unwrap();
    for name in ["carts.db", "carts.db-wal", "carts.db-shm", "carts.db.lock"] {
        let mode = fs::metadata(place.beside(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_second_store_is_refused_until_the_first_is_gone() {
    let place = Place::new();
    let first = place.open();
    let refused = place.try_open().unwrap_err();
    assert!(matches!(&refused, OpenError::InUse { lock, .. } if lock.ends_with("carts.db.lock")));
    drop(first);
    place.open();
}

#[test]
fn being_refused_leaves_the_first_store_its_locks() {
    let place = Place::new();
    let first = place.open();
    assert!(place.try_open().is_err());
    put(&first, "still the owner").unwrap();
    assert!(place.try_open().is_err());
    assert_eq!(notes(&first), ["still the owner"]);
}

#[cfg(unix)]
#[test]
fn every_way_to_the_file_meets_the_same_lock() {
    let place = Place::new();
    let _first = place.open();
    let link = place.beside("link.db");
    std::os::unix::fs::symlink(&place.path, &link).unwrap();
    let around =
        place.folder.path().join("..").join(place.folder.path().file_name().unwrap()).join("carts.db");
    for path in [link, around] {
        let second = Engine::open(&path, &Options::default(), NOTES);
        assert!(matches!(second, Err(OpenError::InUse { .. })), "{}", path.display());
    }
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_refused() {
    let place = Place::new();
    drop(place.open());
    fs::hard_link(&place.path, place.beside("second.db")).unwrap();
    assert!(matches!(place.try_open(), Err(OpenError::HardLinked { links: 2, .. })));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_refused() {
    let place = Place::new();
    std::os::unix::fs::symlink(place.beside("nowhere.db"), &place.path).unwrap();
    assert!(matches!(place.try_open(), Err(OpenError::Io { .. })));
}

#[test]
fn a_missing_folder_is_not_made() {
    let place = Place::new();
    let path = place.beside("missing").join("carts.db");
    assert!(matches!(Engine::open(&path, &Options::default(), NOTES), Err(OpenError::Io { .. })));
    assert!(!place.beside("missing").exists());
}

/// The kernel's own tree takes no files, not even from the superuser.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_files_is_read_only() {
    let refused = Engine::open(Path::new("/sys/carts.db"), &Options::default(), NOTES);
    assert!(matches!(refused, Err(OpenError::ReadOnly { .. })));
}

#[test]
fn a_folder_in_place_of_the_file_is_refused() {
    let place = Place::new();
    fs::create_dir(&place.path).unwrap();
    assert!(matches!(place.try_open(), Err(OpenError::Io { .. })));
}

fn refused_untouched(place: &Place) -> OpenError {
    let before = fs::read(&place.path).unwrap();
    let refused = place.try_open().unwrap_err();
    assert_eq!(fs::read(&place.path).unwrap(), before, "a refused file was changed");
    refused
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let place = Place::new();
    fs::write(&place.path, "a shopping list, not a database; long enough to have a header. ".repeat(40))
        .unwrap();
    assert!(matches!(refused_untouched(&place), OpenError::NotADatabase { .. }));
    // SQLite takes a file this short for an empty one, and would write over it.
    fs::write(&place.path, "x").unwrap();
    assert!(matches!(refused_untouched(&place), OpenError::NotADatabase { .. }));
}

#[test]
fn an_empty_file_is_taken() {
    let place = Place::new();
    fs::write(&place.path, "").unwrap();
    put(&place.open(), "first").unwrap();
}

#[test]
fn the_database_of_another_program_is_refused() {
    let place = Place::new();
    place.raw().execute_batch("PRAGMA application_id = 7; CREATE TABLE theirs (id);").unwrap();
    assert!(matches!(refused_untouched(&place), OpenError::Foreign { application_id: 7, .. }));
}

#[test]
fn a_database_that_does_not_say_whose_it_is_is_refused() {
    for sql in ["CREATE TABLE theirs (id);", "PRAGMA user_version = 3;"] {
        let place = Place::new();
        place.raw().execute_batch(sql).unwrap();
        assert!(matches!(refused_untouched(&place), OpenError::Foreign { application_id: 0, .. }));
    }
}

#[test]
fn a_newer_schema_is_refused() {
    let place = Place::new();
    drop(place.open());
    place.raw().pragma_update(None, "user_version", 2).unwrap();
    assert!(matches!(refused_untouched(&place), OpenError::NewerSchema { found: 2, known: 1, .. }));
}

const TWO_STEPS: &[M<'_>] = &[
    M::up("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL CHECK (body <> '')) STRICT;"),
    M::up("ALTER TABLE notes ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;"),
];

#[test]
fn an_older_schema_is_migrated_with_its_rows() {
    let place = Place::new();
    put(&place.open(), "old").unwrap();
    let engine = Engine::open(&place.path, &Options::default(), TWO_STEPS).unwrap();
    let pinned =
        |tx: &Transaction<'_>| tx.query_row("SELECT pinned FROM notes", [], |row| row.get::<_, i64>(0));
    assert_eq!(block_on(engine.read(pinned)).unwrap(), 0);
}

#[test]
fn a_migration_that_fails_leaves_the_old_schema() {
    let place = Place::new();
    put(&place.open(), "old").unwrap();
    let broken = [NOTES[0].clone(), M::up("CREATE TABLE half (id); INSERT INTO missing VALUES (1);")];
    let refused = Engine::open(&place.path, &Options::default(), &broken).unwrap_err();
    assert!(matches!(refused, OpenError::Migration { .. }));
    assert_eq!(notes(&place.open()), ["old"]);
}

fn with_many_notes() -> Place {
    let place = Place::new();
    let engine = place.open();
    let fill = |tx: &Transaction<'_>| (0..2_000).try_for_each(|_| insert(tx, "a note of some length"));
    block_on(engine.write(fill)).unwrap();
    place
}

#[test]
fn a_file_cut_short_is_corrupt() {
    let place = with_many_notes();
    let length = fs::metadata(&place.path).unwrap().len();
    fs::OpenOptions::new()
        .write(true)
        .open(&place.path)
        .unwrap()
        .set_len(length / 2 / 4_096 * 4_096)
        .unwrap();
    assert!(matches!(place.try_open(), Err(OpenError::Corrupt { .. })));
}

#[test]
fn a_damaged_schema_is_corrupt() {
    let place = with_many_notes();
    overwrite(&place.path, 100, 4_096);
    assert!(matches!(place.try_open(), Err(OpenError::Corrupt { .. })));
}

#[test]
fn damage_among_the_rows_is_an_error_where_it_is_read() {
    let place = with_many_notes();
    let length = usize::try_from(fs::metadata(&place.path).unwrap().len()).unwrap();
    overwrite(&place.path, 4_096, length);
    let read = block_on(place.open().read(read_notes));
    let Err(ReadError::Refused(error)) = read else { panic!("damage was read: {read:?}") };
    assert!(matches!(Fault::from(error), Fault::Corrupt(_)));
}

fn overwrite(path: &Path, from: usize, to: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[from..to].fill(0xa5);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_copy_opens_and_holds_what_was_committed() {
    for options in [Options::default(), normal(), normal().on_caller(true)] {
        let place = Place::new();
        let engine = place.open_with(&options);
        put(&engine, "copied").unwrap();
        let copy = place.beside("copy.db");
        block_on(engine.backup(&copy)).unwrap();
        put(&engine, "later").unwrap();
        let copy = Engine::open(&copy, &Options::default(), NOTES).unwrap();
        assert_eq!(notes(&copy), ["copied"]);
    }
}

#[test]
fn a_database_in_memory_is_not_copied() {
    let place = Place::new();
    let engine = Engine::in_memory(&Options::default(), NOTES).unwrap();
    let refused = block_on(engine.backup(&place.path));
    assert!(matches!(refused, Err(ReadError::Refused(BackupError::InMemory))));
    assert!(!place.path.exists());
}

#[test]
fn a_copy_is_one_file_and_replaces_none() {
    let place = Place::new();
    let engine = place.open();
    let copy = place.beside("copy.db");
    fs::write(&copy, "mine").unwrap();
    let refused = block_on(engine.backup(&copy));
    assert!(matches!(refused, Err(ReadError::Refused(BackupError::Exists { .. }))));
    assert_eq!(fs::read(&copy).unwrap(), b"mine");
    block_on(engine.backup(&place.beside("other.db"))).unwrap();
    assert!(!names(&place).iter().any(|name| name.contains("partial")));
    assert!(Connection::open(place.beside("other.db")).is_ok());
}

#[test]
fn of_copies_to_one_path_at_once_one_is_made_and_it_is_whole() {
    let place = Place::new();
    let engine = place.open_with(&Options::default().readers(4));
    put(&engine, "copied").unwrap();
    let copy = place.beside("copy.db");
    let together = std::sync::Barrier::new(4);
    let one = || {
        together.wait();
        block_on(engine.backup(&copy))
    };
    let made: Vec<_> = std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(one));
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let refused = |made: &Result<_, _>| matches!(made, Err(ReadError::Refused(BackupError::Exists { .. })));
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{made:?}");
    assert_eq!(made.iter().filter(|made| refused(made)).count(), 3, "{made:?}");
    assert!(!names(&place).iter().any(|name| name.contains("partial")));
    assert_eq!(notes(&Engine::open(&copy, &Options::default(), NOTES).unwrap()), ["copied"]);
}

#[test]
fn a_copy_into_a_missing_folder_is_an_error() {
    let place = Place::new();
    let refused = block_on(place.open().backup(&place.beside("missing").join("copy.db")));
    assert!(matches!(refused, Err(ReadError::Refused(BackupError::Io { .. }))));
}
