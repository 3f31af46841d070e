//! Which kinds of access there are.

use cart_core::permission::{Permission, Permissions};
use cart_core::sharing::{PermissionGroup, PermissionGroupId};
use serde_json::json;

use crate::support::{Acme, ids};

#[tokio::test]
async fn there_are_the_two_groups_of_the_document() {
    let acme = Acme::open();
    let groups = acme.bob().get("/cart-permission-groups").await.ok();
    assert_eq!(ids(&groups), ["1", "2"]);
    assert_eq!(
        groups["data"][0],
        json!({
            "type": "cart-permission-groups",
            "id": "1",
            "attributes": {"name": "Read-only", "permissions": ["view_shared", "view", "suggest"]},
            "links": {"self": "http://glue.mysprykershop.com/cart-permission-groups/1"},
        })
    );
    assert_eq!(groups["data"][1]["attributes"]["name"], "Full access");
    let one = acme.bob().get("/cart-permission-groups/2").await.ok();
    assert_eq!(one["data"], groups["data"][1]);
}

#[tokio::test]
async fn a_host_adds_groups_of_its_own() {
    let acme = Acme::open_with(|policy| {
        policy.sharing.groups.push(PermissionGroup {
            id: PermissionGroupId(7),
            name: "Shoppers".into(),
            permissions: Permissions::of(&[Permission::ViewShared, Permission::View, Permission::EditLines]),
        });
    });
    let group = acme.ann().get("/cart-permission-groups/7").await.ok();
    assert_eq!(group["data"]["attributes"]["permissions"], json!(["view_shared", "view", "edit_lines"]));
    let cart = acme.cart_of("ann@acme").await;
    acme.ann().share(cart, "bob", 7).await.made();
}

#[tokio::test]
async fn other_groups_are_not_there() {
    let acme = Acme::open();
    for id in ["0", "3", "01", "+1", "1x", "-1", "4294967297", "%FF", "%20"] {
        let error = acme.ann().get(format!("/cart-permission-groups/{id}")).await;
        error.error(404, "not_found");
    }
}
