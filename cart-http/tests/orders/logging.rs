//! What is written to logs.

use std::io;
use std::sync::Mutex;

use axum::http::Method;
use cart_core::testing::{Fault, StoreCall};
use serde_json::json;
use tracing::level_filters::LevelFilter;

use crate::partners::{SECRET, Script};
use crate::support::{Shop, id};

/// What all tests of this program log, once this one has begun.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn how_to_pay_is_in_no_log_at_any_level() {
    let log = tracing_subscriber::fmt().with_writer(|| Log).with_ansi(false);
    tracing::subscriber::set_global_default(log.with_max_level(LevelFilter::TRACE).finish()).unwrap();
    let shop = Shop::with_redirects().await;
    let ann = shop.ann_with_mug().await.with("x-request-id", "paying");
    let pending = ann.order().await.is(202, "payment_pending");
    assert!(pending.to_string().contains(SECRET), "there is something to be logged");
    ann.order().await.is(202, "payment_pending");
    ann.look(&id(&pending)).await.is(200, "payment_pending");
    shop.store.fail_next(StoreCall::Commit, 1, Fault::Full);
    let paid = json!({"event": "paid", "checkout": id(&pending), "amount": "12.50"});
    assert_eq!(shop.hear(paid.clone()).await.status, 507);
    shop.call_back("{}", Some("down")).await.problem(503, "unavailable");
    let wrong = json!({"event": "paid", "checkout": id(&pending), "amount": "0.01"});
    shop.hear(wrong).await.problem(422, "payment_mismatch");
    ann.send(Method::POST, "/api/orders/payments/callback", Some(paid.clone())).await;
    assert_eq!(shop.hear(paid).await.status, 200);

    let bob = shop.client("bob").with("x-request-id", "failing");
    bob.add("mug", 1).await;
    shop.bank.follow(Script::Down);
    bob.order().await.is(202, "in_progress");

    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    for said in ["a callback was refused", "another amount was paid", "storage_full"] {
        assert!(log.contains(said), "{said}");
    }
    assert!(!log.contains("bank.example"), "the payload is not logged");
    let secret: Vec<&str> = log.lines().filter(|line| line.contains(SECRET)).collect();
    // What the host's own gateway gives as the cause of its failure is the host's to choose.
    assert!(secret.iter().all(|line| line.contains("a callback could not be checked")), "{secret:#?}");
}
