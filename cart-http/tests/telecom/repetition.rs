//! Requests that are sent again.

use axum::http::Method;
use cart_core::memory::PaymentScript;
use serde_json::json;

use crate::support::{Carrier, item, reason};

#[tokio::test]
async fn a_repeated_write_is_done_once_and_answered_the_same() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let make =
        || async { ann.keyed("0198c1d2-7d3e-7a3b-8c55-0a6d1a1f9a10").send(Method::POST, "", None).await };
    let (first, again) = (make().await, make().await);
    assert_eq!((first.is_replayed(), again.is_replayed()), (false, true));
    assert_eq!(first.is(201), again.clone().is(201));
    let cart = format!("/{}", again.json["id"].as_str().unwrap());

    let (first, again) =
        (ann.keyed("add").add(&cart, "plan").await, ann.keyed("add").add(&cart, "plan").await);
    assert!(again.is_replayed());
    let (first, again) = (first.ok(), again.ok());
    assert_eq!((&first, &first["items"][0]["quantity"]), (&again, &json!(1)));

    let item = item(&first, 0);
    let (first, again) = (ann.keyed("remove").delete(&item).await, ann.keyed("remove").delete(&item).await);
    assert!(again.is_replayed());
    assert_eq!(first.ok(), again.ok());
}

#[tokio::test]
async fn both_spellings_of_the_header_are_one() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart().await;
    ann.with("X-Idempotency-Key", "k").add(&cart, "plan").await.ok();
    assert!(ann.with("Idempotency-Key", "k").add(&cart, "plan").await.is_replayed());
    let two = ann.with("X-Idempotency-Key", "k").with("Idempotency-Key", "l").add(&cart, "plan").await;
    two.problem(400, "INVALID_REQUEST", "malformed_header");
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let shop = Carrier::open().await;
    let ann = shop.ann().keyed("k");
    let cart = shop.ann().cart().await;
    ann.add(&cart, "plan").await.ok();
    ann.add(&cart, "phone").await.problem(422, "INVALID_REQUEST", "request_key_reused");
}

#[tokio::test]
async fn an_order_is_placed_and_paid_once_whatever_came_of_it() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    shop.bank.payments.script(PaymentScript::Decline { why: reason("Not enough funds") });
    let declined = ann.keyed("one").order(&cart).await;
    shop.bank.payments.script(PaymentScript::Capture);
    let again = ann.keyed("one").order(&cart).await;
    assert_eq!((again.bytes.clone(), declined.status), (declined.bytes.clone(), 402));
    again.error(402, "PAYMENT_FAILED");
    let confirmed = ann.keyed("two").order(&cart).await;
    shop.catalog.set_price("plan", 9_900);
    shop.catalog.withdraw("plan");
    let again = ann.keyed("two").order(&cart).await;
    assert_eq!((&again.bytes, again.is_replayed()), (&confirmed.bytes, true));
    assert_eq!(confirmed.ok()["cart"]["total"], 93.5);
    let other = ann.keyed("two").order_with(&cart, json!({"promoCode": "TENTH"})).await;
    other.problem(422, "INVALID_REQUEST", "request_key_reused");
    assert_eq!(shop.office.orders.all().iter().filter(|order| order.payment.is_some()).count(), 1);
}
