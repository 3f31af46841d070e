//! How often customers may write.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::Method;
use cart_http::rate::{
    Quota, RateError, RateKey, RateLimiter, RateSettings, SlidingWindow, TrustedProxies, Verdict,
};
use chrono::TimeDelta;
use serde_json::json;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;

use crate::support::{Client, Plan, Reply, Shop};

/// The headers of a quota: how many, how many left, when all are back.
#[track_caller]
fn quota(reply: &Reply) -> [&str; 3] {
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]
        .map(|name| reply.header(name).unwrap())
}

/// Any write that changes nothing.
async fn write(client: &Client) -> Reply {
    client.delete("/coupons/NONE").await
}

/// Writes until it is too much, and says how often that was not.
async fn writes_until_refused(client: &Client) -> usize {
    for written in 0..1000 {
        if write(client).await.status == 429 {
            return written;
        }
    }
    1000
}

#[tokio::test]
async fn the_61st_write_within_60_seconds_is_refused_and_a_look_is_not() {
    let shop = Shop::open().await;
    let ann = shop.ann();
    assert_eq!(ann.get().await.headers.get("x-ratelimit-limit"), None, "reads are not counted");
    assert_eq!(quota(&write(&ann).await), ["60", "59", "1767225661"]);
    shop.clock.advance(TimeDelta::seconds(20));
    for _ in 1..60 {
        assert_eq!(write(&ann).await.status, 200);
    }
    let refused = ann.add("bowl", 1).await;
    assert_eq!(quota(&refused), ["60", "0", "1767225681"]);
    assert_eq!(refused.header("retry-after"), Some("40"));
    assert_eq!(refused.json["message"], "Please wait");
    assert_eq!(refused.error(429, "RATE_LIMIT_EXCEEDED"), json!({"limit": 60, "retryAfter": 40}));
    assert_eq!(ann.get().await.cart()["items"], json!([]), "looking goes on, and nothing was added");
    assert_eq!(write(&shop.client("bob")).await.status, 404, "bob has his own quota, and no cart");

    shop.clock.advance(TimeDelta::seconds(40));
    ann.add("bowl", 1).await.cart();
    ann.add("tone", 1).await.error(429, "RATE_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn both_prefixes_and_all_writes_count_together() {
    let shop = Shop::with_quota(5, 60).await;
    let (ann, mobile) = (shop.ann(), shop.ann().at("/api/mobile/cart"));
    ann.add("bowl", 1).await.cart();
    mobile.add("tone", 1).await.cart();
    ann.post("/coupons", json!({"code": "TEN"})).await.cart();
    mobile.add("bowl", 1).await.error(409, "CART_ITEM_DUPLICATE");
    ann.delete("").await.cart();
    for client in [&ann, &mobile] {
        assert_eq!(write(client).await.status, 429);
    }
}

#[tokio::test]
async fn a_customer_is_known_by_name_wherever_they_come_from() {
    let settings = RateSettings {
        customer_writes: Quota::new(3, 60).unwrap(),
        proxies: TrustedProxies::parse("127.0.0.1").unwrap(),
        ..RateSettings::default()
    };
    let shop = Shop::open_as(Plan { settings, ..Plan::default() }).await;
    shop.ann().get().await.cart();
    for (n, status) in [(1, 200), (2, 200), (3, 200), (4, 429)] {
        let ann = shop.ann().with("x-forwarded-for", format!("198.51.100.{n}"));
        assert_eq!(write(&ann).await.status, status, "{n}");
    }
}

#[tokio::test]
async fn who_is_nobody_is_counted_by_address_and_a_made_up_token_is_nobody() {
    let shop = Shop::with_quota(4, 60).await;
    for (client, status) in [
        (shop.nobody(), 401),
        (shop.client("forged"), 401),
        (shop.client("guest-1"), 403),
        (shop.client("guest-2"), 403),
        (shop.client("guest-3"), 429),
        (shop.nobody(), 429),
        (shop.client("forged"), 429),
        // Nobody behind a proxy that is not the host's.
        (shop.nobody().with("x-forwarded-for", "198.51.100.7"), 429),
        (shop.ann(), 404),
    ] {
        assert_eq!(write(&client).await.status, status);
    }
}

#[tokio::test]
async fn behind_the_hosts_proxy_addresses_are_those_that_it_says() {
    let settings = RateSettings {
        customer_writes: Quota::new(2, 60).unwrap(),
        proxies: TrustedProxies::parse("127.0.0.0/8").unwrap(),
        ..RateSettings::default()
    };
    let shop = Shop::open_as(Plan { settings, ..Plan::default() }).await;
    let from = |address: &str| shop.nobody().with("x-forwarded-for", address);
    for (address, status) in [
        ("198.51.100.7", 401),
        ("203.0.113.1, 198.51.100.7", 401),
        ("203.0.113.2, 198.51.100.7", 429),
        ("203.0.113.2", 401),
        // One customer's IPv6 addresses.
        ("2001:db8:0:1::1", 401),
        ("2001:db8:0:1:ffff::2", 401),
        ("2001:db8:0:1::3", 429),
        ("2001:db8:0:2::1", 401),
    ] {
        assert_eq!(write(&from(address)).await.status, status, "{address}");
    }
}

#[tokio::test]
async fn who_asks_is_found_out_once_for_each_request() {
    let shop = Shop::open().await;
    shop.ann().add("bowl", 1).await.cart();
    assert_eq!(shop.names.asked(), 1);
    shop.ann().get().await.cart();
    assert_eq!(shop.names.asked(), 2);
}

#[tokio::test]
async fn what_is_read_by_support_is_not_counted() {
    let shop = Shop::with_quota(1, 60).await;
    shop.ann().get().await.cart();
    let staff = shop.client("staff").at("/api/admin/cart/users");
    for _ in 0..3 {
        staff.send(Method::GET, "/ann", None).await.cart();
    }
}

/// What this thread logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Logs to memory until the guard is dropped.
fn log() -> (Log, DefaultGuard) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_max_level(LevelFilter::WARN);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    (log, tracing::subscriber::set_default(subscriber))
}

