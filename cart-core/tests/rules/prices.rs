//! What is noted about prices: at other quantities, when shoppers take note, for good.

use cart_core::decide::{duplicate, merge};
use cart_core::event::CartEvent;
use cart_core::merge::MergeStrategy;
use cart_core::money::{Currency, Money};
use cart_core::notice::Notice;
use cart_core::policy::{CartPolicy, PriceBasis};
use cart_core::product::{PriceTier, Product, UnitPrices};
use cart_core::rejection::Rejection;
use cart_core::testing::samples::{Write, cart_id, guest, line_id, prices, product, quantity, user};
use cart_core::testing::{Scenario, ann, cart, given};
use chrono::TimeDelta;

use crate::merge::guests;

fn euro(minor: i64) -> UnitPrices {
    prices(minor, Currency::EUR)
}

/// 10.00 each, 9.00 from five, 8.00 from ten.
fn in_tiers(product: &mut Product) {
    let tier = |from, minor| PriceTier { from: quantity(from), prices: euro(minor) };
    product.tiers = [tier(5, 9_00), tier(10, 8_00)].into();
}

fn at_basis(price_basis: PriceBasis) -> CartPolicy {
    CartPolicy { price_basis, ..CartPolicy::shared() }
}

fn bases() -> [CartPolicy; 3] {
    let hour = TimeDelta::hours(1);
    [PriceBasis::Live, PriceBasis::AtAdd, PriceBasis::AtAddFor(hour)].map(at_basis)
}

fn priced(minor: i64) -> CartEvent {
    CartEvent::LinePriced { line: line_id(0), prices: euro(minor) }
}

fn tiered(units: u32) -> Scenario {
    let at_tier = match units {
        ..5 => 10_00,
        5..10 => 9_00,
        _ => 8_00,
    };
    given(cart().with_line_of(product("mug"), units, |line| line.snapshot = euro(at_tier)))
        .and_product("mug", in_tiers)
}

#[test]
fn a_line_is_added_at_the_price_of_its_quantity() {
    for (units, unit) in [(4, 10_00), (5, 9_00), (9, 9_00), (10, 8_00)] {
        given(cart())
            .and_product("mug", in_tiers)
            .when(ann().add("mug", units))
            .then_cart(|cart| cart.lines()[0].snapshot == euro(unit))
            .then_total(unit * i64::from(units));
    }
}

#[test]
fn a_quantity_with_another_price_notes_it_at_once() {
    for policy in bases() {
        let raised = tiered(1).and_policy(policy).when(ann().add("mug", 4));
        raised
            .then_events_fit(|events| events.len() == 2 && events[1] == priced(9_00))
            .then_total(45_00)
            .then_priced(|priced| priced.notices.is_empty())
            .when(ann().increase("mug", 4))
            .then_events_fit(|events| events.len() == 1)
            .when(ann().set_quantity("mug", 12))
            .then_total(96_00)
            .when(ann().decrease("mug", 9))
            .then_events_fit(|events| events.len() == 2 && events[1] == priced(10_00))
            .then_total(30_00)
            .then_priced(|priced| priced.notices.is_empty());
    }
}

#[test]
fn each_edit_of_a_batch_notes_the_price_of_its_quantity() {
    let mode = cart_core::command::BatchMode::AllOrNothing;
    tiered(1)
        .and_policy(at_basis(PriceBasis::AtAdd))
        .when(ann().edit_lines(mode, [ann().add("mug", 8), ann().add("mug", 1)]))
        .then_total(80_00);
}

#[test]
fn a_tier_in_another_currency_counts_for_nothing() {
    let foreign = |product: &mut Product| {
        product.tiers = [PriceTier { from: quantity(2), prices: prices(1, Currency::JPY) }].into();
    };
    given(cart().with_line("mug", 1))
        .and_product("mug", foreign)
        .when(ann().set_quantity("mug", 2))
        .then_events_fit(|events| events.len() == 1)
        .then_total(20_00);
    // Nor is the price of a product that is not sold in the cart's currency noted.
    given(cart().with_line("mug", 5))
        .and_product("mug", |product| {
            product.prices = prices(3, Currency::JPY);
            foreign(product);
        })
        .when(ann().set_quantity("mug", 1))
        .then_events_fit(|events| events.len() == 1);
}

#[test]
fn an_amount_is_checked_at_the_price_of_its_quantity() {
    let dear = |product: &mut Product| {
        product.tiers = [PriceTier { from: quantity(2), prices: euro(i64::MAX) }].into();
    };
    let given = |units| given(cart().with_line("mug", units)).and_product("mug", dear);
    given(1)
        .and_policy(at_basis(PriceBasis::AtAdd))
        .when(ann().set_quantity("mug", 2))
        .then_refused_as(Rejection::AmountOverflow);
    given(1).when(ann().add("mug", 1)).then_refused_as(Rejection::AmountOverflow);
}

#[test]
fn a_merge_notes_the_price_of_the_quantity_that_comes_out() {
    for policy in bases() {
        let given = tiered(3).and_policy(policy);
        let from = guests(&[("mug", 4)]).build();
        let becomes = given.cart().version().next();
        let merged = merge(
            given.cart(),
            &user("ann"),
            &from,
            &guest(1),
            MergeStrategy::Sum,
            becomes,
            &given.facts([]),
        );
        let events = merged.unwrap().into.events;
        assert!(events.contains(&priced(9_00)), "{events:?}");
        assert_eq!(Write::new(events).change(given.cart()).cart.lines()[0].snapshot, euro(9_00));
    }
}

