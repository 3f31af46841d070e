//! Which statements each call runs.

use std::cell::RefCell;

use cart_core::event::{CartEvent, ClearScope};
use cart_core::port::EventLog;
use cart_core::testing::samples::{added, at, line, name, note, quantity};
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::*;
use crate::Options;

thread_local! {
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn note_statement(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(_, sql) = event {
        SEEN.with_borrow_mut(|seen| seen.push(sql.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
}

fn trace(transaction: &rusqlite::Transaction<'_>) -> rusqlite::Result<()> {
    transaction.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note_statement));
    Ok(())
}

/// A store in memory, whose statements run on the calling thread and are noted.
pub(super) fn traced() -> SqliteStore {
    let store = SqliteStore::in_memory().unwrap();
    block_on(store.engine.write(trace)).unwrap();
    seen();
    store
}

/// The statements since this was asked last, those apart that begin and end a transaction or set the connection.
pub(super) fn seen() -> Vec<String> {
    let seen = SEEN.with_borrow_mut(std::mem::take);
    let is_row = |sql: &String| {
        ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|word| sql.starts_with(word))
    };
    seen.into_iter().filter(is_row).collect()
}

/// What a statement does to which table.
fn brief(sql: &str) -> String {
    let words: Vec<&str> = sql.split(' ').take_while(|word| !word.starts_with('(')).collect();
    match words.as_slice() {
        ["INSERT", "INTO", table, ..] => format!("insert {table}"),
        ["UPDATE", table, ..] => format!("update {table}"),
        ["DELETE", "FROM", table, ..] => format!("delete {table}"),
        [_, rest @ ..] => {
            let from = rest.iter().skip_while(|word| **word != "FROM").nth(1);
            format!("select {}", from.unwrap_or(&"?"))
        }
        [] => String::new(),
    }
}

fn ran() -> Vec<String> {
    seen().iter().map(|sql| brief(sql)).collect()
}

/// Checks what a command runs on carts of one line and of very many.
fn runs(events: fn(&Cart) -> Vec<CartEvent>, expected: &[&str]) {
    for lines in [1, 1_000] {
        let store = traced();
        let cart = create(&store, 1, lines);
        seen();
        change(&store, &cart, events(&cart));
        assert_eq!(ran(), expected, "{lines} lines");
    }
}

#[test]
fn a_line_is_added_with_three_statements() {
    runs(|_| vec![added(line(5_000, 1))], &["update carts", "insert lines", "insert journal"]);
}

#[test]
fn a_line_is_changed_or_removed_with_three_statements() {
    let quantity = |cart: &Cart| {
        let line = &cart.lines()[0];
        vec![CartEvent::QuantityChanged { line: line.id, from: line.quantity, to: quantity(9) }]
    };
    runs(quantity, &["update carts", "update lines", "insert journal"]);
    let noted =
        |cart: &Cart| vec![CartEvent::LineNoteChanged { line: cart.lines()[0].id, note: Some(note("n")) }];
    runs(noted, &["update carts", "update lines", "insert journal"]);
    let removed = |cart: &Cart| vec![CartEvent::LineRemoved { line: cart.lines()[0].id }];
    runs(removed, &["update carts", "delete lines", "insert journal"]);
}

#[test]
fn a_cart_is_cleared_with_three_statements() {
    let lines = |_: &Cart| vec![CartEvent::Cleared { scope: ClearScope::default() }];
    let all = |_: &Cart| {
        vec![CartEvent::Cleared { scope: ClearScope { selections: true, note: true, metadata: true } }]
    };
    for events in [lines, all] {
        runs(events, &["update carts", "delete lines", "insert journal"]);
    }
}

#[test]
fn what_is_on_the_cart_alone_is_changed_with_two_statements() {
    runs(|_| vec![CartEvent::Renamed { name: Some(name("n")) }], &["update carts", "insert journal"]);
    runs(|_| vec![CartEvent::ExpiryMoved { expires_at: at(9) }], &["update carts", "insert journal"]);
    let both = |_: &Cart| {
        vec![CartEvent::NoteChanged { note: Some(note("n")) }, CartEvent::ExpiryMoved { expires_at: at(9) }]
    };
    runs(both, &["update carts", "insert journal"]);
}

#[test]
fn many_lines_are_added_with_one_statement() {
    runs(
        |_| (5_000..5_500).map(|n| added(line(n, 1))).collect(),
        &["update carts", "insert lines", "insert journal"],
    );
    let store = traced();
    create(&store, 1, 500);
    assert_eq!(ran(), ["insert carts", "insert lines", "insert journal"]);
}

#[test]
fn events_keep_their_order_among_statements() {
    let events = |cart: &Cart| {
        let first = cart.lines()[0].id;
        let changed =
            CartEvent::QuantityChanged { line: line(7_000, 1).id, from: quantity(1), to: quantity(3) };
        vec![
            added(line(7_000, 1)),
            changed,
            CartEvent::LineRemoved { line: first },
            added(line(7_001, 1)),
            added(line(7_002, 1)),
        ]
    };
    let expected =
        ["update carts", "insert lines", "update lines", "delete lines", "insert lines", "insert journal"];
    runs(events, &expected);
}

#[test]
fn a_cart_is_loaded_with_two_statements() {
    for lines in [0, 1, 1_000] {
        let store = traced();
        let cart = create(&store, 1, lines);
        seen();
        assert_eq!(load(&store, cart.id()), cart);
        assert_eq!(ran(), ["select carts", "select lines"]);
    }
}

/// What the calling thread runs to load a cart of so many lines from a file.
fn run_here_to_load(lines: u64, on_caller: bool) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default().readers(1).on_caller(on_caller);
    let store = SqliteStore::open(folder.path().join("carts.db"), &options).unwrap();
    let cart = create(&store, 1, lines);
    block_on(store.engine.read(trace)).unwrap();
    seen();
    assert_eq!(load(&store, cart.id()), cart);
    ran()
}

#[test]
fn the_calling_thread_loads_small_carts_where_it_may_and_never_large_ones() {
    for lines in [0, 32, 33, 1_000] {
        assert_eq!(run_here_to_load(lines, false), [""; 0], "{lines} lines");
    }
    assert_eq!(run_here_to_load(32, true), ["select carts", "select lines"]);
    for lines in [33, 1_000] {
        assert_eq!(run_here_to_load(lines, true), ["select carts"], "{lines} lines");
    }
}

#[test]
fn a_callers_request_is_looked_up_with_one_statement_whether_or_not_it_is_there() {
    let store = traced();
    let cart = create(&store, 1, 1);
    let write = Write::new([added(line(9, 1))]).with_key("used");
    commit(&store, write.clone().change(&cart)).unwrap();
    let unused = Write::new([]).with_key("unused");
    for (write, is_found) in [(write, true), (unused, false)] {
        seen();
        let found = block_on(store.find_request(cart.id(), &write.actor, &write.request)).unwrap();
        assert_eq!((found.is_some(), ran()), (is_found, vec!["select journal".to_owned()]));
    }
}
