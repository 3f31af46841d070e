//! How many units can be had.

use cart_core::money::Currency;
use cart_core::notice::{Notice, Unavailable};
use cart_core::policy::OverAsking;
use cart_core::product::Stock;
use cart_core::rejection::Rejection;
use cart_core::testing::samples::{line_id, prices, product, quantity};
use cart_core::testing::{Scenario, ann, cart, given};

use crate::support::rule;

fn short(id: &str, requested: u32, available: u32) -> Rejection {
    Rejection::InsufficientStock { product: product(id), requested, available }
}

fn clamping(given: Scenario) -> Scenario {
    given.and_policy_with(|policy| policy.over_asking = OverAsking::Clamp)
}

#[test]
fn unlimited_stock_is_no_limit() {
    given(cart())
        .and_stock_of("ebook", Stock::Unlimited)
        .when(ann().add("ebook", 1_000_000))
        .then_lines([("ebook", 1_000_000)]);
}

#[test]
fn limited_stock_is_a_limit_for_an_add() {
    let start = || given(cart()).and_stock("mug", 5);
    start().when(ann().add("mug", 4)).then_lines([("mug", 4)]);
    start().when(ann().add("mug", 5)).then_lines([("mug", 5)]);
    start().when(ann().add("mug", 6)).then_refused_as(short("mug", 6, 5));
}

#[test]
fn limited_stock_is_a_limit_for_raising_a_line() {
    let start = || given(cart().with_line("mug", 3)).and_stock("mug", 5);
    start().when(ann().add("mug", 2)).then_lines([("mug", 5)]);
    start().when(ann().add("mug", 3)).then_refused_as(short("mug", 6, 5));
    start().when(ann().increase("mug", 3)).then_refused_as(short("mug", 6, 5));
    start().when(ann().set_quantity("mug", 6)).then_refused_as(short("mug", 6, 5));
}

#[test]
fn asking_for_more_than_is_left_is_refused_with_what_is_left() {
    given(cart()).and_stock("mug", 0).when(ann().add("mug", 1)).then_refused_as(short("mug", 1, 0));
}

#[test]
fn a_line_above_its_stock_can_be_lowered_but_not_raised() {
    let start = || given(cart().with_line("mug", 9)).and_stock("mug", 5);
    start().when(ann().decrease("mug", 1)).then_lines([("mug", 8)]);
    start().when(ann().set_quantity("mug", 6)).then_lines([("mug", 6)]);
    start().when(ann().increase("mug", 1)).then_refused_as(short("mug", 10, 5));
}

#[test]
fn what_is_out_of_stock_or_on_call_cannot_be_added_or_raised() {
    for (stock, reason) in [(Stock::OutOfStock, Unavailable::OutOfStock), (Stock::Call, Unavailable::Call)] {
        let refusal = Rejection::ProductUnavailable { product: product("mug"), reason };
        let start = |given: Scenario| given.and_stock_of("mug", stock.clone());
        start(given(cart())).when(ann().add("mug", 1)).then_refused_as(refusal.clone());
        start(given(cart().with_line("mug", 1)))
            .when(ann().increase("mug", 1))
            .then_refused_as(refusal.clone());
        start(clamping(given(cart()))).when(ann().add("mug", 1)).then_refused_as(refusal);
        start(given(cart().with_line("mug", 2))).when(ann().decrease("mug", 1)).then_lines([("mug", 1)]);
    }
}

#[test]
fn what_the_catalog_does_not_know_or_no_longer_sells_cannot_be_added() {
    given(cart())
        .and_unknown("mug")
        .when(ann().add("mug", 1))
        .then_refused_as(Rejection::ProductNotFound { product: product("mug") });
    given(cart())
        .and_product("mug", |mug| mug.withdrawn = true)
        .when(ann().add("mug", 1))
        .then_refused_as(Rejection::ProductWithdrawn { product: product("mug") });
}

#[test]
fn what_is_not_sold_in_the_carts_currency_cannot_be_added() {
    given(cart().in_currency(Currency::JPY))
        .and_product("mug", |mug| mug.prices = prices(1000, Currency::EUR))
        .when(ann().add("mug", 1))
        .then_refused_as(Rejection::ProductUnavailable {
            product: product("mug"),
            reason: Unavailable::Currency,
        });
}

#[test]
fn lines_that_draw_on_one_stock_item_are_counted_together() {
    let start = || {
        given(cart().with_line("red", 2).with_line("blue", 1)).and_shared_stock(
            "shirt",
            5,
            ["red", "blue", "green"],
        )
    };
    start().when(ann().add("green", 2)).then_lines([("red", 2), ("blue", 1), ("green", 2)]);
    start().when(ann().add("green", 3)).then_refused_as(short("green", 3, 2));
    start().when(ann().set_quantity("red", 4)).then_lines([("red", 4), ("blue", 1)]);
    start().when(ann().set_quantity("red", 5)).then_refused_as(short("red", 5, 4));
}

#[test]
fn other_stock_items_do_not_count() {
    given(cart().with_line("red", 5))
        .and_stock("red", 5)
        .and_stock("blue", 5)
        .when(ann().add("blue", 5))
        .then_lines([("red", 5), ("blue", 5)]);
}

