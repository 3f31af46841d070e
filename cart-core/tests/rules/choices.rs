//! Choosing address, shipping method and payment method.

use std::collections::BTreeSet;
use std::sync::Arc;

use cart_core::charge::{Charge, WeightStep};
use cart_core::event::CartEvent;
use cart_core::id::{AddressId, PaymentMethodId, ShippingMethodId};
use cart_core::money::{Amounts, Currency, Money};
use cart_core::notice::Notice;
use cart_core::policy::PriceBasis;
use cart_core::pricing::price;
use cart_core::rejection::Rejection;
use cart_core::selection::{Address, Method, Misfit, Selection, SelectionKind};
use cart_core::testing::{Happened, Scenario, ann, cart, given};

use crate::support::{sleeping, tenth_off};

fn home() -> Selection {
    Selection::Address(AddressId::new("home").unwrap())
}

fn express() -> Selection {
    Selection::ShippingMethod(ShippingMethodId::new("express").unwrap())
}

fn card() -> Selection {
    Selection::PaymentMethod(PaymentMethodId::new("card").unwrap())
}

fn swiss() -> Option<Address> {
    Some(Address { country: "CH".into() })
}

fn method(change: impl FnOnce(&mut Method)) -> Option<Method> {
    let mut method = Method::new("a method");
    change(&mut method);
    Some(method)
}

fn set(of: &[&str]) -> BTreeSet<Arc<str>> {
    of.iter().map(|text| Arc::from(*text)).collect()
}

fn misfit(selection: SelectionKind, reason: Misfit) -> Rejection {
    Rejection::SelectionMisfit { selection, reason }
}

/// The same method as shipping and as payment method.
fn choosing_both(start: impl Fn() -> Scenario, method: Option<Method>) -> [(SelectionKind, Happened); 2] {
    let given = || start().and_shipping_method(method.clone()).and_payment_method(method.clone());
    [
        (SelectionKind::ShippingMethod, given().when(ann().select(express()))),
        (SelectionKind::PaymentMethod, given().when(ann().select(card()))),
    ]
}

#[test]
fn an_address_of_the_owner_is_selected_and_taken_back() {
    given(cart())
        .and_address(swiss())
        .when(ann().select(home()))
        .then_events([CartEvent::AddressSelected { address: Some(AddressId::new("home").unwrap()) }])
        .when(ann().select(home()))
        .then_nothing()
        .when(ann().unselect(SelectionKind::Address))
        .then_events([CartEvent::AddressSelected { address: None }])
        .when(ann().unselect(SelectionKind::Address))
        .then_nothing();
}

#[test]
fn an_address_that_is_not_the_owners_is_not_found() {
    given(cart())
        .and_address(None)
        .when(ann().select(home()))
        .then_refused_as(misfit(SelectionKind::Address, Misfit::NotFound));
}

#[test]
fn a_method_is_selected_and_taken_back() {
    for (kind, happened) in choosing_both(|| given(cart().with_line("mug", 1)), method(|_| {})) {
        happened
            .then_events_fit(|events| events.len() == 1)
            .when(ann().unselect(kind))
            .then_cart(|cart| cart.selections().is_empty())
            .when(ann().unselect(kind))
            .then_nothing();
    }
}

#[test]
fn a_method_that_the_host_does_not_have_is_not_found() {
    for (kind, happened) in choosing_both(|| given(cart()), None) {
        happened.then_refused_as(misfit(kind, Misfit::NotFound));
    }
}

#[test]
fn an_inactive_method_cannot_be_selected() {
    for (kind, happened) in choosing_both(|| given(cart()), method(|method| method.active = false)) {
        happened.then_refused_as(misfit(kind, Misfit::Inactive));
    }
}

#[test]
fn a_method_must_work_with_the_currency() {
    let only = |currency| method(|method| method.currencies = BTreeSet::from([currency]));
    for (kind, happened) in choosing_both(|| given(cart()), only(Currency::USD)) {
        happened.then_refused_as(misfit(kind, Misfit::Currency));
    }
    for (_, happened) in choosing_both(|| given(cart()), only(Currency::EUR)) {
        happened.then_events_fit(|events| events.len() == 1);
    }
}

