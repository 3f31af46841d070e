//! Merging a guest's cart into a user's.

use cart_core::cart::Cart;
use cart_core::decide::{Merged, merge};
use cart_core::event::CartEvent;
use cart_core::id::CartId;
use cart_core::merge::{DropReason, MergeReport, MergeStrategy, MergedLine};
use cart_core::money::Currency;
use cart_core::rejection::Rejection;
use cart_core::status::{AbandonReason, Status};
use cart_core::testing::samples::{at, cart_id, guest, note, product, quantity, user};
use cart_core::testing::{GivenCart, Scenario, cart, given};

use crate::support::rule;

const STRATEGIES: [MergeStrategy; 4] =
    [MergeStrategy::Sum, MergeStrategy::KeepHighest, MergeStrategy::PreferUser, MergeStrategy::PreferGuest];

pub(crate) fn guests(lines: &[(&str, u32)]) -> GivenCart {
    let empty = cart().numbered(2).owned_by(&guest(1));
    lines.iter().fold(empty, |cart, (id, units)| cart.with_line(id, *units))
}

fn users(lines: &[(&str, u32)]) -> GivenCart {
    lines.iter().fold(cart(), |cart, (id, units)| cart.with_line(id, *units))
}

fn merged(given: &Scenario, from: GivenCart, strategy: MergeStrategy) -> Result<Merged, Rejection> {
    let from = from.build();
    let others = from.lines().iter().map(|line| line.key.product.clone()).collect::<Vec<_>>();
    merge(
        given.cart(),
        &user("ann"),
        &from,
        &guest(1),
        strategy,
        given.cart().version().next(),
        &given.facts(others),
    )
}

/// The user's lines after the merge, and the report.
fn outcome(given: &Scenario, from: GivenCart, strategy: MergeStrategy) -> (Vec<(String, u32)>, MergeReport) {
    let merged = merged(given, from, strategy).unwrap();
    (lines(&applied(given.cart(), &merged.into.events)), report(&merged))
}

fn applied(cart: &Cart, events: &[CartEvent]) -> Cart {
    cart_core::testing::samples::Write::new(events).change(cart).cart.as_ref().clone()
}

fn lines(cart: &Cart) -> Vec<(String, u32)> {
    cart.lines().iter().map(|line| (line.key.product.product.to_string(), line.quantity.get())).collect()
}

pub(crate) fn report(merged: &Merged) -> MergeReport {
    let found = merged.into.events.iter().find_map(|event| {
        let CartEvent::GuestCartMerged { report } = event else { return None };
        Some(report.clone())
    });
    found.unwrap()
}

fn line<'a>(report: &'a MergeReport, id: &str) -> &'a MergedLine {
    report.lines.iter().find(|line| line.key.product == product(id)).unwrap()
}

fn units(line: &MergedLine) -> [u32; 4] {
    [line.user_units, line.guest_units, line.kept_units, line.dropped_units]
}

fn owned(lines: &[(&str, u32)]) -> Vec<(String, u32)> {
    lines.iter().map(|(id, units)| ((*id).to_owned(), *units)).collect()
}

#[test]
fn each_strategy_keeps_what_it_says() {
    let expected: [(MergeStrategy, &[(&str, u32)]); 4] = [
        (MergeStrategy::Sum, &[("mug", 5), ("cup", 4), ("bowl", 1)]),
        (MergeStrategy::KeepHighest, &[("mug", 3), ("cup", 4), ("bowl", 1)]),
        (MergeStrategy::PreferUser, &[("mug", 2), ("cup", 4)]),
        (MergeStrategy::PreferGuest, &[("mug", 3), ("bowl", 1)]),
    ];
    for (strategy, kept) in expected {
        let given = given(users(&[("mug", 2), ("cup", 4)]));
        let (lines, report) = outcome(&given, guests(&[("mug", 3), ("bowl", 1)]), strategy);
        assert_eq!(lines, owned(kept), "{strategy:?}");
        assert_eq!((report.from, report.strategy), (cart_id(2), strategy));
    }
}

