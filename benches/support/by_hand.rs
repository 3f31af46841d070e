//! The same rows written by hand: one cart update, one line upsert, one journal insert, in one transaction.
#![allow(dead_code, reason = "each bench uses its part")]

use std::path::Path;

use cart_store_sqlite::Durability;
use rusqlite::{Connection, Transaction, params};

/// A connection with tables like the store's, without anything that the store does around them.
pub struct ByHand {
    connection: Connection,
}

const SCHEMA: &str = "
CREATE TABLE carts (
    id BLOB PRIMARY KEY, owner TEXT NOT NULL, status TEXT NOT NULL, version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE lines (
    cart_id BLOB NOT NULL REFERENCES carts (id), product TEXT NOT NULL, quantity INTEGER NOT NULL,
    list_price INTEGER NOT NULL, unit_price INTEGER NOT NULL, added_at INTEGER NOT NULL,
    PRIMARY KEY (cart_id, product)
) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
    position INTEGER PRIMARY KEY, cart_id BLOB NOT NULL REFERENCES carts (id), version INTEGER NOT NULL,
    at INTEGER NOT NULL, events TEXT NOT NULL, UNIQUE (cart_id, version)
) STRICT;";

const EVENT: &str = r#"[{"event":"line_added","line":{"id":"0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","key":{"product":{"product":"p-1"}},"quantity":1,"snapshot":{"list":{"minor":1100,"currency":"EUR"},"unit":{"minor":1000,"currency":"EUR"}},"added_at":"2026-01-01T00:00:00Z","added_by":{"kind":"user","user":"u-1"}}}]"#;

impl ByHand {
    /// Opens a new file as the store does: write-ahead log, foreign keys, the same durability.
    pub fn open(path: &Path, durability: Durability) -> Self {
        let connection = Connection::open(path).expect("a new file");
        let synchronous = match durability {
            Durability::Full => "FULL",
            Durability::Normal => "NORMAL",
        };
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; {SCHEMA}"
            ))
            .expect("the schema");
        Self { connection }
    }

    /// Makes so many carts.
    pub fn fill(&mut self, carts: u32, lines: u32) {
        let transaction = self.connection.transaction().expect("a transaction");
        for cart in 0..carts {
            transaction
                .execute(
                    "INSERT INTO carts VALUES (?1, ?2, 'active', 1, 0)",
                    params![id(cart), format!("u-{cart}")],
                )
                .expect("a cart");
            for line in 0..lines {
                let values = params![id(cart), format!("p-{line}"), 1000 + i64::from(line)];
                transaction
                    .execute("INSERT INTO lines VALUES (?1, ?2, 1, ?3, ?3, 0)", values)
                    .expect("a line");
            }
        }
        transaction.commit().expect("committed");
    }

    /// Adds a unit to a line of each cart, in one transaction.
    pub fn add(&mut self, carts: impl Iterator<Item = (u32, i64)>, product: &str) {
        let transaction = self.connection.transaction().expect("a transaction");
        for (cart, version) in carts {
            add_one(&transaction, cart, version, product);
        }
        transaction.commit().expect("committed");
    }

    /// Reads a cart and its lines with two prepared statements, as rows; returns a sum over what it read.
    pub fn read(&self, cart: u32) -> i64 {
        let mut one = self
            .connection
            .prepare_cached("SELECT owner, status, version, updated_at FROM carts WHERE id = ?1")
            .expect("prepared");
        let version: i64 =
            one.query_row([id(cart)], |row| row.get::<_, String>(0).and(row.get(2))).expect("the cart");
        let mut lines = self
            .connection
            .prepare_cached(
                "SELECT product, quantity, list_price, unit_price, added_at FROM lines WHERE cart_id = ?1",
            )
            .expect("prepared");
        let amounts = lines
            .query_map([id(cart)], |row| {
                row.get::<_, String>(0)?;
                Ok(row.get::<_, i64>(1)? * row.get::<_, i64>(3)?)
            })
            .expect("the lines");
        amounts.fold(version, |sum, amount| sum + amount.expect("an amount"))
    }
}

fn add_one(transaction: &Transaction<'_>, cart: u32, version: i64, product: &str) {
    let update = "UPDATE carts SET version = ?2 + 1, updated_at = ?2 WHERE id = ?1";
    transaction
        .prepare_cached(update)
        .and_then(|mut s| s.execute(params![id(cart), version]))
        .expect("updated");
    let upsert = "INSERT INTO lines VALUES (?1, ?2, 1, 1100, 1000, 0)
                  ON CONFLICT (cart_id, product) DO UPDATE SET quantity = quantity + 1";
    transaction
        .prepare_cached(upsert)
        .and_then(|mut s| s.execute(params![id(cart), product]))
        .expect("upserted");
    let insert = "INSERT INTO journal (cart_id, version, at, events) VALUES (?1, ?2, 0, ?3)";
    transaction
        .prepare_cached(insert)
        .and_then(|mut s| s.execute(params![id(cart), version + 1, EVENT]))
        .expect("inserted");
}

/// The id of the n-th cart: random enough that carts do not lie side by side.
fn id(cart: u32) -> [u8; 16] {
    (u128::from(cart) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes()
}
