//! The currency of the cart, and prices that have changed.

use axum::http::Method;
use cart_core::money::Currency;
use cart_core::product::Product;
use cart_core::testing::samples::{prices, product};
use serde_json::{Value, json};

use crate::support::{Shop, item_id};

async fn acknowledge(shop: &Shop) -> Value {
    shop.ann().send(Method::POST, "/prices/acknowledge", None).await.ok()
}

#[tokio::test]
async fn a_changed_price_is_told_until_the_shopper_takes_note() {
    let shop = Shop::open().await;
    let id = item_id(&shop.ann().add("mug", 1).await, 0);
    let changed =
        |from: &str, to: &str| json!([{"code": "price_changed", "item_id": id, "from": from, "to": to}]);
    shop.catalog.set_price("mug", 999);
    for _ in 0..2 {
        assert_eq!(shop.ann().get().await.ok()["notices"], changed("12.50", "9.99"));
    }
    let noted = acknowledge(&shop).await;
    assert_eq!((&noted["notices"], &noted["version"]), (&json!([]), &json!(2)));
    assert_eq!(noted["total"], "9.99");
    assert_eq!(acknowledge(&shop).await, noted, "there is nothing more to note");
    shop.catalog.set_price("mug", 1100);
    assert_eq!(shop.ann().get().await.ok()["notices"], changed("9.99", "11.00"));
}

#[tokio::test]
async fn without_a_cart_there_are_no_prices_to_note_and_no_currency_to_change() {
    let shop = Shop::open().await;
    shop.ann().send(Method::POST, "/prices/acknowledge", None).await.problem(404, "cart_not_found");
    shop.ann().put("/currency", json!({"currency": "USD"})).await.problem(404, "cart_not_found");
    assert_eq!(shop.ann().get().await.ok()["id"], Value::Null);
}

#[tokio::test]
async fn another_currency_prices_every_item_anew() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 2).await;
    for (code, minor, unit, total) in
        [("USD", 1399, "13.99", "27.98"), ("JPY", 2100, "2100", "4200"), ("KWD", 4250, "4.250", "8.500")]
    {
        let currency = Currency::from_code(code).unwrap();
        shop.catalog.put(product("mug"), Product::new("mug", prices(minor, currency)));
        let cart = shop.ann().put("/currency", json!({"currency": code})).await.ok();
        assert_eq!((&cart["currency"], &cart["total"]), (&json!(code), &json!(total)));
        assert_eq!((&cart["items"][0]["unit_price"], &cart["notices"]), (&json!(unit), &json!([])));
        assert_eq!(
            shop.ann().put("/currency", json!({"currency": code})).await.ok(),
            cart,
            "it is in it already"
        );
    }
}

#[tokio::test]
async fn a_currency_without_all_prices_is_refused_with_the_items() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    let before = shop.ann().add("pen", 1).await;
    shop.catalog.put(product("pen"), Product::new("pen", prices(130, Currency::USD)));
    let problem =
        shop.ann().put("/currency", json!({"currency": "USD"})).await.problem(409, "no_price_in_currency");
    assert_eq!((&problem["currency"], &problem["item_ids"]), (&json!("USD"), &json!([item_id(&before, 0)])));
    let cart = shop.ann().get().await.ok();
    assert_eq!((&cart["currency"], &cart["version"]), (&json!("EUR"), &before["version"]));
}

#[tokio::test]
async fn what_is_no_currency_is_refused() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("mug", 1).await;
    for currency in [
        json!("eur"),
        json!("EURO"),
        json!("EU"),
        json!(""),
        json!("XXX"),
        json!("XAU"),
        json!("E\0R"),
        json!("ＥＵＲ"),
        json!(978),
        json!(null),
        json!(["EUR"]),
        json!({"EUR": null}),
    ] {
        let refused = shop.ann().put("/currency", json!({"currency": currency})).await;
        let problem = refused.problem(422, "invalid_value");
        assert!(problem["pointer"].as_str().unwrap().starts_with("/currency"), "{problem}");
    }
    assert_eq!(shop.ann().get().await.ok(), cart);
}
