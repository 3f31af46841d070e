//! What every [`Inventory`] must do.

use std::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};

use super::at_once;
use crate::checkout::StockUnits;
use crate::id::StockItemId;
use crate::port::{Hold, HoldError, Inventory};
use crate::testing::block_on;
use crate::testing::samples::{checkout_id, owner, stock_item, stock_units};

/// An inventory, and whoever plays its storekeeper.
pub trait Warehouse: Debug + Send + Sync {
    /// The inventory.
    fn inventory(&self) -> &dyn Inventory;

    /// Says how many units of an item were ever supplied.
    fn set_supply(&self, item: &StockItemId, units: u32);

    /// The time now (UTC), as the inventory sees it.
    fn now(&self) -> DateTime<Utc>;

    /// Lets time pass until then, or waits.
    fn pass_until(&self, then: DateTime<Utc>);
}

fn supply(warehouse: &dyn Warehouse, items: &[(&str, u32)]) {
    items.iter().for_each(|(item, units)| warehouse.set_supply(&stock_item(item), *units));
}

/// How long holds last, in seconds. Laws that wait for an end take so long where time is real.
const SHORT: i64 = 2;
const LONG: i64 = 3_600;

/// What a checkout asks for: Ann's, for an hour, of any number of units.
#[derive(Clone, Debug)]
struct Wanted {
    checkout: u64,
    owner: &'static str,
    items: Vec<StockUnits>,
    lasts: i64,
    max_held: Option<u32>,
}

fn wanted(checkout: u64, items: &[(&str, u32)]) -> Wanted {
    Wanted { checkout, owner: "ann", items: stock_units(items), lasts: LONG, max_held: None }
}

impl Wanted {
    fn lasting(self, lasts: i64) -> Self {
        Self { lasts, ..self }
    }

    fn of(self, owner: &'static str) -> Self {
        Self { owner, ..self }
    }

    fn within(self, max_held: u32) -> Self {
        Self { max_held: Some(max_held), ..self }
    }

    fn ask<T>(&self, warehouse: &dyn Warehouse, how: impl FnOnce(&Hold<'_>) -> T) -> T {
        let (owner, until) = (owner(self.owner), warehouse.now() + TimeDelta::seconds(self.lasts));
        let (checkout, items, max_held) = (checkout_id(self.checkout), &self.items, self.max_held);
        how(&Hold { checkout, owner: &owner, items, until, max_held })
    }

    fn reserve(&self, warehouse: &dyn Warehouse) -> Result<(), HoldError> {
        self.ask(warehouse, |hold| block_on(warehouse.inventory().reserve(hold)))
    }

    fn claim(&self, warehouse: &dyn Warehouse) -> Result<(), HoldError> {
        self.ask(warehouse, |hold| block_on(warehouse.inventory().claim(hold)))
    }
}

fn held(warehouse: &dyn Warehouse, wanted: &Wanted) {
    wanted.reserve(warehouse).expect("it is held");
}

fn sold(warehouse: &dyn Warehouse, wanted: &Wanted) {
    wanted.claim(warehouse).expect("it is sold");
}

fn release(warehouse: &dyn Warehouse, checkout: u64) {
    block_on(warehouse.inventory().release(checkout_id(checkout))).expect("it is taken back");
}

/// How many units of `a` and `b` are free for a checkout; none is held for number 0.
fn free_for(warehouse: &dyn Warehouse, checkout: u64) -> [Option<u32>; 2] {
    let (items, except) = (["a", "b"].map(stock_item), Some(checkout_id(checkout)));
    let found = block_on(warehouse.inventory().free(&items, except)).expect("the inventory answers");
    let [a, b] = found[..] else { unreachable!("two answers to two questions: {found:?}") };
    [a, b]
}

fn free(warehouse: &dyn Warehouse) -> [Option<u32>; 2] {
    let items = ["a", "b"].map(stock_item);
    let found = block_on(warehouse.inventory().free(&items, None)).expect("the inventory answers");
    assert_eq!(found, free_for(warehouse, 0));
    free_for(warehouse, 0)
}

fn is_short(answer: &Result<(), HoldError>, of: &str, left: u32) -> bool {
    matches!(answer, Err(HoldError::Short { item, available }) if item.as_str() == of && *available == left)
}

fn let_pass(warehouse: &dyn Warehouse, seconds: i64) {
    warehouse.pass_until(warehouse.now() + TimeDelta::seconds(seconds));
}

/// What was supplied is free, in the order asked; of what was not, nothing is known.
pub fn what_is_supplied_is_free(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("b", 2), ("a", 1)]);
    let items = ["a", "never", "b", "a"].map(stock_item);
    let found = block_on(warehouse.inventory().free(&items, None)).expect("the inventory answers");
    assert_eq!(found, [Some(1), None, Some(2), Some(1)]);
}

