//! How far relays have come, and what they hold back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::block_on;
use crate::id::CartId;
use crate::journal::Position;
use crate::port::{Checkpoint, HeldBack, Progress, RelayName, Store};
use crate::testing::samples::{at, cart_id};
use crate::version::Version;

fn relay(name: &str) -> RelayName {
    RelayName::new(name).expect("the name of a relay")
}

fn version(n: u64) -> Version {
    Version::new(n).expect("a version")
}

/// A cart that is held back from its second version to its fifth, until so many seconds; parked if none.
fn held(n: u64, due: Option<i64>) -> HeldBack {
    HeldBack {
        cart: cart_id(n),
        from: version(2),
        to: version(5),
        tries: 3,
        due_at: due.map(at),
        reason: format!("sink: “{n}”\nbusy"),
    }
}

fn checkpoint(store: &dyn Store, name: &str) -> Checkpoint {
    block_on(store.checkpoint(&relay(name))).expect("the store answers")
}

fn come_to(position: u64, revision: u64) -> Checkpoint {
    Checkpoint { position: Position(position), revision }
}

fn note(store: &dyn Store, name: &str, progress: Progress) -> bool {
    block_on(store.note_progress(&relay(name), progress)).expect("the store notes")
}

/// Notes progress on the checkpoint as it is.
fn go_on(store: &dyn Store, name: &str, progress: Progress) {
    let since = checkpoint(store, name).revision;
    assert!(note(store, name, Progress { since, ..progress }), "nobody else has noted anything");
}

fn hold(store: &dyn Store, name: &str, hold: impl Into<Vec<HeldBack>>) {
    go_on(store, name, Progress { hold: hold.into(), ..Progress::default() });
}

fn release(store: &dyn Store, name: &str, carts: &[u64]) {
    let release = carts.iter().copied().map(cart_id).collect();
    go_on(store, name, Progress { release, ..Progress::default() });
}

fn due(store: &dyn Store, name: &str, seconds: i64, limit: usize) -> Vec<CartId> {
    ids(&block_on(store.held_due(&relay(name), at(seconds), limit)).expect("the store answers"))
}

fn parked(store: &dyn Store, name: &str, after: Option<u64>, limit: usize) -> Vec<CartId> {
    let found = block_on(store.parked(&relay(name), after.map(cart_id), limit));
    ids(&found.expect("the store answers"))
}

/// What is held back of some carts, by rising id.
fn among(store: &dyn Store, name: &str, carts: &[u64]) -> Vec<HeldBack> {
    let carts: Vec<CartId> = carts.iter().copied().map(cart_id).collect();
    let mut held = block_on(store.held_among(&relay(name), &carts)).expect("the store answers");
    held.sort_by_key(|held| held.cart);
    held
}

fn ids(held: &[HeldBack]) -> Vec<CartId> {
    held.iter().map(|held| held.cart).collect()
}

/// A relay that nobody knows has come to nowhere and holds nothing back.
pub fn a_new_relay_is_at_the_start(store: &dyn Store) {
    assert_eq!(checkpoint(store, "new"), Checkpoint::default());
    assert_eq!((due(store, "new", 1_000_000, 9), parked(store, "new", None, 9)), (vec![], vec![]));
    assert_eq!(among(store, "new", &[1, 2]), []);
}

/// Progress is kept, and each time it is noted raises the revision by one, whatever was noted.
pub fn progress_is_kept(store: &dyn Store) {
    go_on(store, "r", Progress { to: Some(Position(7)), ..Progress::default() });
    assert_eq!(checkpoint(store, "r"), come_to(7, 1));
    hold(store, "r", [held(1, Some(1))]);
    go_on(store, "r", Progress::default());
    assert_eq!(checkpoint(store, "r"), come_to(7, 3));
    let largest = u64::try_from(i64::MAX).unwrap_or_default();
    go_on(store, "r", Progress { to: Some(Position(largest)), ..Progress::default() });
    assert_eq!(checkpoint(store, "r"), come_to(largest, 4));
}

/// What is held back is kept to the last character, and held back in another way once that is noted.
pub fn what_is_held_back_is_kept(store: &dyn Store) {
    let one = HeldBack { reason: "é😀".repeat(250), tries: u32::MAX, ..held(1, Some(1)) };
    let two = HeldBack { reason: String::new(), to: version(2), ..held(2, None) };
    hold(store, "r", [one.clone(), two.clone()]);
    assert_eq!(among(store, "r", &[2, 3, 1]), [one.clone(), two]);
    assert_eq!(among(store, "r", &[]), []);
    let later = HeldBack { from: version(4), tries: 0, ..one };
    hold(store, "r", [later.clone()]);
    assert_eq!(among(store, "r", &[1]), [later]);
}

