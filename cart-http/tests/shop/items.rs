//! What a shopper does with items.

use axum::http::Method;
use cart_core::money::Currency;
use cart_core::policy::{OverAsking, Ttl};
use cart_core::product::{Product, Stock};
use cart_core::testing::samples::{prices, product};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Shop, item_id};

#[tokio::test]
async fn before_the_first_add_there_is_an_empty_cart_and_nothing_is_made() {
    let shop = Shop::open().await;
    for reply in [shop.ann().get().await, shop.ann().delete("").await] {
        assert_eq!(reply.header("etag"), None);
        let expected = json!({
            "id": null, "version": 0, "status": "active", "currency": "EUR", "name": null, "note": null,
            "items": [], "item_count": 0, "subtotal": "0.00", "discount": "0.00", "shipping_total": "0.00",
            "fees_total": "0.00", "tax": "0.00", "cash_rounding": "0.00", "total": "0.00",
            "shipping": null, "payment_fee": null, "fees": [], "taxes": [], "tax_included": false,
            "coupons": [], "promotions": [], "gifts": [], "refused_gifts": [],
            "address_id": null, "shipping_method_id": null, "payment_method_id": null,
            "settings": {"locale": null}, "notices": [],
            "created_at": null, "updated_at": null, "expires_at": null,
        });
        assert_eq!(reply.ok(), expected);
    }
    assert!(shop.publisher.published().is_empty());
}

#[tokio::test]
async fn the_first_add_makes_the_cart_with_prices_of_the_server() {
    let shop = Shop::open().await;
    let body = json!({
        "product_id": "mug", "quantity": 3, "options": {"size": "L"}, "note": "a gift", "metadata": {"wrap": 1},
    });
    let reply = shop.ann().post("/items", body).await;
    assert_eq!(reply.header("etag"), Some("\"1\""));
    let cart = reply.ok();
    let id = item_id(&cart, 0);
    let item = json!({
        "id": id, "product_id": "mug", "name": "A thing", "image": "/img/1.jpg", "kind": "product",
        "options": {"size": "L"}, "quantity": 3, "note": "a gift", "metadata": {"wrap": 1},
        "list_price": "15.00", "unit_price": "12.50", "unit_discount": "2.50",
        "subtotal": "45.00", "discount": "7.50", "total": "37.50", "tax": "0.00",
        "available": true, "unavailable_reason": null,
    });
    assert_eq!(cart["items"], json!([item]));
    assert_eq!((&cart["version"], &cart["item_count"]), (&json!(1), &json!(3)));
    assert_eq!(
        (&cart["subtotal"], &cart["discount"], &cart["total"]),
        (&json!("45.00"), &json!("7.50"), &json!("37.50"))
    );
    assert_eq!(cart["created_at"], "2026-01-01T00:00:00.123456Z");
    assert_eq!(cart["expires_at"], Value::Null);
    assert_eq!(shop.ann().get().await.ok(), cart, "it is there in the next session");
}

