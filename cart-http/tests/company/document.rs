//! The document's own request and answer, field by field.

use serde_json::{Value, json};

use crate::support::{Acme, READ_ONLY};

const COLLEAGUE: &str = "4c677a6b-2f65-5645-9bf8-0ef3532bead1";

#[tokio::test]
async fn the_sample_request_gets_the_sample_answer() {
    let acme = Acme::open();
    let user = cart_core::id::UserId::new(COLLEAGUE).unwrap();
    acme.directory.put(cart_core::id::CompanyId::new("acme").unwrap(), user);
    let cart = acme.cart_of("ann@acme").await;
    let request = json!({
        "data": {
            "type": "shared-carts",
            "attributes": {"idCompanyUser": COLLEAGUE, "idCartPermissionGroup": 1}
        }
    });
    let reply = acme.ann().post(format!("/carts/{cart}/shared-carts"), &request).await;
    let id = reply.json["data"]["id"].as_str().unwrap().to_owned();
    assert!(uuid::Uuid::try_parse(&id).is_ok(), "{id}");
    let address = format!("http://glue.mysprykershop.com/shared-carts/{id}");
    assert_eq!(reply.header("location"), Some(&*address));
    assert_eq!(reply.header("etag"), Some("\"2\""));
    assert_eq!(
        reply.json,
        json!({
            "data": {
                "type": "shared-carts",
                "id": id,
                "attributes": {"idCompanyUser": COLLEAGUE, "idCartPermissionGroup": 1},
                "links": {"self": address}
            }
        })
    );
    assert_eq!(reply.clone().made(), id);
    assert_eq!(acme.ann().get(format!("/shared-carts/{id}")).await.ok(), reply.json);
}

#[tokio::test]
async fn a_cart_is_shown_with_its_attributes() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let reply = acme.ann().get(format!("/carts/{cart}")).await;
    assert_eq!(reply.header("etag"), Some("\"1\""));
    let made = cart_core::testing::samples::at(0);
    assert_eq!(
        reply.ok()["data"],
        json!({
            "type": "carts",
            "id": cart,
            "attributes": {
                "name": "Offsite",
                "idOwner": "ann",
                "status": "active",
                "version": 1,
                "lineCount": 0,
                "createdAt": made,
                "updatedAt": made,
            },
            "links": {"self": format!("http://glue.mysprykershop.com/carts/{cart}")},
        })
    );
}

#[tokio::test]
async fn a_link_is_not_made_of_what_the_request_says() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let client = acme.ann().with("host", "evil.example").with("x-forwarded-host", "evil.example");
    let reply = client.share(cart, "bob", READ_ONLY).await;
    assert!(!reply.json.to_string().contains("evil"), "{}", reply.json);
    assert!(!reply.header("location").unwrap().contains("evil"));
}

#[tokio::test]
async fn only_a_shared_cart_refers_to_a_permission_group() {
    let acme = Acme::open();
    let cart = acme.shared_cart().await;
    let path = format!("/carts/{cart}");
    let own = acme.ann().get(&path).await.ok();
    assert_eq!(own["data"].get("relationships"), None);
    for (client, group) in [(acme.bob(), "1"), (acme.carol(), "2")] {
        let shared = client.get(&path).await.ok();
        assert_eq!(
            shared["data"]["relationships"],
            json!({"cart-permission-groups": {"data": [{"type": "cart-permission-groups", "id": group}]}})
        );
        assert_eq!(shared["data"]["attributes"], own["data"]["attributes"]);
        assert_eq!(shared.get("included"), None, "not asked for");
    }
}

#[tokio::test]
async fn the_group_is_delivered_on_request() {
    let acme = Acme::open();
    let path = format!("/carts/{}?include=cart-permission-groups", acme.shared_cart().await);
    let included = acme.bob().get(&path).await.ok()["included"].clone();
    let group = acme.bob().get("/cart-permission-groups/1").await.ok()["data"].clone();
    assert_eq!(included, json!([group]));
    assert_eq!(acme.ann().get(&path).await.ok()["included"], json!([]), "an own cart refers to none");
}

#[tokio::test]
async fn nothing_is_included_that_is_not_known_or_not_there() {
    let acme = Acme::open();
    let cart = acme.shared_cart().await;
    let none = acme.bob().get(format!("/carts/{cart}?include=")).await.ok();
    assert_eq!(none["included"], json!([]));
    for include in ["items", "cart-permission-groups,items", "cart-permission-groups.carts", ",", "CARTS"] {
        let reply = acme.bob().get(format!("/carts/{cart}?include={include}")).await;
        let source = reply.error(400, "malformed_uri")["source"].clone();
        assert_eq!(source, json!({"parameter": "include"}), "{include}");
    }
    let elsewhere = acme.bob().get("/cart-permission-groups?include=carts").await;
    assert_eq!(elsewhere.error(400, "malformed_uri")["source"]["parameter"], Value::from("include"));
}
