//! Shares: who has what, other kinds of access, and their end.

use cart_core::command::Command;
use cart_core::testing::samples::note;
use serde_json::{Value, json};

use crate::support::{Acme, FULL_ACCESS, READ_ONLY, ids};

#[tokio::test]
async fn a_cart_tells_with_whom_it_is_shared_and_how() {
    let acme = Acme::open();
    let cart = acme.shared_cart().await;
    for client in [acme.ann(), acme.bob(), acme.carol()] {
        let shares = client.get(format!("/carts/{cart}/shared-carts")).await.ok();
        let attributes: Vec<&Value> =
            shares["data"].as_array().unwrap().iter().map(|share| &share["attributes"]).collect();
        assert_eq!(
            attributes,
            [
                &json!({"idCompanyUser": "bob", "idCartPermissionGroup": READ_ONLY}),
                &json!({"idCompanyUser": "carol", "idCartPermissionGroup": FULL_ACCESS}),
            ]
        );
        for id in ids(&shares) {
            let share = client.get(format!("/shared-carts/{id}")).await.ok();
            assert!(shares["data"].as_array().unwrap().contains(&share["data"]));
        }
    }
    let unshared = acme.cart_of("ann@acme").await;
    let none = acme.ann().get(format!("/carts/{unshared}/shared-carts")).await.ok();
    assert_eq!(none, json!({"data": []}));
}

#[tokio::test]
async fn what_is_so_already_is_shown_and_not_made_again() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let id = acme.ann().share(cart, "bob", READ_ONLY).await.made();
    let again = acme.ann().share(cart, "bob", READ_ONLY).await;
    assert_eq!((again.header("location"), again.header("etag")), (None, Some("\"2\"")));
    assert_eq!(again.ok()["data"]["id"], id);
}

#[tokio::test]
async fn a_share_is_put_into_another_group() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let id = acme.ann().share(cart, "bob", READ_ONLY).await.made();
    let changed = acme.ann().regroup(&id, FULL_ACCESS).await;
    assert_eq!(changed.header("etag"), Some("\"3\""));
    assert_eq!(
        changed.ok()["data"]["attributes"],
        json!({"idCompanyUser": "bob", "idCartPermissionGroup": FULL_ACCESS})
    );
    acme.execute("bob@acme", cart, Command::SetNote { note: Some(note("by Bob")) }).await;
    let same = acme.ann().regroup(&id, FULL_ACCESS).await;
    assert_eq!(same.header("etag"), Some("\"4\""), "nothing changed but the note");
}

#[tokio::test]
async fn whom_a_share_is_for_can_be_repeated_and_not_changed() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let id = acme.ann().share(cart, "bob", READ_ONLY).await.made();
    let document = |user| {
        json!({"data": {"type": "shared-carts", "id": id,
            "attributes": {"idCompanyUser": user, "idCartPermissionGroup": FULL_ACCESS}}})
    };
    let path = format!("/shared-carts/{id}");
    let error = acme.ann().patch(&path, &document("carol")).await.error(422, "invalid_value");
    assert_eq!(error["source"]["pointer"], "/data/attributes/idCompanyUser");
    acme.ann().patch(&path, &document("bob")).await.ok();
}

#[tokio::test]
async fn an_ended_share_opens_nothing_any_more() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let id = acme.ann().share(cart, "bob", FULL_ACCESS).await.made();
    acme.bob().get(format!("/carts/{cart}")).await.ok();
    acme.ann().delete(format!("/shared-carts/{id}")).await.done();
    acme.bob().get(format!("/carts/{cart}")).await.error(404, "cart_not_found");
    acme.bob().get(format!("/shared-carts/{id}")).await.error(404, "grant_not_found");
    acme.ann().delete(format!("/shared-carts/{id}")).await.error(404, "grant_not_found");
    assert_eq!(ids(&acme.bob().get("/carts?filter[access]=shared").await.ok()), [""; 0]);
    let again = acme.ann().share(cart, "bob", READ_ONLY).await.made();
    assert_ne!(again, id, "another share");
}

#[tokio::test]
async fn whoever_has_a_share_may_leave_and_end_no_other() {
    let acme = Acme::open();
    let cart = acme.shared_cart().await;
    let shares = ids(&acme.ann().get(format!("/carts/{cart}/shared-carts")).await.ok());
    let [bobs, carols] = &shares[..] else { panic!("two shares") };
    for (client, other) in [(acme.bob(), carols), (acme.carol(), bobs)] {
        let error = client.delete(format!("/shared-carts/{other}")).await.error(403, "forbidden");
        assert_eq!(error["meta"]["permission"], "share");
    }
    acme.bob().delete(format!("/shared-carts/{bobs}")).await.done();
    acme.bob().get(format!("/carts/{cart}")).await.error(404, "cart_not_found");
    acme.carol().get(format!("/carts/{cart}")).await.ok();
}

#[tokio::test]
async fn a_share_sleeps_while_its_holder_is_not_in_the_company() {
    let acme = Acme::open();
    let cart = acme.shared_cart().await;
    let shares = ids(&acme.ann().get(format!("/carts/{cart}/shared-carts")).await.ok());
    acme.leaves("bob");
    acme.bob().get(format!("/carts/{cart}")).await.error(404, "cart_not_found");
    acme.bob().get(format!("/shared-carts/{}", shares[0])).await.error(404, "grant_not_found");
    acme.bob().delete(format!("/shared-carts/{}", shares[0])).await.error(404, "grant_not_found");
    assert_eq!(ids(&acme.bob().get("/carts?filter[access]=shared").await.ok()), [""; 0]);
    // The owner sees it and can end it.
    acme.ann().get(format!("/shared-carts/{}", shares[0])).await.ok();
    acme.ann().delete(format!("/shared-carts/{}", shares[0])).await.done();
}

#[tokio::test]
async fn a_group_that_policy_does_not_have_is_not_changed_to() {
    let acme = Acme::open();
    let cart = acme.cart_of("ann@acme").await;
    let id = acme.ann().share(cart, "bob", READ_ONLY).await.made();
    let error = acme.ann().regroup(&id, 9).await.error(422, "group_not_found");
    assert_eq!(error["source"]["pointer"], "/data/attributes/idCartPermissionGroup");
}
