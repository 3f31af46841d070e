//! What is priced, as it is answered: the same of a cart and of an order.

mod cart;
mod charges;
mod item;
mod offers;
mod sums;

use cart_core::id::ChannelId;
use cart_core::policy::TaxMode;
use cart_core::service::CartService;

pub(crate) use self::cart::CostBody;
pub(crate) use self::charges::{FeeBody, MethodBody, TaxBody};
pub(crate) use self::item::ItemBody;
pub(crate) use self::offers::{CouponBody, GiftBody, PromotionBody, RefusedGiftBody};
pub(crate) use self::sums::Sums;

/// How prices of a channel are to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prices {
    /// Whether they contain their tax.
    pub(crate) with_tax: bool,
}

impl Prices {
    /// Of a channel that the service does not have nothing is ever answered.
    pub(crate) fn of(service: &CartService, channel: &ChannelId) -> Self {
        let mode = service.policy(channel).map(|policy| policy.pricing.tax.mode);
        Self { with_tax: mode.is_ok_and(|mode| mode == TaxMode::Inside) }
    }
}
