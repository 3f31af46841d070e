//! Where a [`Relay`](cart_core::service::Relay) may hand what happened to carts.
//!
//! * [`TracingSink`] writes a line to the log for each write, without anything personal.
//! * `WebhookSink` (feature `webhooks`) posts each write to a receiver, signed.

mod trace;
#[cfg(feature = "webhooks")]
mod webhook;

pub use self::trace::TracingSink;
#[cfg(feature = "webhooks")]
pub use self::webhook::{
    HttpsTransport, HttpsTransportError, WebhookSecret, WebhookSecretError, WebhookSink, WebhookTransport,
    WebhookUrl, WebhookUrlError,
};
