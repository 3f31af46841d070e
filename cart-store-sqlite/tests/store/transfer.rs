//! A journal out of a store and into a new one.

use std::io::{self, Write};
use std::sync::Arc;

use cart_core::id::CartId;
use cart_core::port::StoreError;
use cart_core::promotion::UseLimit;
use cart_core::testing::block_on;
use cart_store_sqlite::SqliteStore;
use cart_store_sqlite::transfer::{ExportError, LineError, ReplayError};

use crate::support::{Place, all_uses, begun, change, exported, fill, grow, journal, load, normal, used};

/// All carts that the journal names, as they are stored.
fn carts(store: &SqliteStore) -> Vec<Arc<cart_core::cart::Cart>> {
    let mut ids: Vec<CartId> = journal(store).iter().map(|positioned| positioned.entry.cart).collect();
    ids.sort();
    ids.dedup();
    ids.into_iter().map(|id| load(store, id).unwrap().unwrap()).collect()
}

#[test]
fn a_replayed_store_has_the_same_carts_lines_and_journal() {
    let place = Place::new();
    let store = place.open();
    fill(&store);
    let export = exported(&store);
    let entries = SqliteStore::replay(place.beside("new.db"), &normal(), export.as_bytes()).unwrap();
    let replayed = SqliteStore::open(place.beside("new.db"), &normal()).unwrap();
    assert_eq!(usize::try_from(entries).unwrap(), journal(&store).len());
    assert_eq!(journal(&replayed), journal(&store));
    assert_eq!(carts(&replayed), carts(&store));
    assert_eq!(all_uses(&replayed).unwrap(), all_uses(&store).unwrap());
    assert_eq!(exported(&replayed), export);
    assert!(block_on(replayed.verify()).unwrap().is_sound());
    grow(&replayed, 999, 2);
    let positions: Vec<_> = journal(&replayed).iter().map(|positioned| positioned.position).collect();
    assert!(positions.is_sorted() && positions.len() == usize::try_from(entries).unwrap() + 3);
}

#[test]
fn rows_are_the_same_byte_for_byte() {
    let place = Place::new();
    fill(&place.open());
    SqliteStore::replay(place.beside("new.db"), &normal(), exported(&place.open()).as_bytes()).unwrap();
    let raw = place.raw();
    raw.execute("ATTACH ?1 AS new", [place.beside("new.db").to_str().unwrap()]).unwrap();
    let shared = [
        "grants",
        "links",
        "suggestions",
        "checkout_carts",
        "checkouts",
        "checkout_records",
        "stock",
        "stock_claims",
    ];
    let others = ["carts", "lines", "journal", "requests", "promotion_uses", "promotion_counts"];
    for table in others.into_iter().chain(shared) {
        for (one, other) in [("main", "new"), ("new", "main")] {
            let sql = format!(
                "SELECT count(*) FROM (SELECT * FROM {one}.{table} EXCEPT SELECT * FROM {other}.{table})"
            );
            let differing: i64 = raw.query_row(&sql, [], |row| row.get(0)).unwrap();
            assert_eq!(differing, 0, "{table} of {one}");
        }
    }
}

#[test]
fn a_journal_that_does_not_fit_a_piece_is_exported_whole() {
    let store = SqliteStore::in_memory().unwrap();
    for number in 0..10 {
        grow(&store, number, 250);
    }
    let export = exported(&store);
    assert!(export.len() > 3 << 19, "{} bytes", export.len());
    assert_eq!(export.lines().count(), 10 * 251 + 2);
    let place = Place::new();
    SqliteStore::replay(&place.path, &normal(), export.as_bytes()).unwrap();
    assert_eq!(journal(&place.open()), journal(&store));
}

#[test]
fn an_empty_store_is_exported_and_replayed() {
    let place = Place::new();
    let export = exported(&SqliteStore::in_memory().unwrap());
    assert_eq!(export.lines().count(), 2);
    assert_eq!(SqliteStore::replay(&place.path, &normal(), export.as_bytes()).unwrap(), 0);
    assert!(journal(&place.open()).is_empty());
}

