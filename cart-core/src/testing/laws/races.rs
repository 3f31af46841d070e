//! Many writers at once: the version decides, and exactly one wins.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::{commit, entries, is_already_open, is_conflict, is_repeated, load, open, put};
use crate::cart::Cart;
use crate::event::CartEvent;
use crate::port::{Commit, Store, StoreError};
use crate::testing::samples::{
    Write, added, cart_id, created, created_sole, line, line_id, name, owner, quantity,
};

pub(super) const THREADS: u64 = 64;
/// Writes of each thread, where each writes several times.
const WRITES: u64 = 3;

fn renamed(to: &str) -> Write {
    Write::new([CartEvent::Renamed { name: Some(name(to)) }])
}

/// Has as many threads do the same at once, and counts those that succeeded; the others must be refused for one of the
/// reasons given.
pub(super) fn race(
    store: &dyn Store,
    threads: u64,
    commits: impl Fn(u64) -> Vec<Commit> + Sync,
    reasons: &[fn(&StoreError) -> bool],
) -> u64 {
    let won = AtomicU64::new(0);
    let start = std::sync::Barrier::new(usize::try_from(threads).unwrap_or_default());
    thread::scope(|scope| {
        for n in 0..threads {
            let (won, start, commits) = (&won, &start, &commits);
            scope.spawn(move || {
                let commits = commits(n);
                start.wait();
                match commit(store, commits) {
                    Ok(()) => drop(won.fetch_add(1, Ordering::SeqCst)),
                    Err(error) => assert!(reasons.iter().any(|is| is(&error)), "{error:?}"),
                }
            });
        }
    });
    won.into_inner()
}

/// Of many commits on the same version exactly one is written.
pub fn one_writer_wins_each_version(store: &dyn Store) {
    let mut cart = put(store, Write::new([]).create(cart_id(1), created(owner("ann"))));
    for round in 2..=6 {
        let commits = |n| vec![renamed(&format!("writer {n}")).change(&cart)];
        assert_eq!(race(store, THREADS, commits, &[is_conflict]), 1, "round {round}");
        cart = load(store, cart_id(1)).expect("the cart is there");
        assert_eq!(cart.version().get(), round);
        folds(store, &cart);
    }
}

/// Writers that load again after a conflict all get through, each with a version of its own, and nothing is lost.
pub fn no_write_is_lost_under_contention(store: &dyn Store) {
    put(store, Write::new([added(line(1, 1))]).create(cart_id(1), created(owner("ann"))));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..WRITES).for_each(|_| increase(store)));
        }
    });
    let cart = load(store, cart_id(1)).expect("the cart is there");
    let writes = THREADS * WRITES;
    assert_eq!(cart.version().get(), writes + 1);
    assert_eq!(cart.line(line_id(1)).map(|line| u64::from(line.quantity.get())), Some(writes + 1));
    folds(store, &cart);
}

fn increase(store: &dyn Store) {
    // Others succeed only so often, so a store that keeps refusing is broken; it must not keep the test from ending.
    for _ in 0..100_000 {
        let cart = load(store, cart_id(1)).expect("the cart is there");
        let from = cart.line(line_id(1)).expect("the line is there").quantity;
        let raised = CartEvent::QuantityChanged { line: line_id(1), from, to: quantity(from.get() + 1) };
        match commit(store, [Write::new([raised]).change(&cart)]) {
            Ok(()) => return,
            Err(error) => assert!(is_conflict(&error), "{error:?}"),
        }
    }
    unreachable!("conflicts without end");
}

/// Of many first carts of an owner who may have one, exactly one is made.
pub fn one_first_cart_wins(store: &dyn Store) {
    let commits = |n| vec![Write::new([]).create(cart_id(n), created_sole(owner("ann")))];
    assert_eq!(race(store, THREADS, commits, &[is_already_open]), 1);
    let (current, count) = open(store, &Write::new([]).create(cart_id(0), created_sole(owner("ann"))).cart);
    assert_eq!(count, 1);
    let made: Vec<_> = (0..THREADS).map(cart_id).filter(|id| load(store, *id).is_some()).collect();
    assert_eq!(made, Vec::from_iter(current));
}

