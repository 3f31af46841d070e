//! Everything at once: crashes, faults of the store, a sink that is busy, entries that are never taken, two relays.

use std::collections::BTreeSet;

use cart_core::testing::samples::cart_id;
use cart_core::testing::{Dice, Fault, StoreCall, block_on};

use super::consumer::Fate;
use super::waiting::run_or_crash;
use super::{Desk, impatient};

const CARTS: u64 = 500;
const ENTRIES: u64 = 20_000;
const CALLS: [StoreCall; 5] = [
    StoreCall::NoteProgress,
    StoreCall::EntriesAfter,
    StoreCall::HeldDue,
    StoreCall::HeldAmong,
    StoreCall::Checkpoint,
];
const FAULTS: [Fault; 4] = [Fault::Unavailable, Fault::Full, Fault::UnknownDone, Fault::UnknownNotDone];

fn pick<T: Copy>(dice: &mut Dice, from: &[T]) -> T {
    from[usize::try_from(dice.below(from.len() as u64)).unwrap()]
}

/// Changes carts at random; one entry in a hundred is never taken.
fn write(desk: &Desk, dice: &mut Dice, entries: u64) {
    for _ in 0..entries {
        let n = 1 + dice.below(CARTS);
        desk.change(n, 1);
        if dice.below(100) == 0 {
            let fate = pick(dice, &[Fate::Busy, Fate::Refused]);
            desk.consumer.poison(n, desk.stored(n).version().get(), fate);
        }
    }
}

#[test]
fn whatever_fails_each_entry_comes_in_the_order_of_its_cart_and_none_is_missed() {
    let (desk, mut dice) = (Desk::new(), Dice::new(91));
    (1..=CARTS).for_each(|n| desk.make(n));
    desk.consumer.chaos(Some(Dice::new(17)));
    let start = || desk.relay().retrying(impatient());
    let mut relays = [start(), start()];
    let mut crashes = 0;
    for _ in 0..ENTRIES / 50 {
        write(&desk, &mut dice, 50);
        for relay in &mut relays {
            if dice.below(5) == 0 {
                desk.failing.fail_nth(pick(&mut dice, &CALLS), 1, pick(&mut dice, &FAULTS));
            }
            let limit = usize::try_from(1 + dice.below(150)).unwrap();
            if run_or_crash(relay, limit).is_none() {
                crashes += 1;
                *relay = start();
            }
        }
        desk.pass(i64::try_from(dice.below(3)).unwrap());
    }
    assert!(crashes > 100, "there were {crashes} crashes");
    desk.consumer.chaos(None);
    settle(&desk);
    heal(&desk);
    desk.consumer.has_all_of(&desk, 1..=CARTS);
}

/// Runs until all is handed over but what is parked, while there is always something new that is taken.
fn settle(desk: &Desk) {
    let relay = desk.relay().retrying(impatient());
    for new in 1..=200 {
        desk.make(CARTS + new);
        desk.pass(2);
        // What was told to fail and did not yet may fail still.
        let _ = block_on(relay.run(100_000));
    }
    let parked = block_on(relay.parked(None, 1000)).unwrap();
    let parked: BTreeSet<_> = parked.into_iter().map(|held| (held.cart, held.from.get())).collect();
    let waits = (1..=CARTS).filter(|n| desk.consumer.version(*n) < desk.stored(*n).version().get());
    let waits: BTreeSet<_> = waits.map(|n| (cart_id(n), desk.consumer.version(n) + 1)).collect();
    assert!(parked.len() > 50, "{} carts are parked", parked.len());
    assert_eq!(parked, waits, "parked is what has not come");
}

/// Takes everything from now on, and tries what is parked again.
fn heal(desk: &Desk) {
    desk.consumer.heal();
    let relay = desk.relay();
    for held in block_on(relay.parked(None, 1000)).unwrap() {
        assert!(block_on(relay.retry(held.cart)).unwrap());
    }
    assert!(block_on(relay.run(1_000_000)).unwrap().is_done);
    assert_eq!(block_on(relay.parked(None, 1000)).unwrap(), []);
}