/// Counts for several processes, until it is told to fail.
#[derive(Debug)]
struct Elsewhere {
    window: SlidingWindow,
    answers: AtomicUsize,
    asked: AtomicUsize,
}

#[async_trait]
impl RateLimiter for Elsewhere {
    async fn hit(&self, key: &RateKey, quota: Quota) -> Result<Verdict, RateError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let left =
            self.answers.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        match left {
            Ok(_) => self.window.hit(key, quota).await,
            Err(_) => Err(RateError("the store of counts is down".into())),
        }
    }
}

#[tokio::test]
async fn a_limiter_that_fails_is_stood_in_for_by_the_process() {
    let window = SlidingWindow::new(Arc::<cart_core::testing::ManualClock>::default());
    let elsewhere =
        Arc::new(Elsewhere { window, answers: AtomicUsize::new(3), asked: AtomicUsize::default() });
    let settings = RateSettings { customer_writes: Quota::new(5, 60).unwrap(), ..RateSettings::default() };
    let limiter = Some(elsewhere.clone() as _);
    let (log, _logging) = log();
    let shop = Shop::open_as(Plan { settings, limiter, ..Plan::default() }).await;
    shop.ann().get().await.cart();
    assert_eq!(quota(&write(&shop.ann()).await)[1], "4", "the host's limiter counts");
    assert_eq!(quota(&write(&shop.ann()).await)[1], "3");
    assert_eq!(quota(&write(&shop.ann()).await)[1], "2");
    assert!(log.text().is_empty(), "{}", log.text());
    assert_eq!(quota(&write(&shop.ann()).await)[1], "4", "the process counts, and lets calls through");
    let warning = log.text();
    assert!(warning.contains("WARN") && warning.contains("the rate limiter failed"), "{warning}");
    assert!(!warning.contains("cart:rate"), "nobody is named: {warning}");
    assert_eq!(writes_until_refused(&shop.ann()).await, 4, "but not any number of them");
    assert_eq!(elsewhere.asked.load(Ordering::Relaxed), 9, "the host's limiter is asked every time");
}
