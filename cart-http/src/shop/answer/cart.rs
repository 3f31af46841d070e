//! The cart and its sums.

use cart_core::cart::Cart;
use cart_core::id::{AddressId, CartId, PaymentMethodId, ShippingMethodId};
use cart_core::money::Currency;
use cart_core::pricing::{PricedCart, Totals};
use cart_core::service::CartView;
use cart_core::status::StatusName;
use cart_core::text::{CartName, Locale, Note};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::item::ItemBody;
use crate::notice::NoticeBody;
use crate::priced::{
    CouponBody, FeeBody, GiftBody, MethodBody, Prices, PromotionBody, RefusedGiftBody, Sums, TaxBody,
};

/// The cart. Without a cart there is no id, and the version is 0.
#[derive(Serialize)]
pub(super) struct CartBody<'a> {
    id: Option<CartId>,
    version: u64,
    status: StatusName,
    currency: &'static str,
    name: Option<&'a CartName>,
    note: Option<&'a Note>,
    items: Vec<ItemBody<'a>>,
    item_count: u64,
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
    settings: SettingsBody<'a>,
    notices: Vec<NoticeBody<'a>>,
    created_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Default, Serialize)]
struct SettingsBody<'a> {
    locale: Option<&'a Locale>,
}

impl<'a> CartBody<'a> {
    pub(super) fn of(view: &'a CartView, prices: Prices) -> Self {
        let (cart, priced): (&Cart, &PricedCart) = (&view.cart, &view.priced);
        let chosen = cart.selections();
        Self {
            id: Some(cart.id()),
            version: cart.version().get(),
            status: cart.status().name(),
            name: cart.name(),
            note: cart.note(),
            items: priced.lines.iter().map(ItemBody::of).collect(),
            item_count: cart.lines().iter().map(|line| u64::from(line.quantity.get())).sum(),
            sums: Sums::of(&priced.totals, priced.shipping.as_ref().map(|shipping| shipping.total)),
            shipping: priced.shipping.as_ref().map(MethodBody::of),
            payment_fee: priced.payment.as_ref().map(MethodBody::of),
            fees: priced.fees.iter().map(FeeBody::of).collect(),
            taxes: priced.taxes.iter().map(TaxBody::of).collect(),
            coupons: priced.coupons.iter().map(|coupon| CouponBody::of(coupon, cart.currency())).collect(),
            promotions: priced.promotions.iter().filter_map(PromotionBody::of).collect(),
            gifts: priced.gifts.iter().map(GiftBody::of).collect(),
            refused_gifts: RefusedGiftBody::all(cart, priced),
            address_id: chosen.address.as_ref(),
            shipping_method_id: chosen.shipping_method.as_ref(),
            payment_method_id: chosen.payment_method.as_ref(),
            settings: SettingsBody { locale: cart.settings().locale.as_ref() },
            notices: view.all_notices().filter_map(NoticeBody::of).collect(),
            created_at: Some(cart.created_at()),
            updated_at: Some(cart.updated_at()),
            expires_at: cart.expires_at(),
            ..Self::empty(cart.currency(), prices)
        }
    }

    pub(super) fn empty(currency: Currency, prices: Prices) -> Self {
        Self {
            id: None,
            version: 0,
            status: StatusName::Active,
            currency: currency.code(),
            name: None,
            note: None,
            items: Vec::new(),
            item_count: 0,
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
            settings: SettingsBody::default(),
            notices: Vec::new(),
            created_at: None,
            updated_at: None,
            expires_at: None,
        }
    }
}
