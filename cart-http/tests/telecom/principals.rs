//! Who may do what.

use serde_json::{Value, json};

use crate::support::{Carrier, Client, Reply, item};

/// Every request of this surface about a cart.
async fn all(client: &Client, cart: &Value) -> [Reply; 4] {
    let path = format!("/{}", cart["id"].as_str().unwrap());
    [
        client.get(&path).await,
        client.add(&path, "plan").await,
        client.delete(&item(cart, 0)).await,
        client.order(&path).await,
    ]
}

#[tokio::test]
async fn nobody_unknown_learns_anything() {
    let shop = Carrier::open().await;
    let cart = shop.ann().cart_with(&["plan"]).await;
    let cart = shop.ann().get(&cart).await.ok();
    for client in [shop.nobody(), shop.client("forged")] {
        let made = client.post("", json!({})).await;
        let bad = client.send_raw(axum::http::Method::POST, "?x=1", "[").await;
        for reply in all(&client, &cart).await.into_iter().chain([made, bad]) {
            assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer"));
            let details = reply.problem(401, "INVALID_REQUEST", "unauthenticated");
            assert_eq!(details, json!({"problem": "unauthenticated"}));
        }
    }
}

#[tokio::test]
async fn other_peoples_carts_are_not_found() {
    let shop = Carrier::open().await;
    for (owner, others) in [("ann", ["bob", "guest"]), ("guest", ["other guest", "ann"])] {
        let cart = shop.client(owner).cart_with(&["plan"]).await;
        let cart = shop.client(owner).get(&cart).await.ok();
        for other in others {
            let [shown, added, removed, ordered] = all(&shop.client(other), &cart).await;
            for reply in [shown, added, removed] {
                assert_eq!(reply.error(404, "CART_NOT_FOUND").1, Value::Null);
            }
            if other == "ann" {
                ordered.error(404, "CART_NOT_FOUND");
            } else {
                // They do not say who they are.
                ordered.error(400, "INVALID_REQUEST");
            }
        }
        let path = format!("/{}", cart["id"].as_str().unwrap());
        let bob = shop.client("bob");
        bob.order_with(&path, json!({"customerId": "bob"})).await.error(404, "CART_NOT_FOUND");
        bob.delete(&format!("{path}/items/x")).await.error(404, "CART_NOT_FOUND");
        assert_eq!(shop.client(owner).get(&path).await.ok(), cart);
    }
}

#[tokio::test]
async fn guests_order_nothing_before_they_sign_in() {
    let shop = Carrier::open().await;
    let guest = shop.client("guest");
    let cart = guest.cart_with(&["plan"]).await;
    let (_, details) = guest.order(&cart).await.error(400, "INVALID_REQUEST");
    assert_eq!(details, json!({"field": "customerId", "value": "ann"}));
    assert_eq!(shop.office.orders.all().len(), 0);
}

#[tokio::test]
async fn staff_look_and_own_nothing() {
    let shop = Carrier::open().await;
    let cart = shop.ann().cart_with(&["plan"]).await;
    let cart = shop.ann().get(&cart).await.ok();
    for token in ["staff", "system"] {
        let client = shop.client(token);
        client.post("", json!({})).await.problem(403, "INVALID_REQUEST", "forbidden");
        let [shown, added, removed, _] = all(&client, &cart).await;
        if token == "staff" {
            assert_eq!(shown.ok(), cart);
        }
        added.problem(403, "INVALID_REQUEST", "forbidden");
        removed.problem(403, "INVALID_REQUEST", "forbidden");
    }
}
