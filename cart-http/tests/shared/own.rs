//! Own carts: listing, showing, renaming and ending them, and changing what is in them.

use serde_json::{Value, json};

use crate::support::Friends;

#[tokio::test]
async fn a_cart_is_shown_with_its_items_and_what_it_costs() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let reply = friends.ann().get(&cart).await;
    assert_eq!(reply.header("etag"), Some("\"2\""));
    let shown = reply.ok()["cart"].take();
    let item = friends.item(&cart).await;
    assert_eq!((&shown["cart_id"], &shown["cart_name"]), (&json!(cart), &json!("Vacation")));
    let (status, currency, total) = (&shown["status"], &shown["currency"], &shown["total"]);
    assert_eq!((status, currency, total), (&json!("active"), &json!("EUR"), &json!("25.00")));
    let mug = &shown["items"][0];
    assert_eq!(mug["item_id"], item);
    assert_eq!((&mug["product_id"], &mug["quantity"]), (&json!("mug"), &json!(2)));
    assert_eq!((&mug["unit_price"], &mug["total"]), (&json!("12.50"), &json!("25.00")));
}

#[tokio::test]
async fn only_who_may_see_all_of_it_is_shown_a_cart() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    friends.bob().get(&cart).await.problem(404, "cart_not_found");
    friends.client("ann").get(&cart).await.problem(404, "cart_not_found");
    friends.nobody().get(&cart).await.problem(401, "unauthenticated");
    friends.ann().get("not-an-id").await.problem(400, "malformed_uri");
    friends.grant(&cart, "bob", 1).await;
    assert_eq!(friends.bob().get(&cart).await.ok()["cart"]["cart_id"], cart);
}

#[tokio::test]
async fn carts_are_listed_page_by_page() {
    let friends = Friends::meet();
    for name in ["one", "two", "three"] {
        friends.ann().post("create", json!({"cart_name": name})).await.made();
    }
    friends.bob().post("create", json!({"cart_name": "Bob's"})).await.made();
    let (mut names, mut path) = (Vec::new(), "list?limit=2".to_owned());
    loop {
        let page = friends.ann().get(&path).await.ok();
        let listed = page["carts"].as_array().unwrap();
        assert!(listed.len() <= 2);
        names.extend(listed.iter().map(|cart| cart["cart_name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("list?limit=2&cursor={next}");
    }
    names.sort_unstable();
    assert_eq!(names, ["one", "three", "two"]);
    friends.ann().get("list?limit=0").await.problem(400, "malformed_uri");
    friends.ann().get("list?limit=101").await.problem(400, "malformed_uri");
    friends.ann().get("list?sort=name").await.problem(400, "malformed_uri");
    friends.ann().get("list?cursor=zzz").await.problem(400, "bad_cursor");
    let page = friends.ann().get("list?limit=1").await.ok();
    let of_ann = page["next_cursor"].as_str().unwrap();
    friends.bob().get(&format!("list?cursor={of_ann}")).await.problem(400, "bad_cursor");
}

#[tokio::test]
async fn a_cart_is_renamed_and_loses_its_name() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let renamed = friends.ann().patch(&cart, json!({"cart_name": "Winter"})).await.ok();
    assert_eq!(renamed["cart"]["cart_name"], "Winter");
    assert_eq!(
        friends.ann().patch(&cart, json!({"cart_name": null})).await.ok()["cart"]["cart_name"],
        Value::Null
    );
    friends.ann().patch(&cart, json!({"cart_name": "x".repeat(300)})).await.problem(422, "invalid_value");
    friends.ann().patch(&cart, json!({"user_id": "bob"})).await.problem(422, "unknown_field");
    friends.bob().patch(&cart, json!({"cart_name": "Bob's"})).await.problem(404, "cart_not_found");
}

#[tokio::test]
async fn items_are_changed_and_removed() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let path = format!("{cart}/items/{}", friends.item(&cart).await);
    let changed = friends.ann().patch(&path, json!({"quantity": 3})).await.ok();
    assert_eq!(
        (&changed["cart"]["items"][0]["quantity"], &changed["cart"]["total"]),
        (&json!(3), &json!("37.50"))
    );
    friends.ann().patch(&path, json!({"quantity": 0})).await.problem(422, "below_minimum");
    friends.ann().patch(&path, json!({})).await.problem(422, "missing_field");
    friends.bob().patch(&path, json!({"quantity": 1})).await.problem(404, "cart_not_found");
    friends.ann().with("if-match", "\"1\"").delete(&path).await.problem(412, "version_conflict");
    assert_eq!(friends.ann().delete(&path).await.ok(), json!({"status": "item removed"}));
    friends.ann().delete(&path).await.problem(404, "line_not_found");
}

#[tokio::test]
async fn a_cart_that_was_given_up_can_be_looked_at_and_not_used() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let token = friends.link(&cart, json!({})).await;
    friends.grant(&cart, "bob", 2).await;
    friends.bob().delete(&cart).await.problem(403, "forbidden");
    friends.ann().delete(&cart).await.done();
    assert_eq!(friends.ann().get(&cart).await.ok()["cart"]["status"], "abandoned");
    friends
        .ann()
        .post(&format!("{cart}/add-item"), json!({"product_id": "pen"}))
        .await
        .problem(409, "wrong_status");
    friends.nobody().get(&format!("shared/{token}")).await.problem(404, "cart_not_found");
}
