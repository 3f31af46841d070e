//! What the hand-over costs, against the same statements written by hand in the same run.
//!
//! `cargo test --release -p cart-store-sqlite --lib -- --ignored --nocapture hand_over`

use std::path::Path;
use std::time::{Duration, Instant};

use futures_executor::block_on;
use futures_util::future::join_all;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use rusqlite_migration::M;

use super::Engine;
use crate::options::{Durability, Options};

const SCHEMA: &[M<'_>] = &[M::up(
    "CREATE TABLE carts (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
     CREATE TABLE lines (cart INTEGER NOT NULL REFERENCES carts, sku TEXT NOT NULL, quantity INTEGER NOT NULL,
         PRIMARY KEY (cart, sku)) STRICT, WITHOUT ROWID;
     CREATE TABLE entries (cart INTEGER NOT NULL REFERENCES carts, version INTEGER NOT NULL, body TEXT NOT NULL,
         PRIMARY KEY (cart, version)) STRICT, WITHOUT ROWID;
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         INSERT INTO carts SELECT i, 0, 'a cart with a note of forty characters ..' FROM n;",
)];

/// Adds to one of 10,000 carts: one row changed, one put, one appended.
fn add(transaction: &Transaction<'_>, number: i64) -> rusqlite::Result<()> {
    let cart = number.wrapping_mul(7_919).rem_euclid(10_000) + 1;
    let sql = "UPDATE carts SET version = version + 1 WHERE id = ?1 RETURNING version";
    let version: i64 = transaction.prepare_cached(sql)?.query_row([cart], |row| row.get(0))?;
    transaction
        .prepare_cached(
            "INSERT INTO lines VALUES (?1, ?2, 1) ON CONFLICT DO UPDATE SET quantity = quantity + 1",
        )?
        .execute(params![cart, "sku-1"])?;
    transaction
        .prepare_cached("INSERT INTO entries VALUES (?1, ?2, ?3)")?
        .execute(params![cart, version, r#"{"added":{"sku":"sku-1","quantity":1,"by":"user-1"}}"#])
        .map(|_| ())
}

fn by_hand(connection: &Connection, numbers: impl Iterator<Item = i64>) {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).unwrap();
    numbers.for_each(|number| add(&transaction, number).unwrap());
    transaction.commit().unwrap();
}

fn times(count: i64, mut one: impl FnMut(i64)) -> String {
    let begun = Instant::now();
    let mut each: Vec<Duration> = (0..count)
        .map(|number| {
            let since = Instant::now();
            one(number);
            since.elapsed()
        })
        .collect();
    let rate = u128::try_from(count).unwrap() * 1_000_000 / begun.elapsed().as_micros();
    each.sort_unstable();
    let at = |hundredths: usize| each[each.len() * hundredths / 100].as_nanos() / 100;
    format!("p50 {:>5} p99 {:>6} (0.1 us), {rate:>6}/s", at(50), at(99))
}

fn rate(count: i64, since: Instant) -> String {
    format!("{:>6}/s", i128::from(count) * 1_000_000 / i128::try_from(since.elapsed().as_micros()).unwrap())
}

fn entries(path: &Path) -> i64 {
    let connection = Connection::open(path).unwrap();
    connection.query_row("SELECT count(*) FROM entries", [], |row| row.get(0)).unwrap()
}

/// As many callers as are asked for, on two threads.
fn callers(engine: &Engine, callers: i64, count: i64) {
    let half = |from: i64| {
        let one = |caller: i64| async move {
            for round in 0..count / callers {
                engine.write(move |transaction| add(transaction, round * callers + caller)).await.unwrap();
            }
        };
        block_on(join_all((from..from + callers / 2).map(one)));
    };
    std::thread::scope(|scope| {
        scope.spawn(|| half(0));
        scope.spawn(|| half(callers / 2));
    });
}

fn threads(engine: &Engine, callers: i64, count: i64) {
    std::thread::scope(|scope| {
        for caller in 0..callers {
            scope.spawn(move || {
                for round in 0..count / callers {
                    let write = engine.write(move |transaction| add(transaction, round * callers + caller));
                    block_on(write).unwrap();
                }
            });
        }
    });
}

fn compare(durability: Durability, count: i64) {
    println!("{durability:?}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bare");
    let options = Options::default().durability(durability);
    drop(Engine::open(&path, &options, SCHEMA).unwrap());
    let bare = super::prepare(&path, &options, SCHEMA, |_, _| Ok(())).unwrap();
    bare.pragma_update(None, "wal_autocheckpoint", 1_000).unwrap();
    println!("  by hand, one           {}", times(count, |number| by_hand(&bare, number..=number)));
    let since = Instant::now();
    (0..count * 4 / 64).for_each(|batch| by_hand(&bare, batch * 64..batch * 64 + 64));
    println!("  by hand, batches of 64 {}", rate(count * 4, since));
    drop(bare);
    assert_eq!(entries(&path), count + count * 4 / 64 * 64);

    for on_caller in [false, true] {
        let path = folder.path().join(format!("engine-{on_caller}"));
        println!("  on the caller where it may: {on_caller}");
        measure(&path, &options.clone().on_caller(on_caller), count);
    }
}

fn measure(path: &Path, options: &Options, count: i64) {
    let engine = Engine::open(path, options, SCHEMA).unwrap();
    let one = |number| block_on(engine.write(move |transaction| add(transaction, number))).unwrap();
    println!("  engine, one caller     {}", times(count, one));
    let since = Instant::now();
    callers(&engine, 64, count * 4);
    println!("  engine, 64 tasks       {}", rate(count * 4, since));
    let since = Instant::now();
    threads(&engine, 64, count * 4);
    println!("  engine, 64 threads     {}", rate(count * 4, since));
    drop(engine);
    assert_eq!(entries(path), count + count * 4 / 64 * 64 * 2);
}

#[test]
#[ignore = "a measurement: takes half a minute and wants a quiet machine"]
fn hand_over_of_writes() {
    for _ in 0..2 {
        compare(Durability::Normal, 10_000);
        compare(Durability::Full, 10_000);
    }
}

#[test]
#[ignore = "a measurement: takes seconds and wants a quiet machine"]
fn hand_over_of_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine");
    let engine = Engine::open(&path, &Options::default().on_caller(true), SCHEMA).unwrap();
    let note = |transaction: &Transaction<'_>, number: i64| -> rusqlite::Result<String> {
        let sql = "SELECT note FROM carts WHERE id = ?1";
        transaction.prepare_cached(sql)?.query_row([number.rem_euclid(10_000) + 1], |row| row.get(0))
    };
    let bare = Connection::open(&path).unwrap();
    let read = |number| drop(note(&bare.unchecked_transaction().unwrap(), number).unwrap());
    println!("  by hand    {}", times(50_000, read));
    let read = |number| drop(block_on(engine.read(move |transaction| note(transaction, number))).unwrap());
    println!("  point read {}", times(50_000, read));
    let read = |number| drop(block_on(engine.scan(move |transaction| note(transaction, number))).unwrap());
    println!("  scan       {}", times(50_000, read));
}
