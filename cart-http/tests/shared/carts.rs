//! Making carts, and putting something in.

use serde_json::json;

use crate::support::Friends;

#[tokio::test]
async fn a_cart_is_made_and_filled_as_the_document_says() {
    let friends = Friends::meet();
    let made = friends
        .client("U12345")
        .post("create", json!({"user_id": "U12345", "cart_name": "Vacation"}))
        .await
        .made();
    assert_eq!(made["status"], "created");
    let cart = made["cart_id"].as_str().unwrap();
    let add = json!({"product_id": "mug", "quantity": 2});
    let added = friends.client("U12345").post(&format!("{cart}/add-item"), add).await.ok();
    assert_eq!(added["status"], "item added");
    assert!(added["item_id"].is_string());
}

#[tokio::test]
async fn a_name_is_text_that_is_shown() {
    let friends = Friends::meet();
    for name in ["Vacation\u{202e}", "Vaca\ntion", "\u{7}Vacation"] {
        let problem =
            friends.ann().post("create", json!({"cart_name": name})).await.problem(422, "invalid_value");
        assert_eq!(problem["pointer"], "/cart_name", "{name:?}");
    }
}

#[tokio::test]
async fn nobody_makes_a_cart_for_somebody_else() {
    let friends = Friends::meet();
    friends.client("bob").post("create", json!({"user_id": "ann"})).await.problem(403, "forbidden");
    friends.client("guest").post("create", json!({})).await.problem(403, "guests_refused");
    friends.client("staff").post("create", json!({})).await.problem(403, "forbidden");
    friends.client("forged").post("create", json!({})).await.problem(401, "unauthenticated");
    friends.nobody().post("create", json!({})).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn nobody_sets_a_price() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let body = json!({"product_id": "mug", "quantity": 1, "price": 1});
    let problem = friends.ann().post(&format!("{cart}/add-item"), body).await.problem(422, "unknown_field");
    assert_eq!(problem["pointer"], "/price");
}

#[tokio::test]
async fn the_item_that_was_added_to_is_named_also_where_it_is_only_previewed() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let mug = friends.item(&cart).await;
    friends.ann().post(&format!("{cart}/add-item"), json!({"product_id": "pen"})).await.ok();
    for query in ["?preview=true", ""] {
        let body = json!({"product_id": "mug"});
        let added = friends.ann().post(&format!("{cart}/add-item{query}"), body).await.ok();
        assert_eq!(added, json!({"status": "item added", "item_id": mug}));
    }
}
