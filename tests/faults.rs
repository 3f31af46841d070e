//! Every way in which a checkout can be interrupted, one after the other and two at a time: whatever happens, in the end
//! there is one order that is paid for, or none and everything is as before.
//!
//! Everybody outside the service is simulated and keeps the truth about what they did. Each call of theirs, and each
//! commit, is a place where something can go wrong; a run is a script with faults at some of these places. After it
//! everything works again, time goes on, the recovery job runs, and what is left is checked.
//!
//! Continuous integration runs all single faults on the store in memory, and a part of those on SQLite and of the pairs. All:
//! `CART_FAULTS=all cargo test --release --all-features --test faults -- --nocapture`.

#[path = "faults/check.rs"]
mod check;
#[path = "faults/fault.rs"]
mod fault;
#[path = "faults/partners.rs"]
mod partners;
#[path = "faults/run.rs"]
mod run;
#[path = "faults/script.rs"]
mod script;
#[path = "faults/world.rs"]
mod world;

use std::sync::Arc;

use cart_core::memory::MemoryStore;
use cart_core::testing::block_on;
use cart_store_sqlite::SqliteStore;

use fault::{Fault, Plan, StoreFault, Trouble};
use run::{Ran, Stock};
use script::Script;

/// Where the carts are kept.
#[derive(Clone, Copy, Debug)]
enum Kept {
    InMemory,
    /// In a database of SQLite, in memory so that nothing waits for a disk.
    InSqlite,
}

fn run(script: Script, stock: Stock, kept: Kept, plan: Plan) -> Ran {
    match kept {
        Kept::InMemory => run::run(script, stock, Arc::new(MemoryStore::default()), plan),
        Kept::InSqlite => {
            let store = Arc::new(SqliteStore::in_memory().expect("a database"));
            let ran = run::run(script, stock, Arc::clone(&store) as _, plan.clone());
            let report = block_on(store.verify()).expect("a report");
            assert!(report.is_sound(), "{script:?}, stock counted by {stock:?}, {plan:?}: {report:#?}");
            ran
        }
    }
}

/// All scripts, by whomever stock is counted.
fn all() -> impl Iterator<Item = (Script, Stock)> {
    Script::ALL.into_iter().flat_map(|script| Stock::ALL.map(|stock| (script, stock)))
}

/// Runs a script without faults, then with every fault at every place, of which every `stride`th is tried.
fn single_faults(kept: Kept, stride: usize) {
    for (script, stock) in all() {
        let clean = run(script, stock, kept, Plan::default());
        let troubles = Trouble::all(clean.calls, clean.commits);
        let mut runs = 0;
        for trouble in troubles.into_iter().step_by(stride) {
            run(script, stock, kept, Plan::of([trouble]));
            runs += 1;
        }
        println!("{script:?}, stock counted by {stock:?}: {runs} faults");
    }
}

/// From a call on nobody answers as they should any more, until all is healed.
fn every_outage(kept: Kept) {
    for (script, stock) in all() {
        let clean = run(script, stock, kept, Plan::default());
        for nth in 0..clean.calls {
            for fault in Fault::ALL {
                run(script, stock, kept, Plan::from_here_on(nth, fault));
            }
        }
    }
}

/// Two faults, of which every `stride`th pair is tried.
fn pairs(kept: Kept, stride: usize) {
    for (script, stock) in all() {
        let clean = run(script, stock, kept, Plan::default());
        // With one fault there may be more calls than with none.
        let troubles = Trouble::all(clean.calls + 3, clean.commits + 2);
        let pairs = troubles
            .iter()
            .enumerate()
            .flat_map(|(nth, one)| troubles.iter().skip(nth + 1).map(move |two| Plan::of([*one, *two])));
        let mut runs = 0;
        for plan in pairs.step_by(stride) {
            run(script, stock, kept, plan);
            runs += 1;
        }
        println!("{script:?}, stock counted by {stock:?}: {runs} pairs");
    }
}

/// Of how many one is tried: `CART_FAULTS`, which is `all` or a number.
fn stride(unless_told: usize) -> usize {
    match std::env::var("CART_FAULTS").as_deref() {
        Ok("all") => 1,
        Ok(stride) => stride.parse().expect("CART_FAULTS is `all` or a number"),
        Err(_) => unless_told,
    }
}

#[test]
fn no_single_fault_leaves_anything_half_done() {
    single_faults(Kept::InMemory, 1);
}

#[test]
fn no_single_fault_leaves_anything_half_done_in_sqlite() {
    single_faults(Kept::InSqlite, stride(7));
}

#[test]
fn no_outage_leaves_anything_half_done() {
    every_outage(Kept::InMemory);
}

#[test]
fn no_two_faults_leave_anything_half_done() {
    pairs(Kept::InMemory, stride(41));
}

#[test]
fn no_two_faults_leave_anything_half_done_in_sqlite() {
    pairs(Kept::InSqlite, stride(407));
}

#[test]
fn a_run_is_the_same_every_time() {
    for (script, stock) in all() {
        for fault in Fault::ALL {
            let troubles = [Trouble::Call(1, fault), Trouble::Commit(2, StoreFault::UnknownDone)];
            let traces = [(); 2].map(|()| run(script, stock, Kept::InMemory, Plan::of(troubles)).trace);
            assert_eq!(traces[0], traces[1], "{script:?} {fault:?}");
        }
    }
}
