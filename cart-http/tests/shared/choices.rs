//! What is chosen for a cart, and what the cart costs then.

use serde_json::json;

use crate::support::Friends;

#[tokio::test]
async fn delivery_and_payment_are_chosen_and_taken_back() {
    let friends = Friends::meet_in_town();
    let (ann, cart) = (friends.ann(), friends.cart().await);
    let choices = [
        ("address", "address_id", "ann-home"),
        ("shipping-method", "shipping_method_id", "post"),
        ("payment-method", "payment_method_id", "card"),
    ];
    for (path, field, id) in choices {
        let chosen = ann.put(&format!("{cart}/{path}"), json!({field: id})).await.ok();
        assert_eq!(chosen["cart"][field], id);
    }
    assert_eq!(ann.get(&cart).await.ok()["cart"]["shipping"]["method_id"], "post");
    for (path, field, _) in choices {
        let left = ann.delete(&format!("{cart}/{path}")).await.ok();
        assert_eq!(left["cart"][field], json!(null));
    }
}

#[tokio::test]
async fn choices_that_do_not_fit_change_nothing() {
    let friends = Friends::meet_in_town();
    let (ann, cart) = (friends.ann(), friends.cart().await);
    let version = friends.view(&cart).await.cart.version();
    let strange = json!({"address_id": "bob-home"});
    ann.put(&format!("{cart}/address"), strange).await.problem(422, "selection_misfit");
    let coach = json!({"shipping_method_id": "coach"});
    ann.put(&format!("{cart}/shipping-method"), coach).await.problem(422, "selection_misfit");
    let priced = json!({"payment_method_id": "card", "total": "0.00"});
    ann.put(&format!("{cart}/payment-method"), priced).await.problem(422, "unknown_field");
    let own = json!({"address_id": "bob-home"});
    friends.bob().put(&format!("{cart}/address"), own).await.problem(404, "cart_not_found");
    assert_eq!(friends.view(&cart).await.cart.version(), version);
}

#[tokio::test]
async fn a_code_takes_off_what_it_promises_until_it_is_taken_off() {
    let friends = Friends::meet_in_town();
    let (ann, cart) = (friends.ann(), friends.cart().await);
    let entered = ann.post(&format!("{cart}/coupons"), json!({"code": " ten "})).await.ok();
    let coupon = &entered["cart"]["coupons"][0];
    assert_eq!(
        (&coupon["code"], &coupon["applied"], &coupon["discount"]),
        (&json!("TEN"), &json!(true), &json!("2.50"))
    );
    assert_eq!(entered["cart"]["total"], "22.50");
    ann.post(&format!("{cart}/coupons"), json!({"code": "NONE"})).await.problem(422, "coupon_not_found");
    let left = ann.delete(&format!("{cart}/coupons/TEN")).await.ok();
    assert_eq!((&left["cart"]["coupons"], &left["cart"]["total"]), (&json!([]), &json!("25.00")));
}

#[tokio::test]
async fn a_gift_can_be_refused_and_accepted_after_all() {
    let friends = Friends::meet_in_town();
    let (ann, cart) = (friends.ann(), friends.cart().await);
    assert_eq!(ann.get(&cart).await.ok()["cart"]["gifts"][0]["product_id"], "pen");
    let refused = ann.delete(&format!("{cart}/gifts/pens")).await.ok();
    assert_eq!(
        (&refused["cart"]["gifts"], &refused["cart"]["refused_gifts"][0]["promotion_id"]),
        (&json!([]), &json!("pens"))
    );
    let accepted = ann.put(&format!("{cart}/gifts/pens"), json!({})).await.ok();
    assert_eq!(accepted["cart"]["gifts"][0]["quantity"], 2);
}

#[tokio::test]
async fn whoever_sees_all_of_a_cart_is_told_why_it_costs_what_it_costs() {
    let friends = Friends::meet_in_town();
    let (ann, cart) = (friends.ann(), friends.cart().await);
    ann.post(&format!("{cart}/coupons"), json!({"code": "TEN"})).await.ok();
    let explained = ann.get(&format!("{cart}/explanation")).await.ok();
    assert_eq!((&explained["total"], &explained["version"]), (&json!("22.50"), &json!(3)));
    assert!(explained["steps"].as_array().unwrap().iter().any(|step| step["amount"] == "-2.50"));
    friends.client("ann").get(&format!("{cart}/explanation")).await.problem(404, "cart_not_found");
    friends.grant(&cart, "bob", 1).await;
    assert_eq!(friends.bob().get(&format!("{cart}/explanation")).await.ok()["steps"], explained["steps"]);
}

#[tokio::test]
async fn what_the_channel_does_not_price_is_not_offered() {
    let friends = Friends::meet();
    let cart = friends.cart().await;
    let code = json!({"code": "TEN"});
    friends.ann().post(&format!("{cart}/coupons"), code).await.problem(403, "not_offered");
}

#[tokio::test]
async fn a_reader_chooses_nothing() {
    let friends = Friends::meet_in_town();
    let cart = friends.cart().await;
    friends.grant(&cart, "bob", 1).await;
    let bob = friends.bob();
    bob.post(&format!("{cart}/coupons"), json!({"code": "TEN"})).await.problem(403, "forbidden");
    bob.delete(&format!("{cart}/gifts/pens")).await.problem(403, "forbidden");
    bob.put(&format!("{cart}/payment-method"), json!({"payment_method_id": "card"}))
        .await
        .problem(403, "forbidden");
    bob.post(&format!("{cart}/prices/acknowledge"), json!({})).await.problem(403, "forbidden");
}
