//! Checkouts that are looked at, given up and given more time.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Client, Plan, Shop, id};

async fn pending() -> (Shop, Client, Value) {
    let shop = Shop::with_redirects().await;
    let ann = shop.ann_with_mug().await;
    let checkout = ann.order().await.is(202, "payment_pending");
    (shop, ann, checkout)
}

#[tokio::test]
async fn a_checkout_is_given_up_and_the_cart_is_free() {
    let (shop, ann, checkout) = pending().await;
    let ended = ann.change(&id(&checkout), "cancel").await.is(200, "ended");
    assert_eq!(ended["ended"], json!({"reason": "cancelled", "detail": null, "stock_item": null}));
    assert_eq!(ended.get("gatewayPayload"), None);
    assert_eq!(ann.change(&id(&checkout), "cancel").await.is(200, "ended"), ended);
    let cart = ann.cart().await;
    assert_eq!((&cart["status"], &cart["item_count"]), (&json!("active"), &json!(1)));
    assert_eq!(shop.book.count(), 0);
    ann.change(&id(&checkout), "extend").await.problem(409, "checkout_ended");
}

#[tokio::test]
async fn what_was_paid_goes_ahead() {
    let shop = Shop::open().await;
    let ann = shop.ann_with_mug().await;
    let order = ann.order().await.is(200, "confirmed");
    ann.change(&id(&order), "cancel").await.problem(409, "checkout_goes_ahead");
    ann.look(&id(&order)).await.is(200, "confirmed");
}

#[tokio::test]
async fn more_time_is_given_as_often_as_the_shop_lets() {
    let (shop, ann, checkout) = pending().await;
    let path = id(&checkout);
    let mut deadline = checkout["deadline"].as_str().unwrap().to_owned();
    for key in ["first", "second"] {
        shop.clock.advance(TimeDelta::minutes(10));
        let extended = ann.keyed(key).change(&path, "extend").await.is(200, "payment_pending");
        assert!(extended["deadline"].as_str().unwrap() > &*deadline);
        deadline = extended["deadline"].as_str().unwrap().to_owned();
        assert_eq!(ann.keyed(key).change(&path, "extend").await.is(200, "payment_pending"), extended);
    }
    let refused = ann.change(&path, "extend").await.problem(409, "too_many_extensions");
    assert_eq!(refused["maximum"], 2);
}

#[tokio::test]
async fn a_checkout_whose_time_is_over_ends() {
    let (shop, ann, checkout) = pending().await;
    shop.clock.advance(TimeDelta::minutes(31));
    shop.service.recover_checkouts(10).await.unwrap();
    let ended = ann.look(&id(&checkout)).await.is(200, "ended");
    assert_eq!(ended["ended"]["reason"], "timed_out");
    assert_eq!((ann.cart().await["status"].clone(), shop.book.count()), (json!("active"), 0));
}

#[tokio::test]
async fn changes_may_be_meant_for_one_version_of_the_cart() {
    let (_shop, ann, checkout) = pending().await;
    let version = ann.cart().await["version"].as_u64().unwrap();
    let path = id(&checkout);
    let stale = format!("\"{}\"", version - 1);
    for what in ["extend", "cancel"] {
        let refused = ann.with("if-match", &stale).change(&path, what).await;
        assert_eq!(refused.problem(412, "version_conflict")["current_version"], version);
    }
    ann.with("if-match", format!("\"{version}\"")).change(&path, "extend").await.is(200, "payment_pending");
    ann.with("if-match", "*").change(&path, "cancel").await.is(200, "ended");
}

#[tokio::test]
async fn changes_of_checkouts_are_not_tried_out() {
    let (_shop, ann, checkout) = pending().await;
    for what in ["cancel?preview=true", "extend?preview=true", "cancel?x=1"] {
        ann.change(&id(&checkout), what).await.problem(400, "malformed_uri");
    }
    ann.look(&id(&checkout)).await.is(200, "payment_pending");
}

