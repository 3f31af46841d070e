//! What goes: removals, lowered quantities and what depended on them.

use cart_core::command::BatchMode::{AllOrNothing, PerLine};
use cart_core::command::Command;
use cart_core::event::CartEvent;
use cart_core::facts::Undoing;
use cart_core::journal::EditOutcome;
use cart_core::notice::Notice;
use cart_core::policy::{CartPolicy, Orphans};
use cart_core::rejection::Rejection;
use cart_core::relation::{Broken, FollowedQuantity};
use cart_core::testing::ann;
use cart_core::testing::samples::{line_id, product, quantity};

use super::{clash, filled, found, mobile, mobile_with, nth, requires};
use crate::support::rule;

const ANY_PLAN: &str = r#"{"categories": ["plans"]}"#;
const FAMILY: [(&str, u32); 4] = [("red plan", 3), ("roaming", 1), ("sim", 3), ("number", 3)];

fn reduced(n: u64, id: &str, from: u32, to: u32) -> Notice {
    let to = (to > 0).then(|| quantity(to));
    Notice::DependantReduced { line: line_id(n), product: product(id), from: quantity(from), to }
}

#[test]
fn the_presets_differ() {
    assert_eq!(CartPolicy::telecom().orphans, Orphans::Remove);
    for policy in
        [CartPolicy::shared(), CartPolicy::storefront(), CartPolicy::digital(), CartPolicy::company()]
    {
        assert_eq!(policy.orphans, Orphans::Keep);
    }
}

#[test]
fn what_is_needed_cannot_go_where_policy_refuses_that() {
    let at_most = |parents| Broken::Follows { units: 3, parents, quantity: FollowedQuantity::AtMost };
    mobile_with(Orphans::Refuse, &FAMILY)
        .when(ann().remove("red plan"))
        .then_refused_as(Rejection::HasDependants {
            clashes: vec![
                clash(nth(1, "roaming"), requires(ANY_PLAN), []),
                clash(nth(2, "sim"), at_most(0), []),
            ],
        })
        .when(ann().decrease("red plan", 1))
        .then_refused_as(Rejection::HasDependants {
            clashes: vec![clash(nth(2, "sim"), at_most(2), [nth(0, "red plan")])],
        });
}

#[test]
fn what_nothing_needs_may_go_where_policy_refuses_the_rest() {
    let all = ["red plan", "sim", "number", "roaming"].map(|id| ann().remove(id));
    mobile_with(Orphans::Refuse, &FAMILY)
        .when(ann().edit_lines(AllOrNothing, all))
        .then_lines([])
        .then_notices([]);
    mobile_with(Orphans::Refuse, &FAMILY).when(ann().clear()).then_lines([]);
    mobile_with(Orphans::Refuse, &FAMILY).when(ann().remove("roaming")).then_lines([
        ("red plan", 3),
        ("sim", 3),
        ("number", 3),
    ]);
}

#[test]
fn what_needs_a_removed_line_goes_with_it_and_the_answer_says_so() {
    let removed = |n| CartEvent::LineRemoved { line: line_id(n) };
    mobile_with(Orphans::Remove, &FAMILY)
        .when(ann().remove("red plan"))
        .then_events([removed(0), removed(1), removed(2), removed(3)])
        .then_notices([reduced(1, "roaming", 1, 0), reduced(2, "sim", 3, 0), reduced(3, "number", 3, 0)]);
}

#[test]
fn followers_are_lowered_with_what_they_follow_the_last_lines_first() {
    let lowered =
        |n, from, to| CartEvent::QuantityChanged { line: line_id(n), from: quantity(from), to: quantity(to) };
    mobile_with(Orphans::Remove, &FAMILY)
        .when(ann().decrease("red plan", 1))
        .then_events([lowered(0, 3, 2), lowered(2, 3, 2), lowered(3, 3, 2)])
        .then_notices([reduced(2, "sim", 3, 2), reduced(3, "number", 3, 2)]);
    let split = filled(&[("red plan", 5), ("sim", 3)]).with_line_of(product("sim"), 2, |line| {
        line.key.distinct = crate::support::metadata(serde_json::json!({"imei": 1}));
    });
    mobile(split)
        .and_policy_with(|policy| policy.orphans = Orphans::Remove)
        .when(ann().set_quantity("red plan", 2))
        .then_lines([("red plan", 2), ("sim", 2)])
        .then_notices([reduced(2, "sim", 2, 0), reduced(1, "sim", 3, 2)]);
}

#[test]
fn a_lowered_follower_keeps_to_its_quantity_rule_and_the_price_of_its_quantity() {
    let packs = |min, step| {
        mobile_with(Orphans::Remove, &[("red plan", 6), ("sim", 6)])
            .and_product("sim", move |sim| sim.quantity_rule = rule(min, 60, step))
            .when(ann().set_quantity("red plan", 3))
    };
    packs(2, 2).then_lines([("red plan", 3), ("sim", 2)]);
    packs(4, 2).then_lines([("red plan", 3)]);
    let tier = cart_core::product::PriceTier {
        from: quantity(5),
        prices: cart_core::testing::samples::prices(500, cart_core::money::Currency::EUR),
    };
    let cheap =
        filled(&[("red plan", 6)]).with_line_of(product("sim"), 6, |line| line.snapshot = tier.prices);
    mobile(cheap)
        .and_policy_with(|policy| policy.orphans = Orphans::Remove)
        .and_product("sim", |sim| sim.tiers = [tier].into())
        .when(ann().set_quantity("red plan", 1))
        .then_events_fit(|events| matches!(events.last(), Some(CartEvent::LinePriced { prices, .. }) if prices.unit().minor() == 1000));
}

