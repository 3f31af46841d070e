//! How SQLite finds the rows of each statement.

use cart_core::event::ClearScope;
use cart_core::facts::Uses;
use cart_core::id::CustomerKey;
use cart_core::journal::Position;
use cart_core::line::Line;
use cart_core::money::Currency;
use cart_core::port::{CartIndex, EventLog, PageRequest, UseLedger};
use cart_core::promotion::UseLimit;
use cart_core::testing::samples::{channel, coupon, note, prices, promotion_id, quantity, user};
use rusqlite::Transaction;

use super::statements::{seen, traced};
use super::*;
use crate::index::{COUNT_OPEN, OF_OWNER_AFTER};
use crate::table::carts::{DESCRIBE, DESCRIBE_AND_MOVE_EXPIRY};
use crate::table::journal::{BY_CALLER, OF_VERSION};

fn key() -> Option<CustomerKey> {
    CustomerKey::new("ann").ok()
}

fn yen(line: Line) -> Line {
    Line { snapshot: prices(7, Currency::JPY), ..line }
}

/// Every call of the ports, with every kind of change.
fn call_everything(store: &SqliteStore) {
    let cart = create(store, 1, 3);
    let [first, second, ..] = cart.lines() else { panic!("too few lines") };
    let changes = [
        vec![CartEvent::QuantityChanged { line: first.id, from: first.quantity, to: quantity(9) }],
        vec![CartEvent::LineNoteChanged { line: first.id, note: None }],
        vec![CartEvent::LineRemoved { line: second.id }],
        vec![added(line(8, 1))],
        vec![CartEvent::NoteChanged { note: Some(note("n")) }],
        vec![CartEvent::ExpiryMoved { expires_at: at(9) }],
        vec![CartEvent::CouponAdded { code: coupon("SAVE") }],
        vec![
            CartEvent::GiftRefused { promotion: promotion_id("p") },
            CartEvent::ExpiryMoved { expires_at: at(9) },
        ],
        vec![CartEvent::LinePriced { line: first.id, prices: prices(7, Currency::EUR) }],
        vec![CartEvent::PriceAcknowledged { line: first.id, prices: prices(7, Currency::EUR) }],
        vec![CartEvent::CurrencyChanged {
            currency: Currency::JPY,
            prices: vec![prices(7, Currency::JPY); 3],
        }],
        vec![begun(
            1,
            [PromotionUse { promotion: promotion_id("p"), customer: key(), limit: UseLimit::default() }],
        )],
        vec![CartEvent::CheckoutCancelled { attempt: attempt(1) }],
        vec![CartEvent::Cleared { scope: ClearScope::default() }],
        vec![CartEvent::Recovered { expires_at: None }],
    ];
    let last = changes.into_iter().fold(Arc::clone(&cart), |cart, events| change(store, &cart, events));
    let repeated = Write::new([]).with_key("key").create(cart.id(), created_sole(owner("user-1")));
    commit(store, repeated).unwrap_err();
    let keyed = Write::new([added(yen(line(9, 1)))]).with_key("key");
    commit(store, keyed.clone().change(&last)).unwrap();
    load(store, cart.id());
    let (channel, owner) = (channel("shop"), owner("user-1"));
    block_on(async {
        let page = PageRequest { after: None, limit: 10 };
        assert!(store.open_cart(&channel, &owner).await.unwrap().is_some());
        assert_eq!(store.count_open(&channel, &owner, at(0)).await.unwrap(), 1);
        assert_eq!(store.carts_of(&channel, &owner, page).await.unwrap().len(), 1);
        let page = PageRequest { after: Some(cart.id()), limit: 10 };
        assert_eq!(store.carts_of(&channel, &owner, page).await.unwrap(), []);
        store.due(at(0), 10).await.unwrap();
        store.entries(cart.id(), None, 10).await.unwrap();
        store.entries_after(Position::default(), 10).await.unwrap();
        for unused in [Write::new([]), Write::new([]).with_key("other")] {
            let ann = user("ann").to_ref();
            assert_eq!(store.find_request(cart.id(), &ann, &unused.request).await.unwrap(), None);
        }
        let asked = [promotion_id("p")];
        assert_eq!(store.uses(&asked, key().as_ref(), Some(attempt(1))).await.unwrap(), [Uses::default()]);
        assert!(store.verify().await.unwrap().is_sound());
    });
}

