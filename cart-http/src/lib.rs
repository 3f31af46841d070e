//! axum routers for `cart-core`, with what a server on the open internet needs around them.
//!
//! * [`shop`] is the cart of a shop: each signed-in user has one.
//! * [`orders`] is how that cart is ordered and paid for.
//! * [`module`] is the cart of the cart module: prices as they were at the add, one coupon, a view for support.
//! * [`company`] is the carts of companies, shared with colleagues.
//! * [`shared`] is carts that are shared by link, with suggestions, history and undo.
//! * [`telecom`] is carts that are found by their id, of guests and customers, and ordered where they are.
//! * [`live`] tells readers of a cart what happens to it, as it happens.
//! * [`rate`] limits how often somebody may ask.
//! * [`cache`] has the settings of a cache of carts.
//! * [`jobs`] runs what a service has to do from time to time.
//! * [`Guard`] surrounds a host's routers: request ids, problem documents, deadlines, private answers.
//! * [`Authenticator`] says who is asking; [`JwtAuthenticator`] reads bearer tokens.
//! * [`StrictJson`] reads bodies, [`IfMatch`] and [`idempotency_key`] the headers of writes.
//! * [`sinks`] is where a relay may hand what happened to carts: the log, signed webhooks.
//! * [`serve()`](serve::serve) is an accept loop in which no connection can stay for ever.
//!
//! A host mounts the routers that it wants beside its own, and says who its users are:
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use axum::http::request::Parts;
//! use axum::routing::get;
//! use cart_core::memory::{MemoryCatalog, MemoryStore, RandomIds, SystemClock};
//! use cart_core::prelude::*;
//! use cart_http::{AuthError, Authenticator, Guard, shop};
//!
//! /// The sessions that the host keeps for its users.
//! #[derive(Debug)]
//! struct Sessions;
//!
//! impl Sessions {
//!     fn user(&self, session: &str) -> Option<UserId> {
//!         (session == "c2Vzc2lvbiBvZiBhbm4").then(|| UserId::new("ann").ok()).flatten()
//!     }
//! }
//!
//! #[async_trait]
//! impl Authenticator for Sessions {
//!     async fn authenticate(&self, request: &Parts) -> Result<Actor, AuthError> {
//!         let session = request.headers.get("x-session").ok_or(AuthError::Missing)?;
//!         let user = session.to_str().ok().and_then(|session| self.user(session));
//!         user.map(Actor::user).ok_or(AuthError::Refused { reason: "no such session" })
//!     }
//! }
//!
//! let channel = ChannelId::new("shop")?;
//! let service = CartService::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryCatalog::default()))
//!     .channel(channel.clone(), CartPolicy::storefront(), Currency::EUR)
//!     .build()?;
//!
//! let own = Router::new().route("/", get(async || "Welcome"));
//! let carts = shop::router(Arc::new(service), channel, Arc::new(Sessions));
//! let app: Router = Guard::new(Arc::new(RandomIds), Arc::new(SystemClock)).around(own.merge(carts));
//! // cart_http::serve::serve(listener, app, ServeLimits::default(), shutdown).await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! `serve`: the accept loop. `jwt`: bearer tokens. Both are on by default.
//!
//! `metrics`: `ops`, counts for Prometheus, and probes for load balancers.
//!
//! `openapi`: `openapi`, the description of the surfaces as OpenAPI 3.1, and routes that serve it.
//!
//! `open-feature`: `flags::OpenFeatureFlags`, which lets a host's flags decide who has which capability.
//!
//! `webhooks`: `sinks::WebhookSink`, which posts what happened to carts to a receiver.

mod amount;
mod auth;
mod author;
mod body;
pub mod cache;
mod change;
mod choices;
mod clash;
pub mod company;
mod count;
mod deadline;
mod dialect;
mod edits;
mod explanation;
#[cfg(feature = "open-feature")]
pub mod flags;
mod guard;
mod idempotency;
pub mod jobs;
mod json;
mod left_out;
pub mod live;
pub mod module;
mod not_applied;
mod notice;
mod obstacle;
#[cfg(feature = "openapi")]
pub mod openapi;
#[cfg(feature = "metrics")]
pub mod ops;
pub mod orders;
mod path;
mod precondition;
mod priced;
mod problem;
pub mod rate;
mod request_id;
#[cfg(feature = "serve")]
pub mod serve;
pub mod shared;
pub mod shop;
mod shopper;
pub mod sinks;
mod stopping;
pub mod telecom;
mod write;

pub use auth::{AuthError, Authenticated, Authenticator};
#[cfg(feature = "jwt")]
pub use auth::{JwtAuthenticator, JwtSecret, JwtSecretError};
pub use body::BodyTooSlow;
pub use guard::Guard;
pub use idempotency::idempotency_key;
pub use json::{StrictJson, decode};
pub use precondition::{IfMatch, etag};
pub use problem::{Problem, ProblemCode};
pub use request_id::{RequestId, X_REQUEST_ID};
