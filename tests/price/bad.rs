//! Requests that are none: each is refused, and told where.

use serde_json::{Value, json};

use crate::path;
use crate::run::{Run, run};

/// The refusal of a request: what is said, and where.
fn refused(request: impl AsRef<[u8]>) -> (String, String) {
    let Run { code, stdout, stderr } = run(request);
    assert_eq!(code, Some(2), "{stdout}{stderr}");
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    let refusal: Value = serde_json::from_str(&stdout).expect("a refusal is JSON");
    assert_eq!(refusal.as_object().map(|fields| fields.len()), Some(2), "{refusal}");
    let (error, at) = (path::text(&refusal, "error"), path::text(&refusal, "at"));
    assert_eq!(stderr, format!("price: {at}: {error}\n"));
    (error, at)
}

/// Where a request is refused.
fn refused_at(request: impl AsRef<[u8]>) -> String {
    refused(request).1
}

/// A request with everything in it.
fn everything() -> Value {
    json!({
        "currency": "EUR",
        "exponent": 2,
        "now": "2026-11-22T12:00:00Z",
        "channel": "shop",
        "policy": {"tax": {"mode": "on-top"}, "cash": {"EUR": {"increment": 5}}, "coupons": {"max": 2}},
        "customer": {"groups": ["trade"], "key": "c-1", "tax_exempt": false},
        "destination": "DE",
        "lines": [{
            "id": "a", "product": "mug", "name": "Mug", "quantity": 3, "unit_price": "10.00", "list_price": "12.00",
            "tiers": [{"from": 5, "unit_price": "9.00", "list_price": "12.00"}, {"from": 9, "unit_price": "8.00"}],
            "kind": "product", "categories": ["kitchen"], "tax_class": "standard", "grams": 300,
            "needs_delivery": true, "options": {"gift_wrap": "yes"},
            "stock": {"stock_type": "limited", "item": "mug", "available": 10}
        }],
        "products": [{"product": "pen", "unit_price": "2.00"}],
        "taxes": {"standard": {"rates": [{"name": "VAT", "rate": "0.19", "compound": false}]}, "books": "exempt"},
        "promotions": [{
            "id": "ten", "name": "10% off", "priority": 1, "codes": ["TEN"],
            "conditions": {
                "scope": {
                    "products": ["mug"], "kinds": ["product"], "categories": ["kitchen"],
                    "except_products": ["pen"], "except_categories": ["office"], "except_reduced": false
                },
                "min_quantity": 1,
                "min_subtotal": {"amounts": {"EUR": "1.00"}, "basis": "after-discounts"},
                "customer_groups": ["trade"], "channels": ["shop"], "currencies": ["EUR"],
                "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z"
            },
            "effect": {"on": "order", "reduction": {"percent": "0.10"}},
            "stacking": {"first_of": "codes"}, "limit": {"total": 5, "per_customer": 1}
        }],
        "uses": {"ten": {"total": 3, "by_customer": 0}},
        "coupons": ["ten"],
        "refused_gifts": ["ten"],
        "shipping": {"id": "parcel", "name": "Parcel", "charge": {"amount": {"EUR": "4.90"}}, "tax_class": "standard",
            "active": true, "currencies": ["EUR"], "kinds": ["product"], "countries": ["DE"],
            "min_subtotal": {"EUR": "1.00"}, "max_subtotal": {"EUR": "1000.00"}, "max_grams": 5000},
        "payment": {"id": "cod", "charge": {"percent": "0.02"}},
        "fees": [
            {"id": "cod", "name": "On delivery", "on": {"payment": ["cod"]}, "charge": {"amount": {"EUR": "2.00"}}},
            {"id": "small", "name": "Small order", "charge": {"by_subtotal": [
                {"from": {"EUR": "0.00"}, "amounts": {"EUR": "3.00"}}, {"from": {"EUR": "20.00"}, "amounts": {"EUR": "0.00"}}
            ]}}
        ]
    })
}

