//! Links, for those who may share the cart.

use cart_core::port::Clock as _;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::{Friends, token};

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_link_is_made_without_a_body_and_lives_as_long_as_policy_says() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let reply = friends.ann().send(axum::http::Method::POST, &format!("{cart}/share"), None).await;
    assert_eq!(reply.header("etag"), Some("\"3\""));
    let made = reply.made();
    token(&made);
    assert_eq!(time(&made["expires_at"]), friends.clock.now() + TimeDelta::days(30));
    assert_eq!(
        (&made["may_suggest"], &made["uses"], &made["label"]),
        (&json!(false), &json!(null), &json!(null))
    );
    assert_eq!(made["shows"], json!({"prices": false, "names": false}));
}

#[tokio::test]
async fn the_links_are_listed_without_tokens_and_with_their_openings() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let family = friends.link(&cart, json!({"label": "Family", "uses": 3, "may_suggest": true})).await;
    let others = friends.link(&cart, json!({})).await;
    friends.nobody().get(&format!("shared/{family}")).await.ok();
    friends.nobody().get(&format!("shared/{family}")).await.ok();
    let listed = friends.ann().get(&format!("{cart}/links")).await.ok();
    let links = listed["links"].as_array().unwrap();
    let said = |link: &Value| ["label", "uses", "view_count", "may_suggest"].map(|name| link[name].clone());
    assert_eq!(links.len(), 2);
    assert_eq!(said(&links[0]), [json!("Family"), json!(3), json!(2), json!(true)]);
    assert_eq!(said(&links[1]), [json!(null), json!(null), json!(0), json!(false)]);
    assert_eq!(time(&links[0]["last_view_at"]), friends.clock.now());
    assert_eq!(links[1]["last_view_at"], json!(null));
    let text = listed.to_string();
    assert!(!text.contains(&family) && !text.contains(&others) && !text.contains("token"), "{text}");
}

#[tokio::test]
async fn of_a_link_what_is_named_changes_and_null_takes_away() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let made = json!({"label": "Family", "uses": 3, "shows": {"prices": true}});
    let made = friends.ann().post(&format!("{cart}/share"), made).await.made();
    let path = format!("{cart}/links/{}", made["link_id"].as_str().unwrap());
    let changed = friends.ann().patch(&path, json!({"may_suggest": true})).await.ok();
    let mut expected = made.clone();
    expected.as_object_mut().unwrap().remove("shareable_link");
    expected["may_suggest"] = json!(true);
    assert_eq!(changed, expected);
    let changed =
        friends.ann().patch(&path, json!({"uses": null, "label": null, "expires_at": null})).await.ok();
    assert_eq!([&changed["uses"], &changed["label"], &changed["expires_at"]], [&json!(null); 3]);
    assert_eq!(changed["shows"], json!({"prices": true, "names": false}));
    for (body, pointer) in [
        (json!({"shows": null}), "/shows"),
        (json!({"may_suggest": null}), "/may_suggest"),
        (json!({"uses": -1}), "/uses"),
        (json!({"uses": 1.5}), "/uses"),
        (json!({"expires_at": "tomorrow"}), "/expires_at"),
        (json!({"label": ""}), "/label"),
        (json!({"label": "for\nyou"}), "/label"),
        (json!({"label": "for \u{2066}you"}), "/label"),
    ] {
        let problem = friends.ann().patch(&path, body.clone()).await.problem(422, "invalid_value");
        assert_eq!(problem["pointer"], pointer, "{body}");
    }
    let problem = friends.ann().patch(&path, json!({"token": "x"})).await.problem(422, "unknown_field");
    assert_eq!(problem["pointer"], "/token");
}

#[tokio::test]
async fn a_link_that_could_not_be_opened_is_refused() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let past = friends.clock.now() - TimeDelta::seconds(1);
    for terms in [json!({"uses": 0}), json!({"expires_at": past})] {
        friends.ann().post(&format!("{cart}/share"), terms).await.problem(422, "link_terms");
    }
    for _ in 0..20 {
        friends.link(&cart, json!({})).await;
    }
    let problem =
        friends.ann().post(&format!("{cart}/share"), json!({})).await.problem(422, "too_many_links");
    assert_eq!(problem["maximum"], 20);
}

#[tokio::test]
async fn a_rotated_link_opens_with_its_new_token_only() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let made = friends.ann().post(&format!("{cart}/share"), json!({"label": "Family"})).await.made();
    let path = format!("{cart}/links/{}/rotate", made["link_id"].as_str().unwrap());
    let rotated = friends.ann().post(&path, json!({})).await.ok();
    let (old, new) = (token(&made), token(&rotated));
    assert_eq!((&rotated["link_id"], &rotated["label"]), (&made["link_id"], &made["label"]));
    friends.nobody().get(&format!("shared/{old}")).await.problem(404, "cart_not_found");
    friends.nobody().get(&format!("shared/{new}")).await.ok();
}

#[tokio::test]
async fn a_revoked_link_opens_nothing_and_is_gone() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let made = friends.ann().post(&format!("{cart}/share"), json!({})).await.made();
    let path = format!("{cart}/links/{}", made["link_id"].as_str().unwrap());
    friends.ann().delete(&path).await.done();
    friends.nobody().get(&format!("shared/{}", token(&made))).await.problem(404, "cart_not_found");
    assert_eq!(friends.ann().get(&format!("{cart}/links")).await.ok(), json!({"links": []}));
    friends.ann().delete(&path).await.problem(404, "link_not_found");
    friends.ann().patch(&path, json!({"uses": 1})).await.problem(404, "link_not_found");
}

#[tokio::test]
async fn a_link_of_another_cart_is_not_found() {
    let friends = Friends::meet();
    let (one, other) = (friends.cart().await, friends.cart().await);
    let made = friends.ann().post(&format!("{one}/share"), json!({})).await.made();
    let path = format!("{other}/links/{}", made["link_id"].as_str().unwrap());
    friends.ann().delete(&path).await.problem(404, "link_not_found");
    friends.ann().patch(&path, json!({"uses": 1})).await.problem(404, "link_not_found");
    friends.ann().post(&format!("{path}/rotate"), json!({})).await.problem(404, "link_not_found");
    friends.nobody().get(&format!("shared/{}", token(&made))).await.ok();
}

#[tokio::test]
async fn of_what_a_link_shows_too_only_what_is_named_changes() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let shows = json!({"shows": {"prices": true, "names": true}});
    let made = friends.ann().post(&format!("{cart}/share"), shows).await.made();
    let path = format!("{cart}/links/{}", made["link_id"].as_str().unwrap());
    let changed = friends.ann().patch(&path, json!({"shows": {"prices": false}})).await.ok();
    assert_eq!(changed["shows"], json!({"prices": false, "names": true}));
    let kept = friends.ann().patch(&path, json!({"shows": {}})).await;
    assert_eq!(
        (kept.header("etag"), &kept.json["shows"]),
        (Some("\"4\""), &changed["shows"]),
        "nothing to write"
    );
    let null = friends.ann().patch(&path, json!({"shows": {"names": null}})).await;
    assert_eq!(null.problem(422, "invalid_value")["pointer"], "/shows/names");
}
