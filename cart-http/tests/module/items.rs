//! Items.

use serde_json::json;

use crate::support::{Shop, item_id};

#[tokio::test]
async fn an_item_is_added_with_the_prices_of_now() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("bowl", 2).await.cart();
    let item = json!({
        "id": cart["items"][0]["id"],
        "productId": "bowl",
        "productType": "singing_bowl",
        "name": "Singing bowl",
        "image": "https://img.example/bowl.jpg",
        "options": {},
        "note": null,
        "metadata": {},
        "quantity": 2,
        "unitMrp": "25.00",
        "unitSp": "20.00",
        "totalMrp": "50.00",
        "totalSp": "40.00",
        "appliedDiscount": "0.00",
        "available": true,
        "unavailableReason": null,
        "addedAt": "2026-01-01T00:00:00.123456Z",
    });
    assert_eq!(cart["items"], json!([item]));
    assert_eq!((&cart["totalMrp"], &cart["totalSp"]), (&json!("50.00"), &json!("40.00")));
    assert_eq!((&cart["finalPayable"], &cart["itemCount"]), (&json!("40.00"), &json!(2)));
}

#[tokio::test]
async fn all_kinds_of_products_go_into_one_cart_and_none_costs_delivery() {
    let shop = Shop::open().await;
    let mut cart = json!(null);
    for product in ["thangka", "bowl", "statue", "jewellery", "tone"] {
        cart = shop.ann().add(product, 1).await.cart();
    }
    let kinds: Vec<_> = cart["items"].as_array().unwrap().iter().map(|item| &item["productType"]).collect();
    assert_eq!(kinds, ["thangka", "singing_bowl", "statue", "jewellery", "digital"]);
    assert_eq!(cart["finalPayable"], "321.20");
}

#[tokio::test]
async fn what_is_said_of_an_item_is_kept() {
    let shop = Shop::open().await;
    let said = json!({
        "productId": "bowl", "options": {"size": "L"}, "note": "for Bob", "metadata": {"gift_wrap": true},
    });
    let cart = shop.ann().post("/items", said.clone()).await.cart();
    let item = &cart["items"][0];
    for name in ["productId", "options", "note", "metadata"] {
        assert_eq!(item[name], said[name], "{name}");
    }
    assert_eq!(item["quantity"], 1, "one, if not said");
}

#[tokio::test]
async fn a_product_that_is_in_the_cart_is_refused_and_makes_no_second_item() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("bowl", 1).await.cart();
    let reply = shop.ann().add("bowl", 2).await;
    assert_eq!(reply.json["message"], "Already in cart");
    assert_eq!(reply.error(409, "CART_ITEM_DUPLICATE"), json!({"itemId": item_id(&cart, 0)}));
    assert_eq!(shop.ann().get().await.cart(), cart);
}

#[tokio::test]
async fn a_quantity_is_changed_and_the_price_of_the_add_stays() {
    let shop = Shop::open().await;
    let item = item_id(&shop.ann().add("bowl", 1).await.cart(), 0);
    shop.catalog.set_price("bowl", 100);
    let cart = shop.ann().patch(&format!("/items/{item}"), json!({"quantity": 5})).await.cart();
    assert_eq!((&cart["items"][0]["quantity"], &cart["totalSp"]), (&json!(5), &json!("100.00")));
}

#[tokio::test]
async fn one_item_is_removed_and_the_others_stay() {
    let shop = Shop::open().await;
    shop.ann().add("bowl", 1).await.cart();
    let both = shop.ann().add("tone", 3).await.cart();
    let cart = shop.ann().delete(&format!("/items/{}", item_id(&both, 0))).await.cart();
    assert_eq!(cart["items"], json!([both["items"][1]]));
    assert_eq!(cart["totalSp"], "3.60");
}

#[tokio::test]
async fn an_item_whose_product_is_gone_is_in_no_sum_and_says_why() {
    let shop = Shop::open().await;
    shop.ann().add("bowl", 1).await.cart();
    shop.ann().add("tone", 1).await.cart();
    shop.catalog.withdraw("bowl");
    let cart = shop.ann().get().await.cart();
    let item = &cart["items"][0];
    assert_eq!((&item["available"], &item["unavailableReason"]), (&json!(false), &json!("withdrawn")));
    for name in ["totalMrp", "totalSp", "appliedDiscount"] {
        assert_eq!(item[name], json!(null), "{name}");
    }
    assert_eq!((&item["unitSp"], &cart["finalPayable"]), (&json!("20.00"), &json!("1.20")));
    assert_eq!(cart["notices"], json!([{"code": "product_withdrawn", "itemId": item["id"]}]));
}
