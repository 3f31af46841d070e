//! What is watched is there: every name in the alert rules and on the dashboard is counted by a storefront.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;
use support::{Client, Storefront};

/// The names of counts in a text: `cart_` and what follows, without what a query adds to a family's name.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let counts = words.filter(|word| word.starts_with("cart_"));
    let family = |name: &str| {
        let base =
            ["_total", "_bucket", "_sum", "_count"].into_iter().find_map(|suffix| name.strip_suffix(suffix));
        base.unwrap_or(name).to_owned()
    };
    counts.map(family).collect()
}

fn text(client: &Client, path: &str) -> String {
    client.send("GET", path).body.as_str().expect("text").to_owned()
}

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops").join(name);
    std::fs::read_to_string(path).expect("the file is checked in")
}

#[test]
fn what_alerts_and_dashboard_ask_for_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let storefront = Storefront::start(&folder.path().join("carts.db"));
    let ann = storefront.sign_in("ann");
    let order = json!({
        "product_id": "incense-box",
        "address_id": "ann-home",
        "shipping_method_id": "standard",
        "payment_method_id": "card",
    });
    let key = [("Idempotency-Key", "once")];
    let bought =
        ann.try_send("POST", "/api/shop/orders/buy-now", &key, Some(&order.to_string())).expect("an answer");
    assert_eq!(bought.body["status"], "confirmed", "{bought:?}");
    let nobody = support::client(&storefront.address.to_string());
    assert_eq!(nobody.send("GET", "/api/shop/cart").status, 401);
    let counted = text(&nobody, "/metrics");
    let kept: BTreeSet<String> = counted
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next().map(str::to_owned))
        .collect();
    for name in ["alerts.yml", "dashboard.json"] {
        let asked = names(&file(name));
        assert!(asked.len() > 2, "{name} asks for {asked:?}");
        let missing: Vec<_> = asked.difference(&kept).collect();
        assert!(missing.is_empty(), "{name} asks for {missing:?}; there are {kept:?}");
    }
    assert!(counted.contains("cart_checkouts_total{outcome=\"completed\"} 1"), "{counted}");
    for secret in ["ann", "incense", bought.body["cart_id"].as_str().expect("an id")] {
        assert!(!counted.contains(secret), "{secret} is told");
    }
}

#[test]
fn probes_say_that_it_lives_and_is_ready() {
    let folder = tempfile::tempdir().expect("a folder");
    let storefront = Storefront::start(&folder.path().join("carts.db"));
    let nobody = support::client(&storefront.address.to_string());
    assert_eq!(
        (text(&nobody, "/healthz"), text(&nobody, "/readyz")),
        ("ok\n".to_owned(), "ready\n".to_owned())
    );
}