fn plan(transaction: &Transaction<'_>, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = transaction.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let parameters = vec![rusqlite::types::Null; statement.parameter_count()];
    statement.query_map(rusqlite::params_from_iter(parameters), |row| row.get("detail"))?.collect()
}

#[test]
fn every_statement_finds_its_rows_by_a_key_or_an_index_and_sorts_nothing() {
    let store = traced();
    call_everything(&store);
    let mut statements = seen();
    statements.sort();
    statements.dedup();
    // What looks at the schema instead of at rows.
    statements.retain(|sql| !sql.contains("sqlite_schema"));
    assert!(statements.len() > 20, "{statements:#?}");
    let plans = move |transaction: &Transaction<'_>| {
        statements
            .into_iter()
            .map(|sql| Ok((plan(transaction, &sql)?, sql)))
            .collect::<rusqlite::Result<Vec<_>>>()
    };
    for (plan, sql) in block_on(store.engine.read(plans)).unwrap() {
        for step in plan {
            let is_good = step.starts_with("SEARCH")
                || step == "SCAN CONSTANT ROW"
                || step.starts_with("SCAN json_each")
                || step.starts_with("SCALAR SUBQUERY")
                || step.starts_with("CORRELATED SCALAR SUBQUERY")
                || step.starts_with("REUSE SUBQUERY")
                || step.contains("count(DISTINCT)");
            assert!(is_good, "{step}\n{sql}");
        }
    }
}

fn plan_of(sql: &'static str) -> Vec<String> {
    let store = SqliteStore::in_memory().unwrap();
    block_on(store.engine.read(move |transaction: &Transaction<'_>| plan(transaction, sql))).unwrap()
}

/// Checks that a statement's first step goes to its rows by an index, with all of these conditions.
fn goes_by(sql: &'static str, step: &str) {
    let found = plan_of(sql);
    assert_eq!(found.first().map(String::as_str), Some(step), "{found:#?}");
}

#[test]
fn open_carts_are_counted_among_the_open_carts_alone() {
    let found = plan_of(COUNT_OPEN);
    let searches: Vec<_> = found.iter().filter(|step| step.starts_with("SEARCH")).collect();
    let by = |index| {
        format!("SEARCH carts USING INDEX {index} (channel=? AND owner_kind=? AND owner=? AND company=?)")
    };
    assert_eq!(searches, [&by("open_carts"), &by("one_open_cart")], "{found:#?}");
}

#[test]
fn a_page_of_a_list_begins_at_its_place_in_the_index() {
    goes_by(
        OF_OWNER_AFTER,
        "SEARCH carts USING INDEX carts_by_owner \
         (channel=? AND owner_kind=? AND owner=? AND company=? AND (created_at,id)<(?,?))",
    );
}

#[test]
fn a_callers_request_is_found_at_its_one_place_in_the_index() {
    goes_by(
        BY_CALLER,
        "SEARCH journal USING INDEX journal_by_request (cart_id=? AND request_key=? AND actor=?)",
    );
}

#[test]
fn the_version_that_took_a_merged_cart_is_found_at_its_one_place_in_the_index() {
    goes_by(OF_VERSION, "SEARCH journal USING INDEX journal_by_version (cart_id=? AND version=?)");
}

/// The tables and indexes that a statement opens for writing.
fn written_by(sql: &'static str) -> Vec<String> {
    let store = SqliteStore::in_memory().unwrap();
    let opened = move |transaction: &Transaction<'_>| -> rusqlite::Result<Vec<String>> {
        let mut statement = transaction.prepare(&format!("EXPLAIN {sql}"))?;
        let parameters = vec![rusqlite::types::Null; statement.parameter_count()];
        let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
        let mut names = Vec::new();
        while let Some(row) = rows.next()? {
            if row.get::<_, String>("opcode")? == "OpenWrite" {
                let page: i64 = row.get("p2")?;
                let name = "SELECT name FROM sqlite_schema WHERE rootpage = ?1";
                names.push(transaction.query_row(name, [page], |row| row.get(0))?);
            }
        }
        Ok(names)
    };
    block_on(store.engine.read(opened)).unwrap()
}

#[test]
fn what_a_cart_is_like_changes_without_writing_to_an_index() {
    assert_eq!(written_by(DESCRIBE), ["carts"]);
    assert_eq!(written_by(DESCRIBE_AND_MOVE_EXPIRY), ["carts", "carts_by_expiry"]);
}
