//! What a verification finds, and what it does not.

use std::sync::atomic::{AtomicU64, Ordering};

use cart_core::cart::Cart;
use cart_core::event::CartEvent;
use cart_core::merge::{MergeReport, MergeStrategy};
use cart_core::promotion::UseLimit;
use cart_core::status::AbandonReason;
use cart_core::testing::block_on;
use cart_core::testing::samples::{Write, at, cart_id, checkout_cancelled, checkout_id};
use cart_core::version::Version;
use cart_store_sqlite::SqliteStore;
use cart_store_sqlite::verify::{Finding, Problem, Report};

use crate::support::{HELD, Place, begun, change, commit, fill, grow, used};

fn verified(store: &SqliteStore) -> Report {
    block_on(store.verify()).unwrap()
}

#[test]
fn a_store_that_nobody_tampered_with_is_sound() {
    let (place, memory) = (Place::new(), SqliteStore::in_memory().unwrap());
    for store in [&place.open(), &memory] {
        assert_eq!(verified(store), Report::default());
        fill(store);
        let report = verified(store);
        assert!(report.is_sound(), "{:?}", report.findings);
        assert!(
            report.carts >= 15 && report.lines >= 60 && report.entries >= 80 && report.uses >= 4,
            "{report:?}"
        );
    }
}

#[test]
fn more_carts_than_are_looked_at_at_once_are_all_looked_at() {
    let store = SqliteStore::in_memory().unwrap();
    for number in 0..120 {
        grow(&store, number, 200);
    }
    let report = verified(&store);
    assert_eq!((report.carts, report.lines, report.entries), (120, 120 * 201, 120 * 201));
    assert!(report.is_sound());
}