#[test]
fn a_clamped_line_of_a_guest_comes_in_at_the_price_of_what_is_left() {
    let seen = |line: &mut cart_core::line::Line| {
        (line.snapshot, line.acknowledged) = (euro(7_77), Some(euro(7_78)));
    };
    for (stock, snapshot, acknowledged) in [(12, euro(7_77), Some(euro(7_78))), (6, euro(9_00), None)] {
        let given = given(cart()).and_product("mug", in_tiers).and_stock("mug", stock);
        let from = guests(&[]).with_line_of(product("mug"), 12, seen).build();
        let facts = given.facts([product("mug")]);
        let becomes = given.cart().version().next();
        let merged = merge(given.cart(), &user("ann"), &from, &guest(1), MergeStrategy::Sum, becomes, &facts);
        let after = Write::new(merged.unwrap().into.events).change(given.cart()).cart;
        assert_eq!((after.lines()[0].snapshot, after.lines()[0].acknowledged), (snapshot, acknowledged));
    }
}

#[test]
fn a_copied_line_is_priced_by_its_quantity_and_nothing_is_acknowledged() {
    let seen = cart().with_line_of(product("mug"), 12, |line| line.acknowledged = Some(euro(1)));
    let given = given(seen).and_product("mug", in_tiers).and_stock("mug", 6);
    let order = cart_core::command::DuplicateCart { source: given.cart().id(), name: None };
    let decision = duplicate(given.cart(), cart_id(9), &user("ann"), &order, &given.facts([])).unwrap();
    let added = decision.events.iter().find_map(|event| {
        let CartEvent::LineAdded { line } = event else { return None };
        Some((line.quantity.get(), line.snapshot, line.acknowledged))
    });
    assert_eq!(added, Some((6, euro(9_00), None)));
}

#[test]
fn a_changed_price_is_told_until_it_is_acknowledged() {
    let changed = Notice::PriceChanged {
        line: line_id(0),
        from: Money::new(10_00, Currency::EUR),
        to: Money::new(12_00, Currency::EUR),
    };
    let told = |given: &Scenario| {
        let priced = cart_core::pricing::price(given.cart(), &given.facts([])).unwrap();
        priced.notices
    };
    let before = given(cart().with_line("mug", 1).with_line("cup", 1)).and_prices("mug", 12_00, 12_00);
    assert_eq!(told(&before), [changed]);
    let noted = CartEvent::PriceAcknowledged { line: line_id(0), prices: euro(12_00) };
    let after = before
        .when(ann().acknowledge_prices())
        .then_events([noted])
        .then_cart(|cart| cart.lines()[0].snapshot == euro(10_00))
        .then_priced(|priced| priced.notices.is_empty())
        .when(ann().acknowledge_prices())
        .then_nothing()
        .scenario();
    let back = after.and_prices("mug", 10_00, 10_00);
    let told_again = Notice::PriceChanged {
        line: line_id(0),
        from: Money::new(12_00, Currency::EUR),
        to: Money::new(10_00, Currency::EUR),
    };
    assert_eq!(told(&back), [told_again]);
    back.when(ann().acknowledge_prices()).then_priced(|priced| priced.notices.is_empty());
}

#[test]
fn a_price_is_acknowledged_at_the_quantity_of_its_line_and_in_its_currency() {
    tiered(5).when(ann().acknowledge_prices()).then_nothing();
    given(cart().with_line("mug", 1).with_line("gone", 1))
        .and_product("mug", |mug| mug.prices = prices(1, Currency::JPY))
        .and_unknown("gone")
        .when(ann().acknowledge_prices())
        .then_nothing();
}

/// A line added at 10.00 in a catalog that asks more by now: 12.00 each, 11.00 from five.
fn dearer(price_basis: PriceBasis) -> Scenario {
    given(cart().with_line("mug", 1)).and_policy(at_basis(price_basis)).and_product("mug", |mug| {
        mug.prices = euro(12_00);
        mug.tiers = [PriceTier { from: quantity(5), prices: euro(11_00) }].into();
    })
}

#[test]
fn reaching_another_price_hides_no_change_that_the_shopper_has_not_seen() {
    let change = |to| Notice::PriceChanged {
        line: line_id(0),
        from: Money::new(10_00, Currency::EUR),
        to: Money::new(to, Currency::EUR),
    };
    dearer(PriceBasis::Live)
        .when(ann().set_quantity("mug", 5))
        .then_priced(|priced| priced.notices == [change(11_00)])
        .then_total(55_00)
        .when(ann().acknowledge_prices())
        .then_priced(|priced| priced.notices.is_empty())
        .when(ann().set_quantity("mug", 4))
        .then_priced(|priced| priced.notices.is_empty())
        .then_total(48_00);
}

#[test]
fn a_price_at_the_add_is_not_given_up_for_a_dearer_tier() {
    dearer(PriceBasis::AtAdd)
        .when(ann().set_quantity("mug", 5))
        .then_total(50_00)
        .when(ann().set_quantity("mug", 1))
        .then_total(10_00);
}
