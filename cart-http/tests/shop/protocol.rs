//! HTTP around the operations.

use axum::http::Method;
use serde_json::json;

use crate::support::{Reply, Shop, item_id};

const CART: &str = "/api/shop/cart";

/// Every operation as its method and path.
fn operations(item: &str) -> Vec<(Method, String)> {
    let item = format!("/items/{item}");
    let table = [
        (Method::GET, String::new()),
        (Method::DELETE, String::new()),
        (Method::POST, "/items".to_owned()),
        (Method::POST, "/items/batch".to_owned()),
        (Method::PATCH, item.clone()),
        (Method::DELETE, item.clone()),
        (Method::POST, format!("{item}/increase")),
        (Method::POST, format!("{item}/decrease")),
        (Method::PUT, "/address".to_owned()),
        (Method::DELETE, "/address".to_owned()),
        (Method::PUT, "/shipping-method".to_owned()),
        (Method::DELETE, "/shipping-method".to_owned()),
        (Method::PUT, "/payment-method".to_owned()),
        (Method::DELETE, "/payment-method".to_owned()),
        (Method::POST, "/coupons".to_owned()),
        (Method::DELETE, "/coupons/TEN".to_owned()),
        (Method::PUT, "/gifts/pens".to_owned()),
        (Method::DELETE, "/gifts/pens".to_owned()),
        (Method::PUT, "/currency".to_owned()),
        (Method::POST, "/prices/acknowledge".to_owned()),
        (Method::GET, "/explanation".to_owned()),
    ];
    table.into()
}

#[track_caller]
fn assert_private(reply: &Reply) {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("vary", "authorization"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{reply:?}");
    }
    assert!(reply.header("x-request-id").is_some());
    assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
}

#[tokio::test]
async fn nothing_is_done_for_somebody_unknown() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("mug", 1).await;
    for (method, path) in operations(&item_id(&cart, 0)) {
        // Not even that the body is wrong is told.
        let body = (method != Method::GET).then(|| json!({"unit_price": 1}));
        for (client, challenge) in
            [(shop.nobody(), "Bearer"), (shop.client("forged"), "Bearer error=\"invalid_token\"")]
        {
            let reply = client.send(method.clone(), &path, body.clone()).await;
            assert_private(&reply);
            assert_eq!(reply.header("www-authenticate"), Some(challenge));
            reply.problem(401, "unauthenticated");
        }
        for token in ["guest", "staff", "system"] {
            let reply = shop.client(token).send(method.clone(), &path, body.clone()).await;
            assert_eq!(reply.status, 403, "{token} {method} {path}");
        }
    }
    assert_eq!(shop.ann().get().await.ok(), cart);
}

#[tokio::test]
async fn credentials_that_cannot_be_checked_are_not_refused() {
    let shop = Shop::open().await;
    let reply = shop.client("down").get().await;
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert!(!reply.problem(503, "unavailable").to_string().contains("secret"));
}

#[tokio::test]
async fn every_answer_is_private() {
    let shop = Shop::open().await;
    let ann = shop.ann();
    let cart = ann.try_to_add("mug", 1).await;
    assert_private(&cart);
    assert_private(&ann.get().await);
    assert_private(&ann.with("if-match", "\"9\"").try_to_add("mug", 1).await);
    for (method, path) in operations(&item_id(&cart.ok(), 0)) {
        assert_private(&ann.send(method, &path, Some(json!({"unknown": 1}))).await);
    }
    for path in ["", "/nowhere", "/items/nothing"] {
        assert_private(&ann.send(Method::OPTIONS, path, None).await);
    }
}

