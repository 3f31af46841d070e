//! Coupon codes on the cart.

use axum::http::Method;
use cart_core::policy::{CouponMisfit, CouponPolicy};
use serde_json::{Value, json};

use crate::support::{Reply, Shop, item_id};

async fn enter(client: &crate::support::Client, code: &str) -> Reply {
    client.post("/coupons", json!({"code": code})).await
}

/// How the code `TEN` can be typed.
const SPELLINGS: [&str; 6] = ["TEN", "ten", " T e\tn ", "ｔｅｎ", "Ｔ\u{3000}EN", "\u{a0}ten"];

#[tokio::test]
async fn a_code_takes_its_promotion_off_until_it_is_taken_off() {
    let shop = Shop::open().await;
    let before = shop.ann().add("mug", 2).await;
    let cart = enter(&shop.ann(), "ten").await.ok();
    let coupon =
        json!({"code": "TEN", "promotion_id": "ten", "applied": true, "discount": "2.50", "reason": null});
    assert_eq!(cart["coupons"], json!([coupon]));
    let promotion = json!({"id": "ten", "name": "Ten off", "code": "TEN", "discount": "2.50"});
    assert_eq!(cart["promotions"], json!([promotion]));
    for place in [&cart, &cart["items"][0]] {
        let amounts = ["subtotal", "discount", "total"].map(|name| &place[name]);
        assert_eq!(amounts, ["30.00", "7.50", "22.50"], "the catalog takes 5.00 off, the code 2.50");
    }
    assert_eq!(cart["items"][0]["unit_discount"], "2.50", "only what the catalog takes off a unit");

    let mut after = shop.ann().delete("/coupons/TEN").await.ok();
    assert_eq!(after["version"], 3);
    for changed in ["version", "updated_at"] {
        after[changed] = before[changed].clone();
    }
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_code_is_one_however_it_is_typed() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 2).await;
    for spelling in SPELLINGS {
        let cart = enter(&shop.ann(), spelling).await.ok();
        assert_eq!((&cart["version"], &cart["total"]), (&json!(2), &json!("22.50")), "{spelling:?}");
        assert_eq!(cart["coupons"].as_array().unwrap().len(), 1, "{spelling:?}");
    }
}