#[test]
fn a_request_with_everything_is_answered() {
    let answer = crate::run::answer(&everything());
    // 30.00 - 10% = 27.00; shipping 4.90; 2% of 31.90 = 0.64 and 2.00; 19% of 27.00 and 4.90; rounded to 0.05.
    assert_eq!(path::text(&answer, "totals.total"), "40.60");
    assert_eq!(path::text(&answer, "totals.cash_rounding"), "0.00");
    assert_eq!(path::text(&answer, "notices[].notice"), "");
}

#[test]
fn a_wrong_value_is_refused_at_its_field() {
    for (path, value) in [
        ("currency", json!("euro")),
        ("exponent", json!(1)),
        ("exponent", json!(3)),
        ("now", json!("today")),
        ("channel", json!("")),
        ("policy", json!([])),
        ("policy.rounding", json!("nearest")),
        ("policy.line_percentages", json!("per-cent")),
        ("policy.allocation", json!(1)),
        ("policy.tax.mode", json!("outside")),
        ("policy.tax.level", json!("per-cart")),
        ("policy.cash.EUR.increment", json!(-1)),
        ("policy.promotions", json!("yes")),
        ("customer.groups", json!("trade")),
        ("customer.tax_exempt", json!(1)),
        ("destination", json!("Germany")),
        ("lines", json!({})),
        ("lines[0]", json!(["a", 1, "1.00"])),
        ("lines[0].id", json!("\n")),
        ("lines[0].quantity", json!(0)),
        ("lines[0].quantity", json!(1.5)),
        ("lines[0].quantity", json!(1_000_001)),
        ("lines[0].quantity", json!("3")),
        ("lines[0].unit_price", json!("10.005")),
        ("lines[0].unit_price", json!("1e2")),
        ("lines[0].unit_price", json!("-0.01")),
        ("lines[0].unit_price", json!("92233720368547758.08")),
        ("lines[0].unit_price", json!(10)),
        ("lines[0].list_price", json!("12,00")),
        ("lines[0].tiers[1].unit_price", json!("")),
        ("lines[0].grams", json!(-1)),
        ("lines[0].options.gift_wrap", json!(true)),
        ("taxes.standard.rates[0].rate", json!("19%")),
        ("taxes.standard.rates[0].rate", json!(0.19)),
        ("taxes.standard.rates[0].rate", json!("-0.19")),
        ("promotions[0].priority", json!("first")),
        ("promotions[0].codes[0]", json!("50%")),
        ("promotions[0].conditions.starts_at", json!("2026-02-30T00:00:00Z")),
        ("promotions[0].conditions.scope.kinds", json!({})),
        ("uses.ten.total", json!(-1)),
        ("coupons[0]", json!("")),
        ("shipping.id", json!("")),
        ("shipping.charge.amount", json!("4.90")),
        ("shipping.max_grams", json!("5 kg")),
        ("payment.charge", json!("gratis")),
        ("fees[0].on", json!("whim")),
    ] {
        let mut request = everything();
        path::set(&mut request, path, value.clone());
        assert_eq!(refused_at(request.to_string()), path, "{value}");
    }
}

#[test]
fn an_amount_by_currency_is_refused_at_its_currency_or_above() {
    for (amounts, at) in [
        (json!({"EUR": "4.999"}), "shipping.charge.amount"),
        (json!({"EUR": "-1.00"}), "shipping.charge.amount"),
        (json!({"EUR": 5}), "shipping.charge.amount.EUR"),
        (json!({"eur": "5.00"}), "shipping.charge.amount.eur"),
    ] {
        let mut request = everything();
        path::set(&mut request, "shipping.charge.amount", amounts);
        assert_eq!(refused_at(request.to_string()), at);
    }
}

