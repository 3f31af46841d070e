//! Ids of new lines.

use std::collections::HashSet;

use cart_core::cart::Cart;
use cart_core::command::{AddLine, BatchMode, Command, LineEdit};
use cart_core::decide::{decide, merge};
use cart_core::facts::Facts;
use cart_core::id::LineId;
use cart_core::merge::MergeStrategy;
use cart_core::testing::samples::{Write, guest, line_id, product, quantity, user};
use cart_core::testing::{GivenCart, cart, given};

/// What is known, where the source of ids gives the id of the cart's first line again.
fn repeating(cart: &GivenCart) -> (Cart, Facts) {
    let given = given(cart.clone());
    let mut facts = given.facts(["a", "b", "c", "d"].map(product));
    facts.first_id = line_id(0).as_uuid();
    (given.cart().clone(), facts)
}

fn add(id: &str) -> LineEdit {
    LineEdit::Add(AddLine::new(product(id), quantity(1)))
}

fn ids(cart: &Cart) -> Vec<LineId> {
    cart.lines().iter().map(|line| line.id).collect()
}

#[test]
fn an_id_that_a_line_has_is_passed_over() {
    let (cart, facts) = repeating(&cart().with_line("a", 1).with_line("b", 1));
    let add = Command::Edit(add("c"));
    let decision = decide(&cart, &user("ann"), &add, &facts).unwrap();
    let after = Write::new(decision.events).change(&cart).cart;
    assert_eq!(ids(&after), [line_id(0), line_id(1), line_id(2)]);
}

#[test]
fn an_id_given_twice_makes_two_lines_of_different_ids() {
    let (empty, facts) = repeating(&cart());
    let edits =
        |of: [&str; 2]| Command::EditLines { edits: of.map(add).into(), mode: BatchMode::AllOrNothing };
    let first = decide(&empty, &user("ann"), &edits(["a", "b"]), &facts).unwrap();
    let half = Write::new(first.events).change(&empty).cart;
    let second = decide(&half, &user("ann"), &edits(["c", "d"]), &facts).unwrap();
    let full = Write::new(second.events).change(&half).cart;
    assert_eq!(ids(&full).into_iter().collect::<HashSet<_>>().len(), 4);
}

#[test]
fn merged_lines_get_ids_that_no_line_has() {
    let (into, facts) = repeating(&cart().with_line("a", 1).with_line("b", 1));
    let from = cart().numbered(2).owned_by(&guest(1)).with_line("c", 1).with_line("d", 1).build();
    let next = into.version().next();
    let merged = merge(&into, &user("ann"), &from, &guest(1), MergeStrategy::Sum, next, &facts).unwrap();
    let after = Write::new(merged.into.events).change(&into).cart;
    assert_eq!(ids(&after), [line_id(0), line_id(1), line_id(2), line_id(3)]);
}
