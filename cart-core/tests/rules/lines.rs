//! Adding, changing and removing lines.

use cart_core::command::{AddLine, Command};
use cart_core::event::{CartEvent, ClearScope};
use cart_core::id::{AddressId, LineId};
use cart_core::policy::{AtMinimum, CartPolicy, OnDuplicate};
use cart_core::product::{Options, ProductKey};
use cart_core::rejection::Rejection;
use cart_core::selection::Selection;
use cart_core::testing::samples::{at, line_id, note, prices, product, quantity, user};
use cart_core::testing::{ann, cart, given};
use serde_json::json;

use crate::support::{metadata, rule};

fn with_options(id: &str, size: &str) -> ProductKey {
    let options = Options::new([("size".to_owned(), size.to_owned())].into()).unwrap();
    ProductKey { options, ..product(id) }
}

#[test]
fn an_added_product_becomes_a_line_with_all_that_was_said() {
    let asked = AddLine {
        note: Some(note("gift")),
        metadata: metadata(json!({"from": "wishlist"})),
        ..AddLine::new(with_options("mug", "L"), quantity(3))
    };
    given(cart()).and_prices("mug", 900, 750).at(at(5)).when(ann().add_line(asked)).then_cart(|cart| {
        let [line] = cart.lines() else { return false };
        line.key.product == with_options("mug", "L")
            && line.quantity == quantity(3)
            && line.note == Some(note("gift"))
            && line.metadata == metadata(json!({"from": "wishlist"}))
            && (line.snapshot.list().minor(), line.snapshot.unit().minor()) == (900, 750)
            && line.added_at == at(5)
            && line.added_by == user("ann").to_ref()
    });
}

#[test]
fn lines_keep_the_order_in_which_they_were_added() {
    given(cart().with_line("b", 1)).when(ann().add("c", 2)).when(ann().add("a", 3)).then_lines([
        ("b", 1),
        ("c", 2),
        ("a", 3),
    ]);
}

#[test]
fn adding_what_is_there_adds_to_its_line() {
    given(cart().with_line("mug", 2))
        .when(ann().add("mug", 3))
        .then_lines([("mug", 5)])
        .then_events([CartEvent::QuantityChanged { line: line_id(0), from: quantity(2), to: quantity(5) }]);
}

#[test]
fn adding_what_is_there_replaces_its_note_only_if_there_is_a_new_one() {
    let add =
        |text: Option<&str>| AddLine { note: text.map(note), ..AddLine::new(product("mug"), quantity(1)) };
    let noted = cart().with_line_of(product("mug"), 1, |line| line.note = Some(note("old")));
    given(noted)
        .when(ann().add_line(add(None)))
        .then_cart(|cart| cart.lines().first().is_some_and(|line| line.note == Some(note("old"))))
        .when(ann().add_line(add(Some("new"))))
        .then_cart(|cart| cart.lines().first().is_some_and(|line| line.note == Some(note("new"))));
}

#[test]
fn adding_what_is_there_keeps_its_metadata_and_first_price() {
    let add = AddLine { metadata: metadata(json!({"x": 2})), ..AddLine::new(product("mug"), quantity(1)) };
    let there = cart().with_line_of(product("mug"), 1, |line| line.metadata = metadata(json!({"x": 1})));
    given(there).and_prices("mug", 1200, 1200).when(ann().add_line(add)).then_cart(|cart| {
        cart.lines().first().is_some_and(|line| {
            line.metadata == metadata(json!({"x": 1})) && line.snapshot == prices(1000, cart.currency())
        })
    });
}

#[test]
fn where_duplicates_are_refused_the_line_that_is_there_is_named() {
    given(cart().with_line("mug", 2))
        .and_policy_with(|policy| policy.on_duplicate = OnDuplicate::Reject)
        .when(ann().add("mug", 1))
        .then_refused_as(Rejection::DuplicateLine { line: line_id(0) })
        .when(ann().add("cup", 1))
        .then_lines([("mug", 2), ("cup", 1)]);
}

#[test]
fn other_options_make_another_line() {
    given(cart().with_line_of(with_options("mug", "S"), 1, |_| {}))
        .when(ann().add_line(AddLine::new(with_options("mug", "L"), quantity(1))))
        .when(ann().add_line(AddLine::new(product("mug"), quantity(1))))
        .then_lines([("mug", 1), ("mug", 1), ("mug", 1)])
        .when(ann().add_line(AddLine::new(with_options("mug", "L"), quantity(4))))
        .then_lines([("mug", 1), ("mug", 5), ("mug", 1)]);
}

