//! What carts cost.

use cart_core::id::LineId;
use cart_core::money::Currency;
use cart_core::notice::{Notice, Unavailable};
use cart_core::policy::PriceBasis;
use cart_core::pricing::{MAX_SUBTOTAL, Part, PricedCart, Subject, price};
use cart_core::product::Stock;
use cart_core::rejection::Rejection;
use cart_core::testing::samples::{at, line_id, prices, product};
use cart_core::testing::{GivenCart, Scenario, ann, cart, given};
use chrono::TimeDelta;

fn priced(given: &Scenario) -> PricedCart {
    price(given.cart(), &given.facts([])).unwrap()
}

fn totals(priced: &PricedCart) -> (i64, i64, i64) {
    let totals = priced.totals;
    (totals.subtotal.minor(), totals.discount.minor(), totals.total.minor())
}

#[test]
fn an_empty_cart_costs_nothing() {
    let priced = priced(&given(cart()));
    assert_eq!(totals(&priced), (0, 0, 0));
    assert!(priced.derivation.steps().is_empty() && priced.notices.is_empty());
}

#[test]
fn lines_are_added_up_at_list_price_less_discount() {
    let priced = priced(
        &given(cart().with_line("mug", 3).with_line("cup", 2))
            .and_prices("mug", 1500, 1000)
            .and_prices("cup", 999, 999),
    );
    assert_eq!(totals(&priced), (6498, 1500, 4998));
    let mug = priced.lines[0].amounts.unwrap();
    assert_eq!((mug.subtotal.minor(), mug.discount.minor(), mug.total.minor()), (4500, 1500, 3000));
}

#[test]
fn every_cent_is_accounted_for() {
    let priced = priced(&given(cart().with_line("mug", 3).with_line("cup", 2)).and_prices("mug", 1500, 1000));
    assert_eq!(priced.derivation.sum(Currency::EUR).unwrap(), priced.totals.total);
    let amounts: Vec<_> =
        priced.derivation.steps().iter().map(|step| (step.subject.clone(), step.amount.minor())).collect();
    let line = |n| Subject::Line(line_id(n));
    assert_eq!(amounts, [(line(0), 4500), (line(0), -1500), (line(1), 2000)]);
    assert_eq!(priced.derivation.sum_of(Part::Discount, Currency::EUR).unwrap().minor(), -1500);
}

fn added_at_1000_now_1200(basis: PriceBasis) -> Scenario {
    given(cart().with_line("mug", 2))
        .and_prices("mug", 1200, 1200)
        .and_policy_with(|policy| policy.price_basis = basis)
}

#[test]
fn the_live_price_or_the_price_at_the_add_counts_by_policy() {
    let changed = Notice::PriceChanged { line: line_id(0), from: price_of(1000), to: price_of(1200) };
    for (basis, total) in [(PriceBasis::Live, 2400), (PriceBasis::AtAdd, 2000)] {
        let priced = priced(&added_at_1000_now_1200(basis));
        assert_eq!(totals(&priced), (total, 0, total), "{basis:?}");
        assert_eq!(priced.lines[0].line.snapshot.unit(), price_of(1000));
        assert_eq!(priced.lines[0].product.as_ref().unwrap().prices.unit(), price_of(1200));
        assert_eq!(priced.notices, std::slice::from_ref(&changed));
    }
}

fn price_of(minor: i64) -> cart_core::money::Money {
    cart_core::money::Money::new(minor, Currency::EUR)
}

#[test]
fn a_price_at_the_add_holds_for_its_time_exclusive() {
    let basis = PriceBasis::AtAddFor(TimeDelta::seconds(30));
    let total = |now| priced(&added_at_1000_now_1200(basis).at(now)).totals.total.minor();
    assert_eq!(total(at(0)), 2000);
    assert_eq!(total(at(30) - TimeDelta::microseconds(1)), 2000);
    assert_eq!(total(at(30)), 2400);
    assert_eq!(total(at(31)), 2400);
}

#[test]
fn a_price_that_is_the_same_again_is_not_noticed() {
    assert_eq!(priced(&given(cart().with_line("mug", 1)).and_prices("mug", 1500, 1000)).notices, []);
}

