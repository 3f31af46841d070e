//! Putting a service together.

use std::collections::HashMap;
use std::sync::Arc;

use super::cache::HotCarts;
use super::queue::Queues;
use super::{BuildError, CartService, Channel};
use crate::id::ChannelId;
use crate::memory::{MemoryAddressBook, MemoryMethodBook, NoPublisher, RandomIds, SystemClock, ThreadTimer};
use crate::money::Currency;
use crate::policy::CartPolicy;
use crate::port::{AddressBook, Catalog, Clock, Ids, MethodBook, Publisher, Store, Timer};

/// Builds a [`CartService`]: a store, a catalog and at least one channel are needed, the rest has defaults.
#[derive(Debug)]
pub struct CartServiceBuilder {
    store: Arc<dyn Store>,
    catalog: Arc<dyn Catalog>,
    addresses: Arc<dyn AddressBook>,
    methods: Arc<dyn MethodBook>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    timer: Arc<dyn Timer>,
    publisher: Arc<dyn Publisher>,
    channels: HashMap<ChannelId, Channel>,
    hot_carts: usize,
}

impl CartServiceBuilder {
    pub(super) fn new(store: Arc<dyn Store>, catalog: Arc<dyn Catalog>) -> Self {
        Self {
            store,
            catalog,
            addresses: Arc::new(MemoryAddressBook::default()),
            methods: Arc::new(MemoryMethodBook::default()),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            timer: Arc::new(ThreadTimer),
            publisher: Arc::new(NoPublisher),
            channels: HashMap::new(),
            hot_carts: 10_000,
        }
    }

    /// Adds a channel: how its carts behave, and the currency of those that do not name one.
    #[must_use]
    pub fn channel(mut self, id: ChannelId, policy: CartPolicy, currency: Currency) -> Self {
        self.channels.insert(id, Channel { policy: Arc::new(policy), currency });
        self
    }

    /// Where owners have things delivered; by default nobody has an address.
    #[must_use]
    pub fn addresses(self, addresses: Arc<dyn AddressBook>) -> Self {
        Self { addresses, ..self }
    }

    /// How things can be delivered and paid for; by default there are no methods.
    #[must_use]
    pub fn methods(self, methods: Arc<dyn MethodBook>) -> Self {
        Self { methods, ..self }
    }

    /// The clock; by default the system's.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The maker of ids and secrets; by default the operating system's randomness.
    #[must_use]
    pub fn ids(self, ids: Arc<dyn Ids>) -> Self {
        Self { ids, ..self }
    }

    /// The timer for pauses between retries; by default a short-lived thread, which needs no runtime.
    #[must_use]
    pub fn timer(self, timer: Arc<dyn Timer>) -> Self {
        Self { timer, ..self }
    }

    /// Who is told of every accepted write; by default nobody.
    #[must_use]
    pub fn publisher(self, publisher: Arc<dyn Publisher>) -> Self {
        Self { publisher, ..self }
    }

    /// How many carts are kept in memory at the most; 10,000 by default, 0 for none.
    #[must_use]
    pub fn hot_carts(self, hot_carts: usize) -> Self {
        Self { hot_carts, ..self }
    }

    /// Checks the policies and builds the service.
    ///
    /// # Errors
    /// [`BuildError`] without a channel, or if a policy contradicts itself.
    pub fn build(self) -> Result<CartService, BuildError> {
        if self.channels.is_empty() {
            return Err(BuildError::NoChannel);
        }
        for (id, channel) in &self.channels {
            channel.policy.check().map_err(|source| BuildError::Policy { channel: id.clone(), source })?;
        }
        Ok(CartService {
            store: self.store,
            catalog: self.catalog,
            addresses: self.addresses,
            methods: self.methods,
            clock: self.clock,
            ids: self.ids,
            timer: self.timer,
            publisher: self.publisher,
            channels: self.channels,
            hot: HotCarts::new(self.hot_carts),
            queues: Queues::new(),
        })
    }
}
