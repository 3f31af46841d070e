//! What promotions take off, and which of them apply.

use cart_core::coupon::CouponCode;
use cart_core::customer::Customer;
use cart_core::id::{CategoryId, CustomerGroupId, CustomerKey, PromotionId};
use cart_core::money::{Allocation, Currency, Money};
use cart_core::notice::Notice;
use cart_core::policy::{AllocationWeights, CartPolicy, ExclusiveRule, PercentLevel};
use cart_core::pricing::{Part, PricedCart, price};
use cart_core::promotion::{NotApplied, Promotion, PromotionUse, UseLimit};
use cart_core::selection::Selection;
use cart_core::testing::samples::{at, product, quantity};
use cart_core::testing::{GivenCart, Scenario, cart, given};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// A promotion with an effect, and what else is said of it.
pub(crate) fn promotion(id: &str, effect: Value, rest: Value) -> Promotion {
    let mut whole = json!({"id": id, "name": id, "effect": effect});
    whole.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn percent_of_order(rate: &str) -> Value {
    json!({"on": "order", "reduction": {"percent": rate}})
}

/// A cart under a policy with promotions.
fn shop(cart: GivenCart) -> Scenario {
    given(cart).and_policy_with(|policy| policy.pricing.promotions = true)
}

/// Lines `a`, `b`, `c` of one unit each at these prices.
fn one_each(prices: [i64; 3]) -> Scenario {
    let names = ["a", "b", "c"];
    let lines = names.iter().fold(cart(), |cart, name| cart.with_line(name, 1));
    names.iter().zip(prices).fold(shop(lines), |given, (name, minor)| given.and_prices(name, minor, minor))
}

fn priced(given: &Scenario) -> PricedCart {
    let gifts = ["gift"].map(product);
    let priced = price(given.cart(), &given.facts(gifts)).unwrap();
    assert_eq!(priced.derivation.sum(given.cart().currency()).unwrap(), priced.totals.total);
    priced
}

fn discounts(given: &Scenario) -> Vec<i64> {
    let amounts =
        |line: &cart_core::pricing::PricedLine| line.amounts.map_or(-1, |amounts| amounts.discount.minor());
    priced(given).lines.iter().map(amounts).collect()
}

fn outcome(given: &Scenario, id: &str) -> Result<i64, NotApplied> {
    let priced = priced(given);
    let found = priced.promotions.iter().find(|promotion| promotion.id.as_str() == id).unwrap();
    found.outcome.clone().map(Money::minor)
}

fn id(text: &str) -> PromotionId {
    PromotionId::new(text).unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

#[test]
fn without_promotions_in_the_policy_none_applies() {
    let tenth = promotion("tenth", percent_of_order("0.1"), json!({}));
    let given = given(cart().with_line("a", 1)).and_promotion(tenth);
    assert_eq!(priced(&given).promotions, []);
    assert_eq!(discounts(&given), [0]);
}

#[test]
fn each_line_is_reduced_by_a_rate_an_amount_or_to_a_price() {
    let cases = [
        (json!({"percent": "0.25"}), [250, 50, 0]),
        (json!({"amount": {"EUR": "3.00"}}), [300, 200, 0]),
        (json!({"price": {"EUR": "4.00"}}), [600, 0, 0]),
    ];
    for (reduction, expected) in cases {
        let effect = json!({"on": "lines", "reduction": reduction});
        let given = one_each([1000, 200, 0]).and_promotion(promotion("p", effect, json!({})));
        assert_eq!(discounts(&given), expected);
    }
}

#[test]
fn each_unit_is_reduced_by_a_rate_an_amount_or_to_a_price() {
    let cases = [
        (json!({"percent": "0.1"}), 300),
        (json!({"amount": {"EUR": "3.00"}}), 900),
        (json!({"price": {"EUR": "8.50"}}), 450),
        (json!({"price": {"EUR": "12.00"}}), 0),
        (json!({"amount": {"EUR": "99.00"}}), 3000),
    ];
    for (reduction, expected) in cases {
        let effect = json!({"on": "units", "reduction": reduction});
        let given = shop(cart().with_line("a", 3)).and_promotion(promotion("p", effect, json!({})));
        assert_eq!(discounts(&given), [expected]);
    }
}

#[test]
fn a_percentage_is_rounded_per_unit_per_line_or_once() {
    let tenth = || promotion("p", json!({"on": "lines", "reduction": {"percent": "0.1"}}), json!({}));
    let lines = || cart().with_line("a", 3).with_line("b", 3);
    let at_level = |level| {
        let given = shop(lines()).and_prices("a", 94, 94).and_prices("b", 94, 94).and_promotion(tenth());
        discounts(&given.and_policy_with(|policy| policy.pricing.line_percentages = level))
    };
    // 9.4 cents a unit, 28.2 a line, 56.4 in all.
    assert_eq!(at_level(PercentLevel::PerUnit), [27, 27]);
    assert_eq!(at_level(PercentLevel::PerLine), [28, 28]);
    assert_eq!(at_level(PercentLevel::PerOrder), [28, 28]);
    let one = one_each([15, 15, 15]).and_promotion(promotion("p", percent_of_order("0.1"), json!({})));
    assert_eq!(discounts(&one), [2, 2, 1], "4.5 cents once, half up, the left-over to the earlier");
    let per_line = one.and_policy_with(|policy| policy.pricing.order_percentages = PercentLevel::PerLine);
    assert_eq!(discounts(&per_line), [2, 2, 2]);
}

#[test]
fn an_order_discount_is_split_by_the_method_of_the_policy() {
    let five = || promotion("p", json!({"on": "order", "reduction": {"amount": {"EUR": "1.00"}}}), json!({}));
    let by = |method| {
        let given = one_each([300, 300, 300]).and_promotion(five());
        discounts(&given.and_policy_with(|policy| policy.pricing.allocation = method))
    };
    assert_eq!(by(Allocation::LargestRemainder), [34, 33, 33]);
    assert_eq!(by(Allocation::LastAbsorbs), [33, 33, 34]);
}

#[test]
fn an_order_discount_is_split_in_proportion_to_the_weights_of_the_policy() {
    let one = || promotion("p", json!({"on": "order", "reduction": {"amount": {"EUR": "1.00"}}}), json!({}));
    let given = |weights| {
        let lines = shop(cart().with_line("a", 1).with_line("b", 1))
            .and_prices("a", 400, 100)
            .and_prices("b", 100, 100);
        lines.and_promotion(one()).and_policy_with(|policy| policy.pricing.weights = weights)
    };
    assert_eq!(discounts(&given(AllocationWeights::Discounted)), [350, 50]);
    assert_eq!(discounts(&given(AllocationWeights::Listed)), [380, 20]);
}

#[test]
fn no_share_is_more_than_its_line_costs() {
    let most = promotion("p", json!({"on": "order", "reduction": {"amount": {"EUR": "1.90"}}}), json!({}));
    let given = shop(cart().with_line("a", 1).with_line("b", 1))
        .and_prices("a", 900, 100)
        .and_prices("b", 100, 100)
        .and_promotion(most)
        .and_policy_with(|policy| policy.pricing.weights = AllocationWeights::Listed);
    assert_eq!(discounts(&given), [900, 90]);
}

#[test]
fn more_than_everything_takes_everything_and_no_more() {
    let much = promotion("p", json!({"on": "order", "reduction": {"amount": {"EUR": "99.00"}}}), json!({}));
    let given = one_each([100, 200, 300]).and_promotion(much);
    assert_eq!(discounts(&given), [100, 200, 300]);
    assert_eq!((priced(&given).totals.total.minor(), outcome(&given, "p")), (0, Ok(600)));
}

#[test]
fn a_bundle_costs_its_price() {
    let scope = json!({"products": ["a", "b"]});
    let bundle = promotion(
        "bundle",
        json!({"on": "order", "scope": scope, "reduction": {"price": {"EUR": "10.00"}}}),
        json!({"conditions": {"scope": scope, "min_quantity": 2}}),
    );
    let given = one_each([700, 600, 900]).and_promotion(bundle);
    assert_eq!(discounts(&given), [162, 138, 0]);
}

#[test]
fn quantity_tiers_count_each_line_or_all_of_them() {
    let tiers = json!([{"from": 3, "reduction": {"percent": "0.1"}}, {"from": 5, "reduction": {"price": {"EUR": "8.00"}}}]);
    let by = |counting: &str| {
        let effect = json!({"on": "quantity_tiers", "counting": counting, "tiers": tiers});
        shop(cart().with_line("a", 3).with_line("b", 2)).and_promotion(promotion("p", effect, json!({})))
    };
    assert_eq!(discounts(&by("each-line")), [300, 0]);
    assert_eq!(discounts(&by("together")), [600, 400]);
    let effect = json!({"on": "quantity_tiers", "tiers": [{"from": 4, "reduction": {"percent": "0.1"}}]});
    let few = shop(cart().with_line("a", 3)).and_promotion(promotion("p", effect, json!({})));
    assert_eq!(outcome(&few, "p"), Err(NotApplied::BelowQuantity { min: quantity(4), units: 3 }));
}

#[test]
fn value_tiers_take_the_last_that_is_reached() {
    let tiers = json!([
        {"from": {"EUR": "50.00"}, "reduction": {"percent": "0.05"}},
        {"from": {"EUR": "100.00"}, "reduction": {"percent": "0.10"}},
    ]);
    let with = |units| {
        let effect = json!({"on": "value_tiers", "tiers": tiers});
        shop(cart().with_line("a", units)).and_promotion(promotion("p", effect, json!({})))
    };
    assert_eq!(
        outcome(&with(4), "p"),
        Err(NotApplied::BelowSubtotal { min: eur(5000), subtotal: eur(4000) })
    );
    assert_eq!([5, 9, 10, 11].map(|units| outcome(&with(units), "p").unwrap()), [250, 450, 1000, 1100]);
}

#[test]
fn of_every_three_the_cheapest_is_free() {
    let effect =
        json!({"on": "buy_get", "buy_quantity": 2, "get_quantity": 1, "reduction": {"percent": "1"}});
    let offer = || promotion("p", effect.clone(), json!({}));
    let given = |dear, cheap| {
        shop(cart().with_line("dear", dear).with_line("cheap", cheap))
            .and_prices("cheap", 200, 200)
            .and_prices("dear", 300, 300)
    };
    assert_eq!(discounts(&given(5, 1).and_promotion(offer())), [300, 200]);
    assert_eq!(discounts(&given(2, 1).and_promotion(offer())), [0, 200]);
    assert_eq!(outcome(&given(1, 1).and_promotion(offer()), "p"), Err(NotApplied::NothingConcerned));
}

#[test]
fn something_is_cheaper_for_something_else_bought() {
    let effect = json!({"on": "buy_get", "buy": {"products": ["phone"]}, "buy_quantity": 1,
        "get": {"products": ["case"]}, "get_quantity": 2, "max_times": 1, "reduction": {"price": {"EUR": "4.00"}}});
    let with = |phones, cases| {
        let lines = cart().with_line("phone", phones).with_line("case", cases);
        discounts(&shop(lines).and_promotion(promotion("p", effect.clone(), json!({}))))
    };
    assert_eq!(with(1, 1), [0, 600]);
    assert_eq!(with(1, 3), [0, 1200]);
    assert_eq!(with(2, 4), [0, 1200], "once at the most");
}

#[test]
fn conditions_are_met_or_say_why_not() {
    let with = |conditions: Value| {
        let given = shop(cart().with_line("a", 2).with_line("b", 1))
            .and_product("a", |a| a.categories = [CategoryId::new("toys").unwrap()].into());
        given.and_promotion(promotion("p", percent_of_order("0.1"), json!({"conditions": conditions})))
    };
    let of = |conditions| outcome(&with(conditions), "p");
    assert_eq!(of(json!({"scope": {"categories": ["toys"]}, "min_quantity": 2})), Ok(300));
    assert_eq!(of(json!({"scope": {"categories": ["books"]}})), Err(NotApplied::NothingConcerned));
    let few = NotApplied::BelowQuantity { min: quantity(3), units: 2 };
    assert_eq!(of(json!({"scope": {"products": ["a"]}, "min_quantity": 3})), Err(few));
    let low = NotApplied::BelowSubtotal { min: eur(3001), subtotal: eur(3000) };
    assert_eq!(of(json!({"min_subtotal": {"amounts": {"EUR": "30.01"}}})), Err(low));
    assert_eq!(of(json!({"min_subtotal": {"amounts": {"EUR": "30.00"}}})), Ok(300));
    assert_eq!(of(json!({"min_subtotal": {"amounts": {"USD": "1.00"}}})), Err(NotApplied::Currency));
    assert_eq!(of(json!({"currencies": ["USD"]})), Err(NotApplied::Currency));
    assert_eq!(of(json!({"channels": ["elsewhere"]})), Err(NotApplied::Channel));
    assert_eq!(of(json!({"channels": ["shop"]})), Ok(300));
    assert_eq!(of(json!({"customer_groups": ["trade"]})), Err(NotApplied::CustomerGroup));
    let trade = Customer { groups: [CustomerGroupId::new("trade").unwrap()].into(), ..Customer::default() };
    let given = with(json!({"customer_groups": ["trade", "staff"]})).and_customer(trade);
    assert_eq!(outcome(&given, "p"), Ok(300));
}

#[test]
fn a_scope_is_what_matches_all_that_is_said() {
    let with = |scope: Value| {
        let lines = cart().with_line("a", 1).with_line("b", 1).with_line("c", 1);
        let given = shop(lines)
            .and_product("a", |a| a.kind = "toy".into())
            .and_product("b", |b| b.kind = "toy".into())
            .and_prices("b", 1200, 1000);
        let effect = json!({"on": "lines", "scope": scope, "reduction": {"percent": "0.1"}});
        discounts(&given.and_promotion(promotion("p", effect, json!({}))))
    };
    assert_eq!(with(json!({"kinds": ["toy"]})), [100, 300, 0]);
    assert_eq!(with(json!({"kinds": ["toy"], "products": ["a", "c"]})), [100, 200, 0]);
    assert_eq!(with(json!({"except_products": ["a"]})), [0, 300, 100]);
    assert_eq!(with(json!({"except_reduced": true})), [100, 200, 100]);
}

#[test]
fn a_promotion_applies_from_its_start_and_up_to_its_end() {
    let conditions = json!({"starts_at": at(100), "ends_at": at(200)});
    let dated = || promotion("p", percent_of_order("0.1"), json!({"conditions": conditions}));
    let at_time =
        |now: DateTime<Utc>| outcome(&one_each([100, 100, 100]).and_promotion(dated()).at(now), "p");
    assert_eq!(at_time(at(99)), Err(NotApplied::NotStarted));
    assert_eq!(at_time(at(100)), Ok(30));
    assert_eq!(at_time(at(199)), Ok(30));
    assert_eq!(at_time(at(200)), Err(NotApplied::Ended));
}

#[test]
fn the_least_subtotal_counts_before_or_after_other_promotions() {
    let first = || promotion("first", percent_of_order("0.5"), json!({"priority": 1}));
    let with = |basis: &str| {
        let least = json!({"min_subtotal": {"amounts": {"EUR": "3.00"}, "basis": basis}});
        let second =
            promotion("second", percent_of_order("0.1"), json!({"priority": 2, "conditions": least}));
        outcome(&one_each([100, 100, 100]).and_promotion(second).and_promotion(first()), "second")
    };
    assert_eq!(with("before-discounts"), Ok(15));
    assert_eq!(with("after-discounts"), Err(NotApplied::BelowSubtotal { min: eur(300), subtotal: eur(150) }));
}

#[test]
fn turns_come_by_stage_then_priority_then_id() {
    let off = |id: &str, priority: i32| promotion(id, percent_of_order("0.5"), json!({"priority": priority}));
    let line =
        promotion("z", json!({"on": "lines", "reduction": {"percent": "0.5"}}), json!({"priority": 99}));
    let given = one_each([800, 0, 0])
        .and_promotion(off("b", 1))
        .and_promotion(off("a", 1))
        .and_promotion(off("c", 0))
        .and_promotion(line);
    let priced = priced(&given);
    let order: Vec<&str> = priced.promotions.iter().map(|promotion| promotion.id.as_str()).collect();
    assert_eq!(order, ["z", "c", "a", "b"]);
    let amounts: Vec<i64> =
        priced.promotions.iter().map(|promotion| promotion.outcome.clone().unwrap().minor()).collect();
    assert_eq!(amounts, [400, 200, 100, 50]);
}

#[test]
fn an_exclusive_promotion_that_applies_is_the_only_one() {
    let small = promotion("small", percent_of_order("0.1"), json!({"stacking": "exclusive"}));
    let large = || promotion("large", percent_of_order("0.5"), json!({}));
    let given = one_each([100, 100, 100]).and_promotion(small).and_promotion(large());
    assert_eq!(outcome(&given, "small"), Ok(30));
    assert_eq!(outcome(&given, "large"), Err(NotApplied::Excluded { by: id("small") }));
    let better = given.and_policy_with(|policy| policy.pricing.exclusive = ExclusiveRule::IfBetter);
    assert_eq!(outcome(&better, "large"), Ok(150));
    assert_eq!(outcome(&better, "small"), Err(NotApplied::Excluded { by: id("large") }));
}

#[test]
fn an_exclusive_promotion_that_does_not_apply_excludes_nothing() {
    let never = json!({"stacking": "exclusive", "conditions": {"min_quantity": 10}});
    let small = promotion("small", percent_of_order("0.1"), never);
    let given = one_each([100, 100, 100]).and_promotion(small).and_promotion(promotion(
        "large",
        percent_of_order("0.5"),
        json!({}),
    ));
    assert_eq!(outcome(&given, "large"), Ok(150));
}

#[test]
fn of_one_name_the_first_or_the_best_stays() {
    let named = |id: &str, priority: i32, rate: &str, stacking: Value| {
        promotion(id, percent_of_order(rate), json!({"priority": priority, "stacking": stacking}))
    };
    let with = |stacking: Value| {
        one_each([100, 100, 100])
            .and_promotion(named("a", 1, "0.1", stacking.clone()))
            .and_promotion(named("b", 2, "0.3", stacking.clone()))
            .and_promotion(named("c", 3, "0.3", stacking))
            .and_promotion(promotion("free", percent_of_order("0.5"), json!({"priority": 9})))
    };
    let first = with(json!({"first_of": "sale"}));
    assert_eq!(outcome(&first, "a"), Ok(30));
    assert_eq!(outcome(&first, "b"), Err(NotApplied::Excluded { by: id("a") }));
    let best = with(json!({"best_of": "sale"}));
    assert_eq!(outcome(&best, "b"), Ok(90));
    assert_eq!(outcome(&best, "a"), Err(NotApplied::Excluded { by: id("b") }));
    assert_eq!(outcome(&best, "c"), Err(NotApplied::Excluded { by: id("b") }));
    assert_eq!(outcome(&best, "free"), Ok(105));
}

fn with_code(cart: GivenCart, codes: &[&str]) -> GivenCart {
    cart.with(|cart| cart.coupons = codes.iter().map(|code| CouponCode::new(code).unwrap()).collect())
}

#[test]
fn a_code_makes_its_promotion_apply_and_says_why_if_it_does_not() {
    let save = || promotion("save", percent_of_order("0.1"), json!({"codes": ["SAVE10"]}));
    let large = || {
        promotion(
            "large",
            percent_of_order("0.2"),
            json!({"codes": ["BIG"], "conditions": {"min_quantity": 9}}),
        )
    };
    let given = |codes: &[&str]| {
        shop(with_code(cart().with_line("a", 1), codes)).and_promotion(save()).and_promotion(large())
    };
    assert_eq!(priced(&given(&[])).promotions, []);
    let one = priced(&given(&["save 10", "BIG", "NONE"]));
    let outcomes: Vec<_> =
        one.coupons.iter().map(|coupon| coupon.outcome.clone().map(Money::minor)).collect();
    let few = NotApplied::BelowQuantity { min: quantity(9), units: 1 };
    assert_eq!(outcomes, [Ok(100), Err(few.clone()), Err(NotApplied::Unknown)]);
    assert_eq!(one.totals.total.minor(), 900);
    let sleeping =
        |code: &str, reason| Notice::CouponSleeping { code: CouponCode::new(code).unwrap(), reason };
    assert_eq!(one.notices, [sleeping("BIG", few), sleeping("NONE", NotApplied::Unknown)]);
}

#[test]
fn two_codes_of_one_promotion_count_once() {
    let save = promotion("save", percent_of_order("0.1"), json!({"codes": ["ONE", "TWO"]}));
    let given = shop(with_code(cart().with_line("a", 1), &["TWO", "ONE"])).and_promotion(save);
    let priced = priced(&given);
    let outcomes: Vec<_> =
        priced.coupons.iter().map(|coupon| coupon.outcome.clone().map(Money::minor)).collect();
    assert_eq!(outcomes, [Ok(100), Err(NotApplied::SamePromotion)]);
    assert_eq!(priced.totals.discount.minor(), 100);
}

#[test]
fn a_limited_promotion_applies_as_long_as_a_use_is_left() {
    let limited = |limit: Value| promotion("p", percent_of_order("0.1"), json!({"limit": limit}));
    let given = |limit: Value| one_each([100, 100, 100]).and_promotion(limited(limit));
    let ann = || Customer { key: Some(CustomerKey::new("ann").unwrap()), ..Customer::default() };
    assert_eq!(outcome(&given(json!({"total": 3})).and_uses(id("p"), 2, 0), "p"), Ok(30));
    assert_eq!(outcome(&given(json!({"total": 3})).and_uses(id("p"), 3, 0), "p"), Err(NotApplied::UsedUp));
    let one = json!({"per_customer": 1});
    assert_eq!(outcome(&given(one.clone()), "p"), Err(NotApplied::CustomerUnknown));
    assert_eq!(outcome(&given(one.clone()).and_customer(ann()), "p"), Ok(30));
    let used = given(one).and_customer(ann()).and_uses(id("p"), 5, 1);
    assert_eq!(outcome(&used, "p"), Err(NotApplied::UsedUpByCustomer));
}

#[test]
fn only_what_takes_something_off_uses_a_limit_up() {
    let limit = json!({"limit": {"total": 5}});
    let first = promotion("first", percent_of_order("1"), json!({"priority": 1, "limit": {"total": 5}}));
    let second = promotion("second", percent_of_order("0.5"), limit);
    let given =
        one_each([100, 100, 100]).and_promotion(Promotion { priority: 2, ..second }).and_promotion(first);
    assert_eq!(outcome(&given, "second"), Err(NotApplied::NothingLeft));
    let limit = UseLimit { total: Some(5), per_customer: None };
    let used = PromotionUse { promotion: id("first"), customer: None, limit };
    assert_eq!(priced(&given).uses(&given.facts([])), [used]);
}

#[test]
fn a_faulty_promotion_takes_nothing_off() {
    let given = one_each([100, 100, 100]).and_promotion(promotion("p", percent_of_order("1.5"), json!({})));
    assert_eq!(outcome(&given, "p"), Err(NotApplied::Faulty));
    let twice = promotion("twice", percent_of_order("0.1"), json!({}));
    let given = one_each([100, 100, 100]).and_promotion(twice.clone()).and_promotion(twice);
    assert_eq!((priced(&given).promotions.len(), priced(&given).totals.discount.minor()), (1, 30));
}

#[test]
fn a_gift_is_given_while_it_can_be_had_and_is_wanted() {
    let effect = json!({"on": "gift", "product": {"product": "gift"}, "quantity": 2});
    let gift = || promotion("gift", effect.clone(), json!({"conditions": {"min_quantity": 3}}));
    let given = || one_each([100, 100, 100]).and_promotion(gift()).and_prices("gift", 500, 400);
    let gifts = priced(&given()).gifts;
    assert_eq!((gifts.len(), gifts[0].value.minor(), gifts[0].quantity.get()), (1, 800, 2));
    assert_eq!((outcome(&given(), "gift"), priced(&given()).totals.total.minor()), (Ok(0), 300));
    assert_eq!(outcome(&given().and_stock("gift", 1), "gift"), Err(NotApplied::GiftUnavailable));
    assert_eq!(outcome(&given().and_stock("gift", 2), "gift"), Ok(0));
    assert_eq!(outcome(&given().and_unknown("gift"), "gift"), Err(NotApplied::GiftUnavailable));
    let lines = given().and_shared_stock("shelf", 2, ["gift", "a"]);
    assert_eq!(outcome(&lines, "gift"), Err(NotApplied::GiftUnavailable), "a line draws on the same stock");
    let refused = shop(cart().with_line("a", 3).with(|cart| cart.refused_gifts = [id("gift")].into()));
    assert_eq!(outcome(&refused.and_promotion(gift()), "gift"), Err(NotApplied::GiftRefused));
}

#[test]
fn a_line_that_is_left_out_is_neither_counted_nor_reduced() {
    let effect = json!({"on": "order", "reduction": {"amount": {"EUR": "1.00"}}});
    let few = json!({"conditions": {"min_quantity": 3}});
    let given = one_each([300, 300, 300]).and_promotion(promotion("p", effect, few)).and_unknown("a");
    assert_eq!(outcome(&given, "p"), Err(NotApplied::BelowQuantity { min: quantity(3), units: 2 }));
    let none = shop(cart()).and_promotion(promotion("p", percent_of_order("0.1"), json!({})));
    assert_eq!(outcome(&none, "p"), Err(NotApplied::NothingConcerned));
}

#[test]
fn an_amount_in_no_currency_of_the_cart_is_none() {
    let effect = json!({"on": "order", "reduction": {"amount": {"USD": "1.00"}}});
    let given = one_each([300, 300, 300]).and_promotion(promotion("p", effect, json!({})));
    assert_eq!(outcome(&given, "p"), Err(NotApplied::Currency));
}

#[test]
fn every_discount_is_explained() {
    let given = one_each([999, 500, 1])
        .and_promotion(promotion(
            "lines",
            json!({"on": "lines", "reduction": {"percent": "0.15"}}),
            json!({}),
        ))
        .and_promotion(promotion(
            "order",
            json!({"on": "order", "reduction": {"amount": {"EUR": "2.00"}}}),
            json!({}),
        ));
    let priced = priced(&given);
    let steps = priced.derivation.sum_of(Part::Discount, Currency::EUR).unwrap().minor();
    assert_eq!(steps, -priced.totals.discount.minor());
    let text = priced.explain().to_string();
    for fact in ["a: lines, 15% of 9.99 rounded half up = -1.50", "its share of 2.00", "= total 10.75 EUR"] {
        assert!(text.contains(fact), "{fact:?} is not in\n{text}");
    }
}

#[test]
fn each_preset_has_the_stages_of_its_document() {
    let stages = |policy: &CartPolicy| {
        (policy.pricing.promotions, policy.pricing.shipping, policy.pricing.coupons.max)
    };
    assert_eq!(stages(&CartPolicy::shared()), (false, false, 0));
    assert_eq!(stages(&CartPolicy::storefront()), (true, true, 5));
    assert_eq!(stages(&CartPolicy::digital()), (true, false, 1));
    assert_eq!(stages(&CartPolicy::telecom()), (true, false, 1));
    assert_eq!(stages(&CartPolicy::company()), (true, true, 10));
}

#[test]
fn shipping_is_reduced_by_promotions_on_its_method() {
    let standard = || cart_core::id::ShippingMethodId::new("standard").unwrap();
    let with = |reduction: Value, methods: Value| {
        let method = cart_core::selection::Method {
            charge: cart_core::charge::Charge::Amount(eur(490).into()),
            ..cart_core::selection::Method::new("Standard")
        };
        let lines = cart().with_line("a", 1).choosing(Selection::ShippingMethod(standard()));
        let effect = json!({"on": "shipping", "methods": methods, "reduction": reduction});
        shop(lines)
            .and_shipping_method(Some(method))
            .and_policy_with(|policy| policy.pricing.shipping = true)
            .and_promotion(promotion("p", effect, json!({})))
    };
    let reduced = |reduction| {
        let priced = priced(&with(reduction, json!([])));
        let totals = priced.totals;
        (totals.shipping.minor(), totals.shipping_discount.minor(), totals.total.minor())
    };
    assert_eq!(reduced(json!({"percent": "1"})), (490, 490, 1000));
    assert_eq!(reduced(json!({"amount": {"EUR": "2.00"}})), (490, 200, 1290));
    assert_eq!(reduced(json!({"price": {"EUR": "1.00"}})), (490, 390, 1100));
    let express = with(json!({"percent": "1"}), json!(["express"]));
    assert_eq!(outcome(&express, "p"), Err(NotApplied::ShippingMethod));
}

#[test]
fn a_shopper_reads_of_no_promotion_that_is_for_others() {
    let trade = json!({"conditions": {"customer_groups": ["trade"]}});
    let coded = json!({"codes": ["BIG"], "conditions": {"min_quantity": 9}});
    let given = shop(with_code(cart().with_line("a", 1), &["BIG"]))
        .and_promotion(promotion("for-trade", percent_of_order("0.1"), trade))
        .and_promotion(promotion("with-code", percent_of_order("0.1"), coded));
    let priced = priced(&given);
    let (text, all) = (priced.explain().to_string(), priced.explain_all().to_string());
    assert!(
        text.contains("with-code: not applied, it needs 9 units") && !text.contains("for-trade"),
        "{text}"
    );
    assert!(all.contains("for-trade: not applied, it is for other customers"), "{all}");
    let both = ["everybody", "for-trade"].map(|id| {
        let groups = if id == "for-trade" { json!(["trade"]) } else { json!([]) };
        let conditions = json!({"codes": ["TWO"], "conditions": {"customer_groups": groups}});
        promotion(id, percent_of_order("0.1"), conditions)
    });
    let [everybody, trade] = both;
    let given =
        shop(with_code(cart().with_line("a", 1), &["TWO"])).and_promotion(everybody).and_promotion(trade);
    let text = self::priced(&given).explain().to_string();
    assert!(!text.contains("for-trade"), "{text}");
}

#[test]
fn gifts_of_any_price_are_compared_without_overflow() {
    let gift = |id: &str, stacking: Value| {
        promotion(
            id,
            json!({"on": "gift", "product": {"product": id}, "quantity": 1000000}),
            json!({"stacking": stacking}),
        )
    };
    let given = one_each([100, 100, 100])
        .and_promotion(gift("x", json!("exclusive")))
        .and_promotion(gift("y", json!("combine")))
        .and_promotion(gift("z", json!("combine")))
        .and_policy_with(|policy| policy.pricing.exclusive = ExclusiveRule::IfBetter);
    let dear = ["x", "y", "z"].iter().fold(given, |given, id| given.and_prices(id, i64::MAX, i64::MAX));
    let priced = price(dear.cart(), &dear.facts(["x", "y", "z"].map(product))).unwrap();
    let gifts: Vec<&str> = priced.gifts.iter().map(|gift| gift.promotion.as_str()).collect();
    assert_eq!(gifts, ["y", "z"], "two are worth more than the exclusive one");
}
