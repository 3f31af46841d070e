//! A host with an axum app and sessions of its own, which mounts the shop's carts beside its pages.
//!
//! `cargo run --example own_app`, then
//! `curl -b session=$(curl -s -X POST localhost:8081/login -d ann) localhost:8081/api/shop/cart`

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{get, post};
use axum::{Router, serve};
use cart_core::memory::{MemoryCatalog, RandomIds, SystemClock};
use cart_core::port::Ids as _;
use cart_core::prelude::*;
use cart_http::{AuthError, Authenticator, Guard, shop};
use cart_store_sqlite::{Options, SqliteStore};
use tokio::net::TcpListener;

/// Who is signed in, by the value of the cookie `session`.
#[derive(Debug, Default)]
struct Sessions(Mutex<HashMap<String, UserId>>);

impl Sessions {
    fn sign_in(&self, user: UserId) -> String {
        let secret = RandomIds.secret().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(secret.clone(), user);
        secret
    }

    fn user(&self, session: &str) -> Option<UserId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(session).cloned()
    }
}

/// Who is asking is the host's to say: the carts ask it for every request.
#[async_trait]
impl Authenticator for Sessions {
    async fn authenticate(&self, request: &Parts) -> Result<Actor, AuthError> {
        let cookies = request.headers.get("cookie").and_then(|cookies| cookies.to_str().ok());
        let mut cookies = cookies.unwrap_or_default().split("; ");
        let session = cookies.find_map(|cookie| cookie.strip_prefix("session=")).ok_or(AuthError::Missing)?;
        let user = self.user(session).ok_or(AuthError::Refused { reason: "no such session" })?;
        Ok(Actor::user(user))
    }
}

/// A page of the host's own: anybody is whom they say they are, in an example.
async fn sign_in(State(sessions): State<Arc<Sessions>>, name: String) -> Result<String, StatusCode> {
    let user = UserId::new(name).map_err(|_| StatusCode::UNPROCESSABLE_ENTITY)?;
    Ok(sessions.sign_in(user))
}

fn catalog() -> Result<MemoryCatalog, Box<dyn Error>> {
    let catalog = MemoryCatalog::default();
    let prices = UnitPrices::undiscounted(Money::new(12_50, Currency::EUR))?;
    catalog.put(ProductId::new("mug")?, Product::new("Mug", prices));
    Ok(catalog)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = SqliteStore::open("own_app.db", &Options::default())?;
    let channel = ChannelId::new("shop")?;
    let service = CartService::builder(Arc::new(store), Arc::new(catalog()?))
        .channel(channel.clone(), CartPolicy::storefront(), Currency::EUR)
        .build()?;
    let sessions = Arc::new(Sessions::default());

    let own = Router::new()
        .route("/", get(async || "Welcome"))
        .route("/login", post(sign_in))
        .with_state(Arc::clone(&sessions));
    let carts = shop::router(Arc::new(service), channel, sessions);
    let app = Guard::new(Arc::new(RandomIds), Arc::new(SystemClock)).around(own.merge(carts));

    let listen = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8081".into());
    let listener = TcpListener::bind(listen).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(serve(listener, app).await?)
}
