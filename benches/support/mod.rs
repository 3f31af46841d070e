//! What the benches share: a shop with many products, and carts of a given size.
#![allow(dead_code, reason = "each bench uses its part")]

use std::sync::Arc;

use cart_core::memory::MemoryCatalog;
use cart_core::policy::Limits;
use cart_core::port::Store;
use cart_core::prelude::*;
use cart_core::product::Stock;

/// Products `p-0` to `p-1999`, in ample stock, sold a little below the list price.
pub fn catalog() -> MemoryCatalog {
    let catalog = MemoryCatalog::default();
    for n in 0..2000 {
        let minor = 1000 + i64::from(n);
        let list = Money::new(minor + 100, Currency::EUR);
        let prices = UnitPrices::new(list, Money::new(minor, Currency::EUR)).expect("valid prices");
        let item = format!("s-{n}").parse().expect("a valid id");
        let stock = Stock::Limited { item, available: 1_000_000 };
        catalog.put(product_id(n), Product { stock, ..Product::new(format!("Product {n}"), prices) });
    }
    catalog
}

/// The id of the n-th product.
pub fn product_id(n: u32) -> ProductId {
    ProductId::new(format!("p-{n}")).expect("a valid id")
}

/// The channel of all carts here.
pub fn channel() -> ChannelId {
    ChannelId::new("bench").expect("a valid id")
}

/// A service on a store.
pub fn service(store: Arc<dyn Store>) -> CartService {
    service_keeping(store, 100_000)
}

/// A service on a store that keeps at most so many hot carts.
pub fn service_keeping(store: Arc<dyn Store>, hot_carts: usize) -> CartService {
    let limits = Limits { lines: 1000, ..Limits::default() };
    let policy = CartPolicy { limits, ..CartPolicy::storefront() };
    CartService::builder(store, Arc::new(catalog()))
        .channel(channel(), policy, Currency::EUR)
        .hot_carts(hot_carts)
        .build()
        .expect("a consistent policy")
}

/// The n-th user.
pub fn user(n: u32) -> Caller {
    Caller::new(Actor::user(UserId::new(format!("u-{n}")).expect("a valid id")))
}

/// One more unit of the n-th product.
pub fn add(n: u32) -> Command {
    Command::Edit(LineEdit::Add(AddLine::new(ProductKey::plain(product_id(n)), Quantity::ONE)))
}

/// Fills a user's cart with so many lines, products `p-0` and up, and returns its id.
pub async fn fill(service: &CartService, caller: &Caller, lines: u32) -> CartId {
    let target = Target::Current(channel());
    let mut id = None;
    for n in 0..lines.max(1) {
        let outcome = service.execute(caller, &target, &add(n)).await.expect("the line is added");
        id = Some(outcome.view.cart.id());
    }
    id.expect("at least one line")
}
