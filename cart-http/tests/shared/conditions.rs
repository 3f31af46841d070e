//! Versions, idempotency keys and previews on every write.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Client, Friends, token};

/// Every write to a cart by its owner, with a link and a suggestion in it.
async fn writes(friends: &Friends, cart: &str) -> Vec<(Method, String, Option<Value>)> {
    let made = friends.ann().post(&format!("{cart}/share"), json!({})).await.made();
    let link = format!("{cart}/links/{}", made["link_id"].as_str().unwrap());
    let suggest = json!({"op": "add", "product_id": "pen", "quantity": 7});
    let made = friends.ann().post(&format!("{cart}/suggestions"), suggest).await.made();
    let suggestion = made["suggestion_id"].as_str().unwrap();
    let ids = json!({"suggestion_ids": [suggestion]});
    vec![
        (Method::POST, format!("{cart}/add-item"), Some(json!({"product_id": "pen"}))),
        (Method::POST, format!("{cart}/share"), None),
        (Method::PATCH, link.clone(), Some(json!({"uses": 5}))),
        (Method::POST, format!("{link}/rotate"), None),
        (Method::DELETE, link, None),
        (Method::POST, format!("{cart}/suggestions"), Some(json!({"op": "add", "product_id": "pen"}))),
        (Method::POST, format!("{cart}/suggestions/accept"), Some(ids.clone())),
        (Method::POST, format!("{cart}/suggestions/decline"), Some(ids)),
        (Method::DELETE, format!("{cart}/suggestions/{suggestion}"), None),
        (Method::POST, format!("{cart}/undo"), None),
    ]
}

async fn send(
    client: &Client,
    write: &(Method, String, Option<Value>),
    query: &str,
) -> crate::support::Reply {
    let (method, path, body) = write;
    client.send(method.clone(), &format!("{path}{query}"), body.clone()).await
}

#[tokio::test]
async fn a_write_meant_for_another_version_is_refused_without_showing_the_cart() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    for write in writes(&friends, &cart).await {
        let version = friends.version(&cart).await;
        let reply = send(&friends.ann().with("if-match", "\"1\""), &write, "").await;
        assert_eq!(reply.header("etag"), Some(&*format!("\"{version}\"")), "{write:?}");
        let problem = reply.problem(412, "version_conflict");
        assert_eq!((&problem["current_version"], problem.get("cart")), (&json!(version), None), "{write:?}");
        assert_eq!(friends.version(&cart).await, version);
    }
}

#[tokio::test]
async fn a_previewed_write_is_answered_and_not_done() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    for write in writes(&friends, &cart).await {
        let before = friends.view(&cart).await.cart;
        let reply = send(&friends.ann(), &write, "?preview=true").await;
        assert!(reply.status < 300, "{write:?}: {}", reply.json);
        assert_eq!((reply.header("etag"), &reply.json["shareable_link"]), (None, &json!(null)), "{write:?}");
        assert_eq!(friends.view(&cart).await.cart, before, "{write:?}");
        send(&friends.ann(), &write, "?previw=true").await.problem(400, "malformed_uri");
    }
}

#[tokio::test]
async fn a_repeated_request_is_done_once_and_its_link_is_not_shown_again() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let client = friends.ann().with("idempotency-key", "k-1");
    let share = format!("{cart}/share");
    let first = client.post(&share, json!({"label": "Family"})).await.made();
    let again = client.post(&share, json!({"label": "Family"})).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let again = again.made();
    assert_eq!((&again["link_id"], &again["shareable_link"]), (&first["link_id"], &json!(null)));
    client.post(&share, json!({"label": "Others"})).await.problem(422, "request_key_reused");
    assert_eq!(friends.ann().get(&format!("{cart}/links")).await.ok()["links"].as_array().unwrap().len(), 1);
    friends.nobody().get(&format!("shared/{}", token(&first))).await.ok();
}

#[tokio::test]
async fn a_write_with_a_link_takes_the_same_conditions_and_shows_nothing_of_the_cart() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({"may_suggest": true})).await;
    let path = format!("shared/{link}/suggestions");
    let body = json!({"op": "add", "product_id": "pen"});
    let stale = friends.nobody().with("if-match", "\"1\"");
    let problem = stale.post(&path, body.clone()).await.problem(412, "version_conflict");
    assert!(problem.get("cart").is_none(), "{problem}");
    let keyed = friends.nobody().with("idempotency-key", "k-1");
    let first = keyed.post(&path, body.clone()).await.made();
    let again = keyed.post(&path, body).await;
    assert_eq!((again.header("idempotency-replayed"), &again.json), (Some("true"), &first));
}

