//! What comes in: adds, raised quantities, batches, accepted suggestions, merges, copies.

use cart_core::command::BatchMode::{self, AllOrNothing, PerLine};
use cart_core::command::{Command, DuplicateCart};
use cart_core::decide::{duplicate, merge};
use cart_core::event::CartEvent;
use cart_core::facts::Undoing;
use cart_core::journal::EditOutcome;
use cart_core::merge::{DropReason, MergeStrategy};
use cart_core::policy::Orphans;
use cart_core::product::QuantityRule;
use cart_core::rejection::Rejection;
use cart_core::relation::{Broken, Clash, FollowedQuantity};
use cart_core::sharing::Proposal;
use cart_core::testing::samples::{Write, cart_id, guest, product, quantity, suggestion_id, user};
use cart_core::testing::{Ask, Scenario, ann};

use super::{clash, filled, found, mobile, mobile_with, nth, requires, unborn};
use crate::merge::{guests, report};

const ANY_PLAN: &str = r#"{"categories": ["plans"]}"#;

fn refused(clashes: impl Into<Vec<Clash>>) -> Rejection {
    Rejection::IncompatibleItems { clashes: clashes.into() }
}

fn one_plan() -> Broken {
    Broken::Group { group: cart_core::id::ProductGroupId::new("one plan").unwrap() }
}

#[test]
fn an_add_on_waits_for_what_it_requires() {
    mobile(filled(&[("mug", 1)]))
        .when(ann().add("roaming", 1))
        .then_refused_as(refused([clash(unborn("roaming"), requires(ANY_PLAN), [])]))
        .when(ann().add("red plan", 1))
        .when(ann().add("roaming", 1))
        .then_lines([("mug", 1), ("red plan", 1), ("roaming", 1)]);
}

#[test]
fn what_is_excluded_stays_out_whichever_product_says_so() {
    mobile(filled(&[("red plan", 1)])).when(ann().add("pager", 1)).then_refused_as(refused([clash(
        unborn("pager"),
        Broken::Excludes,
        [nth(0, "red plan")],
    )]));
    mobile(filled(&[("pager", 1)])).when(ann().add("red plan", 1)).then_refused_as(refused([clash(
        nth(0, "pager"),
        Broken::Excludes,
        [unborn("red plan")],
    )]));
}

#[test]
fn a_second_line_of_a_group_is_refused_and_more_units_of_the_first_are_not() {
    mobile(filled(&[("red plan", 1)]))
        .when(ann().add("blue plan", 1))
        .then_refused_as(refused([clash(nth(0, "red plan"), one_plan(), [unborn("blue plan")])]))
        .when(ann().increase("red plan", 4))
        .then_lines([("red plan", 5)]);
}

#[test]
fn units_are_raised_as_far_as_those_that_they_follow() {
    let too_many = |units| {
        let broken = Broken::Follows { units, parents: 2, quantity: FollowedQuantity::AtMost };
        refused([clash(nth(1, "sim"), broken, [nth(0, "red plan")])])
    };
    mobile(filled(&[("red plan", 2), ("sim", 1)]))
        .when(ann().increase("sim", 2))
        .then_refused_as(too_many(3))
        .when(ann().set_quantity("sim", 4))
        .then_refused_as(too_many(4))
        .when(ann().add("sim", 1))
        .then_lines([("red plan", 2), ("sim", 2)]);
}

#[test]
fn what_is_as_many_as_another_changes_with_it_in_one_write() {
    let broken = |units, parents| {
        let quantity = FollowedQuantity::Equal;
        refused([clash(nth(2, "number"), Broken::Follows { units, parents, quantity }, [nth(1, "sim")])])
    };
    let both = |by: fn(&str) -> Ask| ann().edit_lines(AllOrNothing, [by("number"), by("sim")]);
    mobile(filled(&[("red plan", 3), ("sim", 2), ("number", 2)]))
        .when(ann().increase("sim", 1))
        .then_refused_as(broken(2, 3))
        .when(ann().decrease("number", 1))
        .then_refused_as(broken(1, 2))
        .when(both(|id| ann().increase(id, 1)))
        .then_lines([("red plan", 3), ("sim", 3), ("number", 3)])
        .when(both(|id| ann().decrease(id, 2)))
        .then_lines([("red plan", 3), ("sim", 1), ("number", 1)])
        .when(ann().remove("number"))
        .then_lines([("red plan", 3), ("sim", 1)]);
}

#[test]
fn of_all_or_nothing_only_where_it_leads_counts() {
    for asks in [["roaming", "red plan"], ["red plan", "roaming"]] {
        mobile(filled(&[]))
            .when(ann().edit_lines(AllOrNothing, asks.map(|id| ann().add(id, 1))))
            .then_lines(asks.map(|id| (id, 1)))
            .then_edits(|edits| edits.iter().all(|edit| matches!(edit, EditOutcome::Done { .. })));
    }
    mobile(filled(&[("red plan", 1), ("roaming", 1)]))
        .when(ann().edit_lines(AllOrNothing, [ann().add("blue plan", 1), ann().remove("red plan")]))
        .then_lines([("roaming", 1), ("blue plan", 1)]);
    mobile(filled(&[]))
        .when(ann().edit_lines(AllOrNothing, [ann().add("mug", 1), ann().add("roaming", 1)]))
        .then_refused_as(refused([clash(unborn("roaming"), requires(ANY_PLAN), [])]));
}

