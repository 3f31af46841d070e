//! Hosts that place the orders themselves.

use axum::http::Method;
use cart_core::checkout::PlacedOrder;
use cart_core::id::{CheckoutId, OrderRef};
use serde_json::json;

use crate::partners::reason;
use crate::support::{Client, Plan, Shop, id};

async fn begun() -> (Shop, Client, CheckoutId) {
    let shop = Shop::open_as(Plan { by_host: true, ..Plan::default() }).await;
    let ann = shop.ann_with_mug().await;
    let begun = ann.order().await;
    assert_eq!(begun.header("retry-after"), None);
    let begun = begun.is(202, "begun");
    assert_eq!((&begun["order_id"], &begun["total"]), (&json!(null), &json!("12.50")));
    let checkout = id(&begun).parse().unwrap();
    (shop, ann, checkout)
}

#[tokio::test]
async fn a_checkout_waits_for_the_hosts_order() {
    let (shop, ann, checkout) = begun().await;
    let placed = PlacedOrder::new(OrderRef::new("host-1").unwrap());
    shop.service.complete_checkout(checkout, placed).await.unwrap();
    let order = ann.look(&checkout.to_string()).await.is(200, "confirmed");
    assert_eq!(order["order_id"], "host-1");
    ann.order().await.is(202, "begun");
}

#[tokio::test]
async fn a_checkout_that_the_host_fails_gives_the_cart_back() {
    let (shop, ann, checkout) = begun().await;
    shop.service.fail_checkout(checkout, reason("The till is closed")).await.unwrap();
    let ended = ann.look(&checkout.to_string()).await.is(200, "ended");
    assert_eq!(ended["ended"]["detail"], "The till is closed");
    assert_eq!(ann.cart().await["status"], "active");
}

#[tokio::test]
async fn nobody_completes_an_order_or_pays_over_the_wire() {
    let (shop, ann, checkout) = begun().await;
    for client in [&ann, &shop.client("system")] {
        for what in ["complete", "fail"] {
            client.change(&checkout.to_string(), what).await.problem(404, "not_found");
        }
    }
    let callback = "/api/orders/payments/callback";
    shop.nobody().send_text(Method::POST, callback, "{}").await.problem(404, "not_found");
}
