//! The document's errors, and those of whatever else keeps a share from being made.

use cart_core::command::Command;
use cart_core::policy::CartPolicy;
use cart_core::testing::{Fault, StoreCall};
use serde_json::{Value, json};

use crate::support::{Acme, FULL_ACCESS, READ_ONLY, share};

#[tokio::test]
async fn without_a_token_403_and_with_an_invalid_one_401() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let missing = acme.nobody().share(cart, "bob", READ_ONLY).await;
    assert_eq!(missing.header("www-authenticate"), Some("Bearer"));
    missing.error(403, "unauthenticated");
    let invalid = acme.client("forged").share(cart, "bob", READ_ONLY).await;
    assert_eq!(invalid.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
    invalid.error(401, "unauthenticated");
    let down = acme.client("down").share(cart, "bob", READ_ONLY).await;
    assert!(!down.json.to_string().contains("secret"));
    assert_eq!(down.header("retry-after"), Some("1"));
    down.error(503, "unavailable");
}

#[tokio::test]
async fn every_path_asks_for_the_token_first() {
    let acme = Acme::open();
    let none = uuid::Uuid::nil();
    for path in [
        "/carts?x=1".to_owned(),
        format!("/carts/{none}"),
        "/carts/x".to_owned(),
        format!("/carts/{none}/shared-carts"),
        format!("/shared-carts/{none}"),
        "/cart-permission-groups".to_owned(),
        "/cart-permission-groups/9".to_owned(),
    ] {
        acme.nobody().get(&path).await.error(403, "unauthenticated");
        acme.client("forged").get(&path).await.error(401, "unauthenticated");
    }
    for path in [format!("/carts/{none}/shared-carts"), format!("/carts/{none}/owner")] {
        acme.nobody().post(&path, &json!([])).await.error(403, "unauthenticated");
    }
    acme.nobody().patch(format!("/shared-carts/{none}"), &json!([])).await.error(403, "unauthenticated");
    acme.nobody().delete(format!("/shared-carts/{none}")).await.error(403, "unauthenticated");
}

#[tokio::test]
async fn a_cart_that_is_not_there_is_404() {
    let acme = Acme::open();
    let others = acme.cart_of("eve@globex").await;
    for id in [others.to_string(), uuid::Uuid::nil().to_string(), "x".into(), "%FF".into(), "a%2Fb".into()] {
        let path = format!("/carts/{id}");
        let expected = if id == "%FF" { "not_found" } else { "cart_not_found" };
        acme.ann().get(&path).await.error(404, expected);
        acme.ann().get(format!("{path}/shared-carts")).await.error(404, expected);
        let shared = acme.ann().post(format!("{path}/shared-carts"), &share("bob", READ_ONLY)).await;
        shared.error(404, expected);
    }
    for id in [uuid::Uuid::nil().to_string(), others.to_string()] {
        acme.ann().get(format!("/shared-carts/{id}")).await.error(404, "grant_not_found");
    }
    acme.ann().get("/shared-carts/x").await.error(404, "not_found");
}

#[tokio::test]
async fn what_does_not_exist_for_a_caller_looks_as_if_it_did_not_exist() {
    let acme = Acme::open();
    let cart = acme.shared_cart().await;
    let shares = acme.ann().get(format!("/carts/{cart}/shared-carts")).await.ok();
    let share = shares["data"][0]["id"].as_str().unwrap().to_owned();
    let stranger = acme.client("eve@globex").with("x-request-id", "same");
    let none = uuid::Uuid::nil();
    for (there, not_there) in [
        (format!("/carts/{cart}"), format!("/carts/{none}")),
        (format!("/shared-carts/{share}"), format!("/shared-carts/{none}")),
    ] {
        let (mut there, mut not_there) = (stranger.get(there).await, stranger.get(not_there).await);
        for reply in [&mut there, &mut not_there] {
            // How long this one answer took.
            reply.headers.remove("x-response-time").unwrap();
        }
        let strip = |reply: &crate::support::Reply, id: &str| reply.json.to_string().replace(id, "-");
        assert_eq!(strip(&there, &share), strip(&not_there, &none.to_string()));
        assert_eq!((there.status, there.headers), (not_there.status, not_there.headers));
    }
}

#[tokio::test]
async fn a_cart_that_cannot_be_shared_with_somebody_is_422() {
    let acme = Acme::open();
    let cart = acme.shared_cart().await;
    let (user, group) = ("/data/attributes/idCompanyUser", "/data/attributes/idCartPermissionGroup");
    for (whom, kind, code, pointer) in [
        ("eve", READ_ONLY, "not_in_company", user),
        ("nobody", READ_ONLY, "not_in_company", user),
        ("ann", READ_ONLY, "already_owner", user),
        ("bob", FULL_ACCESS, "already_shared", user),
        ("dan", 0, "group_not_found", group),
        ("dan", 9, "group_not_found", group),
    ] {
        let error = acme.ann().share(cart, whom, kind).await.error(422, code);
        assert_eq!(error["source"], json!({"pointer": pointer}), "{whom} {kind}");
    }
}