#[test]
fn a_method_must_work_with_every_kind_of_product_in_the_cart() {
    let start = || {
        given(cart().with_line("mug", 1).with_line("plan", 1))
            .and_product("mug", |mug| mug.kind = "goods".into())
            .and_product("plan", |plan| plan.kind = "plan".into())
    };
    for (kind, happened) in choosing_both(start, method(|method| method.kinds = set(&["goods"]))) {
        happened.then_refused_as(misfit(kind, Misfit::Contents));
    }
    for (_, happened) in choosing_both(start, method(|method| method.kinds = set(&["goods", "plan"]))) {
        happened.then_events_fit(|events| events.len() == 1);
    }
}

#[test]
fn a_method_must_serve_the_selected_address() {
    let start =
        |address: Option<Address>| move || given(cart().choosing(home())).and_address(address.clone());
    let only = |countries: &[&str]| method(|method| method.countries = set(countries));
    for (kind, happened) in choosing_both(start(swiss()), only(&["DE", "AT"])) {
        happened.then_refused_as(misfit(kind, Misfit::Destination));
    }
    for (_, happened) in choosing_both(start(swiss()), only(&["DE", "CH"])) {
        happened.then_events_fit(|events| events.len() == 1);
    }
    for (_, happened) in choosing_both(|| given(cart()), only(&["DE"])) {
        happened.then_events_fit(|events| events.len() == 1);
    }
}

#[test]
fn a_shipping_method_needs_something_to_deliver() {
    let start = |given: Scenario| given.and_shipping_method(method(|_| {}));
    start(given(cart().with_line("ebook", 1)))
        .and_product("ebook", |ebook| ebook.needs_delivery = false)
        .when(ann().select(express()))
        .then_refused_as(misfit(SelectionKind::ShippingMethod, Misfit::NothingToDeliver));
    start(given(cart().with_line("ebook", 1).with_line("mug", 1)))
        .and_product("ebook", |ebook| ebook.needs_delivery = false)
        .when(ann().select(express()))
        .then_events_fit(|events| events.len() == 1);
    start(given(cart())).when(ann().select(express())).then_events_fit(|events| events.len() == 1);
}

#[test]
fn choices_that_no_longer_fit_are_noticed_not_dropped() {
    let chosen = cart().with_line("mug", 1).choosing(home()).choosing(express()).choosing(card());
    let given = given(chosen)
        .and_address(None)
        .and_shipping_method(method(|method| method.active = false))
        .and_payment_method(method(|method| method.currencies = BTreeSet::from([Currency::USD])));
    let priced = price(given.cart(), &given.facts([])).unwrap();
    assert_eq!(
        priced.notices,
        [
            Notice::SelectionStale { selection: SelectionKind::Address, reason: Misfit::NotFound },
            Notice::SelectionStale { selection: SelectionKind::ShippingMethod, reason: Misfit::Inactive },
            Notice::SelectionStale { selection: SelectionKind::PaymentMethod, reason: Misfit::Currency },
        ]
    );
}

fn euros(minor: i64) -> Amounts {
    Amounts::from(Money::new(minor, Currency::EUR))
}

fn dollars(minor: i64) -> Amounts {
    Amounts::from(Money::new(minor, Currency::USD))
}

#[test]
fn a_method_needs_a_price_in_the_currency_of_the_cart() {
    let step = |amounts| Charge::ByWeight(vec![WeightStep { from_grams: 0, amounts }]);
    let charges = [Charge::Amount, Charge::PerUnit, step];
    for charge in charges {
        let costs = |amounts| method(|method| method.charge = charge(amounts));
        for (kind, happened) in choosing_both(|| given(cart()), costs(dollars(1))) {
            happened.then_refused_as(misfit(kind, Misfit::Currency));
        }
        for (_, happened) in choosing_both(|| given(cart()), costs(euros(1))) {
            happened.then_events_fit(|events| events.len() == 1);
        }
    }
}

/// Two mugs at 11.00 that were added at 10.00, and what cannot be bought.
fn worth_twenty_two() -> Scenario {
    let full =
        cart().with_line("mug", 2).with_line("gone", 9).with_line("none-left", 9).with_line("unknown", 9);
    given(full)
        .and_prices("mug", 15_00, 11_00)
        .and_product("gone", |gone| gone.withdrawn = true)
        .and_stock("none-left", 0)
        .and_unknown("unknown")
}

