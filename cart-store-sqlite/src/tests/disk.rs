//! A disk that is full, and one that fails.

use std::path::Path;
use std::process::Command;

use cart_core::port::EventLog;
use cart_core::testing::samples::note;
use rusqlite::Transaction;

use super::*;
use crate::{Durability, Options};

fn normal() -> Options {
    Options::default().durability(Durability::Normal)
}

/// Lets the file grow no further than so many pages, as a full disk does.
fn allow_pages(store: &SqliteStore, pages: i64) {
    let limit = move |transaction: &Transaction<'_>| {
        transaction.pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))
    };
    block_on(store.engine.write(limit)).unwrap();
}

#[test]
fn a_full_disk_is_told_and_carts_stay_readable_and_sound() {
    let folder = tempfile::tempdir().unwrap();
    for options in [Options::default(), normal()] {
        let store =
            SqliteStore::open(folder.path().join(format!("{options:?}.db").len().to_string()), &options);
        let store = store.unwrap();
        let mut cart = create(&store, 1, 3);
        allow_pages(&store, 40);
        let refused = loop {
            let lines: Vec<_> = (0..50).map(|n| added(line(cart.version().get() * 100 + n, 1))).collect();
            match commit(&store, Write::new(lines).change(&cart)) {
                Ok(next) => cart = next,
                Err(refused) => break refused,
            }
        };
        assert!(matches!(refused, StoreError::Full { .. }), "{refused:?}");
        assert_eq!(load(&store, cart.id()), cart);
        assert!(block_on(store.verify()).unwrap().is_sound());
        allow_pages(&store, 1_000_000);
        let cart = change(&store, &cart, [CartEvent::NoteChanged { note: Some(note("space again")) }]);
        assert_eq!(load(&store, cart.id()), cart);
    }
}

const CHILD: &str = "CART_TEST_STORE_ON_A_FAILING_DISK";

/// A process of its own, which may not make files longer than a limit: its writes to the log fail.
#[cfg(unix)]
#[test]
fn what_became_of_a_commit_that_failed_at_the_disk_is_not_known_until_the_store_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("carts.db");
    drop(SqliteStore::open(&path, &Options::default()).unwrap());
    let this = std::env::current_exe().unwrap();
    let script =
        "trap '' XFSZ; ulimit -f 400; exec \"$0\" --exact tests::disk::on_a_failing_disk --nocapture";
    let child = Command::new("sh").args(["-c", script]).arg(this).env(CHILD, &path).output().unwrap();
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{told}{}", String::from_utf8_lossy(&child.stderr));
    let acknowledged =
        told.lines().filter_map(|line| line.strip_prefix("version ")?.parse::<u64>().ok()).next_back();
    let acknowledged = acknowledged.unwrap();

    let store = SqliteStore::open(&path, &Options::default()).unwrap();
    let version = load(&store, cart_id(1)).version().get();
    assert!((acknowledged..=acknowledged + 1).contains(&version), "{version} after {acknowledged}");
    let entry = block_on(find(&store, acknowledged + 1)).unwrap();
    assert_eq!(entry.is_some(), version == acknowledged + 1);
    assert!(block_on(store.verify()).unwrap().is_sound());
}

async fn find(store: &SqliteStore, version: u64) -> Result<Option<cart_core::journal::Entry>, StoreError> {
    let ann = cart_core::testing::samples::user("ann").to_ref();
    let request = Write::new([]).with_key(&format!("for-{version}")).request;
    store.find_request(cart_id(1), &ann, &request).await
}

/// The other half of the test above; alone it has no failing disk to look at.
#[test]
fn on_a_failing_disk() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let store = SqliteStore::open(Path::new(&path), &Options::default()).unwrap();
    let mut cart = create(&store, 1, 1);
    let failed = loop {
        let lines: Vec<_> = (0..50).map(|n| added(line(cart.version().get() * 100 + n, 1))).collect();
        let key = format!("for-{}", cart.version().next());
        match commit(&store, Write::new(lines).with_key(&key).change(&cart)) {
            Ok(next) => cart = next,
            Err(failed) => break failed,
        }
        println!("\nversion {}", cart.version());
    };
    assert!(matches!(failed, StoreError::Unknown { .. }), "{failed:?}");
    assert!(store.is_stopped());
    let missing = block_on(find(&store, cart.version().next().get()));
    assert!(matches!(missing, Err(StoreError::Unavailable { .. })), "{missing:?}");
    assert!(block_on(find(&store, cart.version().get())).unwrap().is_some());
    let next = Write::new([added(line(9, 1))]).change(&cart);
    assert!(matches!(commit(&store, next), Err(StoreError::Unavailable { .. })));
    assert_eq!(load(&store, cart.id()), cart);
}
