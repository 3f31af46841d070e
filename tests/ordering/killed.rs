//! Kills the storefront while shoppers order, starts it again, and looks at what became of every order.
//!
//! More kills: `CART_KILLS=500 cargo test --release --test ordering killed -- --nocapture`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cart_core::checkout::OrderDraft;
use cart_core::event::CartEvent;
use cart_core::id::{CheckoutId, StockItemId};
use cart_core::journal::Position;
use cart_core::memory::SystemClock;
use cart_core::port::{CartStore as _, CheckoutIndex as _, Clock as _, EventLog as _, StockLedger as _};
use cart_core::status::StatusName;
use cart_store_sqlite::{Options, Order, OrderStatus, SqliteOrderBook, SqliteStore};
use futures_executor::block_on;
use serde_json::{Value, json};

use super::support::{Answer, Client, Storefront};
use super::{database, decide, post, settled};

/// Who orders, and where to.
const SHOPPERS: [(&str, &str); 3] = [("ann", "ann-home"), ("ben", "ben-home"), ("chen", "acme-office")];
const METHODS: [&str; 5] = ["card", "bank", "declined-card", "card", "wallet"];
/// Checkouts whose process died are taken up again after half a minute.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a shopper was answered last, by the key of the order.
type Told = BTreeMap<String, (&'static str, Option<Answer>)>;

fn kills() -> usize {
    std::env::var("CART_KILLS").map_or(8, |kills| kills.parse().expect("CART_KILLS is a number"))
}

fn buy(client: &Client, method: &str, key: &str) -> Option<Answer> {
    let address = SHOPPERS.iter().find(|(name, _)| key.starts_with(name)).expect("a shopper").1;
    let body = json!({
        "product_id": "incense-box",
        "address_id": address,
        "shipping_method_id": "standard",
        "payment_method_id": method,
    });
    let header = [("Idempotency-Key", key)];
    client.try_send("POST", "/api/shop/orders/buy-now", &header, Some(&body.to_string())).ok()
}

/// Orders until nobody answers any more.
fn order_while_it_lives(
    storefront: &Storefront,
    (shopper, round): (&'static str, usize),
    told: &Mutex<Told>,
    count: &AtomicUsize,
) {
    let Some(client) = storefront.try_sign_in(shopper) else { return };
    for nth in 0.. {
        let method = METHODS[nth % METHODS.len()];
        let key = format!("{shopper}-{round}-{nth}");
        told.lock().expect("no panic").insert(key.clone(), (method, None));
        let Some(answer) = buy(&client, method, &key) else { return };
        let id = answer.body["id"].clone();
        told.lock().expect("no panic").insert(key, (method, Some(answer)));
        count.fetch_add(1, Ordering::SeqCst);
        // Every other payment that waits is paid; of the others some fail, and some are left alone.
        let outcome = ["success", "failure", "success", ""][nth % 4];
        if id.is_string() && matches!(method, "bank" | "wallet") && !outcome.is_empty() {
            let _ = super::try_decide(storefront, &id, outcome);
        }
    }
}

/// Lets all shoppers order at the same time, and kills the process after so many answers.
fn order_until_killed(file: &Path, round: usize, told: &Mutex<Told>) {
    let storefront = Storefront::start_with(file, &super::QUICK);
    let count = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let count = &count;
        let storefront_ref = &storefront;
        let shoppers: Vec<_> = SHOPPERS
            .map(|(shopper, _)| {
                scope.spawn(move || order_while_it_lives(storefront_ref, (shopper, round), told, count))
            })
            .into();
        while count.load(Ordering::SeqCst) < 3 + (round * 7) % 11
            && shoppers.iter().any(|one| !one.is_finished())
        {
            std::thread::yield_now();
        }
        storefront.kill_now();
    });
}

/// Every shopper asks again for everything, until it has an answer, which is the same as before.
fn ask_again(storefront: &Storefront, told: &Told) -> Vec<Answer> {
    let clients: BTreeMap<&str, Client> = SHOPPERS.map(|(name, _)| (name, storefront.sign_in(name))).into();
    let give_up = Instant::now() + PATIENCE;
    let mut answers = Vec::new();
    for (key, (method, before)) in told {
        let client = &clients[key.split('-').next().expect("a name")];
        let answer = loop {
            let answer = buy(client, method, key).expect("it answers");
            if answer.body["code"] != "request_in_progress" && answer.body["status"] != "in_progress" {
                break answer;
            }
            assert!(Instant::now() < give_up, "{key} has no answer: {answer:?}");
        };
        let was_answer = before.as_ref().filter(|before| is_final(before));
        if let Some(before) = was_answer {
            assert_eq!((answer.status, &answer.body), (before.status, &before.body), "{key}");
        }
        answers.push(answer);
    }
    answers
}

/// Whether something was promised by it. What was refused may succeed later, and a promise of an answer is none.
fn is_final(answer: &Answer) -> bool {
    answer.body["status"] != "in_progress" && matches!(answer.status, 200 | 202 | 402)
}

#[test]
fn whenever_it_is_killed_there_is_an_order_for_all_money_and_money_for_every_order() {
    let (_folder, file) = database();
    supply_plenty(&file);
    let told = Mutex::new(Told::new());
    for round in 0..kills() {
        order_until_killed(&file, round, &told);
    }
    let told = told.into_inner().expect("no panic");
    let storefront = Storefront::start_with(&file, &super::QUICK);
    let answers = ask_again(&storefront, &told);
    let ann = storefront.sign_in("ann");
    // Somebody's callback for something unknown changes nothing.
    let unsigned = post(&ann, "payments/callback", ("X-Demo-Signature", "00"), &json!({}));
    assert_eq!(unsigned.status, 401);
    for answer in &answers {
        if answer.body["status"] == "payment_pending" {
            // Paid or over by now, or paid now: all are allowed.
            decide(&storefront, &answer.body["id"], "success");
        }
    }
    settle(&file, storefront, &answers);
    let confirmed = check(&file);
    for answer in answers.iter().filter(|answer| answer.body["status"] == "confirmed") {
        let id: CheckoutId = serde_json::from_value(answer.body["id"].clone()).expect("an id");
        assert!(confirmed.contains_key(&id), "a confirmed order is lost: {answer:?}");
    }
    println!("{} kills, {} requests, {} orders", kills(), told.len(), confirmed.len());
}

