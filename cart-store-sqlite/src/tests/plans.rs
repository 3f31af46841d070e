//! How SQLite finds the rows of each statement.

use cart_core::event::ClearScope;
use cart_core::facts::Uses;
use cart_core::id::CustomerKey;
use cart_core::journal::Position;
use cart_core::line::Line;
use cart_core::money::Currency;
use cart_core::port::{
    CartIndex, EventLog, LinkLedger, PageRequest, Progress, RelayLedger, RelayName, Rewritten, ShareIndex,
    UseLedger,
};
use cart_core::promotion::UseLimit;
use cart_core::sharing::{LinkTerms, PermissionGroup};
use cart_core::testing::samples::{
    channel, company_id, coupon, note, prices, promotion_id, quantity, user, user_id,
};
use rusqlite::Transaction;

use super::statements::{seen, traced};
use super::*;
use crate::Resealed;
use crate::index::{COUNT_OPEN, GRANTED, GRANTED_AFTER, OF_OWNER_AFTER, WITH_GRANT, WITH_LINK};
use crate::table::carts::{DESCRIBE, DESCRIBE_AND_MOVE_EXPIRY};
use crate::table::journal::{BY_CALLER, OF_VERSION};
use crate::table::relays::{DUE as DUE_HOLDS, PARKED};

fn key() -> Option<CustomerKey> {
    CustomerKey::new("ann").ok()
}

fn yen(line: Line) -> Line {
    Line { snapshot: prices(7, Currency::JPY), ..line }
}

/// Every call of the ports, with every kind of change.
fn call_everything(store: &SqliteStore) {
    call_what_is_shared(store);
    stock::call_everything(store);
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
        vec![checkout_cancelled(1)],
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
        assert_eq!(
            store.uses(&asked, key().as_ref(), Some(checkout_id(1))).await.unwrap(),
            [Uses::default()]
        );
        assert!(store.verify().await.unwrap().is_sound());
    });
}

fn call_what_is_shared(store: &SqliteStore) {
    let cart = shares::shared(store, 7);
    let (grant, link, suggestion) = (shares::grant(7), shares::link(7), shares::suggestion(7));
    assert!(block_on(store.open_link(link.id, at(0), Some(1))).unwrap());
    let changes = [
        CartEvent::GrantChanged { grant: grant.id, group: PermissionGroup::FULL_ACCESS },
        CartEvent::LinkChanged { link: link.id, terms: LinkTerms::default() },
        CartEvent::LinkRotated { link: link.id, token: shares::digest(8) },
        CartEvent::OwnerChanged { owner: shares::owner("eve") },
        CartEvent::SuggestionWithdrawn { suggestion: suggestion.id },
        CartEvent::LinkRevoked { link: link.id },
        CartEvent::GrantRevoked { grant: grant.id },
    ];
    let cart = changes.into_iter().fold(cart, |cart, event| change(store, &cart, [event]));
    let (channel, company, bob) = (channel("shop"), company_id("acme"), user_id("bob"));
    let relay = RelayName::new("r").unwrap();
    block_on(async {
        for after in [None, Some(cart.id())] {
            let page = PageRequest { after, limit: 10 };
            assert_eq!(store.carts_granted_to(&channel, &company, &bob, at(0), page).await.unwrap(), []);
        }
        assert_eq!(store.cart_with_grant(grant.id).await.unwrap(), None);
        assert_eq!(store.cart_with_link(link.token).await.unwrap(), None);
        assert_eq!(store.openings(&[link.id]).await.unwrap().len(), 1);
        for (since, release) in [(0, vec![]), (1, vec![cart.id()])] {
            let progress = Progress { since, to: Some(Position(since)), hold: vec![], release };
            assert!(store.note_progress(&relay, progress).await.unwrap());
        }
        store.checkpoint(&relay).await.unwrap();
        assert_eq!(store.held_due(&relay, at(0), 10).await.unwrap(), []);
        assert_eq!(store.parked(&relay, Some(cart.id()), 10).await.unwrap(), []);
        assert_eq!(store.held_among(&relay, &[cart.id()]).await.unwrap(), []);
        let entries = store.entries(cart.id(), None, 100).await.unwrap().into_iter().map(Arc::new).collect();
        let base = cart.version();
        store.rewrite(Rewritten { base, cart: Arc::clone(&cart), entries }).await.unwrap();
        assert_eq!(store.reseal(None, 100).await.unwrap(), Resealed::default());
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
                || step.contains("count(DISTINCT)")
                // A verification looks at all relays and at all that they hold back, which is bounded.
                || ["SCAN relays", "SCAN relay_holds", "SCAN rewriting"].iter().any(|scan| step.starts_with(scan))
                || ["COMPOUND QUERY", "LEFT-MOST SUBQUERY", "UNION ALL"].contains(&step.as_str());
            assert!(is_good, "{step}\n{sql}");
        }
    }
}

pub(super) fn plan_of(sql: &'static str) -> Vec<String> {
    let store = SqliteStore::in_memory().unwrap();
    block_on(store.engine.read(move |transaction: &Transaction<'_>| plan(transaction, sql))).unwrap()
}

/// Checks that a statement's first step goes to its rows by an index, with all of these conditions.
pub(super) fn goes_by(sql: &'static str, step: &str) {
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
fn carts_granted_to_a_user_are_found_in_their_order_without_sorting() {
    goes_by(GRANTED, "SEARCH grants USING INDEX grants_by_user (channel=? AND company=? AND user=?)");
    goes_by(
        GRANTED_AFTER,
        "SEARCH grants USING INDEX grants_by_user \
         (channel=? AND company=? AND user=? AND (created_at,cart_id)<(?,?))",
    );
}

#[test]
fn the_cart_of_a_grant_or_a_token_is_found_at_its_one_place_in_the_index() {
    goes_by(WITH_GRANT, "SEARCH grants USING COVERING INDEX grants_by_id (grant_id=?)");
    goes_by(WITH_LINK, "SEARCH links USING COVERING INDEX links_by_token (token=?)");
}

#[test]
fn what_a_relay_holds_back_is_found_among_what_is_due_or_parked_alone() {
    goes_by(DUE_HOLDS, "SEARCH relay_holds USING INDEX holds_by_due (relay=? AND due_at<?)");
    goes_by(PARKED, "SEARCH relay_holds USING INDEX parked_holds (relay=? AND cart_id>?)");
}

#[test]
fn a_callers_request_is_found_at_its_one_place_in_the_index() {
    let found = plan_of(BY_CALLER);
    let searches: Vec<_> = found.iter().filter(|step| step.starts_with("SEARCH")).collect();
    let key = "SEARCH requests USING PRIMARY KEY (cart_id=? AND request_key=? AND actor=?)";
    assert_eq!(searches, ["SEARCH journal USING INTEGER PRIMARY KEY (rowid=?)", key]);
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
