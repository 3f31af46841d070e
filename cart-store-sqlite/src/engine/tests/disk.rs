//! A disk that is full or fails, a log that cannot be emptied, a file that is gone.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::*;

/// Lets the database grow no further than it is, as a full disk does.
fn allow_pages(engine: &Engine, pages: i64) {
    let limit = move |tx: &Transaction<'_>| {
        tx.pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))
    };
    block_on(engine.write(limit)).unwrap();
}

/// Writes until there is no space, and answers how many fitted.
fn fill(engine: &Engine) -> usize {
    let body = "a note of some length ".repeat(40);
    let fitting = (0..10_000).take_while(|_| put(engine, &body).is_ok());
    fitting.count()
}

#[test]
fn a_full_disk_refuses_and_space_brings_writes_back() {
    for (_place, engine) in every_kind() {
        allow_pages(&engine, 8);
        let fitted = fill(&engine);
        assert!((1..10_000).contains(&fitted));
        assert_eq!(notes(&engine).len(), fitted);
        allow_pages(&engine, 100_000);
        put(&engine, "space again").unwrap();
        assert!(!engine.is_stopped());
        assert_eq!(notes(&engine).len(), fitted + 1);
    }
}

#[test]
fn a_full_disk_is_told_apart() {
    let place = Place::new();
    let engine = place.open();
    allow_pages(&engine, 8);
    fill(&engine);
    let Err(WriteError::Refused(error)) = put(&engine, &"long ".repeat(2_000)) else { panic!("it fitted") };
    assert!(matches!(Fault::from(error), Fault::Full(_)));
}

#[test]
fn neighbours_of_a_write_that_fills_the_disk_get_a_true_answer() {
    let place = Place::new();
    let engine = place.open();
    allow_pages(&engine, 8);
    let held = Held::new(&engine);
    let answers =
        [hand_over(&engine, "a"), hand_over(&engine, &"long ".repeat(20_000)), hand_over(&engine, "b")];
    held.release();
    let kept = answers.map(|answer| block_on(answer).is_ok());
    assert!(!kept[1]);
    assert_eq!(notes(&engine).len(), kept.iter().filter(|kept| **kept).count());
}

#[test]
fn the_log_stays_short_under_steady_writing() {
    for options in [Options::default(), normal(), normal().on_caller(true)] {
        let place = Place::new();
        let limit = 1 << 20;
        let engine = place.open_with(&options.log_limit_bytes(limit));
        let body = "a note of some length ".repeat(400);
        (0..2_000).for_each(|_| put(&engine, &body).unwrap());
        assert!(fs::metadata(&place.path).unwrap().len() > 8 * limit);
        assert!(fs::metadata(place.beside("carts.db-wal")).unwrap().len() < 2 * limit);
    }
}

#[test]
fn a_reader_that_never_ends_makes_writes_wait_not_the_disk_fill() {
    for options in [Options::default(), normal(), normal().on_caller(true)] {
        let place = Place::new();
        let limit = 1 << 20;
        let engine = place.open_with(&options.log_limit_bytes(limit).patience(Duration::ZERO));
        let reader = place.raw();
        let reading = reader.unchecked_transaction().unwrap();
        read_notes(&reading).unwrap();

        let body = "a note of some length ".repeat(400);
        let refused = (0..10_000).find_map(|_| put(&engine, &body).err());
        assert!(matches!(refused, Some(WriteError::NotCommitted(Fault::LogFull))));
        assert!(fs::metadata(place.beside("carts.db-wal")).unwrap().len() < 2 * limit);

        drop(reading);
        // The next try to empty the log succeeds; until then the answer is the same.
        while matches!(put(&engine, "again"), Err(WriteError::NotCommitted(Fault::LogFull))) {
            std::thread::yield_now();
        }
        assert_eq!(notes(&engine).last().unwrap(), "again");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_was_deleted_or_replaced_takes_no_more_writes() {
    let place = Place::new();
    let engine = place.open();
    put(&engine, "a").unwrap();
    fs::rename(&place.path, place.beside("moved.db")).unwrap();
    assert!(matches!(put(&engine, "lost"), Err(WriteError::NotCommitted(Fault::Moved))));
    fs::write(&place.path, "").unwrap();
    assert!(matches!(put(&engine, "lost"), Err(WriteError::NotCommitted(Fault::Moved))));
    fs::rename(place.beside("moved.db"), &place.path).unwrap();
    put(&engine, "b").unwrap();
    assert_eq!(notes(&engine), ["a", "b"]);
}

const CHILD: &str = "CART_TEST_FAILING_DISK";

/// A process of its own, which may not make files longer than a limit: its writes to the log fail.
#[cfg(unix)]
#[test]
fn a_commit_that_fails_at_the_disk_is_unknown_and_stops_the_writer() {
    let place = Place::new();
    drop(place.open());
    let this = std::env::current_exe().unwrap();
    let script =
        "trap '' XFSZ; ulimit -f 200; exec \"$0\" --exact engine::tests::disk::on_a_failing_disk --nocapture";
    let child = Command::new("sh").args(["-c", script]).arg(this).env(CHILD, &place.path).output().unwrap();
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{told}{}", String::from_utf8_lossy(&child.stderr));
    let acknowledged = told.lines().filter(|line| line.ends_with("acknowledged")).count();
    assert!(acknowledged > 0 && told.contains("unknown, then stopped"), "{told}");

    let engine = place.open();
    let kept = notes(&engine).len();
    assert!((acknowledged..=acknowledged + 1).contains(&kept), "{kept} of {acknowledged}");
    put(&engine, "works again").unwrap();
}

/// The other half of the test above; alone it has no failing disk to look at.
#[test]
fn on_a_failing_disk() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let engine = Engine::open(path.as_ref(), &Options::default(), NOTES).unwrap();
    let body = "a note of some length ".repeat(400);
    let failed = loop {
        match put(&engine, &body) {
            Ok(()) => println!("\nacknowledged"),
            Err(failed) => break failed,
        }
    };
    assert!(matches!(failed, WriteError::Unknown(Fault::Sqlite(_))), "{failed:?}");
    assert!(matches!(put(&engine, "later"), Err(WriteError::NotCommitted(Fault::Stopped))));
    assert!(engine.is_stopped());
    assert!(!notes(&engine).is_empty());
    println!("\nunknown, then stopped");
}
