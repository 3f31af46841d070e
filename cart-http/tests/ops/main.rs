//! What those who run a service see of it.

#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod checkouts;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Request, StatusCode};
use cart_core::memory::{MemoryCatalog, MemoryStore, NoPublisher, RandomIds, SystemClock};
use cart_core::port::{Meter as _, PortError};
use cart_core::prelude::*;
use cart_core::testing::{FailingStore, Fault, StoreCall};
use cart_http::ops::{self, AlwaysReady, Metrics, Readiness};
use cart_http::{AuthError, Authenticator, Guard, shop};
use http_body_util::BodyExt as _;
use tower_service::Service as _;

#[derive(Debug)]
struct Ann;

#[async_trait]
impl Authenticator for Ann {
    async fn authenticate(&self, request: &Parts) -> Result<Actor, AuthError> {
        let is_known = request.headers.contains_key("authorization");
        if is_known { Ok(Actor::user(UserId::new("ann").unwrap())) } else { Err(AuthError::Missing) }
    }
}

struct Host {
    app: Router,
    store: Arc<FailingStore>,
}

fn host(metrics: Metrics, readiness: Arc<dyn Readiness>) -> Host {
    let metrics = Arc::new(metrics);
    let store = Arc::new(FailingStore::new(Arc::new(MemoryStore::default())));
    let catalog = MemoryCatalog::default();
    let price = UnitPrices::undiscounted(Money::new(12_50, Currency::EUR)).unwrap();
    catalog.put(ProductId::new("mug").unwrap(), Product::new("Mug", price));
    let channel = ChannelId::new("shop").unwrap();
    let service = CartService::builder(store.clone(), Arc::new(catalog))
        .channel(channel.clone(), CartPolicy::storefront(), Currency::EUR)
        .meter(metrics.clone())
        .publisher(metrics.publisher(Arc::new(NoPublisher)))
        .build()
        .unwrap();
    let carts = shop::router(Arc::new(service), channel, Arc::new(Ann));
    let guard = Guard::new(Arc::new(RandomIds), Arc::new(SystemClock)).metrics(metrics.clone());
    Host { app: guard.around(carts).merge(ops::router(metrics, readiness)), store }
}

impl Host {
    async fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: &str,
    ) -> (StatusCode, String, String) {
        let mut request =
            Request::builder().method(method).uri(path).header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let answer = self.app.clone().call(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let time = headers.get("x-response-time").map(|time| time.to_str().unwrap().to_owned());
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap(), time.unwrap_or_default())
    }

    async fn add(&self) -> StatusCode {
        self.send("POST", "/api/shop/cart/items", Some("ann"), r#"{"product_id": "mug"}"#).await.0
    }

    async fn metrics(&self) -> String {
        let (status, text, _) = self.send("GET", "/metrics", None, "").await;
        assert_eq!(status, 200);
        text
    }
}

#[track_caller]
fn has(text: &str, line: &str) {
    assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
}

