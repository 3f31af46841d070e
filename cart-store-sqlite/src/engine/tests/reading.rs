//! What readers see.

use super::*;

#[test]
fn a_read_sees_what_was_acknowledged_before() {
    for (_place, engine) in every_kind() {
        put(&engine, "a").unwrap();
        assert_eq!(notes(&engine), ["a"]);
        put(&engine, "b").unwrap();
        assert_eq!(block_on(engine.scan(read_notes)).unwrap(), ["a", "b"]);
    }
}

#[test]
fn a_read_cannot_write() {
    for (_place, engine) in every_kind() {
        let read = block_on(engine.read(|transaction| insert(transaction, "smuggled")));
        assert!(matches!(read, Err(ReadError::Refused(_))));
        put(&engine, "a").unwrap();
        assert_eq!(notes(&engine), ["a"]);
    }
}

#[test]
fn a_read_that_panics_takes_nothing_with_it() {
    for (_place, engine) in every_kind() {
        for _ in 0..3 {
            let read = block_on(engine.scan(|_| -> rusqlite::Result<()> { panic!("on purpose") }));
            assert!(matches!(read, Err(ReadError::Unserved(Fault::Panicked))));
        }
        put(&engine, "a").unwrap();
        assert_eq!(notes(&engine), ["a"]);
    }
}

#[test]
fn all_statements_of_a_read_see_one_state() {
    let place = Place::new();
    let engine = place.open();
    let (begun, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let read = engine.scan(move |transaction| {
        let before = read_notes(transaction)?;
        begun.send(()).unwrap();
        may_go_on.recv().unwrap();
        Ok::<_, rusqlite::Error>((before, read_notes(transaction)?))
    });
    has_begun.recv().unwrap();
    put(&engine, "meanwhile").unwrap();
    go_on.send(()).unwrap();
    let (before, after) = block_on(read).unwrap();
    assert_eq!(before, after);
    assert_eq!(notes(&engine), ["meanwhile"]);
}

#[test]
fn reads_wait_their_turn_and_past_the_bound_are_refused() {
    for on_caller in [false, true] {
        let place = Place::new();
        let engine = place.open_with(&Options::default().readers(1).waiting(2).on_caller(on_caller));
        let (begun, has_begun) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let held = engine.scan(move |_| {
            begun.send(()).unwrap();
            released.recv()
        });
        has_begun.recv().unwrap();
        let waiting = [engine.read(read_notes), engine.read(read_notes)];
        let refused = block_on(engine.read(read_notes));
        assert!(matches!(refused, Err(ReadError::Unserved(Fault::Overloaded))));
        release.send(()).unwrap();
        block_on(held).unwrap();
        for read in waiting {
            assert!(block_on(read).unwrap().is_empty());
        }
    }
}
