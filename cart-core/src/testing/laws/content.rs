//! What goes in comes out: every field, every status, every kind of event, to the last character and cent.

use serde_json::json;

use super::life::metadata;
use super::lives::{
    accepted, acknowledged, code_gone, coupon_added, currency, large, largest_metadata, line_priced, live,
    lives, refused,
};
use super::{commit, entries, load, put};
use crate::cart::Cart;
use crate::event::{CartEvent, Created};
use crate::line::Line;
use crate::money::{Currency, Money};
use crate::port::Store;
use crate::product::UnitPrices;
use crate::quantity::Quantity;
use crate::testing::samples::{
    Write, added, at, cart_id, created, guest, line, name, note, owner, prices, quantity, user_for,
};

/// Texts that stores have been known to change.
const TEXTS: [&str; 15] = [
    " padded ",
    "\u{feff}byte order mark",
    "e\u{301} decomposed",
    "é composed",
    "\u{200f}right to left\u{200e}",
    "\u{200b}zero width\u{200d}",
    "'; DROP TABLE carts; -- \"%_\\",
    "{\"json\": [null]}",
    "null",
    "0123",
    "1e3",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "Z\u{35c}\u{33a}\u{327}a\u{335}l\u{337}g\u{338}o\u{334}",
    "\u{10ffff}\u{e000}\u{fffd}",
    "ＦＵＬＬ ﬁ ß İ ı",
];

/// Line breaks, for texts that may have them.
const BROKEN: &str = "line\nbreak\ttab";

/// What is no part of texts, but may be in the host's own data.
const UNSHOWN: [&str; 2] = ["\u{202e}right to left\u{202c}", "line\r\nbreak\u{b}\u{7f}\u{85}"];

/// Each step of lives in which everything happens is loaded as it was written.
pub fn every_field_and_status_is_kept(store: &dyn Store) {
    for life in lives() {
        for written in live(life) {
            let cart = put(store, written);
            assert_eq!(load(store, cart.id()), Some(cart));
        }
    }
}

/// Each entry of lives in which everything happens is read as it was written.
pub fn every_kind_of_event_is_kept(store: &dyn Store) {
    for life in lives() {
        let (cart, written) = (life.cart, live(life));
        written.iter().for_each(|commit| drop(put(store, commit.clone())));
        let read = entries(store, cart);
        assert_eq!(
            read.iter().collect::<Vec<_>>(),
            written.iter().map(|commit| &*commit.entry).collect::<Vec<_>>()
        );
    }
}

/// Text is kept as it was written, scalar value by scalar value.
pub fn text_is_kept_unchanged(store: &dyn Store) {
    let notes = TEXTS.into_iter().chain([BROKEN]);
    let lines = (0..).zip(notes).map(|(n, text)| Line { note: Some(note(text)), ..line(n, 1) });
    let lines = lines.map(added).collect::<Vec<_>>();
    let cart = put(store, Write::new(lines).create(cart_id(1), created(owner("ann"))));
    let cart = TEXTS.iter().fold(cart, |cart, text| {
        let texts = [
            CartEvent::Renamed { name: Some(name(text)) },
            CartEvent::NoteChanged { note: Some(note(text)) },
        ];
        let cart = put(store, Write::new(texts).change(&cart));
        assert_eq!(load(store, cart.id()).as_ref(), Some(&cart), "{text:?}");
        cart
    });
    let cart = UNSHOWN.iter().chain(&[BROKEN]).fold(cart, |cart, text| {
        let change = CartEvent::MetadataChanged { metadata: metadata(json!({ *text: [text] })) };
        let cart = put(store, Write::new([change]).change(&cart));
        assert_eq!(load(store, cart.id()).as_ref(), Some(&cart), "{text:?}");
        cart
    });
    replays(store, &cart);
}

/// Notes of 500 scalar values and metadata of 4 KiB fit.
pub fn the_longest_text_and_metadata_are_kept(store: &dyn Store) {
    let lines = (0..).zip(["a", "é", "😀"]).map(|(n, letter)| {
        added(Line { note: Some(note(&letter.repeat(500))), metadata: largest_metadata(), ..line(n, 1) })
    });
    let created = Created {
        name: Some(name(&"😀".repeat(100))),
        note: Some(note(&"\u{10ffff}".repeat(500))),
        metadata: largest_metadata(),
        ..created(owner(&"é".repeat(128)))
    };
    let cart = put(store, Write::new(lines.collect::<Vec<_>>()).create(cart_id(1), created));
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    replays(store, &cart);
}

