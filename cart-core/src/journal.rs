//! The journal: what happened to carts, in order.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::ActorRef;
use crate::event::CartEvent;
use crate::id::{CartId, LineId};
use crate::notice::Notice;
use crate::rejection::Rejection;
use crate::version::Version;

/// One accepted write of a cart. Folding a cart's entries from the first gives the cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Which cart.
    pub cart: CartId,
    /// The version that the write gave the cart.
    pub version: Version,
    /// When (UTC, whole microseconds).
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: ActorRef,
    /// The request that asked for it.
    pub request: Request,
    /// What changed; never empty.
    pub events: Vec<CartEvent>,
    /// What else was answered.
    #[serde(default, skip_serializing_if = "Reply::is_empty")]
    pub reply: Reply,
}

/// A place in the journal over all carts: grows with every entry, not necessarily by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

/// An entry and where it stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Positioned {
    /// Where it stands.
    pub position: Position,
    /// The entry.
    pub entry: Entry,
}

/// Identifies a request, so that its effect happens once however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The key; unique per cart and actor where the caller gave it.
    pub key: RequestKey,
    /// Who made the key.
    pub origin: KeyOrigin,
}

/// Who made a request key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "made_by", rename_all = "snake_case")]
pub enum KeyOrigin {
    /// The caller: the request may come again, and is then answered with the first answer.
    Caller {
        /// What was asked for; another request with the same key is refused.
        fingerprint: Fingerprint,
    },
    /// The service, to settle whether a commit happened; nobody else knows the key.
    Service,
}

/// A key that names one request: 1 to 128 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct RequestKey(String);

/// Text that is not a request key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a request key is 1 to 128 visible ASCII characters")]
pub struct RequestKeyError;

impl RequestKey {
    /// The most characters of a key, inclusive.
    pub const MAX_CHARS: usize = 128;

    /// Checks and wraps a key.
    ///
    /// # Errors
    /// [`RequestKeyError`] if it is empty, too long, or holds anything but visible ASCII.
    pub fn new(text: impl Into<String>) -> Result<Self, RequestKeyError> {
        let text = text.into();
        let fits = (1..=Self::MAX_CHARS).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(RequestKeyError)
        }
    }

    pub(crate) fn from_uuid(uuid: uuid::Uuid) -> Self {
        Self(uuid.to_string())
    }

    /// The text of the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RequestKey {
    type Error = RequestKeyError;
    fn try_from(text: String) -> Result<Self, RequestKeyError> {
        Self::new(text)
    }
}

impl fmt::Display for RequestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first 128 bits of the SHA-256 digest of what a request asked for: tells a repeated request from another
/// one that uses the same key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(uuid::Uuid);

impl Fingerprint {
    /// The fingerprint of a request's canonical bytes.
    pub fn of(canonical: &[u8]) -> Self {
        Self(digest_128(&[canonical]))
    }

    /// The bits, most significant byte first, as a store keeps them.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }

    /// Reads what [`Fingerprint::to_bytes`] wrote.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(uuid::Uuid::from_bytes(bytes))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({})", self.0.simple())
    }
}

/// 128 bits of SHA-256 over the parts, each with its length before it.
pub(crate) fn digest_128(parts: &[&[u8]]) -> uuid::Uuid {
    let mut hash = hmac_sha256::Hash::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let [first @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = hash.finalize();
    uuid::Uuid::from_bytes(first)
}

/// What was answered besides the changed cart; kept so that a repeated request gets the same answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// What the command itself had to say, such as a clamped quantity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// What became of each edit, in order; only for batches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<EditOutcome>,
}

impl Reply {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.notices.is_empty() && self.edits.is_empty()
    }
}

/// What became of one edit of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum EditOutcome {
    /// It was done, or was so already.
    Done {
        /// The line it was about.
        line: LineId,
    },
    /// It was refused; the other edits are not affected.
    Refused {
        /// Why.
        reason: Rejection,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_visible_ascii_of_bounded_length() {
        for text in ["", "a b", "é", "a\n", &"k".repeat(129)] {
            assert!(RequestKey::new(text).is_err(), "{text:?}");
        }
        assert!(RequestKey::new("k".repeat(128)).is_ok());
    }
}
