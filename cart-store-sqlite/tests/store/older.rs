//! Files that released versions wrote stay readable.

use std::fs;
use std::path::{Path, PathBuf};

use cart_core::facts::Uses;
use cart_core::id::CartId;
use cart_core::testing::block_on;
use cart_store_sqlite::{OpenError, Options, SqliteStore};

use crate::support::{Place, all_uses, fill, grow, journal, keys, load, normal, sealing};

/// Written by `writes_the_files_of_this_schema` with the schema of migration 1: in clear, and sealed with key 1.
const FIRST: [&str; 2] = ["schema-1.sqlite", "schema-1-sealed.sqlite"];

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn options() -> [Options; 2] {
    [normal(), sealing(&keys("1"))]
}

#[test]
fn files_of_the_first_schema_are_opened_and_sound() {
    for (name, options) in FIRST.into_iter().zip(options()) {
        let place = Place::new();
        fs::copy(kept(name), &place.path).unwrap();
        let store = SqliteStore::open(&place.path, &options).unwrap();
        let report = block_on(store.verify()).unwrap();
        assert!(report.is_sound(), "{name}: {:?}", report.findings);
        assert_eq!((report.carts, report.entries, report.uses, report.claims), (23, 192, 8, 3));
        let by_ann = &all_uses(&store).unwrap()[1];
        assert_eq!(by_ann.first(), Some(&Uses { total: 5, by_customer: 1 }));
        let mut carts: Vec<CartId> = journal(&store).iter().map(|positioned| positioned.entry.cart).collect();
        carts.dedup();
        for cart in carts {
            assert!(load(&store, cart).unwrap().is_some());
        }
        grow(&store, 999, 3);
        assert!(block_on(store.verify()).unwrap().is_sound());
    }
}

#[test]
fn a_sealed_file_of_the_first_schema_is_opened_with_its_key_alone() {
    let place = Place::new();
    fs::copy(kept(FIRST[1]), &place.path).unwrap();
    let other = format!("1:{}", "cdef".repeat(16)).parse().unwrap();
    let opened = SqliteStore::open(&place.path, &sealing(&other));
    assert!(matches!(opened, Err(OpenError::WrongKey { .. })), "{opened:?}");
    let opened = SqliteStore::open(&place.path, &normal());
    assert!(matches!(opened, Err(OpenError::KeyMissing { .. })), "{opened:?}");
}

#[test]
#[ignore = "writes the files that the tests above read; run once for each new schema"]
fn writes_the_files_of_this_schema() {
    for (name, options) in FIRST.into_iter().zip(options()) {
        let place = Place::new();
        fill(&SqliteStore::open(&place.path, &options).unwrap());
        fs::copy(&place.path, kept(name)).unwrap();
    }
}
