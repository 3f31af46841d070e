//! What several families need.

use std::sync::Arc;

use cart_core::actor::Actor;
use cart_core::checkout::{Capture, EndReason, OrderState, PaymentState};
use cart_core::id::PaymentRef;
use cart_core::metadata::Metadata;
use cart_core::money::{Amounts, Currency, Money};
use cart_core::policy::{CartPolicy, CouponMisfit, CouponPolicy, PricingPolicy};
use cart_core::product::QuantityRule;
use cart_core::promotion::{Conditions, Effect, MinSubtotal, Promotion, Reduction, Scope, SubtotalBasis};
use cart_core::quantity::Quantity;
use cart_core::status::Status;
use cart_core::testing::samples::{
    at, checkout, checkout_id, coupon, placed_order, product, promotion_id, quantity,
};
use cart_core::testing::{As, GivenCart};
use serde_json::Value;

pub(crate) fn by(actor: Actor) -> As {
    As(actor)
}

pub(crate) fn metadata(value: Value) -> Metadata {
    let Value::Object(object) = value else { unreachable!("metadata is an object") };
    Metadata::new(object).unwrap()
}

/// The same cart in its first checkout, by the host, until [`at`]`(99)`.
pub(crate) fn in_checkout(cart: GivenCart) -> GivenCart {
    cart.with(|cart| {
        cart.checkouts.push(Arc::new(checkout(1, at(99))));
        cart.status = Status::Checkout { checkout: checkout_id(1), deadline: at(99) };
    })
}

/// The same cart after its first checkout, by which it became the order `o`.
pub(crate) fn ordered(cart: GivenCart) -> GivenCart {
    let order = placed_order("o");
    cart.with(|cart| {
        let mut checkout = checkout(1, at(99));
        checkout.progress.order = OrderState::Confirmed { order: order.clone() };
        checkout.progress.completed = true;
        cart.checkouts.push(Arc::new(checkout));
        cart.status = Status::Completed { order: order.order };
    })
}

/// The same cart after its first checkout has ended, while the money for it is being given back.
pub(crate) fn undoing(cart: GivenCart) -> GivenCart {
    cart.with(|cart| {
        let mut checkout = checkout(1, at(99));
        let payment = PaymentRef::new("p").unwrap();
        let capture = Capture { payment, amount: Money::new(10_00, Currency::EUR) };
        checkout.progress.payment = PaymentState::Captured { capture };
        checkout.progress.ended = Some(EndReason::PaymentMismatch);
        cart.checkouts.push(Arc::new(checkout));
    })
}

/// A promotion that takes a tenth off the order, by itself or for one of the codes.
pub(crate) fn tenth_off(id: &str, codes: &[&str]) -> Promotion {
    let reduction = Reduction::Percent("0.1".parse().unwrap());
    let effect = Effect::Order { scope: Scope::default(), reduction };
    Promotion {
        codes: codes.iter().map(|code| coupon(code)).collect(),
        ..Promotion::new(promotion_id(id), id, effect)
    }
}

/// A promotion that gives one unit of a product.
pub(crate) fn gift_of(id: &str, given: &str) -> Promotion {
    let effect = Effect::Gift { product: product(given), quantity: Quantity::ONE };
    Promotion::new(promotion_id(id), id, effect)
}

/// The same promotion for lines that cost at least so many minor units of euro together.
pub(crate) fn from_subtotal(minor: i64, promotion: Promotion) -> Promotion {
    let amounts = Amounts::from(Money::new(minor, Currency::EUR));
    let min_subtotal = Some(MinSubtotal { amounts, basis: SubtotalBasis::BeforeDiscounts });
    Promotion { conditions: Conditions { min_subtotal, ..promotion.conditions }, ..promotion }
}

/// The policy that takes codes on carts and lets them sleep.
pub(crate) fn sleeping() -> CartPolicy {
    let coupons = CouponPolicy { max: 3, misfit: CouponMisfit::Sleeps };
    CartPolicy {
        pricing: PricingPolicy { promotions: true, coupons, ..PricingPolicy::default() },
        ..CartPolicy::shared()
    }
}

/// The policy that takes codes off carts once they do not apply.
pub(crate) fn removing() -> CartPolicy {
    let mut policy = sleeping();
    policy.pricing.coupons.misfit = CouponMisfit::Removed;
    policy
}

pub(crate) fn rule(min: u32, max: u32, step: u32) -> QuantityRule {
    QuantityRule::new(quantity(min), quantity(max), quantity(step)).unwrap()
}

/// Compares a table with the one that is checked in beside this file, or writes it anew if asked to.
#[track_caller]
pub(crate) fn checked_table(file: &str, found: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules").join(file);
    if std::env::var_os("CART_WRITE_TABLES").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let pairs = found.lines().zip(expected.lines());
    let differences: Vec<_> = pairs.filter(|(found, expected)| found != expected).collect();
    assert!(found == expected, "{differences:#?}\nthe table is now:\n{found}");
}
