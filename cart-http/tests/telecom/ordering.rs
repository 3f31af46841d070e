//! Carts that are ordered.

use cart_core::checkout::InitiationType;
use cart_core::id::AddressId;
use cart_core::memory::PaymentScript;
use serde_json::{Value, json};

use crate::support::{Carrier, item, reason, text};

#[tokio::test]
async fn a_cart_is_ordered_as_in_the_document() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["phone", "plan"]).await;
    let before = ann.get(&cart).await.ok();
    let body = json!({
        "customerId": "ann", "paymentMethodId": "card",
        "shippingAddress": {"addressId": "ann-home"}, "billingAddress": {"addressId": "ann-office"},
        "promoCode": "tenth",
    });
    let order =
        ann.keyed("0198c1d2-7d3e-7a3b-8c55-0a6d1a1f9a10").post(&format!("{cart}/checkout"), body).await;
    let order = order.ok();
    let (id, confirmation) = (text(&order["orderId"]), text(&order["confirmationNumber"]));
    assert!(id.starts_with("ord_") && id.len() == 36, "{id}");
    let letters = confirmation.strip_prefix("CONF-2025-10-30-").unwrap();
    assert!(letters.len() == 6 && letters.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{letters}");
    let mut ordered = before.clone();
    ordered["items"][0]["totalPrice"] = json!(899.99);
    ordered["items"][1]["totalPrice"] = json!(76.50);
    (ordered["subtotal"], ordered["tax"], ordered["total"]) = (json!(976.49), json!(97.65), json!(1074.14));
    assert_eq!(
        order,
        json!({
            "orderId": id, "status": "confirmed", "confirmationNumber": confirmation,
            "estimatedDelivery": "2025-11-03T12:00:00Z", "paymentMethodId": "card", "cart": ordered,
        })
    );
    let orders = shop.office.orders.all();
    let draft = &orders[0].draft;
    let address = |id| Some(AddressId::new(id).unwrap());
    assert_eq!((orders.len(), orders[0].placed.order.as_str()), (1, &*id));
    assert_eq!(draft.selections.address, address("ann-home"));
    assert_eq!(draft.billing_address, address("ann-office"));
    assert_eq!(shop.bank.payments.all()[0].1.kept(), Some(draft.totals.total));
}

#[tokio::test]
async fn what_is_optional_may_be_left_out_or_null() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    for members in [json!({}), json!({"shippingAddress": null, "billingAddress": null, "promoCode": null})] {
        let cart = ann.cart_with(&["plan"]).await;
        let order = ann.order_with(&cart, members).await.ok();
        assert_eq!((&order["status"], &order["cart"]["total"]), (&json!("confirmed"), &json!(93.5)));
    }
}

#[tokio::test]
async fn an_ordered_cart_is_there_to_be_looked_at_and_no_more() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    let ordered = ann.order(&cart).await.ok();
    let after = ann.get(&cart).await.ok();
    assert_eq!(after, ordered["cart"]);
    for again in [ann.order(&cart).await, ann.add(&cart, "plan").await, ann.delete(&item(&after, 0)).await] {
        assert_eq!(again.problem(409, "INVALID_REQUEST", "wrong_status")["cartStatus"], "completed");
    }
    assert_eq!(shop.office.orders.all().len(), 1);
}

#[tokio::test]
async fn a_declined_payment_is_402_and_the_cart_can_be_ordered_again() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    let before = ann.get(&cart).await.ok();
    shop.bank.payments.script(PaymentScript::Decline { why: reason("Not enough funds") });
    let (message, details) = ann.order(&cart).await.error(402, "PAYMENT_FAILED");
    assert_eq!((&*message, &details["reason"]), ("Not enough funds", &json!("payment_declined")));
    assert!(text(&details["checkoutId"]).starts_with("checkout_"));
    assert_eq!(ann.get(&cart).await.ok(), before);
    shop.bank.payments.script(PaymentScript::Capture);
    assert_eq!(ann.order(&cart).await.ok()["status"], "confirmed");
}

#[tokio::test]
async fn a_code_counts_for_the_order_that_it_came_with() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    shop.bank.payments.script(PaymentScript::Decline { why: reason("Not enough funds") });
    ann.order_with(&cart, json!({"promoCode": "TENTH"})).await.error(402, "PAYMENT_FAILED");
    shop.bank.payments.script(PaymentScript::Pending(InitiationType::Redirect));
    let order = ann.order_with(&cart, json!({"promoCode": "ONCE"})).await.ok();
    assert_eq!(order["cart"]["subtotal"], 68.00);

    let cart = ann.cart_with(&["plan"]).await;
    shop.bank.payments.script(PaymentScript::Decline { why: reason("Not enough funds") });
    ann.order_with(&cart, json!({"promoCode": "TENTH"})).await.error(402, "PAYMENT_FAILED");
    shop.bank.payments.script(PaymentScript::Capture);
    assert_eq!(ann.order(&cart).await.ok()["cart"]["subtotal"], 85.00);
}

