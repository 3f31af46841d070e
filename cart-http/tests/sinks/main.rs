//! The ready-made sinks, fed by a relay from a store in memory.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail anywhere")]

mod log;
#[cfg(feature = "webhooks")]
mod receiver;
mod shop;
#[cfg(feature = "webhooks")]
mod tls;
#[cfg(feature = "webhooks")]
mod webhooks;
