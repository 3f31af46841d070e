//! Bringing a cart into another currency.

use cart_core::event::CartEvent;
use cart_core::money::Currency;
use cart_core::notice::Notice;
use cart_core::product::PriceTier;
use cart_core::promotion::{Conditions, NotApplied, Promotion};
use cart_core::rejection::Rejection;
use cart_core::testing::samples::{coupon, line_id, prices, product, quantity};
use cart_core::testing::{ann, cart, given};

use crate::support::{removing, sleeping, tenth_off};

#[test]
fn every_line_is_priced_anew_by_the_catalog() {
    given(cart().with_line("mug", 3).with_line("cup", 1))
        .and_product("mug", |mug| {
            mug.prices = prices(1_500, Currency::JPY);
            mug.tiers = [PriceTier { from: quantity(3), prices: prices(1_300, Currency::JPY) }].into();
        })
        .when(ann().change_currency(Currency::JPY))
        .then_events([CartEvent::CurrencyChanged {
            currency: Currency::JPY,
            prices: vec![prices(1_300, Currency::JPY), prices(1_000, Currency::JPY)],
        }])
        .then_cart(|cart| {
            cart.currency() == Currency::JPY && cart.lines()[0].snapshot.unit().minor() == 1_300
        })
        .then_total(4_900)
        .then_priced(|priced| priced.notices.is_empty());
}

#[test]
fn what_was_acknowledged_in_the_old_currency_is_forgotten() {
    let seen =
        cart().with_line_of(product("mug"), 1, |line| line.acknowledged = Some(prices(900, Currency::EUR)));
    given(seen)
        .when(ann().change_currency(Currency::USD))
        .then_cart(|cart| cart.lines()[0].acknowledged.is_none());
}

#[test]
fn the_same_currency_changes_nothing() {
    given(cart().with_line("mug", 1))
        .and_unknown("mug")
        .when(ann().change_currency(Currency::EUR))
        .then_nothing();
}

#[test]
fn an_empty_cart_is_in_any_currency_at_once() {
    given(cart())
        .when(ann().change_currency(Currency::KWD))
        .then_events([CartEvent::CurrencyChanged { currency: Currency::KWD, prices: vec![] }]);
}

#[test]
fn lines_without_a_price_in_the_currency_are_named() {
    given(cart().with_line("mug", 1).with_line("gone", 1).with_line("cup", 1).with_line("plate", 1))
        .and_product("mug", |mug| mug.prices = prices(1, Currency::EUR))
        .and_unknown("gone")
        .and_product("plate", |plate| plate.prices = prices(1, Currency::GBP))
        .when(ann().change_currency(Currency::USD))
        .then_refused_as(Rejection::NoPriceInCurrency {
            currency: Currency::USD,
            lines: [0, 1, 3].map(line_id).into(),
        });
}

#[test]
fn what_cannot_be_bought_now_has_a_price_all_the_same() {
    given(cart().with_line("mug", 1))
        .and_product("mug", |mug| {
            mug.withdrawn = true;
            mug.prices = prices(500, Currency::USD);
        })
        .when(ann().change_currency(Currency::USD))
        .then_cart(|cart| cart.currency() == Currency::USD);
}

#[test]
fn a_code_for_another_currency_sleeps_or_goes() {
    let conditions = Conditions { currencies: [Currency::EUR].into(), ..Conditions::default() };
    let only_euro = Promotion { conditions, ..tenth_off("ten", &["TEN"]) };
    let given = |policy| {
        given(cart().with_line("mug", 1).with_coupon("TEN"))
            .and_policy(policy)
            .and_promotion(only_euro.clone())
    };
    let (code, reason) = (coupon("TEN"), NotApplied::Currency);
    given(sleeping())
        .when(ann().change_currency(Currency::USD))
        .then_events_fit(|events| events.len() == 1)
        .then_priced(|priced| {
            priced
                .notices
                .contains(&Notice::CouponSleeping { code: coupon("TEN"), reason: NotApplied::Currency })
        });
    given(removing())
        .when(ann().change_currency(Currency::USD))
        .then_notices([Notice::CouponRemoved { code, reason }])
        .then_cart(|cart| cart.coupons().is_empty());
}
