//! What promotions give.

use serde_json::{Value, json};

use crate::support::{Shop, item_id};

/// A shop that gives a pen with everything.
async fn generous() -> Shop {
    let shop = Shop::open().await;
    shop.promote(json!({
        "id": "spring", "name": "Spring pen",
        "effect": {"on": "gift", "product": {"product": "pen"}, "quantity": 2},
    }));
    shop
}

#[tokio::test]
async fn a_gift_is_shown_beside_the_items_and_costs_nothing() {
    let shop = generous().await;
    let cart = shop.ann().add("mug", 1).await;
    let gift = json!({
        "promotion_id": "spring", "product_id": "pen", "options": {}, "name": "pen", "quantity": 2, "value": "2.40",
    });
    assert_eq!(cart["gifts"], json!([gift]));
    let promotion = json!({"id": "spring", "name": "Spring pen", "code": null, "discount": "0.00"});
    assert_eq!(cart["promotions"], json!([promotion]));
    assert_eq!((&cart["total"], &cart["item_count"]), (&json!("12.50"), &json!(1)));
    assert_eq!(cart["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_remembered_until_it_is_taken_back() {
    let shop = generous().await;
    let before = shop.ann().add("mug", 1).await;
    let refused = shop.ann().delete("/gifts/spring").await.ok();
    assert_eq!((&refused["gifts"], &refused["promotions"]), (&json!([]), &json!([])));
    assert_eq!(refused["refused_gifts"], json!([{"promotion_id": "spring", "name": "Spring pen"}]));
    assert_eq!(shop.ann().delete("/gifts/spring").await.ok(), refused, "refused already");

    let edit = format!("/items/{}", item_id(&before, 0));
    let edited = shop.ann().patch(&edit, json!({"quantity": 2})).await.ok();
    assert_eq!((&edited["gifts"], &edited["refused_gifts"]), (&json!([]), &refused["refused_gifts"]));

    let accepted = shop.ann().send(axum::http::Method::PUT, "/gifts/spring", None).await.ok();
    assert_eq!((&accepted["gifts"], &accepted["refused_gifts"]), (&before["gifts"], &json!([])));
    assert_eq!(shop.ann().put("/gifts/spring", json!({})).await.ok(), accepted, "accepted already");
}

#[tokio::test]
async fn a_refusal_outlives_its_promotion() {
    let shop = generous().await;
    shop.ann().add("mug", 1).await;
    shop.ann().delete("/gifts/spring").await.ok();
    shop.promotions.remove(&cart_core::id::PromotionId::new("spring").unwrap());
    let cart = shop.ann().get().await.ok();
    assert_eq!(cart["refused_gifts"], json!([{"promotion_id": "spring", "name": null}]));
    let accepted = shop.ann().put("/gifts/spring", json!({})).await.ok();
    assert_eq!(accepted["refused_gifts"], json!([]));
}

#[tokio::test]
async fn what_gives_nothing_is_no_gift() {
    let shop = generous().await;
    let before = shop.ann().add("mug", 1).await;
    // One that does not exist, one that takes something off, and one whose code is not on the cart.
    for id in ["none", "ten", "pens", "..%2f..", "%3Cb%3E", "'%20or%201=1"] {
        for reply in [
            shop.ann().delete(&format!("/gifts/{id}")).await,
            shop.ann().put(&format!("/gifts/{id}"), json!({})).await,
        ] {
            let problem = reply.problem(404, "gift_not_found");
            assert!(problem["promotion_id"].is_string(), "{problem}");
        }
    }
    assert_eq!(shop.ann().get().await.ok(), before);
}

#[tokio::test]
async fn offers_for_others_give_nothing_that_could_be_refused() {
    let shop = generous().await;
    let effect = json!({"on": "gift", "product": {"product": "pen"}, "quantity": 1});
    let secret = |id: &str, conditions: Value| json!({"id": id, "name": "Secret", "conditions": conditions, "effect": effect});
    shop.promote(secret("staff", json!({"customer_groups": ["staff"]})));
    shop.promote(secret("later", json!({"starts_at": "2026-11-27T00:00:00Z"})));
    shop.promote(secret("rich", json!({"min_subtotal": {"amounts": {"EUR": "1000.00"}}})));
    let before = shop.ann().add("mug", 1).await;
    for id in ["staff", "later", "rich"] {
        shop.ann().delete(&format!("/gifts/{id}")).await.problem(404, "gift_not_found");
        shop.ann().put(&format!("/gifts/{id}"), json!({})).await.problem(404, "gift_not_found");
    }
    assert_eq!(shop.ann().get().await.ok(), before);
}

#[tokio::test]
async fn a_refused_gift_is_named_only_while_it_would_be_given() {
    let shop = Shop::open().await;
    shop.promote(json!({
        "id": "two", "name": "A pen with two mugs", "conditions": {"min_quantity": 2},
        "effect": {"on": "gift", "product": {"product": "pen"}, "quantity": 1},
    }));
    let edit = format!("/items/{}", item_id(&shop.ann().add("mug", 2).await, 0));
    let named = json!([{"promotion_id": "two", "name": "A pen with two mugs"}]);
    assert_eq!(shop.ann().delete("/gifts/two").await.ok()["refused_gifts"], named);
    let one = shop.ann().patch(&edit, json!({"quantity": 1})).await.ok();
    assert_eq!(one["refused_gifts"], json!([{"promotion_id": "two", "name": null}]));
    assert_eq!(shop.ann().delete("/gifts/two").await.ok(), one, "refused already");
    let two = shop.ann().patch(&edit, json!({"quantity": 2})).await.ok();
    assert_eq!(two["refused_gifts"], named);
}

#[tokio::test]
async fn what_can_be_no_id_of_a_promotion_is_refused() {
    let shop = generous().await;
    shop.ann().add("mug", 1).await;
    let long = "x".repeat(129);
    for id in ["%00", "a%0ab", "%ff", "%C3%28", &long] {
        shop.ann().delete(&format!("/gifts/{id}")).await.problem(400, "malformed_uri");
        shop.ann().put(&format!("/gifts/{id}"), json!({})).await.problem(400, "malformed_uri");
    }
}

#[tokio::test]
async fn an_id_of_any_characters_can_be_written_in_a_path() {
    let shop = Shop::open().await;
    shop.promote(json!({
        "id": "spring/summer ü?#", "name": "Pens",
        "effect": {"on": "gift", "product": {"product": "pen"}, "quantity": 1},
    }));
    shop.ann().add("mug", 1).await;
    let refused = shop.ann().delete("/gifts/spring%2Fsummer%20%C3%BC%3F%23").await.ok();
    assert_eq!(refused["refused_gifts"][0]["promotion_id"], "spring/summer ü?#");
}

#[tokio::test]
async fn a_refusal_is_that_of_one_cart() {
    let shop = generous().await;
    let anns = shop.ann().add("mug", 1).await;
    shop.bob().add("mug", 1).await;
    shop.bob().delete("/gifts/spring").await.ok();
    assert_eq!(shop.ann().get().await.ok(), anns);
}

#[tokio::test]
async fn without_a_cart_there_is_nothing_to_refuse() {
    let shop = generous().await;
    shop.ann().delete("/gifts/spring").await.problem(404, "cart_not_found");
    shop.ann().put("/gifts/spring", json!({})).await.problem(404, "cart_not_found");
    assert_eq!(shop.ann().get().await.ok()["id"], Value::Null);
}
