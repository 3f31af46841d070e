//! Whatever a cart may hold is kept as it is, one line at a time or many at once.

use std::sync::Arc;

use cart_core::actor::Actor;
use cart_core::event::{CartEvent, Created};
use cart_core::id::{ProductId, UserId};
use cart_core::line::{Line, LineKey};
use cart_core::metadata::Metadata;
use cart_core::money::{Currency, Money};
use cart_core::product::{Options as Chosen, ProductKey, UnitPrices};
use cart_core::testing::block_on;
use cart_core::testing::samples::{
    Write, at, cart_id, coupon, created, line_id, owner, promotion_id, quantity,
};
use cart_core::text::{CartName, Note};
use cart_store_sqlite::SqliteStore;
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::support::{Place, commit, journal, keys, load, sealing};

fn text(most: usize) -> impl Strategy<Value = String> {
    // Quotes, escapes and the ends of what is a character, more often than by chance.
    let odd = prop_oneof![
        Just('"'),
        Just('\\'),
        Just('\''),
        Just('\u{1}'),
        Just('\u{ffff}'),
        Just('\u{10ffff}'),
        Just('€')
    ];
    let letter = prop_oneof![any::<char>(), odd].prop_filter("no NUL", |letter| *letter != '\0');
    prop::collection::vec(letter, 1..=most).prop_map(String::from_iter)
}

/// Text as names and notes have it.
fn shown_text(most: usize) -> impl Strategy<Value = String> {
    let is_shown = |letter: &char| CartName::new(letter.to_string()).is_ok();
    text(most).prop_map(move |text| {
        let shown = text.chars().filter(is_shown).collect::<String>();
        if shown.is_empty() { "x".to_owned() } else { shown }
    })
}

fn host_text() -> impl Strategy<Value = String> {
    text(20).prop_filter("no control characters", |text| !text.chars().any(char::is_control))
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        text(10).prop_map(Value::from),
        prop::collection::vec(any::<i8>(), 0..4).prop_map(Value::from),
    ];
    prop::collection::btree_map(text(5), value, 0..5)
        .prop_map(|object| Metadata::new(object.into_iter().collect::<Map<_, _>>()).unwrap())
}

prop_compose! {
    fn key()(product in host_text(), options in prop::collection::btree_map(host_text(), host_text(), 0..4),
             distinct in metadata()) -> LineKey {
        let product = ProductId::new(product).unwrap();
        LineKey { product: ProductKey { product, options: Chosen::new(options).unwrap() }, distinct }
    }
}

fn prices(currency: Currency) -> impl Strategy<Value = UnitPrices> {
    (0..=i64::MAX, 0..=i64::MAX).prop_map(move |(list, unit)| {
        UnitPrices::new(Money::new(list, currency), Money::new(unit, currency)).unwrap()
    })
}

prop_compose! {
    fn line()(key in key(), units in 1..=1_000_000_u32, note in prop::option::of(shown_text(40)), metadata in metadata(),
              snapshot in prices(Currency::EUR), acknowledged in prop::option::of(prices(Currency::EUR)),
              seconds in -1_000_000_000..1_000_000_000_i64, adder in host_text()) -> Line {
        Line {
            id: line_id(0),
            key,
            quantity: quantity(units),
            note: note.map(|note| Note::new(note).unwrap()),
            metadata,
            snapshot,
            acknowledged,
            added_at: at(seconds),
            added_by: Actor::user(UserId::new(adder).unwrap()).to_ref(),
        }
    }
}

/// Lines of one cart, with ids and keys of their own.
fn lines() -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec(line(), 0..8).prop_map(|mut lines| {
        for (number, line) in lines.iter_mut().enumerate() {
            line.id = line_id(number as u64);
            line.key.product.product =
                ProductId::new(format!("{number}{}", line.key.product.product)).unwrap();
        }
        lines
    })
}

/// Coupon codes and refused gifts, in any order.
fn wishes() -> impl Strategy<Value = Vec<CartEvent>> {
    let code = "[A-ZÄÖÉ0-9+_.-]{1,20}".prop_map(|code| CartEvent::CouponAdded { code: coupon(&code) });
    let gift = host_text().prop_map(|gift| CartEvent::GiftRefused { promotion: promotion_id(&gift) });
    prop::collection::vec(prop_oneof![code, gift], 0..6)
}

fn added(lines: &[Line]) -> Vec<CartEvent> {
    lines.iter().map(|line| CartEvent::LineAdded { line: Arc::new(line.clone()) }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_written_is_read(lines in lines(), wishes in wishes(), name in shown_text(100), note in shown_text(500),
                               metadata in metadata(), yen in prop::collection::vec(prices(Currency::JPY), 8)) {
        let created = Created {
            name: Some(CartName::new(name).unwrap()),
            note: Some(Note::new(note).unwrap()),
            metadata,
            ..created(owner("ann"))
        };
        let changed = CartEvent::CurrencyChanged { currency: Currency::JPY, prices: yen[..lines.len()].to_vec() };
        let at_once = Write::new([added(&lines), wishes.clone()].concat()).create(cart_id(1), created.clone());
        let one_by_one = Write::new([]).create(cart_id(2), created);
        let place = Place::new();
        let sealed = SqliteStore::open(&place.path, &sealing(&keys("1"))).unwrap();
        for store in [SqliteStore::in_memory().unwrap(), sealed] {
            commit(&store, at_once.clone()).unwrap();
            commit(&store, one_by_one.clone()).unwrap();
            let mut one_by_one = one_by_one.clone();
            for event in added(&lines).into_iter().chain(wishes.clone()) {
                one_by_one = Write::new([event]).change(&one_by_one.cart);
                commit(&store, one_by_one.clone()).unwrap();
            }
            prop_assert_eq!(load(&store, cart_id(1)).unwrap(), Some(Arc::clone(&at_once.cart)));
            prop_assert_eq!(load(&store, cart_id(2)).unwrap(), Some(Arc::clone(&one_by_one.cart)));
            prop_assert_eq!(at_once.cart.lines(), one_by_one.cart.lines());
            let other = Write::new([changed.clone()]).change(&at_once.cart);
            commit(&store, other.clone()).unwrap();
            prop_assert_eq!(load(&store, cart_id(1)).unwrap(), Some(Arc::clone(&other.cart)));
            prop_assert_eq!(&journal(&store)[0].entry, &*at_once.entry);
            let report = block_on(store.verify()).unwrap();
            prop_assert!(report.is_sound(), "{:?}", report.findings);
        }
    }
}
