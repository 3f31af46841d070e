//! Orders that go as they should.

use axum::http::Method;
use cart_core::checkout::InitiationType;
use cart_core::service::{HistoryRequest, Target};
use cart_core::testing::samples::user;
use serde_json::{Value, json};

use crate::partners::{SECRET, Script};
use crate::support::{Shop, id};

#[tokio::test]
async fn a_cart_becomes_an_order_with_one_request() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    let cart = ann.cart().await;
    let order = ann.order().await.is(200, "confirmed");
    assert_eq!(
        (&order["order_id"], &order["order_number"], &order["confirmation_number"]),
        (&json!("order-1"), &json!("2026-0001"), &json!("CONF-order-1"))
    );
    assert_eq!(order["estimated_delivery"], "2033-05-18T03:33:20Z");
    assert_eq!(
        (&order["total"], &order["currency"], &order["item_count"]),
        (&json!("12.50"), &json!("EUR"), &json!(1))
    );
    assert_eq!((&order["cart_id"], &order["cart_version"]), (&cart["id"], &cart["version"]));
    assert_eq!((&order["ended"], order.get("initiationType")), (&Value::Null, None));
    assert_eq!((shop.book.count(), shop.bank.captures()), (1, 1));
    assert_eq!(ann.cart().await["id"], Value::Null, "the next cart begins empty");
}

#[tokio::test]
async fn an_order_calls_what_it_shows_as_the_cart_does() {
    let shop = Shop::open().await;
    shop.promotions.put(
        serde_json::from_value(json!({
            "id": "ten", "name": "Ten off", "codes": ["TEN"],
            "effect": {"on": "order", "reduction": {"percent": "0.10"}},
        }))
        .unwrap(),
    );
    let ann = shop.ann_with_mug().await;
    ann.add("pen", 2).await;
    ann.send(Method::POST, "/api/shop/cart/coupons", Some(json!({"code": "ten"}))).await;
    let cart = ann.cart().await;
    let order = ann.order().await.is(200, "confirmed");
    let shared = [
        "currency",
        "item_count",
        "subtotal",
        "discount",
        "shipping_total",
        "fees_total",
        "tax",
        "cash_rounding",
        "total",
        "shipping",
        "payment_fee",
        "fees",
        "taxes",
        "tax_included",
        "coupons",
        "promotions",
        "gifts",
        "address_id",
        "shipping_method_id",
        "payment_method_id",
        "note",
    ];
    for name in shared {
        assert!(cart.get(name).is_some(), "{name}");
        assert_eq!(order[name], cart[name], "{name}");
    }
    assert_eq!(order["discount"], "1.49");
    for (line, item) in order["items"].as_array().unwrap().iter().zip(cart["items"].as_array().unwrap()) {
        assert!(line.as_object().unwrap().iter().all(|(name, value)| item[name] == *value), "{line} {item}");
    }
}

#[tokio::test]
async fn some_items_are_ordered_and_the_others_stay() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    let cart = ann.add("pen", 2).await;
    let pen = &cart["items"][1]["id"];
    let order = ann.checkout("order", json!({"item_ids": [pen]})).await.is(200, "confirmed");
    assert_eq!((&order["total"], &order["items"][0]["id"]), (&json!("2.40"), pen));
    let left = ann.cart().await;
    assert_eq!((&left["id"], &left["item_count"]), (&cart["id"], &json!(1)));
    assert_eq!(left["items"][0]["product_id"], "mug");
}

#[tokio::test]
async fn a_shopper_who_has_to_pay_is_told_how() {
    for (kind, word) in [(InitiationType::FormPost, "form_post"), (InitiationType::Redirect, "redirect")] {
        let shop = Shop::open_with(Script::Pending(kind)).await;
        let ann = shop.ann_with_mug().await;
        let pending = ann.order().await.is(202, "payment_pending");
        assert_eq!(pending["initiationType"], word);
        assert_eq!(pending["gatewayPayload"], json!({"url": "https://bank.example/pay", "token": SECRET}));
        assert_eq!(pending["order_number"], "2026-0001");
        assert_eq!(ann.cart().await["status"], "checkout");
        assert_eq!(ann.look(&id(&pending)).await.is(200, "payment_pending"), pending);
    }
}

#[tokio::test]
async fn what_costs_nothing_needs_no_payment() {
    let shop = Shop::open().await;
    let ann = shop.client("ann");
    ann.add("gift", 1).await;
    ann.order().await.is(200, "confirmed");
    assert_eq!((shop.book.count(), shop.bank.captures()), (1, 0));
}

#[tokio::test]
async fn a_partner_who_does_not_answer_is_waited_for() {
    let shop = Shop::open_with(Script::Down).await;
    let ann = shop.ann_with_mug().await;
    let reply = ann.order().await;
    assert_eq!(reply.header("retry-after"), Some("1"));
    let waiting = reply.is(202, "in_progress");
    assert!(waiting["retry_at"].as_str().unwrap().ends_with('Z'));
    let look = ann.look(&id(&waiting)).await;
    assert_eq!(look.header("retry-after"), Some("1"));
    look.is(200, "in_progress");
    // A promise is no answer: the same request is told when to come again.
    let early = ann.order().await;
    assert_eq!(early.header("retry-after"), Some("1"));
    assert_eq!(early.problem(409, "request_in_progress")["checkout_id"], waiting["id"]);

    shop.bank.follow(Script::Capture);
    shop.clock.advance(chrono::TimeDelta::minutes(5));
    assert_eq!(shop.service.recover_checkouts(10).await.unwrap().failures.len(), 0);
    let done = ann.order().await;
    assert!(done.is_replayed());
    let done = done.is(200, "confirmed");
    assert_eq!(ann.look(&id(&waiting)).await.is(200, "confirmed"), done);
}

#[tokio::test]
async fn a_preview_says_what_would_be_ordered_and_orders_nothing() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    let before = ann.cart().await;
    let reply = ann.post("/checkout?preview=true", json!({"expected_total": "12.50"})).await;
    assert_eq!((reply.status, &reply.json["preview"]), (200, &json!(true)));
    assert_eq!((reply.json.get("id"), reply.json.get("status")), (None, None), "there is none");
    assert_eq!(reply.json["total"], "12.50");
    let bought = ann.post("/buy-now?preview=true", json!({"product_id": "pen"})).await;
    assert_eq!((bought.status, &bought.json["total"]), (200, &json!("1.20")));
    ann.post("/checkout?preview=true", json!({"expected_total": "12.49"}))
        .await
        .problem(409, "total_changed");
    assert_eq!(ann.cart().await, before);
    assert_eq!((shop.book.count(), shop.bank.captures()), (0, 0));
}

#[tokio::test]
async fn the_carts_history_says_that_it_was_ordered_and_not_how_it_was_paid() {
    let shop = Shop::with_redirects().await;
    let ann = shop.ann_with_mug().await;
    let cart = ann.cart().await;
    let pending = ann.order().await.is(202, "payment_pending");
    shop.hear(json!({"event": "paid", "checkout": id(&pending), "amount": "12.50"})).await;
    let target = Target::Cart(cart["id"].as_str().unwrap().parse().unwrap());
    let request = HistoryRequest { before: None, limit: 50 };
    let history = shop.service.history(&user("ann"), &target, request).await.unwrap();
    let seen = serde_json::to_string(&history).unwrap();
    assert!(seen.contains(r#"{"happened":"status_changed","status":"checkout"}"#), "{seen}");
    assert!(seen.contains(r#"{"happened":"status_changed","status":"completed"}"#), "{seen}");
    assert!(!seen.contains(SECRET), "{seen}");
}
