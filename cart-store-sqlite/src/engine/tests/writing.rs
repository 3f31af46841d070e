//! Group commit: who shares a transaction, who is told what.

use std::sync::{Arc, Mutex};

use cart_core::port::{Meter, Wrote};

use super::*;

/// How many writes shared each commit.
#[derive(Debug, Default)]
struct Sizes(Mutex<Vec<usize>>);

impl Meter for Sizes {
    fn wrote(&self, _write: &Wrote) {}

    fn committed(&self, writes: usize) {
        self.0.lock().unwrap().push(writes);
    }
}

#[test]
fn a_refused_write_stores_nothing() {
    for (_place, engine) in every_kind() {
        let refused = block_on(engine.write(|transaction| {
            insert(transaction, "undone").unwrap();
            Err::<(), _>("no")
        }));
        assert!(matches!(refused, Err(WriteError::Refused("no"))));
        assert_eq!(notes(&engine), Vec::<String>::new());
    }
}

#[test]
fn a_write_returns_what_its_statements_return() {
    for (_place, engine) in every_kind() {
        let id = block_on(engine.write(|transaction| {
            insert(transaction, "a")?;
            Ok::<_, rusqlite::Error>(transaction.last_insert_rowid())
        }));
        assert_eq!(id.unwrap(), 1);
    }
}

#[test]
fn writes_that_wait_share_a_transaction() {
    let place = Place::new();
    let engine = place.open();
    let held = Held::new(&engine);
    let answers: Vec<_> = (0..10).map(|number| hand_over(&engine, &number.to_string())).collect();
    let log = |place: &Place| std::fs::metadata(place.beside("carts.db-wal")).unwrap().len();
    let before = log(&place);
    held.release();
    answers.into_iter().for_each(|answer| block_on(answer).unwrap());
    // Ten small rows fit one page: one transaction writes it once.
    assert_eq!(log(&place) - before, 4_096 + 24);
    assert_eq!(notes(&engine).len(), 10);
}

#[test]
fn a_meter_is_told_how_many_writes_share_a_commit() {
    let (place, sizes) = (Place::new(), Arc::new(Sizes::default()));
    let engine = place.open_with(&Options::default().meter(sizes.clone()));
    block_on(hand_over(&engine, "alone")).unwrap();
    assert!(block_on(hand_over(&engine, "")).is_err(), "refused, and alone: nothing is committed");
    let held = Held::new(&engine);
    let answers: Vec<_> = ["a", "b", "", "c"].into_iter().map(|body| hand_over(&engine, body)).collect();
    held.release();
    let stored = answers.into_iter().map(|answer| block_on(answer).is_ok()).collect::<Vec<_>>();
    assert_eq!(stored, [true, true, false, true]);
    // What holds the writer up is a write as well.
    assert_eq!(*sizes.0.lock().unwrap(), [1, 1, 4]);
}

#[test]
fn a_failing_write_leaves_its_neighbours_alone() {
    let place = Place::new();
    let engine = place.open();
    let held = Held::new(&engine);
    let before = hand_over(&engine, "before");
    let half = engine.write(|transaction| insert(transaction, "half").and_then(|()| insert(transaction, "")));
    let panicking = engine.write(|transaction| -> rusqlite::Result<()> {
        insert(transaction, "panicked")?;
        panic!("on purpose")
    });
    let after = hand_over(&engine, "after");
    held.release();
    block_on(before).unwrap();
    assert!(matches!(block_on(half), Err(WriteError::Refused(_))));
    assert!(matches!(block_on(panicking), Err(WriteError::NotCommitted(Fault::Panicked))));
    block_on(after).unwrap();
    assert_eq!(notes(&engine), ["before", "after"]);
}

#[test]
fn a_write_that_panics_alone_stores_nothing_and_the_next_is_served() {
    for (_place, engine) in every_kind() {
        let panicking = block_on(engine.write(|transaction| -> rusqlite::Result<()> {
            insert(transaction, "panicked")?;
            panic!("on purpose")
        }));
        assert!(matches!(panicking, Err(WriteError::NotCommitted(Fault::Panicked))));
        put(&engine, "next").unwrap();
        assert_eq!(notes(&engine), ["next"]);
    }
}

