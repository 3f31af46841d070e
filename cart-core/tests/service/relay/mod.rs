//! Handing the journal on: at least once, in the order of each cart, whatever fails.

mod chaos;
mod consumer;
mod failing;
mod waiting;

use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::event::CartEvent;
use cart_core::memory::MemoryStore;
use cart_core::port::{CartStore as _, Clock, EventSink, RelayName, Store};
use cart_core::service::{Relay, Relayed, Retries};
use cart_core::testing::samples::{Write, cart_id, created, name, owner, unit};
use cart_core::testing::{FailingStore, ManualClock, block_on};
use chrono::TimeDelta;

use self::consumer::Consumer;

/// A store whose journal is handed on, to a consumer that does as it is told.
struct Desk {
    memory: Arc<MemoryStore>,
    failing: Arc<FailingStore>,
    consumer: Arc<Consumer>,
    clock: Arc<ManualClock>,
}

impl Desk {
    fn new() -> Self {
        let memory = Arc::new(MemoryStore::default());
        let failing = Arc::new(FailingStore::new(Arc::clone(&memory) as Arc<dyn Store>));
        Self { memory, failing, consumer: Arc::default(), clock: Arc::default() }
    }

    /// Makes the `n`th cart.
    fn make(&self, n: u64) {
        let made = Write::new([]).create(cart_id(n), created(owner("ann")));
        block_on(self.memory.commit(unit([made]))).unwrap();
    }

    /// Changes the `n`th cart so many times.
    fn change(&self, n: u64, times: u64) {
        for _ in 0..times {
            let cart = self.stored(n);
            let text = format!("{n} after {}", cart.version());
            let renamed = CartEvent::Renamed { name: Some(name(&text)) };
            block_on(self.memory.commit(unit([Write::new([renamed]).change(&cart)]))).unwrap();
        }
    }

    fn stored(&self, n: u64) -> Arc<Cart> {
        block_on(self.memory.load(cart_id(n))).unwrap().unwrap()
    }

    /// A relay as it is after a start: it knows what is stored.
    fn relay(&self) -> Relay {
        self.relay_to(Arc::clone(&self.consumer) as Arc<dyn EventSink>)
    }

    fn relay_to(&self, sink: Arc<dyn EventSink>) -> Relay {
        let (store, clock) =
            (Arc::clone(&self.failing) as Arc<dyn Store>, Arc::clone(&self.clock) as Arc<dyn Clock>);
        Relay::new(store, sink, clock, RelayName::new("test").unwrap())
    }

    fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }
}

fn run(relay: &Relay, limit: usize) -> Relayed {
    block_on(relay.run(limit)).unwrap()
}

/// Few tries with short pauses: 1, 2, 2 ... seconds.
fn impatient() -> Retries {
    let [first_pause, longest_pause] = [1, 2].map(TimeDelta::seconds);
    Retries { tries: 3, first_pause, longest_pause, down_after: 20 }
}

#[test]
fn an_empty_journal_is_done() {
    let desk = Desk::new();
    assert_eq!(run(&desk.relay(), 9), Relayed { is_done: true, ..Relayed::default() });
}

#[test]
fn every_entry_is_handed_over_once_in_the_order_of_the_journal() {
    let desk = Desk::new();
    for n in [1, 2, 3] {
        desk.make(n);
    }
    for n in [2, 1, 2] {
        desk.change(n, 1);
    }
    let relay = desk.relay();
    let done = run(&relay, 100);
    assert_eq!((done.delivered, done.failed, done.is_done), (6, 0, true));
    assert_eq!(desk.consumer.tried(), [(1, 1), (2, 1), (3, 1), (2, 2), (1, 2), (2, 3)]);
    desk.change(3, 1);
    assert_eq!(run(&relay, 100).delivered, 1);
    assert_eq!(desk.consumer.tried()[6..], [(3, 2)]);
}

#[test]
fn a_run_hands_over_no_more_than_asked_for() {
    let desk = Desk::new();
    desk.make(1);
    desk.change(1, 249);
    let relay = desk.relay();
    let runs: Vec<(usize, bool)> = [0, 1, 149, 90, 100]
        .map(|limit| run(&relay, limit))
        .map(|done| (done.delivered, done.is_done))
        .into();
    assert_eq!(runs, [(0, false), (1, false), (149, false), (90, false), (10, true)]);
    desk.consumer.has_all_of(&desk, [1]);
}

#[test]
fn a_relay_goes_on_where_the_one_of_its_name_was() {
    let desk = Desk::new();
    desk.make(1);
    desk.change(1, 4);
    assert_eq!(run(&desk.relay(), 2).delivered, 2);
    assert_eq!(run(&desk.relay(), 9).delivered, 3);
    assert_eq!(desk.consumer.tried(), [1, 2, 3, 4, 5].map(|version| (1, version)));
}

#[test]
fn relays_of_other_names_see_the_whole_journal() {
    let desk = Desk::new();
    desk.make(1);
    run(&desk.relay(), 9);
    let (store, clock) = (Arc::clone(&desk.memory) as _, Arc::clone(&desk.clock) as _);
    let other = Arc::new(Consumer::default());
    let relay = Relay::new(store, Arc::clone(&other) as _, clock, RelayName::new("other").unwrap());
    assert_eq!(run(&relay, 9).delivered, 1);
    assert_eq!(other.tried(), [(1, 1)]);
}
