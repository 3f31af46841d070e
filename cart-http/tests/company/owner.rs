//! Handing carts over.

use cart_core::command::Command;
use cart_core::testing::samples::note;
use serde_json::json;

use crate::support::{Acme, FULL_ACCESS, READ_ONLY, ids};

#[tokio::test]
async fn a_cart_handed_over_is_the_colleagues_own() {
    let acme = Acme::open();
    let cart = acme.shared_cart().await;
    let reply = acme.ann().hand_over(cart, json!({"idCompanyUser": "bob"})).await;
    assert_eq!(reply.header("etag"), Some("\"4\""));
    assert_eq!(
        reply.ok(),
        json!({"data": {"type": "cart-owners", "id": cart, "attributes": {"idCompanyUser": "bob"}}})
    );
    let shown = acme.bob().get(format!("/carts/{cart}")).await.ok();
    assert_eq!(shown["data"]["attributes"]["idOwner"], "bob");
    assert_eq!(shown["data"].get("relationships"), None, "an own cart now");
    acme.ann().get(format!("/carts/{cart}")).await.error(404, "cart_not_found");
    assert_eq!(ids(&acme.bob().get("/carts").await.ok()), [cart.to_string()]);
    acme.carol().get(format!("/carts/{cart}")).await.ok();
}

#[tokio::test]
async fn the_owner_until_now_keeps_what_they_say() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let attributes = json!({"idCompanyUser": "bob", "keepPermissionGroup": FULL_ACCESS});
    acme.ann().hand_over(cart, attributes).await.ok();
    let shown = acme.ann().get(format!("/carts/{cart}")).await.ok();
    let groups = &shown["data"]["relationships"]["cart-permission-groups"]["data"];
    assert_eq!(groups[0]["id"], FULL_ACCESS.to_string());
    acme.execute("ann@acme", cart, Command::SetNote { note: Some(note("still here")) }).await;
    acme.ann().share(cart, "dan", READ_ONLY).await.error(403, "forbidden");
}

#[tokio::test]
async fn only_its_owner_hands_a_cart_over_and_only_to_colleagues() {
    let acme = Acme::open();
    let cart = acme.shared_cart().await;
    for client in [acme.bob(), acme.carol()] {
        let error = client.hand_over(cart, json!({"idCompanyUser": "carol"})).await.error(403, "forbidden");
        assert_eq!(error["meta"]["permission"], "own");
    }
    acme.client("dan@acme")
        .hand_over(cart, json!({"idCompanyUser": "dan"}))
        .await
        .error(404, "cart_not_found");
    let user = "/data/attributes/idCompanyUser";
    for (attributes, code, pointer) in [
        (json!({"idCompanyUser": "eve"}), "not_in_company", user),
        (json!({"idCompanyUser": "ann"}), "already_owner", user),
        (
            json!({"idCompanyUser": "bob", "keepPermissionGroup": 9}),
            "group_not_found",
            "/data/attributes/keepPermissionGroup",
        ),
        (
            json!({"idCompanyUser": "bob", "keepPermissionGroup": "1"}),
            "invalid_value",
            "/data/attributes/keepPermissionGroup",
        ),
        (json!({"idCompanyUser": 1}), "invalid_value", user),
        (json!({}), "missing_field", "/data/attributes"),
    ] {
        let error = acme.ann().hand_over(cart, attributes).await.error(422, code);
        assert_eq!(error["source"]["pointer"], pointer);
    }
}
