//! The keys of a host.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::aead;
use crate::format::{self, OpenError, Sealed};
use crate::key::{KeyError, KeyId, SealKey};
use crate::place::Place;

/// The key that seals, and older ones that still open. Clones share the keys.
#[derive(Clone)]
pub struct KeyRing(Arc<Keys>);

#[derive(Clone)]
struct Keys {
    current: (KeyId, SealKey),
    old: Vec<(KeyId, SealKey)>,
}

/// Why keys do not make a ring. It never holds a key's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// There is no key.
    #[error("the key ring is empty")]
    Empty,
    /// An entry is not an id and a key with a colon between them.
    #[error("entry {position} of the key ring is not <id>:<key> with an id from 0 to 4294967295")]
    Malformed {
        /// Which entry, counted from 1.
        position: usize,
    },
    /// What is given as a key cannot be one.
    #[error("key {key} of the key ring cannot be used")]
    Key {
        /// The id that it was given under.
        key: KeyId,
        /// What is wrong with it.
        source: KeyError,
    },
    /// Two different keys have this id.
    #[error("two keys of the key ring have the id {key}")]
    IdTaken {
        /// The id of both.
        key: KeyId,
    },
}

impl KeyRing {
    /// A ring of one key, which seals and opens.
    pub fn new(id: KeyId, key: SealKey) -> Self {
        Self(Arc::new(Keys { current: (id, key), old: Vec::new() }))
    }

    /// Adds a key that only opens. Adding a key that is there already changes nothing.
    ///
    /// # Errors
    /// [`KeyRingError::IdTaken`] if another key has the id.
    pub fn and_old(mut self, id: KeyId, key: SealKey) -> Result<Self, KeyRingError> {
        match self.0.find(id) {
            Some(known) if known.bytes() == key.bytes() => {}
            Some(_) => return Err(KeyRingError::IdTaken { key: id }),
            None => Arc::make_mut(&mut self.0).old.push((id, key)),
        }
        Ok(self)
    }

    /// The id of the key that seals.
    pub fn current(&self) -> KeyId {
        self.0.current.0
    }

    /// Seals a value for a place with the current key, under a nonce of its own.
    ///
    /// The result is [`OVERHEAD`](crate::OVERHEAD) bytes longer than the value; equal values give different results.
    ///
    /// # Panics
    /// If the operating system has no random bytes, or for a value of 256 GiB and more.
    pub fn seal(&self, plain: &[u8], place: &Place<'_>) -> Vec<u8> {
        let (id, key) = &self.0.current;
        format::seal(*id, key, &aead::fresh_nonce(), plain, place)
    }

    /// Opens what any key of this ring has sealed for this place.
    ///
    /// # Errors
    /// [`OpenError::NotSealed`] for what is not a sealed value, [`OpenError::KeyMissing`] if its key is not in the
    /// ring, [`OpenError::Forged`] if it was altered or belongs to another place.
    pub fn open(&self, sealed: &[u8], place: &Place<'_>) -> Result<Vec<u8>, OpenError> {
        let sealed = Sealed::parse(sealed)?;
        let key = self.0.find(sealed.key).ok_or(OpenError::KeyMissing { key: sealed.key })?;
        sealed.open(key, place)
    }

    /// The id of the key that a value says it is sealed with. Nothing is authenticated.
    ///
    /// # Errors
    /// [`OpenError::NotSealed`] for what is not a sealed value.
    pub fn key_of(sealed: &[u8]) -> Result<KeyId, OpenError> {
        Sealed::parse(sealed).map(|sealed| sealed.key)
    }

    /// Whether a value says it is sealed with the current key, so that a re-seal job may pass over it.
    ///
    /// What is not a sealed value is not current either: opening it tells what is wrong.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        Self::key_of(sealed) == Ok(self.current())
    }
}

impl Keys {
    fn find(&self, id: KeyId) -> Option<&SealKey> {
        self.iter().find_map(|(known, key)| (*known == id).then_some(key))
    }

    fn iter(&self) -> impl Iterator<Item = &(KeyId, SealKey)> {
        std::iter::once(&self.current).chain(&self.old)
    }
}

/// Reads a host's setting: `<id>:<key>` entries with commas between them, the current key first, for example
/// `2:<64 hexadecimal digits>,1:<base64>`. Blanks around an entry, its id and its key do not count.
///
/// # Errors
/// Each case of [`KeyRingError`].
impl FromStr for KeyRing {
    type Err = KeyRingError;

    fn from_str(text: &str) -> Result<Self, KeyRingError> {
        if text.trim().is_empty() {
            return Err(KeyRingError::Empty);
        }
        let mut entries = text.split(',').zip(1..).map(|(entry, position)| read_entry(entry, position));
        let (id, key) = entries.next().ok_or(KeyRingError::Empty)??;
        entries.try_fold(Self::new(id, key), |ring, entry| {
            let (id, key) = entry?;
            ring.and_old(id, key)
        })
    }
}

fn read_entry(entry: &str, position: usize) -> Result<(KeyId, SealKey), KeyRingError> {
    let malformed = KeyRingError::Malformed { position };
    let (id, key) = entry.split_once(':').ok_or(malformed)?;
    let id = KeyId(id.trim().parse().map_err(|_| malformed)?);
    let key = key.trim().parse().map_err(|source| KeyRingError::Key { key: id, source })?;
    Ok((id, key))
}

/// Shows the ids only, the current one first.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing")?;
        f.debug_list().entries(self.0.iter().map(|(id, _)| id.0)).finish()
    }
}
