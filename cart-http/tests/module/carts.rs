//! The cart as a whole.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Shop, item_id};

#[tokio::test]
async fn the_first_look_makes_the_cart_and_the_second_finds_it() {
    let shop = Shop::open().await;
    let cart = shop.ann().get().await.cart();
    let id = cart["id"].clone();
    assert!(id.is_string());
    assert_eq!(
        cart,
        json!({
            "id": id,
            "version": 1,
            "userId": "ann",
            "status": "active",
            "currency": "EUR",
            "items": [],
            "itemCount": 0,
            "totalMrp": "0.00",
            "totalSp": "0.00",
            "appliedPromotionId": null,
            "appliedPromotionCode": null,
            "appliedDiscount": "0.00",
            "finalPayable": "0.00",
            "promotions": [],
            "gifts": [],
            "refreshed": false,
            "notices": [],
            "createdAt": "2026-01-01T00:00:00.123456Z",
            "updatedAt": "2026-01-01T00:00:00.123456Z",
            "expiresAt": "2026-01-31T00:00:00.123456Z",
        })
    );
    assert_eq!(shop.ann().get().await.cart(), cart);
    assert_ne!(shop.client("bob").get().await.cart()["id"], id);
}

#[tokio::test]
async fn an_expired_cart_is_replaced_by_an_empty_one_that_says_so_once() {
    let shop = Shop::open().await;
    let old = shop.ann().add("bowl", 1).await.cart();
    shop.clock.advance(TimeDelta::days(31));
    let new = shop.ann().get().await.cart();
    assert_ne!(new["id"], old["id"]);
    assert_eq!((&new["items"], &new["refreshed"]), (&json!([]), &json!(true)));
    assert_eq!(new["notices"], json!([{"code": "cart_replaced", "previousCartId": old["id"]}]));
    let again = shop.ann().get().await.cart();
    assert_eq!((&again["id"], &again["refreshed"]), (&new["id"], &json!(false)));
}

#[tokio::test]
async fn clearing_removes_the_items_and_the_coupon() {
    let shop = Shop::open().await;
    shop.ann().add("bowl", 1).await.cart();
    shop.ann().add("tone", 2).await.cart();
    let with_coupon = shop.ann().post("/coupons", json!({"code": "TEN"})).await.cart();
    assert_eq!(with_coupon["appliedPromotionCode"], "TEN");
    let cleared = shop.ann().delete("").await.cart();
    assert_eq!((&cleared["items"], &cleared["itemCount"]), (&json!([]), &json!(0)));
    for field in ["appliedPromotionId", "appliedPromotionCode"] {
        assert_eq!(cleared[field], Value::Null, "{field}");
    }
    assert_eq!((&cleared["appliedDiscount"], &cleared["finalPayable"]), (&json!("0.00"), &json!("0.00")));
    assert_eq!(cleared["id"], with_coupon["id"]);
    assert_eq!(shop.ann().add("bowl", 1).await.cart()["appliedPromotionCode"], Value::Null, "it stays off");
}

#[tokio::test]
async fn what_is_written_is_there_for_the_next_look() {
    let shop = Shop::open().await;
    let ann = shop.ann();
    ann.get().await.cart();
    let added = ann.add("bowl", 2).await.cart();
    assert_eq!(ann.get().await.cart(), added);
    let item = item_id(&added, 0);
    let changed = ann.patch(&format!("/items/{item}"), json!({"quantity": 3})).await.cart();
    assert_eq!(ann.get().await.cart(), changed);
    let removed = ann.delete(&format!("/items/{item}")).await.cart();
    assert_eq!(ann.get().await.cart(), removed);
    assert_eq!(removed["items"], json!([]));
}

#[tokio::test]
async fn prices_are_those_of_the_add_and_a_new_one_is_told() {
    let shop = Shop::open().await;
    shop.ann().add("bowl", 1).await.cart();
    shop.catalog.set_price("bowl", 9900);
    let cart = shop.ann().get().await.cart();
    let item = &cart["items"][0];
    assert_eq!((&item["unitMrp"], &item["unitSp"]), (&json!("25.00"), &json!("20.00")));
    assert_eq!(cart["finalPayable"], "20.00");
    let notice = json!({"code": "price_changed", "itemId": item["id"], "from": "20.00", "to": "99.00"});
    assert_eq!(cart["notices"], json!([notice]));
}
