//! Orders that do not come to be.

use axum::http::Method;
use cart_core::policy::{CartPolicy, CheckoutPolicy};
use cart_core::testing::{Fault, StoreCall};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::partners::{Script, reason};
use crate::support::{Plan, Shop, id};

#[tokio::test]
async fn without_a_key_nothing_is_ordered() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    for (path, body) in [("/checkout", json!({})), ("/buy-now", json!({"product_id": "mug"}))] {
        let refused = ann.post(path, body).await.problem(400, "idempotency_key_required");
        assert_eq!(refused["header"], "Idempotency-Key");
    }
    ann.keyed("a b").post("/checkout", json!({})).await.problem(400, "malformed_header");
    assert_eq!(shop.book.count(), 0);
    ann.with("x-idempotency-key", "k").post("/checkout", json!({})).await.is(200, "confirmed");
}

#[tokio::test]
async fn a_body_may_be_left_out() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    let order = ann.keyed("k").send(Method::POST, "/api/orders/checkout", None).await;
    order.is(200, "confirmed");
}

#[tokio::test]
async fn a_declined_payment_is_402_and_leaves_the_cart_as_it_was() {
    let shop = Shop::open_with(Script::Decline).await;
    let ann = shop.ann_with_mug().await;
    let declined = ann.order().await.problem(402, "payment_failed");
    assert_eq!(
        (&declined["reason"], &declined["detail"]),
        (&json!("payment_declined"), &json!("Not enough funds"))
    );
    let cart = ann.cart().await;
    assert_eq!((&cart["status"], &cart["item_count"]), (&json!("active"), &json!(1)));
    assert_eq!(shop.book.count(), 0, "the order was taken back");
    let ended = ann.look(&id(&declined)).await.is(200, "ended");
    assert_eq!(
        ended["ended"],
        json!({"reason": "payment_declined", "detail": "Not enough funds", "stock_item": null})
    );
    shop.bank.follow(Script::Capture);
    ann.checkout("again", json!({})).await.is(200, "confirmed");
}

#[tokio::test]
async fn another_amount_than_was_to_be_paid_is_paid_back() {
    let shop = Shop::open_with(Script::CaptureTooLittle).await;
    let ann = shop.ann_with_mug().await;
    let failed = ann.order().await.problem(402, "payment_failed");
    assert_eq!(failed["reason"], "payment_mismatch");
    assert_eq!((shop.book.count(), shop.bank.refunds()), (0, 1));
}

#[tokio::test]
async fn the_shop_may_refuse_an_order() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    *shop.veto.0.lock().unwrap() = Some(reason("Not to this country"));
    let vetoed = ann.order().await.problem(422, "order_refused");
    assert_eq!((&vetoed["reason"], &vetoed["detail"]), (&json!("vetoed"), &json!("Not to this country")));
    assert_eq!(ann.cart().await["status"], "active");
    *shop.veto.0.lock().unwrap() = None;
    *shop.book.refusal.lock().unwrap() = Some(reason("The book is full"));
    let refused = ann.order().await.problem(422, "order_refused");
    assert_eq!(
        (&refused["reason"], &refused["detail"]),
        (&json!("order_refused"), &json!("The book is full"))
    );
    assert_eq!((ann.cart().await["status"].clone(), shop.bank.captures()), (json!("active"), 0));
}

#[tokio::test]
async fn a_total_that_the_shopper_did_not_see_is_not_charged() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    shop.catalog.set_price("mug", 1300);
    let changed =
        ann.checkout("order", json!({"expected_total": "12.5"})).await.problem(409, "total_changed");
    assert_eq!((&changed["expected_total"], &changed["total"]), (&json!("12.50"), &json!("13.00")));
    assert_eq!((&changed["expected_currency"], &changed["currency"]), (&json!("EUR"), &json!("EUR")));
    let dollars = json!({"expected_total": "13.00", "currency": "USD"});
    let changed = ann.checkout("order", dollars).await.problem(409, "total_changed");
    assert_eq!((&changed["expected_currency"], &changed["currency"]), (&json!("USD"), &json!("EUR")));
    let euros = json!({"expected_total": "13", "currency": "EUR"});
    ann.checkout("order", euros).await.is(200, "confirmed");
    assert_eq!(shop.book.count(), 1);
}

#[tokio::test]
async fn all_that_keeps_a_cart_from_being_ordered_is_said_at_once() {
    let policy = CartPolicy::storefront();
    let policy =
        CartPolicy { checkout: CheckoutPolicy { prices_acknowledged: true, ..policy.checkout }, ..policy };
    let shop = Shop::open_as(Plan { policy, ..Plan::default() }).await;
    let ann = shop.ann_with_mug().await;
    let cart = ann.add("pen", 1).await;
    shop.catalog.set_price("mug", 1300);
    shop.catalog.withdraw("pen");
    let refused = ann.order().await.problem(409, "not_orderable");
    let item = |index: usize| cart["items"][index]["id"].clone();
    let expected = [
        json!({"code": "price_changed", "item_id": item(0), "from": "12.50", "to": "13.00"}),
        json!({"code": "product_withdrawn", "item_id": item(1)}),
        json!({"code": "selection_missing", "selection": "address"}),
        json!({"code": "selection_missing", "selection": "shipping_method"}),
        json!({"code": "selection_missing", "selection": "payment_method"}),
    ];
    let obstacles = refused["obstacles"].as_array().unwrap();
    assert!(expected.iter().all(|one| obstacles.contains(one)), "{obstacles:?}");
    assert_eq!(obstacles.len(), expected.len(), "{obstacles:?}");
}