#[tokio::test]
async fn requests_writes_events_and_errors_are_counted() {
    let host = host(Metrics::new(), Arc::new(AlwaysReady));
    assert_eq!((host.add().await, host.add().await), (StatusCode::OK, StatusCode::OK));
    assert_eq!(host.send("GET", "/api/shop/cart", None, "").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(host.send("GET", "/nowhere/at-all", None, "").await.0, StatusCode::NOT_FOUND);
    host.send("BREW", "/api/shop/cart", Some("ann"), "").await;
    let text = host.metrics().await;
    has(&text, r#"cart_http_requests_total{method="POST",route="/api/shop/cart/items",status="200"} 2"#);
    has(&text, r#"cart_http_requests_total{method="GET",route="/api/shop/cart",status="401"} 1"#);
    has(&text, r#"cart_http_requests_total{method="GET",route="none",status="404"} 1"#);
    has(&text, r#"cart_http_requests_total{method="other",route="/api/shop/cart",status="405"} 1"#);
    has(&text, r#"cart_http_request_seconds_count{method="POST",route="/api/shop/cart/items"} 2"#);
    has(&text, r#"cart_http_errors_total{code="unauthenticated"} 1"#);
    has(&text, r#"cart_http_errors_total{code="not_found"} 1"#);
    has(&text, r#"cart_writes_total{command="add_line",end="done",variant="none"} 2"#);
    has(&text, r#"cart_write_seconds_count{command="add_line",variant="none"} 2"#);
    has(&text, r#"cart_events_total{event="created"} 1"#);
    has(&text, r#"cart_events_total{event="quantity_changed"} 1"#);
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn refusals_lost_races_and_failures_are_told_apart() {
    let host = host(Metrics::new(), Arc::new(AlwaysReady));
    host.add().await;
    host.store.fail_next(StoreCall::Commit, 2, Fault::Conflict);
    assert_eq!(host.add().await, StatusCode::OK);
    host.store.fail_next(StoreCall::Commit, 1, Fault::Unavailable);
    assert_eq!(host.add().await, StatusCode::SERVICE_UNAVAILABLE);
    let unknown = r#"{"product_id": "unknown"}"#;
    host.send("POST", "/api/shop/cart/items", Some("ann"), unknown).await;
    let text = host.metrics().await;
    has(&text, "cart_write_retries_total 2");
    has(&text, r#"cart_writes_total{command="add_line",end="done",variant="none"} 2"#);
    has(&text, r#"cart_writes_total{command="add_line",end="failed",variant="none"} 1"#);
    has(&text, r#"cart_writes_total{command="add_line",end="rejected",variant="none"} 1"#);
}

#[tokio::test]
async fn nothing_that_a_client_sends_becomes_a_name_of_a_count() {
    let host = host(Metrics::new(), Arc::new(AlwaysReady));
    for n in 0..50 {
        host.send("GET", &format!("/made/up/{n}"), None, "").await;
        host.send(&format!("VERB{n}"), "/api/shop/cart", Some("ann"), "").await;
        host.send("DELETE", &format!("/api/shop/cart/items/{n}"), Some("ann"), "").await;
    }
    let lines =
        host.metrics().await.lines().filter(|line| line.starts_with("cart_http_requests_total")).count();
    assert!(lines <= 4, "{lines}");
}

#[tokio::test]
async fn a_gauge_is_read_whenever_somebody_looks() {
    let value = Arc::new(AtomicI64::new(1));
    let read = Arc::clone(&value);
    let metrics = Metrics::new().gauge("streams", "Open streams", move || read.load(Ordering::Relaxed));
    let host = host(metrics, Arc::new(AlwaysReady));
    has(&host.metrics().await, "cart_streams 1");
    value.store(7, Ordering::Relaxed);
    has(&host.metrics().await, "cart_streams 7");
}

#[derive(Debug, Default)]
struct Switch(AtomicBool);

#[async_trait]
impl Readiness for Switch {
    async fn ready(&self) -> Result<(), PortError> {
        if self.0.load(Ordering::Relaxed) { Ok(()) } else { Err(PortError::new("store", "the disk is full")) }
    }
}

#[tokio::test]
async fn a_service_lives_before_it_is_ready_and_says_nothing_about_why() {
    let switch = Arc::new(Switch::default());
    let host = host(Metrics::new(), switch.clone());
    assert_eq!(host.send("GET", "/healthz", None, "").await.0, 200);
    let (status, text, _) = host.send("GET", "/readyz", None, "").await;
    assert_eq!((status, text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"));
    switch.0.store(true, Ordering::Relaxed);
    assert_eq!(host.send("GET", "/readyz", None, "").await.0, 200);
}

#[tokio::test]
async fn every_answer_says_how_long_it_took() {
    let host = host(Metrics::new(), Arc::new(AlwaysReady));
    for (method, path) in [("GET", "/api/shop/cart"), ("GET", "/nowhere")] {
        let (_, _, time) = host.send(method, path, Some("ann"), "").await;
        let millis = time.strip_suffix("ms").expect("milliseconds");
        assert!(millis.parse::<u64>().is_ok(), "{time}");
    }
}

/// Text that is written as it is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_is_alerted_on_when_it_first_happens_is_counted_from_nothing() {
    let text = Metrics::new().to_text().unwrap();
    has(&text, r#"cart_http_errors_total{code="outcome_unknown"} 0"#);
    has(&text, r#"cart_checkout_steps_total{step="parked"} 0"#);
}

#[test]
fn how_many_writes_share_a_commit_is_a_histogram() {
    let metrics = Metrics::new();
    [1, 3, 300].into_iter().for_each(|writes| metrics.committed(writes));
    let text = metrics.to_text().unwrap();
    has(&text, "cart_commit_batch_size_sum 304.0");
    has(&text, "cart_commit_batch_size_count 3");
    has(&text, r#"cart_commit_batch_size_bucket{le="4.0"} 2"#);
    has(&text, r#"cart_commit_batch_size_bucket{le="256.0"} 2"#);
}

#[tokio::test]
async fn a_cache_that_fails_is_counted_and_a_warning() {
    let (log, metrics) = (Log::default(), Metrics::new());
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        metrics.cache_failed(&PortError::new("cache", "connection refused"));
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("WARN") && log.contains("the cache failed; the store answers"), "{log}");
    let counted = host(metrics, Arc::new(AlwaysReady)).metrics().await;
    assert!(counted.contains("cart_cache_failures_total 1"), "{counted}");
}
