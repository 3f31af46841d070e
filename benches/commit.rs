//! Adding to carts through the service, next to the same rows written by hand in one transaction.
//!
//! `cargo bench --bench commit` prints one table per durability: p50 and p99 of single calls by one caller, and calls
//! a second by 64 callers at once on distinct carts and on one cart. By hand, 64 callers are one thread that writes
//! batches of 64.

#[path = "support/by_hand.rs"]
mod by_hand;
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use by_hand::ByHand;
use cart_core::prelude::*;
use cart_store_sqlite::{Durability, Options, SqliteStore};
use futures_executor::block_on;

const CARTS: u32 = 2_000;
const CALLS: u32 = 20_000;
const CALLERS: u32 = 64;

fn main() {
    for durability in [Durability::Full, Durability::Normal] {
        println!("\n{durability:?}\n{:<44}{:>10}{:>10}{:>12}", "", "p50 us", "p99 us", "calls/s");
        // In turns, so that a busy moment of the machine does not fall on one of them alone.
        for _ in 0..3 {
            one_caller_by_hand(durability);
            one_caller(durability, false);
            one_caller(durability, true);
        }
        for _ in 0..3 {
            batches_by_hand(durability);
            many_callers(durability, false);
            many_callers(durability, true);
        }
    }
}

fn report(what: &str, calls: u32, elapsed: Duration, mut each: Vec<Duration>) {
    each.sort_unstable();
    let micros = |share: usize| {
        each.get(each.len() * share / 100)
            .map_or_else(String::new, |d| format!("{:.1}", d.as_secs_f64() * 1e6))
    };
    let rate = f64::from(calls) / elapsed.as_secs_f64();
    println!("{what:<44}{:>10}{:>10}{rate:>12.0}", micros(50), micros(99));
}

fn folder() -> tempfile::TempDir {
    // Beside the build, not in memory: a flush should be a flush.
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

fn one_caller_by_hand(durability: Durability) {
    let folder = folder();
    let mut by_hand = ByHand::open(&folder.path().join("by-hand.db"), durability);
    by_hand.fill(CARTS, 1);
    let mut each = Vec::new();
    let start = Instant::now();
    for call in 0..CALLS {
        let began = Instant::now();
        by_hand.add(std::iter::once((call % CARTS, i64::from(call / CARTS) + 1)), "p-1");
        each.push(began.elapsed());
    }
    report("one caller, by hand", CALLS, start.elapsed(), each);
}

fn one_caller(durability: Durability, on_caller: bool) {
    if on_caller && durability == Durability::Full {
        // What must be flushed is never committed on the caller.
        return;
    }
    let folder = folder();
    let service = filled(&folder, durability, on_caller);
    let target = Target::Current(support::channel());
    let mut each = Vec::new();
    let start = Instant::now();
    for call in 0..CALLS {
        let (caller, add) = (support::user(call % CARTS), support::add(1));
        let began = Instant::now();
        block_on(service.execute(&caller, &target, &add)).expect("added");
        each.push(began.elapsed());
    }
    let what = if on_caller { "one caller, service, on_caller" } else { "one caller, service" };
    report(what, CALLS, start.elapsed(), each);
}

fn filled(folder: &tempfile::TempDir, durability: Durability, on_caller: bool) -> Arc<CartService> {
    let options = Options::default().durability(durability).on_caller(on_caller);
    let store = SqliteStore::open(folder.path().join("carts.db"), &options).expect("a new file");
    let service = Arc::new(support::service(Arc::new(store)));
    let runtime = runtime();
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for shard in 0..CALLERS {
            let service = Arc::clone(&service);
            tasks.spawn(async move {
                for user in (shard..CARTS).step_by(CALLERS as usize) {
                    support::fill(&service, &support::user(user), 1).await;
                }
            });
        }
        while tasks.join_next().await.is_some() {}
    });
    service
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime")
}

fn batches_by_hand(durability: Durability) {
    let folder = folder();
    let mut by_hand = ByHand::open(&folder.path().join("by-hand.db"), durability);
    by_hand.fill(CARTS, 1);
    let start = Instant::now();
    for batch in 0..CALLS / CALLERS {
        let carts = (0..CALLERS).map(|n| {
            let call = batch * CALLERS + n;
            (call % CARTS, i64::from(call / CARTS) + 1)
        });
        by_hand.add(carts, "p-1");
    }
    report("batches of 64, by hand", CALLS, start.elapsed(), Vec::new());
}

fn many_callers(durability: Durability, one_cart: bool) {
    let folder = folder();
    let service = filled(&folder, durability, false);
    let runtime = runtime();
    let start = Instant::now();
    let mut each: Vec<Duration> = runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for shard in 0..CALLERS {
            let service = Arc::clone(&service);
            tasks.spawn(async move { calls(&service, shard, one_cart).await });
        }
        let mut all = Vec::new();
        while let Some(each) = tasks.join_next().await {
            all.extend(each.expect("the calls end"));
        }
        all
    });
    each.truncate(CALLS as usize);
    let what = if one_cart { "64 callers, one cart, service" } else { "64 callers, own carts, service" };
    report(what, CALLS / CALLERS * CALLERS, start.elapsed(), each);
}

async fn calls(service: &CartService, shard: u32, one_cart: bool) -> Vec<Duration> {
    let target = Target::Current(support::channel());
    let mut each = Vec::new();
    for call in 0..CALLS / CALLERS {
        let user = if one_cart { 0 } else { (call * CALLERS + shard) % CARTS };
        let began = Instant::now();
        service.execute(&support::user(user), &target, &support::add(1)).await.expect("added");
        each.push(began.elapsed());
    }
    each
}
