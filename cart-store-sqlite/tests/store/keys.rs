//! Which keys a sealed store opens with: those that have sealed what is in it, and no others of their numbers.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;

use cart_core::id::CartId;
use cart_core::port::{CartIndex, CartStore, EventLog, PageRequest, ShareIndex, StoreError};
use cart_core::testing::block_on;
use cart_core::testing::samples::{Write, added, cart_id, created_sole, line, owner};
use cart_seal::{KeyId, KeyRing};
use cart_store_sqlite::transfer::ExportError;
use cart_store_sqlite::verify::{Finding, Problem};
use cart_store_sqlite::{OpenError, Options, Resealed, SqliteStore};

use crate::sealing::{everything, plant, token, without};
use crate::support::{Place, commit, exported, journal, keys, load, normal, sealing};

/// Another key 1 than that of [`keys`], and perhaps other keys after it.
fn another_key_1(more: &str) -> Options {
    let first = format!("1:{}", "cdef".repeat(16));
    let ring: KeyRing = first.parse().unwrap();
    assert_eq!(ring.current(), KeyId(1));
    let more = if more.is_empty() { String::new() } else { format!(",{more}") };
    sealing(&format!("{first}{more}").parse().unwrap())
}

fn open(place: &Place, numbers: &str) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(&place.path, &sealing(&keys(numbers)))
}

/// A file with the carts of these numbers, sealed with key 1.
fn sealed_with_1(carts: impl IntoIterator<Item = u64>) -> Place {
    let place = Place::new();
    let store = open(&place, "1").unwrap();
    carts.into_iter().for_each(|number| drop(plant(&store, number)));
    drop(store);
    place
}

fn is_wrong_key(opened: Result<SqliteStore, OpenError>) -> bool {
    matches!(opened, Err(OpenError::WrongKey { key: KeyId(1), .. }))
}

fn is_missing(opened: Result<SqliteStore, OpenError>, number: u32) -> bool {
    matches!(opened, Err(OpenError::KeyMissing { key, .. }) if key == KeyId(number))
}

fn reseal(store: &SqliteStore, after: Option<CartId>, limit: usize) -> Resealed {
    block_on(store.reseal(after, limit)).unwrap()
}

#[test]
fn another_key_of_the_same_number_does_not_open_the_store_and_changes_nothing() {
    let place = sealed_with_1([1]);
    let before = fs::read(&place.path).unwrap();
    let as_old = format!("1:{}", "cdef".repeat(16));
    let as_old = format!("2:{},{as_old}", "02ab".repeat(16)).parse().unwrap();
    for options in [another_key_1(""), sealing(&as_old)] {
        let refused = SqliteStore::open(&place.path, &options).unwrap_err();
        assert!(matches!(refused, OpenError::WrongKey { key: KeyId(1), .. }), "{refused:?}");
        assert!(refused.to_string().contains("another key 1"), "{refused}");
        assert!(is_wrong_key(SqliteStore::open(&place.path, &options.lost_key(KeyId(1)))));
    }
    assert!(fs::read(&place.path).unwrap() == before);
    everything(&open(&place, "1").unwrap());
}

#[test]
fn a_sealed_store_opens_with_all_of_its_keys_alone_and_changes_nothing_without() {
    let place = sealed_with_1([1]);
    drop(plant(&open(&place, "7,1").unwrap(), 2));
    let before = fs::read(&place.path).unwrap();
    assert!(is_missing(SqliteStore::open(&place.path, &normal()), 1));
    assert!(is_missing(open(&place, "2"), 1));
    assert!(is_missing(open(&place, "1"), 7));
    let refused = open(&place, "2,1").unwrap_err();
    assert!(refused.to_string().contains("key 7"), "{refused}");
    assert!(fs::read(&place.path).unwrap() == before);
    for numbers in ["7,1", "1,7", "2,7,1"] {
        everything(&open(&place, numbers).unwrap());
    }
}

