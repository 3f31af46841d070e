//! The whole thing as a web host: `cargo run --release --example storefront`.
//!
//! It opens an SQLite file, reads a demo world, serves a page to shop in and the cart API behind it, and prints `curl`
//! commands that work.

mod account;
mod demo;
mod guests;
mod page;
mod provider;
mod settings;
mod surfaces;
mod world;

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use cart_core::memory::{MemoryCartCache, RandomIds, SystemClock};
use cart_core::port::{Clock, Ids, StockLedger};
use cart_core::service::CartService;
use cart_http::jobs::Jobs;
use cart_http::live::LiveHub;
use cart_http::ops::Metrics;
use cart_http::serve::{ServeLimits, serve};
use cart_http::{JwtAuthenticator, JwtSecret};
use cart_store_sqlite::{Options, SqliteOrderBook, SqliteStore};
use provider::DemoProvider;
use settings::Settings;
use surfaces::Surfaces;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tracing_subscriber::filter::LevelFilter;
use world::World;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    // Failures go to standard error with their causes; the page is on standard output.
    tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).with_writer(std::io::stderr).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            demo::print_failure(&*error);
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let settings = Settings::from_env()?;
    let world = World::parse(&world_text(settings.world.as_deref())?)
        .map_err(|error| format!("CART_WORLD: {error}"))?;
    let hub = Arc::new(LiveHub::new(Arc::new(SystemClock)));
    let metrics = Arc::new(surfaces::metrics(&hub));
    let store = open_store(&settings, &metrics)?;
    let authenticator = Arc::new(JwtAuthenticator::new(jwt_secret(&settings)?, Arc::new(SystemClock)));

    let cannot_listen = |error| format!("CART_LISTEN: cannot listen on {}: {error}", settings.listen);
    let listener = TcpListener::bind(settings.listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr()?;
    let provider = Arc::new(provider(&world, &settings, address)?);
    let parts = Parts { store: Arc::clone(&store), hub: Arc::clone(&hub), provider: Arc::clone(&provider) };
    let service = Arc::new(service(&world, &settings, parts, &metrics).await?);
    let towels = format!("towels-{}", RandomIds.uuid(SystemClock.now()).simple());
    demo::print_page(address, &settings, &world, &towels);
    let (stop, stopped) = oneshot::channel::<()>();
    let jobs = Jobs::of_service(Arc::clone(&service), &settings.jobs);
    // The jobs stop when the server has: their sender goes.
    let jobs = tokio::spawn(jobs.run(async { drop(stopped.await) }));
    let surfaces = Surfaces { service, hub, provider, authenticator, metrics, store };
    let app = surfaces.mount(&settings, address, world)?;
    let served = serve(listener, app, ServeLimits::default(), shutdown()).await;
    drop(stop);
    jobs.await?;
    demo::print_farewell(served.cut);
    Ok(())
}

fn world_text(path: Option<&Path>) -> Result<String, Error> {
    match path {
        Some(path) => {
            let unreadable = |error| format!("CART_WORLD: cannot read {}: {error}", path.display());
            Ok(std::fs::read_to_string(path).map_err(unreadable)?)
        }
        None => Ok(include_str!("world.json").to_owned()),
    }
}

fn open_store(settings: &Settings, metrics: &Arc<Metrics>) -> Result<Arc<SqliteStore>, Error> {
    if let Some(folder) = settings.database.parent() {
        let unusable = |error| format!("CART_DATABASE: cannot make {}: {error}", folder.display());
        std::fs::create_dir_all(folder).map_err(unusable)?;
    }
    let options = Options::default().durability(settings.durability).meter(Arc::clone(metrics) as _);
    let options = settings.key_ring.iter().cloned().fold(options, Options::key_ring);
    Ok(Arc::new(SqliteStore::open(&settings.database, &options)?))
}

/// What the service is made of besides the world.
struct Parts {
    store: Arc<SqliteStore>,
    hub: Arc<LiveHub>,
    provider: Arc<DemoProvider>,
}

/// The service, with orders and stock in the same file as the carts.
async fn service(
    world: &World,
    settings: &Settings,
    Parts { store, hub, provider }: Parts,
    metrics: &Arc<Metrics>,
) -> Result<CartService, Error> {
    supply(world, &store).await?;
    let orders = SqliteOrderBook::new(Arc::clone(&store), Arc::new(SystemClock));
    let service = world.service(store, settings.checkout_time);
    let service = service.map_err(|error| format!("CART_WORLD: {error}"))?;
    let cache = Arc::new(MemoryCartCache::new(10_000, Arc::new(SystemClock)));
    let service = service.cache(cache, settings.cache.time);
    let service = service.flags(Arc::clone(&settings.rollout) as _);
    let service = service.publisher(metrics.publisher(hub)).meter(Arc::clone(metrics) as _);
    Ok(service.stock_in_store().orders(Arc::new(orders)).payments(provider).build()?)
}

/// Supplies what the world begins with, unless that was done before.
async fn supply(world: &World, store: &SqliteStore) -> Result<(), Error> {
    let now = SystemClock.now();
    for (item, units) in world.supplies() {
        let known = store.stock(std::slice::from_ref(item), None, now).await?;
        if known.first().is_none_or(Option::is_none) {
            store.set_supply(item, units, now).await?;
        }
    }
    Ok(())
}

/// The payment provider, whose file is beside the database.
fn provider(world: &World, settings: &Settings, address: SocketAddr) -> Result<DemoProvider, Error> {
    let scripts = world.scripts().map_err(|error| format!("CART_WORLD: {error}"))?;
    let file = settings.database.with_extension("payments.json");
    let unusable = |error| format!("cannot read {}: {error}", file.display());
    Ok(DemoProvider::open(scripts, &file, RandomIds.secret(), address).map_err(unusable)?)
}

fn jwt_secret(settings: &Settings) -> Result<JwtSecret, Error> {
    match &settings.jwt_secret {
        Some(secret) => {
            Ok(JwtSecret::new(secret.as_bytes()).map_err(|error| format!("CART_JWT_SECRET: {error}"))?)
        }
        None => Ok(JwtSecret::new(RandomIds.secret())?),
    }
}

/// Returns when the process is asked to end: by ctrl-c, or by a service manager.
async fn shutdown() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
            return;
        }
    }
    let _ = interrupted.await;
}