/// What is held for one checkout is not free for others, and is for itself.
pub fn a_checkouts_own_stock_is_free_for_it(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 5), ("b", 5)]);
    held(warehouse, &wanted(1, &[("a", 2), ("b", 1)]));
    held(warehouse, &wanted(2, &[("a", 1)]));
    assert_eq!(free(warehouse), [Some(2), Some(4)]);
    assert_eq!(free_for(warehouse, 1), [Some(4), Some(5)]);
    assert_eq!(free_for(warehouse, 2), [Some(3), Some(4)]);
}

/// If there is too little of one item, none is held, and it is said of which.
pub fn all_is_held_or_nothing(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 5), ("b", 1)]);
    assert!(is_short(&wanted(1, &[("a", 2), ("b", 2)]).reserve(warehouse), "b", 1));
    assert_eq!(free(warehouse), [Some(5), Some(1)]);
    held(warehouse, &wanted(1, &[("a", 2), ("b", 1)]));
    assert!(is_short(&wanted(2, &[("a", 4)]).reserve(warehouse), "a", 3));
    assert!(is_short(&wanted(2, &[("never", 1)]).reserve(warehouse), "never", 0));
}

/// Holding again holds no more.
pub fn a_repeated_hold_holds_once(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 3), ("b", 0)]);
    let wanted = wanted(1, &[("a", 2)]).within(2);
    held(warehouse, &wanted);
    held(warehouse, &wanted);
    assert_eq!(free(warehouse), [Some(1), Some(0)]);
}

/// A hold ends by itself: what it held is free, and others can have it.
pub fn a_hold_ends_by_itself(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 2), ("b", 1)]);
    held(warehouse, &wanted(1, &[("a", 2)]).lasting(SHORT));
    let other = wanted(2, &[("a", 1), ("b", 1)]);
    assert!(is_short(&other.reserve(warehouse), "a", 0));
    let_pass(warehouse, SHORT);
    assert_eq!((free(warehouse), free_for(warehouse, 1)), ([Some(2), Some(1)], [Some(2), Some(1)]));
    held(warehouse, &other);
    assert_eq!(free(warehouse), [Some(1), Some(0)]);
}

/// A checkout that asks again for longer has it held for longer; for shorter, not for shorter.
pub fn a_repeated_hold_lasts_until_the_later_end(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 5), ("b", 5)]);
    let (longer, shorter) = (wanted(1, &[("a", 2)]), wanted(2, &[("b", 2)]));
    held(warehouse, &longer.clone().lasting(SHORT));
    held(warehouse, &longer);
    held(warehouse, &shorter);
    held(warehouse, &shorter.lasting(SHORT));
    let_pass(warehouse, SHORT);
    assert_eq!(free(warehouse), [Some(3), Some(3)]);
}

