//! The bodies of requests that choose something for a cart.

use cart_core::coupon::CouponCode;
use cart_core::id::{AddressId, PaymentMethodId, ShippingMethodId};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct ChooseAddress {
    pub(crate) address_id: AddressId,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct ChooseShippingMethod {
    pub(crate) shipping_method_id: ShippingMethodId,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoosePaymentMethod {
    pub(crate) payment_method_id: PaymentMethodId,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct EnterCode {
    pub(crate) code: CouponCode,
}
