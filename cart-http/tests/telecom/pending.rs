//! Orders that wait for somebody.

use std::sync::atomic::Ordering;

use cart_core::checkout::InitiationType;
use cart_core::id::CheckoutId;
use cart_core::memory::PaymentScript;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Carrier, Client, Reply, reason, text};

async fn redirecting() -> Carrier {
    let shop = Carrier::open().await;
    shop.bank.payments.script(PaymentScript::Pending(InitiationType::Redirect));
    shop
}

/// Looks at an order that was pending.
async fn look(client: &Client, order: &Value) -> Reply {
    client.get(&path(order)).await
}

fn path(order: &Value) -> String {
    format!("/{}/checkout/{}", text(&order["cart"]["id"]), text(&order["checkoutId"]))
}

fn checkout(order: &Value) -> CheckoutId {
    let id = text(&order["checkoutId"]);
    CheckoutId::from_uuid(id.strip_prefix("checkout_").unwrap().parse().unwrap())
}

async fn settle(shop: &Carrier, order: &Value, outcome: cart_core::checkout::PaymentOutcome) {
    shop.service.payment_event(checkout(order), outcome).await.unwrap();
}

#[tokio::test]
async fn an_order_that_the_customer_has_to_pay_is_pending_until_then() {
    let shop = redirecting().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    let pending = ann.keyed("k").post(&format!("{cart}/checkout"), body()).await;
    assert_eq!(pending.header("retry-after"), None);
    let order = pending.clone().ok();
    assert_eq!((&order["status"], &order["confirmationNumber"]), (&json!("pending"), &Value::Null));
    assert!(text(&order["orderId"]).starts_with("ord_"));
    assert_eq!(order["payment"]["initiationType"], "redirect");
    assert!(text(&order["payment"]["gatewayPayload"]["url"]).starts_with("https://pay.example/"));
    assert_eq!(look(&ann, &order).await.ok(), order);
    let outcome = shop.bank.payments.pay_pending(checkout(&order)).unwrap().unwrap();
    settle(&shop, &order, outcome).await;
    let confirmed = look(&ann, &order).await.ok();
    assert_eq!((&confirmed["status"], &confirmed["orderId"]), (&json!("confirmed"), &order["orderId"]));
    assert!(text(&confirmed["confirmationNumber"]).starts_with("CONF-"));
    assert_eq!((confirmed.get("payment"), confirmed.get("checkoutId")), (None, None));
    assert_eq!(confirmed["cart"], order["cart"]);
    let again = ann.keyed("k").post(&format!("{cart}/checkout"), body()).await;
    assert_eq!((again.bytes.clone(), again.is_replayed()), (pending.bytes, true));
}

fn body() -> Value {
    json!({"customerId": "ann", "paymentMethodId": "card"})
}

#[tokio::test]
async fn an_order_that_is_not_paid_is_looked_up_as_an_error() {
    let shop = redirecting().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    let order = ann.order(&cart).await.ok();
    let declined = shop.bank.payments.decline_pending(checkout(&order), reason("The bank said no"));
    settle(&shop, &order, declined.unwrap()).await;
    let (message, details) = look(&ann, &order).await.error(402, "PAYMENT_FAILED");
    assert_eq!((&*message, &details["checkoutId"]), ("The bank said no", &order["checkoutId"]));
    assert_eq!(ann.get(&cart).await.ok()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn how_to_pay_is_told_to_the_customer_alone() {
    let shop = redirecting().await;
    let order = shop.ann().order(&shop.ann().cart_with(&["plan"]).await).await.ok();
    let seen = look(&shop.client("staff"), &order).await.ok();
    assert_eq!((&seen["status"], seen.get("payment")), (&json!("pending"), None));
    for other in ["bob", "guest"] {
        look(&shop.client(other), &order).await.problem(404, "CART_NOT_FOUND", "checkout_not_found");
    }
}

#[tokio::test]
async fn an_order_is_looked_up_at_its_own_cart() {
    let shop = redirecting().await;
    let ann = shop.ann();
    let order = ann.order(&ann.cart_with(&["plan"]).await).await.ok();
    let (mine, id) = (text(&order["cart"]["id"]), text(&order["checkoutId"]));
    let other = ann.cart().await;
    for path in [
        format!("{other}/checkout/{id}"),
        format!("/{mine}/checkout/checkout_{}", "0".repeat(32)),
        format!("/{mine}/checkout/{}", id.to_uppercase()),
        format!("/{mine}/checkout/x"),
    ] {
        ann.get(&path).await.problem(404, "CART_NOT_FOUND", "checkout_not_found");
    }
    ann.get(&format!("/x/checkout/{id}")).await.error(404, "CART_NOT_FOUND");
}

#[tokio::test]
async fn a_partner_without_an_answer_is_waited_for() {
    let shop = Carrier::open().await;
    let ann = shop.ann().keyed("k");
    let cart = shop.ann().cart_with(&["plan"]).await;
    shop.office.is_down.store(true, Ordering::SeqCst);
    let waiting = ann.order(&cart).await;
    assert_eq!(waiting.header("retry-after"), Some("1"));
    let order = waiting.ok();
    assert_eq!(
        (&order["status"], &order["orderId"], &order["confirmationNumber"], order.get("payment")),
        (&json!("pending"), &Value::Null, &Value::Null, None)
    );
    // Asked again, it is the same; and so it is when somebody looks.
    let again = ann.order(&cart).await;
    assert!(again.is_replayed());
    assert_eq!(again.header("retry-after"), Some("1"));
    assert_eq!(again.ok(), order);
    assert_eq!(look(&shop.ann(), &order).await.ok(), order);
    shop.office.is_down.store(false, Ordering::SeqCst);
    shop.clock.advance(TimeDelta::minutes(1));
    shop.service.recover_checkouts(10).await.unwrap();
    let confirmed = ann.order(&cart).await.ok();
    assert_eq!(confirmed["status"], "confirmed");
    assert_eq!(look(&shop.ann(), &order).await.ok(), confirmed);
    assert_eq!(shop.office.orders.all().len(), 1);
}

#[tokio::test]
async fn a_bank_without_an_answer_keeps_an_order_waiting() {
    let shop = Carrier::open().await;
    let cart = shop.ann().cart_with(&["plan"]).await;
    shop.bank.is_down.store(true, Ordering::SeqCst);
    let order = shop.ann().order(&cart).await.ok();
    assert_eq!(order["status"], "pending");
    assert!(text(&order["orderId"]).starts_with("ord_"));
}
