//! What became of the codes on a cart.

use crate::cart::Cart;
use crate::coupon::CouponCode;
use crate::facts::Facts;
use crate::id::PromotionId;
use crate::money::Money;
use crate::notice::Notice;
use crate::pricing::priced::{PricedCoupon, PricedPromotion};
use crate::promotion::NotApplied;

/// What became of each code, in the cart's order.
pub(in crate::pricing) fn price_coupons(
    cart: &Cart,
    facts: &Facts,
    promotions: &[PricedPromotion],
) -> Vec<PricedCoupon> {
    cart.coupons().iter().map(|code| price_coupon(code, cart, facts, promotions)).collect()
}

fn price_coupon(
    code: &CouponCode,
    cart: &Cart,
    facts: &Facts,
    promotions: &[PricedPromotion],
) -> PricedCoupon {
    let priced = |promotion, outcome| PricedCoupon { code: code.clone(), promotion, outcome };
    if !facts.policy.pricing.promotions {
        return priced(None, Err(NotApplied::NotOffered));
    }
    // A code may be for several promotions; it applies if one of them does.
    let given_for = || promotions.iter().filter(|promotion| promotion.code.as_ref() == Some(code));
    if let Some(applied) = given_for().find(|promotion| promotion.outcome.is_ok()) {
        let zero = Money::zero(cart.currency());
        let off = given_for().filter_map(|promotion| promotion.outcome.as_ref().ok().copied());
        return priced(
            Some(applied.id.clone()),
            Ok(off.fold(zero, |sum, off| sum.checked_add(off).unwrap_or(sum))),
        );
    }
    if let Some(first) = given_for().next() {
        return priced(Some(first.id.clone()), first.outcome.clone());
    }
    // Not the first code of its promotion, or of none.
    let is_for = |id: &PromotionId| {
        facts.terms.promotions.iter().any(|promotion| promotion.id == *id && promotion.codes.contains(code))
    };
    match promotions.iter().find(|priced| is_for(&priced.id)) {
        Some(same) => priced(Some(same.id.clone()), Err(NotApplied::SamePromotion)),
        None => priced(None, Err(NotApplied::Unknown)),
    }
}

/// What the shopper is told about codes that take nothing off.
pub(in crate::pricing) fn about_coupons(coupons: &[PricedCoupon]) -> impl Iterator<Item = Notice> {
    coupons.iter().filter_map(|coupon| {
        let reason = coupon.outcome.as_ref().err()?.clone();
        Some(Notice::CouponSleeping { code: coupon.code.clone(), reason })
    })
}
