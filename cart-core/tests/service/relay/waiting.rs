//! Entries that wait: behind others of their cart, for a sink that is down, after a crash, beside another run.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use cart_core::journal::Entry;
use cart_core::port::{EventSink, SinkError, StoreError};
use cart_core::service::{Relay, Relayed};
use cart_core::testing::samples::cart_id;
use cart_core::testing::{Fault, StoreCall, block_on};

use super::consumer::{Consumer, Fate};
use super::{Desk, impatient, run};

/// A run that may end in the middle, as if its process had.
pub(super) fn run_or_crash(relay: &Relay, limit: usize) -> Option<Result<Relayed, StoreError>> {
    match pin!(relay.run(limit)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

#[test]
fn what_is_beyond_the_position_is_not_handed_over_twice() {
    let desk = Desk::new();
    desk.make(1);
    desk.make(2);
    desk.change(1, 5);
    let relay = desk.relay();
    desk.consumer.next([Fate::Busy]);
    // The position stops behind the second cart; of the first, more is in the journal than it has come to.
    assert_eq!(run(&relay, 2).delivered, 1);
    desk.pass(1);
    assert_eq!(run(&relay, 100).delivered, 6);
    let each_once = [1, 2, 3, 4, 5, 6].map(|version| (1, version));
    assert_eq!(desk.consumer.tried(), [&[(1, 1), (2, 1)], each_once.as_slice()].concat());
}

#[test]
fn a_long_backlog_of_one_cart_is_handed_over_in_parts_while_others_go_on() {
    let desk = Desk::new();
    desk.make(1);
    desk.change(1, 349);
    let relay = desk.relay();
    desk.consumer.next([Fate::Refused]);
    assert!(run(&relay, 100).is_done);
    block_on(relay.retry(cart_id(1))).unwrap();
    desk.make(2);
    desk.consumer.forget_tried();
    assert_eq!(run(&relay, 120).delivered, 120);
    assert_eq!(desk.consumer.version(2), 1, "a new cart does not wait for the backlog");
    while !run(&relay, 7).is_done {}
    let of_first = desk.consumer.tried().into_iter().filter(|(cart, _)| *cart == 1);
    assert_eq!(of_first.collect::<Vec<_>>(), (1..=350).map(|version| (1, version)).collect::<Vec<_>>());
    desk.consumer.has_all_of(&desk, [1, 2]);
}

#[test]
fn what_was_handed_over_just_before_a_crash_comes_again_in_the_same_order() {
    for fate in [Fate::Crash, Fate::TakenThenCrash] {
        let desk = Desk::new();
        desk.make(1);
        desk.change(1, 3);
        desk.consumer.next([Fate::Taken, Fate::Taken, fate]);
        assert!(run_or_crash(&desk.relay(), 100).is_none());
        assert_eq!(run(&desk.relay(), 100).delivered, 4);
        let tried = [1, 2, 3, 1, 2, 3, 4].map(|version| (1, version));
        assert_eq!(desk.consumer.tried(), tried, "{fate:?}");
        desk.consumer.has_all_of(&desk, [1]);
    }
}

#[test]
fn progress_that_could_not_be_noted_is_made_again() {
    for fault in [Fault::Unavailable, Fault::Full, Fault::UnknownNotDone, Fault::UnknownDone] {
        let desk = Desk::new();
        desk.make(1);
        desk.make(2);
        desk.change(1, 1);
        let relay = desk.relay();
        desk.consumer.next([Fate::Busy]);
        desk.failing.fail_next(StoreCall::NoteProgress, 1, fault);
        block_on(relay.run(100)).unwrap_err();
        desk.pass(1);
        run(&relay, 100);
        desk.failing.fail_next(StoreCall::NoteProgress, 1, fault);
        desk.change(2, 1);
        block_on(relay.run(100)).unwrap_err();
        run(&relay, 100);
        desk.consumer.has_all_of(&desk, [1, 2]);
    }
}

#[test]
fn a_sink_that_is_down_is_waited_for() {
    let desk = Desk::new();
    (1..=200).for_each(|n| desk.make(n));
    (1..=200).for_each(|n| desk.change(n, 1));
    let relay = desk.relay().retrying(impatient());
    for fate in [Fate::Busy, Fate::Refused] {
        desk.consumer.always(Some(fate));
        let mut parked = 0;
        for _ in 0..3600 {
            let done = run(&relay, 100);
            assert!(done.is_done && done.delivered == 0, "{done:?}");
            parked += done.parked;
            desk.pass(1);
        }
        assert!(parked <= if fate == Fate::Busy { 0 } else { 19 }, "{parked} were parked");
        let tried = desk.consumer.tried().len();
        assert!(tried < 3 * 3600, "an hour without a sink cost {tried} tries");
        desk.consumer.forget_tried();
        desk.consumer.always(None);
        for held in block_on(relay.parked(None, 100)).unwrap() {
            block_on(relay.retry(held.cart)).unwrap();
        }
        let mut done = run(&relay, 1000);
        for _ in 0..10 {
            desk.pass(2);
            done = run(&relay, 1000);
        }
        assert!(done.is_done && !done.is_sink_down);
        desk.consumer.has_all_of(&desk, 1..=200);
        (1..=200).for_each(|n| desk.change(n, 1));
    }
}

#[test]
fn new_entries_are_not_stopped_by_many_that_are_never_taken() {
    let desk = Desk::new();
    for n in 1..=50 {
        desk.consumer.poison(n, 1, Fate::Busy);
        desk.make(n);
    }
    (51..=60).for_each(|n| desk.make(n));
    let relay = desk.relay().retrying(impatient());
    for _ in 0..200 {
        run(&relay, 100);
        desk.pass(1);
    }
    desk.consumer.has_all_of(&desk, 51..=60);
}

/// Takes what a consumer takes, but waits once before the entry that comes after it was told to.
#[derive(Debug, Default)]
struct Slow {
    consumer: Arc<Consumer>,
    waits: AtomicBool,
}

#[async_trait]
impl EventSink for Slow {
    async fn deliver(&self, entry: &Entry) -> Result<(), SinkError> {
        if self.waits.swap(false, Ordering::SeqCst) {
            let mut has_waited = false;
            std::future::poll_fn(|_| {
                if std::mem::replace(&mut has_waited, true) { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
        self.consumer.deliver(entry).await
    }
}

#[test]
fn two_runs_at_once_miss_nothing() {
    let desk = Desk::new();
    [1, 2].into_iter().for_each(|n| desk.make(n));
    [1, 2, 1].into_iter().for_each(|n| desk.change(n, 1));
    let slow = Arc::new(Slow { consumer: Arc::clone(&desk.consumer), waits: AtomicBool::new(true) });
    let (ours, theirs) = (desk.relay_to(slow), desk.relay());
    let mut run_of_ours = pin!(ours.run(100));
    let context = &mut Context::from_waker(Waker::noop());
    assert!(run_of_ours.as_mut().poll(context).is_pending());
    // Theirs comes to the end, with one cart held back that ours knows nothing of.
    desk.consumer.next([Fate::Taken, Fate::Busy]);
    assert_eq!(run(&theirs, 100).failed, 1);
    desk.change(2, 1);
    let Poll::Ready(Ok(done)) = run_of_ours.poll(context) else { unreachable!("nothing is waited for") };
    assert!(!done.is_done, "it was overtaken");
    desk.pass(1);
    assert!(run(&ours, 100).is_done);
    desk.consumer.has_all_of(&desk, [1, 2]);
    assert_eq!((desk.consumer.version(1), desk.consumer.version(2)), (3, 3));
}
