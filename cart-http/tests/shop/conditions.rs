//! Writes that are meant for one version of the cart.

use axum::http::Method;
use cart_core::port::{CartIndex as _, Clock as _};
use cart_core::testing::samples::{channel, owner};
use serde_json::{Value, json};

use crate::support::{Shop, item_id};

#[tokio::test]
async fn a_write_for_the_version_seen_is_done() {
    let shop = Shop::open().await;
    let reply = shop.ann().try_to_add("mug", 1).await;
    let etag = reply.header("etag").unwrap().to_owned();
    let done = shop.ann().with("if-match", &etag).try_to_add("pen", 1).await;
    assert_eq!(done.header("etag"), Some("\"2\""));
    done.ok();
}

#[tokio::test]
async fn a_write_for_another_version_is_refused_with_the_cart_as_it_is() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    let current = shop.ann().add("mug", 1).await;
    let path = format!("/items/{}", item_id(&current, 0));
    let writes = [
        (Method::POST, "/items".to_owned(), Some(json!({"product_id": "pen"}))),
        (Method::PATCH, path.clone(), Some(json!({"quantity": 9}))),
        (Method::POST, format!("{path}/increase"), None),
        (Method::POST, format!("{path}/decrease"), None),
        (Method::DELETE, path, None),
        (Method::DELETE, String::new(), None),
        (Method::PUT, "/address".to_owned(), Some(json!({"address_id": "ann-home"}))),
        (Method::DELETE, "/address".to_owned(), None),
        (Method::POST, "/coupons".to_owned(), Some(json!({"code": "TEN"}))),
        (Method::DELETE, "/coupons/TEN".to_owned(), None),
        (Method::DELETE, "/gifts/pens".to_owned(), None),
        (Method::PUT, "/gifts/pens".to_owned(), None),
        (Method::PUT, "/currency".to_owned(), Some(json!({"currency": "USD"}))),
        (Method::POST, "/prices/acknowledge".to_owned(), None),
    ];
    for (method, path, body) in writes {
        for tag in ["\"1\"", "\"3\"", "\"1\", \"3\"", "\"never\"", "\"02\""] {
            let refused = shop.ann().with("if-match", tag).send(method.clone(), &path, body.clone()).await;
            assert_eq!(refused.header("etag"), Some("\"2\""), "{method} {path} {tag}");
            let problem = refused.problem(412, "version_conflict");
            assert_eq!((&problem["current_version"], &problem["cart"]), (&json!(2), &current));
        }
    }
    assert_eq!(shop.ann().get().await.ok(), current);
}

#[tokio::test]
async fn any_of_several_versions_will_do_and_a_star_stands_for_all() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    for (version, tag) in (2..).zip(["\"9\", \"1\"", "*", "\"3\",\"x\"", "\"7\", \"4\", \"5\""]) {
        let done = shop.ann().with("if-match", tag).try_to_add("mug", 1).await;
        assert_eq!(done.ok()["version"], version, "{tag}");
    }
}

#[tokio::test]
async fn no_condition_holds_for_a_cart_that_is_not_there() {
    let shop = Shop::open().await;
    for tag in ["*", "\"0\"", "\"1\"", "\"1\", \"2\""] {
        for reply in [
            shop.ann().with("if-match", tag).try_to_add("mug", 1).await,
            shop.ann().with("if-match", tag).delete("").await,
        ] {
            assert_eq!(reply.header("etag"), None);
            assert_eq!(reply.problem(412, "version_conflict")["current_version"], Value::Null, "{tag}");
        }
    }
    assert_eq!(shop.ann().get().await.ok()["id"], Value::Null);
}

#[tokio::test]
async fn asking_whether_there_is_a_cart_makes_none_where_reading_one_does() {
    let shop = Shop::open_with(|policy| policy.creation.on_first_read = true).await;
    for tag in ["*", "\"1\", \"2\""] {
        for path in ["/items", "/items?preview=true"] {
            let reply = shop.ann().with("if-match", tag).post(path, json!({"product_id": "mug"})).await;
            assert_eq!(reply.problem(412, "version_conflict")["current_version"], Value::Null, "{tag}");
        }
    }
    let open = shop.store.count_open(&channel("shop"), &owner("ann"), shop.clock.now()).await;
    assert_eq!(open.unwrap(), 0);
    assert_eq!(shop.ann().get().await.ok()["version"], 1);
}

#[tokio::test]
async fn a_condition_that_cannot_be_read_is_refused() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    for tag in ["", "1", "W/\"1\"", "\"1", "*, \"1\""] {
        let refused = shop.ann().with("if-match", tag).try_to_add("mug", 1).await;
        assert_eq!(refused.problem(400, "malformed_header")["header"], "If-Match", "{tag}");
    }
}
