//! Checkouts among partners who tell the truth, but late, twice or never.

mod partners;
mod run;

use crate::checkout::{Handoff, StockCounting};
use crate::facts::Parties;
use crate::testing::Dice;

use self::run::{End, Run, Setting};

fn settings() -> Vec<Setting> {
    let mut all = Vec::new();
    for handoff in [Handoff::Service, Handoff::Host] {
        for stock in [StockCounting::Nobody, StockCounting::Store, StockCounting::Inventory] {
            for (payments, price) in [(true, 10_00), (true, 0), (false, 10_00)] {
                let parties = Parties { stock, payments };
                all.extend([false, true].map(|is_sloppy| Setting { handoff, parties, price, is_sloppy }));
            }
        }
    }
    all
}

#[test]
fn whatever_comes_in_whatever_order_ends_as_an_order_or_as_if_nothing_had_been() {
    let (mut completed, mut ended, mut refunded, mut late) = (0, 0, 0, 0);
    for seed in 0..800 {
        for setting in settings() {
            let mut run = Run::begin(setting, Dice::new(seed));
            for _ in 0..30 {
                run.step();
            }
            match run.heal() {
                End::Completed => completed += 1,
                End::Undone { was_paid } => (ended, refunded) = (ended + 1, refunded + usize::from(was_paid)),
            }
            late += run.late;
        }
    }
    let told = format!("{completed} completed, {ended} ended, {refunded} refunded, {late} paid late");
    assert!(completed > 1000 && ended > 1000 && refunded > 500 && late > 100, "{told}");
}
