//! Making carts, and looking at them.

use axum::http::Method;
use cart_core::command::{AddLine, Command, LineEdit};
use cart_core::id::CartId;
use cart_core::metadata::Metadata;
use cart_core::service::{Caller, Target};
use cart_core::testing::samples::{channel, product, quantity, user};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Carrier, text};

#[tokio::test]
async fn a_cart_is_made_as_in_the_document() {
    let shop = Carrier::open().await;
    let made = shop.client("guest").send(Method::POST, "", None).await;
    assert_eq!(made.header("etag"), Some("\"1\""));
    let cart = made.is(201);
    let digits = text(&cart["id"]).strip_prefix("cart_").unwrap().to_owned();
    assert!(digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digits}");
    assert_eq!(
        cart,
        json!({
            "id": cart["id"], "items": [], "subtotal": 0.0, "tax": 0.0, "total": 0.0,
            "createdAt": "2025-10-30T14:32:10Z", "expiresAt": "2025-10-30T15:02:10Z",
        })
    );
    assert_eq!(shop.client("guest").get(&format!("/{}", text(&cart["id"]))).await.ok(), cart);
}

#[tokio::test]
async fn a_cart_is_its_customers() {
    let shop = Carrier::open().await;
    let body = json!({"customerId": "ann", "metadata": {"session": "s-1", "campaign": {"id": 7}}});
    let named = shop.ann().post("", body).await.is(201);
    let plain = shop.ann().post("", json!({})).await.is(201);
    assert_ne!(named["id"], plain["id"]);
    for cart in [&named, &plain] {
        assert_eq!(cart["customerId"], "ann");
        assert_eq!(cart.get("metadata"), None);
    }
}

#[tokio::test]
async fn a_carts_metadata_goes_with_the_order() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let made = ann.post("", json!({"metadata": {"session": "s-1"}})).await.is(201);
    let cart = format!("/{}", text(&made["id"]));
    ann.add(&cart, "plan").await.ok();
    ann.order(&cart).await.ok();
    let orders = shop.office.orders.all();
    assert_eq!(orders[0].draft.metadata.value("session"), Some(&json!("s-1")));
}

#[tokio::test]
async fn a_customer_that_is_not_the_caller_is_an_invalid_request() {
    let shop = Carrier::open().await;
    let long = "x".repeat(129);
    for (token, customer, message) in [
        ("ann", "invalid-id", "The customer is not the caller"),
        ("guest", "ann", "The customer is not the caller"),
        ("staff", "ann", "The customer is not the caller"),
        ("ann", "", "Invalid customer ID format"),
        ("ann", "a\nb", "Invalid customer ID format"),
        ("ann", &long, "Invalid customer ID format"),
    ] {
        let refused = shop.client(token).post("", json!({"customerId": customer})).await;
        let (said, details) = refused.error(400, "INVALID_REQUEST");
        let value: String = customer.chars().take(128).collect();
        assert_eq!((&*said, details), (message, json!({"field": "customerId", "value": value})));
    }
}

#[tokio::test]
async fn the_figures_of_the_document_come_out_to_the_digit() {
    let shop = Carrier::open().await;
    let guest = shop.client("guest");
    let cart = guest.cart_with(&["phone", "plan"]).await;
    let shown = guest.get(&cart).await;
    let bytes = String::from_utf8(shown.bytes.to_vec()).unwrap();
    assert!(bytes.contains(r#""subtotal":1084.99,"tax":108.50,"total":1193.49,"#), "{bytes}");
    assert!(bytes.contains(r#""unitPrice":999.99,"totalPrice":999.99"#), "{bytes}");
    let shown = shown.ok();
    assert_eq!((&shown["id"], &shown["createdAt"]), (&json!(&cart[1..]), &json!("2025-10-30T14:32:10Z")));
}

#[tokio::test]
async fn what_of_an_items_metadata_the_document_has_is_shown() {
    let shop = Carrier::open().await;
    let cart = shop.ann().cart().await;
    let told = json!({"planType": "postpaid", "dataCap": "50 GB", "contractLength": 24});
    let mut all = told.clone();
    all["imei"] = json!("490154203237518");
    let Value::Object(members) = all else { unreachable!() };
    let metadata = Metadata::new(members).unwrap();
    let add = AddLine { metadata, ..AddLine::new(product("plan"), quantity(1)) };
    let id = CartId::from_uuid(cart["/cart_".len()..].parse().unwrap());
    let (caller, target) = (Caller::new(user("ann")), Target::Cart(id));
    shop.service.execute(&caller, &target, &Command::Edit(LineEdit::Add(add))).await.unwrap();
    assert_eq!(shop.ann().get(&cart).await.ok()["items"][0]["metadata"], told);
}

#[tokio::test]
async fn a_cart_is_not_found_from_the_end_of_its_half_hour_on() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart_with(&["plan"]).await;
    shop.clock.advance(TimeDelta::minutes(30) - TimeDelta::microseconds(1));
    let item = crate::support::item(&ann.get(&cart).await.ok(), 0);
    shop.clock.advance(TimeDelta::microseconds(1));
    ann.get(&cart).await.error(404, "CART_NOT_FOUND");
    ann.add(&cart, "plan").await.error(404, "CART_NOT_FOUND");
    ann.delete(&item).await.error(404, "CART_NOT_FOUND");
    ann.order(&cart).await.error(404, "CART_NOT_FOUND");
}

#[tokio::test]
async fn a_cart_of_another_channel_is_not_found() {
    let shop = Carrier::open().await;
    let made =
        shop.service.create(&Caller::new(user("ann")), &channel("elsewhere"), &Default::default()).await;
    let cart = format!("/cart_{}", made.unwrap().view.cart.id().as_uuid().simple());
    let ann = shop.ann();
    ann.get(&cart).await.error(404, "CART_NOT_FOUND");
    ann.add(&cart, "plan").await.error(404, "CART_NOT_FOUND");
    ann.delete(&format!("{cart}/items/x")).await.error(404, "CART_NOT_FOUND");
    ann.order(&cart).await.error(404, "CART_NOT_FOUND");
}

#[tokio::test]
async fn only_a_look_tells_text_that_is_no_id() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart().await;
    let bare = cart["/cart_".len()..].to_owned();
    let hyphenated = bare.parse::<uuid::Uuid>().unwrap().to_string();
    for id in
        ["cart_7f8a9b2c1d3e4f5g", &bare, &format!("cart_{hyphenated}"), &cart[1..].to_uppercase(), "cart_"]
    {
        let (message, details) = ann.get(&format!("/{id}")).await.error(400, "INVALID_CARD_ID");
        assert_eq!((&*message, details), ("Invalid cart ID format", json!({"value": id})));
        ann.add(&format!("/{id}"), "plan").await.error(404, "CART_NOT_FOUND");
        ann.delete(&format!("/{id}/items/x")).await.error(404, "CART_NOT_FOUND");
        ann.order(&format!("/{id}")).await.error(404, "CART_NOT_FOUND");
    }
    let nowhere = format!("/cart_{}", "0".repeat(32));
    ann.get(&nowhere).await.error(404, "CART_NOT_FOUND");
}