#[test]
fn a_key_that_has_sealed_nothing_is_not_needed() {
    let place = Place::new();
    drop(open(&place, "2,1").unwrap());
    let made = || Write::new([added(line(0, 1))]).create(cart_id(1), created_sole(owner("ann")));
    let plain = place.open();
    commit(&plain, made()).unwrap();
    drop(plain);
    let sealing = open(&place, "1").unwrap();
    let refused = commit(&sealing, made()).unwrap_err();
    assert!(matches!(refused, StoreError::Conflict { .. }), "{refused:?}");
    assert_eq!(load(&sealing, cart_id(1)).unwrap().map(|cart| cart.lines().len()), Some(1));
    drop(sealing);
    drop(place.open());
    let other = SqliteStore::open(&place.path, &another_key_1("")).unwrap();
    plant(&other, 2);
    drop(other);
    assert!(is_wrong_key(open(&place, "1")));
}

#[test]
fn whatever_is_written_first_puts_its_key_on_record() {
    let write_anew = |store: &SqliteStore| {
        let cart = load(store, cart_id(1)).unwrap().unwrap();
        block_on(store.rewrite(without(store, &cart, "ann"))).unwrap();
    };
    let change = |store: &SqliteStore| drop(plant(store, 2));
    let seal = |store: &SqliteStore| {
        assert_eq!(reseal(store, None, 9), Resealed { carts: 1, ..Resealed::default() });
    };
    for write in [&write_anew as &dyn Fn(&SqliteStore), &change, &seal] {
        let place = Place::new();
        plant(&place.open(), 1);
        write(&open(&place, "1").unwrap());
        assert!(is_wrong_key(SqliteStore::open(&place.path, &another_key_1(""))));
        assert!(is_missing(SqliteStore::open(&place.path, &normal()), 1));
        everything(&open(&place, "1").unwrap());
    }
}

#[test]
fn a_store_made_of_an_export_has_its_key_on_record_unless_it_is_empty() {
    for carts in [0, 1] {
        let (from, place) = (SqliteStore::in_memory().unwrap(), Place::new());
        (0..carts).for_each(|number| drop(plant(&from, number)));
        SqliteStore::replay(&place.path, &sealing(&keys("1")), exported(&from).as_bytes()).unwrap();
        let other = SqliteStore::open(&place.path, &another_key_1(""));
        assert_eq!(is_wrong_key(other), carts > 0);
        assert_eq!(exported(&open(&place, "1").unwrap()), exported(&from));
    }
}

#[test]
fn a_copy_needs_the_same_keys() {
    let place = sealed_with_1([1]);
    block_on(open(&place, "1").unwrap().backup(&place.beside("copy.db"))).unwrap();
    assert!(is_wrong_key(SqliteStore::open(place.beside("copy.db"), &another_key_1(""))));
    assert!(is_missing(SqliteStore::open(place.beside("copy.db"), &normal()), 1));
    everything(&SqliteStore::open(place.beside("copy.db"), &sealing(&keys("1"))).unwrap());
}

#[test]
fn first_writes_at_once_put_their_key_on_record_once() {
    let place = Place::new();
    let (store, start) = (open(&place, "1").unwrap(), Barrier::new(8));
    thread::scope(|scope| {
        for number in 0..8 {
            let (store, start) = (&store, &start);
            scope.spawn(move || {
                start.wait();
                plant(store, number);
            });
        }
    });
    drop(store);
    let on_record: Vec<u32> = place
        .raw()
        .prepare("SELECT key_id FROM seal_keys")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(on_record, [1]);
    assert!(is_wrong_key(SqliteStore::open(&place.path, &another_key_1(""))));
}

const CHILD: &str = "CART_TEST_RIVAL_STORE";
const KEY: &str = "CART_TEST_RIVAL_KEY";

