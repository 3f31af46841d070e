//! The guarantees of the tables, tried with SQL alone.

use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::promotion::UseLimit;
use cart_core::testing::samples::{Write, added, cart_id, created_sole, line, owner};
use cart_store_sqlite::SqliteStore;

use crate::support::{Place, begun, change, commit, used};

/// A file with one open cart of one line, of an owner who may have only one.
fn place() -> Place {
    let place = Place::new();
    put_one(&place.open());
    place
}

fn put_one(store: &SqliteStore) -> Arc<Cart> {
    let made = Write::new([added(line(1, 2))]).with_key("key");
    let made = made.create(cart_id(1), created_sole(owner("ann")));
    let cart = Arc::clone(&made.cart);
    commit(store, made).unwrap();
    cart
}

/// Runs SQL that must be refused by a constraint whose message holds the words given.
fn refused(sql: &str, words: &str) {
    let error = place().raw().execute_batch(sql).expect_err(sql).to_string();
    assert!(error.contains(words), "{sql}: {error}");
}

/// A second cart like the first one, with some columns changed.
fn another_cart(changed: &str) -> String {
    format!(
        "CREATE TEMP TABLE other AS SELECT * FROM carts;
         UPDATE other SET id = randomblob(16);
         UPDATE other SET {changed};
         INSERT INTO main.carts SELECT * FROM other;"
    )
}

fn another_line(changed: &str) -> String {
    format!(
        "CREATE TEMP TABLE other AS SELECT * FROM lines;
         UPDATE other SET line_id = randomblob(16);
         UPDATE other SET {changed};
         INSERT INTO main.lines SELECT * FROM other;"
    )
}

fn another_entry(changed: &str) -> String {
    format!(
        "CREATE TEMP TABLE other AS SELECT * FROM journal;
         UPDATE other SET position = 2, version = 2, request_key = 'other';
         UPDATE other SET {changed};
         INSERT INTO main.journal SELECT * FROM other;"
    )
}

#[test]
fn the_rows_that_the_attempts_start_from_are_accepted() {
    for sql in [another_cart("owner = 'bob'"), another_line("position = 2"), another_entry("position = 2")] {
        place().raw().execute_batch(&sql).unwrap();
    }
}

#[test]
fn an_owner_has_one_open_cart() {
    for status in ["status = 'active'", "status = 'checkout', checkout_id = randomblob(16), deadline = 1"] {
        refused(&another_cart(status), "UNIQUE constraint failed: carts.channel");
    }
}

#[test]
fn what_is_no_open_cart_of_that_owner_is_no_second_one() {
    for changed in [
        "status = 'completed', order_ref = 'o'",
        "status = 'abandoned', abandoned_at = 1, abandoned_for = 'expired'",
        "channel = 'other'",
        "company = 'acme'",
        "owner_kind = 'guest'",
        "sole = 0",
    ] {
        place()
            .raw()
            .execute_batch(&another_cart(changed))
            .unwrap_or_else(|error| panic!("{changed}: {error}"));
    }
}

#[test]
fn a_line_is_of_a_product() {
    refused(&another_line("product = NULL"), "NOT NULL constraint failed: lines.product");
    refused(&another_line("product = ''"), "CHECK constraint failed: product");
}

#[test]
fn prices_are_not_negative_and_the_list_price_is_the_higher_one() {
    refused(&another_line("list_price = -1, unit_price = -1"), "CHECK constraint failed");
    refused(&another_line("unit_price = -1"), "CHECK constraint failed: unit_price");
    refused(&another_line("unit_price = list_price + 1"), "CHECK constraint failed: unit_price");
    refused("UPDATE lines SET unit_price = -1", "CHECK constraint failed");
    refused(&another_line("list_price = NULL"), "NOT NULL");
    refused(&another_line("unit_price = 9.5"), "cannot store REAL value in INTEGER column");
}

