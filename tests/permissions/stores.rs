//! The stores that the matrix is walked over.

use std::sync::Arc;

use cart_core::journal::Position;
use cart_core::memory::MemoryStore;
use cart_core::port::{EventLog, Store};
use cart_core::testing::block_on;
use cart_store_sqlite::{Durability, Options, SqliteStore};

/// A store, and how much there is in it.
pub struct Opened {
    /// The store.
    pub store: Arc<dyn Store>,
    /// How many rows, or entries where it has no rows.
    pub rows: Box<dyn Fn() -> i64>,
}

/// How a store is opened.
type Open = fn() -> Opened;

/// All stores, by name.
pub fn stores() -> [(&'static str, Open); 2] {
    [("memory", memory), ("SQLite", sqlite)]
}

fn memory() -> Opened {
    let store = Arc::new(MemoryStore::default());
    let journal = Arc::clone(&store);
    let rows = move || {
        let entries = block_on(journal.entries_after(Position::default(), usize::MAX));
        i64::try_from(entries.expect("a journal").len()).expect("few entries")
    };
    Opened { store, rows: Box::new(rows) }
}

/// A real file, looked into by a connection of its own.
fn sqlite() -> Opened {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("carts.db");
    let options = Options::default().durability(Durability::Normal);
    let store = Arc::new(SqliteStore::open(&path, &options).expect("a file"));
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let file = rusqlite::Connection::open_with_flags(&path, flags).expect("the same file");
    let counted = count_of_all_rows(&file);
    let rows = move || {
        let _folder = &folder;
        file.query_row(&counted, [], |row| row.get(0)).expect("a count")
    };
    Opened { store, rows: Box::new(rows) }
}

/// The statement that counts the rows of all tables.
fn count_of_all_rows(file: &rusqlite::Connection) -> String {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut statement = file.prepare(tables).expect("the tables");
    let names = statement.query_map([], |row| row.get::<_, String>(0)).expect("their names");
    let counts: Vec<String> =
        names.map(|name| format!("(SELECT count(*) FROM \"{}\")", name.expect("a name"))).collect();
    format!("SELECT {}", counts.join(" + "))
}
