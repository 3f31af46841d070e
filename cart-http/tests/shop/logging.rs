//! What is written to logs.

use std::io;
use std::sync::{Mutex, Once};

use axum::http::Method;
use cart_core::testing::{Fault, StoreCall};
use serde_json::json;
use tracing::level_filters::LevelFilter;

use crate::support::{Client, Shop};

/// What all tests of this program log.
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

/// A client whose requests can be told from those of other tests.
fn logged(client: &Client, id: &str) -> Client {
    static START: Once = Once::new();
    // One log for the whole program: a log of one thread is not seen reliably while others have none.
    START.call_once(|| {
        let log = tracing_subscriber::fmt().with_writer(|| Log).with_ansi(false);
        tracing::subscriber::set_global_default(log.with_max_level(LevelFilter::INFO).finish()).unwrap();
    });
    client.with("x-request-id", id)
}

fn lines_about(id: &str) -> Vec<String> {
    let text = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    text.lines().filter(|line| line.contains(&format!("id={id}"))).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_failure_is_logged_with_its_causes_and_the_request_it_befell() {
    let shop = Shop::open().await;
    let client = logged(&shop.ann(), "failing");
    shop.store.fail_next(StoreCall::Commit, 1, Fault::Full);
    client.try_to_add("mug", 1).await.problem(507, "storage_full");
    shop.catalog.set_down(true);
    client.try_to_add("mug", 1).await.problem(503, "unavailable");
    let lines = lines_about("failing");
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for (line, causes) in lines.iter().zip([
        ["code=\"storage_full\"", "failing store is full", "it was told to fail"],
        ["code=\"unavailable\"", "catalog is unavailable", "it was told to be down"],
    ]) {
        assert!(line.contains("ERROR"), "{line}");
        assert!(causes.iter().all(|cause| line.contains(cause)), "{line}");
        assert!(!line.contains("ann") && !line.contains("mug"), "nothing personal: {line}");
    }
}

#[tokio::test]
async fn what_is_refused_is_not_an_error() {
    let shop = Shop::open().await;
    let refused = |client| logged(&client, "refused");
    refused(shop.ann()).try_to_add("none", 1).await.problem(422, "product_not_found");
    refused(shop.client("forged")).get().await.problem(401, "unauthenticated");
    let conditional = shop.ann().with("if-match", "\"1\"");
    refused(conditional).try_to_add("mug", 1).await.problem(412, "version_conflict");
    assert_eq!(lines_about("refused"), [""; 0]);
}

#[tokio::test]
async fn a_coupon_code_is_in_no_log() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    let client = logged(&shop.ann(), "coupon");
    let enter = async |code| client.post("/coupons", json!({"code": code})).await;
    enter("secret-1").await.problem(422, "coupon_not_found");
    enter("secret/2").await.problem(422, "invalid_value");
    shop.store.fail_next(StoreCall::Commit, 1, Fault::Full);
    enter("ten").await.problem(507, "storage_full");
    enter("ten").await.ok();
    shop.store.fail_next(StoreCall::Commit, 1, Fault::Full);
    client.send(Method::DELETE, "/coupons/ten", None).await.problem(507, "storage_full");
    client.send(Method::DELETE, "/coupons/secret%2f3", None).await.problem(400, "malformed_uri");
    let lines = lines_about("coupon");
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for line in lines {
        let line = line.to_lowercase();
        assert!(
            !line.contains("secret") && !line.contains("coupons/") && !line.contains("\"ten\""),
            "{line}"
        );
        assert!(!line.split(|c: char| !c.is_alphanumeric()).any(|word| word == "ten"), "{line}");
    }
}
