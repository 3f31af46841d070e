//! Writes that are meant for one version, and writes that come twice.

use serde_json::json;

use crate::support::{Acme, FULL_ACCESS, READ_ONLY, ids};

#[tokio::test]
async fn a_write_for_another_version_is_412() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let at = |versions: &str| acme.ann().with("if-match", versions);
    for versions in ["\"2\"", "\"2\", \"3\"", "\"x\""] {
        let reply = at(versions).share(cart, "bob", READ_ONLY).await;
        assert_eq!(reply.header("etag"), Some("\"1\""), "{versions}");
        let error = reply.error(412, "version_conflict");
        assert_eq!(error["meta"]["current_version"], 1);
    }
    let malformed = at("1").share(cart, "bob", READ_ONLY).await.error(400, "malformed_header");
    assert_eq!(malformed["source"], json!({"header": "If-Match"}));
    let id = at("\"1\"").share(cart, "bob", READ_ONLY).await.made();
    at("\"1\"").regroup(&id, FULL_ACCESS).await.error(412, "version_conflict");
    at("\"2\", \"9\"").regroup(&id, FULL_ACCESS).await.ok();
    at("\"2\"").delete(format!("/shared-carts/{id}")).await.error(412, "version_conflict");
    at("*").delete(format!("/shared-carts/{id}")).await.done();
}

#[tokio::test]
async fn a_condition_tells_strangers_nothing() {
    let acme = Acme::open();
    let cart = acme.shared_cart().await;
    for versions in ["\"1\"", "\"1\", \"2\"", "*"] {
        let stranger = acme.client("eve@globex").with("if-match", versions);
        stranger.share(cart, "eve", READ_ONLY).await.error(404, "cart_not_found");
    }
}

#[tokio::test]
async fn a_share_asked_for_twice_is_made_once_and_answered_alike() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let client = acme.ann().with("idempotency-key", "a-1");
    let first = client.share(cart, "bob", READ_ONLY).await;
    let second = client.share(cart, "bob", READ_ONLY).await;
    assert_eq!(first.header("idempotency-replayed"), None);
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!((first.status, &first.json), (second.status, &second.json));
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(ids(&acme.ann().get(format!("/carts/{cart}/shared-carts")).await.ok()).len(), 1);
    client.share(cart, "carol", READ_ONLY).await.error(422, "request_key_reused");
}

#[tokio::test]
async fn a_change_asked_for_twice_is_answered_alike() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let id = acme.ann().share(cart, "bob", READ_ONLY).await.made();
    let client = acme.ann().with("x-idempotency-key", "c-1");
    let first = client.regroup(&id, FULL_ACCESS).await;
    acme.ann().regroup(&id, READ_ONLY).await.ok();
    let second = client.regroup(&id, FULL_ACCESS).await;
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.ok(), second.ok());
    let now = acme.ann().get(format!("/shared-carts/{id}")).await.ok();
    assert_eq!(now["data"]["attributes"]["idCartPermissionGroup"], READ_ONLY, "not done again");
}

#[tokio::test]
async fn a_cart_handed_over_twice_with_one_key_is_handed_over_once() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let client = acme.ann().with("idempotency-key", "o-1");
    let attributes = json!({"idCompanyUser": "bob", "keepPermissionGroup": READ_ONLY});
    let first = client.hand_over(cart, attributes.clone()).await;
    let second = client.hand_over(cart, attributes).await;
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.ok(), second.ok());
}
