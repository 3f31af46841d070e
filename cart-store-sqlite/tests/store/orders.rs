//! The order book.

use std::collections::BTreeSet;
use std::sync::Arc;

use cart_core::actor::Owner;
use cart_core::checkout::{Capture, OrderDraft, PlacedOrder};
use cart_core::id::{OrderRef, PaymentRef};
use cart_core::money::{Currency, Money};
use cart_core::orders_laws;
use cart_core::port::{Clock, Confirming, Orders, Placing, StoreError};
use cart_core::testing::block_on;
use cart_core::testing::samples::{address_id, at, cart_id, checkout, checkout_id, note, owner};
use cart_store_sqlite::{Options, Order, OrderStatus, SqliteOrderBook, SqliteStore};
use chrono::{DateTime, Utc};

use crate::sealing::found_in;
use crate::support::{Place, keys, normal, sealing};

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_761_825_600, 0).unwrap()
    }
}

fn book(store: SqliteStore) -> (Arc<SqliteStore>, SqliteOrderBook) {
    let store = Arc::new(store);
    (Arc::clone(&store), SqliteOrderBook::new(store, Arc::new(Noon)))
}

fn in_file(options: &Options) -> (SqliteOrderBook, Place) {
    let place = Place::new();
    (book(SqliteStore::open(&place.path, options).unwrap()).1, place)
}

orders_laws!(in_memory, (book(SqliteStore::in_memory().unwrap()).1, ()));
orders_laws!(in_a_file, in_file(&normal()));
orders_laws!(sealed, in_file(&sealing(&keys("1"))));

fn draft(number: u64, name: &str) -> OrderDraft {
    let mut draft = OrderDraft::clone(&checkout(number, at(60)).draft);
    draft.owner = owner(name);
    draft.cart = cart_id(number);
    draft.note = Some(note(&format!("canary-draft {number}")));
    draft.billing_address = Some(address_id(&format!("canary-bill {number}")));
    draft
}

fn placed(book: &SqliteOrderBook, draft: &OrderDraft) -> PlacedOrder {
    match block_on(book.place(draft)).unwrap() {
        Placing::Placed(order) => order,
        Placing::Refused { why } => panic!("{why}"),
    }
}

fn capture() -> Capture {
    Capture { payment: PaymentRef::new("canary-payment").unwrap(), amount: Money::new(5, Currency::EUR) }
}

fn confirmed(book: &SqliteOrderBook, draft: &OrderDraft) -> PlacedOrder {
    let order = placed(book, draft);
    match block_on(book.confirm(draft, &order, Some(&capture()))).unwrap() {
        Confirming::Confirmed(order) => order,
        Confirming::Refused { why } => panic!("{why}"),
    }
}

#[test]
fn an_order_has_an_id_a_number_and_once_it_is_confirmed_a_confirmation_number() {
    let (_, book) = book(SqliteStore::in_memory().unwrap());
    let draft = draft(1, "ann");
    let first = placed(&book, &draft);
    assert!(first.order.as_str().starts_with("ord_") && first.confirmation.is_none());
    assert_eq!(first.number.as_ref().unwrap().as_str(), "1000001");
    assert_eq!(placed(&book, &draft), first);
    let second = confirmed(&book, &draft);
    let confirmation = second.confirmation.clone().unwrap();
    let code = confirmation.as_str().strip_prefix("CONF-2025-10-30-").unwrap();
    assert!(code.len() == 6 && code.bytes().all(|letter| letter.is_ascii_alphanumeric()));
    assert_eq!(confirmed(&book, &draft), second);
    assert_eq!(placed(&book, &draft), first);
    assert_eq!(PlacedOrder { confirmation: None, ..second }, first);
}

#[test]
fn a_cancelled_checkout_is_refused_whatever_came_first() {
    let (store, book) = book(SqliteStore::in_memory().unwrap());
    let [late, early, paid] = [1, 2, 3].map(|number| draft(number, "ann"));
    block_on(book.cancel(late.checkout)).unwrap();
    assert!(matches!(block_on(book.place(&late)).unwrap(), Placing::Refused { .. }));
    assert_eq!(block_on(book.orders_of(&late.owner, None, 9)).unwrap(), []);
    let order = placed(&book, &early);
    for _ in 0..2 {
        block_on(book.cancel(early.checkout)).unwrap();
        assert!(matches!(block_on(book.place(&early)).unwrap(), Placing::Refused { .. }));
        let refused = block_on(book.confirm(&early, &order, None)).unwrap();
        assert!(matches!(refused, Confirming::Refused { .. }));
    }
    confirmed(&book, &paid);
    block_on(book.cancel(paid.checkout)).unwrap();
    let orders = block_on(book.orders_of(&early.owner, None, 9)).unwrap();
    assert!(orders.iter().all(|order| order.status == OrderStatus::Cancelled) && orders.len() == 2);
    assert!(block_on(store.verify()).unwrap().is_sound());
}