#[tokio::test]
async fn adding_again_raises_the_quantity_and_other_options_are_another_item() {
    let shop = Shop::open().await;
    let first = shop.ann().add("mug", 1).await;
    let again = shop.ann().post("/items", json!({"product_id": "mug"})).await.ok();
    assert_eq!((item_id(&again, 0), &again["items"][0]["quantity"]), (item_id(&first, 0), &json!(2)));
    let body = json!({"product_id": "mug", "options": {"size": "L"}});
    assert_eq!(shop.ann().post("/items", body).await.ok()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn quantity_and_note_are_changed_alone_or_together() {
    let shop = Shop::open().await;
    let path = format!("/items/{}", item_id(&shop.ann().add("mug", 1).await, 0));
    let table = [
        (json!({"quantity": 4}), 4, json!(null)),
        (json!({"note": "blue"}), 4, json!("blue")),
        (json!({"quantity": 2, "note": "red"}), 2, json!("red")),
        (json!({"quantity": 3, "note": null}), 3, json!(null)),
    ];
    for (version, (body, quantity, note)) in (2..).zip(table) {
        let cart = shop.ann().patch(&path, body).await.ok();
        assert_eq!((&cart["items"][0]["quantity"], &cart["items"][0]["note"]), (&json!(quantity), &note));
        assert_eq!((&cart["version"], cart.get("results")), (&json!(version), None), "one write each");
    }
}

#[tokio::test]
async fn quantity_and_note_change_both_or_neither() {
    let shop = Shop::open().await;
    let before = shop.ann().add("lamp", 1).await;
    let path = format!("/items/{}", item_id(&before, 0));
    let refused = shop.ann().patch(&path, json!({"quantity": 6, "note": "six"})).await;
    let problem = refused.problem(409, "insufficient_stock");
    assert_eq!((&problem["requested"], &problem["available"]), (&json!(6), &json!(5)));
    assert_eq!(shop.ann().get().await.ok(), before);
}

#[tokio::test]
async fn increase_and_decrease_take_one_or_as_many_as_said() {
    let shop = Shop::open().await;
    let id = item_id(&shop.ann().add("mug", 1).await, 0);
    let table = [
        ("increase", None, 2),
        ("increase", Some(json!({})), 3),
        ("increase", Some(json!({"by": 7})), 10),
        ("decrease", Some(json!({"by": 4})), 6),
        ("decrease", None, 5),
    ];
    for (verb, body, quantity) in table {
        let cart = shop.ann().send(Method::POST, &format!("/items/{id}/{verb}"), body).await.ok();
        assert_eq!(cart["items"][0]["quantity"], quantity, "{verb}");
    }
    let refused = shop.ann().post(&format!("/items/{id}/decrease"), json!({"by": 5})).await;
    assert_eq!(refused.problem(422, "below_minimum")["minimum"], 1);
}

#[tokio::test]
async fn a_removed_item_is_gone() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    let cart = shop.ann().add("pen", 1).await;
    let cart = shop.ann().delete(&format!("/items/{}", item_id(&cart, 0))).await.ok();
    assert_eq!(cart["items"].as_array().unwrap().len(), 1);
    assert_eq!((&cart["items"][0]["product_id"], &cart["total"]), (&json!("pen"), &json!("1.20")));
}

#[tokio::test]
async fn a_cleared_cart_stays_as_a_cart_and_clearing_it_again_changes_nothing() {
    let shop = Shop::open().await;
    let filled = shop.ann().add("mug", 1).await;
    shop.ann().put("/address", json!({"address_id": "ann-home"})).await.ok();
    let cleared = shop.ann().delete("").await.ok();
    assert_eq!((&cleared["id"], &cleared["items"]), (&filled["id"], &json!([])));
    assert_eq!((&cleared["address_id"], &cleared["version"]), (&Value::Null, &json!(3)));
    assert_eq!(shop.ann().delete("").await.ok(), cleared);
}

#[tokio::test]
async fn prices_and_stock_are_those_of_now() {
    let shop = Shop::open().await;
    let id = item_id(&shop.ann().add("mug", 2).await, 0);
    shop.catalog.set_price("mug", 999);
    shop.catalog.set_stock("mug", 1);
    let cart = shop.ann().get().await.ok();
    assert_eq!((&cart["total"], &cart["version"]), (&json!("19.98"), &json!(1)));
    let notices = json!([
        {"code": "price_changed", "item_id": id, "from": "12.50", "to": "9.99"},
        {"code": "stock_reduced", "item_id": id, "available": 1},
    ]);
    assert_eq!(cart["notices"], notices);
}

#[tokio::test]
async fn what_cannot_be_bought_any_more_stays_without_amounts_and_can_be_removed() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    let id = item_id(&shop.ann().add("pen", 2).await, 1);
    let pen = product("pen");
    let withdrawn = Product { withdrawn: true, ..on_sale() };
    let on_request = Product { stock: Stock::Call, ..on_sale() };
    let sold_out = Product { stock: Stock::OutOfStock, ..on_sale() };
    let foreign = Product { prices: prices(120, Currency::USD), ..on_sale() };
    let too_dear = Product { prices: prices(i64::MAX, Currency::EUR), ..on_sale() };
    for (reason, product) in [
        ("withdrawn", withdrawn),
        ("call", on_request),
        ("out_of_stock", sold_out),
        ("currency", foreign),
        ("amount_overflow", too_dear),
    ] {
        shop.catalog.put(pen.clone(), product);
        assert_is_left_out(&shop.ann().get().await.ok(), &id, reason);
    }
    shop.catalog.remove("pen");
    assert_is_left_out(&shop.ann().get().await.ok(), &id, "withdrawn");
    assert_eq!(shop.ann().delete(&format!("/items/{id}")).await.ok()["notices"], json!([]));
}

fn on_sale() -> Product {
    Product::new("pen", prices(120, Currency::EUR))
}

