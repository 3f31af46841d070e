//! Carts and worlds made from seeds, with what provokes ties, remainders and refusals.

mod promotions;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

use cart_core::coupon::CouponCode;
use cart_core::money::{Amounts, Currency, Money, Rate};
use cart_core::product::ProductKey;
use cart_core::testing::Dice;

use crate::case::Case;

/// The case of a seed.
pub(crate) fn case(seed: u64) -> Case {
    let mut source = Source { dice: Dice::new(seed), currency: Currency::EUR };
    source.currency = source.pick(&[
        Currency::EUR,
        Currency::EUR,
        Currency::JPY,
        Currency::KWD,
        Currency::from_code("CLF").unwrap(),
    ]);
    world::case(&mut source)
}

/// Choices that depend on a seed alone.
struct Source {
    dice: Dice,
    currency: Currency,
}

impl Source {
    fn below(&mut self, end: u64) -> u64 {
        self.dice.below(end)
    }

    fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap()
    }

    /// From `low` to `high`, inclusive.
    fn between(&mut self, low: u32, high: u32) -> u32 {
        low + u32::try_from(self.below(u64::from(high - low) + 1)).unwrap()
    }

    /// True once in so many times.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())].clone()
    }

    /// Something, once in so many times.
    fn maybe<T>(&mut self, times: u64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.once_in(times).then(|| make(self))
    }

    fn list<T>(&mut self, most: u32, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.between(0, most)).map(|_| make(self)).collect()
    }

    /// A few of some words.
    fn some<T: Ord>(&mut self, words: &[&str], make: impl Fn(&str) -> T) -> BTreeSet<T> {
        (0..self.between(1, 2)).map(|_| make(self.pick(words))).collect()
    }

    /// An amount that is often small, often the same, and sometimes nothing.
    fn minor(&mut self) -> i64 {
        const USUAL: [i64; 16] = [0, 1, 2, 3, 5, 7, 10, 33, 99, 100, 101, 250, 333, 999, 1000, 1001];
        match self.below(10) {
            0..=6 => self.pick(&USUAL),
            7 | 8 => i64::from(self.between(0, 5000)),
            _ => i64::from(self.between(0, 2_000_000)),
        }
    }

    /// An amount that is usually in the cart's currency.
    fn amounts(&mut self) -> Amounts {
        let foreign = Money::new(self.minor(), Currency::GBP);
        let own = Money::new(self.minor(), self.currency);
        match self.below(40) {
            0 => foreign.into(),
            1 => Amounts::new([own, foreign]).unwrap(),
            _ => own.into(),
        }
    }

    fn rate(&mut self) -> Rate {
        const USUAL: [i64; 9] = [10, 50, 75, 100, 150, 200, 250, 500, 1000];
        match self.below(8) {
            0 => Rate::from_billionths(333_333_333).unwrap(),
            1 => Rate::from_billionths(i64::from(self.between(1, 1_000_000_000))).unwrap(),
            _ => Rate::from_billionths(self.pick(&USUAL) * 1_000_000).unwrap(),
        }
    }
}

const PRODUCTS: [&str; 6] = ["mug", "cup", "pin", "book", "plan", "tea"];
const KINDS: [&str; 3] = ["thing", "print", "digital"];
const CATEGORIES: [&str; 3] = ["kitchen", "gifts", "sale"];
const CLASSES: [&str; 5] = ["standard", "reduced", "luxury", "exempt", "unknown"];
const GROUPS: [&str; 2] = ["trade", "staff"];
const CODES: [&str; 6] = ["ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX"];
const METHODS: [&str; 2] = ["post", "courier"];
const PAYMENTS: [&str; 2] = ["cash", "card"];

fn text(word: &str) -> Arc<str> {
    word.into()
}

fn code(word: &str) -> CouponCode {
    CouponCode::new(word).unwrap()
}

/// What can be given without a line.
fn gift(word: &str) -> ProductKey {
    cart_core::testing::samples::product(word)
}