#[test]
fn a_method_has_bounds_of_what_the_lines_cost() {
    let bounds = |min: i64, max: i64| {
        method(|method| (method.min_subtotal, method.max_subtotal) = (euros(min), euros(max)))
    };
    for (min, max) in [(22_01, 99_00), (0, 21_99)] {
        for (kind, happened) in choosing_both(worth_twenty_two, bounds(min, max)) {
            happened.then_refused_as(misfit(kind, Misfit::Subtotal));
        }
    }
    for (_, happened) in choosing_both(worth_twenty_two, bounds(22_00, 22_00)) {
        happened.then_events_fit(|events| events.len() == 1);
    }
    let elsewhere = method(|method| method.min_subtotal = dollars(99_00));
    for (_, happened) in choosing_both(worth_twenty_two, elsewhere) {
        happened.then_events_fit(|events| events.len() == 1);
    }
}

#[test]
fn bounds_are_about_the_prices_that_count_before_promotions() {
    let at_least = method(|method| method.min_subtotal = euros(22_00));
    let at_add = || worth_twenty_two().and_policy_with(|policy| policy.price_basis = PriceBasis::AtAdd);
    for (kind, happened) in choosing_both(at_add, at_least.clone()) {
        happened.then_refused_as(misfit(kind, Misfit::Subtotal));
    }
    let reduced = || worth_twenty_two().and_policy(sleeping()).and_promotion(tenth_off("tenth", &[]));
    for (_, happened) in choosing_both(reduced, at_least) {
        happened.then_events_fit(|events| events.len() == 1);
    }
}

#[test]
fn a_method_carries_so_much_of_what_needs_delivery() {
    let start = || {
        worth_twenty_two()
            .and_product("mug", |mug| mug.grams = 500)
            .and_product("gone", |gone| gone.grams = 500)
            .and_product("none-left", |none| none.grams = u32::MAX)
    };
    let at_most = |grams| method(|method| method.max_grams = Some(grams));
    for (kind, happened) in choosing_both(start, at_most(999)) {
        happened.then_refused_as(misfit(kind, Misfit::Weight));
    }
    for (_, happened) in choosing_both(start, at_most(1000)) {
        happened.then_events_fit(|events| events.len() == 1);
    }
    given(cart().with_line("mug", 1).with_line("ebook", 1))
        .and_product("ebook", |ebook| (ebook.grams, ebook.needs_delivery) = (9, false))
        .and_payment_method(at_most(8))
        .when(ann().select(card()))
        .then_events_fit(|events| events.len() == 1);
}

#[test]
fn of_several_misfits_the_first_is_told() {
    let mut wrong = Method::new("all wrong");
    wrong.active = false;
    (wrong.charge, wrong.kinds, wrong.countries) = (Charge::Amount(dollars(1)), set(&["plan"]), set(&["DE"]));
    (wrong.min_subtotal, wrong.max_grams) = (euros(99_00), Some(1));
    type Mend = fn(&mut Method);
    let mends: [(Misfit, Mend); 6] = [
        (Misfit::Inactive, |method| method.active = true),
        (Misfit::Currency, |method| method.charge = Charge::Free),
        (Misfit::Contents, |method| method.kinds.clear()),
        (Misfit::Destination, |method| method.countries.clear()),
        (Misfit::Subtotal, |method| method.min_subtotal = Amounts::default()),
        (Misfit::Weight, |method| method.max_grams = None),
    ];
    let start = || {
        given(cart().with_line("mug", 1).choosing(home()))
            .and_address(swiss())
            .and_product("mug", |mug| mug.grams = 500)
    };
    for (reason, mend) in mends {
        for (kind, happened) in choosing_both(start, Some(wrong.clone())) {
            happened.then_refused_as(misfit(kind, reason));
        }
        mend(&mut wrong);
    }
    for (_, happened) in choosing_both(start, Some(wrong.clone())) {
        happened.then_events_fit(|events| events.len() == 1);
    }
}

#[test]
fn a_method_that_the_lines_outgrow_is_noticed_and_blocks_no_edit() {
    let at_most = method(|method| method.max_subtotal = euros(10_00));
    let stale = Notice::SelectionStale { selection: SelectionKind::ShippingMethod, reason: Misfit::Subtotal };
    given(cart().with_line("mug", 1).choosing(express()))
        .and_shipping_method(at_most)
        .when(ann().increase("mug", 1))
        .then_lines([("mug", 2)])
        .then_priced(|priced| priced.notices == [stale]);
}
