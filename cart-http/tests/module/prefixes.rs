//! The mobile prefix: the same handlers, the same cart.

use axum::http::Method;
use serde_json::json;

use crate::support::{Shop, item_id};

#[tokio::test]
async fn what_is_done_under_one_prefix_is_seen_under_the_other() {
    let shop = Shop::open().await;
    let (web, mobile) = (shop.ann(), shop.ann().at("/api/mobile/cart"));
    let cart = mobile.get().await.cart();
    assert_eq!(web.get().await.cart(), cart);
    let cart = mobile.add("bowl", 1).await.cart();
    assert_eq!(web.get().await.cart(), cart);
    mobile.add("bowl", 1).await.error(409, "CART_ITEM_DUPLICATE");
    let item = format!("/items/{}", item_id(&cart, 0));
    let cart = mobile.patch(&item, json!({"quantity": 3})).await.cart();
    assert_eq!(web.get().await.cart(), cart);
    let cart = mobile.post("/coupons", json!({"code": "TEN"})).await.cart();
    assert_eq!((web.get().await.cart(), &cart["finalPayable"]), (cart.clone(), &json!("54.00")));
    mobile.delete("/coupons/TEN").await.cart();
    let cart = mobile.delete(&item).await.cart();
    assert_eq!((web.get().await.cart(), &cart["items"]), (cart.clone(), &json!([])));
    mobile.delete("").await.cart();
}

#[tokio::test]
async fn a_key_that_was_used_under_one_prefix_is_known_under_the_other() {
    let shop = Shop::open().await;
    let ann = shop.ann().keyed("k-1");
    let first = ann.add("bowl", 1).await;
    let again = ann.at("/api/mobile/cart").add("bowl", 1).await;
    assert_eq!((again.bytes, again.headers.contains_key("idempotency-replayed")), (first.bytes, true));
}

#[tokio::test]
async fn other_paths_are_not_there() {
    let shop = Shop::open().await;
    for (prefix, path) in
        [("/api/mobile", "/items"), ("/api/cart", "/nothing"), ("/api/admin/cart", "/users")]
    {
        let reply = shop.ann().at(prefix).send(Method::GET, path, None).await;
        assert_eq!((reply.status, &reply.json["code"]), (404, &json!("not_found")), "{prefix}{path}");
    }
}