#[test]
fn a_field_nobody_knows_is_refused_wherever_it_is() {
    for object in [
        "",
        "policy.",
        "policy.tax.",
        "policy.coupons.",
        "policy.cash.EUR.",
        "customer.",
        "lines[0].",
        "lines[0].tiers[0].",
        "products[0].",
        "promotions[0].",
        "promotions[0].conditions.",
        "promotions[0].conditions.scope.",
        "promotions[0].conditions.min_subtotal.",
        "promotions[0].limit.",
        "taxes.standard.rates[0].",
        "uses.ten.",
        "shipping.",
        "payment.",
        "fees[0].",
    ] {
        let mut request = everything();
        let field = format!("{object}colour");
        path::set(&mut request, &field, json!("red"));
        let (error, at) = refused(request.to_string());
        assert_eq!((at, error.contains("colour")), (field, true), "{error}");
    }
    // An effect is read as a whole, once its kind is known; stock too.
    for (field, at) in [
        ("promotions[0].effect.colour", "promotions[0].effect"),
        ("promotions[0].effect.reduction.colour", "promotions[0].effect"),
        ("lines[0].stock.colour", "lines[0].stock"),
    ] {
        let mut request = everything();
        path::set(&mut request, field, json!("red"));
        assert_eq!(refused_at(request.to_string()), at);
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    let again = |list: &str| {
        let mut request = everything();
        let first = request[list][0].clone();
        request[list].as_array_mut().expect("a list").push(first);
        refused_at(request.to_string())
    };
    assert_eq!(again("lines"), "lines[1].id");
    assert_eq!(again("products"), "products[1]");
    assert_eq!(again("promotions"), "promotions[1].id");
    assert_eq!(again("fees"), "fees[2].id");

    for (path, value, at) in [
        ("lines[0].tiers[1].from", json!(5), "lines[0].tiers"),
        ("policy.cash.EUR.increment", json!(0), "policy"),
        ("policy.promotions", json!(false), "policy"),
        ("policy.coupons.max", json!(11), "policy"),
        ("policy.tax", json!({}), "taxes"),
        ("external_tax", json!({}), "external_tax"),
        ("taxes.standard.rates[0].rate", json!("10.1"), "taxes.standard"),
        ("promotions[0].effect.reduction", json!({"percent": "1.1"}), "promotions[0]"),
        ("promotions[0].conditions.ends_at", json!("2026-01-01T00:00:00Z"), "promotions[0]"),
        ("promotions[0].limit.total", json!(0), "promotions[0]"),
        ("coupons", json!(["a", "b", "c"]), "coupons"),
        ("uses", json!({"eleven": {}}), "uses.eleven"),
        ("refused_gifts", json!(["eleven"]), "refused_gifts"),
        ("products[0].quantity", json!(1), "products[0]"),
        ("products[0]", json!({"unit_price": "2.00"}), "products[0]"),
    ] {
        let mut request = everything();
        path::set(&mut request, path, value.clone());
        assert_eq!(refused_at(request.to_string()), at, "{path} {value}");
    }
}

#[test]
fn figures_of_a_tax_service_are_for_just_this_cart() {
    let request = |lines: Value, charges: Value| {
        json!({
            "policy": {"tax": {"mode": "external"}},
            "lines": [{"unit_price": "10.00"}, {"unit_price": "5.00", "stock": {"stock_type": "out_of_stock"}}],
            "shipping": {"charge": {"amount": {"EUR": "4.00"}}},
            "external_tax": {"lines": lines, "charges": charges}
        })
        .to_string()
    };
    assert_eq!(refused_at(request(json!(["1.90", "0.95"]), json!(["0.76"]))), "external_tax.lines");
    assert_eq!(refused_at(request(json!(["1.90"]), json!([]))), "external_tax.charges");
    assert_eq!(refused_at(request(json!(["-1.90"]), json!(["0.76"]))), "external_tax.lines[0]");
    assert_eq!(run(request(json!(["1.90"]), json!(["0.76"]))).code, Some(0));
}

#[test]
fn what_is_not_json_is_refused_at_its_line_and_column() {
    for (text, at) in [
        ("", "line 1 column 0"),
        ("{", "line 1 column 1"),
        ("{\n  \"lines\": [}\n", "line 2 column 13"),
        ("{\"lines\": []} x", "line 1 column 15"),
        ("{\"lines\": [], \"lines\": []}", "line 1 column 21"),
        ("{\"lines\": [{\"unit_price\": \"1.00\", \"unit\\u005fprice\": \"2.00\"}]}", "line 1 column 51"),
        ("{\"lines\": [1e999]}", "line 1 column 16"),
        ("\u{feff}{\"lines\": []}", "line 1 column 1"),
    ] {
        assert_eq!(refused_at(text), at, "{text}");
    }
    assert_eq!(refused_at(b"{\"lines\": [], \"channel\": \"\xff\"}"), "line 1 column 27");
    for value in ["null", "1", "\"lines\"", "[]", "{}"] {
        assert_eq!(refused_at(value), "request", "{value}");
    }
}

#[test]
fn a_hostile_request_is_refused_in_a_short_sentence() {
    let deep = format!("{{\"lines\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(refused_at(deep).starts_with("line 1 column "));
    let (error, at) = refused(json!({"lines": [], "x\u{1b}[2J\u{85}".repeat(10_000): 1}).to_string());
    assert!(error.len() < 1000 && at.len() < 1000);
    assert!(!error.contains(char::is_control) && !at.contains(char::is_control));
}

#[test]
fn more_than_fits_is_refused() {
    let most = 1024 * 1024;
    let padded = |bytes: usize| {
        let request = "{\"lines\": []}";
        format!("{request}{}", " ".repeat(bytes - request.len()))
    };
    assert_eq!(run(padded(most)).code, Some(0));
    assert_eq!(refused_at(padded(most + 1)), "request");
    assert_eq!(refused_at(" ".repeat(50 * most)), "request");

    let lines = |count: usize| json!({"lines": vec![json!({"unit_price": "1.00"}); count]}).to_string();
    assert_eq!(run(lines(1000)).code, Some(0));
    assert_eq!(refused_at(lines(1001)), "lines");
    let promotion = |id: usize| json!({"id": id.to_string(), "name": "x", "effect": {"on": "order", "reduction": {"percent": "0.01"}}});
    let promotions =
        |count| json!({"lines": [], "promotions": (0..count).map(promotion).collect::<Vec<_>>()}).to_string();
    assert_eq!(run(promotions(1000)).code, Some(0));
    assert_eq!(refused_at(promotions(1001)), "promotions");
    // Each line and promotion may be a step of the answer.
    let promotions = (0..51).map(promotion).collect::<Vec<_>>();
    let both = json!({"lines": vec![json!({"unit_price": "1.00"}); 1000], "promotions": promotions});
    assert_eq!(refused_at(both.to_string()), "promotions");
    let fee = |id: usize| json!({"id": id.to_string(), "name": "x", "charge": "free"});
    let fees = |count| json!({"lines": [], "fees": (0..count).map(fee).collect::<Vec<_>>()}).to_string();
    assert_eq!(run(fees(100)).code, Some(0));
    assert_eq!(refused_at(fees(101)), "fees");
}

#[test]
fn the_largest_amounts_are_priced_or_left_out() {
    let total = |price: &str| {
        let lines = json!([{"unit_price": "10.00"}, {"unit_price": price, "quantity": 1_000_000}]);
        let answer = crate::run::answer(&json!({ "lines": lines }));
        (path::text(&answer, "totals.total"), path::text(&answer, "lines[].left_out"))
    };
    assert_eq!(total("9999999.99"), ("9999999990010.00".to_owned(), String::new()));
    assert_eq!(total("10000000.00"), ("10.00".to_owned(), "amount_overflow".to_owned()));
    assert_eq!(total("92233720368547758.07"), ("10.00".to_owned(), "amount_overflow".to_owned()));
}
