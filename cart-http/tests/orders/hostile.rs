//! What a client must not get done.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Shop, id};

/// The requests with a body that each takes.
fn requests(checkout: &str) -> Vec<(String, Value)> {
    vec![
        ("/api/orders/checkout".into(), json!({"expected_total": "12.50"})),
        ("/api/orders/buy-now".into(), json!({"product_id": "pen"})),
        (format!("/api/orders/checkouts/{checkout}/cancel"), json!({})),
        (format!("/api/orders/checkouts/{checkout}/extend"), json!({})),
    ]
}

/// The fields that a request knows.
fn known(path: &str) -> &'static [&'static str] {
    const PURCHASE: [&str; 11] = [
        "product_id",
        "quantity",
        "options",
        "note",
        "metadata",
        "address_id",
        "shipping_method_id",
        "payment_method_id",
        "currency",
        "expected_total",
        "code",
    ];
    match path.rsplit('/').next() {
        Some("checkout") => &["cart_id", "item_ids", "expected_total", "currency", "code"],
        Some("buy-now") => &PURCHASE,
        _ => &[],
    }
}

#[tokio::test]
async fn no_request_takes_a_field_that_it_does_not_know() {
    let shop = Shop::with_redirects().await;
    let ann = shop.ann_with_mug().await.keyed("k");
    let answer = shop.client("bob");
    answer.add("mug", 1).await;
    let answer = answer.order().await.is(202, "payment_pending");
    let more = [
        "total",
        "price",
        "unit_price",
        "lines",
        "handoff",
        "owner",
        "deadline",
        "status",
        "amount",
        "Code",
        "__proto__",
        "customerId",
    ];
    let mut fields: Vec<String> = answer.as_object().unwrap().keys().cloned().collect();
    fields.extend(more.map(str::to_owned));
    let mut refused = 0;
    for (path, body) in requests(&id(&answer)) {
        for field in fields.iter().filter(|field| !known(&path).contains(&field.as_str())) {
            let mut body = body.clone();
            body[field] = json!("0.01");
            let problem = ann.send(Method::POST, &path, Some(body)).await.problem(422, "unknown_field");
            assert_eq!(problem["pointer"], format!("/{field}"), "{path}");
            refused += 1;
        }
    }
    assert!(refused > 100);
    assert_eq!((ann.cart().await["status"].clone(), shop.book.count()), (json!("active"), 1));
}

#[tokio::test]
async fn values_of_the_wrong_kind_are_refused_where_they_are() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await.keyed("k");
    let table = [
        (
            "expected_total",
            vec![
                json!(12.5),
                json!(""),
                json!("12,50"),
                json!("12.505"),
                json!("1e1"),
                json!("012.50"),
                json!("+12.50"),
                json!("99999999999999999999"),
                json!({}),
                json!([]),
            ],
        ),
        ("item_ids", vec![json!("x"), json!({}), json!(7)]),
        ("cart_id", vec![json!("x"), json!(7), json!([])]),
        ("code", vec![json!(""), json!(7), json!("x".repeat(500))]),
    ];
    for (field, values) in table {
        for value in values {
            let refused = ann.post("/checkout", json!({field: value})).await;
            assert_eq!(refused.problem(422, "invalid_value")["pointer"], format!("/{field}"), "{value}");
        }
    }
    let unknown = ann.post("/checkout", json!({"item_ids": ["x"]})).await.problem(422, "invalid_value");
    assert_eq!(unknown["pointer"], "/item_ids/0");
    let lone = ann.post("/checkout", json!({"currency": "USD"})).await.problem(422, "missing_field");
    assert_eq!(lone["pointer"], "/expected_total");
    let no_currency = json!({"expected_total": "12.50", "currency": "XXY"});
    ann.post("/checkout", no_currency).await.problem(422, "invalid_value");
    assert_eq!(ann.cart().await["status"], "active");
}

#[tokio::test]
async fn items_that_are_not_in_the_cart_are_not_ordered() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    let bob = shop.client("bob");
    let theirs = bob.add("pen", 1).await["items"][0]["id"].clone();
    let mine = ann.cart().await["items"][0]["id"].clone();
    for items in [json!([theirs]), json!([mine, theirs])] {
        let refused = ann.checkout("k", json!({"item_ids": items})).await.problem(404, "line_not_found");
        assert_eq!(refused["item_id"], theirs);
    }
    let none = ann.checkout("k", json!({"item_ids": []})).await;
    assert!(matches!(none.status, 409 | 422), "{}", none.json);
    let twice = ann.checkout("k", json!({"item_ids": [mine, mine]})).await.is(200, "confirmed");
    assert_eq!((&twice["item_count"], &twice["total"]), (&json!(1), &json!("12.50")));
}

#[tokio::test]
async fn bodies_are_json_and_read_one_way() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await.keyed("k");
    let json = ann.with("content-type", "application/json");
    let path = "/api/orders/checkout";
    for body in
        ["{", "{}{}", r#"{"code": "A", "code": "B"}"#, &format!("{}1{}", "[".repeat(64), "]".repeat(64))]
    {
        json.send_text(Method::POST, path, body).await.problem(400, "malformed_json");
    }
    for body in ["[]", "null", "1", r#"["x"]"#] {
        json.send_text(Method::POST, path, body).await.problem(422, "invalid_value");
    }
    let form = ann.with("content-type", "application/x-www-form-urlencoded");
    for client in [&form, &ann] {
        client.send_text(Method::POST, path, "{}").await.problem(415, "unsupported_media_type");
    }
    form.send_text(Method::POST, path, "").await.problem(415, "unsupported_media_type");
    let large = format!(r#"{{"code": "{}"}}"#, "x".repeat(64 * 1024));
    json.send_text(Method::POST, path, large).await.problem(413, "body_too_large");
    for query in ["?preveiw=true", "?preview=1", "?preview=true&preview=true"] {
        ann.post(&format!("/checkout{query}"), json!({})).await.problem(400, "malformed_uri");
    }
    assert_eq!(shop.book.count(), 0);
}