/// So that what is ordered never runs out.
fn supply_plenty(file: &Path) {
    let store = SqliteStore::open(file, &Options::default()).expect("it opens");
    block_on(store.set_supply(&incense(), 1_000_000, SystemClock.now())).expect("it is supplied");
}

fn incense() -> StockItemId {
    StockItemId::new("incense-box").expect("an id")
}

/// Lets the jobs of the storefront work until nothing is left to do, and ends it.
fn settle(file: &Path, mut storefront: Storefront, answers: &[Answer]) {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let ann = storefront.sign_in("ann");
        for answer in answers.iter().filter(|answer| answer.body["cart_id"].is_string()) {
            let is_over =
                |found: &Value| matches!(found["status"].as_str(), None | Some("confirmed" | "ended"));
            settled(&ann, &answer.body["id"], is_over);
        }
        // The file is read by one process at a time.
        storefront.kill();
        let left = left_to_do(file);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < give_up, "{left:?} is never settled");
        storefront = Storefront::start_with(file, &super::QUICK);
    }
}

fn left_to_do(file: &Path) -> Vec<CheckoutId> {
    let store = SqliteStore::open(file, &Options::default()).expect("it opens");
    let long_after = SystemClock.now() + chrono::TimeDelta::days(1);
    block_on(store.checkouts_due(long_after, 10)).expect("it can be read")
}

/// Checks all that is kept, by everybody; the drafts of the confirmed orders.
fn check(file: &Path) -> BTreeMap<CheckoutId, Arc<OrderDraft>> {
    let store = Arc::new(SqliteStore::open(file, &Options::default()).expect("it opens"));
    let report = block_on(store.verify()).expect("it can be read");
    assert!(report.is_sound(), "{report:#?}");
    let orders = orders(&store);
    let paid = paid(file);
    let entries = block_on(store.entries_after(Position::default(), usize::MAX)).expect("the journal");
    let mut confirmed = BTreeMap::new();
    for event in entries.iter().flat_map(|entry| &entry.entry.events) {
        let CartEvent::CheckoutBegun { checkout } = event else { continue };
        let cart = block_on(store.load(checkout.draft.cart)).expect("it can be read").expect("a cart");
        let status = orders.get(&checkout.id).map(|order| order.status);
        let amount = paid.get(&checkout.id).copied();
        match (status, cart.status().name()) {
            (Some(OrderStatus::Confirmed), StatusName::Completed) => {
                assert_eq!(amount, Some(checkout.draft.totals.total.minor()), "{}", checkout.id);
                confirmed.insert(checkout.id, Arc::clone(&checkout.draft));
            }
            (None | Some(OrderStatus::Cancelled), StatusName::Abandoned) => {
                assert_eq!(amount, None, "{} was paid for nothing", checkout.id);
            }
            other => panic!("{} is {other:?}", checkout.id),
        }
    }
    let unknown = paid.keys().find(|id| !confirmed.contains_key(id));
    assert_eq!(unknown, None, "money for a checkout that nobody wrote down");
    let live = orders.values().filter(|order| order.status != OrderStatus::Cancelled).count();
    assert_eq!(live, confirmed.len());
    check_stock(&store, &confirmed);
    confirmed
}

fn check_stock(store: &SqliteStore, confirmed: &BTreeMap<CheckoutId, Arc<OrderDraft>>) {
    let level =
        block_on(store.stock(&[incense()], None, SystemClock.now())).expect("stock")[0].expect("counted");
    let ordered: u32 =
        confirmed.values().flat_map(|draft| &draft.lines).map(|line| line.quantity.get()).sum();
    assert_eq!((level.held, level.sold), (0, ordered), "{level:?}");
}

fn orders(store: &Arc<SqliteStore>) -> BTreeMap<CheckoutId, Order> {
    let book = SqliteOrderBook::new(Arc::clone(store), Arc::new(SystemClock));
    let entries = block_on(store.entries_after(Position::default(), usize::MAX)).expect("the journal");
    let mut owners: Vec<_> = entries
        .iter()
        .flat_map(|entry| &entry.entry.events)
        .filter_map(|event| match event {
            CartEvent::CheckoutBegun { checkout } => Some(checkout.draft.owner.clone()),
            _ => None,
        })
        .collect();
    owners.sort_unstable();
    owners.dedup();
    let all =
        owners.iter().flat_map(|owner| block_on(book.orders_of(owner, None, usize::MAX)).expect("orders"));
    all.map(|order| (order.draft.checkout, order)).collect()
}

/// What the provider says that it took and kept, in minor units.
fn paid(file: &Path) -> BTreeMap<CheckoutId, i64> {
    let ledger = std::fs::read(file.with_extension("payments.json")).expect("the provider's file");
    let ledger: BTreeMap<CheckoutId, Value> = serde_json::from_slice(&ledger).expect("its payments");
    let waits = ledger.values().find(|known| known["state"].get("waiting").is_some());
    assert_eq!(waits, None, "it can still be paid");
    let kept = ledger.iter().filter(|(_, known)| known["state"] == "captured");
    kept.map(|(id, known)| (*id, known["amount"]["minor"].as_i64().expect("an amount"))).collect()
}