#[test]
fn a_store_in_use_is_sound_at_every_moment() {
    let place = Place::new();
    let store = place.open();
    let written = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let (store, written) = (&store, &written);
            scope.spawn(move || {
                for number in 0..20 {
                    let cart = grow(store, writer * 100 + number, 20);
                    check_out(store, &cart, writer * 100 + number);
                    written.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while written.load(Ordering::Relaxed) < 40 {
            let report = verified(&store);
            assert!(report.is_sound(), "{:?}", report.findings);
        }
    });
    let report = verified(&store);
    assert_eq!((report.carts, report.uses), (40, 20));
}

/// Begins a checkout that uses promotions, and cancels every other one.
fn check_out(store: &SqliteStore, cart: &Cart, number: u64) {
    let uses = [used("spring", "ann", UseLimit::default())];
    let held = change(store, cart, [begun(number, uses)]);
    if number.is_multiple_of(2) {
        change(store, &held, [checkout_cancelled(number)]);
    }
}

/// Tampers with the carts 100 to 109 and answers what is found, in words.
fn found(sql: &str) -> Vec<String> {
    let place = Place::new();
    fill(&place.open());
    place.tamper(sql);
    let report = verified(&place.open());
    assert!(!report.is_sound(), "{sql}");
    report.findings.iter().map(ToString::to_string).collect()
}

/// The key of a cart in SQL.
fn key(number: u64) -> String {
    format!("x'{}'", cart_id(number).as_uuid().simple())
}

/// Checks that this alone is found, about the cart 103.
fn found_in_103(sql: &str, words: &str) {
    let sql = sql.replace("{}", &key(103));
    let cart = format!("cart {}: ", cart_id(103));
    let found = found(&sql);
    assert!(found.iter().all(|finding| finding.starts_with(&cart)), "{sql}: {found:?}");
    assert!(found.iter().any(|finding| finding.contains(words)), "{sql}: {found:?}");
}

fn rewritten(sql: &str, words: &str) {
    let place = Place::new();
    fill(&place.open());
    let triggers: String = place
        .raw()
        .query_row("SELECT group_concat(sql, ';') FROM sqlite_schema WHERE name LIKE 'journal!_%' ESCAPE '!' AND type = 'trigger'", [], |row| {
            row.get(0)
        })
        .unwrap();
    place.tamper(
        "DROP TRIGGER journal_is_not_rewritten; DROP TRIGGER journal_keeps_its_order;
         DROP TRIGGER journal_is_not_shortened;",
    );
    place.tamper(&sql.replace("{}", &key(103)));
    place.tamper(&triggers);
    let report = verified(&place.open());
    let found: Vec<_> = report.findings.iter().map(ToString::to_string).collect();
    assert!(report.findings.iter().all(|finding| finding.cart == Some(cart_id(103))), "{sql}: {found:?}");
    assert!(found.iter().any(|finding| finding.contains(words)), "{sql}: {found:?}");
}

#[test]
fn another_state_than_the_journals_is_found() {
    for sql in [
        "UPDATE lines SET quantity = 7 WHERE cart_id = {} AND position % 2 = 0",
        "UPDATE lines SET unit_price = 1 WHERE cart_id = {}",
        "UPDATE carts SET version = 7, expires_at = 1 WHERE id = {}",
        "UPDATE carts SET owner = 'eve' WHERE id = {}",
        "UPDATE carts SET name = 'other' WHERE id = {}",
        "UPDATE lines SET position = -position WHERE cart_id = {}",
        "UPDATE lines SET acknowledged_list = 9, acknowledged_unit = 9 WHERE cart_id = {}",
        "UPDATE carts SET coupons = '[\"OTHER\"]' WHERE id = {}",
        "UPDATE carts SET refused_gifts = '[\"other\"]' WHERE id = {}",
        "UPDATE carts SET currency = 'USD' WHERE id = {}",
    ] {
        found_in_103(sql, "another state");
    }
}

#[test]
fn a_lost_line_is_found() {
    let lost = "DELETE FROM lines WHERE (cart_id, position) =
         (SELECT cart_id, max(position) FROM lines WHERE cart_id = {})";
    found_in_103(lost, "6 lines belong to it, 5 are there");
}

#[test]
fn two_lines_in_one_place_are_found() {
    found_in_103("UPDATE lines SET position = 5 WHERE cart_id = {}", "two lines have the same place");
}

#[test]
fn a_line_key_that_occurs_twice_is_found() {
    found_in_103("UPDATE lines SET product = 'same' WHERE cart_id = {}", "two lines have the same key");
}

#[test]
fn a_gap_in_the_journal_is_found() {
    rewritten("DELETE FROM journal WHERE cart_id = {} AND version = 3", "version 4 stands where 3 was due");
    rewritten("DELETE FROM journal WHERE cart_id = {} AND version = 6", "another state");
    rewritten("DELETE FROM journal WHERE cart_id = {} AND version = 1", "version 2 stands where 1 was due");
    rewritten("DELETE FROM journal WHERE cart_id = {}", "cart and journal are not both there");
}

#[test]
fn entries_out_of_order_are_found() {
    let swap = "UPDATE journal SET position = position + 100000 WHERE cart_id = {} AND version = 2";
    rewritten(swap, "version 3 stands before an earlier one");
}

#[test]
fn a_changed_entry_is_found_whatever_was_changed() {
    for change in [
        "at = at + 1",
        "actor = replace(actor, 'ann', 'eve')",
        "request_key = 'other'",
        "events = replace(events, '\"to\":3', '\"to\":4')",
        "reply = '{\"notices\":[]}'",
        "fingerprint = zeroblob(16)",
    ] {
        rewritten(
            &format!("UPDATE journal SET {change} WHERE cart_id = {{}} AND version = 3"),
            "the checksum is another",
        );
    }
}

#[test]
fn values_that_no_cart_has_are_found() {
    for (sql, words) in [
        ("UPDATE lines SET quantity = 0 WHERE cart_id = {}", "column quantity: a quantity must be"),
        ("UPDATE lines SET unit_price = -5 WHERE cart_id = {}", "a price must not be negative"),
        ("UPDATE lines SET unit_price = list_price + 1 WHERE cart_id = {}", "above the list price"),
        (
            "UPDATE lines SET note = printf('%.*c', 501, 'x') WHERE cart_id = {}",
            "column note: note must be at most",
        ),
        (
            "UPDATE lines SET acknowledged_unit = 1 WHERE cart_id = {}",
            "half of the acknowledged price is missing",
        ),
        (
            "UPDATE lines SET acknowledged_list = 1, acknowledged_unit = 2 WHERE cart_id = {}",
            "the unit price is above the list price",
        ),
        (
            "UPDATE carts SET coupons = '[\"a b\", \"%\"]' WHERE id = {}",
            "column coupons: not as expected at byte",
        ),
        (
            "UPDATE carts SET refused_gifts = '[\"\"]' WHERE id = {}",
            "column refused_gifts: not as expected at byte",
        ),
        ("UPDATE lines SET product = '' WHERE cart_id = {}", "column product: product id must be"),
        ("UPDATE carts SET currency = 'EURO' WHERE id = {}", "column currency: "),
        ("UPDATE carts SET updated_at = created_at - 1 WHERE id = {}", "the times contradict each other"),
    ] {
        found_in_103(sql, words);
    }
}

#[test]
fn a_row_without_a_cart_is_found() {
    let found = found(&format!("DELETE FROM carts WHERE id = {}", key(103)));
    assert!(found.iter().any(|finding| finding.contains("a row of lines belongs to nothing")), "{found:?}");
    assert!(found.iter().any(|finding| finding.contains("a row of journal belongs to nothing")), "{found:?}");
}

/// Merges the cart 201 into 200 as version 2 of it, and has 201 say that it went into another version or cart.
fn merged_into(into: u64, version: Version, from: u64) -> Report {
    let store = SqliteStore::in_memory().unwrap();
    let [users, guests] = [200, 201].map(|number| grow(&store, number, 0));
    let report = MergeReport { from: cart_id(from), strategy: MergeStrategy::Sum, lines: vec![] };
    commit(&store, Write::new([CartEvent::GuestCartMerged { report }]).change(&users)).unwrap();
    let reason = AbandonReason::Merged { into: cart_id(into), version };
    let end = CartEvent::Abandoned { since: at(0), reason };
    commit(&store, Write::new([end]).change(&guests)).unwrap();
    verified(&store)
}

#[test]
fn a_merged_cart_that_no_other_took_is_found() {
    let [first, second] = [Version::FIRST, Version::FIRST.next()];
    assert!(merged_into(200, second, 201).is_sound());
    for (what, into, version, from) in [
        ("a cart that is not there", 202, second, 201),
        ("a version that took nothing", 200, first, 201),
        ("a version that is not there", 200, second.next(), 201),
        ("a version that took another cart", 200, second, 203),
    ] {
        let problem = Problem::NotMerged { into: cart_id(into), version };
        let finding = Finding { cart: Some(cart_id(201)), problem };
        assert_eq!(merged_into(into, version, from).findings, [finding], "{what}");
    }
}

/// Tampers with the uses of promotions and answers what is found, in words.
fn found_in_uses(sql: &str) -> Vec<String> {
    let sql = sql.replace("{held}", &key(HELD)).replace("{active}", &key(103));
    found(&sql)
}

#[test]
fn other_uses_than_the_journals_are_found() {
    let of = |number| format!("cart {}: the journal leads to other uses of promotions", cart_id(number));
    for (sql, cart) in [
        ("DELETE FROM promotion_uses WHERE cart_id = {held}", HELD),
        ("UPDATE promotion_uses SET customer = 'eve' WHERE cart_id = {held} AND promotion = 'spring'", HELD),
        (
            "UPDATE promotion_uses SET promotion = 'winter' WHERE cart_id = {held} AND promotion = 'spring'",
            HELD,
        ),
        ("UPDATE promotion_uses SET checkout_id = zeroblob(16) WHERE cart_id = {held}", HELD),
        ("INSERT INTO promotion_uses VALUES ({active}, zeroblob(16), 'spring', '')", 103),
        ("UPDATE promotion_uses SET cart_id = {active} WHERE cart_id = {held}", 103),
    ] {
        let found = found_in_uses(sql);
        assert!(found.iter().any(|finding| finding.starts_with(&of(cart))), "{sql}: {found:?}");
    }
}

#[test]
fn uses_that_are_counted_wrongly_are_found() {
    let miscounted = ["the file: the uses of promotion spring are miscounted"];
    for sql in [
        "UPDATE promotion_counts SET uses = uses + 1 WHERE promotion = 'spring' AND customer = ''",
        "UPDATE promotion_counts SET uses = uses - 1 WHERE promotion = 'spring' AND customer = 'ann'",
        "UPDATE promotion_counts SET uses = 1 WHERE promotion = 'spring' AND customer = 'cid'",
        "DELETE FROM promotion_counts WHERE promotion = 'spring' AND customer = ''",
        "DELETE FROM promotion_counts WHERE promotion = 'spring' AND customer = 'ann'",
        "DELETE FROM promotion_counts WHERE promotion = 'spring'",
        "INSERT INTO promotion_counts VALUES ('spring', 'eve', 1)",
    ] {
        assert_eq!(found_in_uses(sql), miscounted, "{sql}");
    }
    let never_used = "INSERT INTO promotion_counts VALUES ('winter', '', 1)";
    assert_eq!(found_in_uses(never_used), ["the file: the uses of promotion winter are miscounted"]);
}

#[test]
fn a_use_of_a_cart_that_is_not_there_is_found() {
    let found = found_in_uses("INSERT INTO promotion_uses VALUES (zeroblob(16), zeroblob(16), 'spring', '')");
    let orphan = "the file: a row of promotion_uses belongs to nothing";
    assert!(found.iter().any(|finding| finding == orphan), "{found:?}");
}

#[test]
fn uses_of_a_checkout_that_is_over_are_found() {
    let store = SqliteStore::in_memory().unwrap();
    let cart = grow(&store, 1, 0);
    let begun = Write::new([begun(1, [used("spring", "ann", UseLimit::default())])]).change(&cart);
    let held = std::sync::Arc::clone(&begun.cart);
    commit(&store, begun).unwrap();
    assert!(verified(&store).is_sound());
    let end = CartEvent::Abandoned { since: at(0), reason: AbandonReason::GivenUp };
    commit(&store, Write::new([end]).change(&held)).unwrap();
    let problem = Problem::StrandedUses { checkout: checkout_id(1) };
    let found = Finding { cart: Some(cart_id(1)), problem };
    let report = verified(&store);
    assert!(report.findings.contains(&found), "{report:?}");
}

#[test]
fn more_promotions_than_are_looked_at_at_once_are_all_looked_at() {
    let place = Place::new();
    let store = place.open();
    let cart = grow(&store, 1, 0);
    let uses: Vec<_> = (0..30_000).map(|n| used(&format!("{n:05}"), "ann", UseLimit::default())).collect();
    commit(&store, Write::new([begun(1, uses)]).change(&cart)).unwrap();
    assert_eq!(
        verified(&store),
        Report { carts: 1, lines: 1, entries: 2, uses: 30_000, ..Report::default() }
    );
    drop(store);
    place.tamper("UPDATE promotion_counts SET uses = 2 WHERE promotion = '29999' AND customer = ''");
    let problem = Problem::Miscounted { promotion: "29999".to_owned() };
    assert_eq!(verified(&place.open()).findings, [Finding { cart: None, problem }]);
}

#[test]
fn a_missing_index_or_trigger_is_found() {
    for (kind, name) in [
        ("INDEX", "one_open_cart"),
        ("INDEX", "journal_by_version"),
        ("INDEX", "uses_by_promotion"),
        ("TRIGGER", "journal_is_not_rewritten"),
    ] {
        let found = found(&format!("DROP {kind} {name}"));
        assert_eq!(found, [format!("the file: {name} is not as the schema has it")]);
    }
}

#[test]
fn what_a_host_adds_to_the_file_is_none_of_our_business() {
    let place = Place::new();
    fill(&place.open());
    place.tamper("CREATE TABLE parcels (id INTEGER PRIMARY KEY, cart BLOB REFERENCES carts (id)) STRICT");
    assert!(verified(&place.open()).is_sound());
}

#[test]
fn findings_beyond_a_thousand_are_counted() {
    let place = Place::new();
    let store = place.open();
    (0..1_100).for_each(|number| drop(grow(&store, number, 0)));
    drop(store);
    place.tamper("UPDATE carts SET note = 'other'");
    let report = verified(&place.open());
    assert_eq!((report.findings.len(), report.more), (1_000, 100));
    assert!(report.findings.iter().all(|finding| finding.problem == Problem::OtherState));
}