#[test]
fn a_writer_that_fails_is_an_error() {
    struct Broken;
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let store = SqliteStore::in_memory().unwrap();
    let failed = block_on(store.export(Broken));
    assert!(matches!(failed, Err(ExportError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe));
}

#[test]
fn nothing_that_exists_is_replaced() {
    let place = Place::new();
    grow(&place.open(), 1, 0);
    let export = exported(&place.open());
    let before = std::fs::read(&place.path).unwrap();
    let refused = SqliteStore::replay(&place.path, &normal(), export.as_bytes());
    assert!(matches!(refused, Err(ReplayError::Exists { .. })));
    assert_eq!(std::fs::read(&place.path).unwrap(), before);
}

/// Changes an export of three entries in three lines between first and last, and answers what is wrong with it.
fn refused(change: impl FnOnce(&mut Vec<String>)) -> (u64, LineError) {
    let store = SqliteStore::in_memory().unwrap();
    grow(&store, 1, 2);
    let mut lines: Vec<String> = exported(&store).lines().map(|line| format!("{line}\n")).collect();
    assert_eq!(lines.len(), 5);
    change(&mut lines);
    let place = Place::new();
    let refused = SqliteStore::replay(&place.path, &normal(), lines.concat().as_bytes()).unwrap_err();
    assert!(!place.path.exists() && !place.beside("carts.db.0.partial").exists());
    let ReplayError::Line { line, reason } = refused else { panic!("{refused:?}") };
    (line, reason)
}

#[test]
fn an_export_of_something_else_is_refused() {
    assert!(matches!(refused(Vec::clear), (1, LineError::NotAnExport)));
    assert!(matches!(refused(|lines| lines[0] = "{}\n".into()), (1, LineError::NotAnExport)));
    let other = |lines: &mut Vec<String>| lines[0] = lines[0].replace("cart-journal", "diary");
    assert!(matches!(refused(other), (1, LineError::NotAnExport)));
}

#[test]
fn a_later_format_is_refused() {
    let later = |lines: &mut Vec<String>| lines[0] = lines[0].replace("\"version\":1", "\"version\":2");
    assert!(matches!(refused(later), (1, LineError::NewerFormat { found: 2 })));
}

#[test]
fn an_export_that_was_cut_short_is_refused() {
    assert!(matches!(refused(|lines| drop(lines.pop())), (5, LineError::CutShort)));
    assert!(matches!(refused(|lines| lines.truncate(2)), (3, LineError::CutShort)));
    let half = |lines: &mut Vec<String>| {
        lines.truncate(3);
        lines[2].truncate(40);
    };
    assert!(matches!(refused(half), (3, LineError::CutShort)));
}

#[test]
fn a_missing_repeated_or_misplaced_entry_is_refused() {
    assert!(matches!(refused(|lines| drop(lines.remove(2))), (3, LineError::OutOfPlace)));
    assert!(matches!(refused(|lines| drop(lines.remove(3))), (4, LineError::Count { said: 3, found: 2 })));
    assert!(matches!(refused(|lines| lines.insert(2, lines[1].clone())), (3, LineError::Position)));
    assert!(matches!(refused(|lines| lines.swap(2, 3)), (3, LineError::OutOfPlace)));
}

#[test]
fn more_after_the_end_is_refused() {
    assert!(matches!(refused(|lines| lines.push("\n".into())), (6, LineError::Trailing)));
}

#[test]
fn a_line_that_is_no_entry_is_refused() {
    assert!(matches!(refused(|lines| lines[2] = "{\n".into()), (3, LineError::Malformed { .. })));
    let unknown = |lines: &mut Vec<String>| lines[2] = lines[2].replace("\"actor\"", "\"author\"");
    assert!(matches!(refused(unknown), (3, LineError::Malformed { .. })));
    let quantity = |lines: &mut Vec<String>| lines[2] = lines[2].replace("\"to\":2", "\"to\":0");
    assert!(matches!(refused(quantity), (3, LineError::Malformed { .. })));
}

#[test]
fn an_entry_that_makes_an_impossible_cart_is_refused() {
    let same = |lines: &mut Vec<String>| lines[2] = lines[2].replace("product-1", "product-0");
    assert!(matches!(refused(same), (3, LineError::Inconsistent(_))));
    let missing = |lines: &mut Vec<String>| {
        lines[3] = lines[3].replacen("-000000000000\",\"from\"", "-0000000000ff\",\"from\"", 1);
    };
    assert!(matches!(refused(missing), (4, LineError::Refused(_))));
}

#[test]
fn an_entry_that_uses_a_promotion_beyond_its_limit_is_refused() {
    let store = SqliteStore::in_memory().unwrap();
    let limit = UseLimit { total: Some(2), per_customer: None };
    for (number, checkout) in [(1, 1), (2, 2)] {
        change(&store, &grow(&store, number, 0), [begun(checkout, [used("p", "ann", limit)])]);
    }
    let export = exported(&store);
    assert_eq!(SqliteStore::replay(Place::new().path, &normal(), export.as_bytes()).unwrap(), 4);
    let lower = export.replace("\"total\":2", "\"total\":1");
    assert_ne!(lower, export);
    let refused = SqliteStore::replay(Place::new().path, &normal(), lower.as_bytes());
    let Err(ReplayError::Line { line: 5, reason: LineError::Refused(reason) }) = refused else {
        panic!("{refused:?}")
    };
    assert!(matches!(reason, StoreError::UsedUp { by_customer: false, .. }), "{reason:?}");
}

/// Commits to the store before it takes what is written to it.
struct Meanwhile {
    store: Option<Arc<SqliteStore>>,
}

impl Write for Meanwhile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(store) = self.store.take() {
            grow(&store, 2, 0);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn commits_go_on_while_the_journal_is_written_out() {
    let place = Place::new();
    let store = Arc::new(place.open());
    grow(&store, 1, 0);
    let meanwhile = Meanwhile { store: Some(Arc::clone(&store)) };
    assert_eq!(block_on(store.export(meanwhile)).unwrap(), 2);
}