#[tokio::test]
async fn an_empty_cart_and_no_cart_cannot_be_ordered() {
    let shop = Shop::open().await;
    let ann = shop.client("ann");
    ann.order().await.problem(404, "cart_not_found");
    ann.with("if-match", "*").order().await.problem(412, "version_conflict");
    let cart = ann.add("mug", 1).await;
    let mug = format!("/api/shop/cart/items/{}", cart["items"][0]["id"].as_str().unwrap());
    ann.send(Method::DELETE, &mug, None).await;
    ann.order().await.problem(409, "empty_cart");
}

#[tokio::test]
async fn a_cart_of_another_version_is_not_ordered() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    ann.add("pen", 1).await;
    for tag in ["\"1\"", "\"1\", \"7\"", "\"x\""] {
        let stale = ann.with("if-match", tag).order().await.problem(412, "version_conflict");
        assert_eq!(
            (&stale["current_version"], &stale["cart"]["item_count"]),
            (&json!(2), &json!(2)),
            "{tag}"
        );
    }
    let order = ann.with("if-match", "\"2\"").order().await.is(200, "confirmed");
    assert_eq!(order["cart_version"], 2);
}

#[tokio::test]
async fn a_cart_in_one_checkout_is_in_no_other() {
    let shop = Shop::with_redirects().await;
    let ann = shop.ann_with_mug().await;
    ann.order().await.is(202, "payment_pending");
    let refused = ann.checkout("another", json!({})).await.problem(409, "wrong_status");
    assert_eq!(refused["cart_status"], "checkout");
    assert_eq!(shop.book.count(), 1);
}

#[tokio::test]
async fn the_last_lamps_are_sold_once() {
    let shop = Shop::with_redirects().await;
    let (ann, bob) = (shop.client("ann"), shop.client("bob"));
    ann.add("lamp", 2).await;
    let cart = bob.add("lamp", 2).await;
    ann.order().await.is(202, "payment_pending");
    let refused = bob.order().await.problem(409, "not_orderable");
    let obstacle = json!({"code": "insufficient_stock", "item_id": cart["items"][0]["id"], "available": 1});
    assert_eq!(refused["obstacles"], json!([obstacle]));
}

#[tokio::test]
async fn failures_below_are_not_told_and_change_nothing() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    for (fault, status, code) in
        [(Fault::Full, 507, "storage_full"), (Fault::Unavailable, 503, "unavailable")]
    {
        shop.store.fail_next(StoreCall::Commit, 1, fault);
        let failed = ann.order().await.problem(status, code);
        assert_eq!(failed.get("detail"), None);
    }
    shop.catalog.set_down(true);
    ann.order().await.problem(503, "unavailable");
    shop.catalog.set_down(false);
    assert_eq!(ann.cart().await["status"], "active");
    assert_eq!((shop.book.count(), shop.bank.captures()), (0, 0));
    ann.order().await.is(200, "confirmed");
}

#[tokio::test]
async fn a_coupon_that_is_given_with_the_order_counts() {
    let shop = Shop::open().await;
    let promotion = json!({
        "id": "ten", "name": "Ten off", "codes": ["TEN"], "limit": {"total": 1},
        "effect": {"on": "order", "reduction": {"percent": "0.10"}},
    });
    shop.promotions.put(serde_json::from_value(promotion).unwrap());
    let (ann, bob) = (shop.ann_with_mug().await, shop.client("bob"));
    bob.add("mug", 1).await;
    ann.checkout("order", json!({"code": "none"})).await.problem(422, "coupon_not_found");
    let order = ann.checkout("order", json!({"code": "ten"})).await.is(200, "confirmed");
    assert_eq!((&order["total"], &order["coupons"][0]["code"]), (&json!("11.25"), &json!("TEN")));
    let refused = bob.checkout("order", json!({"code": "ten", "expected_total": "11.25"})).await;
    assert_eq!(refused.status, 409, "{}", refused.json);
    assert_ne!(refused.json["code"], Value::Null);
}

#[tokio::test]
async fn orders_are_tried_so_often_and_what_the_provider_says_is_always_heard() {
    let shop = Shop::open_as(Plan { quota: 2, ..Plan::default() }).await;
    let ann = shop.ann_with_mug().await;
    for key in ["one", "two"] {
        ann.checkout(key, json!({"expected_total": "1.00"})).await.problem(409, "total_changed");
    }
    let refused = ann.checkout("three", json!({})).await;
    assert_eq!(refused.header("retry-after"), Some("60"));
    refused.problem(429, "rate_limit_exceeded");
    let refused = ann.keyed("four").post("/buy-now", json!({"product_id": "pen"})).await;
    refused.problem(429, "rate_limit_exceeded");
    for _ in 0..4 {
        shop.call_back("{}", None).await.problem(401, "callback_refused");
    }
    assert_eq!(shop.book.count(), 0);
    shop.clock.advance(TimeDelta::seconds(60));
    ann.checkout("three", json!({})).await.is(200, "confirmed");
}
