//! What can be bought, and at what price.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::PortError;
use crate::actor::Owner;
use crate::id::{ChannelId, CustomerGroupId};
use crate::money::Currency;
use crate::product::{Product, ProductKey};
use crate::text::Locale;

/// Knows the products: prices, stock, names.
#[async_trait]
pub trait Catalog: Debug + Send + Sync + 'static {
    /// Answers for each key asked about, in the same order: what is known about it now, or nothing.
    ///
    /// Called once per command or read, for all products concerned together; a key may be asked about twice.
    /// The prices must be in the currency of the context; a product without a price in it should be answered
    /// with the price it has, and is then not sold in that cart.
    ///
    /// # Errors
    /// [`PortError`] if the catalog cannot answer; the command is then refused as a whole.
    async fn products(&self, query: &ProductQuery<'_>) -> Result<Vec<Option<Arc<Product>>>, PortError>;
}

/// The products that a cart and a command are about.
#[derive(Clone, Copy, Debug)]
pub struct ProductQuery<'a> {
    /// For whom, where and when.
    pub context: &'a PriceContext,
    /// Which products.
    pub keys: &'a [&'a ProductKey],
}

/// For whom, where and when a price holds.
#[derive(Clone, Debug)]
pub struct PriceContext {
    /// Which surface or shop.
    pub channel: ChannelId,
    /// The currency of the cart.
    pub currency: Currency,
    /// The language in which the cart's owner reads names.
    pub locale: Option<Locale>,
    /// Whose cart it is.
    pub owner: Owner,
    /// The groups the owner is in, for prices that depend on them.
    pub groups: BTreeSet<CustomerGroupId>,
    /// When (UTC).
    pub now: DateTime<Utc>,
}
