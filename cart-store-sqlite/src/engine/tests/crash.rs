//! The end of a process at any point.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::*;

const CHILD: &str = "CART_TEST_WRITER";

/// Starts a process that writes for as long as it lives, and says after each write that it was acknowledged.
fn writer(place: &Place, durability: &str) -> Child {
    let this = std::env::current_exe().unwrap();
    Command::new(this)
        .args(["--exact", "engine::tests::crash::a_writer_that_never_ends", "--nocapture"])
        .env(CHILD, &place.path)
        .env("CART_TEST_DURABILITY", durability)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills the writer after so many acknowledged writes and answers how many it acknowledged in all.
fn killed_after(mut child: Child, writes: usize) -> usize {
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = || told.find(|line| line.as_ref().is_ok_and(|line| line == "acknowledged"));
    (0..writes).for_each(|_| drop(acknowledged().unwrap()));
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it died, a last line cut short apart.
    writes + std::iter::from_fn(acknowledged).count()
}

#[test]
fn a_killed_process_leaves_every_acknowledged_write_and_no_lock() {
    for durability in ["full", "normal", "on_caller"] {
        let place = Place::new();
        let mut acknowledged = 0;
        for kill in 1..=10 {
            acknowledged += killed_after(writer(&place, durability), kill * 7);
            let engine = place.open();
            let kept = notes(&engine).len();
            // Every kill may have left one write that was durable but not yet acknowledged.
            assert!((acknowledged..=acknowledged + kill).contains(&kept), "{kept} of {acknowledged}");
            let check = |tx: &Transaction<'_>| {
                tx.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
            };
            assert_eq!(block_on(engine.scan(check)).unwrap(), "ok");
        }
    }
}

#[test]
fn another_process_is_refused_while_the_writer_lives() {
    let place = Place::new();
    let mut child = writer(&place, "normal");
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
    told.find(|line| line.as_ref().is_ok_and(|line| line == "acknowledged")).unwrap().unwrap();
    let refused = place.try_open();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(matches!(refused, Err(OpenError::InUse { .. })));
    place.open();
}

/// The other half of the tests above; alone it has nothing to write to.
#[test]
fn a_writer_that_never_ends() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let options = match std::env::var("CART_TEST_DURABILITY").unwrap().as_str() {
        "full" => Options::default(),
        "normal" => normal(),
        _ => normal().on_caller(true),
    };
    let engine = Engine::open(path.as_ref(), &options, NOTES).unwrap();
    loop {
        put(&engine, "a note").unwrap();
        println!("\nacknowledged");
    }
}