/// Prices from nothing to the largest amount, in currencies without and with three decimals, and quantities from
/// one to a million.
pub fn the_smallest_and_largest_amounts_are_kept(store: &dyn Store) {
    for (n, currency) in (1..).zip([Currency::EUR, Currency::JPY, Currency::KWD]) {
        let discounted = UnitPrices::new(Money::new(i64::MAX, currency), Money::new(i64::MAX - 1, currency));
        let snapshots = [prices(0, currency), prices(i64::MAX, currency), discounted.expect("prices")];
        let lines = (0..).zip(snapshots).map(|(n, snapshot)| Line { snapshot, ..line(n, 1) });
        let most = Line { quantity: Quantity::MAX, snapshot: prices(1, currency), ..line(9, 1) };
        let lines = lines.chain([most]).map(added).collect::<Vec<_>>();
        let created = Created { currency, ..created(owner("ann")) };
        let cart = put(store, Write::new(lines).create(cart_id(n), created));
        assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
        replays(store, &cart);
    }
}

/// Times are kept to the microsecond.
pub fn times_are_kept_to_the_microsecond(store: &dyn Store) {
    let micros = chrono::TimeDelta::microseconds(999_999);
    let created = Created { expires_at: Some(at(86_400 * 365 * 99) + micros), ..created(owner("ann")) };
    let added_at = at(0) + chrono::TimeDelta::microseconds(1);
    let added = added(Line { added_at, ..line(1, 1) });
    let cart = put(store, Write::new([added]).at(added_at).create(cart_id(1), created));
    assert_eq!(load(store, cart.id()), Some(cart));
}

/// Users, users of companies and guests are told apart.
pub fn owners_are_kept(store: &dyn Store) {
    let owners = [user_for("ann", "acme"), user_for("ann", "Acme"), guest(1), guest(2)];
    for (n, actor) in (1..).zip(owners) {
        let created = created(actor.owner().expect("the actor owns carts"));
        let cart = put(store, Write::new([added(line(1, 1))]).by(&actor).create(cart_id(n), created));
        assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
        replays(store, &cart);
    }
}

/// A cart of 1,000 lines keeps them, in their order.
pub fn a_large_cart_is_kept(store: &dyn Store) {
    let cart = put(store, large(cart_id(1), owner("ann"), 1000));
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    let raised = CartEvent::QuantityChanged {
        line: crate::testing::samples::line_id(500),
        from: quantity(1),
        to: quantity(2),
    };
    let cart = put(store, Write::new([raised]).change(&cart));
    assert_eq!(load(store, cart.id()), Some(cart));
}

/// Lines keep the order in which they were added, whatever was removed and added again in between.
pub fn lines_keep_their_order(store: &dyn Store) {
    let lines = [3, 1, 2].map(|n| added(line(n, 1)));
    let cart = put(store, Write::new(lines).create(cart_id(1), created(owner("ann"))));
    let removed = CartEvent::LineRemoved { line: crate::testing::samples::line_id(1) };
    let cart = put(store, Write::new([removed, added(line(0, 1)), added(line(1, 5))]).change(&cart));
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    let scope = crate::event::ClearScope::default();
    let again = [CartEvent::Cleared { scope }, added(line(2, 1)), added(line(3, 1)), added(line(1, 1))];
    let cart = put(store, Write::new(again).change(&cart));
    assert_eq!(load(store, cart.id()), Some(cart));
}

/// Several changes of one line in one write have the effect of all of them.
pub fn one_write_may_change_a_line_several_times(store: &dyn Store) {
    let id = crate::testing::samples::line_id(1);
    let raised = |from, to| CartEvent::QuantityChanged { line: id, from: quantity(from), to: quantity(to) };
    let noted = CartEvent::LineNoteChanged { line: id, note: Some(note("n")) };
    let events = [added(line(1, 1)), raised(1, 2), noted.clone(), raised(2, 7)];
    let cart = put(store, Write::new(events).create(cart_id(1), created(owner("ann"))));
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    let events =
        [raised(7, 8), CartEvent::LineRemoved { line: id }, added(line(2, 1)), added(line(1, 3)), noted];
    let cart = put(store, Write::new(events).change(&cart));
    assert_eq!(load(store, cart.id()), Some(cart));
}

