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
    /// How far a relay has come; [`Checkpoint::default`] if it is new.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn checkpoint(&self, relay: &RelayName) -> Result<Checkpoint, StoreError>;

    /// The carts that a relay holds back and that are due at `now` (`due_at <= now`), the longest due first, by id where
    /// that is the same; at most `limit`. Costs the same however many are parked or not due yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn held_due(
        &self,
        relay: &RelayName,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError>;

    /// The carts that are parked, by rising id, from after the one named (from the first if none); at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn parked(
        &self,
        relay: &RelayName,
        after: Option<CartId>,
        limit: usize,
    ) -> Result<Vec<HeldBack>, StoreError>;

    /// Those of the carts that a relay holds back, in any order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn held_among(&self, relay: &RelayName, carts: &[CartId]) -> Result<Vec<HeldBack>, StoreError>;

    /// Notes progress, all of it or nothing, and returns once it is durable; answers whether it was noted. It is not if
    /// any progress of the relay was noted since the checkpoint with the revision [`Progress::since`], so that of two
    /// runs at once neither undoes what the other has noted. Noting raises the revision by one.
    ///
    /// # Errors
    /// What the store cannot do; for [`StoreError::Unknown`] it may have happened.
    async fn note_progress(&self, relay: &RelayName, progress: Progress) -> Result<bool, StoreError>;
}

/// How far a relay has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Every entry up to here was handed over, or its cart is held back; the start of the journal at first.
    pub position: Position,
    /// How often progress was noted.
    pub revision: u64,
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
    /// The version of the entry that is to be handed over next; before it, all were.
    pub from: Version,
    /// The version of the last entry up to the relay's position, at least [`HeldBack::from`]. What follows is not held
    /// back: the relay has yet to come to it.
    pub to: Version,
    /// How often the entry of `from` was tried.
    pub tries: u32,
    /// When it is tried again (UTC); none if it is parked until somebody decides.
    pub due_at: Option<DateTime<Utc>>,
    /// Why it was not taken, in the sink's words, for the host's operators; at most 500 characters.
    pub reason: String,
}

/// What a relay has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The revision of the checkpoint from which it was done.
    pub since: u64,
    /// Up to where the relay has come; where it was if absent. Never back.
    pub to: Option<Position>,
    /// Carts that are held back from now on, or in another way; each at most once.
    pub hold: Vec<HeldBack>,
    /// Carts that are not held back any more; none of those of `hold`.
    pub release: Vec<CartId>,
}
