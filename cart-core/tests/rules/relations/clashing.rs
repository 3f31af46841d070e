//! Which lines clash, whoever put them together.

use cart_core::notice::Notice;
use cart_core::pricing::price;
use cart_core::relation::{Broken, Clash, FollowedQuantity};
use cart_core::testing::given;
use cart_core::testing::samples::product;

use super::{clash, filled, found, in_category, mobile, nth, requires, ruled, unborn};

const ANY_PLAN: &str = r#"{"categories": ["plans"]}"#;

#[test]
fn what_goes_together_does_not_clash() {
    for lines in [
        &[][..],
        &[("roaming", 3), ("red plan", 1)],
        &[("blue plan", 2), ("sim", 2), ("number", 2)],
        &[("pager", 1)],
        &[("mug", 1)],
    ] {
        assert_eq!(found(&mobile(filled(lines))), [], "{lines:?}");
    }
}

#[test]
fn what_is_required_is_missing_until_any_of_it_is_there() {
    let scenario = mobile(filled(&[("roaming", 1)]));
    assert_eq!(found(&scenario), [clash(nth(0, "roaming"), requires(ANY_PLAN), [])]);
    let two = r#"{"requires": [{"products": ["cup", "mug"]}, {"products": ["tea"]}]}"#;
    let scenario = ruled(given(filled(&[("pot", 1), ("mug", 1)])), "pot", two);
    let missing = requires(r#"{"products": ["tea"]}"#);
    assert_eq!(found(&scenario), [clash(nth(0, "pot"), missing, [])]);
}

#[test]
fn a_product_is_no_company_for_itself() {
    let rules = r#"{"requires": [{"categories": ["sets"]}], "excludes": {"categories": ["odd"]}}"#;
    let of_both = |product: &mut cart_core::product::Product| {
        product.categories = ["sets", "odd"].map(|id| cart_core::id::CategoryId::new(id).unwrap()).into();
    };
    let lone = filled(&[("pot", 2)]).with_line_of(product("pot"), 1, |line| {
        line.key.distinct = crate::support::metadata(serde_json::json!({"imei": 1}));
    });
    let scenario = ruled(given(lone), "pot", rules).and_product("pot", of_both);
    let broken: Vec<_> = found(&scenario).into_iter().map(|clash| clash.broken).collect();
    assert_eq!(broken, [requires(r#"{"categories": ["sets"]}"#), requires(r#"{"categories": ["sets"]}"#)]);
}

#[test]
fn one_product_that_excludes_another_is_enough() {
    for lines in [[("pager", 1), ("red plan", 1)], [("red plan", 1), ("pager", 1)]] {
        let scenario = mobile(filled(&lines));
        let (pager, plan) = if lines[0].0 == "pager" { (0, 1) } else { (1, 0) };
        let expected = clash(nth(pager, "pager"), Broken::Excludes, [nth(plan, "red plan")]);
        assert_eq!(found(&scenario), [expected]);
    }
}

#[test]
fn a_group_has_one_line_even_of_one_product() {
    let group = || Broken::Group { group: cart_core::id::ProductGroupId::new("one plan").unwrap() };
    let scenario = mobile(filled(&[("red plan", 2), ("mug", 1), ("blue plan", 1)]));
    assert_eq!(found(&scenario), [clash(nth(0, "red plan"), group(), [nth(2, "blue plan")])]);
    let twice = filled(&[("red plan", 1)]).with_line_of(product("red plan"), 1, |line| {
        line.key.distinct = crate::support::metadata(serde_json::json!({"imei": 1}));
    });
    assert_eq!(found(&mobile(twice)), [clash(nth(0, "red plan"), group(), [nth(1, "red plan")])]);
}

#[test]
fn units_follow_those_of_all_lines_of_their_parents() {
    let follows = |units, parents, quantity| Broken::Follows { units, parents, quantity };
    let at_most = follows(4, 3, FollowedQuantity::AtMost);
    let lines = [("red plan", 1), ("sim", 3), ("blue plan", 2)];
    let split = filled(&lines).with_line_of(product("sim"), 1, |line| {
        line.key.distinct = crate::support::metadata(serde_json::json!({"imei": 1}));
    });
    let plans = [nth(0, "red plan"), nth(2, "blue plan")];
    let of_sims = clash(nth(1, "sim"), at_most, plans);
    assert_eq!(
        found(&mobile(split)).into_iter().filter(|clash| clash.line == nth(1, "sim")).collect::<Vec<_>>(),
        [of_sims]
    );
    for (numbers, sims) in [(1, 2), (2, 1), (1, 0)] {
        let lines = [("number", numbers), ("red plan", 9), ("sim", sims)];
        let scenario = mobile(filled(
            lines.iter().copied().filter(|(_, units)| *units > 0).collect::<Vec<_>>().as_slice(),
        ));
        let broken = follows(numbers.into(), sims.into(), FollowedQuantity::Equal);
        let others = if sims > 0 { vec![nth(2, "sim")] } else { vec![] };
        assert_eq!(found(&scenario), [clash(nth(0, "number"), broken, others)]);
    }
}

#[test]
fn a_line_that_is_there_counts_although_its_product_is_no_longer_sold() {
    let lines = [("roaming", 1), ("red plan", 1)];
    let withdrawn = mobile(filled(&lines)).and_product("red plan", |plan| plan.withdrawn = true);
    assert_eq!(found(&withdrawn), []);
    // What the catalog does not know at all is in no category.
    let unknown = mobile(filled(&lines)).and_unknown("red plan");
    assert_eq!(found(&unknown), [clash(nth(0, "roaming"), requires(ANY_PLAN), [])]);
}

#[test]
fn not_more_than_ten_other_lines_are_named() {
    let ids: Vec<String> = (0..30).map(|n| format!("p{n}")).collect();
    let lines: Vec<(&str, u32)> = ids.iter().map(|id| (id.as_str(), 1)).collect();
    let scenario = ids.iter().fold(given(filled(&lines).with_line("pager", 1)), |scenario, id| {
        scenario.and_product(id, |product| in_category(product, "plans"))
    });
    let scenario = ruled(scenario, "pager", r#"{"excludes": {"categories": ["plans"]}}"#);
    let [Clash { others, .. }] = &found(&scenario)[..] else { panic!("one clash") };
    let places: Vec<_> = others.iter().map(|other| other.line.unwrap()).collect();
    assert!(places.len() == Clash::MAX_OTHERS && places.is_sorted(), "{places:?}");
}

#[test]
fn every_view_says_what_clashes() {
    let scenario = mobile(filled(&[("mug", 1), ("roaming", 1)]));
    let priced = price(scenario.cart(), &scenario.facts([])).unwrap();
    let expected = Box::new(clash(nth(1, "roaming"), requires(ANY_PLAN), []));
    assert_eq!(priced.notices, [Notice::IncompatibleItems { clash: expected }]);
    assert_eq!(priced.totals.total.minor(), 20_00, "the lines count all the same");
}

#[test]
fn a_clash_reads_what_it_wrote() {
    let all = [
        clash(nth(0, "roaming"), requires(ANY_PLAN), []),
        clash(unborn("pager"), Broken::Excludes, [nth(0, "red plan")]),
    ];
    let json = serde_json::to_string(&all).unwrap();
    assert_eq!(serde_json::from_str::<[Clash; 2]>(&json).unwrap(), all, "{json}");
    assert_eq!(all[0].to_string(), "roaming requires what is not in the cart");
}
