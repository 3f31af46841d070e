//! What a client must not get done.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Shop, item_id};

/// The writes of this surface, with a body that each takes, for a cart with this item.
fn writes(item: &str) -> Vec<(Method, String, Value)> {
    let path = format!("/items/{item}");
    vec![
        (Method::POST, "/items".into(), json!({"product_id": "mug"})),
        (Method::PATCH, path.clone(), json!({"quantity": 3})),
        (Method::POST, format!("{path}/increase"), json!({"by": 2})),
        (Method::POST, format!("{path}/decrease"), json!({"by": 1})),
        (
            Method::POST,
            "/items/batch".into(),
            json!({"mode": "per_line", "edits": [{"op": "add", "product_id": "pen"}]}),
        ),
        (Method::PUT, "/address".into(), json!({"address_id": "ann-home"})),
        (Method::PUT, "/shipping-method".into(), json!({"shipping_method_id": "post"})),
        (Method::PUT, "/payment-method".into(), json!({"payment_method_id": "card"})),
        (Method::DELETE, "/address".into(), json!({})),
        (Method::DELETE, "/shipping-method".into(), json!({})),
        (Method::DELETE, "/payment-method".into(), json!({})),
        (Method::POST, "/coupons".into(), json!({"code": "TEN"})),
        (Method::DELETE, "/coupons/TEN".into(), json!({})),
        (Method::DELETE, "/gifts/pens".into(), json!({})),
        (Method::PUT, "/gifts/pens".into(), json!({})),
        (Method::PUT, "/currency".into(), json!({"currency": "USD"})),
        (Method::POST, "/prices/acknowledge".into(), json!({})),
        (Method::DELETE, path, json!({})),
        (Method::DELETE, String::new(), json!({})),
    ]
}

/// Every field of answers, and others by which a client might want to set what is not its own.
fn tempting(cart: &Value) -> Vec<String> {
    let mut fields: Vec<String> = cart.as_object().unwrap().keys().cloned().collect();
    fields.extend(cart["items"][0].as_object().unwrap().keys().cloned());
    let more = [
        "owner",
        "user_id",
        "price",
        "unitSp",
        "discounts",
        "code",
        "reason",
        "value",
        "rate",
        "lines",
        "line",
        "channel",
        "expires",
        "__proto__",
        "Quantity",
    ];
    fields.extend(more.map(str::to_owned));
    fields.sort_unstable();
    fields.dedup();
    fields
}

#[tokio::test]
async fn no_write_takes_a_field_that_it_does_not_know() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("mug", 5).await;
    let (item, fields) = (item_id(&cart, 0), tempting(&cart));
    assert!(fields.len() > 40);
    let mut refused = 0;
    for (method, path, body) in writes(&item) {
        let known = known_fields(&method, &path);
        for field in fields.iter().filter(|field| !known.contains(&field.as_str())) {
            let mut body = body.clone();
            body[field] = json!("0.01");
            let reply = shop.ann().send(method.clone(), &path, Some(body)).await;
            let problem = reply.problem(422, "unknown_field");
            assert_eq!(problem["pointer"], format!("/{field}"), "{method} {path}");
            refused += 1;
        }
    }
    assert!(refused > 500);
    assert_eq!(shop.ann().get().await.ok(), cart);
}

fn known_fields(method: &Method, path: &str) -> &'static [&'static str] {
    match (method, path) {
        (&Method::POST, "/items") => &["product_id", "quantity", "options", "note", "metadata"],
        (&Method::PUT, "/address") => &["address_id"],
        (&Method::PUT, "/shipping-method") => &["shipping_method_id"],
        (&Method::PUT, "/payment-method") => &["payment_method_id"],
        (&Method::POST, "/coupons") => &["code"],
        (&Method::PUT, "/currency") => &["currency"],
        (&Method::PATCH, _) => &["quantity", "note"],
        _ => &[],
    }
}

