//! What pricing a cart costs, next to a loop by hand that computes the same sums and explains nothing.
//!
//! `cargo bench --bench pricing`

mod support;

use std::hint::black_box;
use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::facts::{Choices, Facts, Products};
use cart_core::memory::MemoryStore;
use cart_core::port::CartStore;
use cart_core::prelude::*;
use cart_core::pricing::price;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use futures_executor::block_on;

fn cart_and_facts(lines: u32) -> (Arc<Cart>, Facts) {
    let store = Arc::new(MemoryStore::default());
    let service = support::service(store.clone());
    let id = block_on(support::fill(&service, &support::user(1), lines));
    let cart = block_on(store.load(id)).expect("the store answers").expect("the cart exists");
    let catalog = support::catalog();
    let answer = |line: &Arc<cart_core::line::Line>| {
        (line.key.product.clone(), catalog.product(&line.key.product.product))
    };
    let facts = Facts {
        now: cart.updated_at(),
        policy: Arc::new(CartPolicy::storefront()),
        products: Products::new(cart.lines().iter().map(answer).collect()),
        choices: Choices::default(),
        first_line_id: id.as_uuid(),
    };
    (cart, facts)
}

/// The sums alone, with checked arithmetic, over amounts that are already side by side.
fn by_hand(lines: &[(i64, i64, i64)]) -> Option<(i64, i64, i64)> {
    lines.iter().try_fold((0_i64, 0_i64, 0_i64), |(subtotal, discount, total), (list, unit, quantity)| {
        let line = list.checked_mul(*quantity)?;
        let sold = unit.checked_mul(*quantity)?;
        let less = line.checked_sub(sold)?;
        Some((subtotal.checked_add(line)?, discount.checked_add(less)?, total.checked_add(sold)?))
    })
}

fn pricing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pricing");
    for lines in [1, 10, 100, 1000] {
        let (cart, facts) = cart_and_facts(lines);
        let amounts: Vec<_> = cart
            .lines()
            .iter()
            .map(|line| {
                (line.snapshot.list().minor(), line.snapshot.unit().minor(), i64::from(line.quantity.get()))
            })
            .collect();
        group.bench_function(BenchmarkId::new("price", lines), |bench| {
            bench.iter(|| price(black_box(&cart), black_box(&facts)));
        });
        group.bench_function(BenchmarkId::new("by hand", lines), |bench| {
            bench.iter(|| by_hand(black_box(&amounts)));
        });
    }
    group.finish();
}

criterion_group!(benches, pricing);
criterion_main!(benches);
