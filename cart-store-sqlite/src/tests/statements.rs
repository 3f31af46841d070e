//! Which statements each call runs.

use std::cell::RefCell;

use cart_core::event::{CartEvent, ClearScope};
use cart_core::id::CustomerKey;
use cart_core::money::Currency;
use cart_core::port::{EventLog, UseLedger};
use cart_core::promotion::{PromotionUse, UseLimit};
use cart_core::testing::samples::{added, at, coupon, line, name, note, prices, promotion_id, quantity};
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

pub(super) fn ran() -> Vec<String> {
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
        let scope = ClearScope { selections: true, note: true, metadata: true, coupons: true };
        vec![CartEvent::Cleared { scope }]
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
fn coupons_and_refused_gifts_are_changed_with_two_statements() {
    let (code, promotion) = (coupon("SAVE"), promotion_id("gift"));
    let changes = [
        CartEvent::CouponAdded { code: code.clone() },
        CartEvent::GiftRefused { promotion: promotion.clone() },
        CartEvent::GiftAccepted { promotion },
        CartEvent::CouponRemoved { code },
    ];
    for lines in [1, 1_000] {
        let store = traced();
        let mut cart = create(&store, 1, lines);
        for change_alone in &changes {
            for more in [vec![], vec![CartEvent::ExpiryMoved { expires_at: at(9) }]] {
                seen();
                cart = change(&store, &cart, [vec![change_alone.clone()], more].concat());
                assert_eq!(ran(), ["update carts", "insert journal"]);
            }
        }
    }
}

#[test]
fn the_price_of_a_line_is_noted_with_three_statements() {
    let prices = prices(500, Currency::EUR);
    for event in [
        |line, prices| CartEvent::LinePriced { line, prices },
        |line, prices| CartEvent::PriceAcknowledged { line, prices },
    ] {
        for lines in [1, 1_000] {
            let store = traced();
            let cart = create(&store, 1, lines);
            seen();
            change(&store, &cart, [event(cart.lines()[0].id, prices)]);
            assert_eq!(ran(), ["update carts", "update lines", "insert journal"]);
        }
    }
}

#[test]
fn another_currency_takes_one_statement_for_each_line_and_one_to_find_them() {
    for lines in [0, 1, 50] {
        let store = traced();
        let cart = create(&store, 1, lines);
        seen();
        let prices = vec![prices(500, Currency::JPY); cart.lines().len()];
        change(&store, &cart, [CartEvent::CurrencyChanged { currency: Currency::JPY, prices }]);
        let each = vec!["update lines"; cart.lines().len()];
        assert_eq!(ran(), [&["update carts", "select lines"], each.as_slice(), &["insert journal"]].concat());
    }
}

#[test]
fn a_checkout_takes_two_or_three_statements_for_each_use_of_a_promotion() {
    let by = |customer| PromotionUse { promotion: promotion_id("p"), customer, limit: UseLimit::default() };
    let key = CustomerKey::new("ann").unwrap();
    let count = ["insert promotion_counts", "insert promotion_uses"];
    let count_both = ["insert promotion_counts", "insert promotion_counts", "insert promotion_uses"];
    for (uses, counted, given_back) in
        [(vec![], &[][..], 0), (vec![by(None)], &count, 1), (vec![by(Some(key))], &count_both, 1)]
    {
        let store = traced();
        let cart = create(&store, 1, 1);
        seen();
        let cart = change(&store, &cart, [begun(1, uses)]);
        let put = ["update carts", "insert checkout_carts", "insert checkouts", "insert checkout_records"];
        assert_eq!(ran(), [put.as_slice(), &["insert journal"], counted].concat());
        change(&store, &cart, [checkout_cancelled(1)]);
        let give_back = vec!["update promotion_counts"; given_back];
        // SQLite tells it a second time when it goes on to the checkout's record.
        let remove = ["update carts", "delete checkouts", "delete checkouts", "insert journal"];
        let always = [remove.as_slice(), &["delete promotion_uses"]].concat();
        assert_eq!(ran(), [always, give_back, vec!["delete stock_claims"]].concat());
    }
}

#[test]
fn the_uses_of_promotions_are_found_with_one_statement_each() {
    let store = traced();
    let asked = [promotion_id("p"), promotion_id("q")];
    block_on(store.uses(&asked, None, Some(checkout_id(1)))).unwrap();
    // The statement selects from nothing but its own parts.
    assert_eq!(seen().len(), 2);
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
