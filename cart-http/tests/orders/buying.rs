//! One product, bought at once.

use serde_json::{Value, json};

use crate::partners::Script;
use crate::support::Shop;

#[tokio::test]
async fn a_product_is_bought_and_the_cart_stays_as_it_is() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    let before = ann.cart().await;
    let purchase = json!({
        "product_id": "pen", "quantity": 3, "note": "blue ones", "options": {"ink": "blue"}, "metadata": {"from": "ad"},
        "address_id": "ann-home", "shipping_method_id": "post", "payment_method_id": "card",
        "currency": "EUR", "expected_total": "3.60",
    });
    let order = ann.keyed("buy").post("/buy-now", purchase).await.is(200, "confirmed");
    let item = &order["items"][0];
    assert_eq!(order["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&item["product_id"], &item["quantity"], &item["note"]),
        (&json!("pen"), &json!(3), &json!("blue ones"))
    );
    assert_eq!((&item["options"], &item["metadata"]), (&json!({"ink": "blue"}), &json!({"from": "ad"})));
    assert_eq!((&order["address_id"], &order["shipping_method_id"]), (&json!("ann-home"), &json!("post")));
    assert_eq!((&order["payment_method_id"], &order["total"]), (&json!("card"), &json!("3.60")));
    assert_eq!(ann.cart().await, before);
}

#[tokio::test]
async fn a_purchase_that_is_not_paid_leaves_nothing() {
    let shop = Shop::open_with(Script::Decline).await;
    let ann = shop.client("ann");
    let declined = ann.keyed("buy").post("/buy-now", json!({"product_id": "pen"})).await;
    declined.problem(402, "payment_failed");
    assert_eq!(ann.cart().await["id"], Value::Null);
    assert_eq!(shop.book.count(), 0);
}

#[tokio::test]
async fn a_purchase_is_refused_as_an_add_and_a_checkout_are() {
    let shop = Shop::open().await;
    let ann = shop.client("ann").keyed("buy");
    let table = [
        (json!({"product_id": "none"}), 422, "product_not_found"),
        (json!({"product_id": "out"}), 409, "product_unavailable"),
        (json!({"product_id": "lamp", "quantity": 4}), 409, "insufficient_stock"),
        (json!({"product_id": "pen", "quantity": 0}), 422, "below_minimum"),
        (json!({"product_id": "pen", "address_id": "bob-home"}), 422, "selection_misfit"),
        (json!({"product_id": "pen", "code": "NONE"}), 422, "coupon_not_found"),
        (json!({"product_id": "pen", "expected_total": "1.19"}), 409, "total_changed"),
        (json!({"product_id": "pen", "currency": "USD"}), 409, "product_unavailable"),
        (json!({}), 422, "missing_field"),
    ];
    for (body, status, code) in table {
        ann.post("/buy-now", body).await.problem(status, code);
    }
    let conditional = ann.with("if-match", "\"1\"").post("/buy-now", json!({"product_id": "pen"})).await;
    conditional.problem(412, "version_conflict");
    assert_eq!((shop.book.count(), shop.bank.captures()), (0, 0));
    ann.post("/buy-now", json!({"product_id": "pen"})).await.is(200, "confirmed");
}
