//! Checkout and buy-now, which belong to the order endpoints beside the cart.

use axum::http::Method;
use cart_core::checkout::InitiationType;
use cart_core::id::CheckoutId;
use cart_core::memory::{MemoryOrderStatus, PaymentScript};
use serde_json::{Value, json};

use crate::support::{Client, Reply, Shop};

async fn order(client: &Client, path: &str, body: Value) -> Reply {
    client.at("/api/orders").post(path, body).await
}

/// The provider says that something became of a payment.
async fn call_back(shop: &Shop, checkout: CheckoutId) {
    let reply = order(&shop.nobody(), "/payments/callback", json!(checkout)).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
}

fn checkout_id(reply: &Value) -> CheckoutId {
    reply["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_cart_is_ordered_and_paid_for_and_the_next_look_makes_a_new_one() {
    let shop = Shop::open().await;
    let ann = shop.ann();
    ann.add("bowl", 2).await.cart();
    let cart = ann.post("/coupons", json!({"code": "TEN"})).await.cart();
    let begun = order(&ann.keyed("order-1"), "/checkout", json!({})).await;
    assert_eq!(begun.status, 202, "{}", begun.json);
    let order_body = &begun.json;
    assert_eq!(
        (&order_body["status"], &order_body["total"]),
        (&json!("payment_pending"), &cart["finalPayable"])
    );
    assert_eq!(order_body["initiationType"], "redirect");
    assert!(order_body["gatewayPayload"].is_object());
    assert_eq!(ann.get().await.cart()["status"], "checkout");
    ann.add("tone", 1).await.error(409, "WRONG_STATUS");

    let checkout = checkout_id(order_body);
    let placed = shop.orders.order_of(checkout).unwrap();
    assert_eq!(placed.status, MemoryOrderStatus::PaymentPending);
    assert_eq!(placed.draft.totals.total.to_decimal(), "36.00", "prices and discount of that moment");
    shop.payments.pay_pending(checkout).unwrap().unwrap();
    call_back(&shop, checkout).await;

    let next = ann.get().await.cart();
    assert_ne!(next["id"], cart["id"]);
    assert_eq!((&next["items"], &next["status"]), (&json!([]), &json!("active")));
    let id = cart["id"].as_str().unwrap().parse().unwrap();
    let target = cart_core::service::Target::Cart(id);
    let old = shop.service.cart(&cart_core::testing::samples::user("ann"), &target).await.unwrap().cart;
    assert_eq!((old.status().name().as_str(), old.lines().len()), ("completed", 0), "cleared and completed");
    call_back(&shop, checkout).await;
    assert_eq!(ann.get().await.cart(), next, "heard twice, done once");
}

#[tokio::test]
async fn a_payment_that_fails_makes_the_cart_active_again() {
    let shop = Shop::open().await;
    let ann = shop.ann();
    let before = ann.add("bowl", 1).await.cart();
    let begun = order(&ann.keyed("order-1"), "/checkout", json!({})).await.json;
    let why = cart_core::checkout::Reason::new("No funds").unwrap();
    shop.payments.decline_pending(checkout_id(&begun), why).unwrap();
    call_back(&shop, checkout_id(&begun)).await;
    let after = ann.get().await.cart();
    assert_eq!((&after["status"], &after["id"]), (&json!("active"), &before["id"]));
    assert_eq!(after["items"], before["items"]);
}

#[tokio::test]
async fn a_form_is_posted_where_the_provider_says_so() {
    let shop = Shop::open().await;
    shop.payments.script(PaymentScript::Pending(InitiationType::FormPost));
    shop.ann().add("bowl", 1).await.cart();
    let begun = order(&shop.ann().keyed("order-1"), "/checkout", json!({})).await.json;
    assert_eq!(begun["initiationType"], "form_post");
}

#[tokio::test]
async fn an_order_needs_a_key_and_with_the_same_key_is_made_once() {
    let shop = Shop::open().await;
    shop.ann().add("bowl", 1).await.cart();
    let without = order(&shop.ann(), "/checkout", json!({})).await;
    assert_eq!((without.status, &without.json["code"]), (400, &json!("idempotency_key_required")));
    let ann = shop.ann().keyed("order-1");
    let first = order(&ann, "/checkout", json!({})).await;
    let second = order(&ann, "/checkout", json!({})).await;
    assert_eq!((second.status, second.bytes), (first.status, first.bytes));
    assert_eq!(shop.orders.all().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_ordered_is_refused() {
    let shop = Shop::open().await;
    let ann = shop.ann().keyed("order-1");
    let none = order(&ann, "/checkout", json!({})).await;
    assert_eq!((none.status, &none.json["code"]), (404, &json!("cart_not_found")));
    ann.get().await.cart();
    let empty = order(&ann, "/checkout", json!({})).await;
    assert_eq!((empty.status, &empty.json["code"]), (409, &json!("empty_cart")));
    shop.ann().add("thangka", 1).await.cart();
    shop.ann().post("/coupons", json!({"code": "BIG"})).await.cart();
    shop.promotions.remove(&cart_core::testing::samples::promotion_id("big"));
    let stale = order(&ann, "/checkout", json!({})).await;
    assert_eq!((stale.status, &stale.json["code"]), (409, &json!("not_orderable")));
    assert_eq!(stale.json["obstacles"][0]["code"], "coupon_not_applicable");
    assert!(shop.orders.all().is_empty());
}

#[tokio::test]
async fn one_product_is_bought_at_once_and_the_cart_stays_as_it_is() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("bowl", 1).await.cart();
    let body = json!({"product_id": "tone", "quantity": 2});
    let bought = order(&shop.ann().keyed("buy-1"), "/buy-now", body).await;
    assert_eq!((bought.status, &bought.json["total"]), (202, &json!("2.40")), "{}", bought.json);
    assert_eq!(bought.json["initiationType"], "redirect");
    let path = format!("/checkouts/{}", checkout_id(&bought.json));
    let seen = shop.ann().at("/api/orders").send(Method::GET, &path, None).await;
    assert_eq!((seen.status, &seen.json["status"]), (200, &json!("payment_pending")));
    assert_eq!(shop.ann().get().await.cart(), cart);
}