/// Coupon codes keep the order in which they were given, and refused gifts are remembered, whatever comes and goes.
pub fn coupons_and_refused_gifts_are_kept(store: &dyn Store) {
    let many = (0..10).map(|n| coupon_added(&format!("CODE-{n}")));
    let given: Vec<_> = many.chain([refused("b"), refused("a")]).collect();
    let cart = put(store, Write::new(given).create(cart_id(1), created(owner("ann"))));
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    let changes =
        [code_gone("CODE-3"), coupon_added("ÄÖÜ+1.2_3"), coupon_added("CODE-3"), refused("c"), accepted("b")];
    let cart = put(store, Write::new(changes).change(&cart));
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    let gone: Vec<_> = cart.coupons().iter().map(|code| code_gone(code.as_str())).collect();
    let cart = put(store, Write::new([gone, vec![accepted("a"), accepted("c")]].concat()).change(&cart));
    assert!(cart.coupons().is_empty() && cart.refused_gifts().is_empty());
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    replays(store, &cart);
}

/// What a line cost and what its price is known to be now are kept apart, from nothing to the largest amounts.
pub fn prices_of_lines_are_kept(store: &dyn Store) {
    let euro = |minor| prices(minor, Currency::EUR);
    let reduced = UnitPrices::new(Money::new(i64::MAX, Currency::EUR), Money::zero(Currency::EUR));
    let reduced = reduced.expect("prices");
    let lines =
        [added(line(1, 1)), added(Line { acknowledged: Some(reduced), ..line(2, 1) }), added(line(3, 1))];
    let cart = put(store, Write::new(lines).create(cart_id(1), created(owner("ann"))));
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    let seen = [acknowledged(1, reduced), line_priced(2, euro(i64::MAX)), acknowledged(3, euro(0))];
    let cart = put(store, Write::new(seen).change(&cart));
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    // In one write, the last one counts: a line that is priced anew has nothing to be acknowledged.
    let several = [
        line_priced(1, euro(5)),
        acknowledged(1, euro(6)),
        acknowledged(3, euro(1)),
        line_priced(3, reduced),
    ];
    let cart = put(store, Write::new(several).change(&cart));
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    replays(store, &cart);
}

/// A change of currency changes the prices of all lines, in their order, be they added or removed in the same write.
pub fn another_currency_is_kept(store: &dyn Store) {
    let cart = put(store, large(cart_id(1), owner("ann"), 40));
    let yen: Vec<_> = (0..40).map(|n| prices(n, Currency::JPY)).collect();
    let cart = put(store, Write::new([currency(Currency::JPY, yen)]).change(&cart));
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    let removed = CartEvent::LineRemoved { line: crate::testing::samples::line_id(7) };
    let late = Line { snapshot: prices(5, Currency::JPY), ..line(40, 1) };
    let dinar: Vec<_> = (0..40).map(|n| prices(1000 - n, Currency::KWD)).collect();
    let back =
        [removed, acknowledged(8, prices(1, Currency::JPY)), added(late), currency(Currency::KWD, dinar)];
    let cart = put(store, Write::new(back).change(&cart));
    assert_eq!(load(store, cart.id()).as_ref(), Some(&cart));
    replays(store, &cart);
}

/// Several carts are kept, whatever the order of their ids.
pub fn carts_do_not_disturb_each_other(store: &dyn Store) {
    let carts: Vec<_> =
        [5, 1, 9, 3].map(|n| put(store, large(cart_id(n), owner("ann"), n))).into_iter().collect();
    let changed = Write::new([CartEvent::Cleared { scope: Default::default() }]);
    commit(store, carts.first().map(|cart| changed.change(cart)).into_iter().collect::<Vec<_>>())
        .expect("the commit is good");
    for cart in carts.iter().skip(1) {
        assert_eq!(load(store, cart.id()).as_ref(), Some(cart));
    }
}

fn replays(store: &dyn Store, cart: &Cart) {
    let folded = Cart::replay(&entries(store, cart.id())).expect("the journal is whole");
    assert_eq!(folded.as_ref(), Some(cart));
}
