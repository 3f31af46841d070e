//! Every way in which a checkout can be interrupted, one after the other and two at a time: whatever happens, in the end
//! there is one order that is paid for, or none and everything is as before.
//!
//! Everybody outside the service is simulated and keeps the truth about what they did. Each call of theirs, and each
//! commit, is a place where something can go wrong; a run is a script with faults at some of these places. After it
//! everything works again, time goes on, the recovery job runs, and what is left is checked.
//!
//! Continuous integration runs all single faults and a part of the pairs. All pairs:
//! `CART_FAULT_PAIRS=all cargo test --release --test faults -- --nocapture`.

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
use cart_core::port::Store;

use fault::{Fault, Plan, StoreFault, Trouble};
use run::{Ran, Stock};
use script::Script;

type NewStore = fn() -> Arc<dyn Store>;

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::default())
}

fn run(script: Script, stock: Stock, store: NewStore, plan: Plan) -> Ran {
    run::run(script, stock, store(), plan)
}

/// All scripts, by whomever stock is counted.
fn all() -> impl Iterator<Item = (Script, Stock)> {
    Script::ALL.into_iter().flat_map(|script| Stock::ALL.map(|stock| (script, stock)))
}

/// Runs a script without faults, then with every fault at every place.
fn every_single_fault(store: NewStore) {
    for (script, stock) in all() {
        let clean = run(script, stock, store, Plan::default());
        let troubles = Trouble::all(clean.calls, clean.commits);
        println!("{script:?}, stock counted by {stock:?}: {} faults", troubles.len());
        troubles.into_iter().for_each(|trouble| drop(run(script, stock, store, Plan::of([trouble]))));
    }
}

/// From a call on nobody answers as they should any more, until all is healed.
fn every_outage(store: NewStore) {
    for (script, stock) in all() {
        let clean = run(script, stock, store, Plan::default());
        for nth in 0..clean.calls {
            for fault in Fault::ALL {
                run(script, stock, store, Plan::from_here_on(nth, fault));
            }
        }
    }
}

/// Two faults, of which every `stride`th pair is tried.
fn pairs(store: NewStore, stride: usize) {
    for (script, stock) in all() {
        let clean = run(script, stock, store, Plan::default());
        // With one fault there may be more calls than with none.
        let troubles = Trouble::all(clean.calls + 3, clean.commits + 2);
        let pairs = troubles
            .iter()
            .enumerate()
            .flat_map(|(nth, one)| troubles.iter().skip(nth + 1).map(move |two| Plan::of([*one, *two])));
        let mut runs = 0;
        for plan in pairs.step_by(stride) {
            run(script, stock, store, plan);
            runs += 1;
        }
        println!("{script:?}, stock counted by {stock:?}: {runs} pairs");
    }
}

/// How many pairs are passed over for each one that is tried: `CART_FAULT_PAIRS`, which is `all` or a number.
fn stride() -> usize {
    match std::env::var("CART_FAULT_PAIRS").as_deref() {
        Ok("all") => 1,
        Ok(stride) => stride.parse().expect("CART_FAULT_PAIRS is `all` or a number"),
        Err(_) => 41,
    }
}

#[test]
fn no_single_fault_leaves_anything_half_done() {
    every_single_fault(memory);
}

#[test]
fn no_outage_leaves_anything_half_done() {
    every_outage(memory);
}

#[test]
fn no_two_faults_leave_anything_half_done() {
    pairs(memory, stride());
}

#[test]
fn a_run_is_the_same_every_time() {
    for (script, stock) in all() {
        for fault in Fault::ALL {
            let troubles = [Trouble::Call(1, fault), Trouble::Commit(2, StoreFault::UnknownDone)];
            let traces = [(); 2].map(|()| run(script, stock, memory, Plan::of(troubles)).trace);
            assert_eq!(traces[0], traces[1], "{script:?} {fault:?}");
        }
    }
}
