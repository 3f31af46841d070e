//! Coupons.

use serde_json::{Value, json};

use crate::support::{Shop, item_id};

#[tokio::test]
async fn a_coupon_takes_its_promotion_off_until_it_is_taken_off() {
    let shop = Shop::open().await;
    let before = shop.ann().add("bowl", 2).await.cart();
    let cart = shop.ann().post("/coupons", json!({"code": "ten"})).await.cart();
    for (name, expected) in [
        ("appliedPromotionId", "ten"),
        ("appliedPromotionCode", "TEN"),
        ("totalMrp", "50.00"),
        ("totalSp", "40.00"),
        ("appliedDiscount", "4.00"),
        ("finalPayable", "36.00"),
    ] {
        assert_eq!(cart[name], expected, "{name}");
    }
    assert_eq!(
        cart["promotions"],
        json!([{"id": "ten", "name": "Ten off", "code": "TEN", "discount": "4.00"}])
    );
    let mut after = shop.ann().delete("/coupons/TEN").await.cart();
    after["version"] = before["version"].clone();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_coupon_that_is_on_counts_with_every_write() {
    let shop = Shop::open().await;
    shop.ann().add("bowl", 1).await.cart();
    shop.ann().post("/coupons", json!({"code": "TEN"})).await.cart();
    let cart = shop.ann().add("thangka", 1).await.cart();
    assert_eq!((&cart["totalSp"], &cart["appliedDiscount"]), (&json!("120.00"), &json!("12.00")));
}

#[tokio::test]
async fn a_bad_coupon_is_refused_and_not_on_the_cart() {
    let shop = Shop::open().await;
    let before = shop.ann().add("bowl", 1).await.cart();
    for (code, details) in [
        ("NEVER-SEEN", json!({})),
        ("", json!({})),
        ("<script>", json!({})),
        ("BIG", json!({"reason": "below_subtotal", "minimum": "50.00", "subtotal": "20.00"})),
    ] {
        let reply = shop.ann().post("/coupons", json!({"code": code})).await;
        assert_eq!(reply.error(400, "PROMOTION_NOT_APPLICABLE"), details, "{code}");
    }
    assert_eq!(shop.ann().get().await.cart(), before);
}

#[tokio::test]
async fn a_coupon_that_no_longer_applies_goes_with_the_write_and_the_cart_says_so() {
    let shop = Shop::open().await;
    let item = item_id(&shop.ann().add("thangka", 1).await.cart(), 0);
    shop.ann().add("bowl", 1).await.cart();
    shop.ann().post("/coupons", json!({"code": "BIG"})).await.cart();
    let cart = shop.ann().delete(&format!("/items/{item}")).await.cart();
    assert_eq!((&cart["appliedPromotionCode"], &cart["finalPayable"]), (&Value::Null, &json!("20.00")));
    let notice = &cart["notices"][0];
    assert_eq!((&notice["code"], &notice["coupon"]), (&json!("coupon_removed"), &json!("BIG")));
    assert_eq!(notice["reason"], "below_subtotal");
}

#[tokio::test]
async fn a_cart_takes_one_coupon() {
    let shop = Shop::open().await;
    shop.ann().add("thangka", 1).await.cart();
    shop.ann().post("/coupons", json!({"code": "TEN"})).await.cart();
    let reply = shop.ann().post("/coupons", json!({"code": "BIG"})).await;
    assert_eq!(reply.error(422, "TOO_MANY_COUPONS"), json!({"maximum": 1}));
    assert_eq!(shop.ann().get().await.cart()["appliedPromotionCode"], "TEN");
}

#[tokio::test]
async fn a_promotion_that_needs_no_code_is_named_without_one() {
    let shop = Shop::open().await;
    shop.promote(json!({
        "id": "spring", "name": "Spring", "effect": {"on": "order", "reduction": {"percent": "0.50"}},
    }));
    let cart = shop.ann().add("bowl", 1).await.cart();
    assert_eq!(
        (&cart["appliedPromotionId"], &cart["appliedPromotionCode"]),
        (&json!("spring"), &Value::Null)
    );
    assert_eq!((&cart["totalSp"], &cart["finalPayable"]), (&json!("20.00"), &json!("10.00")));
}

#[tokio::test]
async fn what_a_promotion_gives_is_shown_and_in_no_sum() {
    let shop = Shop::open().await;
    shop.promote(json!({
        "id": "gift", "name": "A tone with it", "codes": ["GIFT"],
        "effect": {"on": "gift", "product": {"product": "tone"}, "quantity": 2},
    }));
    shop.ann().add("bowl", 1).await.cart();
    let cart = shop.ann().post("/coupons", json!({"code": "GIFT"})).await.cart();
    let gift =
        json!({"promotionId": "gift", "productId": "tone", "options": {}, "name": "Ringtone", "quantity": 2});
    assert_eq!(cart["gifts"], json!([gift]));
    assert_eq!((&cart["finalPayable"], &cart["itemCount"]), (&json!("20.00"), &json!(1)));
}
