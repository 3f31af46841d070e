//! Carts become orders at the storefront: a real process, a real file, the demo payment provider.

#[path = "ordering/killed.rs"]
mod killed;
mod support;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Answer, Client, Storefront};

const ORDERS: &str = "/api/shop/orders";

/// Checkouts that take too long end soon, and the jobs look often.
const QUICK: [(&str, &str); 2] = [("CART_CHECKOUT_SECONDS", "2"), ("CART_RECOVER_INTERVAL_MS", "50")];

fn database() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("carts.db");
    (folder, file)
}

fn post(client: &Client, path: &str, header: (&str, &str), body: &Value) -> Answer {
    let body = body.to_string();
    let answer = client.try_send("POST", &format!("{ORDERS}/{path}"), &[header], Some(&body));
    answer.expect("the storefront answers")
}

/// Buys one hat, to be paid for by a method.
fn buy(client: &Client, method: &str, key: &str) -> Answer {
    let body = json!({
        "product_id": "sun-hat",
        "address_id": "ann-home",
        "shipping_method_id": "express",
        "payment_method_id": method,
    });
    post(client, "buy-now", ("Idempotency-Key", key), &body)
}

fn checkout(client: &Client, id: &Value) -> Value {
    let path = format!("{ORDERS}/checkouts/{}", id.as_str().expect("a checkout has an id"));
    client.send("GET", &path).body
}

/// Looks at a checkout until it has come to something.
fn settled(client: &Client, id: &Value, is_settled: impl Fn(&Value) -> bool) -> Value {
    let give_up = Instant::now() + Duration::from_secs(60);
    while Instant::now() < give_up {
        let found = checkout(client, id);
        if is_settled(&found) {
            return found;
        }
        std::thread::yield_now();
    }
    panic!("{id} comes to nothing");
}

/// Says on the provider's page whether it is paid.
fn decide(storefront: &Storefront, id: &Value, outcome: &str) -> u16 {
    try_decide(storefront, id, outcome).expect("the page answers")
}

/// The same where it may be dying.
fn try_decide(storefront: &Storefront, id: &Value, outcome: &str) -> Option<u16> {
    let path = format!("/demo/pay/{}", id.as_str().expect("a checkout has an id"));
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let client = support::client(&storefront.address.to_string());
    let answer = client.try_send("POST", &path, &form, Some(&format!("outcome={outcome}")));
    answer.ok().map(|answer| answer.status)
}

/// How many hats can be had.
fn hats(client: &Client) -> u64 {
    let asked = json!({"product_id": "sun-hat", "quantity": 1000});
    let refused = client.send_json("POST", "/api/shop/cart/items", &asked);
    assert_eq!(refused.body["code"], "insufficient_stock", "{refused:?}");
    refused.body["available"].as_u64().expect("a number")
}

#[test]
fn an_order_is_paid_declined_waits_or_takes_too_long() {
    let (_folder, file) = database();
    let storefront = Storefront::start_with(&file, &QUICK);
    let ann = storefront.sign_in("ann");
    let before = hats(&ann);

    let paid = buy(&ann, "card", "paid");
    assert_eq!((paid.status, &paid.body["status"]), (200, &json!("confirmed")), "{paid:?}");
    assert_eq!(hats(&ann), before - 1);

    let declined = buy(&ann, "declined-card", "declined");
    assert_eq!((declined.status, &declined.body["code"]), (402, &json!("payment_failed")), "{declined:?}");
    assert_eq!(hats(&ann), before - 1, "what was not paid for is there again");

    for (method, kind) in [("bank", "redirect"), ("wallet", "form_post")] {
        let pending = buy(&ann, method, method);
        assert_eq!((pending.status, &pending.body["initiationType"]), (202, &json!(kind)), "{pending:?}");
        assert!(pending.body["gatewayPayload"]["url"].as_str().unwrap().contains("/demo/pay/"));
        assert_eq!(decide(&storefront, &pending.body["id"], "success"), 200);
        assert_eq!(checkout(&ann, &pending.body["id"])["status"], "confirmed");
    }
    assert_eq!(hats(&ann), before - 3);

    let failed = buy(&ann, "bank", "failed");
    assert_eq!(decide(&storefront, &failed.body["id"], "failure"), 200);
    assert_eq!(checkout(&ann, &failed.body["id"])["status"], "ended");

    let silent = buy(&ann, "slow-card", "silent");
    assert_eq!((silent.status, &silent.body["status"]), (202, &json!("in_progress")), "{silent:?}");
    let ended = settled(&ann, &silent.body["id"], |found| found["status"] == "ended");
    assert_eq!(ended["ended"]["reason"], "timed_out");
    assert_eq!(hats(&ann), before - 3, "nothing is held any more");
}

