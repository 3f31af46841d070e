//! Who may do what.

use serde_json::json;

use crate::support::{Acme, READ_ONLY, ids};

/// What is answered to reading a cart, reading its shares, sharing it, changing a share, and handing the cart over.
#[tokio::test]
async fn each_principal_may_do_what_their_group_says() {
    let table: [(&str, [u16; 5]); 13] = [
        ("ann@acme", [200, 200, 201, 200, 200]),
        ("bob@acme", [200, 200, 403, 403, 403]),
        ("carol@acme", [200, 200, 403, 403, 403]),
        ("dan@acme", [404, 404, 404, 404, 404]),
        ("fay@acme", [404, 404, 404, 404, 404]), // was granted access, and has left
        ("eve@globex", [404, 404, 404, 404, 404]),
        ("ann@globex", [404, 404, 404, 404, 404]), // the same person for another company
        ("bob@globex", [404, 404, 404, 404, 404]),
        ("ann", [403, 403, 403, 403, 403]),
        ("guest", [403, 403, 403, 403, 403]),
        ("staff", [403, 403, 403, 403, 403]),
        ("system", [403, 403, 403, 403, 403]),
        ("forged", [401, 401, 401, 401, 401]),
    ];
    for (token, expected) in table {
        let acme = Acme::open();
        let cart = acme.shared_cart().await;
        let fay = cart_core::id::UserId::new("fay").unwrap();
        acme.directory.put(cart_core::id::CompanyId::new("acme").unwrap(), fay);
        acme.ann().share(cart, "fay", READ_ONLY).await.made();
        acme.leaves("fay");
        let share = ids(&acme.ann().get(format!("/carts/{cart}/shared-carts")).await.ok()).remove(0);
        let client = acme.client(token);
        let answers = [
            client.get(format!("/carts/{cart}")).await.status,
            client.get(format!("/carts/{cart}/shared-carts")).await.status,
            client.share(cart, "dan", READ_ONLY).await.status,
            client.regroup(&share, 2).await.status,
            client.hand_over(cart, json!({"idCompanyUser": "carol"})).await.status,
        ];
        assert_eq!(answers, expected, "{token}");
    }
}

#[tokio::test]
async fn whoever_acts_for_no_company_is_told_so() {
    let acme = Acme::open();
    let error = acme.client("ann").get("/carts").await.error(403, "forbidden");
    assert_eq!(error["detail"], "the token names no company");
    acme.client("guest").get("/carts").await.error(403, "guests_refused");
    acme.client("staff").get("/carts").await.error(403, "forbidden");
}

#[tokio::test]
async fn lists_follow_the_company_for_which_somebody_acts() {
    let acme = Acme::open();
    let (at_acme, at_globex) = (acme.cart_of("ann@acme").await, acme.cart_of("ann@globex").await);
    acme.ann().share(at_acme, "bob", READ_ONLY).await.made();
    acme.client("ann@globex").share(at_globex, "bob", READ_ONLY).await.made();
    for (company, cart) in [("acme", at_acme), ("globex", at_globex)] {
        let own = acme.client(&format!("ann@{company}")).get("/carts").await.ok();
        assert_eq!(ids(&own), [cart.to_string()]);
        let shared = acme.client(&format!("bob@{company}")).get("/carts?filter[access]=shared").await.ok();
        assert_eq!(ids(&shared), [cart.to_string()]);
    }
    assert_eq!(ids(&acme.client("eve@globex").get("/carts?filter[access]=shared").await.ok()), [""; 0]);
}
