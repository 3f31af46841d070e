//! Files that released versions wrote stay readable.

use std::fs;
use std::path::Path;

use cart_core::facts::Uses;
use cart_core::id::CartId;
use cart_core::testing::block_on;

use crate::support::{Place, all_uses, fill, grow, journal, load};

/// Written by `writes_the_file_of_this_schema` with the schema of migration 1.
const FIRST: &str = "tests/data/schema-1.sqlite";

#[test]
fn a_file_of_the_first_schema_is_opened_and_sound() {
    let place = Place::new();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(FIRST), &place.path).unwrap();
    let store = place.open();
    let report = block_on(store.verify()).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!((report.carts, report.entries, report.uses), (20, 126, 6));
    let by_ann = &all_uses(&store).unwrap()[1];
    assert_eq!(by_ann.first(), Some(&Uses { total: 3, by_customer: 1 }));
    let mut carts: Vec<CartId> = journal(&store).iter().map(|positioned| positioned.entry.cart).collect();
    carts.dedup();
    for cart in carts {
        assert!(load(&store, cart).unwrap().is_some());
    }
    grow(&store, 999, 3);
    assert!(block_on(store.verify()).unwrap().is_sound());
}

#[test]
#[ignore = "writes the file that the test above reads; run once for each new schema"]
fn writes_the_file_of_this_schema() {
    let place = Place::new();
    fill(&place.open());
    fs::copy(&place.path, Path::new(env!("CARGO_MANIFEST_DIR")).join(FIRST)).unwrap();
}
