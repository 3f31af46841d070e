//! A host whose customers are companies: its own directory says who works where, and colleagues share carts.
//!
//! `cargo run --example b2b`, then
//! `curl -H 'X-Employee: eve@acme' localhost:8082/cart-permission-groups`

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::{Arc, RwLock};

use axum::http::request::Parts;
use axum::routing::delete;
use axum::{Router, serve};
use cart_core::id::CompanyId;
use cart_core::memory::{MemoryCatalog, RandomIds, SystemClock};
use cart_core::port::Directory;
use cart_core::prelude::*;
use cart_http::company::BaseAddress;
use cart_http::live::LiveHub;
use cart_http::rate::{Limits, RateSettings};
use cart_http::shared::ShareBase;
use cart_http::{AuthError, Authenticator, Guard, company, shared};
use cart_store_sqlite::{Options, SqliteStore};
use tokio::net::TcpListener;

/// Who works for whom, as the host's personnel system knows. Whoever leaves a company loses its carts at once.
#[derive(Debug, Default)]
struct Personnel(RwLock<BTreeSet<(CompanyId, UserId)>>);

impl Personnel {
    fn of(employees: &[(&str, &str)]) -> Result<Self, Box<dyn Error>> {
        let ids =
            employees.iter().map(|(user, company)| Ok((CompanyId::new(*company)?, UserId::new(*user)?)));
        Ok(Self(RwLock::new(ids.collect::<Result<_, Box<dyn Error>>>()?)))
    }

    fn dismiss(&self, user: &str) {
        let mut employees = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        employees.retain(|(_, employee)| employee.as_str() != user);
    }
}

#[async_trait]
impl Directory for Personnel {
    async fn is_member(&self, company: &CompanyId, user: &UserId) -> Result<bool, PortError> {
        let employees = self.0.read().map_err(|_| PortError::new("personnel", "it is broken"))?;
        Ok(employees.contains(&(company.clone(), user.clone())))
    }
}

/// Takes a header at its word: in front of this host, a gateway sets it.
#[derive(Debug)]
struct Gateway;

#[async_trait]
impl Authenticator for Gateway {
    async fn authenticate(&self, request: &Parts) -> Result<Actor, AuthError> {
        let header = request.headers.get("x-employee").ok_or(AuthError::Missing)?;
        let refused = AuthError::Refused { reason: "not user@company" };
        let Some((user, company)) = header.to_str().ok().and_then(|text| text.split_once('@')) else {
            return Err(refused);
        };
        match (UserId::new(user), CompanyId::new(company)) {
            (Ok(user), Ok(company)) => Ok(Actor::User { user, company: Some(company) }),
            (Ok(_) | Err(_), _) => Err(refused),
        }
    }
}

fn catalog() -> Result<MemoryCatalog, Box<dyn Error>> {
    let catalog = MemoryCatalog::default();
    let prices = UnitPrices::undiscounted(Money::new(24_95, Currency::EUR))?;
    catalog.put(ProductId::new("paper")?, Product::new("Paper, five reams", prices));
    Ok(catalog)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = SqliteStore::open("b2b.db", &Options::default())?;
    let personnel = Arc::new(Personnel::of(&[("eve", "acme"), ("frank", "acme"), ("grace", "globex")])?);
    let hub = Arc::new(LiveHub::new(Arc::new(SystemClock)));
    let channel = ChannelId::new("b2b")?;
    let service = CartService::builder(Arc::new(store), Arc::new(catalog()?))
        .channel(channel.clone(), CartPolicy::company(), Currency::EUR)
        .directory(Arc::clone(&personnel) as _)
        .publisher(Arc::clone(&hub) as _)
        .build()?;
    let service = Arc::new(service);

    let listen = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8082".into());
    let listener = TcpListener::bind(listen).await?;
    let address = format!("http://{}", listener.local_addr()?);
    // `/carts…` shares carts; those of `/api/cart…` fill them.
    let sharing = company::router(
        Arc::clone(&service),
        channel.clone(),
        Arc::new(Gateway),
        BaseAddress::new(&address)?,
    );
    let limits = Limits::new(RateSettings::default(), Arc::new(SystemClock));
    let base = ShareBase::new(&address)?;
    let filling = shared::router(service, channel, Arc::new(Gateway), base, hub, &limits);
    let dismiss =
        async move |axum::extract::Path(user): axum::extract::Path<String>| personnel.dismiss(&user);
    let own = Router::new().route("/employees/{user}", delete(dismiss));
    let app =
        Guard::new(Arc::new(RandomIds), Arc::new(SystemClock)).around(sharing.merge(filling).merge(own));
    println!("{address}");
    Ok(serve(listener, app).await?)
}
