//! Several edits in one write.

use cart_core::command::BatchMode::{AllOrNothing, PerLine};
use cart_core::command::{AddLine, Command, LineEdit};
use cart_core::event::CartEvent;
use cart_core::journal::EditOutcome;
use cart_core::rejection::Rejection;
use cart_core::testing::samples::{line_id, product, quantity};
use cart_core::testing::{ann, cart, given};

#[test]
fn an_edit_sees_what_the_ones_before_it_did() {
    given(cart().with_line("mug", 1))
        .and_stock("mug", 5)
        .when(ann().edit_lines(AllOrNothing, [ann().add("mug", 3), ann().remove("mug"), ann().add("mug", 5)]))
        .then_lines([("mug", 5)])
        .then_edits(|edits| edits.iter().all(|edit| matches!(edit, EditOutcome::Done { .. })));
}

#[test]
fn stock_is_summed_over_the_edits_of_a_batch() {
    given(cart())
        .and_shared_stock("clay", 5, ["mug", "cup"])
        .when(ann().edit_lines(AllOrNothing, [ann().add("mug", 3), ann().add("cup", 3)]))
        .then_refused_as(Rejection::EditRefused {
            index: 1,
            reason: Box::new(Rejection::InsufficientStock {
                product: product("cup"),
                requested: 3,
                available: 2,
            }),
        });
}

#[test]
fn one_refused_edit_refuses_all_and_is_named() {
    given(cart().with_line("mug", 1))
        .and_unknown("gone")
        .when(
            ann().edit_lines(AllOrNothing, [ann().add("cup", 1), ann().add("gone", 1), ann().remove("mug")]),
        )
        .then_refused_as(Rejection::EditRefused {
            index: 1,
            reason: Box::new(Rejection::ProductNotFound { product: product("gone") }),
        })
        .when(ann().add("cup", 1))
        .then_lines([("mug", 1), ("cup", 1)]);
}

#[test]
fn per_line_the_others_are_done_and_each_answer_stands_in_its_place() {
    given(cart().with_line("mug", 1))
        .and_unknown("gone")
        .when(
            ann().edit_lines(
                PerLine,
                [ann().add("gone", 1), ann().set_quantity("mug", 4), ann().remove("cup")],
            ),
        )
        .then_lines([("mug", 4)])
        .then_edits(|edits| {
            matches!(
                edits,
                [
                    EditOutcome::Refused { reason: Rejection::ProductNotFound { .. } },
                    EditOutcome::Done { line },
                    EditOutcome::Refused { reason: Rejection::LineNotFound { .. } },
                ] if *line == line_id(0)
            )
        });
}

#[test]
fn a_batch_of_which_nothing_is_done_changes_nothing() {
    given(cart())
        .and_unknown("gone")
        .when(ann().edit_lines(PerLine, [ann().add("gone", 1)]))
        .then_nothing()
        .then_edits(|edits| matches!(edits, [EditOutcome::Refused { .. }]));
}

#[test]
fn a_batch_without_edits_is_refused() {
    for mode in [AllOrNothing, PerLine] {
        given(cart())
            .when(ann().ask(Command::EditLines { edits: vec![], mode }))
            .then_refused_as(Rejection::NothingToDo);
    }
}

#[test]
fn a_batch_has_as_many_edits_as_the_policy_allows() {
    let batch = |count| {
        let add = LineEdit::Add(AddLine::new(product("mug"), quantity(1)));
        ann().ask(Command::EditLines { edits: vec![add; count], mode: PerLine })
    };
    let start = || given(cart()).and_policy_with(|policy| policy.limits.edits = 3);
    start().when(batch(2)).then_lines([("mug", 2)]);
    start().when(batch(3)).then_lines([("mug", 3)]);
    start().when(batch(4)).then_refused_as(Rejection::TooManyEdits { max: 3 });
}

#[test]
fn an_edit_that_is_so_already_is_done_without_an_event() {
    given(cart().with_line("mug", 2).with_line("cup", 1))
        .when(ann().edit_lines(AllOrNothing, [ann().set_quantity("mug", 2), ann().set_quantity("cup", 2)]))
        .then_events([CartEvent::QuantityChanged { line: line_id(1), from: quantity(1), to: quantity(2) }])
        .then_edits(|edits| {
            *edits == [EditOutcome::Done { line: line_id(0) }, EditOutcome::Done { line: line_id(1) }]
        });
}
