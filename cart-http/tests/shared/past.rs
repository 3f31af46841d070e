//! What happened to a cart, and taking it back.

use serde_json::{Value, json};

use crate::support::Friends;

fn versions(page: &Value) -> Vec<u64> {
    page["changes"].as_array().unwrap().iter().map(|change| change["version"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn the_history_says_who_did_what_the_newest_first() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    friends.grant(&cart, "carol", 2).await;
    let add = json!({"product_id": "pen", "quantity": 3});
    friends.client("carol@acme").post(&format!("{cart}/add-item"), add).await.ok();
    let page = friends.ann().get(&format!("{cart}/history")).await.ok();
    assert_eq!((versions(&page), &page["next_before"]), (vec![4, 3, 2, 1], &json!(null)));
    let newest = &page["changes"][0];
    assert_eq!(newest["by"], json!({"kind": "user", "user_id": "carol"}));
    let what = &newest["what"][0];
    assert_eq!((&what["happened"], &what["quantity"]), (&json!("line_added"), &json!(3)));
    assert_eq!((&what["unit_price"], what["item_id"].is_string()), (&json!("1.20"), true));
    // The same is read page by page.
    let first = friends.ann().get(&format!("{cart}/history?limit=3")).await.ok();
    assert_eq!((versions(&first), &first["next_before"]), (vec![4, 3, 2], &json!(2)));
    let last = friends.ann().get(&format!("{cart}/history?limit=3&before=2")).await.ok();
    assert_eq!((versions(&last), &last["next_before"]), (vec![1], &json!(null)));
    for query in ["limit=0", "limit=101", "limit=x", "before=0", "before=-1", "after=1"] {
        friends.ann().get(&format!("{cart}/history?{query}")).await.problem(400, "malformed_uri");
    }
}

#[tokio::test]
async fn the_cart_is_shown_as_an_earlier_version_was() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    friends.ann().post(&format!("{cart}/add-item"), json!({"product_id": "mug", "quantity": 3})).await.ok();
    let at = async |version: u64| friends.ann().get(&format!("{cart}/versions/{version}")).await;
    assert_eq!(at(1).await.ok()["items"], json!([]));
    assert_eq!(at(2).await.ok()["items"][0]["quantity"], 2);
    assert_eq!(at(3).await.ok()["items"][0]["quantity"], 5);
    assert_eq!(at(4).await.problem(404, "version_not_found")["version"], 4);
    at(0).await.problem(400, "malformed_uri");
}

#[tokio::test]
async fn the_last_change_is_undone_and_done_again() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let quantity = async || friends.view(&cart).await.cart.lines().first().map(|line| line.quantity.get());
    friends.ann().post(&format!("{cart}/add-item"), json!({"product_id": "mug", "quantity": 3})).await.ok();
    assert_eq!(quantity().await, Some(5));
    let undo = format!("{cart}/undo");
    let reply = friends.ann().post(&undo, json!({})).await;
    assert_eq!(reply.header("etag"), Some("\"4\""));
    assert_eq!(reply.ok(), json!({"status": "undone"}));
    assert_eq!(quantity().await, Some(2));
    friends.ann().post(&undo, json!({})).await.ok();
    assert_eq!(quantity().await, Some(5));
    let empty = friends.ann().post("create", json!({})).await.made();
    let path = format!("{}/undo", empty["cart_id"].as_str().unwrap());
    friends.ann().post(&path, json!({})).await.problem(409, "nothing_to_undo");
}

#[tokio::test]
async fn an_undo_that_names_what_it_undoes_is_done_once() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    friends.ann().post(&format!("{cart}/add-item"), json!({"product_id": "mug", "quantity": 3})).await.ok();
    let (undo, named) = (format!("{cart}/undo"), friends.ann().with("if-match", "\"3\""));
    named.post(&undo, json!({})).await.ok();
    let late = named.post(&undo, json!({})).await;
    assert_eq!(late.header("etag"), Some("\"4\""));
    assert_eq!(late.problem(412, "version_conflict")["current_version"], 4);
}
