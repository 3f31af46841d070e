//! Reading carts of 10 and 100 lines, priced: from the hot carts, from the file, and the bare rows by hand.
//!
//! `cargo bench --bench reading`

#[path = "support/by_hand.rs"]
mod by_hand;
mod support;

use std::sync::Arc;

use by_hand::ByHand;
use cart_core::prelude::*;
use cart_store_sqlite::{Durability, Options, SqliteStore};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use futures_executor::block_on;

const CARTS: u32 = 1_000;

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reading");
    for lines in [10, 100] {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let mut by_hand = ByHand::open(&folder.path().join("by-hand.db"), Durability::Normal);
        by_hand.fill(CARTS, lines);
        let mut cart = 0;
        group.bench_function(BenchmarkId::new("rows by hand", lines), |bench| {
            bench.iter(|| {
                cart = (cart + 1) % CARTS;
                by_hand.read(cart)
            });
        });
        for (what, hot_carts, on_caller) in [
            ("service, from the file", 0, false),
            ("service, from the file, on_caller", 0, true),
            ("service, hot", 100_000, false),
        ] {
            let name = folder.path().join(format!("{hot_carts}-{on_caller}.db"));
            let options = Options::default().durability(Durability::Normal).on_caller(on_caller);
            let store = SqliteStore::open(&name, &options).expect("a new file");
            let service = support::service_keeping(Arc::new(store), hot_carts);
            let carts: Vec<_> = (0..CARTS)
                .map(|n| (support::user(n), block_on(support::fill(&service, &support::user(n), lines))))
                .collect();
            let mut next = carts.iter().cycle();
            group.bench_function(BenchmarkId::new(what, lines), |bench| {
                bench.iter(|| {
                    let (caller, id) = next.next().expect("it goes round");
                    block_on(service.cart(caller.actor(), &Target::Cart(*id))).expect("read")
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