#[test]
fn every_unit_is_reported_the_users_lines_first() {
    let given = given(users(&[("mug", 2), ("cup", 4)]));
    let (_, report) = outcome(&given, guests(&[("bowl", 1), ("mug", 3)]), MergeStrategy::KeepHighest);
    let reported: Vec<_> =
        report.lines.iter().map(|line| (line.key.product.product.as_str(), units(line))).collect();
    assert_eq!(reported, [("mug", [2, 3, 3, 2]), ("cup", [4, 0, 4, 0]), ("bowl", [0, 1, 1, 0])]);
    assert_eq!(line(&report, "mug").dropped, Some(DropReason::Strategy));
    assert_eq!(line(&report, "cup").dropped, None);
}

#[test]
fn an_empty_cart_never_wins() {
    for strategy in STRATEGIES {
        let from_empty = outcome(&given(users(&[("mug", 2)])), guests(&[]), strategy);
        assert_eq!(from_empty.0, owned(&[("mug", 2)]), "{strategy:?}");
        let into_empty = outcome(&given(cart()), guests(&[("mug", 2)]), strategy);
        assert_eq!(into_empty.0, owned(&[("mug", 2)]), "{strategy:?}");
        assert!(from_empty.1.lines.iter().chain(&into_empty.1.lines).all(|line| line.dropped_units == 0));
    }
}

#[test]
fn stock_caps_what_comes_in_and_says_so() {
    let given = given(users(&[("mug", 2)])).and_stock("mug", 4);
    let (lines, report) = outcome(&given, guests(&[("mug", 3)]), MergeStrategy::Sum);
    assert_eq!(lines, owned(&[("mug", 4)]));
    assert_eq!(units(line(&report, "mug")), [2, 3, 4, 1]);
    let rule = Rejection::InsufficientStock { product: product("mug"), requested: 5, available: 4 };
    assert_eq!(line(&report, "mug").dropped, Some(DropReason::Capped { rule }));
}

#[test]
fn stock_is_shared_with_the_lines_that_are_there() {
    let given = given(users(&[("red", 3)])).and_shared_stock("shirt", 5, ["red", "blue"]);
    let (lines, report) = outcome(&given, guests(&[("blue", 4)]), MergeStrategy::Sum);
    assert_eq!(lines, owned(&[("red", 3), ("blue", 2)]));
    assert_eq!(units(line(&report, "blue")), [0, 4, 2, 2]);
}

#[test]
fn what_cannot_be_had_at_all_is_dropped_and_said() {
    let given = given(users(&[("mug", 1)]))
        .and_unknown("gone")
        .and_product("old", |old| old.withdrawn = true)
        .and_stock("none", 0);
    let from = guests(&[("gone", 1), ("old", 2), ("none", 3), ("cup", 1)]);
    let (lines, report) = outcome(&given, from, MergeStrategy::Sum);
    assert_eq!(lines, owned(&[("mug", 1), ("cup", 1)]));
    for (id, dropped) in [("gone", 1), ("old", 2), ("none", 3)] {
        assert_eq!(line(&report, id).dropped_units, dropped);
        assert!(matches!(line(&report, id).dropped, Some(DropReason::Capped { .. })), "{id}");
    }
}

#[test]
fn limits_and_rules_are_checked_again() {
    let given_full = given(users(&[("a", 1), ("b", 1)])).and_policy_with(|policy| policy.limits.lines = 3);
    let (lines, report) = outcome(&given_full, guests(&[("c", 1), ("d", 2), ("b", 1)]), MergeStrategy::Sum);
    assert_eq!(lines, owned(&[("a", 1), ("b", 2), ("c", 1)]));
    let rule_of = |report: &MergeReport, id| line(report, id).dropped.clone();
    let rule_too_many = Rejection::TooManyLines { max: 3 };
    assert_eq!(rule_of(&report, "d"), Some(DropReason::Capped { rule: rule_too_many }));
    let packs = given(users(&[("egg", 6)])).and_product("egg", |egg| egg.quantity_rule = rule(6, 12, 6));
    let (lines, report) = outcome(&packs, guests(&[("egg", 12)]), MergeStrategy::Sum);
    assert_eq!(lines, owned(&[("egg", 12)]));
    assert_eq!(units(line(&report, "egg")), [6, 12, 12, 6]);
}

