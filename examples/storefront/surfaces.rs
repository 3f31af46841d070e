//! What is served, and where.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use cart_core::memory::{RandomIds, SystemClock};
use cart_core::port::{CheckoutIndex as _, Clock as _, PortError};
use cart_core::service::CartService;
use cart_http::company::BaseAddress;
use cart_http::live::LiveHub;
use cart_http::openapi::{self, Document};
use cart_http::ops::{self, Metrics, Readiness};
use cart_http::rate::Limits;
use cart_http::shared::ShareBase;
use cart_http::{Guard, JwtAuthenticator, company, module, orders, shared, shop, telecom};
use cart_store_sqlite::SqliteStore;

use crate::guests::UsersAndGuests;
use crate::provider::DemoProvider;
use crate::settings::Settings;
use crate::world::World;
use crate::{Error, account, demo, page};

/// All that the routes need.
pub(crate) struct Surfaces {
    pub(crate) service: Arc<CartService>,
    pub(crate) hub: Arc<LiveHub>,
    pub(crate) provider: Arc<DemoProvider>,
    pub(crate) authenticator: Arc<JwtAuthenticator>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) store: Arc<SqliteStore>,
}

impl Surfaces {
    /// All routes, guarded. A real host would serve those of [`ops`] where only it gets to.
    pub(crate) fn mount(
        self,
        settings: &Settings,
        address: SocketAddr,
        world: World,
    ) -> Result<Router, Error> {
        let carts = self.carts(settings, address, &world)?;
        let (world, store) = (Arc::new(world), Arc::clone(&self.store));
        let demo = demo::router(Arc::clone(&world), Arc::clone(&self.authenticator));
        let account = account::router(world, store, Arc::clone(&self.authenticator) as _);
        let pages = page::router().merge(self.provider.router());
        let guard = Guard::new(Arc::new(RandomIds), Arc::new(SystemClock)).metrics(Arc::clone(&self.metrics));
        let guarded = guard.around(carts.merge(pages).merge(demo).merge(account));
        let described = openapi::router(&described());
        Ok(guarded.merge(described).merge(ops::router(self.metrics, Arc::new(Writable(self.store)))))
    }

    /// The carts of each document, and the orders of those whose carts are not ordered where they are.
    fn carts(&self, settings: &Settings, address: SocketAddr, world: &World) -> Result<Router, Error> {
        let own = settings.share_base.clone().unwrap_or_else(|| format!("http://{address}"));
        let links = ShareBase::new(&own).map_err(|error| format!("CART_SHARE_BASE: {error}"))?;
        let base = BaseAddress::new(&own).map_err(|error| format!("CART_SHARE_BASE: {error}"))?;
        let (shop, shared) = (|| world.channel.clone(), || world.shared_channel.clone());
        let (digital, paid) = (|| world.module_channel.clone(), || Arc::clone(&self.provider) as _);
        let guests = Arc::new(UsersAndGuests(Arc::clone(&self.authenticator)));
        let (service, who) = (|| Arc::clone(&self.service), || Arc::clone(&self.authenticator) as _);
        let limits = Limits::new(settings.rates.clone(), Arc::new(SystemClock));
        let orders = || limits.checkouts.clone();
        let companies = company::router(service(), shared(), who(), base);
        let hub = Arc::clone(&self.hub);
        Ok(shop::router(service(), shop(), who())
            .merge(orders::router_under("/api/shop/orders", service(), shop(), who(), paid(), orders()))
            .merge(orders::router(service(), digital(), who(), paid(), orders()))
            .merge(shared::router(service(), shared(), who(), links, hub, &limits))
            .merge(company::in_form(limits.writes.clone().around(who(), companies)))
            .merge(module::router(service(), digital(), who(), limits.writes.clone()))
            .merge(telecom::router(
                service(),
                world.telecom_channel.clone(),
                guests,
                limits.requests.clone(),
            )))
    }
}

/// What is mounted. The demo's own routes are not described.
fn described() -> Document {
    Document::merged([
        openapi::shop(),
        openapi::orders_under("shop_orders", "/api/shop/orders"),
        openapi::orders(),
        openapi::shared(),
        openapi::company(),
        openapi::module(),
        openapi::telecom(),
        openapi::ops(),
    ])
}

/// What is counted, and how many read along.
pub(crate) fn metrics(hub: &Arc<LiveHub>) -> Metrics {
    let (streams, carts) = (Arc::clone(hub), Arc::clone(hub));
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Metrics::new().gauge("live_streams", "Streams that are open", move || number(streams.streams())).gauge(
        "live_carts",
        "Carts that have open streams",
        move || number(carts.carts()),
    )
}

/// Ready as long as the file can be read and is written to. Its schema is the current one since it was opened.
#[derive(Debug)]
struct Writable(Arc<SqliteStore>);

#[async_trait]
impl Readiness for Writable {
    async fn ready(&self) -> Result<(), PortError> {
        if self.0.is_stopped() {
            return Err(PortError::new("store", "a commit failed at the disk"));
        }
        let due = self.0.checkouts_due(SystemClock.now(), 1).await;
        due.map(drop).map_err(|error| PortError::new("store", error))
    }
}