/// Carts are due from the instant named, the longest due first, by id where that is the same, as many as asked for.
pub fn held_carts_are_due_in_their_order(store: &dyn Store) {
    hold(store, "r", [held(4, Some(3)), held(1, Some(5)), held(3, Some(3)), held(2, None), held(5, Some(9))]);
    assert_eq!(due(store, "r", 2, 9), []);
    assert_eq!(due(store, "r", 3, 9), [3, 4].map(cart_id));
    assert_eq!(due(store, "r", 8, 9), [3, 4, 1].map(cart_id));
    assert_eq!(due(store, "r", 9, 2), [3, 4].map(cart_id));
    assert_eq!(due(store, "r", 9, 0), []);
    let end = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    let all = block_on(store.held_due(&relay("r"), end, 9)).expect("the store answers");
    assert_eq!(ids(&all), [3, 4, 1, 5].map(cart_id));
}

/// Parked carts are never due; they are listed by id, in pages.
pub fn parked_carts_are_listed_apart(store: &dyn Store) {
    hold(store, "r", [held(4, None), held(1, Some(1)), held(3, None), held(2, None)]);
    assert_eq!(due(store, "r", 1_000_000, 9), [cart_id(1)]);
    assert_eq!(parked(store, "r", None, 9), [2, 3, 4].map(cart_id));
    assert_eq!(parked(store, "r", None, 2), [2, 3].map(cart_id));
    assert_eq!(parked(store, "r", Some(3), 9), [cart_id(4)]);
    assert_eq!(parked(store, "r", Some(1), 1), [cart_id(2)]);
    assert_eq!((parked(store, "r", Some(4), 9), parked(store, "r", None, 0)), (vec![], vec![]));
}

/// A cart that is parked or due again is listed where it is now, and nowhere once it is released.
pub fn a_held_cart_is_in_one_list(store: &dyn Store) {
    let lists = || (due(store, "r", 100, 9), parked(store, "r", None, 9));
    hold(store, "r", [held(1, Some(1)), held(2, Some(2))]);
    hold(store, "r", [held(1, None)]);
    assert_eq!(lists(), (vec![cart_id(2)], vec![cart_id(1)]));
    hold(store, "r", [held(1, Some(3))]);
    assert_eq!(lists(), ([2, 1].map(cart_id).to_vec(), vec![]));
    release(store, "r", &[1, 9]);
    assert_eq!(lists(), (vec![cart_id(2)], vec![]));
    assert_eq!(ids(&among(store, "r", &[1, 2])), [cart_id(2)]);
}

/// Relays do not see each other's progress.
pub fn relays_are_told_apart(store: &dyn Store) {
    go_on(
        store,
        "one",
        Progress { to: Some(Position(7)), hold: vec![held(1, Some(1))], ..Progress::default() },
    );
    go_on(store, "two", Progress { to: Some(Position(3)), hold: vec![held(1, None)], ..Progress::default() });
    release(store, "two", &[1]);
    hold(store, "two", [held(2, Some(1))]);
    assert_eq!((checkpoint(store, "one"), checkpoint(store, "two")), (come_to(7, 1), come_to(3, 3)));
    assert_eq!([due(store, "one", 9, 9), due(store, "two", 9, 9)], [[cart_id(1)], [cart_id(2)]]);
    assert_eq!(checkpoint(store, "One"), Checkpoint::default());
}

/// Progress that was made from an older checkpoint, or from one that is yet to come, is not noted, none of it.
pub fn progress_on_another_checkpoint_is_not_noted(store: &dyn Store) {
    hold(store, "r", [held(1, Some(1))]);
    for since in [0, 2, u64::MAX >> 1] {
        let (to, release) = (Some(Position(9)), vec![cart_id(1)]);
        assert!(!note(store, "r", Progress { since, to, hold: vec![held(2, None)], release }), "{since}");
    }
    assert_eq!(checkpoint(store, "r"), come_to(0, 1));
    assert_eq!(among(store, "r", &[1, 2]), [held(1, Some(1))]);
    assert!(!note(store, "other", Progress { since: 1, ..Progress::default() }));
    assert_eq!(checkpoint(store, "other"), Checkpoint::default());
}

/// Of many runs that note progress on one checkpoint, exactly one does.
pub fn one_run_notes_progress_on_a_checkpoint(store: &dyn Store) {
    const THREADS: u64 = 64;
    for round in 0..3 {
        let noted = AtomicU64::new(0);
        let start = std::sync::Barrier::new(usize::try_from(THREADS).unwrap_or_default());
        thread::scope(|scope| {
            for n in 0..THREADS {
                let (noted, start) = (&noted, &start);
                scope.spawn(move || {
                    let to = Some(Position(round + 1));
                    let hold = vec![held(round * THREADS + n, None)];
                    start.wait();
                    let progress = Progress { since: round, to, hold, release: Vec::new() };
                    noted.fetch_add(note(store, "r", progress).into(), Ordering::SeqCst);
                });
            }
        });
        assert_eq!(noted.into_inner(), 1);
        assert_eq!(checkpoint(store, "r"), come_to(round + 1, round + 1));
        assert_eq!(parked(store, "r", None, 999).len(), usize::try_from(round + 1).unwrap_or_default());
    }
}
