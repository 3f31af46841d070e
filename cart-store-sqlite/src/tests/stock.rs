//! Which statements checkouts and stock take, and how they find their rows.

use cart_core::checkout::{
    CheckoutStep, Initiation, InitiationType, StockClaim, StockCounting, StockState, StockUnits,
};
use cart_core::id::StockItemId;
use cart_core::port::{CheckoutIndex, EventLog, StockLedger};
use cart_core::testing::samples::checkout;
use serde_json::Map;

use super::plans::{goes_by, plan_of};
use super::statements::{ran, seen, traced};
use super::*;
use crate::table::{checkouts, orders, requests, stock};

pub(super) fn item(name: &str) -> StockItemId {
    StockItemId::new(name).unwrap()
}

fn units(units: u32) -> Vec<StockUnits> {
    vec![StockUnits { item: item("cup"), units }]
}

/// The beginning of a checkout for which the store holds stock until a time.
pub(super) fn holding(number: u64, wanted: u32, until: i64) -> CartEvent {
    let (counted_by, until) = (StockCounting::Store, at(until));
    let mut checkout = checkout(number, at(60));
    checkout.stock = StockClaim { counted_by, items: units(wanted), until, max_held: Some(100) };
    checkout.progress.stock = StockState::Held { until };
    CartEvent::CheckoutBegun { checkout: Arc::new(checkout) }
}

pub(super) fn advanced(number: u64, step: CheckoutStep) -> CartEvent {
    CartEvent::CheckoutAdvanced { checkout: checkout_id(number), step: Arc::new(step) }
}

pub(super) fn claimed(number: u64, wanted: u32) -> CartEvent {
    advanced(number, CheckoutStep::StockClaimed { counted_by: StockCounting::Store, items: units(wanted) })
}

/// Calls everything that has to do with checkouts and stock.
pub(super) fn call_everything(store: &SqliteStore) {
    block_on(store.set_supply(&item("cup"), 9, at(0))).unwrap();
    block_on(store.set_supply(&item("cup"), 8, at(0))).unwrap();
    let carts = [21, 22, 23].map(|number| create(store, number, 1));
    let held = change(store, &carts[0], [holding(21, 6, 5)]);
    // There is too little of it until holds are removed that have ended.
    commit(store, Write::new([holding(22, 6, 5)]).change(&carts[1])).unwrap_err();
    commit(store, Write::new([holding(22, 6, 50)]).at(at(9)).change(&carts[1])).unwrap();
    let pending = Initiation { kind: InitiationType::Redirect, payload: Map::new() };
    let held = change(store, &held, [advanced(21, CheckoutStep::PaymentPending { initiation: pending })]);
    let extended = CheckoutStep::Extended { deadline: at(90), held_until: at(95) };
    let held = change(store, &held, [advanced(21, extended)]);
    change(store, &held, [checkout_cancelled(21)]);
    let held = change(store, &carts[2], [holding(23, 1, 5)]);
    change(store, &held, [claimed(23, 1)]);
    block_on(async {
        assert_eq!(store.remove_ended_holds(at(60), 9).await.unwrap(), 1);
        assert_eq!(store.stock(&[item("cup")], Some(checkout_id(22)), at(9)).await.unwrap().len(), 1);
        assert!(store.cart_of_checkout(checkout_id(21)).await.unwrap().is_some());
        assert!(!store.checkouts_due(at(1_000), 9).await.unwrap().is_empty());
        store.forget_requests(at(1_000), 9).await.unwrap();
    });
}

