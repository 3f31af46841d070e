//! Adding a unit to carts of 1, 50 and 500 lines: should cost about the same. `cargo bench --bench adding`

mod support;

use std::sync::Arc;

use cart_core::prelude::*;
use cart_store_sqlite::{Durability, Options, SqliteStore};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use futures_executor::block_on;

fn adding(criterion: &mut Criterion) {
    for durability in [Durability::Full, Durability::Normal] {
        let mut group = criterion.benchmark_group(format!("adding/{durability:?}"));
        for lines in [1, 50, 500] {
            let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
            let options = Options::default().durability(durability);
            let store = SqliteStore::open(folder.path().join("carts.db"), &options).expect("a new file");
            let service = support::service(Arc::new(store));
            let (caller, target) = (support::user(1), Target::Current(support::channel()));
            block_on(support::fill(&service, &caller, lines));
            let add = support::add(0);
            group.bench_function(BenchmarkId::from_parameter(lines), |bench| {
                bench.iter(|| block_on(service.execute(&caller, &target, &add)).expect("added"));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, adding);
criterion_main!(benches);
