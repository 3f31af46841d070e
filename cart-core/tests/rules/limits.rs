//! Upper bounds: at one below, at, and at one above.

use cart_core::command::AddLine;
use cart_core::policy::OverAsking;
use cart_core::quantity::Quantity;
use cart_core::rejection::Rejection;
use cart_core::testing::samples::{product, quantity};
use cart_core::testing::{GivenCart, ann, cart, given};

fn filled(lines: usize) -> GivenCart {
    (0..lines).fold(cart(), |cart, n| cart.with_line(&format!("p{n}"), 1))
}

#[test]
fn a_cart_has_at_most_as_many_lines_as_the_policy_allows() {
    for max in [1, 3, 500] {
        let start = |lines| given(filled(lines)).and_policy_with(|policy| policy.limits.lines = max);
        start(max - 1).when(ann().add("last", 1)).then_cart(|cart| cart.lines().len() == max);
        start(max).when(ann().add("more", 1)).then_refused_as(Rejection::TooManyLines { max });
        start(max + 1).when(ann().add("more", 1)).then_refused_as(Rejection::TooManyLines { max });
    }
}

#[test]
fn a_full_cart_still_takes_more_of_what_it_has() {
    given(filled(3))
        .and_policy_with(|policy| policy.limits.lines = 3)
        .when(ann().add("p1", 4))
        .then_lines([("p0", 1), ("p1", 5), ("p2", 1)])
        .when(ann().remove("p0"))
        .when(ann().add("new", 1))
        .then_lines([("p1", 5), ("p2", 1), ("new", 1)]);
}

#[test]
fn a_line_has_at_most_as_many_units_as_the_policy_allows() {
    let refusal = Rejection::AboveMaximum { max: quantity(10) };
    let start = |units| {
        given(cart().with_line("mug", units)).and_policy_with(|policy| policy.limits.quantity = quantity(10))
    };
    start(8).when(ann().increase("mug", 1)).then_lines([("mug", 9)]);
    start(8).when(ann().increase("mug", 2)).then_lines([("mug", 10)]);
    start(8).when(ann().increase("mug", 3)).then_refused_as(refusal.clone());
    start(8).when(ann().set_quantity("mug", 11)).then_refused_as(refusal.clone());
    start(8).when(ann().add("cup", 11)).then_refused_as(refusal.clone());
    start(10).when(ann().add("mug", 1)).then_refused_as(refusal);
    start(8)
        .and_policy_with(|policy| policy.over_asking = OverAsking::Clamp)
        .when(ann().add("mug", 5))
        .then_lines([("mug", 10)]);
}

#[test]
fn a_line_never_has_more_than_a_million_units() {
    let most = Quantity::MAX.get();
    given(cart().with_line("mug", most - 1)).when(ann().increase("mug", 1)).then_lines([("mug", most)]);
    let refusal = Rejection::AboveMaximum { max: Quantity::MAX };
    given(cart().with_line("mug", most)).when(ann().increase("mug", most)).then_refused_as(refusal.clone());
    let add = ann().add_line(AddLine::new(product("mug"), Quantity::MAX));
    given(cart().with_line("mug", 1)).when(add).then_refused_as(refusal);
}

#[test]
fn a_limit_that_was_lowered_leaves_what_is_there() {
    given(filled(5))
        .and_policy_with(|policy| policy.limits.lines = 3)
        .when(ann().remove("p0"))
        .when(ann().set_quantity("p1", 2))
        .then_cart(|cart| cart.lines().len() == 4);
    given(cart().with_line("mug", 50))
        .and_policy_with(|policy| policy.limits.quantity = quantity(10))
        .when(ann().decrease("mug", 10))
        .then_lines([("mug", 40)]);
}
