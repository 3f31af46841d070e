//! What whoever has a link sees.

use axum::http::{HeaderMap, Method};
use cart_core::command::Command;
use cart_core::port::Clock as _;
use cart_core::testing::samples::note;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Friends, token};

#[tokio::test]
async fn a_link_shows_products_and_quantities_as_the_document_says() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({})).await;
    let reply = friends.nobody().get(&format!("shared/{link}")).await;
    assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
    let shown = reply.ok();
    assert_eq!(shown["cart"], json!({"cart_id": cart, "items": [{"product_id": "mug", "quantity": 2}]}));
    assert_eq!(shown["link"]["may_suggest"], false);
}

#[tokio::test]
async fn a_link_shows_what_else_its_maker_chose() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let item = friends.item(&cart).await;
    friends.execute(&cart, Command::SetNote { note: Some(note("CANARY")) }).await;
    let prices = friends.link(&cart, json!({"shows": {"prices": true}})).await;
    let names = friends.link(&cart, json!({"shows": {"names": true}, "may_suggest": true})).await;
    let shown = friends.nobody().get(&format!("shared/{prices}")).await.ok();
    let mug = json!({"product_id": "mug", "quantity": 2, "unit_price": "12.50", "total": "25.00"});
    assert_eq!(
        shown["cart"],
        json!({
            "cart_id": cart, "items": [mug],
            "currency": "EUR", "subtotal": "25.00", "discount": "0.00", "total": "25.00",
        })
    );
    assert!(!shown.to_string().contains("ann") && !shown.to_string().contains("Vacation"), "{shown}");
    let shown = friends.nobody().get(&format!("shared/{names}")).await.ok();
    let by = json!({"kind": "user", "user_id": "ann"});
    let mug = json!({"item_id": item, "product_id": "mug", "quantity": 2, "added_by": by});
    assert_eq!(shown["cart"], json!({"cart_id": cart, "cart_name": "Vacation", "items": [mug]}));
    assert!(!shown.to_string().contains("CANARY") && !shown.to_string().contains("12.50"), "{shown}");
}

#[tokio::test]
async fn tokens_that_open_nothing_are_answered_alike_to_the_byte() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let end = friends.clock.now() + TimeDelta::hours(1);
    let expired = friends.link(&cart, json!({"expires_at": end})).await;
    friends.clock.advance(TimeDelta::hours(1));
    let used_up = friends.link(&cart, json!({"uses": 1})).await;
    friends.nobody().get(&format!("shared/{used_up}")).await.ok();
    let made = friends.ann().post(&format!("{cart}/share"), json!({})).await.made();
    let path = format!("{cart}/links/{}", made["link_id"].as_str().unwrap());
    let rotated = token(&friends.ann().post(&format!("{path}/rotate"), json!({})).await.ok());
    friends.ann().delete(&path).await.done();
    let ended = friends.cart().await;
    let of_ended = friends.link(&ended, json!({})).await;
    friends.execute(&ended, Command::Abandon).await;
    let (unknown, upper, long) = ("0".repeat(64), expired.to_uppercase(), "a".repeat(5000));
    let tokens = [
        &*expired,
        &used_up,
        &token(&made),
        &rotated,
        &of_ended,
        &unknown,
        &upper,
        &long,
        "x",
        "%ff",
        "%00",
        "..%2f",
        &cart,
    ];
    let client = friends.nobody().with("x-request-id", "the-same");
    let mut first = client.get(&format!("shared/{unknown}")).await;
    as_for_any_other(&mut first.headers);
    first.clone().problem(404, "cart_not_found");
    for token in tokens {
        let mut replies = vec![
            client.get(&format!("shared/{token}")).await,
            client.get(&format!("shared/{token}/events")).await,
            client
                .post(&format!("shared/{token}/suggestions"), json!({"op": "add", "product_id": "mug"}))
                .await,
            client.delete(&format!("shared/{token}/suggestions/{}", uuid::Uuid::nil())).await,
        ];
        replies.push(client.with("x-share-token", token).get("shared").await);
        replies.push(client.with("x-share-token", token).get("shared/events").await);
        for mut reply in replies {
            as_for_any_other(&mut reply.headers);
            // Suggesting is no opening, so a link that was used up may still be suggested with.
            if token == used_up && reply.json["code"] != "cart_not_found" {
                assert!([403, 404].contains(&reply.status), "{}", reply.json);
                continue;
            }
            assert_eq!(
                (&reply.bytes, &reply.headers, reply.status),
                (&first.bytes, &first.headers, 404),
                "{token}"
            );
        }
    }
}