#[test]
fn per_line_each_edit_is_judged_in_turn() {
    mobile(filled(&[]))
        .when(
            ann().edit_lines(
                PerLine,
                ["roaming", "red plan", "roaming", "blue plan"].map(|id| ann().add(id, 1)),
            ),
        )
        .then_lines([("red plan", 1), ("roaming", 1)])
        .then_edits(|edits| {
            let clash_of = |edit: &EditOutcome| match edit {
                EditOutcome::Refused { reason: Rejection::IncompatibleItems { clashes } } => {
                    Some(clashes[0].clone())
                }
                EditOutcome::Refused { .. } | EditOutcome::Done { .. } => None,
            };
            let broken: Vec<_> = edits.iter().map(|edit| clash_of(edit).map(|clash| clash.broken)).collect();
            broken == [Some(requires(ANY_PLAN)), None, None, Some(one_plan())]
        });
}

#[test]
fn a_cart_that_clashes_since_the_catalog_changed_stays_editable() {
    let lines = [("pager", 1), ("red plan", 2), ("blue plan", 1), ("sim", 5), ("mug", 1)];
    let scenario = || mobile(filled(&lines));
    let before = found(&scenario());
    assert_eq!(before.len(), 3, "{before:?}");
    scenario().when(ann().add("cup", 1)).then_cart(|cart| cart.lines().len() == 6);
    scenario().when(ann().decrease("sim", 1)).then_cart(|cart| cart.lines()[3].quantity == quantity(4));
    scenario().when(ann().increase("pager", 1)).then_cart(|cart| cart.lines()[0].quantity == quantity(2));
    scenario().when(ann().remove("blue plan")).then_cart(|cart| cart.lines().len() == 4);
    scenario().when(ann().increase("red plan", 1)).then_cart(|cart| cart.lines()[1].quantity == quantity(3));
    scenario().when(ann().increase("sim", 1)).then_refused(|why| {
        let Rejection::IncompatibleItems { clashes } = why else { return false };
        matches!(&clashes[..], [Clash { broken: Broken::Follows { units: 6, parents: 3, .. }, .. }])
    });
}

#[test]
fn a_new_clash_with_a_line_that_clashes_already_is_refused() {
    mobile(filled(&[("pager", 1), ("red plan", 1)]))
        .and_product("green plan", |product| super::in_category(product, "plans"))
        .when(ann().add("green plan", 1))
        .then_refused_as(refused([clash(nth(0, "pager"), Broken::Excludes, [unborn("green plan")])]));
}

#[test]
fn a_suggestion_is_accepted_if_it_goes_with_the_cart() {
    let adding = |id| Proposal::Add { product: product(id), quantity: quantity(1) };
    let suggested = || {
        let ann = user("ann");
        let cart =
            filled(&[]).with_suggestion(&ann, adding("roaming")).with_suggestion(&ann, adding("red plan"));
        mobile(cart)
    };
    let accept = |ids: &[u64], mode: BatchMode| {
        let suggestions = ids.iter().map(|n| suggestion_id(*n)).collect();
        ann().ask(Command::Accept { suggestions, mode })
    };
    suggested().when(accept(&[0], AllOrNothing)).then_refused_as(refused([clash(
        unborn("roaming"),
        requires(ANY_PLAN),
        [],
    )]));
    suggested().when(accept(&[0, 1], AllOrNothing)).then_lines([("roaming", 1), ("red plan", 1)]);
    suggested().when(accept(&[0, 1], PerLine)).then_lines([("red plan", 1)]);
    suggested().when(accept(&[1, 0], PerLine)).then_lines([("red plan", 1), ("roaming", 1)]);
}

#[test]
fn a_suggested_replacement_is_judged_as_a_whole() {
    let replace = Proposal::Replace {
        line: cart_core::testing::samples::line_id(0),
        product: product("blue plan"),
        quantity: quantity(1),
    };
    let lines = filled(&[("red plan", 1), ("roaming", 1)]).with_suggestion(&user("ann"), replace);
    let accept = |mode| ann().ask(Command::Accept { suggestions: vec![suggestion_id(0)], mode });
    for mode in [AllOrNothing, PerLine] {
        mobile(lines.clone())
            .and_policy_with(|policy| policy.orphans = Orphans::Refuse)
            .when(accept(mode))
            .then_lines([("roaming", 1), ("blue plan", 1)]);
    }
}

