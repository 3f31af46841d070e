//! The items of a cart.

use axum::http::Method;
use cart_core::policy::Orphans;
use serde_json::{Value, json};

use crate::support::{Carrier, item, text};

#[tokio::test]
async fn an_item_is_added_as_in_the_document() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart().await;
    let metadata = json!({"planType": "postpaid", "contractLength": 24, "imei": "490154203237518"});
    let body = json!({"productId": "plan", "quantity": 2, "metadata": metadata});
    let after = ann.post(&format!("{cart}/items"), body).await;
    assert_eq!(after.header("etag"), Some("\"2\""));
    let after = after.ok();
    let id = text(&after["items"][0]["id"]);
    assert!(id.starts_with("item_") && id.len() == 37, "{id}");
    assert_eq!(
        after,
        json!({
            "id": &cart[1..],
            "items": [{
                "id": id, "productId": "plan", "productName": "Unlimited 5G", "productType": "plan",
                "quantity": 2, "unitPrice": 85.00, "totalPrice": 170.00,
                "metadata": {"planType": "postpaid", "contractLength": 24},
            }],
            "subtotal": 170.00, "tax": 17.00, "total": 187.00,
            "createdAt": "2025-10-30T14:32:10Z", "expiresAt": "2025-10-30T15:02:10Z", "customerId": "ann",
        })
    );
    assert_eq!(ann.get(&cart).await.ok(), after);
}

#[tokio::test]
async fn devices_plans_and_addons_are_told_apart() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["phone", "plan", "roaming"]).await;
    let types = ann.get(&cart).await.ok()["items"].as_array().unwrap().clone();
    let types: Vec<&Value> = types.iter().map(|item| &item["productType"]).collect();
    assert_eq!(types, ["device", "plan", "addon"]);
}

#[tokio::test]
async fn the_same_again_is_more_of_it_and_other_terms_are_another_item() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let items = format!("{}/items", ann.cart().await);
    let plan = |metadata: Value| json!({"productId": "plan", "quantity": 1, "metadata": metadata});
    for (metadata, quantities) in [
        (json!({"planType": "prepaid"}), json!([1])),
        (json!({"planType": "prepaid"}), json!([2])),
        (json!({"planType": "postpaid"}), json!([2, 1])),
        (json!({"planType": "postpaid", "contractLength": 12}), json!([2, 1, 1])),
        (json!({"planType": "postpaid", "contractLength": 24}), json!([2, 1, 1, 1])),
        (json!({"planType": "postpaid", "contractLength": 24, "imei": "1"}), json!([2, 1, 1, 1, 1])),
        (json!({"planType": null}), json!([2, 1, 1, 1, 1, 1])),
        (json!({}), json!([2, 1, 1, 1, 1, 2])),
        (json!(null), json!([2, 1, 1, 1, 1, 3])),
    ] {
        let cart = ann.post(&items, plan(metadata)).await.ok();
        let all: Value =
            cart["items"].as_array().unwrap().iter().map(|item| item["quantity"].clone()).collect();
        assert_eq!(all, quantities);
    }
}

#[tokio::test]
async fn an_item_is_removed_with_what_needs_it() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan", "roaming", "phone"]).await;
    let before = ann.get(&cart).await.ok();
    let after = ann.delete(&item(&before, 0)).await.ok();
    assert_eq!(after["items"].as_array().unwrap().len(), 1);
    assert_eq!((&after["items"][0]["productId"], &after["subtotal"]), (&json!("phone"), &json!(999.99)));
    assert_eq!(ann.get(&cart).await.ok(), after);
    let (_, details) = ann.delete(&item(&before, 0)).await.error(404, "ITEM_NOT_FOUND");
    assert_eq!(details, json!({"itemId": before["items"][0]["id"]}));
}

#[tokio::test]
async fn a_shop_may_hold_a_removal_up() {
    let shop = Carrier::open_with(|policy| policy.orphans = Orphans::Refuse).await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan", "roaming"]).await;
    let before = ann.get(&cart).await.ok();
    let refused = ann.delete(&item(&before, 0)).await;
    let details = refused.problem(409, "INCOMPATIBLE_ITEMS", "has_dependants");
    assert_eq!(details["clashes"][0]["itemId"], before["items"][1]["id"]);
}

#[tokio::test]
async fn an_item_that_is_not_in_the_cart_is_not_found() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let (cart, other) = (ann.cart_with(&["plan"]).await, ann.cart_with(&["plan"]).await);
    let foreign = text(&ann.get(&other).await.ok()["items"][0]["id"]);
    for id in [&*foreign, "item_", "x", &foreign["item_".len()..], &foreign.replace("item_", "cart_")] {
        ann.delete(&format!("{cart}/items/{id}")).await.error(404, "ITEM_NOT_FOUND");
    }
    assert_eq!(ann.get(&cart).await.ok()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_does_not_go_together_is_a_conflict_that_names_the_items() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart().await;
    let (_, details) = ann.add(&cart, "roaming").await.error(409, "INCOMPATIBLE_ITEMS");
    let missing = json!({
        "itemId": null, "productId": "roaming", "rule": "requires", "anyOf": {"products": ["plan"]}, "others": [],
    });
    assert_eq!(details, json!({"clashes": [missing]}));
    let plan = ann.add(&cart, "plan").await.ok()["items"][0]["id"].clone();
    let (_, details) = ann.add(&cart, "pager").await.error(409, "INCOMPATIBLE_ITEMS");
    let excluded = json!({
        "itemId": null, "productId": "pager", "rule": "excludes", "others": [{"itemId": plan, "productId": "plan"}],
    });
    assert_eq!(details, json!({"clashes": [excluded]}));
    ann.add(&cart, "roaming").await.ok();
}

#[tokio::test]
async fn an_item_that_cannot_be_bought_any_more_adds_nothing() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["phone", "plan"]).await;
    shop.catalog.withdraw("phone");
    let shown = ann.get(&cart).await.ok();
    assert_eq!((&shown["items"][0]["totalPrice"], &shown["subtotal"]), (&json!(0.0), &json!(85.0)));
    shop.catalog.remove("phone");
    let shown = ann.get(&cart).await.ok();
    assert_eq!(
        (&shown["items"][0]["productName"], &shown["items"][0]["productType"]),
        (&Value::Null, &Value::Null)
    );
    ann.delete(&item(&shown, 0)).await.ok();
}

#[tokio::test]
async fn a_write_may_be_meant_for_one_version() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    let stale = ann.with("if-match", "\"1\"").add(&cart, "plan").await;
    assert_eq!(stale.header("etag"), Some("\"2\""));
    assert_eq!(stale.problem(412, "INVALID_REQUEST", "version_conflict")["currentVersion"], 2);
    ann.with("if-match", "\"2\"").add(&cart, "plan").await.ok();
    let new = ann.with("if-match", "*").send(Method::POST, "", None).await;
    new.problem(412, "INVALID_REQUEST", "version_conflict");
}