#[test]
fn a_stock_item_that_is_oversold_has_none_left() {
    given(cart().with_line("red", 9))
        .and_shared_stock("shirt", 5, ["red", "blue"])
        .when(ann().add("blue", 1))
        .then_refused_as(short("blue", 1, 0));
}

#[test]
fn the_products_rule_is_checked_at_both_ends() {
    let start = || given(cart()).and_product("bulb", |bulb| bulb.quantity_rule = rule(4, 12, 1));
    start().when(ann().add("bulb", 3)).then_refused_as(Rejection::BelowMinimum { min: quantity(4) });
    start().when(ann().add("bulb", 4)).then_lines([("bulb", 4)]);
    start().when(ann().add("bulb", 12)).then_lines([("bulb", 12)]);
    start().when(ann().add("bulb", 13)).then_refused_as(Rejection::AboveMaximum { max: quantity(12) });
}

#[test]
fn a_line_is_lowered_to_the_smallest_quantity_at_the_most() {
    let start =
        || given(cart().with_line("bulb", 8)).and_product("bulb", |bulb| bulb.quantity_rule = rule(4, 12, 1));
    start().when(ann().set_quantity("bulb", 4)).then_lines([("bulb", 4)]);
    start().when(ann().set_quantity("bulb", 3)).then_refused_as(Rejection::BelowMinimum { min: quantity(4) });
}

#[test]
fn products_in_packs_are_bought_in_packs() {
    let refusal = Rejection::NotMultiple { step: quantity(6) };
    let start =
        || given(cart().with_line("egg", 12)).and_product("egg", |egg| egg.quantity_rule = rule(6, 60, 6));
    start().when(ann().add("egg", 6)).then_lines([("egg", 18)]);
    start().when(ann().add("egg", 1)).then_refused_as(refusal.clone());
    start().when(ann().set_quantity("egg", 7)).then_refused_as(refusal.clone());
    start().when(ann().decrease("egg", 1)).then_refused_as(refusal.clone());
    start().when(ann().decrease("egg", 6)).then_lines([("egg", 6)]);
    start().when(ann().set_quantity("egg", 13)).then_refused_as(refusal);
}

#[test]
fn clamping_gives_what_can_be_had_and_says_so() {
    clamping(given(cart().with_line("mug", 3)))
        .and_stock("mug", 5)
        .when(ann().add("mug", 4))
        .then_lines([("mug", 5)])
        .then_notices([Notice::QuantityClamped { line: line_id(0), asked: 7, given: quantity(5) }]);
}

#[test]
fn clamping_is_silent_when_all_can_be_had() {
    clamping(given(cart().with_line("mug", 3)))
        .and_stock("mug", 5)
        .when(ann().add("mug", 2))
        .then_lines([("mug", 5)])
        .then_notices([]);
}

#[test]
fn clamping_to_nothing_more_is_a_refusal() {
    clamping(given(cart())).and_stock("mug", 0).when(ann().add("mug", 1)).then_refused_as(short("mug", 1, 0));
    clamping(given(cart().with_line("mug", 5)))
        .and_stock("mug", 5)
        .when(ann().increase("mug", 1))
        .then_refused_as(short("mug", 6, 5));
    clamping(given(cart().with_line("mug", 9)))
        .and_stock("mug", 5)
        .when(ann().increase("mug", 1))
        .then_refused_as(short("mug", 10, 5));
}

#[test]
fn clamping_gives_whole_packs_and_never_less_than_the_smallest_quantity() {
    let packs = |available| {
        clamping(given(cart()))
            .and_stock("egg", available)
            .and_product("egg", |egg| egg.quantity_rule = rule(12, 60, 6))
    };
    packs(17).when(ann().add("egg", 24)).then_lines([("egg", 12)]);
    packs(18).when(ann().add("egg", 24)).then_lines([("egg", 18)]);
    packs(11).when(ann().add("egg", 24)).then_refused_as(short("egg", 24, 11));
}

#[test]
fn clamping_counts_lines_on_the_same_stock_item_and_respects_the_largest_quantity() {
    clamping(given(cart().with_line("red", 2)))
        .and_shared_stock("shirt", 5, ["red", "blue"])
        .when(ann().add("blue", 9))
        .then_lines([("red", 2), ("blue", 3)]);
    clamping(given(cart()))
        .and_product("mug", |mug| mug.quantity_rule = rule(1, 4, 1))
        .when(ann().add("mug", 9))
        .then_lines([("mug", 4)]);
}

#[test]
fn the_same_bad_request_always_gets_the_same_answer() {
    // Not in the catalog comes before stock, stock before limits.
    given(cart())
        .and_product("mug", |mug| mug.quantity_rule = rule(2, 4, 2))
        .and_stock("mug", 3)
        .when(ann().add("mug", 5))
        .then_refused_as(Rejection::NotMultiple { step: quantity(2) })
        .when(ann().add("mug", 6))
        .then_refused_as(short("mug", 6, 3));
}