#[tokio::test]
async fn a_write_may_be_meant_for_any_of_several_versions() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({"may_suggest": true, "uses": 1})).await;
    let own = format!("{cart}/add-item");
    let by_link = format!("shared/{link}/suggestions");
    for (client, path) in [(friends.ann(), &own), (friends.nobody(), &by_link)] {
        let body = json!({"op": "add", "product_id": "pen"});
        let body = if *path == own { json!({"product_id": "pen"}) } else { body };
        let version = friends.version(&cart).await;
        let send = async |tags: String| client.with("if-match", tags).post(path, body.clone()).await;
        send("\"1\", \"99\"".into()).await.problem(412, "version_conflict");
        send("\"x\", \"y\"".into()).await.problem(412, "version_conflict");
        send("7".into()).await.problem(400, "malformed_header");
        assert_eq!(friends.version(&cart).await, version);
        assert!(send(format!("\"1\", \"{version}\", \"99\"")).await.status < 300);
        assert!(send("*".into()).await.status < 300);
    }
    // Finding the version out was no opening.
    friends.nobody().get(&format!("shared/{link}")).await.ok();
}

#[tokio::test]
async fn a_cart_that_is_not_there_is_at_no_version() {
    let friends = Friends::meet();
    for tags in ["*", "\"1\""] {
        let problem = friends
            .ann()
            .with("if-match", tags)
            .post("create", json!({}))
            .await
            .problem(412, "version_conflict");
        assert_eq!(problem["current_version"], json!(null));
    }
    let unknown = uuid::Uuid::nil();
    for tags in ["*", "\"1\"", "\"1\", \"2\""] {
        let client = friends.ann().with("if-match", tags);
        let body = json!({"product_id": "pen"});
        client.post(&format!("{unknown}/add-item"), body).await.problem(404, "cart_not_found");
    }
}

#[tokio::test]
async fn a_cart_is_made_once_for_a_key() {
    let friends = Friends::meet();
    let keyed = friends.ann().with("idempotency-key", "k-1");
    let first = keyed.post("create", json!({"cart_name": "One"})).await.made();
    let again = keyed.post("create", json!({"cart_name": "One"})).await;
    assert_eq!((again.header("idempotency-replayed"), &again.json), (Some("true"), &first));
    keyed.post("create", json!({"cart_name": "Two"})).await.problem(422, "request_key_reused");
}

#[tokio::test]
async fn a_repeated_change_of_a_link_is_known_whatever_was_changed_since() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let made = friends.ann().post(&format!("{cart}/share"), json!({"shows": {"prices": true}})).await.made();
    let link = format!("{cart}/links/{}", made["link_id"].as_str().unwrap());
    let keyed = friends.ann().with("idempotency-key", "k-1");
    let first = keyed.patch(&link, json!({"label": "Family"})).await.ok();
    friends.ann().patch(&link, json!({"shows": {"prices": false}})).await.ok();
    let again = keyed.patch(&link, json!({"label": "Family"})).await;
    assert_eq!((again.header("idempotency-replayed"), &again.json), (Some("true"), &first));
    let links = friends.ann().get(&format!("{cart}/links")).await.ok();
    assert_eq!(links["links"][0]["shows"]["prices"], false, "what was hidden since stays hidden");
    keyed.patch(&link, json!({"label": null})).await.problem(422, "request_key_reused");
}

#[tokio::test]
async fn what_was_ended_says_the_version_and_whether_it_was_said_before() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let made = friends.ann().post(&format!("{cart}/share"), json!({})).await.made();
    let link = format!("{cart}/links/{}", made["link_id"].as_str().unwrap());
    let keyed = friends.ann().with("idempotency-key", "k-1");
    let first = keyed.delete(&link).await;
    assert_eq!((first.header("etag"), first.header("idempotency-replayed")), (Some("\"4\""), None));
    let again = keyed.delete(&link).await;
    assert_eq!((again.header("etag"), again.header("idempotency-replayed")), (Some("\"4\""), Some("true")));
    [first, again].into_iter().for_each(crate::support::Reply::done);
}