#[tokio::test]
async fn the_token_may_be_in_a_header() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({"may_suggest": true})).await;
    let bearer = friends.nobody().with("x-share-token", &link);
    let shown = bearer.get("shared").await.ok();
    assert_eq!(shown, friends.nobody().get(&format!("shared/{link}")).await.ok());
    let made = bearer.post("shared/suggestions", json!({"op": "add", "product_id": "pen"})).await.made();
    let suggestion = made["suggestion_id"].as_str().unwrap();
    bearer.delete(&format!("shared/suggestions/{suggestion}")).await.done();
    friends.nobody().get("shared").await.problem(404, "cart_not_found");
    friends.nobody().get("shared/events").await.problem(404, "cart_not_found");
}

#[tokio::test]
async fn a_link_opens_as_often_as_its_maker_chose() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({"uses": 2})).await;
    let statuses: Vec<u16> = {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(friends.nobody().get(&format!("shared/{link}")).await.status);
        }
        statuses
    };
    assert_eq!(statuses, [200, 200, 404]);
}

#[tokio::test]
async fn a_link_changes_nothing() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({})).await;
    let before = friends.version(&cart).await;
    let suggest = json!({"op": "add", "product_id": "pen"});
    let problem =
        friends.nobody().post(&format!("shared/{link}/suggestions"), suggest).await.problem(403, "forbidden");
    assert_eq!(problem["permission"], "suggest");
    for path in [format!("{cart}/add-item"), format!("{cart}/share"), format!("{cart}/undo")] {
        for client in [friends.nobody().with("x-share-token", &link), friends.client(&link)] {
            let reply = client.post(&path, json!({"product_id": "pen"})).await;
            assert!([401, 404, 422].contains(&reply.status), "{path}: {}", reply.json);
        }
    }
    assert_eq!(friends.version(&cart).await, before);
    let shown: Value = friends.nobody().get(&format!("shared/{link}")).await.ok();
    assert_eq!(shown["cart"]["items"][0]["quantity"], 2);
}

#[tokio::test]
async fn a_token_is_in_one_place() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({})).await;
    let bearer = friends.nobody().with("x-share-token", &link);
    // Neither does a header help an address that holds something else, nor do two headers mean one of them.
    for path in ["shared/%ff", "shared/%00", "shared/x"] {
        bearer.get(path).await.problem(404, "cart_not_found");
    }
    bearer.with("x-share-token", "0".repeat(64)).get("shared").await.problem(404, "cart_not_found");
    bearer.with("x-share-token", &link).get("shared").await.problem(404, "cart_not_found");
    let encoded = format!("shared/%{:02x}{}", link.as_bytes()[0], &link[1..]);
    friends.nobody().get(&encoded).await.ok();
}

#[tokio::test]
async fn asking_for_the_head_alone_says_whether_the_link_opens_and_is_no_opening() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let link = friends.link(&cart, json!({"uses": 1})).await;
    let bearer = friends.nobody().with("x-share-token", &link);
    let paths =
        [format!("shared/{link}"), "shared".into(), format!("shared/{link}/events"), "shared/events".into()];
    let mut heads = Vec::new();
    for path in paths.iter().cycle().take(8) {
        let head = bearer.send(Method::HEAD, path, None).await;
        assert_eq!((head.status, head.bytes.len()), (200, 0), "{path}");
        heads.push(head);
    }
    assert_eq!(friends.hub.streams(), 0);
    let shown = friends.nobody().get(&paths[0]).await;
    for name in ["etag", "content-type", "content-length", "referrer-policy", "cache-control"] {
        assert_eq!(heads[0].header(name), shown.header(name), "{name}");
    }
    assert_eq!(heads[2].header("content-type"), Some("text/event-stream"));
    shown.ok();
    for path in &paths {
        let head = bearer.send(Method::HEAD, path, None).await;
        assert_eq!((head.status, head.bytes.len()), (404, 0), "{path}");
    }
    let links = friends.ann().get(&format!("{cart}/links")).await.ok();
    assert_eq!(links["links"][0]["view_count"], 1);
}

/// Takes out what differs between any two requests.
fn as_for_any_other(headers: &mut HeaderMap) {
    headers.remove("x-response-time").unwrap();
    headers.remove("x-ratelimit-remaining").unwrap();
}