#[tokio::test]
async fn other_paths_and_methods_are_refused_with_problems() {
    let shop = Shop::open().await;
    let id = item_id(&shop.ann().add("mug", 1).await, 0);
    for path in ["/", "/items/", "/nowhere", "/items/a/b/c", "/address/1", "/coupons/", "/gifts", "/prices"] {
        shop.ann().send(Method::GET, path, None).await.problem(404, "not_found");
    }
    let table = [
        (Method::POST, String::new(), "GET,HEAD,DELETE"),
        (Method::GET, "/items".to_owned(), "POST"),
        (Method::PUT, format!("/items/{id}"), "PATCH,DELETE"),
        (Method::GET, format!("/items/{id}/increase"), "POST"),
        (Method::PATCH, "/address".to_owned(), "PUT,DELETE"),
        (Method::GET, "/coupons".to_owned(), "POST"),
        (Method::PUT, "/coupons/TEN".to_owned(), "DELETE"),
        (Method::POST, "/gifts/pens".to_owned(), "PUT,DELETE"),
        (Method::POST, "/explanation".to_owned(), "GET,HEAD"),
    ];
    for (method, path, allowed) in table {
        let reply = shop.ann().send(method, &path, None).await;
        assert_eq!(reply.header("allow"), Some(allowed), "{path}");
        reply.problem(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn an_item_id_that_is_none_is_refused() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    for id in ["1", "mug", "%00", "%ff", "..%2f..", "01890a5d-ac96-774b-bcce-b302099a805", "'%20or%201=1"] {
        let reply = shop.ann().delete(&format!("/items/{id}")).await;
        reply.problem(400, "malformed_uri");
    }
}

#[tokio::test]
async fn a_body_must_be_one_of_json_and_not_too_large() {
    let shop = Shop::open().await;
    let items = format!("{CART}/items");
    let good = json!({"product_id": "mug"}).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"] {
        let client = shop.ann().with("content-type", kind);
        client.send_text(Method::POST, &items, good.clone()).await.problem(415, "unsupported_media_type");
    }
    shop.ann().send_text(Method::POST, &items, good.clone()).await.problem(415, "unsupported_media_type");
    let encoded = shop.ann().with("content-type", "application/json").with("content-encoding", "gzip");
    encoded.send_text(Method::POST, &items, good).await.problem(415, "unsupported_media_type");

    let json = shop.ann().with("content-type", "application/json");
    let large = json!({"product_id": "mug", "note": "x".repeat(64 * 1024)}).to_string();
    json.send_text(Method::POST, &items, large).await.problem(413, "body_too_large");
    for body in [
        "",
        "{",
        "{\"product_id\":\"mug\"}x",
        "{\"product_id\":\"mug\",\"product_id\":\"pen\"}",
        "\u{feff}{}",
    ] {
        json.send_text(Method::POST, &items, body).await.problem(400, "malformed_json");
    }
    json.send_text(Method::POST, &items, "{}").await.problem(422, "missing_field");
    for body in ["[]", "null", "\"mug\"", "7"] {
        json.send_text(Method::POST, &items, body).await.problem(422, "invalid_value");
    }
    assert_eq!(shop.ann().get().await.ok()["version"], 0);
}

#[tokio::test]
async fn a_body_that_may_be_left_out_is_still_json_if_it_is_there() {
    let shop = Shop::open().await;
    let path = format!("{CART}/items/{}", item_id(&shop.ann().add("mug", 1).await, 0));
    // What a form of another site sends.
    let form = shop.ann().with("content-type", "application/x-www-form-urlencoded");
    for body in ["", "by=5"] {
        let increase = form.send_text(Method::POST, &format!("{path}/increase"), body).await;
        increase.problem(415, "unsupported_media_type");
        form.send_text(Method::DELETE, &path, body).await.problem(415, "unsupported_media_type");
    }
    let json = shop.ann().with("content-type", "application/json");
    json.send_text(Method::POST, &format!("{path}/increase"), "").await.ok();
    assert_eq!(shop.ann().get().await.ok()["item_count"], 2);
}

#[tokio::test]
async fn fields_without_their_names_are_no_body() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("mug", 1).await;
    let item = format!("/items/{}", item_id(&cart, 0));
    let table = [
        (Method::POST, "/items".to_owned(), json!(["mug", 5])),
        (Method::PATCH, item.clone(), json!([7])),
        (Method::POST, format!("{item}/increase"), json!([])),
        (Method::POST, format!("{item}/decrease"), json!([1])),
        (Method::DELETE, item, json!([])),
        (Method::DELETE, String::new(), json!([])),
        (Method::PUT, "/address".to_owned(), json!(["ann-home"])),
        (Method::PUT, "/shipping-method".to_owned(), json!(["post"])),
        (Method::PUT, "/payment-method".to_owned(), json!(["card"])),
        (Method::DELETE, "/address".to_owned(), json!([])),
        (Method::POST, "/coupons".to_owned(), json!(["TEN"])),
        (Method::DELETE, "/coupons/TEN".to_owned(), json!([])),
        (Method::PUT, "/gifts/pens".to_owned(), json!([])),
        (Method::DELETE, "/gifts/pens".to_owned(), json!([])),
        (Method::PUT, "/currency".to_owned(), json!(["USD"])),
        (Method::POST, "/prices/acknowledge".to_owned(), json!([])),
    ];
    for (method, path, body) in table {
        let problem = shop.ann().send(method, &path, Some(body)).await.problem(422, "invalid_value");
        assert_eq!(problem["pointer"], "", "{path}");
    }
    assert_eq!(shop.ann().get().await.ok(), cart);
}

#[tokio::test]
async fn a_batch_says_what_it_lacks() {
    let shop = Shop::open().await;
    let item = "01890a5d-ac96-774b-bcce-b302099a8057";
    let table = [
        (json!({"edits": []}), "missing_field", "/mode"),
        (json!({"mode": "per_line"}), "missing_field", "/edits"),
        (json!({"mode": "some", "edits": []}), "invalid_value", "/mode"),
        (json!({"mode": "per_line", "edits": {}}), "invalid_value", "/edits"),
        (json!({"mode": "per_line", "edits": [{}]}), "missing_field", "/edits/0/op"),
        (json!({"mode": "per_line", "edits": [{"op": "buy"}]}), "invalid_value", "/edits/0/op"),
        (json!({"mode": "per_line", "edits": [{"op": "remove"}]}), "missing_field", "/edits/0/item_id"),
        (
            json!({"mode": "per_line", "edits": [{"op": "set_note", "item_id": item}]}),
            "missing_field",
            "/edits/0/note",
        ),
        (json!({"mode": {"per_line": null}, "edits": []}), "invalid_value", "/mode"),
        (json!({"mode": "per_line", "edits": [["add", "mug"]]}), "invalid_value", "/edits/0"),
        (json!({"mode": "per_line", "edits": [{"op": {"add": null}}]}), "invalid_value", "/edits/0/op"),
        (json!(["per_line", [["add", "mug"]]]), "invalid_value", ""),
    ];
    for (body, code, pointer) in table {
        let problem = shop.ann().post("/items/batch", body).await.problem(422, code);
        assert_eq!(problem["pointer"], pointer);
    }
}

#[tokio::test]
async fn the_request_id_of_the_client_is_in_the_problem() {
    let shop = Shop::open().await;
    let reply = shop.ann().with("x-request-id", "mine-1").try_to_add("none", 1).await;
    assert_eq!(reply.problem(422, "product_not_found")["request_id"], "mine-1");
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    let reply = shop.ann().send(Method::HEAD, "", None).await;
    assert_eq!((reply.status, reply.header("etag"), &reply.json), (200, Some("\"1\""), &json!(null)));
}
