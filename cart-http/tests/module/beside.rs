//! Beside the other surfaces.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use cart_core::memory::{MemoryCatalog, MemoryStore, SystemClock};
use cart_core::money::Currency;
use cart_core::policy::CartPolicy;
use cart_core::service::CartService;
use cart_core::testing::samples::channel;
use cart_http::rate::{Limits, RateSettings};
use cart_http::{live, module, orders, shared, shop};
use tower_service::Service as _;

use crate::support::Names;

#[tokio::test]
async fn all_surfaces_are_mounted_side_by_side() {
    let hub = Arc::new(live::LiveHub::new(Arc::new(SystemClock)));
    let base = shared::ShareBase::new("https://shop.example").unwrap();
    let service = CartService::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryCatalog::default()))
        .channel(channel("module"), CartPolicy::digital(), Currency::EUR)
        .channel(channel("shop"), CartPolicy::storefront(), Currency::EUR)
        .channel(channel("shared"), CartPolicy::shared(), Currency::EUR)
        .build();
    let (service, names) = (Arc::new(service.unwrap()), Arc::<Names>::default());
    let limits = Limits::new(RateSettings::default(), Arc::new(SystemClock));
    let (writes, orders) = (limits.writes.clone(), limits.checkouts.clone());
    let mut app = module::router(service.clone(), channel("module"), names.clone(), writes)
        .merge(orders::router_for_host(service.clone(), channel("module"), names.clone(), orders))
        .merge(shop::router(service.clone(), channel("shop"), names.clone()))
        .merge(shared::router(service, channel("shared"), names, base, hub, &limits));
    for path in ["/api/cart", "/api/mobile/cart", "/api/shop/cart"] {
        let request = Request::get(path).header("authorization", "Bearer ann").body(Body::empty()).unwrap();
        assert_eq!(app.call(request).await.unwrap().status(), StatusCode::OK, "{path}");
    }
}