#[test]
fn what_is_withdrawn_or_unknown_stays_without_counting() {
    let start = || given(cart().with_line("mug", 2).with_line("cup", 1));
    let withdrawn = |given: Scenario| given.and_product("mug", |mug| mug.withdrawn = true);
    for given in [start().and_unknown("mug"), withdrawn(start())] {
        let priced = priced(&given);
        assert_eq!(totals(&priced), (1000, 0, 1000));
        assert_eq!(priced.lines.len(), 2);
        assert!(priced.lines[0].amounts.is_err());
        assert_eq!(priced.notices, [Notice::ProductWithdrawn { line: line_id(0) }]);
        given.when(ann().remove("mug")).then_lines([("cup", 1)]).then_total(1000);
    }
}

#[test]
fn what_cannot_be_bought_now_stays_without_counting() {
    let unavailable =
        |stock: Stock| given(cart().with_line("mug", 2).with_line("cup", 1)).and_stock_of("mug", stock);
    let none = given(cart().with_line("mug", 2).with_line("cup", 1)).and_stock("mug", 0);
    let cases = [
        (unavailable(Stock::OutOfStock), Unavailable::OutOfStock),
        (unavailable(Stock::Call), Unavailable::Call),
        (none, Unavailable::OutOfStock),
    ];
    for (given, reason) in cases {
        let priced = priced(&given);
        assert_eq!(totals(&priced), (1000, 0, 1000));
        assert_eq!(priced.notices, [Notice::ProductUnavailable { line: line_id(0), reason }]);
        given.when(ann().remove("mug")).then_total(1000);
    }
}

#[test]
fn a_price_in_another_currency_is_never_converted() {
    let given =
        given(cart().with_line("mug", 2)).and_product("mug", |mug| mug.prices = prices(500, Currency::JPY));
    let priced = priced(&given);
    assert_eq!(totals(&priced), (0, 0, 0));
    let reason = Unavailable::Currency;
    assert_eq!(priced.notices, [Notice::ProductUnavailable { line: line_id(0), reason }]);
}

#[test]
fn fewer_units_than_asked_for_are_noticed_and_still_count() {
    let start = || given(cart().with_line("red", 3).with_line("blue", 3));
    let priced_red = priced(&start().and_stock("red", 2));
    assert_eq!(totals(&priced_red), (6000, 0, 6000));
    assert_eq!(priced_red.notices, [Notice::StockReduced { line: line_id(0), available: 2 }]);
    let shared = |available| priced(&start().and_shared_stock("shirt", available, ["red", "blue"])).notices;
    let reduced = |n| Notice::StockReduced { line: line_id(n), available: 5 };
    assert_eq!(shared(5), [reduced(0), reduced(1)]);
    assert_eq!(shared(6), []);
}

#[test]
fn currencies_without_and_with_three_decimals_are_exact() {
    for currency in [Currency::JPY, Currency::KWD] {
        let given = given(cart().in_currency(currency).with_line("mug", 3)).and_prices("mug", 334, 333);
        let priced = priced(&given);
        assert_eq!(totals(&priced), (1002, 3, 999));
        assert_eq!(priced.totals.total.currency(), currency);
    }
}

#[test]
fn free_things_cost_nothing() {
    let priced = priced(&given(cart().with_line("gift", 3)).and_prices("gift", 500, 0));
    assert_eq!(totals(&priced), (1500, 1500, 0));
}

fn dear(cart: GivenCart, prices: [(&str, i64, i64); 2]) -> Scenario {
    prices.into_iter().fold(given(cart), |given, (id, list, unit)| given.and_prices(id, list, unit))
}

fn overflows(priced: &PricedCart) -> Vec<LineId> {
    let notices = priced.notices.iter().filter_map(|notice| {
        let Notice::AmountOverflow { line } = notice else { return None };
        Some(*line)
    });
    let noticed: Vec<LineId> = notices.collect();
    assert_eq!(noticed, priced.overflowing().collect::<Vec<_>>());
    noticed
}

