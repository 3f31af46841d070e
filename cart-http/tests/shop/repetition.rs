//! Requests that are sent again, only tried out, or left alone by their client.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use cart_core::memory::MemoryStore;
use cart_core::testing::HoldingStore;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::support::{Plan, Shop, item_id};

#[tokio::test]
async fn a_repeated_request_is_answered_as_the_first_time_and_done_once() {
    let shop = Shop::open().await;
    let client = shop.ann().with("idempotency-key", "k-1");
    let first = client.try_to_add("mug", 1).await;
    assert_eq!(first.header("idempotency-replayed"), None);
    shop.ann().add("pen", 1).await;
    let again = client.try_to_add("mug", 1).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.header("etag"), Some("\"1\""));
    assert_eq!(again.ok(), first.ok());
    assert_eq!(shop.ann().get().await.ok()["item_count"], 2);
}

#[tokio::test]
async fn every_write_can_be_repeated() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("mug", 5).await;
    let path = format!("/items/{}", item_id(&cart, 0));
    shop.catalog.set_price("mug", 999);
    let batch = json!({"mode": "per_line", "edits": [{"op": "add", "product_id": "pen"}, {"op": "add", "product_id": "none"}]});
    let writes = [
        (Method::POST, "/items".to_owned(), Some(json!({"product_id": "mug"}))),
        (Method::POST, "/items/batch".to_owned(), Some(batch)),
        (Method::PATCH, path.clone(), Some(json!({"quantity": 9, "note": "nine"}))),
        (Method::POST, format!("{path}/increase"), None),
        (Method::POST, format!("{path}/decrease"), Some(json!({"by": 2}))),
        (Method::PUT, "/address".to_owned(), Some(json!({"address_id": "ann-home"}))),
        (Method::DELETE, "/address".to_owned(), None),
        (Method::POST, "/prices/acknowledge".to_owned(), None),
        (Method::POST, "/coupons".to_owned(), Some(json!({"code": "PEN"}))),
        (Method::DELETE, "/gifts/pens".to_owned(), None),
        (Method::PUT, "/gifts/pens".to_owned(), None),
        (Method::DELETE, "/coupons/PEN".to_owned(), None),
        (Method::DELETE, path, None),
        (Method::DELETE, String::new(), None),
        (Method::PUT, "/currency".to_owned(), Some(json!({"currency": "USD"}))),
    ];
    for (number, (method, path, body)) in writes.into_iter().enumerate() {
        let client = shop.ann().with("x-idempotency-key", format!("k-{number}"));
        let first = client.send(method.clone(), &path, body.clone()).await.ok();
        let again = client.send(method.clone(), &path, body).await;
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "{method} {path}");
        assert_eq!(again.ok(), first, "{method} {path}");
    }
    assert_eq!(shop.ann().get().await.ok()["version"], 16);
}

#[tokio::test]
async fn a_key_names_one_request_of_one_user() {
    let shop = Shop::open().await;
    let key = |client: crate::support::Client| client.with("idempotency-key", "k-1");
    key(shop.ann()).add("mug", 1).await;
    key(shop.ann()).try_to_add("mug", 2).await.problem(422, "request_key_reused");
    assert_eq!(key(shop.bob()).add("mug", 2).await["item_count"], 2);
    assert_eq!(shop.ann().get().await.ok()["item_count"], 1);
}

#[tokio::test]
async fn a_key_that_cannot_be_read_or_is_not_one_is_refused() {
    let shop = Shop::open().await;
    let long = "k".repeat(129);
    for key in ["", "a b", &long] {
        let refused = shop.ann().with("idempotency-key", key).try_to_add("mug", 1).await;
        assert_eq!(refused.problem(400, "malformed_header")["header"], "Idempotency-Key");
    }
    let two = shop.ann().with("idempotency-key", "a").with("x-idempotency-key", "b");
    two.try_to_add("mug", 1).await.problem(400, "malformed_header");
}

#[tokio::test]
async fn a_repetition_may_name_the_version_that_it_was_meant_for() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    for tags in ["\"1\"", "\"1\", \"9\""] {
        let client = shop.ann().with("idempotency-key", "k-1").with("if-match", tags);
        assert_eq!(client.add("pen", 1).await["version"], 2, "{tags}");
    }
}

#[tokio::test]
async fn of_sixteen_at_once_with_one_key_one_is_done() {
    let shop = Shop::open().await;
    let mut posts = JoinSet::new();
    for _ in 0..16 {
        let client = shop.ann().with("idempotency-key", "k-1");
        posts.spawn(async move { client.try_to_add("mug", 1).await });
    }
    let replies = posts.join_all().await;
    let replayed = replies.iter().filter(|reply| reply.header("idempotency-replayed").is_some()).count();
    assert_eq!(replayed, 15);
    let carts: Vec<Value> = replies.into_iter().map(crate::support::Reply::ok).collect();
    assert!(carts.iter().all(|cart| *cart == carts[0]));
    assert_eq!(shop.ann().get().await.ok()["item_count"], 1);
}

#[tokio::test]
async fn of_sixteen_at_once_without_keys_none_is_lost() {
    let shop = Shop::open().await;
    let mut posts = JoinSet::new();
    for _ in 0..16 {
        let client = shop.ann();
        posts.spawn(async move { client.add("mug", 1).await });
    }
    let mut versions: Vec<u64> =
        posts.join_all().await.iter().map(|cart| cart["version"].as_u64().unwrap()).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=16).collect::<Vec<_>>());
    assert_eq!(shop.ann().get().await.ok()["item_count"], 16);
}

