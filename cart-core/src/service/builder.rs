//! Putting a service together.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::cache::HotCarts;
use super::cached::UserCarts;
use super::cursor::Cursors;
use super::ports::Ports;
use super::queue::Queues;
use super::{BuildError, CartService, Channel};
use crate::id::ChannelId;
use crate::money::Currency;
use crate::policy::CartPolicy;
use crate::port::{
    AddressBook, CartCache, Catalog, CheckoutGuard, Clock, CustomerBook, Directory, FeeBook, Flags, Ids,
    Inventory, Meter, MethodBook, Orders, Payments, PromotionBook, Publisher, Store, TaxBook, TaxService,
    Timer,
};

/// Builds a [`CartService`]: a store, a catalog and at least one channel are needed, the rest has defaults.
pub struct CartServiceBuilder {
    ports: Ports,
    channels: HashMap<ChannelId, Channel>,
    hot_carts: usize,
    user_carts: Option<UserCarts>,
    cursor_key: Option<[u8; 32]>,
}

// The cursor key is nobody's business.
impl std::fmt::Debug for CartServiceBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { ports, channels, hot_carts, user_carts, cursor_key: _ } = self;
        let mut shown = f.debug_struct("CartServiceBuilder");
        shown
            .field("ports", ports)
            .field("channels", channels)
            .field("hot_carts", hot_carts)
            .field("user_carts", user_carts)
            .finish()
    }
}

impl CartServiceBuilder {
    pub(super) fn new(store: Arc<dyn Store>, catalog: Arc<dyn Catalog>) -> Self {
        Self {
            ports: Ports::new(store, catalog),
            channels: HashMap::new(),
            hot_carts: 10_000,
            user_carts: None,
            cursor_key: None,
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Ports)) -> Self {
        change(&mut self.ports);
        self
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
        self.with(|ports| ports.addresses = addresses)
    }

    /// How things can be delivered and paid for; by default there are no methods.
    #[must_use]
    pub fn methods(self, methods: Arc<dyn MethodBook>) -> Self {
        self.with(|ports| ports.methods = methods)
    }

    /// Who buys; by default nothing is known about anybody.
    #[must_use]
    pub fn customers(self, customers: Arc<dyn CustomerBook>) -> Self {
        self.with(|ports| ports.customers = customers)
    }

    /// The promotions; by default there are none.
    #[must_use]
    pub fn promotions(self, promotions: Arc<dyn PromotionBook>) -> Self {
        self.with(|ports| ports.promotions = promotions)
    }

    /// Fees and surcharges; by default there are none.
    #[must_use]
    pub fn fees(self, fees: Arc<dyn FeeBook>) -> Self {
        self.with(|ports| ports.fees = fees)
    }

    /// The tax rates; by default no tax is known.
    #[must_use]
    pub fn taxes(self, taxes: Arc<dyn TaxBook>) -> Self {
        self.with(|ports| ports.taxes = taxes)
    }

    /// Who works taxes out where policy leaves that to somebody outside; by default nobody can say.
    #[must_use]
    pub fn tax_service(self, tax_service: Arc<dyn TaxService>) -> Self {
        self.with(|ports| ports.tax_service = tax_service)
    }

    /// Who belongs to which company; by default nobody belongs to any.
    #[must_use]
    pub fn directory(self, directory: Arc<dyn Directory>) -> Self {
        self.with(|ports| ports.directory = directory)
    }

    /// Who takes orders; by default nobody, and only the host itself places them.
    #[must_use]
    pub fn orders(self, orders: Arc<dyn Orders>) -> Self {
        self.with(|ports| ports.orders = Some(orders))
    }

    /// Who takes payments for orders that the service places; by default nobody: orders go ahead without, such as those
    /// that are paid by invoice.
    #[must_use]
    pub fn payments(self, payments: Arc<dyn Payments>) -> Self {
        self.with(|ports| ports.payments = Some(payments))
    }

    /// Who counts stock and holds it for checkouts; by default nobody: the catalog says what there is.
    #[must_use]
    pub fn inventory(self, inventory: Arc<dyn Inventory>) -> Self {
        self.with(|ports| ports.inventory = Some(inventory))
    }

    /// Lets the store count stock and hold it for checkouts, in the commits of the carts themselves
    /// ([`StockLedger`](crate::port::StockLedger)). Of a product with limited stock there is then what was supplied to the
    /// store, whatever the catalog says. An inventory of the host's goes before it.
    #[must_use]
    pub fn stock_in_store(self) -> Self {
        self.with(|ports| ports.counts_stock = true)
    }

    /// The host's own checks of orders; by default everything is allowed.
    #[must_use]
    pub fn guard(self, guard: Arc<dyn CheckoutGuard>) -> Self {
        self.with(|ports| ports.guard = guard)
    }

    /// The key by which cursors of lists are known to be this service's own; by default a new one for each service, so
    /// that cursors end with it. Processes that answer the same clients need the same key.
    #[must_use]
    pub fn cursor_key(self, key: [u8; 32]) -> Self {
        Self { cursor_key: Some(key), ..self }
    }

    /// The clock; by default the system's.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        self.with(|ports| ports.clock = clock)
    }

    /// The maker of ids and secrets; by default the operating system's randomness.
    #[must_use]
    pub fn ids(self, ids: Arc<dyn Ids>) -> Self {
        self.with(|ports| ports.ids = ids)
    }

    /// The timer for pauses between retries; by default a short-lived thread, which needs no runtime.
    #[must_use]
    pub fn timer(self, timer: Arc<dyn Timer>) -> Self {
        self.with(|ports| ports.timer = timer)
    }

    /// Who is told of every accepted write; by default nobody.
    #[must_use]
    pub fn publisher(self, publisher: Arc<dyn Publisher>) -> Self {
        self.with(|ports| ports.publisher = publisher)
    }

    /// Who counts the writes that are asked for; by default nobody.
    #[must_use]
    pub fn meter(self, meter: Arc<dyn Meter>) -> Self {
        self.with(|ports| ports.meter = meter)
    }

    /// Who decides who has which [`Capability`](crate::port::Capability); by default everybody has all that policy offers.
    #[must_use]
    pub fn flags(self, flags: Arc<dyn Flags>) -> Self {
        self.with(|ports| ports.flags = Some(flags))
    }

    /// How many carts are kept in memory at the most; 10,000 by default, 0 for none.
    #[must_use]
    pub fn hot_carts(self, hot_carts: usize) -> Self {
        Self { hot_carts, ..self }
    }

    /// A cache of users' current carts, each for at most so long (60 seconds in `cart-module.md`): looks at them are answered
    /// from it, writes never are, and drop what they change. By default there is none. For a store that others write to, too: where
    /// this process is the only one, the [hot carts](Self::hot_carts) are always right and nearer.
    ///
    /// What another process wrote may be missing from a look for as long as that if the cache was away then.
    #[must_use]
    pub fn cache(self, cache: Arc<dyn CartCache>, time: TimeDelta) -> Self {
        Self { user_carts: Some(UserCarts::new(cache, time)), ..self }
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
        let cursors = Cursors::new(self.cursor_key.unwrap_or_else(|| self.ports.ids.secret()));
        Ok(CartService {
            ports: self.ports,
            cursors,
            channels: self.channels,
            hot: HotCarts::new(self.hot_carts),
            user_carts: self.user_carts,
            queues: Queues::new(),
        })
    }
}
