//! What is counted of checkouts and of the stock that is held for them.

use std::sync::Arc;

use cart_core::checkout::{Handoff, PlacedOrder, Reason};
use cart_core::command::BeginCheckout;
use cart_core::id::{CheckoutId, OrderRef, StockItemId};
use cart_core::memory::{MemoryCatalog, MemoryStore, NoPublisher, SystemClock};
use cart_core::port::{Clock as _, StockLedger as _};
use cart_core::prelude::*;
use cart_http::ops::Metrics;

use crate::has;

/// A shop that has as many mugs as said, and as many letters as anybody wants.
async fn shop(metrics: &Arc<Metrics>, mugs: u32) -> CartService {
    let (store, item) = (Arc::new(MemoryStore::default()), StockItemId::new("mug").unwrap());
    store.set_supply(&item, mugs, SystemClock.now()).await.unwrap();
    let catalog = MemoryCatalog::default();
    let price = UnitPrices::undiscounted(Money::new(12_50, Currency::EUR)).unwrap();
    let mug = Product { stock: Stock::Limited { item, available: 0 }, ..Product::new("Mug", price) };
    catalog.put(ProductId::new("mug").unwrap(), mug);
    catalog.put(ProductId::new("letter").unwrap(), Product::new("Letter", price));
    let service = CartService::builder(store, Arc::new(catalog))
        .channel(ChannelId::new("shop").unwrap(), CartPolicy::digital(), Currency::EUR)
        .stock_in_store()
        .publisher(metrics.publisher(Arc::new(NoPublisher)));
    service.build().unwrap()
}

/// Puts a product into a user's cart and begins to order it.
async fn begin(service: &CartService, user: &str, product: &str) -> CheckoutId {
    let caller = Caller::new(Actor::user(UserId::new(user).unwrap()));
    let cart = Target::Current(ChannelId::new("shop").unwrap());
    let line = AddLine::new(ProductKey::plain(ProductId::new(product).unwrap()), Quantity::ONE);
    service.execute(&caller, &cart, &Command::Edit(LineEdit::Add(line))).await.unwrap();
    let begun = service.checkout(&caller, &cart, &BeginCheckout::whole(Handoff::Host)).await.unwrap();
    begun.checkout.id
}

#[tokio::test]
async fn stock_is_counted_as_it_is_held_and_claimed() {
    let metrics = Arc::new(Metrics::new());
    let service = shop(&metrics, 2).await;
    let ordered = begin(&service, "ann", "mug").await;
    let given_up = begin(&service, "bob", "mug").await;
    let uncounted = begin(&service, "eve", "letter").await;
    for (number, checkout) in [ordered, uncounted].into_iter().enumerate() {
        let order = PlacedOrder::new(OrderRef::new(format!("order-{number}")).unwrap());
        service.complete_checkout(checkout, order).await.unwrap();
    }
    service.fail_checkout(given_up, Reason::new("no").unwrap()).await.unwrap();
    let text = metrics.to_text().unwrap();
    has(&text, r#"cart_events_total{event="checkout_begun"} 3"#);
    has(&text, r#"cart_holds_total{step="held"} 2"#);
    has(&text, r#"cart_holds_total{step="claimed"} 1"#);
    has(&text, r#"cart_checkout_steps_total{step="stock_claimed"} 1"#);
    has(&text, r#"cart_checkouts_total{outcome="completed"} 2"#);
    has(&text, r#"cart_checkouts_total{outcome="failed"} 1"#);
}
