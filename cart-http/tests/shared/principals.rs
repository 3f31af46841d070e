//! Who may do what: every route by everybody who is not the owner.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::Friends;

/// Every route to a cart by its id: what it takes, and how it is answered to somebody who may look, and to somebody
/// who may work on the cart.
fn routes(cart: &str, link: &str, item: &str) -> Vec<(Method, String, Option<Value>, u16, u16)> {
    let (get, post) = (Method::GET, Method::POST);
    let nobodys = uuid::Uuid::from_u128(99);
    let ids = Some(json!({"suggestion_ids": [nobodys]}));
    let link = format!("{cart}/links/{link}");
    vec![
        (post.clone(), format!("{cart}/add-item"), Some(json!({"product_id": "pen"})), 403, 200),
        (post.clone(), format!("{cart}/share"), None, 403, 403),
        (get.clone(), cart.to_owned(), None, 200, 200),
        (Method::PATCH, cart.to_owned(), Some(json!({"cart_name": "Ours"})), 403, 200),
        (Method::DELETE, cart.to_owned(), None, 403, 403),
        (Method::PATCH, format!("{cart}/items/{item}"), Some(json!({"quantity": 3})), 403, 200),
        (get.clone(), format!("{cart}/checkout"), None, 404, 404),
        (post.clone(), format!("{cart}/checkout/cancel"), None, 404, 404),
        (get.clone(), format!("{cart}/links"), None, 403, 403),
        (Method::PATCH, link.clone(), Some(json!({"uses": 9})), 403, 403),
        (post.clone(), format!("{link}/rotate"), None, 403, 403),
        (Method::DELETE, link, None, 403, 403),
        (get.clone(), format!("{cart}/suggestions"), None, 200, 200),
        (
            post.clone(),
            format!("{cart}/suggestions"),
            Some(json!({"op": "remove", "item_id": item})),
            201,
            201,
        ),
        (post.clone(), format!("{cart}/suggestions/accept"), ids.clone(), 403, 404),
        (post.clone(), format!("{cart}/suggestions/decline"), ids, 403, 404),
        (Method::DELETE, format!("{cart}/suggestions/{nobodys}"), None, 404, 404),
        (get.clone(), format!("{cart}/events"), None, 200, 200),
        (get.clone(), format!("{cart}/history"), None, 403, 200),
        (get, format!("{cart}/versions/1"), None, 403, 200),
        (post.clone(), format!("{cart}/undo"), None, 403, 200),
        (Method::DELETE, format!("{cart}/items/{item}"), None, 403, 200),
        (post, format!("{cart}/checkout"), None, 403, 200),
    ]
}

struct Scene {
    friends: Friends,
    cart: String,
    routes: Vec<(Method, String, Option<Value>, u16, u16)>,
}

impl Scene {
    async fn set() -> Self {
        let friends = Friends::meet();
        let cart = friends.cart().await;
        friends.grant(&cart, "bob", 1).await;
        friends.grant(&cart, "carol", 2).await;
        let made = friends.ann().post(&format!("{cart}/share"), json!({})).await.made();
        let item = friends.item(&cart).await;
        let routes = routes(&cart, made["link_id"].as_str().unwrap(), &item);
        Self { friends, cart, routes }
    }

    /// How a route is answered; a stream is not waited for.
    async fn status(&self, who: Option<&str>, route: usize) -> u16 {
        let (method, path, body, ..) = &self.routes[route];
        let client = who.map_or_else(|| self.friends.nobody(), |who| self.friends.client(who));
        let client = if body.is_some() { client.with("content-type", "application/json") } else { client };
        let body = body.as_ref().map(ToString::to_string).unwrap_or_default();
        client.open(method.clone(), path, body).await.status().as_u16()
    }
}

#[tokio::test]
async fn whoever_may_not_see_the_cart_finds_none() {
    let scene = Scene::set().await;
    let before = scene.friends.view(&scene.cart).await.cart;
    for who in ["ann", "ann@globex", "bob", "bob@globex", "dan@acme", "eve", "guest"] {
        for (route, what) in scene.routes.iter().enumerate() {
            assert_eq!(scene.status(Some(who), route).await, 404, "{who}: {what:?}");
        }
    }
    for (who, what) in [(None, "nobody"), (Some("forged"), "forged")] {
        for route in 0..scene.routes.len() {
            assert_eq!(scene.status(who, route).await, 401, "{what}: {:?}", scene.routes[route]);
        }
    }
    assert_eq!(scene.friends.view(&scene.cart).await.cart, before);
    assert_eq!((scene.friends.hub.streams(), scene.friends.hub.carts()), (0, 0));
}

#[tokio::test]
async fn a_colleague_may_do_what_the_group_says() {
    for (who, place) in [("bob@acme", 0), ("carol@acme", 1)] {
        let scene = Scene::set().await;
        for (route, (method, path, _, looks, works)) in scene.routes.iter().enumerate() {
            let expected = [*looks, *works][place];
            assert_eq!(scene.status(Some(who), route).await, expected, "{who}: {method} {path}");
        }
    }
}

#[tokio::test]
async fn support_looks_and_changes_nothing() {
    let scene = Scene::set().await;
    let before = scene.friends.view(&scene.cart).await.cart;
    for (route, (method, path, ..)) in scene.routes.iter().enumerate() {
        let is_cart = path == &scene.cart || path.ends_with("/suggestions");
        let looks = path.ends_with("/events") || (*method == Method::GET && is_cart);
        // There is none to be looked at, or to be given up.
        let is_about_checkout =
            path.ends_with("/cancel") || (*method == Method::GET && path.ends_with("/checkout"));
        let expected = if is_about_checkout {
            404
        } else if looks {
            200
        } else {
            403
        };
        assert_eq!(scene.status(Some("staff"), route).await, expected, "{method} {path}");
    }
    assert_eq!(scene.friends.view(&scene.cart).await.cart, before);
}

#[tokio::test]
async fn the_id_of_a_cart_opens_nothing() {
    let scene = Scene::set().await;
    scene.friends.nobody().get(&format!("shared/{}", scene.cart)).await.problem(404, "cart_not_found");
    scene.friends.nobody().get(&scene.cart).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn other_methods_and_paths_are_refused() {
    let scene = Scene::set().await;
    for path in ["create", "shared", &format!("{}/share", scene.cart), &format!("{}/undo", scene.cart)] {
        let reply = scene.friends.ann().send(Method::PUT, path, None).await;
        reply.problem(405, "method_not_allowed");
    }
    for path in ["x/share", "x/undo", "00000000-0000-0000-0000-00000000000g/share"] {
        scene.friends.ann().post(path, json!({})).await.problem(400, "malformed_uri");
    }
}