#[test]
fn a_line_keeps_the_users_note_and_takes_the_guests_where_there_is_none() {
    let noted = |cart: GivenCart, text: Option<&str>| {
        cart.with_line_of(product("mug"), 1, |line| line.note = text.map(note))
    };
    for (users, guests_note, kept) in
        [(Some("u"), Some("g"), "u"), (None, Some("g"), "g"), (Some("u"), None, "u")]
    {
        let given = given(noted(cart(), users));
        let merged = merged(&given, noted(guests(&[]), guests_note), MergeStrategy::Sum).unwrap();
        let after = applied(given.cart(), &merged.into.events);
        assert_eq!(after.lines()[0].note, Some(note(kept)));
    }
}

#[test]
fn the_guests_cart_ends_in_the_version_that_took_its_lines() {
    let given = given(users(&[("mug", 1)]));
    let merged = merged(&given, guests(&[("cup", 1)]), MergeStrategy::Sum).unwrap();
    let reason = AbandonReason::Merged { into: cart_id(1), version: given.cart().version().next() };
    assert_eq!(merged.from.events, [CartEvent::Abandoned { since: at(60), reason }]);
}

#[test]
fn both_must_prove_who_they_are() {
    let into = users(&[]).build();
    let from = guests(&[("mug", 1)]).build();
    let facts = given(cart()).facts([product("mug")]);
    let sum = MergeStrategy::Sum;
    assert_eq!(
        merge(&into, &user("bob"), &from, &guest(1), sum, into.version().next(), &facts),
        Err(Rejection::CartNotFound)
    );
    assert_eq!(
        merge(&into, &user("ann"), &from, &guest(2), sum, into.version().next(), &facts),
        Err(Rejection::CartNotFound)
    );
    assert_eq!(
        merge(&into, &user("ann"), &from, &user("ann"), sum, into.version().next(), &facts),
        Err(Rejection::CartNotFound)
    );
    assert!(merge(&into, &user("ann"), &from, &guest(1), sum, into.version().next(), &facts).is_ok());
}

#[test]
fn both_carts_must_be_active() {
    let ended = || Status::Abandoned { since: at(0), reason: AbandonReason::GivenUp };
    let wrong = |merged: Result<Merged, Rejection>| matches!(merged, Err(Rejection::WrongStatus { .. }));
    assert!(wrong(merged(&given(cart()), guests(&[]).in_status(ended()), MergeStrategy::Sum)));
    assert!(wrong(merged(&given(cart().in_status(ended())), guests(&[]), MergeStrategy::Sum)));
    let lapsed = merged(&given(cart()), guests(&[]).expiring_at(at(60)), MergeStrategy::Sum);
    assert_eq!(lapsed, Err(Rejection::Expired));
}

#[test]
fn carts_of_other_channels_or_currencies_and_one_cart_twice_are_not_merged() {
    let elsewhere = guests(&[]).with(|cart| cart.channel = cart_core::testing::samples::channel("kiosk"));
    let same: CartId = cart_id(1);
    let cases = [elsewhere, guests(&[]).in_currency(Currency::USD), guests(&[]).with(|cart| cart.id = same)];
    for from in cases {
        assert_eq!(merged(&given(cart()), from, MergeStrategy::Sum), Err(Rejection::Unmergeable));
    }
}

#[test]
fn a_replaced_user_line_whose_guest_line_cannot_be_had_is_reported_as_dropped() {
    let given = given(users(&[("mug", 2)])).and_stock("mug", 0);
    let (lines, report) = outcome(&given, guests(&[("mug", 3)]), MergeStrategy::PreferGuest);
    assert_eq!(lines, owned(&[]));
    assert_eq!(units(line(&report, "mug")), [2, 3, 0, 5]);
}

