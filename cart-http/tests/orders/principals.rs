//! Who may order.

use axum::http::Method;
use cart_core::policy::{CartPolicy, CheckoutPolicy, GuestCarts, Ttl};
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Client, Plan, Reply, Shop, id};

/// Every request of this surface but the callback.
async fn all(client: &Client, checkout: &str) -> [Reply; 5] {
    let key = client.keyed("k");
    [
        key.post("/checkout", json!({})).await,
        key.post("/buy-now", json!({"product_id": "pen"})).await,
        client.look(checkout).await,
        client.change(checkout, "cancel").await,
        client.change(checkout, "extend").await,
    ]
}

async fn pending() -> (Shop, String) {
    let shop = Shop::with_redirects().await;
    let ann = shop.ann_with_mug().await;
    let checkout = id(&ann.order().await.is(202, "payment_pending"));
    (shop, checkout)
}

#[tokio::test]
async fn nobody_unknown_learns_anything() {
    let (shop, checkout) = pending().await;
    for client in [shop.nobody(), shop.client("forged")] {
        for reply in all(&client, &checkout).await {
            assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer"));
            reply.problem(401, "unauthenticated");
        }
        // Also not what else is wrong with the request.
        let bad = client.send(Method::POST, "/api/orders/checkout?x=1", Some(json!([]))).await;
        bad.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn staff_and_the_system_order_nothing() {
    let (shop, checkout) = pending().await;
    for name in ["staff", "system"] {
        let [order, buy, ..] = all(&shop.client(name), &checkout).await;
        order.problem(403, "forbidden");
        buy.problem(403, "forbidden");
    }
    assert_eq!(shop.book.count(), 1);
}

#[tokio::test]
async fn support_sees_a_checkout_but_not_how_to_pay() {
    let (shop, checkout) = pending().await;
    let seen = shop.client("staff").look(&checkout).await.is(200, "payment_pending");
    assert_eq!((seen.get("gatewayPayload"), seen.get("initiationType")), (None, None));
    assert_eq!(seen["total"], "12.50");
    shop.client("staff").change(&checkout, "cancel").await.problem(403, "forbidden");
}

#[tokio::test]
async fn guests_order_where_they_may_have_carts() {
    let (shop, checkout) = pending().await;
    let guest = shop.client("guest");
    guest.keyed("k").post("/buy-now", json!({"product_id": "pen"})).await.problem(403, "guests_refused");
    guest.look(&checkout).await.problem(404, "checkout_not_found");

    let guests = GuestCarts::Allowed { lifetime: Ttl::Fixed(TimeDelta::minutes(30)) };
    let policy = CartPolicy { guests, checkout: CheckoutPolicy::default(), ..CartPolicy::storefront() };
    let shop = Shop::open_as(Plan { policy, ..Plan::default() }).await;
    let order = shop.client("guest").keyed("k").post("/buy-now", json!({"product_id": "pen"})).await;
    let order = order.is(200, "confirmed");
    shop.client("guest").look(&id(&order)).await.is(200, "confirmed");
    shop.client("ann").look(&id(&order)).await.problem(404, "checkout_not_found");
}
