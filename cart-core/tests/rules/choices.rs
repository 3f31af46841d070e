//! Choosing address, shipping method and payment method.

use std::collections::BTreeSet;
use std::sync::Arc;

use cart_core::event::CartEvent;
use cart_core::id::{AddressId, PaymentMethodId, ShippingMethodId};
use cart_core::money::Currency;
use cart_core::notice::Notice;
use cart_core::pricing::price;
use cart_core::rejection::Rejection;
use cart_core::selection::{Address, Method, Misfit, Selection, SelectionKind};
use cart_core::testing::{Happened, Scenario, ann, cart, given};

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
