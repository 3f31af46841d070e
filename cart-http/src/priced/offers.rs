//! Coupons, promotions and gifts.

use cart_core::cart::Cart;
use cart_core::coupon::CouponCode;
use cart_core::id::{ProductId, PromotionId};
use cart_core::money::{Currency, Money};
use cart_core::pricing::{PricedCart, PricedCoupon, PricedGift, PricedPromotion};
use cart_core::product::Options;
use cart_core::promotion::NotApplied;
use cart_core::quantity::Quantity;
use serde::Serialize;

use crate::amount::Amount;
use crate::not_applied::WhyNot;

/// A code on the cart. One that is not applied takes off nothing, and `reason` says why.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Coupon"))]
pub(crate) struct CouponBody<'a> {
    code: &'a CouponCode,
    promotion_id: Option<&'a PromotionId>,
    applied: bool,
    discount: Amount,
    #[serde(flatten)]
    why_not: WhyNot,
}

impl<'a> CouponBody<'a> {
    pub(crate) fn of(coupon: &'a PricedCoupon, currency: Currency) -> Self {
        let (discount, why_not) = match &coupon.outcome {
            Ok(discount) => (*discount, WhyNot::nothing()),
            Err(reason) => (Money::zero(currency), WhyNot::of(reason)),
        };
        Self {
            code: &coupon.code,
            promotion_id: coupon.promotion.as_ref(),
            applied: coupon.outcome.is_ok(),
            discount: Amount(discount),
            why_not,
        }
    }
}

/// A promotion that applies. What the others would need is between the shop and those they are for.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Promotion"))]
pub(crate) struct PromotionBody<'a> {
    id: &'a PromotionId,
    name: &'a str,
    code: Option<&'a CouponCode>,
    discount: Amount,
}

impl<'a> PromotionBody<'a> {
    pub(crate) fn of(promotion: &'a PricedPromotion) -> Option<Self> {
        let discount = *promotion.outcome.as_ref().ok()?;
        Some(Self {
            id: &promotion.id,
            name: &promotion.name,
            code: promotion.code.as_ref(),
            discount: Amount(discount),
        })
    }
}

/// What a promotion gives for nothing; it is no item and in no sum.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Gift"))]
pub(crate) struct GiftBody<'a> {
    promotion_id: &'a PromotionId,
    product_id: &'a ProductId,
    options: &'a Options,
    name: &'a str,
    quantity: Quantity,
    value: Amount,
}

impl<'a> GiftBody<'a> {
    pub(crate) fn of(gift: &'a PricedGift) -> Self {
        Self {
            promotion_id: &gift.promotion,
            product_id: &gift.product.product,
            options: &gift.product.options,
            name: &gift.name,
            quantity: gift.quantity,
            value: Amount(gift.value),
        }
    }
}

/// A gift that the shopper said no to. Its promotion is named only where it would give it otherwise.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "RefusedGift"))]
pub(crate) struct RefusedGiftBody<'a> {
    promotion_id: &'a PromotionId,
    name: Option<&'a str>,
}

impl<'a> RefusedGiftBody<'a> {
    pub(crate) fn all(cart: &'a Cart, priced: &'a PricedCart) -> Vec<Self> {
        let name = |id: &PromotionId| {
            let refused = |outcome| matches!(outcome, &Err(NotApplied::GiftRefused));
            let mut promotions = priced.promotions.iter();
            let promotion = promotions.find(|promotion| promotion.id == *id && refused(&promotion.outcome));
            promotion.map(|promotion| &*promotion.name)
        };
        let refused = cart.refused_gifts().iter();
        refused.map(|id| Self { promotion_id: id, name: name(id) }).collect()
    }
}