/// Checks that the second item is left out for this reason, and the first one counts.
#[track_caller]
fn assert_is_left_out(cart: &Value, id: &str, reason: &str) {
    let item = &cart["items"][1];
    assert_eq!((&item["available"], &item["unavailable_reason"]), (&json!(false), &json!(reason)));
    for amount in ["subtotal", "discount", "total", "tax"] {
        assert_eq!(item[amount], Value::Null, "{reason}");
    }
    assert_eq!((&cart["total"], &cart["notices"][0]["item_id"]), (&json!("12.50"), &json!(id)));
}

#[tokio::test]
async fn a_batch_does_all_its_edits_in_one_write() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("mug", 5).await;
    let (mug, version) = (item_id(&cart, 0), &cart["version"]);
    let edits = json!([
        {"op": "increase", "item_id": mug},
        {"op": "decrease", "item_id": mug, "by": 2},
        {"op": "set_note", "item_id": mug, "note": "blue"},
        {"op": "add", "product_id": "pen", "quantity": 2, "note": "fine"},
        {"op": "set_quantity", "item_id": mug, "quantity": 9},
    ]);
    let done = shop.ann().post("/items/batch", json!({"mode": "all_or_nothing", "edits": edits})).await.ok();
    assert_eq!(done["version"], version.as_u64().unwrap() + 1);
    assert_eq!((&done["items"][0]["quantity"], &done["items"][0]["note"]), (&json!(9), &json!("blue")));
    assert_eq!(done["items"][1]["product_id"], "pen");
    let pen = item_id(&done, 1);
    let results: Vec<_> =
        [&mug, &mug, &mug, &pen, &mug].iter().map(|id| json!({"outcome": "done", "item_id": id})).collect();
    assert_eq!(done["results"], json!(results));
    let removed = json!({"mode": "all_or_nothing", "edits": [{"op": "remove", "item_id": mug}]});
    assert_eq!(item_id(&shop.ann().post("/items/batch", removed).await.ok(), 0), pen);
}

#[tokio::test]
async fn one_refused_edit_refuses_all_or_only_itself() {
    let shop = Shop::open().await;
    let before = shop.ann().add("mug", 1).await;
    let edits = json!([
        {"op": "add", "product_id": "pen"},
        {"op": "add", "product_id": "lamp", "quantity": 6},
        {"op": "set_note", "item_id": item_id(&before, 0), "note": null},
    ]);
    let refused = shop.ann().post("/items/batch", json!({"mode": "all_or_nothing", "edits": edits})).await;
    let problem = refused.problem(409, "insufficient_stock");
    assert_eq!((&problem["edit_index"], &problem["available"]), (&json!(1), &json!(5)));
    assert_eq!(shop.ann().get().await.ok(), before);

    let done = shop.ann().post("/items/batch", json!({"mode": "per_line", "edits": edits})).await.ok();
    let outcomes: Vec<_> = (0..3).map(|n| done["results"][n]["outcome"].clone()).collect();
    assert_eq!(outcomes, ["done", "refused", "done"]);
    let problem = &done["results"][1]["problem"];
    assert_eq!((&problem["code"], &problem["status"]), (&json!("insufficient_stock"), &json!(409)));
    assert_eq!((&problem["requested"], &problem["available"]), (&json!(6), &json!(5)));
    assert_eq!(done["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn as_much_as_can_be_had_is_given_where_policy_clamps() {
    let shop = Shop::open_with(|policy| policy.over_asking = OverAsking::Clamp).await;
    let cart = shop.ann().add("lamp", 9).await;
    let notice =
        json!({"code": "quantity_clamped", "item_id": item_id(&cart, 0), "requested": 9, "given": 5});
    assert_eq!((&cart["items"][0]["quantity"], &cart["notices"][0]), (&json!(5), &notice));
}

#[tokio::test]
async fn an_expired_cart_is_replaced_with_a_notice() {
    let hour = Ttl::Fixed(TimeDelta::hours(1));
    let shop = Shop::open_with(|policy| policy.user_lifetime = hour).await;
    let old = shop.ann().add("mug", 1).await;
    assert_eq!(old["expires_at"], "2026-01-01T01:00:00.123456Z");
    shop.clock.advance(TimeDelta::hours(1));
    assert_eq!(shop.ann().get().await.ok()["id"], Value::Null);
    let fresh = shop.ann().add("pen", 1).await;
    assert_ne!(fresh["id"], old["id"]);
    assert_eq!(fresh["notices"], json!([{"code": "cart_replaced", "previous_cart_id": old["id"]}]));
}
