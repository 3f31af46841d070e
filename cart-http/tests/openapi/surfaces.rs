//! Every surface, mounted and described.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::id::ChannelId;
use cart_core::memory::{MemoryCatalog, MemoryStore};
use cart_core::money::Currency;
use cart_core::policy::CartPolicy;
use cart_core::service::CartService;
use cart_core::testing::ManualClock;
use cart_http::live::LiveHub;
use cart_http::openapi::{self, Description, Document};
use cart_http::ops::{AlwaysReady, Metrics};
use cart_http::orders::{CallbackError, PaymentGateway, PaymentNews};
use cart_http::rate::{Limits, RateSettings};
use cart_http::{AuthError, Authenticator, company, module, ops, orders, shared, shop, telecom};

/// Knows nobody.
#[derive(Debug)]
struct Nobody;

#[async_trait]
impl Authenticator for Nobody {
    async fn authenticate(&self, _: &Parts) -> Result<Actor, AuthError> {
        Err(AuthError::Missing)
    }
}

#[async_trait]
impl PaymentGateway for Nobody {
    async fn verify(&self, _: &Parts, _: &[u8]) -> Result<Option<PaymentNews>, CallbackError> {
        Err(CallbackError::Refused { reason: "nobody calls" })
    }
}

fn channel() -> ChannelId {
    ChannelId::new("shop").unwrap()
}

fn service() -> Arc<CartService> {
    let builder = CartService::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryCatalog::default()));
    Arc::new(builder.channel(channel(), CartPolicy::shared(), Currency::EUR).build().unwrap())
}

/// All surfaces by name: what is mounted, and what is described.
pub(crate) fn all() -> Vec<(&'static str, Router, Description)> {
    let who = || Arc::new(Nobody) as Arc<dyn Authenticator>;
    let hub = Arc::new(LiveHub::new(Arc::<ManualClock>::default()));
    let limits = Limits::new(RateSettings::default(), Arc::<ManualClock>::default());
    let (orders, requests) = (|| limits.checkouts.clone(), limits.requests.clone());
    let another = "/api/other/orders";
    let links = shared::ShareBase::new("https://shop.example").unwrap();
    let base = company::BaseAddress::new("https://shop.example").unwrap();
    vec![
        ("shop", shop::router(service(), channel(), who()), openapi::shop()),
        (
            "orders",
            orders::router(service(), channel(), who(), Arc::new(Nobody), orders()),
            openapi::orders(),
        ),
        (
            "other",
            orders::router_under(another, service(), channel(), who(), Arc::new(Nobody), orders()),
            openapi::orders_under("other", another),
        ),
        ("module", module::router(service(), channel(), who(), limits.writes.clone()), openapi::module()),
        ("shared", shared::router(service(), channel(), who(), links, hub, &limits), openapi::shared()),
        ("company", company::router(service(), channel(), who(), base), openapi::company()),
        ("telecom", telecom::router(service(), channel(), who(), requests), openapi::telecom()),
        ("ops", ops::router(Arc::new(Metrics::new()), Arc::new(AlwaysReady)), openapi::ops()),
    ]
}

/// One document of all.
pub(crate) fn merged() -> Document {
    let usual = all().into_iter().filter(|(name, ..)| *name != "other");
    Document::merged(usual.map(|(_, _, description)| description))
}
