//! axum routers for `cart-core`, with what a server on the open internet needs around them.
//!
//! * [`Guard`] surrounds a host's routers: request ids, problem documents, private answers.
//! * [`Authenticator`] says who is asking; [`JwtAuthenticator`] reads bearer tokens.
//! * [`StrictJson`] reads bodies, [`IfMatch`] and [`idempotency_key`] the headers of writes.
//! * [`serve()`](serve::serve) is an accept loop in which no connection can stay for ever.

mod auth;
mod body;
mod deadline;
mod guard;
mod idempotency;
mod json;
mod precondition;
mod problem;
mod request_id;
#[cfg(feature = "serve")]
pub mod serve;
pub mod shop;

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
