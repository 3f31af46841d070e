//! Who may ask for what.

use axum::http::Method;
use serde_json::json;

use crate::support::Shop;

const ROUTES: [(Method, &str); 7] = [
    (Method::GET, ""),
    (Method::DELETE, ""),
    (Method::POST, "/items"),
    (Method::PATCH, "/items/00000000-0000-0000-8000-000000000001"),
    (Method::DELETE, "/items/00000000-0000-0000-8000-000000000001"),
    (Method::POST, "/coupons"),
    (Method::DELETE, "/coupons/TEN"),
];

#[tokio::test]
async fn customers_are_signed_in_users() {
    let shop = Shop::open().await;
    for prefix in ["/api/cart", "/api/mobile/cart"] {
        for (method, path) in ROUTES {
            for (token, status, code) in [
                ("forged", 401, "UNAUTHENTICATED"),
                ("down", 503, "UNAVAILABLE"),
                ("guest-7", 403, "GUESTS_REFUSED"),
                ("staff", 403, "FORBIDDEN"),
                ("system", 403, "FORBIDDEN"),
            ] {
                // Who may not ask does not learn what else is wrong.
                let client = shop.client(token).at(prefix);
                client.send(method.clone(), path, Some(json!({"what": 1}))).await.error(status, code);
            }
            let reply = shop.nobody().at(prefix).send(method, path, None).await;
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
            reply.error(401, "UNAUTHENTICATED");
        }
    }
}

#[tokio::test]
async fn support_sees_the_open_cart_of_a_user_and_nobody_else_does() {
    let shop = Shop::open().await;
    let admin = |token: &str| shop.client(token).at("/api/admin/cart/users");
    let look = |token: &str| {
        let client = admin(token);
        async move { client.send(Method::GET, "/ann", None).await }
    };
    look("staff").await.error(404, "CART_NOT_FOUND");
    let cart = shop.ann().add("bowl", 2).await.cart();
    assert_eq!(look("staff").await.cart(), cart);
    for (token, status, code) in [
        ("ann", 403, "FORBIDDEN"),
        ("bob", 403, "FORBIDDEN"),
        ("guest-7", 403, "FORBIDDEN"),
        ("system", 403, "FORBIDDEN"),
        ("forged", 401, "UNAUTHENTICATED"),
    ] {
        assert_eq!(look(token).await.error(status, code).get("permission").is_some(), status == 403);
    }
    admin("staff").send(Method::GET, "/nobody", None).await.error(404, "CART_NOT_FOUND");
    admin("staff").send(Method::DELETE, "/ann", None).await.error(405, "METHOD_NOT_ALLOWED");
    assert_eq!(shop.client("nobody").get().await.cart()["version"], 1, "support made no cart");
}
