//! What happened to carts, posted to a receiver and signed by the [Standard Webhooks][scheme] scheme.
//!
//! [scheme]: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

mod https;
mod payload;
mod secret;
mod sink;
mod url;

use std::fmt::Debug;

use async_trait::async_trait;
use axum::BoxError;
use axum::body::Bytes;
use axum::http::{Request, StatusCode};

pub use self::https::{HttpsTransport, HttpsTransportError};
pub use self::secret::{WebhookSecret, WebhookSecretError};
pub use self::sink::WebhookSink;
pub use self::url::{WebhookUrl, WebhookUrlError};

/// Sends the requests of a [`WebhookSink`]; [`HttpsTransport`] does, and a host with an HTTP client of its own, or a proxy
/// to go through, implements it.
#[async_trait]
pub trait WebhookTransport: Debug + Send + Sync + 'static {
    /// Sends a request whose URI is absolute, and returns the status of its answer. Follows no redirect, and does not read
    /// the answer's body beyond a bound. Dropped when it takes too long.
    ///
    /// # Errors
    /// What kept the request from being answered. It is kept where operators read it, so it holds no secrets.
    async fn send(&self, request: Request<Bytes>) -> Result<StatusCode, BoxError>;
}