/// The lines after a merge, and what was dropped for a clash.
fn merged(
    given: &Scenario,
    from: &[(&str, u32)],
    strategy: MergeStrategy,
) -> (Vec<(String, u32)>, Vec<String>) {
    let from = guests(from).build();
    let facts = given.facts(from.lines().iter().map(|line| line.key.product.clone()));
    let becomes = given.cart().version().next();
    let merged = merge(given.cart(), &user("ann"), &from, &guest(1), strategy, becomes, &facts).unwrap();
    let after = Write::new(merged.into.events.clone()).change(given.cart()).cart;
    let lines = after.lines().iter().map(|line| (line.key.product.product.to_string(), line.quantity.get()));
    let clashed = report(&merged).lines.into_iter().filter(|line| {
        matches!(&line.dropped, Some(DropReason::Capped { rule: Rejection::IncompatibleItems { .. } }))
    });
    (lines.collect(), clashed.map(|line| line.key.product.product.to_string()).collect())
}

#[track_caller]
fn check_merge(
    users: &[(&str, u32)],
    guests: &[(&str, u32)],
    strategy: MergeStrategy,
    (lines, clashed): (&[(&str, u32)], &[&str]),
) {
    let (found, dropped) = merged(&mobile(filled(users)), guests, strategy);
    let expected: Vec<_> = lines.iter().map(|(id, units)| ((*id).to_owned(), *units)).collect();
    assert_eq!((found, dropped), (expected, clashed.iter().map(|id| (*id).to_owned()).collect()));
}

#[test]
fn a_merge_leaves_out_what_clashes_with_what_is_there_and_says_so() {
    use MergeStrategy::{KeepHighest, PreferGuest, PreferUser, Sum};
    let (users, guests) = ([("red plan", 1), ("mug", 1)], [("pager", 1), ("blue plan", 1), ("mug", 2)]);
    for strategy in [Sum, KeepHighest] {
        let mugs = if strategy == Sum { 3 } else { 2 };
        check_merge(&users, &guests, strategy, (&[("red plan", 1), ("mug", mugs)], &["pager", "blue plan"]));
    }
    check_merge(&users, &guests, PreferUser, (&users, &[]));
    // The guest's own cart clashes since the catalog changed: what came first stays.
    check_merge(&users, &guests, PreferGuest, (&[("pager", 1), ("mug", 2)], &["blue plan"]));
}

#[test]
fn a_merge_is_judged_by_where_it_leads() {
    use MergeStrategy::Sum;
    let both = [("roaming", 1), ("red plan", 1)];
    check_merge(&[("mug", 1)], &both, Sum, (&[("mug", 1), ("roaming", 1), ("red plan", 1)], &[]));
    // The plan clashes with the pager, and without it the pass has nothing to roam with.
    check_merge(&[("pager", 1)], &both, Sum, (&[("pager", 1)], &["roaming", "red plan"]));
}

#[test]
fn a_merge_raises_units_only_as_far_as_those_that_they_follow() {
    use MergeStrategy::Sum;
    let (users, guests) = ([("red plan", 1), ("sim", 1)], [("sim", 1), ("red plan", 1)]);
    check_merge(&users, &guests, Sum, (&[("red plan", 2), ("sim", 2)], &[]));
    let given = mobile(filled(&users)).and_product("red plan", |plan| {
        plan.quantity_rule = QuantityRule::new(quantity(1), quantity(1), quantity(1)).unwrap();
    });
    let (lines, dropped) = merged(&given, &guests, Sum);
    assert_eq!(lines, [("red plan".to_owned(), 1), ("sim".to_owned(), 1)]);
    assert_eq!(dropped, ["sim"]);
}

#[test]
fn a_copy_leaves_out_what_clashes_with_a_line_before() {
    let lines = [("roaming", 1), ("pager", 1), ("red plan", 1), ("mug", 2)];
    let given = mobile(filled(&lines));
    let order = DuplicateCart { source: given.cart().id(), name: None };
    let decision = duplicate(given.cart(), cart_id(9), &user("ann"), &order, &given.facts([])).unwrap();
    let added = decision.events.iter().filter_map(|event| {
        let CartEvent::LineAdded { line } = event else { return None };
        Some(line.key.product.product.as_str())
    });
    assert_eq!(added.collect::<Vec<_>>(), ["pager", "mug"]);
    let refused: Vec<_> =
        decision.reply.edits.iter().map(|edit| matches!(edit, EditOutcome::Refused { .. })).collect();
    assert_eq!(refused, [true, false, true, false]);
}

#[test]
fn lines_that_an_undo_brings_back_must_go_with_the_cart() {
    // Together since before the pager excluded plans.
    let given = mobile_with(Orphans::Keep, &[("pager", 1), ("red plan", 1), ("mug", 1)]);
    let before = given.cart().clone();
    let both = ann().edit_lines(AllOrNothing, [ann().remove("pager"), ann().remove("red plan")]);
    let after = given.when(both).scenario();
    let undoing = Undoing {
        version: after.cart().version(),
        before: before.into(),
        after: after.cart().clone().into(),
    };
    after.and_undoing(undoing).when(ann().ask(Command::Undo)).then_refused_as(refused([clash(
        unborn("pager"),
        Broken::Excludes,
        [unborn("red plan")],
    )]));
}