#[test]
fn a_line_whose_amount_does_not_fit_stays_without_counting() {
    for unit in [i64::MAX, 1] {
        let given =
            dear(cart().with_line("mug", 2).with_line("cup", 1), [("mug", i64::MAX, unit), ("cup", 7, 5)]);
        let priced = priced(&given);
        assert_eq!(totals(&priced), (7, 2, 5));
        assert_eq!(priced.derivation.sum(Currency::EUR).unwrap(), priced.totals.total);
        assert_eq!(overflows(&priced), [line_id(0)]);
        given.when(ann().remove("cup")).then_total(0).when(ann().remove("mug")).then_total(0);
    }
}

#[test]
fn the_line_that_makes_the_sum_not_fit_stays_without_counting() {
    let lines = cart().with_line("mug", 1).with_line("cup", 1).with_line("pin", 1);
    let given = dear(lines, [("mug", MAX_SUBTOTAL - 3, 5), ("cup", 4, 1)]).and_prices("pin", 3, 3);
    let priced = priced(&given);
    assert_eq!(totals(&priced), (MAX_SUBTOTAL, MAX_SUBTOTAL - 8, 8));
    assert_eq!(overflows(&priced), [line_id(1)]);
    given.when(ann().remove("mug")).then_priced(|priced| overflows(priced).is_empty()).then_total(4);
}

#[test]
fn the_largest_amount_counts() {
    let largest = given(cart().with_line("mug", 1)).and_prices("mug", MAX_SUBTOTAL, MAX_SUBTOTAL);
    let priced = priced(&largest);
    assert_eq!(priced.totals.total.minor(), MAX_SUBTOTAL);
    assert_eq!(overflows(&priced), []);
}

#[test]
fn a_line_whose_amount_would_not_fit_is_neither_added_nor_raised() {
    let dear = |cart: GivenCart| given(cart).and_prices("mug", MAX_SUBTOTAL / 3, 1);
    let overflow = Rejection::AmountOverflow;
    dear(cart()).when(ann().add("mug", 3)).then_total(3);
    dear(cart()).when(ann().add("mug", 4)).then_refused_as(overflow.clone());
    let start = || dear(cart().with_line("mug", 3));
    start().when(ann().increase("mug", 1)).then_refused_as(overflow.clone());
    start().when(ann().add("mug", 1)).then_refused_as(overflow.clone());
    // More than it may be already, after a change of price: it can be lowered, to what still does not fit as well.
    let above = || dear(cart().with_line("mug", 9));
    above().when(ann().increase("mug", 1)).then_refused_as(overflow);
    above().when(ann().decrease("mug", 1)).then_lines([("mug", 8)]).then_total(0);
    above().when(ann().decrease("mug", 6)).then_lines([("mug", 3)]).then_total(3);
}

#[test]
fn a_raised_line_is_measured_by_the_price_that_counts() {
    let raise = |basis| {
        given(cart().with_line("mug", 1))
            .and_prices("mug", MAX_SUBTOTAL, 1)
            .and_policy_with(|policy| policy.price_basis = basis)
            .when(ann().increase("mug", 1))
    };
    raise(PriceBasis::Live).then_refused_as(Rejection::AmountOverflow);
    raise(PriceBasis::AtAdd).then_lines([("mug", 2)]).then_total(2000);
}

#[test]
fn options_may_have_prices_of_their_own() {
    let engraved = |text: &str| {
        let options = [("engraving".to_owned(), text.to_owned())];
        let options = cart_core::product::Options::new(options.into()).unwrap();
        cart_core::product::ProductKey { options, ..product("ring") }
    };
    let (plain, fancy) = (product("ring"), engraved("A"));
    let cart = cart().with_line_of(plain.clone(), 1, |_| {}).with_line_of(fancy.clone(), 1, |_| {}).build();
    let mut facts = given(cart_core::testing::cart()).facts([]);
    let at = |minor| {
        Some(std::sync::Arc::new(cart_core::product::Product::new("ring", prices(minor, Currency::EUR))))
    };
    facts.products = cart_core::facts::Products::new(vec![(plain, at(100)), (fancy, at(130))]);
    assert_eq!(price(&cart, &facts).unwrap().totals.total.minor(), 230);
}
