//! Requests that nobody sends by accident.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::Shop;

#[tokio::test]
async fn nobody_sets_prices_totals_owners_or_states() {
    let shop = Shop::open().await;
    for field in [
        "unitMrp",
        "unitSp",
        "totalSp",
        "appliedDiscount",
        "finalPayable",
        "userId",
        "status",
        "version",
        "appliedPromotionCode",
        "product_id",
        "__proto__",
    ] {
        let mut body = json!({"productId": "bowl", "quantity": 1});
        body[field] = json!(1);
        let details = shop.ann().post("/items", body).await.error(422, "UNKNOWN_FIELD");
        assert_eq!(details["pointer"], format!("/{field}"));
    }
    assert_eq!(shop.ann().get().await.cart()["version"], 1, "nothing was written before");
}

#[tokio::test]
async fn a_body_means_one_thing_or_is_refused() {
    let shop = Shop::open().await;
    let ann = shop.ann().with("content-type", "application/json");
    for (body, status, code) in [
        ("", 400, "MALFORMED_JSON"),
        ("{", 400, "MALFORMED_JSON"),
        (r#"{"productId": "bowl", "productId": "tone"}"#, 400, "MALFORMED_JSON"),
        (r#"{"productId": "bowl"} {}"#, 400, "MALFORMED_JSON"),
        (r#"["bowl", 1]"#, 422, "INVALID_VALUE"),
        (r#"{"productId": 7}"#, 422, "INVALID_VALUE"),
        (r#"{"productId": "bowl", "quantity": 1.5}"#, 422, "INVALID_VALUE"),
        (r#"{"productId": "bowl", "quantity": -1}"#, 422, "INVALID_VALUE"),
        (r#"{"productId": "bowl", "quantity": "2"}"#, 422, "INVALID_VALUE"),
        (r#"{"productId": "bowl", "quantity": 4294967296}"#, 422, "INVALID_VALUE"),
        (r#"{"quantity": 1}"#, 422, "MISSING_FIELD"),
    ] {
        ann.send_text(Method::POST, "/items", body).await.error(status, code);
    }
    let large = format!(r#"{{"productId": "{}"}}"#, "x".repeat(70_000));
    ann.send_text(Method::POST, "/items", large).await.error(413, "BODY_TOO_LARGE");
    let text = shop.ann().with("content-type", "text/plain");
    text.send_text(Method::POST, "/items", "{}").await.error(415, "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(shop.ann().get().await.cart()["items"], json!([]));
}

#[tokio::test]
async fn paths_that_name_nothing_are_refused() {
    let shop = Shop::open().await;
    shop.ann().get().await.cart();
    for id in ["1", "..", "%2e%2e", "00000000-0000-0000-8000", "%00", "%ff", "' or 1=1"] {
        let path = format!("/items/{}", id.replace(' ', "%20"));
        shop.ann().delete(&path).await.error(400, "MALFORMED_URI");
    }
    let body = shop.ann().delete("/items").await;
    body.error(405, "METHOD_NOT_ALLOWED");
    let ann = shop.ann().with("content-type", "application/json");
    ann.send_text(Method::DELETE, "", r#"{"all": true}"#).await.error(422, "UNKNOWN_FIELD");
    ann.with("idempotency-key", "a b").send_text(Method::DELETE, "", "").await.error(400, "MALFORMED_HEADER");
}

#[tokio::test]
async fn what_hosts_and_shoppers_named_themselves_keeps_its_names() {
    let shop = Shop::open().await;
    let said = json!({"productId": "bowl", "metadata": {"snake_case": {"un_changed": 1}}});
    shop.ann().post("/items", said.clone()).await.cart();
    let details = shop.ann().with("if-match", "\"9\"").delete("").await.error(412, "VERSION_CONFLICT");
    let metadata: &Value = &details["cart"]["items"][0]["metadata"];
    assert_eq!(*metadata, said["metadata"]);
}
