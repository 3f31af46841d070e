//! What a cart costs, and what was chosen for it.

use cart_core::cart::Cart;
use cart_core::id::{AddressId, PaymentMethodId, ShippingMethodId};
use cart_core::money::Currency;
use cart_core::pricing::{PricedCart, Totals};
use cart_core::service::CartView;
use serde::Serialize;

use super::{
    CouponBody, FeeBody, GiftBody, MethodBody, Prices, PromotionBody, RefusedGiftBody, Sums, TaxBody,
};

/// All that a cart costs besides its lines, and the choices that this depends on.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Cost"))]
pub(crate) struct CostBody<'a> {
    #[serde(flatten)]
    sums: Sums,
    shipping: Option<MethodBody<'a, ShippingMethodId>>,
    payment_fee: Option<MethodBody<'a, PaymentMethodId>>,
    fees: Vec<FeeBody<'a>>,
    taxes: Vec<TaxBody<'a>>,
    tax_included: bool,
    coupons: Vec<CouponBody<'a>>,
    promotions: Vec<PromotionBody<'a>>,
    gifts: Vec<GiftBody<'a>>,
    refused_gifts: Vec<RefusedGiftBody<'a>>,
    address_id: Option<&'a AddressId>,
    shipping_method_id: Option<&'a ShippingMethodId>,
    payment_method_id: Option<&'a PaymentMethodId>,
}

impl<'a> CostBody<'a> {
    pub(crate) fn of(view: &'a CartView, prices: Prices) -> Self {
        let (cart, priced): (&Cart, &PricedCart) = (&view.cart, &view.priced);
        let chosen = cart.selections();
        Self {
            sums: Sums::of(&priced.totals, priced.shipping.as_ref().map(|shipping| shipping.total)),
            shipping: priced.shipping.as_ref().map(MethodBody::of),
            payment_fee: priced.payment.as_ref().map(MethodBody::of),
            fees: priced.fees.iter().map(FeeBody::of).collect(),
            taxes: priced.taxes.iter().map(TaxBody::of).collect(),
            tax_included: prices.with_tax,
            coupons: priced.coupons.iter().map(|coupon| CouponBody::of(coupon, cart.currency())).collect(),
            promotions: priced.promotions.iter().filter_map(PromotionBody::of).collect(),
            gifts: priced.gifts.iter().map(GiftBody::of).collect(),
            refused_gifts: RefusedGiftBody::all(cart, priced),
            address_id: chosen.address.as_ref(),
            shipping_method_id: chosen.shipping_method.as_ref(),
            payment_method_id: chosen.payment_method.as_ref(),
        }
    }

    /// Of a cart that is not there.
    pub(crate) fn nothing(currency: Currency, prices: Prices) -> Self {
        Self {
            sums: Sums::of(&Totals::zero(currency), None),
            shipping: None,
            payment_fee: None,
            fees: Vec::new(),
            taxes: Vec::new(),
            tax_included: prices.with_tax,
            coupons: Vec::new(),
            promotions: Vec::new(),
            gifts: Vec::new(),
            refused_gifts: Vec::new(),
            address_id: None,
            shipping_method_id: None,
            payment_method_id: None,
        }
    }
}
