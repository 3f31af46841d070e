//! What a shopper chooses about delivery and payment.

use serde_json::{Value, json};

use crate::support::Shop;

const CHOICES: [(&str, &str, &str); 3] = [
    ("/address", "address_id", "ann-home"),
    ("/shipping-method", "shipping_method_id", "post"),
    ("/payment-method", "payment_method_id", "card"),
];

#[tokio::test]
async fn each_choice_is_made_kept_and_taken_back() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    for (path, field, id) in CHOICES {
        assert_eq!(shop.ann().put(path, json!({field: id})).await.ok()[field], id);
    }
    shop.ann().add("pen", 1).await;
    let cart = shop.ann().get().await.ok();
    for (path, field, id) in CHOICES {
        assert_eq!(cart[field], id, "edits keep choices");
        assert_eq!(shop.ann().delete(path).await.ok()[field], Value::Null);
    }
}

#[tokio::test]
async fn a_choice_that_does_not_fit_is_refused_with_the_reason() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    let before = shop.ann().put("/address", json!({"address_id": "ann-island"})).await.ok();
    let table = [
        ("address", "/address", "address_id", "nowhere", "not_found"),
        ("address", "/address", "address_id", "bob-home", "not_found"),
        ("shipping_method", "/shipping-method", "shipping_method_id", "none", "not_found"),
        ("shipping_method", "/shipping-method", "shipping_method_id", "coach", "inactive"),
        ("shipping_method", "/shipping-method", "shipping_method_id", "mail", "contents"),
        ("shipping_method", "/shipping-method", "shipping_method_id", "abroad", "currency"),
        ("shipping_method", "/shipping-method", "shipping_method_id", "post", "destination"),
        ("payment_method", "/payment-method", "payment_method_id", "none", "not_found"),
        ("payment_method", "/payment-method", "payment_method_id", "coach", "inactive"),
        ("payment_method", "/payment-method", "payment_method_id", "mail", "contents"),
        ("payment_method", "/payment-method", "payment_method_id", "abroad", "currency"),
    ];
    for (selection, path, field, id, reason) in table {
        let problem = shop.ann().put(path, json!({field: id})).await.problem(422, "selection_misfit");
        assert_eq!((&problem["selection"], &problem["reason"]), (&json!(selection), &json!(reason)), "{id}");
    }
    assert_eq!(shop.ann().get().await.ok(), before);
}

#[tokio::test]
async fn what_needs_no_delivery_takes_no_shipping_method() {
    let shop = Shop::open().await;
    shop.ann().add("ebook", 1).await;
    let refused = shop.ann().put("/shipping-method", json!({"shipping_method_id": "post"})).await;
    assert_eq!(refused.problem(422, "selection_misfit")["reason"], "nothing_to_deliver");
}

#[tokio::test]
async fn a_choice_that_stops_fitting_stays_with_a_notice() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    shop.ann().put("/shipping-method", json!({"shipping_method_id": "post"})).await.ok();
    let id = cart_core::id::ShippingMethodId::new("post").unwrap();
    let retired = cart_core::selection::Method { active: false, ..cart_core::selection::Method::new("Post") };
    shop.methods.put_shipping(id, retired);
    let cart = shop.ann().get().await.ok();
    assert_eq!(cart["shipping_method_id"], "post");
    let notice = json!({"code": "selection_stale", "selection": "shipping_method", "reason": "inactive"});
    assert_eq!(cart["notices"], json!([notice]));
}

#[tokio::test]
async fn without_a_cart_there_is_nothing_to_choose_for() {
    let shop = Shop::open().await;
    for (path, field, id) in CHOICES {
        shop.ann().put(path, json!({field: id})).await.problem(404, "cart_not_found");
        shop.ann().delete(path).await.problem(404, "cart_not_found");
    }
}
