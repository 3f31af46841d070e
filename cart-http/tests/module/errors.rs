//! Every row of the document's table of errors, and what it has no row for.

use axum::http::Method;
use cart_core::testing::{Fault, StoreCall};
use serde_json::{Value, json};

use crate::support::{Shop, item_id};

#[tokio::test]
async fn a_product_that_is_not_sold_is_not_found() {
    let shop = Shop::open().await;
    for (product, details) in [
        ("unknown", json!({"productId": "unknown"})),
        ("old", json!({"productId": "old"})),
        ("", json!({})),
        (&*"x".repeat(129), json!({})),
    ] {
        let reply = shop.ann().add(product, 1).await;
        assert_eq!(reply.json["message"], "Product not found");
        assert_eq!(reply.error(400, "CART_PRODUCT_NOT_FOUND"), details);
    }
}

#[tokio::test]
async fn without_a_cart_there_is_nothing_to_write_to_and_a_look_makes_one() {
    let shop = Shop::open().await;
    let item = "00000000-0000-0000-8000-000000000001";
    shop.ann().delete("").await.error(404, "CART_NOT_FOUND");
    shop.ann().delete(&format!("/items/{item}")).await.error(404, "CART_NOT_FOUND");
    shop.ann().delete("/coupons/TEN").await.error(404, "CART_NOT_FOUND");
    assert_eq!(shop.ann().get().await.cart()["items"], json!([]));
    shop.ann().delete("").await.cart();
}

#[tokio::test]
async fn an_item_of_somebody_else_is_denied_like_one_that_never_was() {
    let shop = Shop::open().await;
    let own = item_id(&shop.ann().add("bowl", 1).await.cart(), 0);
    let bobs = shop.client("bob").add("bowl", 1).await.cart();
    let never = "00000000-0000-4711-8000-000000000000".to_owned();
    for item in [item_id(&bobs, 0), never] {
        let path = format!("/items/{item}");
        let denied = shop.ann().delete(&path).await.error(403, "CART_ITEM_ACCESS_DENIED");
        assert_eq!(denied, json!({"itemId": item}));
        let change = shop.ann().patch(&path, json!({"quantity": 2})).await;
        assert_eq!(change.error(403, "CART_ITEM_ACCESS_DENIED"), denied);
    }
    assert_eq!(shop.client("bob").get().await.cart(), bobs);
    shop.ann().delete(&format!("/items/{own}")).await.cart();
}

#[tokio::test]
async fn what_the_document_has_no_row_for_is_of_the_catalogue() {
    let shop = Shop::open().await;
    shop.ann().add("bowl", 1).await.cart();
    let out = shop.ann().add("out", 1).await.error(409, "PRODUCT_UNAVAILABLE");
    assert_eq!(out, json!({"productId": "out", "reason": "out_of_stock"}));
    let none = shop.ann().add("tone", 0).await.error(422, "BELOW_MINIMUM");
    assert_eq!(none, json!({"minimum": 1, "pointer": "/quantity"}));
    let put = shop.ann().send(Method::PUT, "", Some(json!({}))).await;
    assert_eq!(put.error(405, "METHOD_NOT_ALLOWED"), json!({}));
}

#[tokio::test]
async fn what_fails_below_is_told_without_its_cause() {
    let shop = Shop::open().await;
    shop.ann().get().await.cart();
    for (fault, status, code) in
        [(Fault::Unavailable, 503, "UNAVAILABLE"), (Fault::Full, 507, "STORAGE_FULL")]
    {
        shop.store.fail_next(StoreCall::Commit, 1, fault);
        let reply = shop.ann().add("bowl", 1).await;
        assert_eq!(reply.error(status, code), json!({}));
    }
    assert_eq!(shop.ann().get().await.cart()["items"], Value::Array(vec![]));
}