/// A process that seals a cart in a store with a key, or says that the store has another one.
fn rival(place: &Place, key: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "keys::a_rival", "--nocapture"])
        .env(CHILD, &place.path)
        .env(KEY, key)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn of_two_processes_with_different_keys_of_one_number_one_seals_and_the_other_is_refused() {
    for _ in 0..5 {
        let place = Place::new();
        let rivals = ["01ab", "cdef"].map(|part| rival(&place, &format!("1:{}", part.repeat(16))));
        let mut told = rivals.map(|rival| {
            let told = String::from_utf8(rival.wait_with_output().unwrap().stdout).unwrap();
            ["sealed", "wrong key"].into_iter().find(|word| told.lines().any(|line| line == *word))
        });
        told.sort_unstable();
        assert_eq!(told, [Some("sealed"), Some("wrong key")]);
        let openable = [sealing(&keys("1")), another_key_1("")]
            .map(|keys| SqliteStore::open(&place.path, &keys).is_ok());
        assert!(openable[0] != openable[1]);
    }
}

/// The other half of the test above; alone it has nothing to open.
#[test]
fn a_rival() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let options = sealing(&std::env::var(KEY).unwrap().parse().unwrap());
    let told = loop {
        match SqliteStore::open(&path, &options) {
            Ok(store) => {
                plant(&store, 1);
                break "sealed";
            }
            Err(OpenError::InUse { .. }) => thread::yield_now(),
            opened => {
                assert!(is_wrong_key(opened));
                break "wrong key";
            }
        }
    };
    println!("\n{told}");
}

#[test]
fn a_key_that_nothing_is_sealed_with_any_more_is_retired_once_all_carts_were_gone_through() {
    let place = sealed_with_1(1..10);
    let both = open(&place, "2,1").unwrap();
    let went_on = Resealed { carts: 4, next: Some(cart_id(4)), ..Resealed::default() };
    assert_eq!(reseal(&both, None, 4), went_on);
    let from_the_middle = Resealed { carts: 3, ..Resealed::default() };
    assert_eq!(reseal(&both, Some(cart_id(6)), 9), from_the_middle);
    let rest = Resealed { carts: 2, retired: vec![KeyId(1)], ..Resealed::default() };
    assert_eq!(reseal(&both, None, 10), rest);
    assert_eq!(reseal(&both, None, 10), Resealed::default());
    let before = everything(&both);
    drop(both);
    assert_eq!(everything(&open(&place, "2").unwrap()), before);
    assert!(is_missing(open(&place, "1"), 2));
    let back = open(&place, "1,2").unwrap();
    let all = Resealed { carts: 9, retired: vec![KeyId(2)], ..Resealed::default() };
    assert_eq!(reseal(&back, None, 100), all);
    drop(back);
    assert_eq!(everything(&open(&place, "1").unwrap()), before);
}

/// Nothing in a plain store is sealed, so no key is needed for it.
#[test]
fn a_plain_store_has_nothing_to_seal_anew() {
    let store = SqliteStore::in_memory().unwrap();
    plant(&store, 1);
    assert_eq!(reseal(&store, None, 9), Resealed::default());
}

/// Changes the end of what is sealed in a column of a cart.
fn forge(place: &Place, table: &str, column: &str, cart: CartId) {
    let key = if table == "carts" { "id" } else { "cart_id" };
    let id = cart.as_uuid().simple();
    place.tamper(&format!(
        "DROP TRIGGER IF EXISTS journal_is_not_rewritten;
         UPDATE {table} SET {column} = CAST(substr({column}, 1, length({column}) - 16) || zeroblob(16) AS BLOB)
         WHERE {key} = x'{id}' AND {column} IS NOT NULL"
    ));
}