#[test]
fn an_acknowledged_price_is_whole_and_follows_the_rules_of_prices() {
    for changed in [
        "acknowledged_list = 5",
        "acknowledged_unit = 5",
        "acknowledged_list = -1, acknowledged_unit = -1",
        "acknowledged_list = 5, acknowledged_unit = -1",
        "acknowledged_list = 5, acknowledged_unit = 6",
    ] {
        refused(&format!("UPDATE lines SET {changed}"), "CHECK constraint failed");
    }
    let apart = "UPDATE lines SET acknowledged_list = 5, acknowledged_unit = 0";
    place().raw().execute_batch(apart).unwrap();
}

#[test]
fn coupons_and_refused_gifts_are_there_or_not() {
    for column in ["coupons", "refused_gifts"] {
        refused(&format!("UPDATE carts SET {column} = ''"), &format!("CHECK constraint failed: {column}"));
    }
}

/// Runs SQL on a file with a use of a promotion by one customer.
fn run_on_uses(sql: &str) -> rusqlite::Result<()> {
    let place = Place::new();
    let store = place.open();
    change(&store, &put_one(&store), [begun(1, [used("p", "ann", UseLimit::default())])]);
    place.raw().execute_batch(sql)
}

fn refused_on_uses(sql: &str, words: &str) {
    let error = run_on_uses(sql).expect_err(sql).to_string();
    assert!(error.contains(words), "{sql}: {error}");
}

#[test]
fn a_use_belongs_to_a_cart_and_is_once_in_a_checkout() {
    let another = |changed: &str| {
        format!(
            "CREATE TEMP TABLE other AS SELECT * FROM promotion_uses;
             UPDATE other SET {changed};
             INSERT INTO main.promotion_uses SELECT * FROM other;"
        )
    };
    for changed in ["promotion = 'q'", "checkout_id = randomblob(16)"] {
        run_on_uses(&another(changed)).unwrap();
    }
    refused_on_uses(&another("cart_id = randomblob(16)"), "FOREIGN KEY");
    refused_on_uses(&another("customer = 'bob'"), "UNIQUE constraint failed: promotion_uses.cart_id");
    refused_on_uses(&another("checkout_id = x'01'"), "CHECK constraint failed: length(checkout_id)");
    refused_on_uses(&another("promotion = ''"), "CHECK constraint failed: promotion");
    refused_on_uses(&another("promotion = 'q', customer = NULL"), "NOT NULL");
}

#[test]
fn uses_are_counted_once_and_never_below_zero() {
    refused_on_uses("UPDATE promotion_counts SET uses = -1", "CHECK constraint failed: uses");
    refused_on_uses("UPDATE promotion_counts SET uses = NULL", "NOT NULL");
    refused_on_uses("UPDATE promotion_counts SET promotion = ''", "CHECK constraint failed: promotion");
    refused_on_uses(
        "INSERT INTO promotion_counts SELECT * FROM promotion_counts",
        "UNIQUE constraint failed: promotion_counts.promotion, promotion_counts.customer",
    );
}

#[test]
fn a_quantity_is_1_to_a_million() {
    for quantity in ["0", "-1", "1000001"] {
        refused(&format!("UPDATE lines SET quantity = {quantity}"), "CHECK constraint failed: quantity");
    }
    refused("UPDATE lines SET quantity = NULL", "NOT NULL");
    refused("UPDATE lines SET quantity = 'two'", "cannot store TEXT value");
    place().raw().execute_batch("UPDATE lines SET quantity = 1000000").unwrap();
}

#[test]
fn a_note_has_1_to_500_characters() {
    for table in ["lines", "carts"] {
        refused(&format!("UPDATE {table} SET note = printf('%.*c', 501, 'x')"), "CHECK constraint failed");
        refused(&format!("UPDATE {table} SET note = ''"), "CHECK constraint failed");
        let longest = format!("UPDATE {table} SET note = printf('%.*c', 500, 'é')");
        place().raw().execute_batch(&longest).unwrap();
    }
}

#[test]
fn lines_and_entries_belong_to_a_cart() {
    refused(&another_line("cart_id = randomblob(16)"), "FOREIGN KEY");
    refused(&another_entry("cart_id = randomblob(16)"), "FOREIGN KEY");
    refused(&another_line("cart_id = NULL"), "NOT NULL");
    refused(&another_entry("cart_id = NULL"), "NOT NULL");
}

