//! Bodies and addresses that want to be something else.

use axum::http::Method;
use serde_json::json;

use crate::support::Carrier;

#[tokio::test]
async fn what_is_not_one_json_text_is_400() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart().await;
    let item = r#"{"productId":"plan","quantity":1}"#;
    for body in [
        String::new(),
        "{".into(),
        "{'productId': 1}".into(),
        format!("{item}{item}"),
        format!("\u{feff}{item}"),
        r#"{"productId":"plan","quantity":1,"quantity":2}"#.into(),
        r#"{"productId":"plan","quantity":1,"\u0071uantity":2}"#.into(),
        "[".repeat(30_000),
        "{\"metadata\":".repeat(5_000),
    ] {
        for (path, code) in [("items", "INVALID_ITEM"), ("checkout", "INVALID_REQUEST")] {
            let path = format!("{cart}/{path}");
            let refused = ann.send_json(Method::POST, &path, body.clone()).await;
            // Without any body there is none of a type that could be wrong.
            refused.error(400, code);
        }
    }
    ann.send_json(Method::POST, "", "{\"metadata\":\"\u{0}\"}").await.error(400, "INVALID_REQUEST");
    ann.send_json(Method::POST, "", &b"{\"customerId\":\"\xff\"}"[..]).await.error(400, "INVALID_REQUEST");
    assert_eq!(ann.get(&cart).await.ok()["items"], json!([]));
}

#[tokio::test]
async fn bodies_are_json_of_a_bounded_size() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart().await;
    let large = format!("{{{}}}", " ".repeat(64 * 1024));
    let refused = ann.send_json(Method::POST, &format!("{cart}/items"), large).await;
    assert_eq!(refused.problem(413, "INVALID_REQUEST", "body_too_large")["limitBytes"], 65_536);
    let xml =
        ann.with("content-type", "text/xml").send_raw(Method::POST, &format!("{cart}/items"), "<x/>").await;
    xml.problem(415, "INVALID_REQUEST", "unsupported_media_type");
    let untyped = ann.send_raw(Method::POST, "", "{}").await;
    untyped.problem(415, "INVALID_REQUEST", "unsupported_media_type");
}

#[tokio::test]
async fn an_array_is_no_object() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart().await;
    let items = format!("{cart}/items");
    ann.post(&items, json!(["plan", 1])).await.error(400, "INVALID_ITEM");
    let body = json!({"productId": "plan", "quantity": 1, "metadata": ["prepaid"]});
    ann.post(&items, body).await.error(400, "INVALID_ITEM");
    let body = json!({"productId": "plan", "quantity": 1, "metadata": {"planType": {"prepaid": null}}});
    ann.post(&items, body).await.error(400, "INVALID_ITEM");
    ann.order_with(&cart, json!({"shippingAddress": ["ann-home"]})).await.error(400, "INVALID_REQUEST");
}

#[tokio::test]
async fn writes_have_no_query() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    for path in ["?preview=true".to_owned(), format!("{cart}/checkout?preview=true")] {
        ann.post(&path, json!({})).await.problem(400, "INVALID_REQUEST", "malformed_uri");
    }
    assert_eq!(ann.get(&format!("{cart}?_=1")).await.status, 200);
}

#[tokio::test]
async fn a_removal_says_nothing_else() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    let item = crate::support::item(&ann.get(&cart).await.ok(), 0);
    let refused = ann.send(Method::DELETE, &item, Some(json!({"quantity": 1}))).await;
    assert_eq!(refused.error(400, "INVALID_REQUEST").1, json!({"field": "quantity", "value": 1}));
    ann.send(Method::DELETE, &item, Some(json!({}))).await.ok();
}

#[tokio::test]
async fn addresses_that_are_not_text_are_refused() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    ann.get("/%ff").await.problem(400, "INVALID_REQUEST", "malformed_uri");
    for id in ["%2e%2e", "..%2f..", "%00", &"x".repeat(5_000), "cart_%F0%9F%98%80"] {
        ann.get(&format!("/{id}")).await.error(400, "INVALID_CARD_ID");
    }
}
