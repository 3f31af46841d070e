//! A sink that calls back.

use std::fmt;

use async_trait::async_trait;

use crate::journal::Entry;
use crate::port::{EventSink, SinkError};

/// Hands each entry to a closure, which must not block.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::mpsc;
///
/// use cart_core::memory::{CallbackSink, MemoryStore, SystemClock};
/// use cart_core::port::{RelayName, SinkError};
/// use cart_core::service::Relay;
/// # use cart_core::testing::block_on;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (sender, receiver) = mpsc::channel();
/// let sink = CallbackSink::new(move |entry| {
///     sender.send(entry.cart).map_err(|gone| SinkError::Unavailable(gone.into()))
/// });
/// let store = Arc::new(MemoryStore::default());
/// let relay = Relay::new(store, Arc::new(sink), Arc::new(SystemClock), RelayName::new("search")?);
/// # block_on(async {
/// assert!(relay.run(1000).await?.is_done);
/// # Ok::<(), cart_core::port::StoreError>(())
/// # })?;
/// assert_eq!(receiver.try_iter().count(), 0); // Nothing has happened yet.
/// # Ok(())
/// # }
/// ```
pub struct CallbackSink<F>(F);

impl<F> CallbackSink<F>
where
    F: Fn(&Entry) -> Result<(), SinkError> + Send + Sync + 'static,
{
    /// Calls a closure with each entry.
    pub const fn new(callback: F) -> Self {
        Self(callback)
    }
}

impl<F> fmt::Debug for CallbackSink<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackSink(..)")
    }
}

#[async_trait]
impl<F> EventSink for CallbackSink<F>
where
    F: Fn(&Entry) -> Result<(), SinkError> + Send + Sync + 'static,
{
    async fn deliver(&self, entry: &Entry) -> Result<(), SinkError> {
        (self.0)(entry)
    }
}