#[test]
fn what_must_be_as_many_and_cannot_be_goes() {
    mobile_with(Orphans::Remove, &[("red plan", 4), ("sim", 4), ("number", 4)])
        .and_product("number", |number| number.quantity_rule = rule(2, 60, 2))
        .when(ann().set_quantity("sim", 3))
        .then_lines([("red plan", 4), ("sim", 3)]);
}

#[test]
fn what_is_left_behind_stays_where_policy_keeps_it_and_the_cart_says_so() {
    mobile_with(Orphans::Keep, &[("red plan", 1), ("roaming", 1)])
        .when(ann().remove("red plan"))
        .then_lines([("roaming", 1)])
        .then_notices([])
        .then_priced(|priced| {
            let clash = clash(nth(1, "roaming"), requires(ANY_PLAN), []);
            priced.notices == [Notice::IncompatibleItems { clash: Box::new(clash) }]
        });
    mobile_with(Orphans::Keep, &FAMILY)
        .when(ann().set_quantity("red plan", 1))
        .then_cart(|cart| cart.lines()[2].quantity == quantity(3));
}

#[test]
fn a_removed_line_that_another_stands_in_for_takes_nothing_along() {
    for orphans in [Orphans::Refuse, Orphans::Remove, Orphans::Keep] {
        // Two plans since before they became a group of one.
        mobile_with(orphans, &[("red plan", 1), ("blue plan", 1), ("roaming", 1), ("sim", 1)])
            .when(ann().remove("red plan"))
            .then_lines([("blue plan", 1), ("roaming", 1), ("sim", 1)]);
    }
}

#[test]
fn what_was_left_behind_before_is_no_reason_for_anything() {
    for orphans in [Orphans::Refuse, Orphans::Remove] {
        mobile_with(orphans, &[("roaming", 1), ("mug", 1), ("sim", 1)])
            .when(ann().remove("mug"))
            .then_lines([("roaming", 1), ("sim", 1)]);
    }
}

#[test]
fn what_comes_in_does_not_count_on_what_goes_along() {
    let needs_a_pass = r#"{"requires": [{"products": ["roaming"]}]}"#;
    let scenario = mobile_with(Orphans::Remove, &[("red plan", 1), ("roaming", 1)]);
    super::ruled(scenario, "atlas", needs_a_pass)
        .when(ann().edit_lines(AllOrNothing, [ann().remove("red plan"), ann().add("atlas", 1)]))
        .then_refused(
            |why| matches!(why, Rejection::IncompatibleItems { clashes } if clashes[0].line.line.is_none()),
        );
}

#[test]
fn what_is_raised_while_its_parents_are_lowered_is_refused_and_not_lowered() {
    for orphans in [Orphans::Refuse, Orphans::Remove, Orphans::Keep] {
        mobile_with(orphans, &[("red plan", 3), ("sim", 1)])
            .when(ann().edit_lines(AllOrNothing, [ann().increase("sim", 1), ann().decrease("red plan", 2)]))
            .then_refused(|why| matches!(why, Rejection::IncompatibleItems { .. }));
    }
}

#[test]
fn per_line_the_edits_after_see_what_went_along() {
    mobile_with(Orphans::Remove, &FAMILY)
        .when(
            ann().edit_lines(
                PerLine,
                [ann().remove("red plan"), ann().decrease("sim", 1), ann().add("mug", 1)],
            ),
        )
        .then_lines([("mug", 1)])
        .then_edits(|edits| {
            matches!(edits[1], EditOutcome::Refused { reason: Rejection::LineNotFound { .. } })
        });
}

#[test]
fn undoing_a_removal_brings_back_what_went_along() {
    let given = mobile_with(Orphans::Remove, &FAMILY);
    let before = given.cart().clone();
    let after = given.when(ann().remove("red plan")).scenario();
    let undoing = Undoing {
        version: after.cart().version(),
        before: before.into(),
        after: after.cart().clone().into(),
    };
    after.and_undoing(undoing).when(ann().ask(Command::Undo)).then_lines(FAMILY);
}

#[test]
fn undoing_an_add_is_a_removal_like_any_other() {
    let undone = |orphans| {
        let given = mobile_with(orphans, &[("roaming", 1)]);
        let before = given.cart().clone();
        let after = given.when(ann().add("red plan", 1)).scenario();
        let undoing = Undoing {
            version: after.cart().version(),
            before: before.into(),
            after: after.cart().clone().into(),
        };
        after.and_undoing(undoing).when(ann().ask(Command::Undo))
    };
    undone(Orphans::Refuse).then_refused(|why| matches!(why, Rejection::HasDependants { .. }));
    undone(Orphans::Remove).then_lines([]).then_notices([reduced(0, "roaming", 1, 0)]);
    undone(Orphans::Keep).then_lines([("roaming", 1)]);
}

#[test]
fn removing_what_clashes_leads_back_to_a_sound_cart() {
    let scenario = mobile_with(Orphans::Remove, &[("pager", 1), ("red plan", 1), ("blue plan", 1)]);
    let scenario = scenario.when(ann().remove("pager")).scenario();
    assert_eq!(found(&scenario).len(), 1);
    assert_eq!(found(&scenario.when(ann().remove("blue plan")).scenario()), []);
}