#[tokio::test]
async fn no_edit_of_a_batch_takes_a_field_that_it_does_not_know() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("mug", 5).await;
    let item = item_id(&cart, 0);
    let edits = [
        json!({"op": "add", "product_id": "pen"}),
        json!({"op": "set_quantity", "item_id": item, "quantity": 1}),
        json!({"op": "increase", "item_id": item}),
        json!({"op": "decrease", "item_id": item}),
        json!({"op": "set_note", "item_id": item, "note": "x"}),
        json!({"op": "remove", "item_id": item}),
    ];
    for edit in edits {
        for field in ["unit_price", "list_price", "total", "version", "owner", "price"] {
            let mut edit = edit.clone();
            edit[field] = json!("0.01");
            let body = json!({"mode": "per_line", "edits": [{"op": "increase", "item_id": item}, edit]});
            let problem = shop.ann().post("/items/batch", body).await.problem(422, "unknown_field");
            assert_eq!(problem["pointer"], format!("/edits/1/{field}"));
        }
    }
    assert_eq!(shop.ann().get().await.ok(), cart);
}

#[tokio::test]
async fn a_quantity_is_a_whole_number_within_the_rule() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("mug", 5).await;
    let path = format!("/items/{}", item_id(&cart, 0));
    let table = [
        ("0", "below_minimum", 1),
        ("1000001", "above_maximum", 1_000_000),
        ("4294967295", "above_maximum", 1_000_000),
        ("-1", "invalid_value", 0),
        ("-0", "invalid_value", 0),
        ("4294967296", "invalid_value", 0),
        ("9223372036854775807", "invalid_value", 0),
        ("9223372036854775808", "invalid_value", 0),
        ("18446744073709551616", "invalid_value", 0),
        ("1e3", "invalid_value", 0),
        ("1E0", "invalid_value", 0),
        ("2.0", "invalid_value", 0),
        ("2.5", "invalid_value", 0),
        ("1e400", "malformed_json", 0),
        ("\"2\"", "invalid_value", 0),
        ("\"\"", "invalid_value", 0),
        ("null", "invalid_value", 0),
        ("true", "invalid_value", 0),
        ("[2]", "invalid_value", 0),
        ("{}", "invalid_value", 0),
        ("NaN", "malformed_json", 0),
        ("Infinity", "malformed_json", 0),
        ("02", "malformed_json", 0),
        ("+2", "malformed_json", 0),
        ("0x2", "malformed_json", 0),
        ("\u{0662}", "malformed_json", 0),
    ];
    let json = shop.ann().with("content-type", "application/json");
    for (quantity, code, bound) in table {
        let bodies = [
            (
                Method::POST,
                "/items".to_owned(),
                "quantity",
                format!("{{\"product_id\":\"mug\",\"quantity\":{quantity}}}"),
            ),
            (Method::PATCH, path.clone(), "quantity", format!("{{\"quantity\":{quantity}}}")),
            (Method::POST, format!("{path}/increase"), "by", format!("{{\"by\":{quantity}}}")),
            (Method::POST, format!("{path}/decrease"), "by", format!("{{\"by\":{quantity}}}")),
        ];
        for (method, path, field, body) in bodies {
            let reply = json.send_text(method, &format!("/api/shop/cart{path}"), body).await;
            let status = if code == "malformed_json" { 400 } else { 422 };
            let problem = reply.problem(status, code);
            if status == 422 {
                assert_eq!(problem["pointer"], format!("/{field}"), "{quantity}");
            }
            if bound > 0 {
                assert_eq!(problem.get("minimum").or(problem.get("maximum")), Some(&json!(bound)));
            }
        }
    }
    assert_eq!(shop.ann().get().await.ok(), cart);
    assert_eq!(shop.ann().patch(&path, json!({"quantity": 1_000_000})).await.ok()["item_count"], 1_000_000);
    let more = shop.ann().send(Method::POST, &format!("{path}/increase"), None).await;
    assert_eq!(more.problem(422, "above_maximum")["maximum"], 1_000_000);
}

#[tokio::test]
async fn a_quantity_out_of_the_rule_in_a_batch_is_pointed_at() {
    let shop = Shop::open().await;
    let edits =
        json!([{"op": "add", "product_id": "mug"}, {"op": "add", "product_id": "pen", "quantity": 0}]);
    let refused = shop.ann().post("/items/batch", json!({"mode": "per_line", "edits": edits})).await;
    assert_eq!(refused.problem(422, "below_minimum")["pointer"], "/edits/1/quantity");
    assert_eq!(shop.ann().get().await.ok()["id"], Value::Null);
}