#[test]
fn resealing_goes_past_carts_that_do_not_open_and_tells_them() {
    let place = sealed_with_1(1..10);
    let damage =
        [("carts", "name", 2), ("lines", "note", 4), ("links", "label", 6), ("journal", "events", 9)];
    for (table, column, number) in damage {
        forge(&place, table, column, cart_id(number));
    }
    let damaged = |done: &Resealed| done.damaged.iter().map(|found| found.cart).collect::<Vec<_>>();
    let expected = [2, 4, 6, 9].map(|number| Some(cart_id(number)));
    let both = open(&place, "2,1").unwrap();
    let mut done = reseal(&both, None, 100);
    done.damaged.sort_by_key(|found| found.cart);
    assert_eq!(
        (done.carts, damaged(&done), done.next, done.retired.as_slice()),
        (5, expected.into(), None, &[][..])
    );
    let told = done.damaged[0].to_string();
    assert!(
        told.contains(&cart_id(2).to_string()) && told.contains("carts") && told.contains("name"),
        "{told}"
    );
    for number in [1, 3, 5, 7, 8] {
        assert!(load(&both, cart_id(number)).unwrap().is_some());
    }
    let again = reseal(&both, None, 100);
    assert_eq!((again.carts, again.damaged.len()), (0, 4));
    drop(both);
    assert!(is_missing(open(&place, "2"), 1));
    // With the current key, damage is told as well, though there would be nothing to do.
    let back = open(&place, "1,2").unwrap();
    let done = reseal(&back, None, 100);
    assert_eq!((done.carts, done.damaged.len(), done.retired), (5, 4, vec![KeyId(2)]));
    drop(back);
    let one = reseal(&open(&place, "1").unwrap(), None, 100);
    assert_eq!((one.carts, one.damaged.len()), (0, 4));
}

#[test]
fn a_store_whose_key_is_told_to_be_lost_opens_and_tells_what_is_missing() {
    let place = sealed_with_1([1]);
    let without_ring = normal().lost_key(KeyId(1));
    assert!(is_missing(SqliteStore::open(&place.path, &without_ring), 1));
    let other_lost = sealing(&keys("2")).lost_key(KeyId(3));
    assert!(is_missing(SqliteStore::open(&place.path, &other_lost), 1));
    let store = SqliteStore::open(&place.path, &sealing(&keys("2")).lost_key(KeyId(1))).unwrap();
    let (kept, lost) = (plant(&store, 2), cart_id(1));
    let is_told = |error: StoreError| matches!(error, StoreError::KeyMissing { key: 1, .. });
    assert!(is_told(load(&store, lost).unwrap_err()));
    assert!(is_told(block_on(store.entries(lost, None, 9)).unwrap_err()));
    let page = PageRequest { after: None, limit: 9 };
    assert!(is_told(block_on(store.carts_of(kept.channel(), kept.owner(), page)).unwrap_err()));
    assert_eq!(block_on(store.cart_with_link(token(1).digest())).unwrap(), Some(lost));
    let exported = block_on(store.export(Vec::new()));
    assert!(matches!(exported, Err(ExportError::Store(StoreError::KeyMissing { key: 1, .. }))));
    assert_eq!(load(&store, kept.id()).unwrap().as_ref(), Some(&kept));
    let missing = Finding { cart: Some(lost), problem: Problem::KeyMissing { key: 1 } };
    let report = block_on(store.verify()).unwrap();
    assert!(report.findings.contains(&missing), "{report:?}");
    let done = Resealed { damaged: vec![missing], ..Resealed::default() };
    assert_eq!(reseal(&store, None, 9), done);
    drop(store);
    assert!(is_missing(open(&place, "2"), 1));
    let found = open(&place, "2,1").unwrap();
    everything(&found);
    assert_eq!(journal(&found).len(), 8);
}

#[test]
fn a_record_that_is_gone_is_found_by_verification_and_comes_back_with_the_next_write() {
    let place = sealed_with_1([1]);
    place.tamper("DELETE FROM seal_keys");
    let store = open(&place, "1").unwrap();
    let report = block_on(store.verify()).unwrap();
    let expected = Finding { cart: Some(cart_id(1)), problem: Problem::KeyNotOnRecord { key: 1 } };
    assert_eq!(report.findings, [expected]);
    plant(&store, 2);
    everything(&store);
}

#[test]
fn a_proof_that_was_altered_opens_nothing() {
    let place = sealed_with_1([1]);
    place.tamper("UPDATE seal_keys SET key_id = 2");
    let opened = open(&place, "2,1");
    assert!(matches!(opened, Err(OpenError::WrongKey { key: KeyId(2), .. })), "{opened:?}");
    place.tamper("UPDATE seal_keys SET key_id = 1, proof = x'01'");
    assert!(is_wrong_key(open(&place, "1")));
}
