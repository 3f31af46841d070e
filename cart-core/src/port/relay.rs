//! Where it is kept how far the journal was handed on.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::id::CartId;
use crate::journal::Position;
use crate::version::Version;

/// Remembers how far relays have handed the journal on.
#[async_trait]
pub trait RelayLedger: Debug + Send + Sync + 'static {
    /// Up to where a relay has come; the start of the journal if it is new.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn relayed(&self, relay: &RelayName) -> Result<Position, StoreError>;

    /// The carts that a relay holds back, by what comes first: when they are due, then by id; those that are parked come
    /// last. At most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn held_back(&self, relay: &RelayName, limit: usize) -> Result<Vec<HeldBack>, StoreError>;

    /// Those of the carts that a relay holds back.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn held_among(&self, relay: &RelayName, carts: &[CartId]) -> Result<Vec<HeldBack>, StoreError>;

    /// Notes progress, all of it or nothing, and returns once it is durable.
    ///
    /// # Errors
    /// What the store cannot do; for [`StoreError::Unknown`] it may have happened.
    async fn note_progress(&self, relay: &RelayName, progress: Progress) -> Result<(), StoreError>;
}

/// Names a relay: 1 to 64 visible ASCII characters. Each relay hands on the whole journal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelayName(Arc<str>);

/// Text that is not the name of a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a relay is 1 to 64 visible ASCII characters")]
pub struct RelayNameError;

impl RelayName {
    /// Checks and wraps a name.
    ///
    /// # Errors
    /// [`RelayNameError`] if it is empty, too long, or holds anything but visible ASCII.
    pub fn new(text: impl AsRef<str>) -> Result<Self, RelayNameError> {
        let text = text.as_ref();
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.into())) } else { Err(RelayNameError) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A cart whose entries a relay holds back, because its sink did not take one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBack {
    /// Which cart.
    pub cart: CartId,
    /// The version of the entry that was not taken; it and all that follow are held back.
    pub from: Version,
    /// How often that entry was tried.
    pub tries: u32,
    /// When it is tried again (UTC); none if it is parked until somebody decides.
    pub due_at: Option<DateTime<Utc>>,
    /// Why it was not taken, for the host's operators; at most 500 characters.
    pub reason: String,
}

/// What a relay has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Up to where it has come; where it was if absent.
    pub to: Option<Position>,
    /// Carts that are held back from now on, or in another way.
    pub hold: Vec<HeldBack>,
    /// Carts that are not held back any more.
    pub release: Vec<CartId>,
}
