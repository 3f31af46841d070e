//! Media types.

use axum::http::Method;
use serde_json::json;

use crate::support::{Acme, JSON_API, READ_ONLY, share};

#[tokio::test]
async fn both_media_types_are_taken_and_one_is_answered() {
    let acme = Acme::open();
    for content_type in [
        JSON_API,
        "application/json",
        "application/json; charset=utf-8",
        "application/vnd.api+json; profile=\"https://example.com/cursor-pagination\"",
    ] {
        let path = format!("/carts/{}/shared-carts", acme.cart_of("ann@acme").await);
        let client = acme.ann().with("content-type", content_type);
        client.send(Method::POST, path, share("bob", READ_ONLY).to_string()).await.made();
    }
}

#[tokio::test]
async fn a_body_in_another_form_is_415() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let send = async |headers: &[(&str, &str)]| {
        let client = headers.iter().fold(acme.ann(), |client, (name, value)| client.with(name, value));
        let path = format!("/carts/{cart}/shared-carts");
        client.send(Method::POST, path, share("bob", READ_ONLY).to_string()).await
    };
    for content_type in [
        "application/vnd.api+json; charset=utf-8",
        "application/vnd.api+json; ext=\"https://jsonapi.org/ext/atomic\"",
        "application/vnd.api+json; version=1",
        "application/json; charset=latin1",
        "application/problem+json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "",
    ] {
        send(&[("content-type", content_type)]).await.error(415, "unsupported_media_type");
    }
    send(&[]).await.error(415, "unsupported_media_type");
    let twice = [("content-type", JSON_API), ("content-type", JSON_API)];
    send(&twice).await.error(415, "unsupported_media_type");
    let zipped = [("content-type", JSON_API), ("content-encoding", "gzip")];
    send(&zipped).await.error(415, "unsupported_media_type");
    let none = acme.ann().get(format!("/carts/{cart}/shared-carts")).await.ok();
    assert_eq!(none["data"], json!([]), "nothing was shared");
}

#[tokio::test]
async fn an_answer_in_another_form_is_406() {
    let acme = Acme::open();
    for accept in [
        "application/vnd.api+json; charset=utf-8",
        "application/vnd.api+json; ext=\"https://a.example\", */*",
    ] {
        acme.ann().with("accept", accept).get("/carts").await.error(406, "not_acceptable");
    }
    for accept in
        ["*/*", JSON_API, "application/json", "application/vnd.api+json; charset=x, application/vnd.api+json"]
    {
        acme.ann().with("accept", accept).get("/carts").await.ok();
    }
}
