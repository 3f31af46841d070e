//! The laws of every store, for each kind of this one.

use cart_core::store_laws;
use cart_store_sqlite::{Durability, Options, SqliteStore};
use tempfile::TempDir;

use crate::support::{keys, sealing};

fn in_file(options: &Options) -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (SqliteStore::open(folder.path().join("carts.db"), options).unwrap(), folder)
}

store_laws!(in_memory, (SqliteStore::in_memory().unwrap(), ()));
store_laws!(full, in_file(&Options::default()));
store_laws!(normal, in_file(&Options::default().durability(Durability::Normal)));
store_laws!(on_caller, in_file(&Options::default().durability(Durability::Normal).on_caller(true)));
store_laws!(sealed, in_file(&sealing(&keys("1"))));
