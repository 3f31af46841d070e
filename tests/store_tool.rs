//! The program that looks after a store's file, where keys are at stake: what it says and how it ends.

mod support;

use std::path::Path;
use std::process::Command;

use cart_core::event::Created;
use cart_core::port::CartStore;
use cart_core::testing::block_on;
use cart_core::testing::samples::{Write, cart_id, created_sole, name, owner, unit};
use cart_store_sqlite::{Options, SqliteStore};
use support::program;

/// How a run ended: whether in good order, its output and its errors.
#[derive(Debug)]
struct Run {
    success: bool,
    stdout: String,
    stderr: String,
}

fn run(example: &str, words: &[&str], file: &Path, settings: &[(&str, &str)]) -> Run {
    let mut command = Command::new(program(example));
    command.args(words).env("CART_DATABASE", file).env("CART_LISTEN", "127.0.0.1:0");
    let output = command.envs(settings.iter().copied()).output().expect("the program can be run");
    let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
    Run { success: output.status.success(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn store(command: &str, file: &Path, keys: &str) -> Run {
    run("store", &[command, file.to_str().expect("UTF-8")], file, &[("CART_KEY_RING", keys)])
}

fn key(number: u8, part: &str) -> String {
    format!("{number}:{}", part.repeat(16))
}

/// A file of three carts with names, sealed with key 1.
fn sealed() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("carts.db");
    let keys = key(1, "01ab").parse().expect("a key ring");
    let store = SqliteStore::open(&file, &Options::default().key_ring(keys)).expect("it opens");
    for number in 1..=3 {
        let made = Created { name: Some(name("a cart")), ..created_sole(owner(&format!("user-{number}"))) };
        let made = Write::new([]).create(cart_id(number), made);
        block_on(store.commit(unit([made]))).expect("it commits");
    }
    (folder, file)
}

#[test]
fn keys_that_cannot_be_used_are_told_with_what_is_wrong_and_not_shown() {
    let (_folder, file) = sealed();
    let settings = [("CART_KEY_RING", "1:5ec4e7")];
    let runs = [run("storefront", &[], &file, &settings), store("verify", &file, "1:5ec4e7")];
    for run in runs {
        assert!(!run.success && run.stderr.contains("CART_KEY_RING: key 1"), "{run:?}");
        assert!(run.stderr.contains("64 hexadecimal digits") && !run.stderr.contains("5ec4e7"), "{run:?}");
    }
}

#[test]
fn a_file_is_opened_with_its_own_keys_alone() {
    let (_folder, file) = sealed();
    for (keys, told) in [("", "key 1"), (&key(2, "02ab"), "key 1"), (&key(1, "cdef"), "another key 1")] {
        let runs = [store("verify", &file, keys), run("storefront", &[], &file, &[("CART_KEY_RING", keys)])];
        for run in runs {
            assert!(!run.success && run.stderr.contains(told), "{keys}: {run:?}");
        }
    }
    let sound = store("verify", &file, &key(1, "01ab"));
    assert!(sound.success && sound.stdout.contains("sound"), "{sound:?}");
    let lost = [("CART_KEY_RING", &*key(2, "02ab")), ("CART_LOST_KEYS", "1")];
    let lost = run("store", &["verify", file.to_str().expect("UTF-8")], &file, &lost);
    assert!(!lost.success && lost.stdout.contains("it is sealed with key 1"), "{lost:?}");
}

#[test]
fn resealing_tells_the_keys_that_are_not_needed_any_more() {
    let (_folder, file) = sealed();
    let both = format!("{},{}", key(2, "02ab"), key(1, "01ab"));
    let run = store("reseal", &file, &both);
    assert!(run.success && run.stderr.contains("3 carts sealed anew, 0 left"), "{run:?}");
    assert_eq!(run.stdout, "key 1 is not needed any more\n");
    assert!(store("verify", &file, &key(2, "02ab")).success);
}

#[test]
fn resealing_tells_the_carts_that_do_not_open_and_fails() {
    let (_folder, file) = sealed();
    let damaged = cart_id(2);
    let sql = "UPDATE carts SET name = CAST(substr(name, 1, length(name) - 16) || zeroblob(16) AS BLOB) WHERE id = ?1";
    let raw = rusqlite::Connection::open(&file).expect("it is a database");
    assert_eq!(raw.execute(sql, [damaged.as_uuid().as_bytes()]).expect("it is changed"), 1);
    drop(raw);
    let both = format!("{},{}", key(2, "02ab"), key(1, "01ab"));
    let run = store("reseal", &file, &both);
    assert!(!run.success && run.stderr.contains("2 carts sealed anew, 1 left"), "{run:?}");
    assert!(run.stdout.contains(&damaged.to_string()) && !run.stdout.contains("not needed"), "{run:?}");
}