#[tokio::test]
async fn a_code_that_takes_nothing_off_is_refused_and_repeated_nowhere() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    for (code, details) in [
        ("NONE", Value::Null),
        ("", Value::Null),
        ("a\u{0}b", Value::Null),
        ("HALF", json!({"reason": "below_subtotal", "minimum": "5000.00", "subtotal": "85.00"})),
    ] {
        let refused = ann.order_with(&cart, json!({"promoCode": code})).await;
        let text = String::from_utf8(refused.bytes.to_vec()).unwrap();
        assert!(code.is_empty() || !text.contains(code), "{text}");
        assert_eq!(refused.error(422, "INVALID_PROMO_CODE").1, details);
    }
    ann.order_with(&cart, json!({"promoCode": "ONCE"})).await.ok();
    let cart = ann.cart_with(&["plan"]).await;
    ann.order_with(&cart, json!({"promoCode": "ONCE"})).await.error(422, "INVALID_PROMO_CODE");
    assert_eq!(shop.office.orders.all().len(), 1);
}

#[tokio::test]
async fn an_empty_cart_is_not_ordered_whatever_else_is_wrong() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart().await;
    let (_, details) = ann.order(&cart).await.error(400, "EMPTY_CART");
    assert_eq!(details, Value::Null);
    ann.order_with(&cart, json!({"promoCode": "NONE"})).await.error(400, "EMPTY_CART");
    ann.order_with(&cart, json!({"paymentMethodId": "none"})).await.error(400, "EMPTY_CART");
}

#[tokio::test]
async fn choices_that_do_not_fit_are_invalid_requests() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["phone"]).await;
    for (members, selection, reason) in [
        (json!({"paymentMethodId": "none"}), "payment_method", "not_found"),
        (json!({"paymentMethodId": "cheque"}), "payment_method", "inactive"),
        (json!({"shippingAddress": {"addressId": "none"}}), "address", "not_found"),
        (json!({"shippingAddress": {"addressId": "bob-home"}}), "address", "not_found"),
        (json!({"billingAddress": {"addressId": "bob-home"}}), "billing_address", "not_found"),
    ] {
        let refused = ann.order_with(&cart, members).await;
        let details = refused.problem(400, "INVALID_REQUEST", "selection_misfit");
        assert_eq!((&details["selection"], &details["reason"]), (&json!(selection), &json!(reason)));
    }
    assert_eq!(shop.office.orders.all().len(), 0);
}

#[tokio::test]
async fn what_is_sold_out_by_then_is_a_conflict() {
    let shop = Carrier::open().await;
    shop.bank.payments.script(PaymentScript::Pending(InitiationType::Redirect));
    let ann = shop.ann();
    let carts = [ann.cart_with(&["watch", "watch"]).await, ann.cart_with(&["watch"]).await];
    ann.order(&carts[0]).await.ok();
    let (_, details) = ann.order(&carts[1]).await.error(409, "INVENTORY_UNAVAILABLE");
    let obstacle = json!({
        "code": "product_unavailable", "reason": "out_of_stock",
        "itemId": ann.get(&carts[1]).await.ok()["items"][0]["id"],
    });
    assert_eq!(details, json!({"obstacles": [obstacle]}));
    for change in
        [|shop: &Carrier| shop.catalog.withdraw("plan"), |shop: &Carrier| shop.catalog.remove("plan")]
    {
        let shop = Carrier::open().await;
        let cart = shop.ann().cart_with(&["plan"]).await;
        change(&shop);
        shop.ann().order(&cart).await.error(409, "INVENTORY_UNAVAILABLE");
    }
}

#[tokio::test]
async fn what_does_not_go_together_by_then_is_a_conflict() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["phone", "plan"]).await;
    let excludes = serde_json::from_value(json!({"excludes": {"products": ["plan"]}})).unwrap();
    shop.catalog.change("phone", |phone| phone.relations = excludes);
    let (_, details) = ann.order(&cart).await.error(409, "INCOMPATIBLE_ITEMS");
    assert_eq!(details["obstacles"][0]["clash"]["rule"], "excludes");
}

#[tokio::test]
async fn the_shop_may_refuse_an_order() {
    let shop = Carrier::open().await;
    let cart = shop.ann().cart_with(&["plan"]).await;
    *shop.office.refusal.lock().unwrap() = Some(reason("Not in this country"));
    let refused = shop.ann().order(&cart).await;
    assert_eq!(refused.json["error"]["message"], "Not in this country");
    refused.problem(422, "INVALID_REQUEST", "order_refused");
}