#[test]
fn holding_and_selling_take_two_statements_for_each_item_besides_the_checkouts_own() {
    let store = traced();
    block_on(store.set_supply(&item("cup"), 9, at(0))).unwrap();
    let cart = create(&store, 1, 1);
    seen();
    let cart = change(&store, &cart, [holding(1, 2, 5)]);
    let put = ["update carts", "insert checkout_carts", "insert checkouts", "insert checkout_records"];
    let hold = ["select stock_claims", "update stock", "insert stock_claims"];
    assert_eq!(ran(), [put.as_slice(), &["insert journal"], &hold].concat());
    let cart = change(&store, &cart, [claimed(1, 2)]);
    let sell = ["delete stock_claims", "update stock", "update stock", "insert stock_claims"];
    assert_eq!(ran(), [&["update carts", "update checkouts", "insert journal"], sell.as_slice()].concat());
    change(&store, &cart, [checkout_cancelled(1)]);
    let remove = ["update carts", "delete checkouts", "delete checkouts", "insert journal"];
    let give_back = ["delete promotion_uses", "delete stock_claims", "update stock"];
    assert_eq!(ran(), [remove.as_slice(), &give_back].concat());
}

#[test]
fn however_much_happens_to_a_checkout_at_once_it_is_written_once_and_its_record_never_again() {
    let store = traced();
    let cart = change(&store, &create(&store, 1, 1), [begun(1, [])]);
    seen();
    let delayed = |tries| advanced(1, CheckoutStep::Delayed { until: at(9), tries });
    change(&store, &cart, [delayed(1), delayed(2), delayed(3)]);
    assert_eq!(ran(), ["update carts", "update checkouts", "insert journal"]);
}

#[test]
fn a_cart_with_checkouts_is_loaded_with_one_statement_more() {
    let store = traced();
    let cart = change(&store, &create(&store, 1, 1), [begun(1, [])]);
    seen();
    assert_eq!(load(&store, cart.id()), cart);
    assert_eq!(ran(), ["select carts", "select lines", "select checkouts"]);
}

#[test]
fn checkouts_are_found_at_their_place_in_an_index() {
    goes_by(checkouts::DUE, "SEARCH checkouts USING COVERING INDEX checkouts_by_due (due_at<?)");
    goes_by(checkouts::CART_OF, "SEARCH checkout_carts USING PRIMARY KEY (checkout_id=?)");
}

#[test]
fn what_is_held_is_found_among_what_is_held_alone() {
    let covering = "SEARCH stock_claims USING COVERING INDEX";
    goes_by(stock::ENDED, &format!("{covering} claims_by_end (until<?)"));
    goes_by(stock::ENDED_OF_ITEM, &format!("{covering} claims_by_item (item=? AND state=? AND until<?)"));
    goes_by(stock::HELD_BY, &format!("{covering} claims_by_owner (owner=? AND until>?)"));
    let found = plan_of(stock::LEVEL);
    let searches: Vec<_> = found.iter().filter(|step| step.starts_with("SEARCH")).collect();
    let ended = format!("{covering} claims_by_item (item=? AND state=? AND until<?)");
    let own = "SEARCH stock_claims USING PRIMARY KEY (checkout_id=? AND item=?)";
    assert_eq!(searches, ["SEARCH stock USING PRIMARY KEY (item=?)", &ended, own]);
}

#[test]
fn requests_to_be_forgotten_are_found_by_going_on_in_the_journal() {
    goes_by(requests::ENTRIES, "SEARCH journal USING INTEGER PRIMARY KEY (rowid>?)");
    goes_by(requests::KEPT, "SEARCH kept_requests USING INTEGER PRIMARY KEY (rowid>?)");
}

#[test]
fn orders_are_found_by_a_key_or_in_the_order_of_an_index() {
    goes_by(orders::OF_CHECKOUT, "SEARCH orders USING INDEX sqlite_autoindex_orders_1 (checkout_id=?)");
    goes_by(orders::NUMBERED, "SEARCH orders USING INTEGER PRIMARY KEY (rowid=?)");
    let of_owner =
        "SEARCH orders USING INDEX orders_by_owner (owner_kind=? AND owner=? AND company=? AND rowid<?)";
    goes_by(orders::OF_OWNER, of_owner);
}