#[tokio::test]
async fn texts_and_data_are_bounded() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("mug", 1).await;
    let path = format!("/items/{}", item_id(&cart, 0));
    let fits = "\u{1f6d2}".repeat(500);
    assert_eq!(shop.ann().patch(&path, json!({"note": fits})).await.ok()["items"][0]["note"], fits);
    for note in [
        json!("x".repeat(501)),
        json!(format!("{fits}x")),
        json!(""),
        json!("a\u{0}b"),
        json!("a\r\nb"),
        json!("a\u{202e}b"),
        json!(7),
        json!(["x"]),
    ] {
        let problem = shop.ann().patch(&path, json!({"note": note})).await.problem(422, "invalid_value");
        assert_eq!(problem["pointer"], "/note");
    }
    let deep = (0..9).fold(json!(1), |inner, _| json!({"a": inner}));
    let table = [
        ("metadata", json!({"a": 1.5})),
        ("metadata", json!({"a": "x".repeat(5000)})),
        ("metadata", deep),
        ("metadata", json!([1])),
        ("options", json!({"size": ""})),
        ("options", json!({"size": 7})),
        ("options", json!({"size": "x".repeat(129)})),
        ("product_id", json!("")),
        ("product_id", json!("a\nb")),
        ("product_id", json!("x".repeat(129))),
        ("product_id", json!(null)),
    ];
    for (field, value) in table {
        let mut body = json!({"product_id": "mug"});
        body[field] = value;
        let problem = shop.ann().post("/items", body).await.problem(422, "invalid_value");
        assert!(problem["pointer"].as_str().unwrap().starts_with(&format!("/{field}")), "{problem}");
    }
    assert_eq!(shop.ann().get().await.ok()["version"], 2);
}

#[tokio::test]
async fn nobody_reaches_the_items_of_another() {
    let shop = Shop::open().await;
    let (anns, bobs) = (shop.ann().add("mug", 5).await, shop.bob().add("lamp", 5).await);
    let (item, own) = (item_id(&bobs, 0), item_id(&anns, 0));
    let path = format!("/items/{item}");
    let attempts = [
        (Method::PATCH, path.clone(), Some(json!({"quantity": 1}))),
        (Method::PATCH, path.clone(), Some(json!({"quantity": 1, "note": "mine"}))),
        (Method::POST, format!("{path}/increase"), None),
        (Method::POST, format!("{path}/decrease"), None),
        (Method::DELETE, path, None),
        (
            Method::POST,
            "/items/batch".into(),
            Some(json!({"mode": "all_or_nothing", "edits": [
                {"op": "increase", "item_id": own},
                {"op": "remove", "item_id": item},
            ]})),
        ),
    ];
    for (method, path, body) in attempts {
        let theirs =
            shop.ann().send(method.clone(), &path, body.clone()).await.problem(404, "line_not_found");
        let nobodys = "01890a5d-ac96-774b-bcce-b302099a8057";
        let unknown = |text: &str| text.replace(&item, nobodys);
        let body = body.map(|body| serde_json::from_str(&unknown(&body.to_string())).unwrap());
        let none = shop.ann().send(method, &unknown(&path), body).await.problem(404, "line_not_found");
        let mut same = theirs.clone();
        (same["item_id"], same["request_id"]) = (none["item_id"].clone(), none["request_id"].clone());
        assert_eq!(same, none, "it tells nobody that the item exists");
    }
    assert_eq!((shop.ann().get().await.ok(), shop.bob().get().await.ok()), (anns, bobs));
}

#[tokio::test]
async fn nobody_delivers_to_the_address_of_another() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("mug", 1).await;
    let refusal = async |id: &str| {
        let mut problem =
            shop.ann().put("/address", json!({"address_id": id})).await.problem(422, "selection_misfit");
        problem["request_id"] = Value::Null;
        problem
    };
    assert_eq!(refusal("bob-home").await, refusal("nowhere").await);
    assert_eq!(shop.ann().get().await.ok(), cart);
}