#[test]
fn what_was_never_placed_is_not_confirmed() {
    let (_, book) = book(SqliteStore::in_memory().unwrap());
    let order = PlacedOrder::new(OrderRef::new("ord_1").unwrap());
    let refused = block_on(book.confirm(&draft(1, "ann"), &order, None)).unwrap();
    assert!(matches!(refused, Confirming::Refused { .. }));
}

fn numbers(orders: &[Order]) -> Vec<&str> {
    orders.iter().map(|order| order.placed.number.as_ref().unwrap().as_str()).collect()
}

#[test]
fn an_owner_finds_their_orders_newest_first_and_no_others() {
    let (_, book) = book(SqliteStore::in_memory().unwrap());
    let anns: Vec<_> = (1..6).map(|number| placed(&book, &draft(number, "ann"))).collect();
    let bobs = placed(&book, &draft(6, "bob"));
    let page = |before: Option<&OrderRef>| block_on(book.orders_of(&owner("ann"), before, 2)).unwrap();
    let first = page(None);
    assert_eq!(numbers(&first), ["1000005", "1000004"]);
    assert_eq!(numbers(&page(Some(&first[1].placed.order))), ["1000003", "1000002"]);
    assert_eq!(numbers(&page(anns[1].number.as_ref())), ["1000001"]);
    assert_eq!(numbers(&page(Some(&bobs.order))), ["1000005", "1000004"]);
    let unknown = OrderRef::new("ord_00000000000000000000000000000001").unwrap();
    assert_eq!((page(Some(&unknown)), page(Some(&OrderRef::new("x").unwrap()))), (vec![], vec![]));
    for name in [&anns[0].order, anns[0].number.as_ref().unwrap()] {
        let found = block_on(book.order_of(&owner("ann"), name)).unwrap().unwrap();
        assert_eq!((&found.placed, &found.draft), (&anns[0], &draft(1, "ann")));
        assert_eq!(block_on(book.order_of(&owner("bob"), name)).unwrap(), None);
        assert!(block_on(book.order(name)).unwrap().is_some());
    }
    assert_eq!(block_on(book.order(&unknown)).unwrap(), None);
}

