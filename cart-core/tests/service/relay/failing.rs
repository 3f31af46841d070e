//! Entries that the sink does not take, and what operators do about them.

use cart_core::port::{HeldBack, SinkError};
use cart_core::service::Relay;
use cart_core::testing::block_on;
use cart_core::testing::samples::cart_id;
use cart_core::version::Version;

use super::consumer::Fate;
use super::{Desk, impatient, run};

fn version(n: u64) -> Version {
    Version::new(n).unwrap()
}

fn parked(relay: &Relay) -> Vec<(u64, u64)> {
    let parked = block_on(relay.parked(None, 100)).unwrap();
    let number = |held: &HeldBack| held.cart.as_uuid().as_u64_pair().1 & !(1 << 63);
    parked.iter().map(|held| (number(held), held.from.get())).collect()
}

/// Two carts of three entries each, that come by turns.
fn two_carts() -> Desk {
    let desk = Desk::new();
    [1, 2].into_iter().for_each(|n| desk.make(n));
    for _ in 0..2 {
        [1, 2].into_iter().for_each(|n| desk.change(n, 1));
    }
    desk
}

#[test]
fn what_is_not_taken_holds_back_its_cart_alone_and_comes_again() {
    let desk = two_carts();
    let relay = desk.relay();
    desk.consumer.next([Fate::Taken, Fate::Taken, Fate::Busy]);
    let done = run(&relay, 100);
    assert_eq!((done.delivered, done.failed, done.is_done), (4, 1, true));
    assert_eq!(desk.consumer.tried(), [(1, 1), (2, 1), (1, 2), (2, 2), (2, 3)]);
    assert!(run(&relay, 100).is_done);
    desk.pass(1);
    assert_eq!(run(&relay, 100).delivered, 2);
    assert_eq!(desk.consumer.tried()[5..], [(1, 2), (1, 3)]);
    desk.consumer.has_all_of(&desk, [1, 2]);
}

#[test]
fn pauses_grow_and_the_cart_is_parked_after_the_last_try() {
    let desk = two_carts();
    let relay = desk.relay().retrying(impatient());
    desk.consumer.poison(1, 2, Fate::Busy);
    assert_eq!(run(&relay, 100).failed, 1);
    for (wait, fails, parks) in [(0, 0, 0), (1, 1, 0), (1, 0, 0), (1, 1, 1), (1_000_000, 0, 0)] {
        desk.pass(wait);
        let done = run(&relay, 100);
        assert_eq!(
            (done.failed, done.parked, done.is_done),
            (fails, parks, true),
            "after {wait} more seconds"
        );
    }
    assert_eq!(parked(&relay), [(1, 2)]);
    desk.change(1, 1);
    desk.change(2, 1);
    assert_eq!(run(&relay, 100).delivered, 1, "the other cart goes on");
    assert_eq!(desk.consumer.tried().iter().filter(|tried| **tried == (1, 2)).count(), 3);
}

#[test]
fn what_is_parked_says_why_and_how_much_waits() {
    let desk = two_carts();
    let relay = desk.relay();
    desk.consumer.poison(1, 2, Fate::Refused);
    let done = run(&relay, 100);
    assert_eq!((done.delivered, done.failed, done.parked), (4, 1, 1));
    let held = HeldBack {
        cart: cart_id(1),
        from: version(2),
        to: version(3),
        tries: 1,
        due_at: None,
        reason: format!("{}: never", SinkError::Refused("".into())),
    };
    assert_eq!(block_on(relay.parked(None, 9)).unwrap(), [held]);
    assert_eq!(block_on(relay.parked(Some(cart_id(1)), 9)).unwrap(), []);
    assert_eq!(block_on(relay.parked(None, 0)).unwrap(), []);
}

#[test]
fn what_is_parked_is_tried_again_when_an_operator_says_so() {
    let desk = two_carts();
    let relay = desk.relay().retrying(impatient());
    desk.consumer.poison(1, 2, Fate::Refused);
    run(&relay, 100);
    assert!(block_on(relay.retry(cart_id(1))).unwrap());
    assert_eq!(run(&relay, 100).parked, 1, "it is refused again");
    desk.consumer.mend(1, 2);
    assert!(block_on(relay.retry(cart_id(1))).unwrap());
    assert_eq!(run(&relay, 100).delivered, 2);
    desk.consumer.has_all_of(&desk, [1, 2]);
    assert_eq!(parked(&relay), []);
    assert!(!block_on(relay.retry(cart_id(1))).unwrap(), "nothing is held back any more");
}

#[test]
fn an_entry_that_is_given_up_is_the_only_one_missed() {
    let desk = two_carts();
    let relay = desk.relay();
    desk.consumer.poison(1, 2, Fate::Refused);
    run(&relay, 100);
    for other in [1, 3] {
        assert!(
            !block_on(relay.skip(cart_id(1), version(other))).unwrap(),
            "version {other} does not hold it"
        );
    }
    assert!(!block_on(relay.skip(cart_id(2), version(3))).unwrap());
    desk.consumer.forget_tried();
    assert!(block_on(relay.skip(cart_id(1), version(2))).unwrap());
    assert_eq!(run(&relay, 100).delivered, 1);
    assert_eq!(desk.consumer.tried(), [(1, 3)]);
    desk.change(1, 1);
    assert_eq!(run(&relay, 100).delivered, 1);
    assert_eq!(desk.consumer.tried(), [(1, 3), (1, 4)]);
}

#[test]
fn the_last_entry_may_be_given_up() {
    let desk = two_carts();
    let relay = desk.relay();
    desk.consumer.poison(1, 3, Fate::Refused);
    run(&relay, 100);
    assert!(block_on(relay.skip(cart_id(1), version(3))).unwrap());
    assert!(!block_on(relay.skip(cart_id(1), version(3))).unwrap());
    assert_eq!(parked(&relay), []);
    desk.change(1, 1);
    desk.consumer.forget_tried();
    assert_eq!(run(&relay, 100).delivered, 1);
    assert_eq!(desk.consumer.tried(), [(1, 4)]);
}

#[test]
fn each_entry_of_a_cart_has_all_its_tries() {
    let desk = two_carts();
    let relay = desk.relay().retrying(impatient());
    [1, 2, 3].into_iter().for_each(|version| desk.consumer.poison(1, version, Fate::Busy));
    for version in [1, 2, 3] {
        run(&relay, 100);
        desk.pass(2);
        assert_eq!(run(&relay, 100).parked, 0, "version {version}");
        desk.consumer.mend(1, version);
        desk.pass(2);
    }
    run(&relay, 100);
    desk.consumer.has_all_of(&desk, [1, 2]);
    assert_eq!(parked(&relay), []);
}
