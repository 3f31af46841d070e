//! Versions, keys and previews.

use serde_json::json;

use crate::support::{Shop, item_id};

#[tokio::test]
async fn a_write_with_the_same_key_is_done_once_and_answered_the_same() {
    let shop = Shop::open().await;
    for header in ["idempotency-key", "x-idempotency-key"] {
        let ann = shop.client(header).with(header, "k-1");
        let first = ann.add("bowl", 1).await;
        let second = ann.add("bowl", 1).await;
        assert_eq!(
            (second.bytes.clone(), second.header("idempotency-replayed")),
            (first.bytes.clone(), Some("true"))
        );
        assert_eq!(first.cart()["version"], 1);
        ann.add("tone", 1).await.error(422, "REQUEST_KEY_REUSED");
    }
}

#[tokio::test]
async fn a_write_for_another_version_is_refused_with_the_cart_as_it_is() {
    let shop = Shop::open().await;
    shop.ann().get().await.cart();
    let said = json!({"productId": "bowl", "metadata": {"gift_wrap": true}});
    let cart = shop.ann().with("if-match", "\"1\"").post("/items", said).await.cart();
    let details = shop.ann().with("if-match", "\"1\"").delete("").await.error(412, "VERSION_CONFLICT");
    assert_eq!(details, json!({"currentVersion": 2, "cart": cart}));
    let nobodys = shop.client("bob").with("if-match", "\"1\"").delete("").await;
    assert_eq!(nobodys.error(412, "VERSION_CONFLICT"), json!({"currentVersion": null}));
}

#[tokio::test]
async fn a_preview_shows_what_would_be_and_changes_nothing() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("bowl", 1).await.cart();
    let path = format!("/items/{}?preview=true", item_id(&cart, 0));
    let preview = shop.ann().patch(&path, json!({"quantity": 4})).await.cart();
    assert_eq!((&preview["preview"], &preview["totalSp"]), (&json!(true), &json!("80.00")));
    assert_eq!(shop.ann().get().await.cart(), cart);
    shop.ann().delete("?prevew=true").await.error(400, "MALFORMED_URI");
}
