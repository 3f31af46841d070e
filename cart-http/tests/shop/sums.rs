//! What the cart costs, part by part.

use cart_core::charge::{Charge, Fee, FeeBasis};
use cart_core::id::{PaymentMethodId, ShippingMethodId};
use cart_core::money::{Amounts, Currency, Money};
use cart_core::policy::{CartPolicy, CashRounding, TaxMode};
use cart_core::selection::Method;
use serde_json::{Value, json};

use crate::support::{Shop, item_id};

fn amounts(minor: i64) -> Amounts {
    Money::new(minor, Currency::EUR).into()
}

/// Delivery for 4.99 that weighs at most 2 kg and costs at most 100.00, and a card for 1.00; both taxed.
fn charge_for_methods(shop: &Shop) {
    let tax_class = serde_json::from_value(json!("standard")).unwrap();
    let parcel = Method {
        charge: Charge::Amount(amounts(499)),
        tax_class: Some(tax_class),
        max_grams: Some(2000),
        max_subtotal: amounts(10_000),
        ..Method::new("Parcel")
    };
    let card = Method {
        charge: Charge::Amount(amounts(100)),
        tax_class: parcel.tax_class.clone(),
        ..Method::new("Card")
    };
    shop.methods.put_shipping(ShippingMethodId::new("parcel").unwrap(), parcel);
    shop.methods.put_payment(PaymentMethodId::new("card").unwrap(), card);
}

/// Gift wrapping for 0.50 a unit, taxed.
fn charge_for_wrapping(shop: &Shop) {
    let tax_class = Some(serde_json::from_value(json!("standard")).unwrap());
    shop.fees.put(Fee {
        id: serde_json::from_value(json!("wrap")).unwrap(),
        name: "Wrapping".into(),
        on: FeeBasis::Option { name: "wrap".into(), value: "yes".into() },
        charge: Charge::PerUnit(amounts(50)),
        tax_class,
    });
}

/// A tax of 19%, wherever something is delivered.
fn tax(shop: &Shop) {
    let table = json!({"standard": {"rates": [{"name": "VAT", "rate": "0.19"}]}});
    shop.taxes.put_without_destination(serde_json::from_value(table).unwrap());
}

/// A shop with a bit of everything: 10% off with a code, half off shipping, methods, wrapping, taxes, cash.
async fn elaborate(mode: TaxMode) -> Shop {
    let shop = Shop::open_with(|policy: &mut CartPolicy| {
        policy.pricing.tax.mode = mode;
        let cash = CashRounding { increment: 5, rounding: Default::default(), methods: Default::default() };
        policy.pricing.cash.insert(Currency::EUR, cash);
    })
    .await;
    charge_for_methods(&shop);
    charge_for_wrapping(&shop);
    tax(&shop);
    shop.promote(json!({
        "id": "half", "name": "Half the shipping",
        "effect": {"on": "shipping", "reduction": {"percent": "0.5"}},
    }));
    shop
}

async fn fill(shop: &Shop) -> Value {
    let ann = shop.ann();
    let mug = json!({"product_id": "mug", "quantity": 2, "options": {"wrap": "yes"}});
    ann.post("/items", mug).await.ok();
    ann.put("/shipping-method", json!({"shipping_method_id": "parcel"})).await.ok();
    ann.put("/payment-method", json!({"payment_method_id": "card"})).await.ok();
    ann.post("/coupons", json!({"code": "TEN"})).await.ok()
}

/// The amount in cents.
#[track_caller]
fn cents(amount: &Value) -> i64 {
    Money::parse_decimal(amount.as_str().expect("an amount"), Currency::EUR).unwrap().minor()
}

/// Checks that the parts make the total, as the documentation says.
#[track_caller]
fn assert_adds_up(cart: &Value) {
    let sum = |name: &str| cents(&cart[name]);
    let tax = if cart["tax_included"] == true { 0 } else { sum("tax") };
    let parts = sum("subtotal") - sum("discount") + sum("shipping_total") + sum("fees_total");
    assert_eq!(sum("total"), parts + tax + sum("cash_rounding"), "{cart}");
    let charges = || {
        let fees = cart["fees"].as_array().unwrap().iter();
        fees.chain([&cart["payment_fee"]]).filter(|charge| !charge.is_null())
    };
    assert_eq!(sum("fees_total"), charges().map(|charge| cents(&charge["total"])).sum::<i64>());
    let items = cart["items"].as_array().unwrap().iter();
    let taxed = items.chain(charges()).chain([&cart["shipping"]]).filter(|part| part["tax"].is_string());
    assert_eq!(sum("tax"), taxed.map(|part| cents(&part["tax"])).sum::<i64>());
}

