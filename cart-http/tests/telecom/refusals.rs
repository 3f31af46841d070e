//! The rows of the document that no other test is about, and failures below.

use cart_core::testing::{Fault, StoreCall};
use serde_json::{Value, json};

use crate::support::Carrier;

#[tokio::test]
async fn what_is_no_item_is_refused() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart().await;
    for (body, details) in [
        (json!({"productId": "none", "quantity": 1}), json!({"productId": "none"})),
        (json!({"productId": "", "quantity": 1}), json!({"field": "productId", "value": ""})),
        (json!({"productId": 7, "quantity": 1}), json!({"field": "productId", "value": 7})),
        (json!({"quantity": 1}), json!({"field": "productId"})),
        (json!({"productId": "plan"}), json!({"field": "quantity"})),
        (json!({"productId": "plan", "quantity": "1"}), json!({"field": "quantity", "value": "1"})),
        (json!({"productId": "plan", "quantity": 1.5}), json!({"field": "quantity", "value": 1.5})),
        (json!({"productId": "plan", "quantity": -1}), json!({"field": "quantity", "value": -1})),
        (
            json!({"productId": "plan", "quantity": 0}),
            json!({"field": "quantity", "minimum": 1, "problem": "below_minimum"}),
        ),
        (
            json!({"productId": "plan", "quantity": 1_000_001}),
            json!({"field": "quantity", "maximum": 1_000_000, "problem": "above_maximum"}),
        ),
        (
            json!({"productId": "plan", "quantity": 1, "metadata": {"planType": "gold"}}),
            json!({"field": "metadata.planType", "value": "gold"}),
        ),
        (
            json!({"productId": "plan", "quantity": 1, "metadata": {"contractLength": 12.5}}),
            json!({"field": "metadata.contractLength", "value": 12.5}),
        ),
        (
            json!({"productId": "plan", "quantity": 1, "metadata": {"dataCap": "1 TB"}}),
            json!({"field": "metadata.dataCap", "value": "1 TB"}),
        ),
        (
            json!({"productId": "plan", "quantity": 1, "metadata": {"imei": "\u{0}"}}),
            json!({"field": "metadata"}),
        ),
        (
            json!({"productId": "plan", "quantity": 1, "unitPrice": 0.01}),
            json!({"field": "unitPrice", "value": 0.01}),
        ),
    ] {
        let (_, found) = ann.post(&format!("{cart}/items"), body.clone()).await.error(400, "INVALID_ITEM");
        assert_eq!(found, details, "{body}");
    }
    assert_eq!(ann.get(&cart).await.ok()["items"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_bought_now_is_unprocessable() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart().await;
    let items = format!("{cart}/items");
    for (body, details) in [
        (json!({"productId": "gone", "quantity": 1}), json!({"productId": "gone", "reason": "out_of_stock"})),
        (json!({"productId": "old", "quantity": 1}), json!({"productId": "old"})),
        (
            json!({"productId": "watch", "quantity": 3}),
            json!({"productId": "watch", "requested": 3, "available": 2}),
        ),
    ] {
        let (_, found) = ann.post(&items, body).await.error(422, "PRODUCT_UNAVAILABLE");
        assert_eq!(found, details);
    }
    ann.post(&items, json!({"productId": "watch", "quantity": 2})).await.ok();
}

#[tokio::test]
async fn requests_that_make_no_sense_say_where() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    for (body, details) in [
        (json!({"customerId": 7}), json!({"field": "customerId", "value": 7})),
        (json!({"metadata": []}), json!({"field": "metadata"})),
        (json!({"metadata": {"a": 1.5}}), json!({"field": "metadata"})),
        (json!({"metadata": {"a": "x".repeat(4096)}}), json!({"field": "metadata"})),
        (json!({"total": 0}), json!({"field": "total", "value": 0})),
        (json!([]), Value::Null),
    ] {
        assert_eq!(ann.post("", body.clone()).await.error(400, "INVALID_REQUEST").1, details, "{body}");
    }
    let cart = ann.cart_with(&["plan"]).await;
    let order = format!("{cart}/checkout");
    for (body, field) in [
        (json!({}), "customerId"),
        (json!({"customerId": "ann"}), "paymentMethodId"),
        (json!({"customerId": null, "paymentMethodId": "card"}), "customerId"),
        (json!({"customerId": "bob", "paymentMethodId": "card"}), "customerId"),
        (json!({"customerId": "ann", "paymentMethodId": ""}), "paymentMethodId"),
        (json!({"customerId": "ann", "paymentMethodId": "card", "promoCode": 5}), "promoCode"),
        (json!({"customerId": "ann", "paymentMethodId": "card", "total": 1}), "total"),
        (json!({"customerId": "ann", "paymentMethodId": "card", "shippingAddress": "x"}), "shippingAddress"),
        (
            json!({"customerId": "ann", "paymentMethodId": "card", "billingAddress": {"street": "x"}}),
            "billingAddress.street",
        ),
    ] {
        let (_, details) = ann.post(&order, body.clone()).await.error(400, "INVALID_REQUEST");
        assert_eq!(details["field"], field, "{body}");
    }
    assert_eq!(shop.office.orders.all().len(), 0);
}

#[tokio::test]
async fn failures_below_are_not_told() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let fail = |fault| shop.store.fail_next(StoreCall::Commit, 1, fault);
    fail(Fault::Corrupt);
    let failed = ann.post("", json!({})).await;
    assert_eq!(failed.json, json!({"error": {"code": "INTERNAL_ERROR", "message": "Failed to create cart"}}));
    failed.error(500, "INTERNAL_ERROR");
    let cart = ann.cart_with(&["plan"]).await;
    for (fault, status, problem) in
        [(Fault::Full, 507, "storage_full"), (Fault::Unavailable, 503, "unavailable")]
    {
        fail(fault);
        let details = ann.add(&cart, "plan").await.problem(status, "INTERNAL_ERROR", problem);
        assert_eq!(details, json!({"problem": problem}));
        fail(fault);
        ann.order(&cart).await.problem(status, "INTERNAL_ERROR", problem);
    }
    shop.catalog.set_down(true);
    let down = ann.get(&cart).await;
    assert_eq!(down.header("retry-after"), Some("1"));
    down.problem(503, "INTERNAL_ERROR", "unavailable");
    shop.catalog.set_down(false);
    assert_eq!(ann.get(&cart).await.ok()["items"][0]["quantity"], 1);
}

#[tokio::test]
async fn what_the_store_refuses_at_the_last_moment_has_its_row() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    for (fault, status, code) in [
        (Fault::OutOfStock, 409, "INVENTORY_UNAVAILABLE"),
        (Fault::TooMuchHeld, 409, "INVENTORY_UNAVAILABLE"),
        (Fault::UsedUp, 409, "INVALID_PROMO_CODE"),
    ] {
        shop.store.fail_next(StoreCall::Commit, 1, fault);
        let status = if code == "INVALID_PROMO_CODE" { 422 } else { status };
        ann.order(&cart).await.error(status, code);
    }
}