#[tokio::test]
async fn nobody_finds_what_is_not_theirs() {
    let (shop, ann, checkout) = pending().await;
    let (bob, theirs) = (shop.client("bob"), id(&checkout));
    let unknown = uuid::Uuid::from_u128(9).to_string();
    let foreign = bob.look(&theirs).await.problem(404, "checkout_not_found");
    let none = ann.look(&unknown).await.problem(404, "checkout_not_found");
    assert_eq!((&foreign["checkout_id"], &none["checkout_id"]), (&json!(theirs), &json!(unknown)));
    assert_eq!(foreign.as_object().unwrap().len(), none.as_object().unwrap().len());
    for what in ["cancel", "extend"] {
        for key in ["if-match", "x-none"] {
            bob.with(key, "\"1\"").change(&theirs, what).await.problem(404, "checkout_not_found");
        }
        ann.change(&unknown, what).await.problem(404, "checkout_not_found");
    }
    for malformed in ["x", "%00", "7", "%ff"] {
        ann.look(malformed).await.problem(400, "malformed_uri");
    }
    ann.look(&theirs).await.is(200, "payment_pending");
}

#[tokio::test]
async fn carts_and_checkouts_of_other_channels_are_not_here() {
    let shop = Shop::open_as(Plan { orders_of: "many", ..Plan::default() }).await;
    let ann = shop.ann_with_mug().await;
    let cart = ann.cart().await["id"].clone();
    ann.order().await.problem(422, "missing_field");
    ann.checkout("k", json!({"cart_id": cart})).await.problem(404, "cart_not_found");
    let caller = cart_core::testing::samples::user("ann").into();
    let target = cart_core::service::Target::Cart(cart.as_str().unwrap().parse().unwrap());
    let order = cart_core::command::BeginCheckout::whole(cart_core::checkout::Handoff::Service);
    let elsewhere = shop.service.checkout(&caller, &target, &order).await.unwrap();
    let elsewhere = elsewhere.checkout.id.to_string();
    ann.look(&elsewhere).await.problem(404, "checkout_not_found");
    ann.change(&elsewhere, "cancel").await.problem(404, "checkout_not_found");
}

#[tokio::test]
async fn a_cart_can_be_named_where_there_are_several() {
    let shop = Shop::open_as(Plan { orders_of: "many", ..Plan::default() }).await;
    let ann = cart_core::testing::samples::user("ann");
    let channel = cart_core::testing::samples::channel("many");
    let mut carts = Vec::new();
    for product in ["mug", "pen"] {
        let caller = ann.clone().into();
        let made = shop.service.create(&caller, &channel, &Default::default()).await.unwrap();
        let cart = made.view.cart.id();
        let add = cart_core::command::AddLine::new(
            cart_core::testing::samples::product(product),
            cart_core::quantity::Quantity::ONE,
        );
        let add = cart_core::command::Command::Edit(cart_core::command::LineEdit::Add(add));
        shop.service.execute(&caller, &cart_core::service::Target::Cart(cart), &add).await.unwrap();
        carts.push(cart.to_string());
    }
    let client = shop.client("ann");
    let order = client.checkout("k", json!({"cart_id": carts[1]})).await.is(200, "confirmed");
    assert_eq!((&order["cart_id"], &order["total"]), (&json!(carts[1]), &json!("1.20")));
    shop.client("bob").checkout("k", json!({"cart_id": carts[0]})).await.problem(404, "cart_not_found");
    let none = uuid::Uuid::from_u128(9).to_string();
    client.checkout("n", json!({"cart_id": none})).await.problem(404, "cart_not_found");
}

#[tokio::test]
async fn paths_take_their_methods_only() {
    let (_shop, ann, checkout) = pending().await;
    let path = format!("/api/orders/checkouts/{}", id(&checkout));
    let table = [
        (Method::POST, path.clone()),
        (Method::GET, format!("{path}/cancel")),
        (Method::DELETE, path),
        (Method::GET, "/api/orders/checkout".to_owned()),
        (Method::PUT, "/api/orders/buy-now".to_owned()),
    ];
    for (method, path) in table {
        ann.send(method, &path, None).await.problem(405, "method_not_allowed");
    }
}