#[tokio::test]
async fn a_cart_is_shared_with_so_many_and_no_more() {
    let acme = Acme::open_with(|policy| policy.sharing.max_grants = 1);
    let cart = acme.cart_of("ann@acme").await;
    acme.ann().share(cart, "bob", READ_ONLY).await.made();
    let error = acme.ann().share(cart, "carol", READ_ONLY).await.error(422, "too_many_grants");
    assert_eq!(error["meta"]["maximum"], 1);
}

#[tokio::test]
async fn a_cart_that_was_given_up_is_not_shared() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    acme.execute("ann@acme", cart, Command::Abandon).await;
    let error = acme.ann().share(cart, "bob", READ_ONLY).await.error(422, "wrong_status");
    assert_eq!(error["meta"]["cart_status"], "abandoned");
}

#[tokio::test]
async fn attributes_of_the_wrong_type_are_pointed_to() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let (user, group) = ("/data/attributes/idCompanyUser", "/data/attributes/idCartPermissionGroup");
    let long = "x".repeat(129);
    let table = [
        (json!({"idCompanyUser": 7, "idCartPermissionGroup": 1}), user),
        (json!({"idCompanyUser": null, "idCartPermissionGroup": 1}), user),
        (json!({"idCompanyUser": "", "idCartPermissionGroup": 1}), user),
        (json!({"idCompanyUser": "a\nb", "idCartPermissionGroup": 1}), user),
        (json!({"idCompanyUser": long, "idCartPermissionGroup": 1}), user),
        (json!({"idCompanyUser": ["bob"], "idCartPermissionGroup": 1}), user),
        (json!({"idCompanyUser": "bob", "idCartPermissionGroup": "1"}), group),
        (json!({"idCompanyUser": "bob", "idCartPermissionGroup": 1.0}), group),
        (json!({"idCompanyUser": "bob", "idCartPermissionGroup": -1}), group),
        (json!({"idCompanyUser": "bob", "idCartPermissionGroup": 4_294_967_297_u64}), group),
        (json!({"idCompanyUser": "bob", "idCartPermissionGroup": null}), group),
        (json!({"idCompanyUser": "bob", "idCartPermissionGroup": true}), group),
        (json!(["bob", 1]), "/data/attributes"),
        (Value::Null, "/data/attributes"),
    ];
    for (attributes, pointer) in table {
        let document = json!({"data": {"type": "shared-carts", "attributes": attributes}});
        let reply = acme.ann().post(format!("/carts/{cart}/shared-carts"), &document).await;
        assert_eq!(reply.error(422, "invalid_value")["source"], json!({"pointer": pointer}), "{document}");
    }
}

#[tokio::test]
async fn where_nothing_is_shared_with_users_nothing_is_offered() {
    let acme = Acme::open_with(|policy| {
        policy.sharing = CartPolicy::shared().sharing;
    });
    let cart = acme.cart_of("ann@acme").await;
    acme.ann().share(cart, "bob", READ_ONLY).await.error(403, "not_offered");
    assert_eq!(acme.ann().get("/cart-permission-groups").await.ok(), json!({"data": []}));
}

#[tokio::test]
async fn a_cart_of_another_channel_is_not_shown_here() {
    let acme = Acme::open();
    let cart = acme.cart_in("other", "ann@acme").await;
    acme.ann().get(format!("/carts/{cart}")).await.error(404, "cart_not_found");
    assert_eq!(acme.ann().get("/carts").await.ok()["data"], json!([]));
}

#[tokio::test]
async fn what_fails_below_is_not_told() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    acme.store.fail_next(StoreCall::Commit, 1, Fault::Full);
    let failed = acme.ann().share(cart, "bob", READ_ONLY).await;
    assert!(!failed.json.to_string().contains("told to fail"));
    failed.error(507, "storage_full");
    acme.ann().share(cart, "bob", READ_ONLY).await.made();
}

#[tokio::test]
async fn another_method_is_405_with_those_that_there_are() {
    let acme = Acme::open();
    let reply = acme.ann().delete("/carts").await;
    assert_eq!(reply.header("allow"), Some("GET,HEAD"));
    reply.error(405, "method_not_allowed");
}

#[tokio::test]
async fn who_writes_too_often_is_told_in_the_form_of_this_surface() {
    let acme = Acme::open().with_writes(1);
    let cart = acme.cart_of("ann@acme").await;
    acme.ann().share(cart, "bob", READ_ONLY).await.made();
    let refused = acme.ann().share(cart, "dan", READ_ONLY).await;
    assert_eq!(refused.headers["retry-after"], "60");
    assert_eq!(refused.headers["x-ratelimit-remaining"], "0");
    assert_eq!(refused.headers["content-type"], "application/vnd.api+json");
    let error = refused.error(429, "rate_limit_exceeded");
    assert_eq!((&error["meta"]["limit"], &error["meta"]["retry_after"]), (&json!(1), &json!(60)), "{error}");
    let shares = acme.ann().get(format!("/carts/{cart}/shared-carts")).await.ok();
    assert_eq!(shares["data"].as_array().map(Vec::len), Some(1), "reads do not count");
}