#[test]
fn metadata_makes_another_line_only_where_policy_says_so() {
    let add = |imei: &str, colour: &str| AddLine {
        metadata: metadata(json!({"imei": imei, "colour": colour})),
        ..AddLine::new(product("phone"), quantity(1))
    };
    given(cart())
        .when(ann().add_line(add("1", "red")))
        .when(ann().add_line(add("2", "red")))
        .then_lines([("phone", 2)]);
    given(cart())
        .and_policy_with(|policy| policy.identity = vec!["imei".into()])
        .when(ann().add_line(add("1", "red")))
        .when(ann().add_line(add("2", "red")))
        .when(ann().add_line(add("1", "blue")))
        .then_lines([("phone", 2), ("phone", 1)])
        .then_cart(|cart| {
            cart.lines().first().is_some_and(|line| line.key.distinct == metadata(json!({"imei": "1"})))
        });
}

#[test]
fn new_lines_have_ids_of_their_own() {
    let mut ids: Vec<LineId> = Vec::new();
    given(cart())
        .when(ann().add("a", 1))
        .when(ann().add("b", 1))
        .when(
            ann().edit_lines(
                cart_core::command::BatchMode::AllOrNothing,
                [ann().add("c", 1), ann().add("d", 1)],
            ),
        )
        .then_cart(|cart| {
            ids = cart.lines().iter().map(|line| line.id).collect();
            true
        });
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[test]
fn a_quantity_is_set_increased_and_decreased() {
    given(cart().with_line("mug", 2))
        .when(ann().set_quantity("mug", 7))
        .then_lines([("mug", 7)])
        .when(ann().increase("mug", 3))
        .then_lines([("mug", 10)])
        .when(ann().decrease("mug", 4))
        .then_lines([("mug", 6)])
        .when(ann().set_quantity("mug", 1))
        .then_lines([("mug", 1)]);
}

#[test]
fn a_quantity_that_is_so_already_changes_nothing() {
    given(cart().with_line("mug", 2)).and_stock("mug", 0).when(ann().set_quantity("mug", 2)).then_nothing();
}

#[test]
fn decreasing_below_the_smallest_quantity_is_refused_or_removes_the_line() {
    for (by, min) in [(2, 1), (9, 1), (1, 2)] {
        let start = || {
            given(cart().with_line("mug", 2)).and_product("mug", |mug| mug.quantity_rule = rule(min, 10, 1))
        };
        start()
            .when(ann().decrease("mug", by))
            .then_refused_as(Rejection::BelowMinimum { min: quantity(min) });
        start()
            .and_policy_with(|policy| policy.at_minimum = AtMinimum::Remove)
            .when(ann().decrease("mug", by))
            .then_events([CartEvent::LineRemoved { line: line_id(0) }]);
    }
}

#[test]
fn decreasing_to_the_smallest_quantity_is_done_either_way() {
    for at_minimum in [AtMinimum::Reject, AtMinimum::Remove] {
        given(cart().with_line("mug", 5))
            .and_product("mug", |mug| mug.quantity_rule = rule(2, 10, 1))
            .and_policy_with(|policy| policy.at_minimum = at_minimum)
            .when(ann().decrease("mug", 3))
            .then_lines([("mug", 2)]);
    }
}

#[test]
fn a_line_gets_a_note_and_loses_it() {
    given(cart().with_line("mug", 1))
        .when(ann().note_line("mug", Some("blue")))
        .then_cart(|cart| cart.lines().first().is_some_and(|line| line.note == Some(note("blue"))))
        .when(ann().note_line("mug", Some("blue")))
        .then_nothing()
        .when(ann().note_line("mug", None))
        .then_cart(|cart| cart.lines().first().is_some_and(|line| line.note.is_none()))
        .when(ann().note_line("mug", None))
        .then_nothing();
}

#[test]
fn a_line_of_another_cart_is_not_found_by_any_edit() {
    let not_found = |why: &Rejection| matches!(why, Rejection::LineNotFound { .. });
    let asks = [
        ann().set_quantity("cup", 2),
        ann().increase("cup", 1),
        ann().decrease("cup", 1),
        ann().note_line("cup", None),
        ann().remove("cup"),
    ];
    for ask in asks {
        given(cart().with_line("mug", 1)).when(ask).then_refused(not_found);
    }
}

#[test]
fn a_line_is_removed_whatever_became_of_its_product() {
    let start = || given(cart().with_line("mug", 2).with_line("cup", 1));
    start().and_unknown("mug").when(ann().remove("mug")).then_lines([("cup", 1)]);
    start().and_product("mug", |mug| mug.withdrawn = true).when(ann().remove("mug")).then_lines([("cup", 1)]);
    start().and_stock("mug", 0).when(ann().remove("mug")).then_lines([("cup", 1)]);
    start()
        .and_product("mug", |mug| mug.quantity_rule = rule(5, 10, 5))
        .when(ann().remove("mug"))
        .then_lines([("cup", 1)]);
}

#[test]
fn a_line_of_a_product_that_is_gone_can_be_lowered_but_not_raised() {
    let start = || given(cart().with_line("mug", 5));
    start().and_unknown("mug").when(ann().decrease("mug", 1)).then_lines([("mug", 4)]);
    start()
        .and_unknown("mug")
        .when(ann().increase("mug", 1))
        .then_refused_as(Rejection::ProductNotFound { product: product("mug") });
    start()
        .and_product("mug", |mug| mug.withdrawn = true)
        .when(ann().set_quantity("mug", 6))
        .then_refused_as(Rejection::ProductWithdrawn { product: product("mug") });
    start()
        .and_product("mug", |mug| mug.withdrawn = true)
        .when(ann().set_quantity("mug", 4))
        .then_lines([("mug", 4)]);
}

#[test]
fn clearing_removes_what_the_policy_says() {
    let address = Selection::Address(AddressId::new("home").unwrap());
    let full = || cart().with_line("mug", 2).noted("hello").choosing(address.clone());
    let full = || full().with(|cart| cart.metadata = metadata(json!({"k": 1}))).with_coupon("TEN");
    let full = || full().refusing("mug");
    for scope in scopes() {
        given(full())
            .and_policy_with(|policy| policy.clear = scope)
            .when(ann().clear())
            .then_events([CartEvent::Cleared { scope }])
            .then_cart(|cart| {
                cart.lines().is_empty()
                    && cart.selections().is_empty() == scope.selections
                    && cart.note().is_none() == scope.note
                    && cart.metadata().is_empty() == scope.metadata
                    && cart.coupons().is_empty() == scope.coupons
                    && cart.refused_gifts().is_empty() == scope.coupons
            })
            .when(ann().clear())
            .then_nothing();
    }
}

fn scopes() -> impl Iterator<Item = ClearScope> {
    (0..16).map(|bits| ClearScope {
        selections: bits & 1 > 0,
        note: bits & 2 > 0,
        metadata: bits & 4 > 0,
        coupons: bits & 8 > 0,
    })
}

#[test]
fn clearing_an_empty_cart_still_removes_what_else_the_policy_names() {
    given(cart().noted("hello"))
        .and_policy_with(|policy| policy.clear = ClearScope { note: true, ..ClearScope::default() })
        .when(ann().clear())
        .then_cart(|cart| cart.note().is_none());
    given(cart().noted("hello")).when(ann().clear()).then_nothing();
}

#[test]
fn the_storefront_forgets_choices_when_cleared_and_keeps_settings() {
    let full = cart().with_line("mug", 1).choosing(Selection::Address(AddressId::new("home").unwrap()));
    given(full.noted("hello"))
        .and_policy(CartPolicy::storefront())
        .when(ann().clear())
        .then_cart(|cart| cart.selections().is_empty() && cart.note().is_some());
}

#[test]
fn a_cart_is_described_and_what_is_so_already_changes_nothing() {
    let name = cart_core::testing::samples::name("for Bob");
    let settings = cart_core::event::Settings { locale: Some("de".to_owned().try_into().unwrap()) };
    let commands = [
        Command::Rename { name: Some(name) },
        Command::ChangeSettings { settings },
        Command::SetNote { note: Some(note("hello")) },
        Command::SetMetadata { metadata: metadata(json!({"k": 1})) },
    ];
    for command in commands {
        given(cart())
            .when(ann().ask(command.clone()))
            .then_events_fit(|events| events.len() == 1)
            .when(ann().ask(command))
            .then_nothing();
    }
}
