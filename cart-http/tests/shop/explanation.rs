//! Why the cart costs what it costs.

use axum::http::Method;
use cart_core::money::{Currency, Money};
use cart_core::policy::TaxMode;
use serde_json::{Value, json};

use crate::support::{Client, Shop, item_id};

async fn explained(client: &Client) -> Value {
    client.send(Method::GET, "/explanation", None).await.ok()
}

fn text(explanation: &Value) -> String {
    explanation["text"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| format!("{}\n", line.as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn before_there_is_a_cart_nothing_needs_explaining_and_nothing_is_made() {
    let shop = Shop::open().await;
    let nothing = json!({"version": 0, "currency": "EUR", "steps": [], "text": [], "total": "0.00"});
    assert_eq!(explained(&shop.ann()).await, nothing);
    assert_eq!(shop.ann().get().await.ok()["id"], Value::Null);
}

#[tokio::test]
async fn every_amount_is_explained_by_what_it_was_worked_out_from() {
    let shop = Shop::open_with(|policy| policy.pricing.tax.mode = TaxMode::OnTop).await;
    let table = json!({"standard": {"rates": [{"name": "VAT", "rate": "0.19"}]}});
    shop.taxes.put_without_destination(serde_json::from_value(table).unwrap());
    let item = json!({"item_id": item_id(&shop.ann().add("mug", 2).await, 0)});
    shop.ann().put("/payment-method", json!({"payment_method_id": "card"})).await.ok();
    shop.ann().post("/coupons", json!({"code": "TEN"})).await.ok();
    let explanation = explained(&shop.ann()).await;
    let expected = json!([
        {
            "part": "subtotal", "subject": item, "amount": "30.00",
            "rule": "list_price", "list_price": "15.00", "quantity": 2,
        },
        {
            "part": "discount", "subject": item, "amount": "-5.00",
            "rule": "catalog_discount", "unit_discount": "2.50", "quantity": 2,
        },
        {
            "part": "discount", "subject": item, "amount": "-2.50",
            "rule": "promotion", "promotion_id": "ten", "working": {"share": {"of": "2.50"}},
        },
        {
            "part": "tax_on_top", "subject": item, "amount": "4.28",
            "rule": "tax", "name": "VAT", "rate": "0.19", "compound": false, "on": "22.50",
            "rounding": "half-up", "level": "per-line",
        },
    ]);
    assert_eq!(explanation["steps"], expected);
    assert_eq!((&explanation["version"], &explanation["total"]), (&json!(3), &json!("26.78")));
    assert_eq!(explanation["currency"], "EUR");
    assert!(text(&explanation).ends_with("= total 26.78 EUR\n"), "{explanation}");
    assert!(text(&explanation).contains("Ten off"), "{explanation}");
}

#[tokio::test]
async fn the_steps_add_up_to_what_the_cart_says() {
    let shop = Shop::open_with(|policy| policy.pricing.tax.mode = TaxMode::Inside).await;
    let table = json!({"standard": {"rates": [{"name": "VAT", "rate": "0.19"}]}});
    shop.taxes.put_without_destination(serde_json::from_value(table).unwrap());
    shop.promote(json!({
        "id": "three", "name": "Three off", "effect": {"on": "order", "reduction": {"amount": {"EUR": "3.00"}}},
    }));
    for product in ["mug", "pen", "lamp"] {
        shop.ann().add(product, 3).await;
    }
    let cart = shop.ann().post("/coupons", json!({"code": "TEN"})).await.ok();
    let explanation = explained(&shop.ann()).await;
    assert_eq!(explanation["total"], cart["total"]);
    let sum_of = |counts: &dyn Fn(&Value) -> bool| -> String {
        let steps = explanation["steps"].as_array().unwrap().iter().filter(|step| counts(step));
        let amounts =
            steps.map(|step| Money::parse_decimal(step["amount"].as_str().unwrap(), Currency::EUR).unwrap());
        Money::sum(Currency::EUR, amounts).unwrap().to_decimal()
    };
    assert_eq!(sum_of(&|step| step["part"] != "tax_inside"), cart["total"]);
    assert_eq!(sum_of(&|step| step["part"] == "tax_inside"), cart["tax"]);
    assert_eq!(sum_of(&|step| step["part"] == "subtotal"), cart["subtotal"]);
    assert_eq!(
        sum_of(&|step| step["part"] == "discount"),
        format!("-{}", cart["discount"].as_str().unwrap())
    );
}

#[tokio::test]
async fn offers_for_others_stay_between_them_and_the_shop() {
    let shop = Shop::open().await;
    let effect = json!({"on": "order", "reduction": {"percent": "0.5"}});
    let secret = |id: &str, conditions: Value| json!({"id": id, "name": format!("Secret {id}"), "conditions": conditions, "effect": effect});
    shop.promote(secret("staff", json!({"customer_groups": ["staff"]})));
    shop.promote(secret("later", json!({"starts_at": "2026-11-27T00:00:00Z"})));
    shop.ann().add("mug", 1).await;
    let cart = shop.ann().post("/coupons", json!({"code": "BIG"})).await.ok();
    let explanation = explained(&shop.ann()).await;
    for answer in [&cart, &explanation] {
        assert!(!answer.to_string().contains("Secret"), "{answer}");
    }
    assert!(
        text(&explanation).contains("Big order: not applied"),
        "whoever has the code is told: {explanation}"
    );
}

#[tokio::test]
async fn everybody_is_told_about_their_own_cart() {
    let shop = Shop::open().await;
    shop.ann().add("mug", 1).await;
    shop.bob().add("pen", 1).await;
    let (anns, bobs) = (explained(&shop.ann()).await, explained(&shop.bob()).await);
    assert_eq!((&anns["total"], &bobs["total"]), (&json!("12.50"), &json!("1.20")));
    assert!(!text(&anns).contains("pen"), "{anns}");
}