/// Of many repetitions of a request exactly one is written.
pub fn one_repetition_wins(store: &dyn Store) {
    let cart = put(store, Write::new([]).create(cart_id(1), created(owner("ann"))));
    let commits = |_| vec![renamed("once").with_key("k1").change(&cart)];
    assert_eq!(race(store, THREADS, commits, &[is_conflict, is_repeated]), 1);
    assert_eq!(entries(store, cart_id(1)).len(), 2);
}

/// Commits of different carts do not refuse each other.
pub fn writers_of_different_carts_do_not_collide(store: &dyn Store) {
    let commits = |n| vec![Write::new([]).create(cart_id(n), created_sole(owner(&format!("owner-{n}"))))];
    assert_eq!(race(store, THREADS, commits, &[]), THREADS);
}

/// Units that hold the same carts in opposite orders end, and one of them wins.
pub fn units_in_opposite_orders_end(store: &dyn Store) {
    let make = |n| put(store, Write::new([]).create(cart_id(n), created(owner("ann"))));
    let mut carts = (make(1), make(2));
    for _ in 0..5 {
        let (one, two) = carts.clone();
        let commits = |n: u64| {
            let there = vec![renamed("there").change(&one), renamed("there").change(&two)];
            if n.is_multiple_of(2) { there } else { there.into_iter().rev().collect() }
        };
        assert_eq!(race(store, 16, commits, &[is_conflict]), 1);
        let latest = |id| load(store, id).expect("the cart is there");
        carts = (latest(cart_id(1)), latest(cart_id(2)));
        assert_eq!(carts.0.version(), carts.1.version());
    }
}

/// A cart that is loaded while others write to it is always one that was committed, never half of two.
pub fn a_loaded_cart_is_never_half_written(store: &dyn Store) {
    put(store, Write::new([]).create(cart_id(1), created(owner("ann"))));
    let is_written = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let readers: Vec<_> = (0..4).map(|_| scope.spawn(|| watch(store, &is_written))).collect();
        scope.spawn(|| grow(store, &is_written));
        readers.into_iter().flat_map(|reader| reader.join().expect("the reader ends")).collect::<Vec<_>>()
    });
    let journal = entries(store, cart_id(1));
    for cart in seen {
        let entries = journal.iter().filter(|entry| entry.version <= cart.version());
        assert_eq!(Cart::replay(entries).expect("the journal is whole").as_ref(), Some(&*cart));
    }
}

/// Writes a name and a line together, many times.
fn grow(store: &dyn Store, is_written: &AtomicBool) {
    let _told = Told(is_written);
    let mut cart = load(store, cart_id(1)).expect("the cart is there");
    for n in 1..=60 {
        let events = [CartEvent::Renamed { name: Some(name(&n.to_string())) }, added(line(n.into(), n))];
        cart = put(store, Write::new(events).change(&cart));
    }
}

/// Tells the readers that the writer has ended, also when it panics.
struct Told<'a>(&'a AtomicBool);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Loads the cart until all is written, and keeps each version seen.
fn watch(store: &dyn Store, is_written: &AtomicBool) -> Vec<Arc<Cart>> {
    let mut seen: Vec<Arc<Cart>> = Vec::new();
    let mut is_last = false;
    while !is_last {
        is_last = is_written.load(Ordering::SeqCst);
        let cart = load(store, cart_id(1)).expect("the cart is there");
        let latest = seen.last().map(|latest| latest.version());
        assert!(latest <= Some(cart.version()), "a cart went back in time");
        if latest != Some(cart.version()) {
            seen.push(cart);
        }
        thread::yield_now();
    }
    seen
}

fn folds(store: &dyn Store, cart: &Cart) {
    let folded = Cart::replay(&entries(store, cart.id())).expect("the journal is whole");
    assert_eq!(folded.as_ref(), Some(cart));
}
