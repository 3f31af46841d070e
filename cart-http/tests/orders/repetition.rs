//! Requests that are sent again.

use std::collections::HashSet;
use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::partners::Script;
use crate::support::{Client, Plan, Reply, Shop, id};

/// Sends a request again and checks that the answer is the same to the byte.
async fn assert_same(client: &Client, path: &str, body: Value, first: &Reply) {
    let again = client.post(path, body).await;
    assert!(again.is_replayed() && !first.is_replayed());
    assert_eq!((again.status, &again.bytes), (first.status, &first.bytes));
    assert_eq!(again.header("content-type"), first.header("content-type"));
}

#[tokio::test]
async fn every_answer_is_given_again_to_the_byte() {
    use cart_core::checkout::InitiationType::Redirect;
    for script in [Script::Capture, Script::Decline, Script::CaptureTooLittle, Script::Pending(Redirect)] {
        let shop = Shop::open_with(script).await;
        let ann = shop.ann_with_mug().await.keyed("order");
        let body = json!({"expected_total": "12.50"});
        let first = ann.post("/checkout", body.clone()).await;
        let buyer = shop.client("bob").keyed("order");
        let bought = buyer.post("/buy-now", json!({"product_id": "pen"})).await;
        let (orders, captures) = (shop.book.count(), shop.bank.captures());
        shop.catalog.set_price("mug", 9999);
        shop.catalog.set_price("pen", 9999);
        shop.clock.advance(chrono::TimeDelta::minutes(1));
        assert_same(&ann, "/checkout", body, &first).await;
        assert_same(&buyer, "/buy-now", json!({"product_id": "pen"}), &bought).await;
        assert_eq!((shop.book.count(), shop.bank.captures()), (orders, captures));
    }
}

#[tokio::test]
async fn an_answer_stays_what_it_was_when_the_checkout_goes_on() {
    let shop = Shop::with_redirects().await;
    let ann = shop.ann_with_mug().await;
    let first = ann.order().await;
    let checkout = id(&first.clone().is(202, "payment_pending"));
    ann.change(&checkout, "extend").await.is(200, "payment_pending");
    shop.hear(json!({"event": "paid", "checkout": checkout, "amount": "12.50"})).await;
    assert_same(&ann.keyed("order"), "/checkout", json!({}), &first).await;
    ann.look(&checkout).await.is(200, "confirmed");
}

#[tokio::test]
async fn an_order_is_not_made_again_of_the_next_cart() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    let first = ann.order().await;
    ann.add("pen", 1).await;
    assert_same(&ann.keyed("order"), "/checkout", json!({}), &first).await;
    assert_eq!((shop.book.count(), shop.bank.captures()), (1, 1));
    assert_eq!(ann.cart().await["item_count"], 1);
}

#[tokio::test]
async fn a_repetition_may_name_the_version_that_was_ordered() {
    for tag in ["\"1\"", "\"1\", \"9\"", "*"] {
        let shop = Shop::open().await;
        let ann = shop.ann_with_mug().await.with("if-match", tag).keyed("order");
        let first = ann.post("/checkout", json!({})).await;
        assert_eq!(first.status, 200, "{tag} {}", first.json);
        assert_same(&ann, "/checkout", json!({}), &first).await;
    }
}

#[tokio::test]
async fn a_key_names_one_request_of_one_shopper() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    ann.checkout("k", json!({"expected_total": "12.50"})).await.is(200, "confirmed");
    for other in [json!({}), json!({"expected_total": "12.51"}), json!({"code": "TEN"})] {
        ann.checkout("k", other).await.problem(422, "request_key_reused");
    }
    let bob = shop.client("bob");
    bob.add("mug", 1).await;
    bob.checkout("k", json!({"expected_total": "12.50"})).await.is(200, "confirmed");
    let purchase = |product: &str| json!({"product_id": product});
    ann.keyed("b").post("/buy-now", purchase("pen")).await.is(200, "confirmed");
    ann.keyed("b").post("/buy-now", purchase("mug")).await.problem(422, "request_key_reused");
    assert_eq!((shop.book.count(), shop.bank.captures()), (3, 3));
}

#[tokio::test]
async fn a_refusal_uses_no_key_up() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    ann.checkout("k", json!({"expected_total": "1.00"})).await.problem(409, "total_changed");
    ann.checkout("k", json!({"code": "NONE"})).await.problem(422, "coupon_not_found");
    let preview = ann.keyed("k").post("/checkout?preview=true", json!({})).await;
    assert!(!preview.is_replayed());
    ann.checkout("k", json!({})).await.is(200, "confirmed");
}