#[test]
fn a_lowered_quantity_is_never_the_result_of_keeping_the_highest() {
    let given = given(users(&[("mug", 9)])).and_stock("mug", 4);
    let (lines, report) = outcome(&given, guests(&[("mug", 3)]), MergeStrategy::KeepHighest);
    assert_eq!(lines, owned(&[("mug", 9)]));
    assert_eq!(units(line(&report, "mug")), [9, 3, 9, 3]);
    assert_eq!(quantity(9), given.cart().lines()[0].quantity);
}

#[test]
fn a_users_line_that_the_guests_replaces_is_dropped_by_the_strategy() {
    let given = given(users(&[("mug", 2)])).and_stock("mug", 4);
    let (lines, report) = outcome(&given, guests(&[("mug", 3)]), MergeStrategy::PreferGuest);
    assert_eq!(lines, owned(&[("mug", 3)]));
    assert_eq!(units(line(&report, "mug")), [2, 3, 3, 2]);
    assert_eq!(line(&report, "mug").dropped, Some(DropReason::Strategy));
}

#[test]
fn many_lines_share_what_is_left_of_one_stock_item_in_their_order() {
    let ids: Vec<String> = (0..12).map(|n| format!("shirt{n}")).collect();
    let all = ids.iter().map(String::as_str);
    let lines: Vec<(&str, u32)> = all.clone().skip(1).map(|id| (id, 5)).collect();
    let given = given(users(&[("shirt0", 3), ("shirt1", 4)])).and_shared_stock("shirt", 31, all);
    // 31 in stock, 7 of them in the cart already; the first guest's line is one of them.
    let sum = [3, 9, 5, 5, 5, 4];
    let (kept, _) = outcome(&given, guests(&lines), MergeStrategy::Sum);
    assert_eq!(kept.iter().map(|(_, units)| *units).collect::<Vec<_>>(), sum);
    // Nothing of what was replaced still draws on stock.
    let (kept, report) = outcome(&given, guests(&lines), MergeStrategy::PreferGuest);
    assert_eq!(kept.iter().map(|(_, units)| *units).collect::<Vec<_>>(), [5, 5, 5, 5, 5, 5, 1]);
    let rule = Rejection::InsufficientStock { product: product("shirt8"), requested: 5, available: 0 };
    assert_eq!(line(&report, "shirt8").dropped, Some(DropReason::Capped { rule }));
}

#[test]
fn units_whose_amount_would_not_fit_are_dropped_and_said() {
    let given = given(users(&[("mug", 2)])).and_prices("mug", i64::MAX / 4, 1).and_prices("cup", i64::MAX, 1);
    let (lines, report) = outcome(&given, guests(&[("mug", 3), ("cup", 2), ("pin", 1)]), MergeStrategy::Sum);
    assert_eq!(lines, owned(&[("mug", 2), ("pin", 1)]));
    for (id, dropped) in [("mug", 3), ("cup", 2)] {
        let rule = Rejection::AmountOverflow;
        assert_eq!(line(&report, id).dropped_units, dropped);
        assert_eq!(line(&report, id).dropped, Some(DropReason::Capped { rule }));
    }
}

#[test]
fn a_gift_that_either_refused_stays_refused() {
    let given = given(cart().refusing("users").refusing("both"));
    let from = guests(&[("mug", 1)]).refusing("both").refusing("guests");
    let events = merged(&given, from, MergeStrategy::Sum).unwrap().into.events;
    let refused = events.iter().filter(|event| matches!(event, CartEvent::GiftRefused { .. })).count();
    let after = applied(given.cart(), &events);
    let kept: Vec<_> = after.refused_gifts().iter().map(|id| id.as_str()).collect();
    assert_eq!((refused, kept), (1, vec!["both", "guests", "users"]));
}
