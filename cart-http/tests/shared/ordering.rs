//! Ordering a cart.

use cart_core::checkout::{InitiationType, Reason};
use cart_core::id::CheckoutId;
use cart_core::memory::PaymentScript;
use serde_json::{Value, json};

use crate::support::{Friends, Reply};

fn meet(pays: PaymentScript) -> Friends {
    let friends = Friends::meet();
    friends.payments.script(pays);
    friends
}

fn waits() -> PaymentScript {
    PaymentScript::Pending(InitiationType::Redirect)
}

/// Orders as the document does: without a body.
async fn order(friends: &Friends, cart: &str) -> Reply {
    friends.ann().send(axum::http::Method::POST, &format!("{cart}/checkout"), None).await
}

#[tokio::test]
async fn a_cart_is_ordered_as_the_document_says() {
    let friends = meet(PaymentScript::Capture);
    let cart = friends.cart().await;
    let ordered = order(&friends, &cart).await.ok();
    assert_eq!(ordered["status"], "order placed");
    assert!(ordered["order_id"].is_string());
    assert_eq!((&ordered["total"], &ordered["currency"]), (&json!("25.00"), &json!("EUR")));
    assert_eq!(friends.ann().get(&cart).await.ok()["cart"]["status"], "completed");
    let known = friends.ann().get(&format!("{cart}/checkout")).await.ok();
    assert_eq!((&known["order_id"], &known["status"]), (&ordered["order_id"], &json!("order placed")));
}

#[tokio::test]
async fn whoever_may_only_look_orders_nothing() {
    let friends = meet(PaymentScript::Capture);
    let cart = friends.cart().await;
    friends.grant(&cart, "bob", 1).await;
    let path = format!("{cart}/checkout");
    friends.bob().post(&path, json!({})).await.problem(403, "forbidden");
    friends.client("carol@acme").post(&path, json!({})).await.problem(404, "cart_not_found");
    friends.nobody().post(&path, json!({})).await.problem(401, "unauthenticated");
    friends.ann().get(&path).await.problem(404, "checkout_not_found");
    assert!(friends.payments.all().is_empty());
}

#[tokio::test]
async fn some_items_are_ordered_and_the_others_stay() {
    let friends = meet(PaymentScript::Capture);
    let cart = friends.cart().await;
    let mug = friends.item(&cart).await;
    friends.ann().post(&format!("{cart}/add-item"), json!({"product_id": "pen"})).await.ok();
    let body = json!({"item_ids": [mug], "expected_total": "25.00"});
    let ordered = friends.ann().post(&format!("{cart}/checkout"), body).await.ok();
    assert_eq!((&ordered["status"], &ordered["total"]), (&json!("order placed"), &json!("25.00")));
    let left = friends.ann().get(&cart).await.ok()["cart"].take();
    assert_eq!((&left["status"], &left["items"][0]["product_id"]), (&json!("active"), &json!("pen")));
}

#[tokio::test]
async fn a_total_that_was_not_expected_orders_nothing() {
    let friends = meet(PaymentScript::Capture);
    let cart = friends.cart().await;
    let path = format!("{cart}/checkout");
    friends.ann().post(&path, json!({"expected_total": "24.99"})).await.problem(409, "total_changed");
    friends.ann().post(&path, json!({"expected_total": "a"})).await.problem(422, "invalid_value");
    friends.ann().post(&path, json!({"total": "1.00"})).await.problem(422, "unknown_field");
    assert!(friends.payments.all().is_empty());
}

#[tokio::test]
async fn how_to_pay_is_said_to_the_owner_and_the_order_waits() {
    let friends = meet(waits());
    let cart = friends.cart().await;
    friends.grant(&cart, "bob", 1).await;
    let reply = order(&friends, &cart).await;
    assert_eq!(reply.status, 202);
    assert_eq!(
        (&reply.json["status"], &reply.json["initiationType"]),
        (&json!("payment pending"), &json!("redirect"))
    );
    assert!(reply.json["gatewayPayload"].is_object());
    let path = format!("{cart}/checkout");
    let seen = friends.bob().get(&path).await.ok();
    assert_eq!((&seen["status"], &seen["gatewayPayload"]), (&json!("payment pending"), &Value::Null));
    friends.ann().post(&path, json!({})).await.problem(409, "wrong_status");

    let id: CheckoutId = serde_json::from_value(reply.json["checkout_id"].clone()).unwrap();
    let paid = friends.payments.pay_pending(id).unwrap().unwrap();
    friends.service.payment_event(id, paid).await.unwrap();
    assert_eq!(friends.ann().get(&path).await.ok()["status"], "order placed");
}

#[tokio::test]
async fn a_declined_payment_leaves_the_cart_as_it_was() {
    let friends = meet(PaymentScript::Decline { why: Reason::new("no funds").unwrap() });
    let cart = friends.cart().await;
    order(&friends, &cart).await.problem_without_id(402, "payment_failed");
    assert_eq!(friends.ann().get(&cart).await.ok()["cart"]["status"], "active");
    friends.payments.script(PaymentScript::Capture);
    assert_eq!(order(&friends, &cart).await.ok()["status"], "order placed");
}

#[tokio::test]
async fn a_request_with_a_key_orders_once_and_is_answered_the_same() {
    for pays in [PaymentScript::Capture, waits(), PaymentScript::Decline { why: Reason::new("no").unwrap() }]
    {
        let friends = meet(pays.clone());
        let cart = friends.cart().await;
        let client = friends.ann().with("idempotency-key", "once");
        let path = format!("{cart}/checkout");
        let first = client.post(&path, json!({})).await;
        let again = client.post(&path, json!({})).await;
        assert_eq!((first.status, &first.bytes), (again.status, &again.bytes), "{pays:?}");
        assert_eq!(
            (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
            (None, Some("true"))
        );
        assert_eq!(friends.payments.all().len(), 1);
    }
}

#[tokio::test]
async fn an_order_that_waits_is_given_up() {
    let friends = meet(waits());
    let cart = friends.cart().await;
    let path = format!("{cart}/checkout/cancel");
    friends.ann().post(&path, json!({})).await.problem(404, "checkout_not_found");
    friends.grant(&cart, "bob", 1).await;
    order(&friends, &cart).await;
    friends.bob().post(&path, json!({})).await.problem(403, "forbidden");
    friends.ann().post(&format!("{path}?preview=true"), json!({})).await.problem(400, "malformed_uri");
    assert_eq!(friends.ann().post(&path, json!({})).await.ok()["status"], "not ordered");
    assert_eq!(friends.ann().get(&cart).await.ok()["cart"]["status"], "active");
}

#[tokio::test]
async fn an_order_is_tried_out_without_asking_for_money() {
    let friends = meet(PaymentScript::Capture);
    let cart = friends.cart().await;
    let tried = friends.ann().post(&format!("{cart}/checkout?preview=true"), json!({})).await.ok();
    assert_eq!((&tried["total"], &tried["order_id"]), (&json!("25.00"), &Value::Null));
    assert!(friends.payments.all().is_empty());
    assert_eq!(friends.version(&cart).await, 2);
}
