//! What pricing a cart costs, next to loops by hand that compute the same sums and explain nothing.
//!
//! `cargo bench --bench pricing`

mod support;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::facts::{Facts, Products, Terms};
use cart_core::id::{PromotionId, TaxClass};
use cart_core::memory::MemoryStore;
use cart_core::money::Rate;
use cart_core::policy::{TaxMode, TaxPolicy};
use cart_core::port::CartStore;
use cart_core::prelude::*;
use cart_core::pricing::price;
use cart_core::promotion::{Effect, Promotion, Reduction, Scope};
use cart_core::tax::{TaxRate, Taxes, Treatment};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use futures_executor::block_on;

fn cart_and_facts(lines: u32) -> (Arc<Cart>, Facts) {
    let store = Arc::new(MemoryStore::default());
    let service = support::service(store.clone());
    let id = block_on(support::fill(&service, &support::user(1), lines));
    let cart = block_on(store.load(id)).expect("the store answers").expect("the cart exists");
    let catalog = support::catalog();
    let of_cart = cart.lines().iter().map(|line| catalog.product(&line.key.product.product)).collect();
    let products = Products::of_cart(Arc::clone(&cart), of_cart, Vec::new());
    let facts = Facts::of_products(cart.updated_at(), Arc::new(CartPolicy::shared()), products);
    (cart, facts)
}

/// The same with 10% off every line but those of three products, 5.00 off the order, and 19% tax on top of each line.
fn with_promotions_and_tax(facts: &Facts) -> Facts {
    let mut policy = CartPolicy::clone(&facts.policy);
    policy.pricing.promotions = true;
    policy.pricing.tax = TaxPolicy { mode: TaxMode::OnTop, ..TaxPolicy::default() };
    let except_products: BTreeSet<ProductId> = (0..3).map(support::product_id).collect();
    let scope = Scope { except_products, ..Scope::default() };
    let tenth = Reduction::Percent(Rate::parse("0.1").expect("a rate"));
    let five = Reduction::Amount(Money::new(5_00, Currency::EUR).into());
    let promotion = |id, effect| Arc::new(Promotion::new(PromotionId::new(id).expect("an id"), id, effect));
    let vat = TaxRate::new("VAT 19%", Rate::parse("0.19").expect("a rate"));
    let table = [(TaxClass::standard(), Treatment::rates([vat]).expect("rates"))];
    let terms = Terms {
        promotions: vec![
            promotion("tenth", Effect::Lines { scope, reduction: tenth }),
            promotion("five", Effect::Order { scope: Scope::default(), reduction: five }),
        ],
        taxes: Taxes::Table(Arc::new(table.into())),
        ..Terms::default()
    };
    Facts { policy: Arc::new(policy), terms, ..facts.clone() }
}

/// A line by hand: list price, unit price, quantity.
type Amounts = (i64, i64, i64);

/// The sums alone, with checked arithmetic, over amounts that are already side by side.
fn by_hand(lines: &[Amounts]) -> Option<(i64, i64, i64)> {
    lines.iter().try_fold((0_i64, 0_i64, 0_i64), |(subtotal, discount, total), (list, unit, quantity)| {
        let line = list.checked_mul(*quantity)?;
        let sold = unit.checked_mul(*quantity)?;
        let less = line.checked_sub(sold)?;
        Some((subtotal.checked_add(line)?, discount.checked_add(less)?, total.checked_add(sold)?))
    })
}

/// The totals alone of the same promotions and tax: 10% off lines, 5.00 off the order by largest remainder, 19% on top.
fn by_hand_with_promotions_and_tax(lines: &[Amounts]) -> Option<(i64, i64)> {
    let mut amounts = Vec::with_capacity(lines.len());
    for (place, (_, unit, quantity)) in lines.iter().enumerate() {
        let sold = unit.checked_mul(*quantity)?;
        let off = if place < 3 { 0 } else { sold.checked_mul(10)?.checked_add(50)?.checked_div(100)? };
        amounts.push(sold.checked_sub(off)?);
    }
    let whole = amounts.iter().try_fold(0_i64, |sum, amount| sum.checked_add(*amount))?;
    let off = 5_00.min(whole);
    let mut shares: Vec<i64> = Vec::with_capacity(amounts.len());
    let mut lost: Vec<(i64, usize)> = Vec::with_capacity(amounts.len());
    for (place, amount) in amounts.iter().enumerate() {
        let exact = amount.checked_mul(off)?;
        shares.push(exact.checked_div(whole)?);
        lost.push((exact.checked_rem(whole)?, place));
    }
    let left_over = usize::try_from(off - shares.iter().sum::<i64>()).ok()?;
    lost.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    lost.iter().take(left_over).for_each(|(_, place)| shares[*place] += 1);
    amounts.iter().zip(shares).try_fold((0_i64, 0_i64), |(net, tax), (amount, share)| {
        let left = amount.checked_sub(share)?;
        let of_line = left.checked_mul(19)?.checked_add(50)?.checked_div(100)?;
        Some((net.checked_add(left)?, tax.checked_add(of_line)?))
    })
}

fn pricing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pricing");
    for lines in [1, 10, 100, 1000] {
        let (cart, plain) = cart_and_facts(lines);
        let full = with_promotions_and_tax(&plain);
        let amounts: Vec<Amounts> = cart
            .lines()
            .iter()
            .map(|line| {
                (line.snapshot.list().minor(), line.snapshot.unit().minor(), i64::from(line.quantity.get()))
            })
            .collect();
        let totals = price(&cart, &full).expect("a price").totals;
        let net = totals.subtotal.minor() - totals.discount.minor();
        assert_eq!(by_hand_with_promotions_and_tax(&amounts), Some((net, totals.tax.minor())));

        group.bench_function(BenchmarkId::new("price", lines), |bench| {
            bench.iter(|| price(black_box(&cart), black_box(&plain)));
        });
        group.bench_function(BenchmarkId::new("by hand", lines), |bench| {
            bench.iter(|| by_hand(black_box(&amounts)));
        });
        group.bench_function(BenchmarkId::new("price, two promotions and tax", lines), |bench| {
            bench.iter(|| price(black_box(&cart), black_box(&full)));
        });
        group.bench_function(BenchmarkId::new("by hand, two promotions and tax", lines), |bench| {
            bench.iter(|| by_hand_with_promotions_and_tax(black_box(&amounts)));
        });
    }
    group.finish();
}

criterion_group!(benches, pricing);
criterion_main!(benches);