#[test]
fn a_line_has_its_id_once_in_its_cart() {
    refused(
        "INSERT INTO lines SELECT * FROM lines",
        "UNIQUE constraint failed: lines.cart_id, lines.line_id",
    );
}

#[test]
fn a_version_is_above_zero_and_once_in_the_journal_of_a_cart() {
    refused("UPDATE carts SET version = 0", "CHECK constraint failed: version");
    refused(&another_entry("version = 0"), "CHECK constraint failed: version");
    refused(&another_entry("version = 1"), "UNIQUE constraint failed: journal.cart_id, journal.version");
}

#[test]
fn a_request_of_a_caller_is_once_in_the_journal_of_a_cart_until_it_is_forgotten() {
    refused(
        &another_entry("request_key = 'key'"),
        "UNIQUE constraint failed: requests.cart_id, requests.request_key",
    );
    for changed in ["request_key = 'key', fingerprint = NULL", "request_key = 'key', actor = '{}'"] {
        place().raw().execute_batch(&another_entry(changed)).unwrap();
    }
}

#[test]
fn the_journal_is_only_added_to() {
    for sql in
        ["UPDATE journal SET at = 0", "DELETE FROM journal", "REPLACE INTO journal SELECT * FROM journal"]
    {
        let place = place();
        let raw = place.raw();
        raw.execute_batch("PRAGMA recursive_triggers = ON").unwrap();
        let error = raw.execute_batch(sql).expect_err(sql).to_string();
        assert!(error.contains("only added to"), "{sql}: {error}");
    }
}

#[test]
fn a_cart_with_a_history_is_not_deleted() {
    refused("DELETE FROM carts", "FOREIGN KEY");
}

#[test]
fn a_cart_does_not_change_before_it_is_made() {
    refused("UPDATE carts SET updated_at = created_at - 1", "CHECK constraint failed: updated_at");
}

#[test]
fn a_status_has_what_belongs_to_it_and_nothing_else() {
    for changed in [
        "status = 'lost'",
        "status = 'checkout'",
        "status = 'checkout', checkout_id = randomblob(16)",
        "status = 'completed'",
        "status = 'abandoned', abandoned_at = 1",
        "status = 'abandoned', abandoned_at = 1, abandoned_for = 'boredom'",
        "status = 'abandoned', abandoned_at = 1, abandoned_for = 'merged'",
        "order_ref = 'o'",
        "checkout_id = randomblob(16), deadline = 1",
        "abandoned_at = 1, abandoned_for = 'expired'",
        "merged_into = randomblob(16), merged_version = 1",
    ] {
        refused(&format!("UPDATE carts SET {changed}"), "CHECK constraint failed");
    }
}

#[test]
fn ids_are_16_bytes_and_currencies_3_letters() {
    refused(&another_cart("id = x'01', owner = 'bob'"), "CHECK constraint failed: length(id)");
    refused(&another_line("line_id = x'01'"), "CHECK constraint failed: length(line_id)");
    refused("UPDATE carts SET currency = 'EURO'", "CHECK constraint failed: length(currency)");
    refused("UPDATE carts SET owner = ''", "CHECK constraint failed: owner");
    refused("UPDATE carts SET owner_kind = 'admin'", "CHECK constraint failed: owner_kind");
}

#[test]
fn a_key_is_on_record_once_with_a_whole_proof() {
    let key = |id: i64, bytes: u32| format!("INSERT INTO seal_keys VALUES ({id}, zeroblob({bytes}));");
    place().raw().execute_batch(&[key(0, 45), key(4_294_967_295, 45)].concat()).unwrap();
    refused(&[key(1, 45), key(1, 45)].concat(), "UNIQUE constraint failed: seal_keys.key_id");
    refused(&key(-1, 45), "CHECK constraint failed: key_id");
    refused(&key(4_294_967_296, 45), "CHECK constraint failed: key_id");
    refused(&key(1, 44), "CHECK constraint failed: length(proof)");
}

#[test]
fn openings_are_of_a_link_that_is_there() {
    refused("INSERT INTO link_openings VALUES (randomblob(16), 1, 1)", "FOREIGN KEY");
}
