//! The journal: every entry once, in order.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{ALL, block_on, commit, entries, journal, load, put};
use crate::cart::Cart;
use crate::event::{CartEvent, ClearScope};
use crate::id::CartId;
use crate::journal::{Position, Positioned};
use crate::port::{Commit, Store};
use crate::testing::Dice;
use crate::testing::samples::{
    Write, added, at, cart_id, created, line, line_id, name, note, owner, quantity,
};
use crate::version::Version;

fn renamed(to: &str) -> Write {
    Write::new([CartEvent::Renamed { name: Some(name(to)) }])
}

fn new_cart(n: u64) -> Commit {
    Write::new([]).create(cart_id(n), created(owner("ann")))
}

fn versions(store: &dyn Store, cart: u64, after: Option<u64>, limit: usize) -> Vec<u64> {
    let after = after.and_then(Version::new);
    let entries = block_on(store.entries(cart_id(cart), after, limit)).expect("the store answers");
    entries.iter().map(|entry| entry.version.get()).collect()
}

fn after(store: &dyn Store, position: Position, limit: usize) -> Vec<Positioned> {
    block_on(store.entries_after(position, limit)).expect("the store answers")
}

/// A cart's entries come by rising version, from after the one named, as many as asked for.
pub fn entries_come_in_order(store: &dyn Store) {
    let cart = put(store, new_cart(1));
    put(store, new_cart(2));
    (2..=12).fold(cart, |cart, n| put(store, renamed(&format!("{n}")).change(&cart)));
    assert_eq!(versions(store, 1, None, ALL), (1..=12).collect::<Vec<_>>());
    assert_eq!(versions(store, 1, None, 3), [1, 2, 3]);
    assert_eq!(versions(store, 1, Some(1), 3), [2, 3, 4]);
    assert_eq!(versions(store, 1, Some(10), ALL), [11, 12]);
    assert_eq!(versions(store, 1, Some(12), ALL), [0; 0]);
    assert_eq!(versions(store, 1, Some(u64::MAX), ALL), [0; 0]);
    assert_eq!(versions(store, 1, None, 0), [0; 0]);
    assert_eq!(versions(store, 2, None, ALL), [1]);
    assert_eq!(versions(store, 3, None, ALL), [0; 0]);
}

/// Positions rise with every entry, over all carts, and reading from one gives what came after it.
pub fn positions_rise(store: &dyn Store) {
    assert_eq!(journal(store), []);
    let (one, two) = (put(store, new_cart(1)), put(store, new_cart(2)));
    let unit = [renamed("two").change(&two), renamed("one").change(&one), new_cart(3)];
    commit(store, unit).expect("the unit is good");
    let all = journal(store);
    let written: Vec<_> = all.iter().map(|read| (read.entry.cart, read.entry.version.get())).collect();
    let expected = [(1, 1), (2, 1), (2, 2), (1, 2), (3, 1)].map(|(cart, version)| (cart_id(cart), version));
    assert_eq!(written, expected);
    assert!(all.is_sorted_by(|one, next| one.position < next.position), "positions do not rise");
    for (n, read) in (1..).zip(&all) {
        assert_eq!(after(store, read.position, ALL), all.iter().skip(n).cloned().collect::<Vec<_>>());
    }
}

/// Pages of the journal follow each other without a gap or a repetition, whatever their size.
pub fn the_journal_is_read_in_pages(store: &dyn Store) {
    let cart = put(store, new_cart(1));
    (2..=20).fold(cart, |cart, n| put(store, renamed(&format!("{n}")).change(&cart)));
    let all = journal(store);
    assert_eq!(after(store, Position::default(), 0), []);
    for limit in [1, 3, 19, 20, 21] {
        let mut read: Vec<Positioned> = Vec::new();
        // A store that repeats itself would never come to an end.
        while read.len() <= all.len() {
            let page = after(store, read.last().map(|read| read.position).unwrap_or_default(), limit);
            assert!(page.len() <= limit, "a page of {limit} has {} entries", page.len());
            if page.is_empty() {
                break;
            }
            read.extend(page);
        }
        assert_eq!(read, all, "pages of {limit}");
    }
}