#[test]
fn a_write_is_done_though_its_answer_is_not_waited_for() {
    for (_place, engine) in every_kind() {
        drop(hand_over(&engine, "a"));
        put(&engine, "b").unwrap();
        assert_eq!(notes(&engine), ["a", "b"]);
    }
}

#[test]
fn closing_finishes_what_waits() {
    let place = Place::new();
    let engine = place.open();
    let held = Held::new(&engine);
    let answers: Vec<_> = (0..300).map(|number| hand_over(&engine, &number.to_string())).collect();
    held.release();
    drop(engine);
    answers.into_iter().for_each(|answer| block_on(answer).unwrap());
    assert_eq!(notes(&place.open()).len(), 300);
}

#[test]
fn the_last_to_hold_the_engine_may_be_a_write() {
    let place = Place::new();
    let engine = Arc::new(place.open());
    let inside = Arc::clone(&engine);
    let (go_on, may_go_on) = mpsc::channel();
    let write = engine.write(move |transaction| {
        may_go_on.recv().unwrap();
        insert(transaction, "a").map(|()| drop(inside))
    });
    drop(engine);
    go_on.send(()).unwrap();
    block_on(write).unwrap();
}

#[test]
fn past_the_bound_a_write_is_refused_at_once() {
    let place = Place::new();
    let engine = place.open_with(&Options::default().waiting(2));
    let held = Held::new(&engine);
    let waiting = [hand_over(&engine, "a"), hand_over(&engine, "b")];
    assert!(matches!(put(&engine, "c"), Err(WriteError::NotCommitted(Fault::Overloaded))));
    held.release();
    waiting.into_iter().for_each(|answer| block_on(answer).unwrap());
    assert_eq!(notes(&engine), ["a", "b"]);
}

#[test]
fn statements_that_end_the_transaction_make_the_outcome_unknown_and_stop_nobody() {
    for (_place, engine) in every_kind() {
        let ended = block_on(engine.write(|transaction| transaction.execute_batch("COMMIT")));
        assert!(matches!(ended, Err(WriteError::Unknown(Fault::Ended))));
        put(&engine, "next").unwrap();
        assert_eq!(notes(&engine), ["next"]);
    }
}

#[test]
fn a_neighbour_that_ends_the_transaction_leaves_nobody_a_false_answer() {
    let place = Place::new();
    let engine = place.open();
    let held = Held::new(&engine);
    let before = hand_over(&engine, "before");
    let ending = engine.write(|transaction| transaction.execute_batch("ROLLBACK"));
    let after = hand_over(&engine, "after");
    held.release();
    assert!(matches!(block_on(before), Err(WriteError::Unknown(Fault::Ended))));
    assert!(matches!(block_on(ending), Err(WriteError::Unknown(Fault::Ended))));
    block_on(after).unwrap();
    assert_eq!(notes(&engine), ["after"]);
}

#[test]
fn a_commit_that_a_constraint_refuses_is_not_committed() {
    for (_place, engine) in every_kind() {
        let deferred = block_on(engine.write(|transaction| {
            transaction.execute_batch(
                "CREATE TABLE child (note INTEGER REFERENCES notes DEFERRABLE INITIALLY DEFERRED);
                 INSERT INTO child VALUES (99);",
            )
        }));
        assert!(matches!(deferred, Err(WriteError::NotCommitted(Fault::Sqlite(_)))));
        put(&engine, "next").unwrap();
    }
}

#[test]
fn writes_of_many_threads_are_all_kept() {
    for (_place, engine) in every_kind() {
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| (0..50).for_each(|_| put(&engine, "a").unwrap()));
            }
        });
        assert_eq!(notes(&engine).len(), 800);
    }
}

#[test]
fn the_calling_thread_works_only_where_the_options_say_so() {
    let here = std::thread::current().id();
    let at = |_: &Transaction<'_>| Ok::<_, rusqlite::Error>(std::thread::current().id());
    for (options, writes, reads) in [
        (Options::default(), false, false),
        (normal(), false, false),
        (Options::default().on_caller(true), false, true),
        (normal().on_caller(true), true, true),
    ] {
        let place = Place::new();
        let engine = place.open_with(&options);
        assert_eq!(block_on(engine.write(at)).unwrap() == here, writes, "{options:?}");
        assert_eq!(block_on(engine.read(at)).unwrap() == here, reads, "{options:?}");
        assert_ne!(block_on(engine.scan(at)).unwrap(), here, "{options:?}");
    }
}
