//! On which terms carts are priced.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::PortError;
use crate::actor::Owner;
use crate::charge::Fee;
use crate::coupon::CouponCode;
use crate::customer::Customer;
use crate::id::{ChannelId, TaxClass};
use crate::money::Currency;
use crate::promotion::Promotion;
use crate::selection::Address;
use crate::tax::{ExternalTax, TaxableCart, Treatment};

/// Knows who buys.
#[async_trait]
pub trait CustomerBook: Debug + Send + Sync + 'static {
    /// What is known about the owner of a cart; a [`Customer::default`] about whom nothing is.
    ///
    /// # Errors
    /// [`PortError`] if the book cannot answer.
    async fn customer(&self, owner: &Owner) -> Result<Customer, PortError>;
}

/// Knows the promotions. Asked only where the channel's policy has promotions.
#[async_trait]
pub trait PromotionBook: Debug + Send + Sync + 'static {
    /// The promotions that may concern a cart: all that apply without a code, and all that have one of the codes.
    /// Whether they apply is worked out from their conditions; one too many does no harm.
    ///
    /// A code that no promotion of the answer has is unknown.
    ///
    /// # Errors
    /// [`PortError`] if the book cannot answer.
    async fn promotions(&self, query: &PromotionQuery<'_>) -> Result<Vec<Arc<Promotion>>, PortError>;
}

/// Which promotions may concern a cart.
#[derive(Clone, Copy, Debug)]
pub struct PromotionQuery<'a> {
    /// For whom, where and when.
    pub context: &'a TermsContext,
    /// The codes on the cart, and one that is about to be.
    pub codes: &'a [CouponCode],
}

/// For whom, where and when terms hold.
#[derive(Clone, Debug)]
pub struct TermsContext {
    /// Which surface or shop.
    pub channel: ChannelId,
    /// The currency of the cart.
    pub currency: Currency,
    /// Whose cart it is.
    pub owner: Owner,
    /// Who that is.
    pub customer: Customer,
    /// When (UTC).
    pub now: DateTime<Utc>,
}

/// Knows fees and surcharges. Asked only where the channel's policy has fees.
#[async_trait]
pub trait FeeBook: Debug + Send + Sync + 'static {
    /// All fees that may be charged. The order in which they are answered is that in which they are shown.
    ///
    /// # Errors
    /// [`PortError`] if the book cannot answer.
    async fn fees(&self, context: &TermsContext) -> Result<Vec<Arc<Fee>>, PortError>;
}

/// Knows the tax rates. Asked only where the channel's policy has taxes on top or inside.
#[async_trait]
pub trait TaxBook: Debug + Send + Sync + 'static {
    /// How each class is taxed at a destination; without one, at what the host assumes then. A class that is missing
    /// has no known tax.
    ///
    /// # Errors
    /// [`PortError`] if the book cannot answer.
    async fn taxes(
        &self,
        context: &TermsContext,
        destination: Option<&Address>,
    ) -> Result<Arc<BTreeMap<TaxClass, Treatment>>, PortError>;
}

/// Works taxes out, outside. Asked only where the channel's policy leaves taxes to it: with the cart as a command would
/// leave it, or as it is read. Asked again when a command is tried again after losing a race, or is repeated.
#[async_trait]
pub trait TaxService: Debug + Send + Sync + 'static {
    /// The taxes of a cart; none if they cannot be said yet, as before there is a destination. Must not depend on
    /// anything but what it is given, or totals change between two reads. One figure for each line and charge, in their
    /// order, from 0 to [`MAX_SUBTOTAL`](crate::pricing::MAX_SUBTOTAL) in the cart's currency; anything else is an error.
    ///
    /// # Errors
    /// [`PortError`] if the service cannot answer.
    async fn tax(
        &self,
        context: &TermsContext,
        destination: Option<&Address>,
        cart: &TaxableCart,
    ) -> Result<Option<ExternalTax>, PortError>;
}
