//! The durable store, on a file.

use std::sync::Arc;

use cart_core::port::Store;
use cart_store_sqlite::{Durability, Options, SqliteStore};
use tempfile::TempDir;

/// A store on a file of its own, and the folder that the file is in, which is to be kept as long.
pub(crate) fn store_on_file() -> (Arc<dyn Store>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    // What power cuts do is tested with the store itself.
    let options = Options::default().durability(Durability::Normal);
    let store = SqliteStore::open(folder.path().join("carts.db"), &options).unwrap();
    (Arc::new(store), folder)
}