#[tokio::test]
async fn a_code_in_a_path_is_decoded_and_one_however_it_is_typed() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    for path in ["TEN", "ten", "%54en", "t%20e%20n", "%EF%BD%94%EF%BD%85%EF%BD%8E", "T%E3%80%80EN", "%09ten"]
    {
        enter(&shop.ann(), "TEN").await.ok();
        let cart = shop.ann().delete(&format!("/coupons/{path}")).await.ok();
        assert_eq!(cart["coupons"], json!([]), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_on_the_cart_is_off_already() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    let before = enter(&shop.ann(), "TEN").await.ok();
    for code in ["BIG", "NEVER-SEEN", "a+b", "%2e%2e"] {
        assert_eq!(shop.ann().delete(&format!("/coupons/{code}")).await.ok(), before, "{code}");
    }
}

#[tokio::test]
async fn a_code_that_does_not_apply_yet_waits_and_says_what_is_missing() {
    let shop = Shop::open().await;
    let id = item_id(&shop.ann().add("mug", 1).await, 0);
    let cart = enter(&shop.ann(), "BIG").await.ok();
    let why = json!({"reason": "below_subtotal", "minimum": "50.00", "subtotal": "12.50"});
    let with = |mut object: Value| {
        object.as_object_mut().unwrap().extend(why.as_object().unwrap().clone());
        json!([object])
    };
    let coupon = json!({"code": "BIG", "promotion_id": "big", "applied": false, "discount": "0.00"});
    assert_eq!(cart["coupons"], with(coupon));
    assert_eq!(cart["notices"], with(json!({"code": "coupon_sleeping", "coupon": "BIG"})));
    assert_eq!((&cart["promotions"], &cart["total"]), (&json!([]), &json!("12.50")));

    let woken = shop.ann().patch(&format!("/items/{id}"), json!({"quantity": 4})).await.ok();
    assert_eq!((&woken["total"], &woken["notices"]), (&json!("30.00"), &json!([])));
    assert_eq!(woken["coupons"][0]["applied"], true);
}

#[tokio::test]
async fn where_policy_keeps_no_sleeping_codes_they_are_refused_and_removed() {
    let one = CouponPolicy { max: 1, misfit: CouponMisfit::Removed };
    let shop = Shop::open_with(|policy| policy.pricing.coupons = one).await;
    let before = shop.ann().add("mug", 3).await;
    let problem = enter(&shop.ann(), "big").await.problem(422, "coupon_not_applicable");
    let why = ["reason", "minimum", "subtotal"].map(|name| &problem[name]);
    assert_eq!(why, ["below_subtotal", "50.00", "37.50"]);
    assert_eq!(shop.ann().get().await.ok(), before);

    let item = format!("/items/{}", item_id(&before, 0));
    shop.ann().patch(&item, json!({"quantity": 4})).await.ok();
    enter(&shop.ann(), "big").await.ok();
    assert_eq!(enter(&shop.ann(), "TEN").await.problem(422, "too_many_coupons")["maximum"], 1);
    let cart = shop.ann().patch(&item, json!({"quantity": 1})).await.ok();
    assert_eq!(cart["coupons"], json!([]));
    let notice = json!({
        "code": "coupon_removed", "coupon": "BIG",
        "reason": "below_subtotal", "minimum": "50.00", "subtotal": "12.50",
    });
    assert_eq!(cart["notices"], json!([notice]));
    assert_eq!(shop.ann().get().await.ok()["notices"], json!([]), "said once");
}

#[tokio::test]
async fn a_code_that_can_never_apply_is_refused() {
    let shop = Shop::open().await;
    let before = shop.ann().add("mug", 1).await;
    let problem = enter(&shop.ann(), "PAST").await.problem(422, "coupon_not_applicable");
    assert_eq!(problem["reason"], "ended");
    let problem = enter(&shop.ann(), "NEVER-SEEN").await.problem(422, "coupon_not_found");
    assert!(!problem.to_string().contains("NEVER"), "{problem}");
    assert_eq!(shop.ann().get().await.ok(), before);
}

#[tokio::test]
async fn a_cart_takes_so_many_codes_and_no_more() {
    let shop = Shop::open().await;
    let mut before = shop.ann().add("mug", 1).await;
    for n in 0..5 {
        let effect = json!({"on": "order", "reduction": {"amount": {"EUR": "0.10"}}});
        shop.promote(
            json!({"id": format!("p{n}"), "name": "x", "codes": [format!("P{n}")], "effect": effect}),
        );
        before = enter(&shop.ann(), &format!("p{n}")).await.ok();
    }
    assert_eq!((&before["total"], &before["version"]), (&json!("12.00"), &json!(6)));
    assert_eq!(enter(&shop.ann(), "TEN").await.problem(422, "too_many_coupons")["maximum"], 5);
    assert_eq!(enter(&shop.ann(), "p0").await.ok(), before, "one that is there is there");
}

#[tokio::test]
async fn where_carts_take_no_codes_none_is_offered() {
    let shop = Shop::open_with(|policy| policy.pricing.coupons.max = 0).await;
    shop.ann().add("mug", 1).await;
    enter(&shop.ann(), "TEN").await.problem(403, "not_offered");
}

#[tokio::test]
async fn without_a_cart_there_is_nothing_to_put_a_code_on() {
    let shop = Shop::open().await;
    enter(&shop.ann(), "TEN").await.problem(404, "cart_not_found");
    shop.ann().delete("/coupons/TEN").await.problem(404, "cart_not_found");
    assert_eq!(shop.ann().get().await.ok()["id"], Value::Null);
}

#[tokio::test]
async fn a_code_on_the_cart_of_another_has_no_effect() {
    let shop = Shop::open().await;
    let anns = shop.ann().add("mug", 2).await;
    shop.bob().add("mug", 2).await;
    let bobs = enter(&shop.bob(), "TEN").await.ok();
    assert_eq!((&bobs["total"], &anns["total"]), (&json!("22.50"), &json!("25.00")));
    assert_eq!(shop.ann().get().await.ok(), anns);
    assert_eq!(shop.ann().delete("/coupons/TEN").await.ok(), anns);
    assert_eq!(shop.bob().get().await.ok(), bobs);
}

#[tokio::test]
async fn what_is_no_code_is_refused_and_not_repeated() {
    let shop = Shop::open().await;
    let cart = shop.ann().add("mug", 1).await;
    let long = "SECRET".repeat(11);
    let endless = "SECRET".repeat(5000);
    let texts =
        ["", "   ", "SECRET\0", "SECRET/..", "<b>SECRET</b>", "SECRET'--", "50%SECRET", "\u{202e}SECRET"];
    for text in texts.into_iter().chain([long.as_str(), endless.as_str()]) {
        let problem = enter(&shop.ann(), text).await.problem(422, "invalid_value");
        assert_eq!(problem["pointer"], "/code", "{text:?}");
        assert!(!problem.to_string().contains("SECRET"), "{problem}");
    }
    for code in [json!(7), json!(null), json!(["TEN"]), json!({"TEN": null}), json!(true)] {
        let problem = shop.ann().post("/coupons", json!({"code": code})).await.problem(422, "invalid_value");
        assert!(problem["pointer"].as_str().unwrap().starts_with("/code"), "{problem}");
    }
    let missing = shop.ann().post("/coupons", json!({})).await.problem(422, "missing_field");
    assert_eq!(missing["pointer"], "/code");
    assert_eq!(shop.ann().get().await.ok(), cart);
}

#[tokio::test]
async fn what_is_no_code_in_a_path_is_refused_and_not_repeated() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    let before = enter(&shop.ann(), "TEN").await.ok();
    let long = "x".repeat(65);
    let endless = "x".repeat(5000);
    let hostile = [
        "%00",
        "TEN%00",
        "%ff",
        "%C3%28",
        "%ED%A0%80",
        "%20",
        "..%2f..",
        "%2e%2e%2f",
        "TEN%2f",
        "TEN;x",
        "TEN*",
        "%3Cb%3E",
        "'%20or%201=1",
        "%E2%80%AETEN",
        "50%25",
        "TEN%0d%0ax:y",
        &long,
        &endless,
    ];
    for code in hostile {
        let reply = shop.ann().delete(&format!("/coupons/{code}")).await;
        let problem = reply.problem(400, "malformed_uri").to_string();
        assert!(!problem.contains("TEN"), "{problem}");
    }
    for path in ["/coupons/TEN/", "/coupons//TEN", "/coupons/a/b", "/coupons/../coupons/TEN"] {
        shop.ann().delete(path).await.problem(404, "not_found");
    }
    shop.ann().send(Method::DELETE, "/coupons", None).await.problem(405, "method_not_allowed");
    assert_eq!(shop.ann().get().await.ok(), before);
}

#[tokio::test]
async fn of_sixteen_at_once_with_one_code_one_counts() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 2).await;
    let mut posts = tokio::task::JoinSet::new();
    for n in 0..16 {
        let client = shop.ann();
        posts.spawn(async move { enter(&client, SPELLINGS[n % SPELLINGS.len()]).await.ok() });
    }
    let carts = posts.join_all().await;
    assert!(carts.iter().all(|cart| cart["total"] == "22.50" && cart["version"] == 2));
}

#[tokio::test]
async fn a_previewed_code_is_shown_and_not_kept() {
    let shop = Shop::open().await;
    let before = shop.ann().add("mug", 2).await;
    let tried = shop.ann().post("/coupons?preview=true", json!({"code": "TEN"})).await.ok();
    assert_eq!((&tried["total"], &tried["preview"]), (&json!("22.50"), &json!(true)));
    shop.ann().post("/coupons?preview=true", json!({"code": "NONE"})).await.problem(422, "coupon_not_found");
    assert_eq!(shop.ann().get().await.ok(), before);
}