/// A reader that follows the journal while others write misses no entry and meets none twice.
pub fn a_reader_of_the_journal_misses_nothing(store: &dyn Store) {
    let writing = AtomicUsize::new(WRITERS);
    let read = thread::scope(|scope| {
        for n in 1..=WRITERS {
            let writing = &writing;
            scope.spawn(move || write_and_end(store, n, writing));
        }
        follow(store, &writing)
    });
    assert_eq!(read, journal(store));
    assert_eq!(read.len(), WRITERS * WRITES);
    let mut latest: HashMap<CartId, u64> = HashMap::new();
    for Positioned { entry, .. } in read {
        let version = latest.entry(entry.cart).or_default();
        *version += 1;
        assert_eq!(entry.version.get(), *version, "the entries of {} are out of order", entry.cart);
    }
}

const WRITERS: usize = 8;
const WRITES: usize = 40;

fn write_and_end(store: &dyn Store, n: usize, writing: &AtomicUsize) {
    let _ended = Ended(writing);
    let cart = put(store, new_cart(u64::try_from(n).unwrap_or_default()));
    (1..WRITES).fold(cart, |cart, _| put(store, renamed("again").change(&cart)));
}

/// Counts a writer out, also when it panics, so that a reader never waits for it.
struct Ended<'a>(&'a AtomicUsize);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Reads until all writers have ended and nothing is left to read, or until something was read twice.
fn follow(store: &dyn Store, writing: &AtomicUsize) -> Vec<Positioned> {
    let mut read: Vec<Positioned> = Vec::new();
    while read.len() <= WRITERS * WRITES {
        let are_done = writing.load(Ordering::SeqCst) == 0;
        let page = after(store, read.last().map(|read| read.position).unwrap_or_default(), 7);
        if page.is_empty() && are_done {
            break;
        }
        read.extend(page);
        thread::yield_now();
    }
    read
}

/// Folding a cart's entries gives the stored cart, after each of many random writes.
pub fn the_journal_folds_to_the_cart(store: &dyn Store) {
    let mut dice = Dice::new(41);
    let mut cart = put(store, new_cart(1));
    for round in 0..300 {
        let write = Write::new(random_events(&cart, &mut dice)).at(at(round));
        cart = put(store, write.change(&cart));
        if round % 25 == 0 {
            folds(store, &cart);
        }
    }
    folds(store, &cart);
}

fn folds(store: &dyn Store, cart: &Arc<Cart>) {
    let folded = Cart::replay(&entries(store, cart.id())).expect("the journal is whole");
    assert_eq!(folded.as_ref(), Some(&**cart));
    assert_eq!(load(store, cart.id()).as_ref(), Some(cart));
}

/// One to three changes that fit each other and the cart.
fn random_events(cart: &Arc<Cart>, dice: &mut Dice) -> Vec<CartEvent> {
    let (mut draft, mut events) = (Arc::clone(cart), Vec::new());
    for _ in 0..=dice.below(3) {
        let event = random_event(&draft, dice);
        draft = Write::new([event.clone()]).change(&draft).cart;
        events.push(event);
    }
    events
}

fn random_event(cart: &Cart, dice: &mut Dice) -> CartEvent {
    let units = |dice: &mut Dice| u32::try_from(1 + dice.below(1_000_000)).unwrap_or(1);
    let n = usize::try_from(dice.below(64)).unwrap_or_default();
    let picked = cart.lines().get(n % cart.lines().len().max(1));
    let text = format!("text {}", dice.roll());
    match (dice.below(10), picked) {
        (0, _) => CartEvent::Renamed { name: Some(name(&text)) },
        (1, _) => CartEvent::ExpiryMoved { expires_at: at(i64::try_from(dice.below(1000)).unwrap_or(0)) },
        (2, _) if dice.below(8) == 0 => CartEvent::Cleared { scope: ClearScope::default() },
        (3, Some(line)) => CartEvent::LineRemoved { line: line.id },
        (4, Some(line)) => CartEvent::LineNoteChanged { line: line.id, note: Some(note(&text)) },
        (5 | 6, Some(line)) => {
            let to = quantity(units(dice));
            CartEvent::QuantityChanged { line: line.id, from: line.quantity, to }
        }
        (_, _) => {
            let n = dice.below(1_000);
            match cart.line(line_id(n)) {
                Some(line) => CartEvent::LineRemoved { line: line.id },
                None => added(line(n, units(dice))),
            }
        }
    }
}
