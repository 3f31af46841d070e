//! What shipping, payment and fees cost.

use cart_core::charge::{Charge, Fee};
use cart_core::id::{PaymentMethodId, ShippingMethodId};
use cart_core::money::{Currency, Money};
use cart_core::notice::Notice;
use cart_core::pricing::{PricedCart, price};
use cart_core::product::{Options, ProductKey};
use cart_core::selection::{Method, Misfit, Selection, SelectionKind};
use cart_core::testing::samples::product;
use cart_core::testing::{GivenCart, Scenario, cart, given};
use serde_json::{Value, json};

fn charge(value: Value) -> Charge {
    serde_json::from_value(value).unwrap()
}

fn shop(cart: GivenCart) -> Scenario {
    let standard = ShippingMethodId::new("standard").unwrap();
    let card = PaymentMethodId::new("card").unwrap();
    let chosen = cart.choosing(Selection::ShippingMethod(standard)).choosing(Selection::PaymentMethod(card));
    given(chosen).and_policy_with(|policy| {
        policy.pricing.shipping = true;
        policy.pricing.fees = true;
    })
}

fn method(charge: Value) -> Option<Method> {
    Some(Method { charge: self::charge(charge), ..Method::new("Method") })
}

fn priced(given: &Scenario) -> PricedCart {
    let priced = price(given.cart(), &given.facts([])).unwrap();
    assert_eq!(priced.derivation.sum(given.cart().currency()).unwrap(), priced.totals.total);
    priced
}

fn shipping(given: Scenario, charge: Value) -> i64 {
    priced(&given.and_shipping_method(method(charge)).and_payment_method(method(json!("free"))))
        .totals
        .shipping
        .minor()
}

#[test]
fn shipping_costs_what_its_charge_says() {
    let two = || {
        shop(cart().with_line("heavy", 2).with_line("course", 3))
            .and_product("heavy", |heavy| heavy.grams = 1500)
            .and_product("course", |course| course.needs_delivery = false)
    };
    assert_eq!(shipping(two(), json!("free")), 0);
    assert_eq!(shipping(two(), json!({"amount": {"EUR": "4.90"}})), 490);
    assert_eq!(shipping(two(), json!({"per_unit": {"EUR": "1.50"}})), 300, "for units that need delivery");
    assert_eq!(shipping(two(), json!({"percent": "0.0333"})), 167, "of 50.00, half up");
    let steps = json!({"by_weight": [{"from_grams": 1000, "amounts": {"EUR": "5.00"}}, {"from_grams": 3000, "amounts": {"EUR": "9.00"}}]});
    assert_eq!(shipping(two(), steps.clone()), 900);
    assert_eq!(shipping(two().and_product("heavy", |heavy| heavy.grams = 1499), steps.clone()), 500);
    assert_eq!(shipping(two().and_product("heavy", |heavy| heavy.grams = 1), steps), 0);
    let steps = json!({"by_subtotal": [{"from": {"EUR": "0.00"}, "amounts": {"EUR": "5.00"}}, {"from": {"EUR": "50.00"}, "amounts": {"EUR": "0.00"}}]});
    assert_eq!(shipping(two(), steps.clone()), 0);
    assert_eq!(shipping(two().and_prices("heavy", 999, 999), steps), 500);
}

#[test]
fn a_method_that_does_not_fit_is_not_charged_for() {
    let given = shop(cart().with_line("a", 1))
        .and_shipping_method(Some(Method {
            active: false,
            ..method(json!({"amount": {"EUR": "4.90"}})).unwrap()
        }))
        .and_payment_method(method(json!({"amount": {"USD": "1.00"}})));
    let priced = priced(&given);
    assert_eq!((priced.shipping, priced.payment, priced.totals.total.minor()), (None, None, 1000));
    let stale = |selection, reason| Notice::SelectionStale { selection, reason };
    let (inactive, currency) = (Misfit::Inactive, Misfit::Currency);
    assert_eq!(
        priced.notices,
        [stale(SelectionKind::ShippingMethod, inactive), stale(SelectionKind::PaymentMethod, currency)]
    );
}

#[test]
fn an_empty_cart_pays_for_nothing() {
    let fee: Fee =
        serde_json::from_value(json!({"id": "f", "name": "F", "charge": {"amount": {"EUR": "1.00"}}}))
            .unwrap();
    let given = shop(cart())
        .and_shipping_method(method(json!({"amount": {"EUR": "4.90"}})))
        .and_payment_method(method(json!({"amount": {"EUR": "1.00"}})))
        .and_fee(fee);
    assert_eq!(priced(&given).totals.total.minor(), 0);
}