#[tokio::test]
async fn every_part_is_shown_and_they_add_up_with_taxes_on_top() {
    let shop = elaborate(TaxMode::OnTop).await;
    let cart = fill(&shop).await;
    assert_adds_up(&cart);
    let shipping = json!({
        "method_id": "parcel", "name": "Parcel", "price": "4.99", "discount": "2.50", "total": "2.49", "tax": "0.47",
    });
    let payment = json!({"method_id": "card", "name": "Card", "price": "1.00", "discount": "0.00", "total": "1.00", "tax": "0.19"});
    let wrapping = json!({"fee_id": "wrap", "name": "Wrapping", "price": "1.00", "discount": "0.00", "total": "1.00", "tax": "0.19"});
    let vat = json!({"name": "VAT", "rate": "0.19", "compound": false, "on": "26.99", "amount": "5.13"});
    assert_eq!(cart["shipping"], shipping);
    assert_eq!((&cart["payment_fee"], &cart["fees"]), (&payment, &json!([wrapping])));
    assert_eq!((&cart["taxes"], &cart["tax_included"]), (&json!([vat]), &json!(false)));
    assert_eq!(cart["items"][0]["tax"], "4.28");
    let sums = ["subtotal", "discount", "shipping_total", "fees_total", "tax", "cash_rounding", "total"];
    let expected = ["30.00", "7.50", "2.49", "2.00", "5.13", "-0.02", "32.10"];
    assert_eq!(sums.map(|name| &cart[name]), expected);
    let promotions: Vec<_> =
        cart["promotions"].as_array().unwrap().iter().map(|found| &found["id"]).collect();
    assert_eq!(promotions, ["ten", "half"]);
}

#[tokio::test]
async fn taxes_inside_the_prices_are_said_and_not_added() {
    let shop = elaborate(TaxMode::Inside).await;
    assert_eq!(shop.ann().get().await.ok()["tax_included"], true, "also before there is a cart");
    let cart = fill(&shop).await;
    assert_adds_up(&cart);
    assert_eq!(cart["tax_included"], true);
    assert_eq!((&cart["total"], &cart["cash_rounding"]), (&json!("27.00"), &json!("0.01")));
    assert!(cents(&cart["tax"]) > 400, "{cart}");
    // Whichever way a cart is shown.
    let refused = shop.ann().with("if-match", "\"1\"").try_to_add("pen", 1).await;
    assert_eq!(refused.problem(412, "version_conflict")["cart"]["tax_included"], true);
    assert_eq!(shop.ann().delete("?preview=true").await.ok()["tax_included"], true);
}

#[tokio::test]
async fn a_method_that_no_longer_fits_is_not_charged_for() {
    let shop = elaborate(TaxMode::None).await;
    let id = item_id(&fill(&shop).await, 0);
    let stale =
        |reason: &str| json!([{"code": "selection_stale", "selection": "shipping_method", "reason": reason}]);
    shop.catalog.change("mug", |mug| mug.grams = 1001);
    let heavy = shop.ann().get().await.ok();
    assert_eq!((&heavy["notices"], &heavy["shipping"]), (&stale("weight"), &Value::Null));
    assert_eq!((&heavy["shipping_total"], &heavy["shipping_method_id"]), (&json!("0.00"), &json!("parcel")));
    assert_adds_up(&heavy);
    shop.catalog.change("mug", |mug| mug.grams = 0);
    let dear = shop.ann().patch(&format!("/items/{id}"), json!({"quantity": 9})).await.ok();
    assert_eq!((&dear["notices"], &dear["shipping"]), (&stale("subtotal"), &Value::Null));
    assert_adds_up(&dear);
}

#[tokio::test]
async fn a_method_is_refused_that_the_cart_is_too_heavy_or_too_dear_for() {
    let shop = elaborate(TaxMode::None).await;
    let parcel = json!({"shipping_method_id": "parcel"});
    shop.ann().add("mug", 9).await;
    let refused = shop.ann().put("/shipping-method", parcel.clone()).await;
    assert_eq!(refused.problem(422, "selection_misfit")["reason"], "subtotal");
    shop.bob().add("pen", 1).await;
    shop.catalog.change("pen", |pen| pen.grams = 2001);
    let refused = shop.bob().put("/shipping-method", parcel).await;
    assert_eq!(refused.problem(422, "selection_misfit")["reason"], "weight");
}

#[tokio::test]
async fn an_unknown_tax_is_told() {
    let shop = Shop::open_with(|policy| policy.pricing.tax.mode = TaxMode::OnTop).await;
    let cart = shop.ann().add("mug", 1).await;
    assert_eq!(cart["notices"], json!([{"code": "tax_unknown", "tax_class": "standard"}]));
    assert_eq!((&cart["tax"], &cart["taxes"], &cart["total"]), (&json!("0.00"), &json!([]), &json!("12.50")));
}
