//! The cart and its sums.

use cart_core::actor::Owner;
use cart_core::cart::Cart;
use cart_core::coupon::CouponCode;
use cart_core::id::{CartId, ProductId, PromotionId, UserId};
use cart_core::money::{Currency, Money, MoneyError};
use cart_core::notice::Notice;
use cart_core::pricing::{PricedCart, PricedGift, PricedPromotion};
use cart_core::product::Options;
use cart_core::quantity::Quantity;
use cart_core::service::CartView;
use cart_core::status::StatusName;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::item::{ItemBody, Share};
use crate::amount::Amount;
use crate::module::casing;
use crate::notice::NoticeBody;

/// The cart.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ModuleCart"))]
#[serde(rename_all = "camelCase")]
pub(in crate::module) struct CartBody<'a> {
    id: CartId,
    version: u64,
    user_id: Option<&'a UserId>,
    status: StatusName,
    #[cfg_attr(feature = "openapi", schemars(with = "cart_core::money::Currency"))]
    currency: &'static str,
    items: Vec<ItemBody<'a>>,
    item_count: u64,
    #[serde(flatten)]
    sums: Sums,
    #[serde(flatten)]
    applied: Applied<'a>,
    promotions: Vec<PromotionBody<'a>>,
    gifts: Vec<GiftBody<'a>>,
    refreshed: bool,
    #[cfg_attr(feature = "openapi", schemars(schema_with = "crate::module::openapi::notices"))]
    notices: Vec<Value>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

impl<'a> CartBody<'a> {
    pub(super) fn of(view: &'a CartView) -> Result<Self, MoneyError> {
        let (cart, priced): (&Cart, &PricedCart) = (&view.cart, &view.priced);
        let shares = priced.lines.iter().map(Share::of).collect::<Result<Vec<_>, _>>()?;
        let promotions: Vec<_> = priced.promotions.iter().filter_map(PromotionBody::of).collect();
        Ok(Self {
            id: cart.id(),
            version: cart.version().get(),
            user_id: user(cart.owner()),
            status: cart.status().name(),
            currency: cart.currency().code(),
            items: priced.lines.iter().zip(&shares).map(|(line, share)| ItemBody::of(line, *share)).collect(),
            item_count: cart.lines().iter().map(|line| u64::from(line.quantity.get())).sum(),
            sums: Sums::of(&shares, priced.totals.total)?,
            applied: Applied::among(&promotions),
            promotions,
            gifts: priced.gifts.iter().map(GiftBody::of).collect(),
            refreshed: view.all_notices().any(|notice| matches!(notice, Notice::CartReplaced { .. })),
            notices: view.all_notices().filter_map(NoticeBody::of).map(casing::in_camel_case).collect(),
            created_at: cart.created_at(),
            updated_at: cart.updated_at(),
            expires_at: cart.expires_at(),
        })
    }
}

fn user(owner: &Owner) -> Option<&UserId> {
    match owner {
        Owner::User { user, .. } => Some(user),
        Owner::Guest { .. } => None,
    }
}

/// The sums of the lines, and what is to be paid.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ModuleSums"))]
#[serde(rename_all = "camelCase")]
struct Sums {
    total_mrp: Amount,
    total_sp: Amount,
    applied_discount: Amount,
    final_payable: Amount,
}

impl Sums {
    fn of(shares: &[Option<Share>], payable: Money) -> Result<Self, MoneyError> {
        let currency: Currency = payable.currency();
        let sum = |part: fn(&Share) -> Money| Money::sum(currency, shares.iter().flatten().map(part));
        Ok(Self {
            total_mrp: Amount(sum(|share| share.mrp)?),
            total_sp: Amount(sum(|share| share.sp)?),
            applied_discount: Amount(sum(|share| share.discount)?),
            final_payable: Amount(payable),
        })
    }
}

/// The promotion that is named beside the discount: that of the coupon, else the first that takes something off.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ModuleApplied"))]
#[serde(rename_all = "camelCase")]
struct Applied<'a> {
    applied_promotion_id: Option<&'a PromotionId>,
    applied_promotion_code: Option<&'a CouponCode>,
}

impl<'a> Applied<'a> {
    fn among(promotions: &[PromotionBody<'a>]) -> Self {
        let by_code = promotions.iter().find(|promotion| promotion.code.is_some());
        let first = || promotions.iter().find(|promotion| !promotion.discount.0.is_zero());
        by_code.or_else(first).map_or_else(Self::default, |promotion| Self {
            applied_promotion_id: Some(promotion.id),
            applied_promotion_code: promotion.code,
        })
    }
}

/// A promotion that applies. What the others would need is between the shop and those they are for.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ModulePromotion"))]
struct PromotionBody<'a> {
    id: &'a PromotionId,
    name: &'a str,
    code: Option<&'a CouponCode>,
    discount: Amount,
}

impl<'a> PromotionBody<'a> {
    fn of(promotion: &'a PricedPromotion) -> Option<Self> {
        let discount = Amount(*promotion.outcome.as_ref().ok()?);
        Some(Self { id: &promotion.id, name: &promotion.name, code: promotion.code.as_ref(), discount })
    }
}

/// What a promotion gives for nothing; it is no item and in no sum.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ModuleGift"))]
#[serde(rename_all = "camelCase")]
struct GiftBody<'a> {
    promotion_id: &'a PromotionId,
    product_id: &'a ProductId,
    options: &'a Options,
    name: &'a str,
    quantity: Quantity,
}

impl<'a> GiftBody<'a> {
    fn of(gift: &'a PricedGift) -> Self {
        Self {
            promotion_id: &gift.promotion,
            product_id: &gift.product.product,
            options: &gift.product.options,
            name: &gift.name,
            quantity: gift.quantity,
        }
    }
}
