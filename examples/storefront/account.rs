//! What the page needs besides the cart: the catalogue, the account, the orders. A real host has these elsewhere.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use cart_core::actor::Actor;
use cart_core::memory::SystemClock;
use cart_core::port::{Clock as _, StockLedger as _, StoreError};
use cart_core::service::CartError;
use cart_http::{AuthError, Authenticated, Authenticator, Problem, ProblemCode};
use cart_store_sqlite::{Order, SqliteOrderBook, SqliteStore};
use serde_json::{Value, json};

use crate::world::{World, WorldUser};

/// How many orders are listed.
const ORDERS: usize = 50;

#[derive(Clone, Debug)]
struct Account {
    world: Arc<World>,
    store: Arc<SqliteStore>,
    authenticator: Arc<dyn Authenticator>,
}

impl FromRef<Account> for Arc<dyn Authenticator> {
    fn from_ref(account: &Account) -> Self {
        Arc::clone(&account.authenticator)
    }
}

/// `GET /demo/world`, `/demo/me` and `/demo/orders`.
pub(crate) fn router(
    world: Arc<World>,
    store: Arc<SqliteStore>,
    authenticator: Arc<dyn Authenticator>,
) -> Router {
    Router::new()
        .route("/demo/world", get(catalogue))
        .route("/demo/me", get(me))
        .route("/demo/orders", get(orders))
        .with_state(Account { world, store, authenticator })
}

/// What is for sale: at somebody's own prices, if they say who they are.
async fn catalogue(State(account): State<Account>, request: Parts) -> Result<Json<Value>, Problem> {
    let user = match account.authenticator.authenticate(&request).await {
        Ok(actor) => account.user(&actor),
        Err(AuthError::Missing) => None,
        Err(error) => return Err(error.into()),
    };
    let items: Vec<_> = account.world.supplies().map(|(item, _)| item.clone()).collect();
    let levels = account.store.stock(&items, None, SystemClock.now()).await.map_err(unreadable)?;
    let free = |item: &_| {
        let place = items.iter().position(|known| known == item)?;
        Some((*levels.get(place)?)?.free())
    };
    Ok(Json(account.world.listed(user, free)))
}

async fn me(
    State(account): State<Account>,
    Authenticated(actor): Authenticated,
) -> Result<Json<Value>, Problem> {
    let user = account.user(&actor).ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    Ok(Json(account.world.account(user)))
}

async fn orders(
    State(account): State<Account>,
    Authenticated(actor): Authenticated,
) -> Result<Json<Value>, Problem> {
    let owner = actor.owner().ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    let book = SqliteOrderBook::new(Arc::clone(&account.store), Arc::new(SystemClock));
    let orders = book.orders_of(&owner, None, ORDERS).await.map_err(unreadable)?;
    Ok(Json(json!({"orders": orders.iter().map(listed).collect::<Vec<_>>()})))
}

impl Account {
    fn user(&self, actor: &Actor) -> Option<&WorldUser> {
        match actor {
            Actor::User { user, .. } => self.world.user(user),
            Actor::Guest(_) | Actor::LinkBearer(_) | Actor::Staff(_) | Actor::System => None,
        }
    }
}

fn listed(Order { placed, status, draft, created_at, .. }: &Order) -> Value {
    let items = draft.lines.iter().map(|line| {
        json!({"name": line.name, "quantity": line.quantity, "total": line.amounts.total.to_decimal()})
    });
    json!({
        "order_number": placed.number,
        "confirmation_number": placed.confirmation,
        "status": status.as_str(),
        "created_at": created_at,
        "cart_id": draft.cart,
        "currency": draft.currency.code(),
        "total": draft.totals.total.to_decimal(),
        "items": items.collect::<Vec<_>>(),
    })
}

fn unreadable(error: StoreError) -> Problem {
    CartError::from(error).into()
}
