//! Kills the storefront while clients write, starts it again, and looks for every write that was acknowledged.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use cart_store_sqlite::{Options, SqliteStore};
use futures_executor::block_on;
use serde_json::json;
use support::{Client, Storefront};

const CART: &str = "/api/shop/cart";
const USERS: [&str; 3] = ["ann", "ben", "chen"];
const KILLS: usize = 20;
/// Writes that are acknowledged before each kill, over all users.
const WRITES: usize = 40;

/// What is known of a user's cart.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Known {
    version: u64,
    quantity: u64,
}

#[test]
fn every_acknowledged_write_survives_being_killed() {
    for durability in ["full", "normal"] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("carts.db");
        let mut known = BTreeMap::from(USERS.map(|user| (user, Known::default())));
        for _ in 0..KILLS {
            known = write_until_killed(&file, durability, known);
        }
        check_file(&file);
    }
}

/// Lets every user write at the same time, kills the process in the middle, and checks what is there afterwards.
fn write_until_killed(
    file: &Path,
    durability: &str,
    known: BTreeMap<&'static str, Known>,
) -> BTreeMap<&'static str, Known> {
    let settings = [("CART_DURABILITY", durability)];
    let storefront = Storefront::start_with(file, &settings);
    let clients: Vec<_> = USERS.map(|user| (user, storefront.sign_in(user))).into();
    let acknowledged = Mutex::new(known);
    let count = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for (user, client) in &clients {
            let (acknowledged, count) = (&acknowledged, &count);
            scope.spawn(move || {
                add_while_it_lives(client, |now| {
                    acknowledged.lock().expect("no panic").insert(user, now);
                    count.fetch_add(1, Ordering::SeqCst);
                })
            });
        }
        while count.load(Ordering::SeqCst) < WRITES {
            std::thread::yield_now();
        }
        storefront.kill();
    });
    let acknowledged = acknowledged.into_inner().expect("no panic");
    let storefront = Storefront::start_with(file, &settings);
    USERS.map(|user| (user, check(&storefront.sign_in(user), acknowledged[user]))).into()
}

fn add_while_it_lives(client: &Client, mut acknowledge: impl FnMut(Known)) {
    let body = json!({"product_id": "pen-blue-box"}).to_string();
    let path = format!("{CART}/items");
    while let Ok(answer) = client.try_send("POST", &path, &[], Some(&body)) {
        assert_eq!(answer.status, 200, "{answer:?}");
        acknowledge(known(&answer.body));
    }
}

fn known(cart: &serde_json::Value) -> Known {
    let number = |value: &serde_json::Value| value.as_u64().expect("a number");
    Known { version: number(&cart["version"]), quantity: number(&cart["items"][0]["quantity"]) }
}

/// What was acknowledged last is there, and at most the one write that was under way besides.
fn check(client: &Client, acknowledged: Known) -> Known {
    let found = known(&client.send("GET", CART).body);
    let one_more = Known { version: acknowledged.version + 1, quantity: acknowledged.quantity + 1 };
    assert!(found == acknowledged || found == one_more, "{found:?} after {acknowledged:?}");
    found
}

fn check_file(file: &Path) {
    let store = SqliteStore::open(file, &Options::default()).expect("it opens");
    let report = block_on(store.verify()).expect("it can be read");
    assert!(report.is_sound(), "{report:?}");
}
