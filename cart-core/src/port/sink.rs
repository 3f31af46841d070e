//! Where a host learns what happened to carts.

use std::fmt::Debug;

use async_trait::async_trait;

use super::BoxError;
use crate::journal::Entry;

/// Takes what happened, for the host's own purposes: search, mail, analytics.
///
/// A [`Relay`](crate::service::Relay) hands it every entry of the journal at least once, those of one cart in the order
/// of their versions. Entries come again after a crash: the cart and its version tell one that was seen before.
#[async_trait]
pub trait EventSink: Debug + Send + Sync + 'static {
    /// Takes one entry. Once this returns, the entry is not handed over again, save after a crash.
    ///
    /// # Errors
    /// [`SinkError`]; the entries of the same cart that follow wait for this one.
    async fn deliver(&self, entry: &Entry) -> Result<(), SinkError>;
}

/// Why a sink did not take an entry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// It cannot now; the same entry may be taken later.
    #[error("the sink is unavailable")]
    Unavailable(#[source] BoxError),
    /// It never will take this entry.
    #[error("the sink refuses the entry")]
    Refused(#[source] BoxError),
}
