//! What the payment provider says by itself, and what others say in its name.

use axum::http::Method;
use serde_json::{Value, json};

use crate::partners::{SECRET, Script, sign};
use crate::support::{Client, Shop, id};

fn paid(checkout: &str, amount: &str) -> Value {
    json!({"event": "paid", "checkout": checkout, "amount": amount})
}

fn declined(checkout: &str) -> Value {
    json!({"event": "declined", "checkout": checkout})
}

async fn pending() -> (Shop, Client, String) {
    let shop = Shop::with_redirects().await;
    let ann = shop.ann_with_mug().await;
    let checkout = id(&ann.order().await.is(202, "payment_pending"));
    (shop, ann, checkout)
}

#[tokio::test]
async fn a_payment_that_succeeds_later_confirms_the_order_once() {
    let (shop, ann, checkout) = pending().await;
    for _ in 0..3 {
        let heard = shop.hear(paid(&checkout, "12.50")).await;
        assert_eq!((heard.status, heard.json), (200, json!({"received": true})));
    }
    let order = ann.look(&checkout).await.is(200, "confirmed");
    assert_eq!(order["confirmation_number"], "CONF-order-1");
    assert_eq!(order.get("gatewayPayload"), None);
    assert_eq!(ann.cart().await["id"], Value::Null);
    assert_eq!(shop.hear(declined(&checkout)).await.status, 200, "too late to matter");
    ann.look(&checkout).await.is(200, "confirmed");
    assert_eq!((shop.book.count(), shop.bank.refunds()), (1, 0));
}

#[tokio::test]
async fn a_payment_that_fails_later_gives_the_cart_back() {
    let (shop, ann, checkout) = pending().await;
    for _ in 0..2 {
        assert_eq!(shop.hear(declined(&checkout)).await.status, 200);
    }
    let ended = ann.look(&checkout).await.is(200, "ended");
    assert_eq!(
        (&ended["ended"]["reason"], &ended["ended"]["detail"]),
        (&json!("payment_declined"), &json!("The bank said no"))
    );
    assert_eq!(ann.cart().await["status"], "active");
    assert_eq!(shop.book.count(), 0);
}

#[tokio::test]
async fn money_that_comes_after_the_end_is_given_back_once() {
    let (shop, ann, checkout) = pending().await;
    ann.change(&checkout, "cancel").await.is(200, "ended");
    for _ in 0..3 {
        assert_eq!(shop.hear(paid(&checkout, "12.50")).await.status, 200);
    }
    ann.look(&checkout).await.is(200, "ended");
    assert_eq!((shop.book.count(), shop.bank.refunds()), (0, 1));
}

#[tokio::test]
async fn another_amount_is_not_taken_for_the_order() {
    let (shop, ann, checkout) = pending().await;
    let wrong = shop.hear(paid(&checkout, "0.01")).await.problem(422, "payment_mismatch");
    assert_eq!(wrong["expected"], json!({"amount": "12.50", "currency": "EUR"}));
    assert_eq!(wrong["announced"], json!({"amount": "0.01", "currency": "EUR"}));
    ann.look(&checkout).await.is(200, "payment_pending");
}

#[tokio::test]
async fn what_is_not_the_providers_is_not_believed() {
    let (shop, ann, checkout) = pending().await;
    let body = paid(&checkout, "12.50").to_string();
    let others = sign(&paid(&checkout, "1.25").to_string());
    let tampered = body.replace("12.50", "12.51");
    let forged = [
        (&*body, None),
        (&*body, Some("")),
        (&*body, Some("0")),
        (&*body, Some(&*others)),
        (&*tampered, Some(&*sign(&body))),
        ("", None),
        ("{", Some("x")),
    ]
    .map(|(body, signature)| (body.to_owned(), signature.map(str::to_owned)));
    for (body, signature) in forged {
        let refused = shop.call_back(&body, signature.as_deref()).await;
        assert_eq!(refused.header("www-authenticate"), Some("Signature"));
        let problem = refused.problem(401, "callback_refused");
        assert_eq!(problem.get("reason"), None, "what is wrong is not told");
    }
    // A shopper's token proves nothing here.
    let reply = ann.send(Method::POST, "/api/orders/payments/callback", Some(paid(&checkout, "12.50"))).await;
    reply.problem(401, "callback_refused");
    ann.look(&checkout).await.is(200, "payment_pending");
    assert_eq!(shop.hear(paid(&checkout, "12.50")).await.status, 200);
}

#[tokio::test]
async fn the_providers_own_mistakes_are_told_apart() {
    let (shop, _, checkout) = pending().await;
    let unknown = uuid::Uuid::from_u128(9).to_string();
    shop.hear(paid(&unknown, "12.50")).await.problem(404, "checkout_not_found");
    shop.hear(json!({"event": "refunded?", "checkout": checkout})).await.problem(422, "invalid_value");
    shop.hear(json!([])).await.problem(422, "invalid_value");
    let other = shop.hear(json!({"event": "payout"})).await;
    assert_eq!((other.status, other.json), (200, json!({"received": true})));
    let down = shop.call_back("{}", Some("down")).await;
    assert_eq!(down.header("retry-after"), Some("1"));
    let down = down.problem(503, "unavailable");
    assert!(!down.to_string().contains(SECRET));
}

#[tokio::test]
async fn callbacks_are_posted_and_not_endless() {
    let shop = Shop::open().await;
    let path = "/api/orders/payments/callback";
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        shop.nobody().send_text(method, path, "").await.problem(405, "method_not_allowed");
    }
    shop.call_back(&"x".repeat(64 * 1024 + 1), None).await.problem(413, "body_too_large");
}

#[tokio::test]
async fn a_callback_that_comes_before_the_answer_is_heard() {
    let shop = Shop::with_redirects().await;
    let ann = shop.ann_with_mug().await;
    shop.bank.close();
    let ordering = tokio::spawn({
        let ann = ann.clone();
        async move { ann.order().await }
    });
    shop.bank.wait_until_asked().await;
    let early = ann.order().await.problem(409, "request_in_progress");
    assert_eq!(shop.hear(paid(&id(&early), "12.50")).await.status, 200);
    shop.bank.reopen();
    ordering.await.unwrap().is(200, "confirmed");
    assert_eq!(shop.book.count(), 1);
    shop.bank.follow(Script::Capture);
}