#[test]
fn one_checkout_makes_one_order_however_many_place_it_at_once() {
    let place = Place::new();
    let (_, book) = book(place.open());
    let (book, draft) = (&book, draft(1, "ann"));
    let orders: BTreeSet<String> = std::thread::scope(|scope| {
        let placing = || scope.spawn(|| placed(book, &draft).order.as_str().to_owned());
        let threads: Vec<_> = (0..8).map(|_| placing()).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(orders.len(), 1);
    assert_eq!(block_on(book.orders_of(&owner("ann"), None, 9)).unwrap().len(), 1);
    let twice = "INSERT INTO orders SELECT number + 1, checkout_id, cart_id, status, created_at, updated_at,
         confirmed_at, owner_kind, owner, company, draft, payment FROM orders";
    let refused = place.raw().execute_batch(twice).unwrap_err().to_string();
    assert!(refused.contains("UNIQUE constraint failed: orders.checkout_id"), "{refused}");
}

fn canaries() -> Vec<String> {
    vec!["canary-draft".to_owned(), "canary-payment".to_owned()]
}

#[test]
fn orders_are_sealed_and_sealed_anew_and_hold_on_to_their_keys() {
    let place = Place::new();
    let (store, old) = book(SqliteStore::open(&place.path, &sealing(&keys("1"))).unwrap());
    let drafts: Vec<_> = (1..9).map(|number| draft(number, "ann")).collect();
    drafts.iter().for_each(|draft| drop(confirmed(&old, draft)));
    let before = block_on(old.orders_of(&owner("ann"), None, 99)).unwrap();
    assert_eq!(found_in(&place.path, &canaries()), BTreeSet::new());
    drop((store, old));
    let (store, both) = book(SqliteStore::open(&place.path, &sealing(&keys("2,1"))).unwrap());
    let first = block_on(store.reseal(None, 3)).unwrap();
    assert_eq!((first.carts, first.retired.len()), (3, 0));
    let rest = block_on(store.reseal(first.next, 99)).unwrap();
    assert_eq!((rest.carts, rest.retired.len(), rest.next), (5, 1, None));
    drop((store, both));
    let (store, new) = book(SqliteStore::open(&place.path, &sealing(&keys("2"))).unwrap());
    assert_eq!(block_on(new.orders_of(&owner("ann"), None, 99)).unwrap(), before);
    assert!(block_on(store.verify()).unwrap().is_sound());
    assert_eq!(block_on(store.verify()).unwrap().orders, 8);
}

#[test]
fn cells_of_orders_in_each_others_places_are_refused() {
    let place = Place::new();
    let (store, book) = book(SqliteStore::open(&place.path, &sealing(&keys("1"))).unwrap());
    [1, 2].iter().for_each(|number| drop(confirmed(&book, &draft(*number, "ann"))));
    for sql in [
        "UPDATE orders SET draft = (SELECT draft FROM orders WHERE number = 1) WHERE number = 2",
        "UPDATE orders SET payment = (SELECT payment FROM orders WHERE number = 1) WHERE number = 2",
        "UPDATE orders SET payment = draft WHERE number = 2",
        "UPDATE orders SET owner = 'eve' WHERE number = 2",
        "UPDATE orders SET cart_id = zeroblob(16) WHERE number = 2",
    ] {
        let before = place.raw();
        before.execute_batch("CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM orders").unwrap();
        before.execute_batch(sql).unwrap();
        let number = OrderRef::new("1000002").unwrap();
        let read = block_on(book.order(&number));
        assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{sql}: {read:?}");
        assert!(!block_on(store.verify()).unwrap().is_sound(), "{sql}");
        let back = "UPDATE orders SET (draft, payment, owner, cart_id) =
             (SELECT draft, payment, owner, cart_id FROM kept WHERE kept.number = orders.number)";
        before.execute_batch(back).unwrap();
        assert!(block_on(book.order(&number)).unwrap().is_some());
    }
}

#[test]
fn an_erased_owner_is_in_no_order_and_what_was_ordered_stays() {
    let place = Place::new();
    let (store, book) = book(place.open());
    for number in 1..4 {
        confirmed(&book, &draft(number, "ann"));
    }
    let bobs = confirmed(&book, &draft(4, "bob"));
    let nobody: Owner = owner("nobody");
    assert_eq!(block_on(book.erase(&owner("ann"), &nobody)).unwrap(), 3);
    assert_eq!(block_on(book.erase(&owner("ann"), &nobody)).unwrap(), 0);
    assert_eq!(block_on(book.orders_of(&owner("ann"), None, 9)).unwrap(), []);
    let kept = block_on(book.orders_of(&nobody, None, 9)).unwrap();
    assert_eq!(numbers(&kept), ["1000003", "1000002", "1000001"]);
    let whole = draft(3, "nobody");
    assert_eq!(kept[0].draft, OrderDraft { note: None, billing_address: None, ..whole });
    assert!(block_on(book.order_of(&owner("bob"), &bobs.order)).unwrap().is_some());
    let canaries = |number| ["draft", "bill"].map(|what| format!("canary-{what} {number}"));
    let gone: Vec<String> = (1..4).flat_map(canaries).collect();
    assert_eq!(found_in(&place.path, &gone), BTreeSet::new());
    assert!(block_on(store.verify()).unwrap().is_sound());
    assert_eq!(checkout_id(3), kept[0].draft.checkout);
}

#[test]
fn orders_outlive_the_store_and_are_in_its_backup() {
    let place = Place::new();
    let (store, orders) = book(place.open());
    let order = confirmed(&orders, &draft(1, "ann"));
    block_on(store.backup(&place.beside("copy.db"))).unwrap();
    drop((store, orders));
    for path in [place.path.clone(), place.beside("copy.db")] {
        let (_, book) = book(SqliteStore::open(path, &normal()).unwrap());
        assert_eq!(block_on(book.order(&order.order)).unwrap().unwrap().placed, order);
    }
}