/// Of the same request sent many times: those that have the answer, and those that came too early.
fn sorted(replies: Vec<Reply>) -> (Vec<Reply>, Vec<Reply>) {
    replies.into_iter().partition(|reply| reply.status == 200)
}

fn order_at_once(count: usize, client: impl Fn(usize) -> Client) -> JoinSet<Reply> {
    let mut posts = JoinSet::new();
    for number in 0..count {
        let client = client(number);
        posts.spawn(async move { client.post("/checkout", json!({})).await });
    }
    posts
}

#[tokio::test]
async fn of_many_at_once_one_orders() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    shop.bank.close();
    let same = order_at_once(16, |_| ann.keyed("same"));
    // Whoever comes first has begun by now, and nobody can have an answer but that it is under way.
    shop.bank.wait_until_asked().await;
    let others = order_at_once(16, |number| ann.keyed(&format!("other-{number}")));
    let early = ann.checkout("same", json!({})).await;
    assert_eq!(early.header("retry-after"), Some("1"));
    early.problem(409, "request_in_progress");
    let others = others.join_all().await;
    shop.bank.reopen();
    let (answers, early) = sorted(same.join_all().await);
    assert!(!answers.is_empty());
    let bytes: HashSet<_> = answers.iter().map(|reply| &reply.bytes).collect();
    assert_eq!(bytes.len(), 1);
    assert_eq!(answers.iter().filter(|reply| !reply.is_replayed()).count(), 1);
    for reply in early {
        assert_eq!(reply.header("retry-after"), Some("1"));
        reply.problem(409, "request_in_progress");
    }
    for reply in others {
        reply.problem(409, "wrong_status");
    }
    assert_eq!(ann.checkout("same", json!({})).await.bytes, answers[0].bytes);
    assert_eq!((shop.book.count(), shop.bank.captures()), (1, 1));
}

#[tokio::test]
async fn of_many_with_and_without_the_same_key_one_orders() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    let key =
        |number: usize| if number.is_multiple_of(2) { "same".to_owned() } else { format!("other-{number}") };
    let replies = order_at_once(32, |number| ann.keyed(&key(number))).join_all().await;
    let (answers, refused) = sorted(replies);
    assert!(!answers.is_empty());
    assert_eq!(answers.iter().filter(|reply| !reply.is_replayed()).count(), 1);
    assert!(answers.iter().all(|reply| reply.bytes == answers[0].bytes));
    for reply in &refused {
        let codes = ["request_in_progress", "wrong_status", "cart_not_found"];
        assert!(codes.contains(&reply.json["code"].as_str().unwrap()), "{}", reply.json);
    }
    assert_eq!((shop.book.count(), shop.bank.captures()), (1, 1));
}

#[tokio::test]
async fn an_order_that_takes_too_long_is_answered_when_it_is_asked_for_again() {
    // Long enough for a busy machine to get as far as the bank.
    let shop = Shop::open_as(Plan { deadline: Duration::from_secs(2), ..Plan::default() }).await;
    let ann = shop.ann_with_mug().await;
    shop.bank.close();
    let late = ann.order().await;
    assert_eq!(late.header("retry-after"), Some("1"));
    late.problem(503, "outcome_unknown");
    ann.order().await.problem(409, "request_in_progress");
    shop.bank.reopen();
    shop.clock.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(shop.service.recover_checkouts(10).await.unwrap().checkouts, 1);
    let reply = ann.order().await;
    assert!(reply.is_replayed());
    reply.is(200, "confirmed");
    assert_eq!((shop.book.count(), shop.bank.captures()), (1, 1));
}

#[tokio::test]
async fn a_client_that_leaves_has_ordered_nevertheless() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    shop.bank.close();
    let leaving = ann.keyed("order");
    let post =
        tokio::spawn(
            async move { leaving.send(Method::POST, "/api/orders/checkout", Some(json!({}))).await },
        );
    shop.bank.wait_until_asked().await;
    post.abort();
    assert!(post.await.unwrap_err().is_cancelled());
    shop.bank.reopen();
    let reply = loop {
        let reply = ann.order().await;
        if reply.status != 409 {
            break reply;
        }
        assert_eq!(reply.json["code"], "request_in_progress");
        tokio::task::yield_now().await;
    };
    assert!(reply.is_replayed());
    reply.is(200, "confirmed");
    assert_eq!((shop.book.count(), shop.bank.captures()), (1, 1));
}
