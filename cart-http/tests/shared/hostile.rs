//! Bodies and addresses that nobody sends by mistake.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Friends, Reply};

/// Every route that takes a body.
fn routes(cart: &str, link: &str, token: &str) -> Vec<(Method, String)> {
    let mut routes = vec![(Method::PATCH, format!("{cart}/links/{link}"))];
    for path in ["add-item", "share", "suggestions", "suggestions/accept", "suggestions/decline", "undo"] {
        routes.push((Method::POST, format!("{cart}/{path}")));
    }
    routes.push((Method::POST, "create".into()));
    routes.push((Method::POST, format!("{cart}/links/{link}/rotate")));
    routes.push((Method::DELETE, format!("{cart}/links/{link}")));
    routes.push((Method::POST, format!("shared/{token}/suggestions")));
    routes
}

async fn send(friends: &Friends, method: &Method, path: &str, content_type: &str, body: &str) -> Reply {
    let client = if path.starts_with("shared/") { friends.nobody() } else { friends.ann() };
    client.with("content-type", content_type).send_text(method.clone(), path, body).await
}

#[tokio::test]
async fn what_two_readers_could_understand_differently_is_refused_everywhere() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let made = friends.ann().post(&format!("{cart}/share"), json!({"may_suggest": true})).await.made();
    let token = crate::support::token(&made);
    let before = friends.view(&cart).await.cart;
    let (deep, large) = (format!("{{\"a\":{}1{}}}", "[".repeat(40), "]".repeat(40)), " ".repeat(70_000));
    for (method, path) in routes(&cart, made["link_id"].as_str().unwrap(), &token) {
        for (content_type, body, status) in [
            ("application/json", "{", 400),
            ("application/json", "{} {}", 400),
            ("application/json", "{\"a\":1,\"a\":1}", 400),
            ("application/json", &*deep, 400),
            ("application/json", "[]", 422),
            ("application/json", "null", 422),
            ("application/json", "{\"__proto__\":{}}", 422),
            ("application/json", &*large, 413),
            ("text/plain", "{}", 415),
            ("application/x-www-form-urlencoded", "a=1", 415),
        ] {
            let reply = send(&friends, &method, &path, content_type, body).await;
            assert_eq!(reply.status, status, "{method} {path} {content_type} {body:.30}: {}", reply.json);
            assert_eq!(reply.header("content-type"), Some("application/problem+json"));
            assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
            assert!(!String::from_utf8_lossy(&reply.bytes).contains(&token));
        }
    }
    assert_eq!(friends.view(&cart).await.cart, before);
}

#[tokio::test]
async fn many_suggestions_at_once_are_bounded() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let ids: Vec<uuid::Uuid> = (0..1000).map(uuid::Uuid::from_u128).collect();
    for (what, ids, code) in [
        ("accept", json!(ids), "too_many_edits"),
        ("decline", json!(ids), "too_many_edits"),
        ("accept", json!([]), "nothing_to_do"),
        ("decline", json!([]), "nothing_to_do"),
        ("accept", json!(["x"]), "invalid_value"),
        ("decline", json!("x"), "invalid_value"),
    ] {
        let path = format!("{cart}/suggestions/{what}");
        friends.ann().post(&path, json!({"suggestion_ids": ids})).await.problem(422, code);
    }
}

#[tokio::test]
async fn an_id_is_written_in_one_form() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let (id, item): (uuid::Uuid, uuid::Uuid) =
        (cart.parse().unwrap(), friends.item(&cart).await.parse().unwrap());
    let before = friends.version(&cart).await;
    for form in [id.simple().to_string(), id.urn().to_string(), format!("%7B{id}%7D")] {
        friends.ann().get(&format!("{form}/history")).await.problem(400, "malformed_uri");
    }
    for form in [item.simple().to_string(), item.urn().to_string(), item.braced().to_string()] {
        let remove = json!({"op": "remove", "item_id": form});
        let reply = friends.ann().post(&format!("{cart}/suggestions"), remove).await;
        reply.problem(422, "invalid_value");
        let accept = json!({"suggestion_ids": [form]});
        let reply = friends.ann().post(&format!("{cart}/suggestions/accept"), accept).await;
        reply.problem(422, "invalid_value");
    }
    assert_eq!(friends.version(&cart).await, before);
    friends.ann().get(&format!("{}/history", cart.to_uppercase())).await.ok();
    let remove = json!({"op": "remove", "item_id": item.to_string().to_uppercase()});
    friends.ann().post(&format!("{cart}/suggestions"), remove).await.made();
}

#[tokio::test]
async fn an_address_means_one_thing_or_nothing() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let before: Value = friends.ann().get(&format!("{cart}/history")).await.ok();
    for path in [
        format!("{cart}/share/"),
        format!("{cart}//share"),
        format!("./{cart}/share"),
        format!("{cart}%2fshare"),
        format!("x/../{cart}/share"),
        format!("{cart}/Share"),
        format!("{cart};a=b/share"),
        format!("{cart}%00/share"),
        format!("%20{cart}/share"),
        "shared/suggestions/accept".into(),
        "shared/share".into(),
        "create/share".into(),
    ] {
        let reply = friends.ann().send(Method::POST, &path, None).await;
        assert!([400, 404, 405].contains(&reply.status), "{path}: {} {}", reply.status, reply.json);
    }
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::GET] {
        friends.ann().send(method, &format!("{cart}/share"), None).await.problem(405, "method_not_allowed");
    }
    assert_eq!(friends.ann().get(&format!("{cart}/history")).await.ok(), before);
}

#[tokio::test]
async fn a_history_is_read_without_gaps_or_repetitions_at_any_size_of_pages() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    for _ in 0..9 {
        friends.ann().post(&format!("{cart}/add-item"), json!({"product_id": "pen"})).await.ok();
    }
    for limit in 1..=12 {
        let (mut versions, mut before) = (Vec::new(), String::new());
        loop {
            let page = friends.ann().get(&format!("{cart}/history?limit={limit}{before}")).await.ok();
            let changes = page["changes"].as_array().unwrap();
            assert!(changes.len() <= limit);
            versions.extend(changes.iter().map(|change| change["version"].as_u64().unwrap()));
            let Some(next) = page["next_before"].as_u64() else { break };
            before = format!("&before={next}");
        }
        assert_eq!(versions, (1..=11).rev().collect::<Vec<u64>>(), "pages of {limit}");
    }
    let beyond = friends.ann().get(&format!("{cart}/history?before=1")).await.ok();
    assert_eq!(beyond, json!({"changes": [], "next_before": null}));
    let ahead = friends.ann().get(&format!("{cart}/history?before=18446744073709551615&limit=1")).await.ok();
    assert_eq!(ahead["changes"][0]["version"], 11);
}
