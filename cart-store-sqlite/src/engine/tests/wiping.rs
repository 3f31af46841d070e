//! What was replaced, and what is left of it.

use std::fs;
use std::time::Duration;

use cart_core::testing::Dice;

use super::super::Remnants;
use super::*;

/// Where there is always something to wipe.
const ALWAYS: Remnants = Remnants { are_there: "SELECT 1", forget: "" };
const NEVER: Remnants = Remnants { are_there: "SELECT 0", forget: "" };
const NOTES_WRITTEN: u64 = 900;

fn secret(note: u64) -> String {
    format!("secret-{note:03}.")
}

fn set(transaction: &Transaction<'_>, note: u64, body: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO notes (id, body) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET body = ?2";
    let id = i64::try_from(note).unwrap();
    transaction.prepare_cached(sql)?.execute(rusqlite::params![id, body]).map(drop)
}

/// Writes notes between others, and lets their lengths change, so that they move from page to page.
fn churn(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut dice = Dice::new(1);
    let places = (0..NOTES_WRITTEN).map(|number| number * 149 % NOTES_WRITTEN);
    let changes: Vec<u64> = (0..2_000).map(|_| dice.below(NOTES_WRITTEN)).collect();
    for note in places.chain(changes) {
        let length = usize::try_from(dice.below(800)).unwrap();
        set(transaction, note, &format!("{}{}", secret(note), "x".repeat(length)))?;
    }
    Ok(())
}

/// Takes the secret out of every other note.
fn replace(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    (0..NOTES_WRITTEN).step_by(2).try_for_each(|note| set(transaction, note, "-"))
}

fn fill(engine: &Engine) {
    block_on(engine.write(churn)).unwrap();
    block_on(engine.write(replace)).unwrap();
}

/// How many of the secrets that were replaced, and of those that were not, are in the file or its log.
fn found(place: &Place) -> (usize, usize) {
    let log = fs::read(place.beside("carts.db-wal")).unwrap_or_default();
    let bytes = [fs::read(&place.path).unwrap(), log].concat();
    let text = String::from_utf8_lossy(&bytes);
    let count =
        |first| (first..NOTES_WRITTEN).step_by(2).filter(|note| text.contains(&secret(*note))).count();
    (count(0), count(1))
}

const KEPT: usize = 450;

#[test]
fn nothing_is_left_of_what_was_replaced_once_it_is_wiped() {
    let place = Place::new();
    let engine = place.open();
    fill(&engine);
    block_on(engine.wipe(ALWAYS)).unwrap();
    assert_eq!(found(&place), (0, KEPT));
    // What was in memory does not come back.
    let again = |transaction: &Transaction<'_>| -> rusqlite::Result<()> {
        (1..NOTES_WRITTEN).step_by(2).try_for_each(|note| set(transaction, note, &secret(note)))
    };
    block_on(engine.write(again)).unwrap();
    assert_eq!(found(&place), (0, KEPT));
    drop(engine);
    assert_eq!(found(&place), (0, KEPT));
    let intact: String = place.raw().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(intact, "ok");
}

/// Without this, the test above would prove nothing.
#[test]
fn something_is_left_of_what_was_replaced_if_it_is_not_wiped() {
    let place = Place::new();
    let engine = place.open();
    fill(&engine);
    block_on(engine.wipe(NEVER)).unwrap();
    drop(engine);
    let (left, kept) = found(&place);
    assert!(left > 0 && kept == KEPT, "{left} {kept}");
}

#[test]
fn a_reader_of_an_old_state_keeps_it_from_being_wiped_for_as_long_as_it_reads() {
    let place = Place::new();
    let engine = place.open_with(&Options::default().patience(Duration::ZERO));
    put(&engine, "old").unwrap();
    let (begun, has_begun) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let reading = engine.scan(move |transaction: &Transaction<'_>| -> rusqlite::Result<Vec<String>> {
        let notes = read_notes(transaction);
        begun.send(()).unwrap();
        released.recv().unwrap();
        notes
    });
    has_begun.recv().unwrap();
    fill(&engine);
    assert!(matches!(block_on(engine.wipe(ALWAYS)), Err(Fault::Held)));
    put(&engine, "meanwhile").unwrap();
    release.send(()).unwrap();
    assert_eq!(block_on(reading).unwrap(), ["old"]);
    block_on(engine.wipe(ALWAYS)).unwrap();
    assert_eq!(found(&place), (0, KEPT));
}

#[test]
fn writes_go_on_while_it_is_wiped() {
    for (place, engine) in every_kind() {
        std::thread::scope(|scope| {
            scope.spawn(|| (0..50).for_each(|number| put(&engine, &format!("note {number}")).unwrap()));
            for _ in 0..20 {
                block_on(engine.wipe(ALWAYS)).unwrap();
            }
        });
        assert_eq!(notes(&engine).len(), 50);
        drop(place);
    }
}