#[test]
fn a_restart_in_the_middle_of_a_payment_changes_nothing() {
    let (_folder, file) = database();
    let storefront = Storefront::start(&file);
    let pending = buy(&storefront.sign_in("ann"), "bank", "bank");
    assert_eq!(pending.status, 202, "{pending:?}");
    storefront.kill();

    let storefront = Storefront::start(&file);
    let ann = storefront.sign_in("ann");
    let again = buy(&ann, "bank", "bank");
    assert_eq!((again.status, &again.body["id"]), (202, &pending.body["id"]));
    assert_eq!(decide(&storefront, &pending.body["id"], "success"), 200);
    assert_eq!(checkout(&ann, &pending.body["id"])["status"], "confirmed");
}

#[test]
fn a_shared_cart_is_ordered_once_it_is_said_where_to() {
    let (_folder, file) = database();
    let storefront = Storefront::start(&file);
    let ann = storefront.sign_in("ann");
    let made = ann.send_json("POST", "/api/cart/create", &json!({"cart_name": "Vacation"}));
    let cart = format!("/api/cart/{}", made.body["cart_id"].as_str().expect("a cart"));
    ann.send_json("POST", &format!("{cart}/add-item"), &json!({"product_id": "sun-hat"}));
    let path = format!("{cart}/checkout");
    let refused = ann.send("POST", &path);
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("not_orderable")), "{refused:?}");
    assert_eq!(ann.send("GET", &cart).body["cart"]["status"], "active");
    let choices = json!({
        "address_id": "ann-home",
        "shipping_method_id": "standard",
        "payment_method_id": "card",
    });
    let ordered = ann.send_json("POST", &path, &choices);
    assert_eq!((ordered.status, &ordered.body["status"]), (200, &json!("order placed")), "{ordered:?}");
    assert!(ordered.body["order_number"].is_string());
}

#[test]
fn a_double_click_orders_once() {
    let (_folder, file) = database();
    let storefront = Storefront::start(&file);
    let ann = storefront.sign_in("ann");
    let before = hats(&ann);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let clicks: Vec<_> = (0..8).map(|_| scope.spawn(|| buy(&ann, "card", "once"))).collect();
        clicks.into_iter().map(|click| click.join().expect("it is answered")).collect()
    });
    for answer in answers {
        let is_early = answer.status == 409 && answer.body["code"] == "request_in_progress";
        assert!(is_early || answer.body["status"] == "confirmed", "{answer:?}");
    }
    assert_eq!(buy(&ann, "card", "once").body["status"], "confirmed");
    assert_eq!(hats(&ann), before - 1);
}

#[test]
fn nobody_but_the_provider_says_that_something_was_paid() {
    let (_folder, file) = database();
    let storefront = Storefront::start(&file);
    let ann = storefront.sign_in("ann");
    let pending = buy(&ann, "bank", "bank");
    let news = json!({"checkout": pending.body["id"], "captured": {"minor": 1, "currency": "USD"}});
    let zeros = "0".repeat(64);
    for signature in ["", "no", zeros.as_str()] {
        let refused = post(&ann, "payments/callback", ("X-Demo-Signature", signature), &news);
        assert_eq!(refused.status, 401, "{refused:?}");
    }
    assert_eq!(checkout(&ann, &pending.body["id"])["status"], "payment_pending");
}