/// An owner has no more held at once than is said; what was sold, given back or has ended does not count.
pub fn an_owner_has_no_more_held_than_they_may(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 99), ("b", 99)]);
    let refused = |wanted: Wanted| matches!(wanted.reserve(warehouse), Err(HoldError::TooMuch { max: 3 }));
    held(warehouse, &wanted(1, &[("a", 1), ("b", 1)]).within(3).lasting(SHORT));
    assert!(refused(wanted(2, &[("a", 2)]).within(3)));
    held(warehouse, &wanted(2, &[("a", 2)]).of("bob").within(3));
    held(warehouse, &wanted(3, &[("b", 1)]).within(3));
    assert!(refused(wanted(4, &[("b", 1)]).within(3)));
    sold(warehouse, &wanted(3, &[("b", 1)]));
    held(warehouse, &wanted(5, &[("a", 1)]).within(3));
    release(warehouse, 5);
    let_pass(warehouse, SHORT);
    held(warehouse, &wanted(6, &[("a", 3)]).within(3));
}

/// What is held is sold, though nothing else is free, and once however often it is asked for.
pub fn a_claim_sells_what_is_held_once(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 2), ("b", 3)]);
    let wanted = wanted(1, &[("a", 2), ("b", 1)]).lasting(SHORT);
    held(warehouse, &wanted);
    sold(warehouse, &wanted);
    sold(warehouse, &wanted);
    // A hold that was on its way for long changes nothing any more.
    held(warehouse, &wanted);
    let_pass(warehouse, SHORT);
    assert_eq!(free(warehouse), [Some(0), Some(2)]);
}

/// After its hold has ended, a checkout is sold what is free, all of it or nothing.
pub fn a_late_claim_sells_what_is_free(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 2), ("b", 2)]);
    let late = wanted(1, &[("a", 2), ("b", 2)]).lasting(SHORT);
    held(warehouse, &late);
    let_pass(warehouse, SHORT);
    held(warehouse, &wanted(2, &[("b", 1)]));
    assert!(is_short(&late.claim(warehouse), "b", 1));
    assert_eq!(free(warehouse), [Some(2), Some(1)]);
    release(warehouse, 2);
    sold(warehouse, &late);
    assert_eq!(free(warehouse), [Some(0), Some(0)]);
}

/// What is taken back is free, be it held or sold, and once.
pub fn what_is_released_is_free(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 9), ("b", 9)]);
    (1..=3).for_each(|n| held(warehouse, &wanted(n, &[("a", 2), ("b", 1)])));
    sold(warehouse, &wanted(2, &[("a", 2), ("b", 1)]));
    release(warehouse, 1);
    assert_eq!(free(warehouse), [Some(5), Some(7)]);
    release(warehouse, 2);
    assert_eq!(free(warehouse), [Some(7), Some(8)]);
    [1, 2, 99].into_iter().for_each(|n| release(warehouse, n));
    assert_eq!(free(warehouse), [Some(7), Some(8)]);
}

/// What comes for a checkout after it was released is refused, whether or not it ever had anything.
pub fn what_comes_after_the_release_is_refused(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 3), ("b", 0)]);
    held(warehouse, &wanted(1, &[("a", 1)]));
    for n in [1, 2] {
        release(warehouse, n);
        assert!(wanted(n, &[("a", 1)]).reserve(warehouse).is_err());
        assert!(wanted(n, &[("a", 1)]).claim(warehouse).is_err());
    }
    assert_eq!(free(warehouse), [Some(3), Some(0)]);
}

/// Of many checkouts at once exactly as many get the last units as there are.
pub fn the_last_unit_is_held_once(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 3), ("b", 0)]);
    let answers = at_once(|n| wanted(n + 1, &[("a", 1)]).reserve(warehouse));
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
    assert!(answers.iter().all(|answer| answer.is_ok() || is_short(answer, "a", 0)), "{answers:?}");
    assert_eq!(free(warehouse), [Some(0), Some(0)]);
}

/// Of holding, selling and releasing the same at once it is the release that lasts.
pub fn a_release_wins_over_a_hold_at_once(warehouse: &dyn Warehouse) {
    supply(warehouse, &[("a", 2), ("b", 1)]);
    let wanted = wanted(1, &[("a", 2), ("b", 1)]);
    at_once(|n| match n % 3 {
        0 => release(warehouse, 1),
        1 => drop(wanted.reserve(warehouse)),
        _ => drop(wanted.claim(warehouse)),
    });
    assert_eq!(free(warehouse), [Some(2), Some(1)]);
}
