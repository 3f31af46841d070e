//! What else the host knows or can do.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::PortError;
use crate::actor::Owner;
use crate::id::{AddressId, ChannelId, PaymentMethodId, ShippingMethodId};
use crate::journal::Entry;
use crate::money::Currency;
use crate::selection::{Address, Method};

/// Knows where owners have things delivered.
#[async_trait]
pub trait AddressBook: Debug + Send + Sync + 'static {
    /// The address, if it exists and belongs to the owner. An address of somebody else is as if it did not exist.
    ///
    /// # Errors
    /// [`PortError`] if the book cannot answer.
    async fn address(&self, owner: &Owner, address: &AddressId) -> Result<Option<Address>, PortError>;
}

/// Knows how things can be delivered and paid for.
#[async_trait]
pub trait MethodBook: Debug + Send + Sync + 'static {
    /// What is known about the methods asked about.
    ///
    /// # Errors
    /// [`PortError`] if the book cannot answer.
    async fn methods(&self, query: &MethodQuery<'_>) -> Result<Methods, PortError>;
}

/// The methods that a cart and a command are about.
#[derive(Clone, Copy, Debug)]
pub struct MethodQuery<'a> {
    /// Which surface or shop.
    pub channel: &'a ChannelId,
    /// The currency of the cart.
    pub currency: Currency,
    /// How to deliver.
    pub shipping_method: Option<&'a ShippingMethodId>,
    /// How to pay.
    pub payment_method: Option<&'a PaymentMethodId>,
}

/// What is known about methods that were asked about.
#[derive(Clone, Debug, Default)]
pub struct Methods {
    /// How to deliver; none if unknown or not asked about.
    pub shipping_method: Option<Method>,
    /// How to pay; none if unknown or not asked about.
    pub payment_method: Option<Method>,
}

/// Tells the time.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time now (UTC). May jump; nothing but lifetimes and what is shown depends on it.
    fn now(&self) -> DateTime<Utc>;
}

/// Makes ids and secrets.
pub trait Ids: Debug + Send + Sync + 'static {
    /// A new id, unique in practice; `now` is for ids that sort by time.
    fn uuid(&self, now: DateTime<Utc>) -> Uuid;

    /// 256 bits that nobody can guess.
    fn secret(&self) -> [u8; 32];
}

/// Waits, for pauses between retries.
#[async_trait]
pub trait Timer: Debug + Send + Sync + 'static {
    /// Returns after about so long, without blocking the thread.
    async fn wait(&self, pause: Duration);
}

/// Is told of every accepted write in this process, after it is durable.
pub trait Publisher: Debug + Send + Sync + 'static {
    /// Takes note of entries that were committed together. Must not block and cannot refuse; what must not be
    /// missed is read from the [`EventLog`](super::EventLog) instead.
    fn publish(&self, entries: &[Arc<Entry>]);
}