#[test]
fn a_payment_fee_is_of_lines_and_shipping() {
    let given = shop(cart().with_line("a", 1))
        .and_shipping_method(method(json!({"amount": {"EUR": "5.00"}})))
        .and_payment_method(method(json!({"percent": "0.03"})));
    let priced = priced(&given);
    assert_eq!(priced.payment.unwrap().total.minor(), 45);
    assert_eq!((priced.totals.fees.minor(), priced.totals.total.minor()), (45, 1545));
}

#[test]
fn fees_are_charged_on_what_they_say() {
    let options = Options::new([("gift_wrap".to_owned(), "yes".to_owned())].into()).unwrap();
    let wrapped = ProductKey { options, ..product("a") };
    let lines = || cart().with_line_of(wrapped.clone(), 2, |_| {}).with_line("b", 1);
    let with = |fee: Value| {
        let mut whole = json!({"id": "fee", "name": "Fee"});
        whole.as_object_mut().unwrap().extend(fee.as_object().unwrap().clone());
        let given = shop(lines())
            .and_shipping_method(method(json!("free")))
            .and_payment_method(method(json!("free")));
        priced(&given.and_fee(serde_json::from_value(whole).unwrap())).totals.fees.minor()
    };
    let wrap = json!({"option": {"name": "gift_wrap", "value": "yes"}});
    assert_eq!(with(json!({"charge": {"amount": {"EUR": "1.00"}}})), 100);
    assert_eq!(with(json!({"charge": {"per_unit": {"EUR": "1.00"}}})), 300);
    assert_eq!(with(json!({"on": wrap, "charge": {"per_unit": {"EUR": "1.00"}}})), 200);
    assert_eq!(with(json!({"on": wrap, "charge": {"percent": "0.1"}})), 200);
    assert_eq!(with(json!({"on": {"payment": ["card"]}, "charge": {"amount": {"EUR": "0.35"}}})), 35);
    assert_eq!(with(json!({"on": {"payment": ["cash"]}, "charge": {"amount": {"EUR": "0.35"}}})), 0);
    assert_eq!(with(json!({"charge": {"amount": {"USD": "1.00"}}})), 0);
}

#[test]
fn cash_is_rounded_to_what_can_be_paid() {
    let rounded = |minor, increment: u32, methods: Value| {
        let given = shop(cart().with_line("a", 1))
            .and_shipping_method(method(json!("free")))
            .and_payment_method(method(json!("free")));
        let cash = serde_json::from_value(json!({"increment": increment, "methods": methods})).unwrap();
        let given = given.and_prices("a", minor, minor).and_policy_with(|policy| {
            policy.pricing.cash.insert(Currency::EUR, cash);
        });
        let totals = priced(&given).totals;
        (totals.cash_rounding.minor(), totals.total.minor())
    };
    assert_eq!(rounded(1002, 5, json!([])), (-2, 1000));
    assert_eq!(rounded(1003, 5, json!([])), (2, 1005));
    assert_eq!(rounded(1005, 10, json!([])), (5, 1010));
    assert_eq!(rounded(1003, 5, json!(["cash"])), (0, 1003), "paid by card");
    assert_eq!(rounded(1003, 5, json!(["card"])), (2, 1005));
}

#[test]
fn a_charge_beyond_all_bounds_is_held_there() {
    let given = shop(cart().with_line("a", 1_000_000)).and_payment_method(method(json!("free")));
    let huge = json!({"per_unit": {"EUR": "92233720368547758.07"}});
    let priced = priced(&given.and_shipping_method(method(huge)));
    assert_eq!(priced.totals.shipping, Money::new(cart_core::pricing::MAX_SUBTOTAL, Currency::EUR));
}

#[test]
fn the_highest_step_that_is_reached_counts_in_whatever_order_steps_are_given() {
    let heavy = || shop(cart().with_line("a", 1)).and_product("a", |a| a.grams = 20);
    let step = |grams: u32, amount: &str| json!({"from_grams": grams, "amounts": {"EUR": amount}});
    let by_weight = json!({"by_weight": [step(10, "1.00"), step(0, "2.00"), step(50, "3.00")]});
    assert_eq!(shipping(heavy(), by_weight), 100);
    let step = |from: &str, amount: &str| json!({"from": {"EUR": from}, "amounts": {"EUR": amount}});
    let by_subtotal = json!({"by_subtotal": [step("5.00", "1.00"), step("1.00", "2.00")]});
    assert_eq!(shipping(heavy(), by_subtotal), 100);
}
