//! Choices, a code and a billing address that come with the order.

use std::sync::Arc;

use cart_core::checkout::{Handoff, Obstacle};
use cart_core::command::{BeginCheckout, Command};
use cart_core::id::PaymentMethodId;
use cart_core::memory::{MemoryAddressBook, MemoryMethodBook, MemoryPromotionBook};
use cart_core::policy::{CartPolicy, TaxMode};
use cart_core::promotion::{Effect, Promotion, Reduction, Scope};
use cart_core::rejection::Rejection;
use cart_core::selection::{Address, Method, Misfit, Selection, SelectionKind};
use cart_core::service::Target;
use cart_core::testing::samples::{address_id, coupon, owner, promotion_id};

use super::support::{Counts, Till, eur};
use crate::shop::{ann, rejection};

fn card() -> PaymentMethodId {
    PaymentMethodId::new("card").unwrap()
}

/// A till of a shop that needs to know how it is paid. `ann` has two addresses, `bob` one; two codes take something off.
fn till() -> Till {
    let (addresses, methods) = (MemoryAddressBook::default(), MemoryMethodBook::default());
    for (user, address) in [("ann", "home"), ("ann", "office"), ("bob", "farm")] {
        addresses.put(owner(user), address_id(address), Address { country: "DE".into() });
    }
    methods.put_payment(card(), Method::new("Card"));
    let promotions = MemoryPromotionBook::default();
    for (code, percent) in [("TENTH", "0.1"), ("HALF", "0.5")] {
        let reduction = Reduction::Percent(percent.parse().unwrap());
        let effect = Effect::Order { scope: Scope::default(), reduction };
        let promotion = Promotion::new(promotion_id(code), code, effect);
        promotions.put(Promotion { codes: [coupon(code)].into(), ..promotion });
    }
    let mut policy = CartPolicy::telecom();
    policy.pricing.tax.mode = TaxMode::None;
    Till::over(Arc::default(), policy, Counts::Nobody, |builder| {
        builder.addresses(Arc::new(addresses)).methods(Arc::new(methods)).promotions(Arc::new(promotions))
    })
}

fn paid_by_card() -> BeginCheckout {
    let selections = vec![Selection::PaymentMethod(card())];
    BeginCheckout { selections, only_code: true, ..BeginCheckout::whole(Handoff::Service) }
}

#[test]
fn choices_made_with_the_order_are_ordered() {
    let till = till();
    let cart = till.cart(2);
    let missing = rejection(till.order(ann(), &cart, &BeginCheckout::whole(Handoff::Service)));
    let obstacles = vec![Obstacle::SelectionMissing { selection: SelectionKind::PaymentMethod }];
    assert_eq!(missing, Rejection::NotOrderable { obstacles });
    let mut order = paid_by_card();
    order.selections.insert(0, Selection::Address(address_id("home")));
    order.billing_address = Some(address_id("office"));
    let done = till.order(ann(), &cart, &order).unwrap();
    let draft = &done.checkout.draft;
    assert_eq!(draft.selections.address, Some(address_id("home")));
    assert_eq!(draft.selections.payment_method, Some(card()));
    assert_eq!(draft.billing_address, Some(address_id("office")));
    assert_eq!(done.view.cart.selections(), &draft.selections);
    till.check(&cart);
}

#[test]
fn choices_that_the_owner_does_not_have_order_nothing() {
    let till = till();
    let cart = till.cart(1);
    let before = till.shop.journal().len();
    let (selection, reason) = (SelectionKind::Address, Misfit::NotFound);
    let elsewhere = Selection::Address(address_id("farm"));
    let order = BeginCheckout { selections: vec![elsewhere], ..paid_by_card() };
    let refused = rejection(till.order(ann(), &cart, &order));
    assert_eq!(refused, Rejection::SelectionMisfit { selection, reason });
    let order = BeginCheckout { billing_address: Some(address_id("farm")), ..paid_by_card() };
    assert_eq!(rejection(till.order(ann(), &cart, &order)), Rejection::BillingAddressNotFound);
    assert_eq!((till.shop.journal().len(), till.partners.account()), (before, (0, 0, 0)));
}

#[test]
fn the_code_of_an_order_is_the_only_one_if_it_is_to_be() {
    let till = till();
    let cart = till.cart(2);
    till.shop.execute(ann(), &cart, &Command::AddCoupon { code: coupon("TENTH") }).unwrap();
    let with_half = BeginCheckout { code: Some(coupon("HALF")), ..paid_by_card() };
    let beside = BeginCheckout { only_code: false, ..with_half.clone() };
    assert_eq!(rejection(till.order(ann(), &cart, &beside)), Rejection::TooManyCoupons { max: 1 });
    till.partners.refuse("place");
    let half = till.order(ann(), &cart, &with_half).unwrap();
    assert_eq!(
        (half.checkout.draft.totals.total, codes(&till, &cart)),
        (eur(10_00), vec!["HALF".to_owned()])
    );
    let none = till.order(ann(), &cart, &paid_by_card()).unwrap();
    assert_eq!((none.checkout.draft.totals.total, codes(&till, &cart)), (eur(20_00), vec![]));
    till.check(&cart);
}

fn codes(till: &Till, cart: &Target) -> Vec<String> {
    let cart = till.shop.read(&ann(), cart).unwrap().cart;
    cart.coupons().iter().map(ToString::to_string).collect()
}

#[test]
fn an_empty_cart_is_empty_whatever_comes_with_the_order() {
    let till = till();
    let cart = Target::Cart(till.shop.cart());
    let order = BeginCheckout { code: Some(coupon("NONE")), ..paid_by_card() };
    let obstacles = vec![Obstacle::Empty];
    assert_eq!(rejection(till.order(ann(), &cart, &order)), Rejection::NotOrderable { obstacles });
}