#[tokio::test]
async fn a_preview_answers_as_the_write_would_and_writes_nothing() {
    let shop = Shop::open().await;
    let before = shop.ann().add("mug", 1).await;
    let path = format!("/items/{}", item_id(&before, 0));
    let writes = [
        (Method::POST, "/items".to_owned(), Some(json!({"product_id": "mug"}))),
        (Method::PATCH, path.clone(), Some(json!({"quantity": 9}))),
        (Method::POST, format!("{path}/increase"), None),
        (Method::PUT, "/address".to_owned(), Some(json!({"address_id": "ann-home"}))),
        (Method::POST, "/coupons".to_owned(), Some(json!({"code": "TEN"}))),
        (Method::DELETE, path, None),
        (Method::DELETE, String::new(), None),
    ];
    for (method, path, body) in writes {
        let tried = shop.ann().send(method.clone(), &format!("{path}?preview=true"), body.clone()).await;
        assert_eq!(tried.header("etag"), None, "no such version exists");
        let mut tried = tried.ok();
        assert_eq!(tried.as_object_mut().unwrap().remove("preview"), Some(json!(true)));
        assert_eq!(shop.ann().get().await.ok(), before, "{method} {path}");
        // The same on a shop of its own is what the preview said.
        let twin = Shop::open().await;
        assert_eq!(twin.ann().add("mug", 1).await["items"], before["items"]);
        let mut done = twin.ann().send(method, &path, body).await.ok();
        for time in ["created_at", "updated_at", "id"] {
            (done[time], tried[time]) = (Value::Null, Value::Null);
        }
        assert_eq!(done, tried);
    }
    assert_eq!(shop.publisher.published().len(), 1);
}

#[tokio::test]
async fn a_preview_refuses_as_the_write_would_and_uses_no_key_up() {
    let shop = Shop::open().await;
    let preview = |product| json!({"product_id": product, "quantity": 6});
    shop.ann().post("/items?preview=true", preview("lamp")).await.problem(409, "insufficient_stock");
    let client = shop.ann().with("idempotency-key", "k-1");
    assert_eq!(client.post("/items?preview=true", preview("mug")).await.ok()["item_count"], 6);
    assert_eq!(shop.ann().delete("?preview=true").await.ok()["preview"], true);
    assert_eq!(shop.ann().get().await.ok()["id"], Value::Null);
    let done = client.try_to_add("pen", 1).await;
    assert_eq!(done.header("idempotency-replayed"), None);
    assert_eq!(
        client.post("/items?preview=false", json!({"product_id": "pen", "quantity": 1})).await.ok(),
        done.ok()
    );
}

#[tokio::test]
async fn a_misspelt_parameter_does_not_write() {
    let shop = Shop::open().await;
    for query in ["?preveiw=true", "?preview=1", "?preview", "?preview=true&preview=true", "?preview=%ff"] {
        let refused = shop.ann().post(&format!("/items{query}"), json!({"product_id": "mug"})).await;
        refused.problem(400, "malformed_uri");
    }
    assert!(shop.publisher.published().is_empty());
}

/// Fails the test when something does not happen at all.
async fn until(what: impl Fn() -> bool) {
    let happens = async {
        while !what() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), happens).await.expect("it never happened");
}

#[tokio::test]
async fn a_write_goes_on_when_its_client_has_left() {
    let store = Arc::new(HoldingStore::new(Arc::new(MemoryStore::default())));
    let shop = Shop::open_as(Plan { store: Some(store.clone()), ..Plan::default() }).await;
    let mut client = TcpStream::connect(shop.address).await.unwrap();
    let body = json!({"product_id": "mug"}).to_string();
    let request = format!(
        "POST /api/shop/cart/items HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer ann\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    client.write_all(request.as_bytes()).await.unwrap();
    until(|| store.held_commits() == 1).await;
    client.set_zero_linger().unwrap();
    drop(client);
    until(|| shop.abandoned.count() == 1).await;
    assert!(store.release().await);
    until(|| !shop.publisher.published().is_empty()).await;
    assert_eq!(shop.ann().get().await.ok()["item_count"], 1);
}

#[tokio::test]
async fn a_write_that_does_not_end_is_answered_with_an_unknown_outcome_and_may_be_repeated() {
    let memory = Arc::new(MemoryStore::default());
    let store = Arc::new(HoldingStore::new(memory.clone()));
    // Long enough for a busy machine to get as far as the commit.
    let deadline = Duration::from_secs(2);
    let shop = Shop::open_as(Plan { store: Some(store.clone()), deadline, ..Plan::default() }).await;
    let late = shop.ann().with("idempotency-key", "k-1").try_to_add("mug", 1).await;
    assert_eq!(late.header("retry-after"), Some("1"));
    late.problem(503, "outcome_unknown");

    assert!(store.release().await, "it happens after all");
    let shop = Shop::open_as(Plan { store: Some(memory), ..Plan::default() }).await;
    let again = shop.ann().with("idempotency-key", "k-1").try_to_add("mug", 1).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.ok()["item_count"], 1);
}
