//! The engine and the reference say the same.

use crate::answer::Answer;
use crate::case::Case;
use crate::random::case;
use crate::reference;
use crate::shrink::shrink;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

/// What the engine says, and how the reference differs from it.
fn difference(case: &Case) -> Option<String> {
    match case.priced() {
        Ok(priced) => Answer::of(&priced).difference(&reference::price(case)),
        Err(error) => Some(format!("refused: {error}")),
    }
}

fn agree(seeds: impl Iterator<Item = u64>) {
    for seed in seeds {
        let case = case(seed);
        if difference(&case).is_some() {
            let smallest = shrink(&case, |smaller| difference(smaller).is_some());
            let found = difference(&smallest).unwrap();
            panic!(
                "seed {seed}\n{case}\nsmallest:\n{smallest}\nthe engine and the reference differ in {found}"
            );
        }
    }
}

/// One of two halves, so that two threads can share the work.
fn half(which: u64) {
    let first = number("CART_PRICING_SEED", 0);
    let cases = number("CART_PRICING_CASES", 20_000);
    agree((first..first + cases).filter(|seed| seed % 2 == which));
}

#[test]
fn engine_and_reference_agree_on_even_seeds() {
    half(0);
}

#[test]
fn engine_and_reference_agree_on_odd_seeds() {
    half(1);
}
