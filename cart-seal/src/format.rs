//! How a sealed value is laid out: version, key id, nonce, ciphertext, tag.

use crate::aead::{self, NONCE, TAG};
use crate::key::{KeyId, SealKey};
use crate::place::Place;

const VERSION: u8 = 1;
const KEY_ID: usize = 4;

/// How many bytes a sealed value is longer than what was sealed.
pub const OVERHEAD: usize = 1 + KEY_ID + NONCE + TAG;

/// Why a value could not be opened. Nothing of it is ever given out instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The value was sealed with a key that the ring does not have: add it, or restore it if it was dropped too early.
    #[error("key {key} of a sealed value is not in the key ring")]
    KeyMissing {
        /// The id of the key that is needed.
        key: KeyId,
    },
    /// The value is too short or of an unknown version: it was stored in clear, cut off, or written by a later release.
    #[error("the value is not sealed in a known format")]
    NotSealed,
    /// The value was altered, belongs to another place, or was sealed with another key of the same id.
    #[error("the sealed value is not authentic in its place")]
    Forged,
}

/// A sealed value taken apart, not yet authenticated.
pub(crate) struct Sealed<'a> {
    pub(crate) key: KeyId,
    nonce: &'a [u8; NONCE],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG],
}

impl<'a> Sealed<'a> {
    pub(crate) fn parse(sealed: &'a [u8]) -> Result<Self, OpenError> {
        Self::split(sealed).ok_or(OpenError::NotSealed)
    }

    fn split(sealed: &'a [u8]) -> Option<Self> {
        let (&[VERSION], rest) = sealed.split_first_chunk()? else { return None };
        let (key, rest) = rest.split_first_chunk::<KEY_ID>()?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let (ciphertext, tag) = rest.split_last_chunk()?;
        Some(Self { key: KeyId(u32::from_be_bytes(*key)), nonce, ciphertext, tag })
    }

    pub(crate) fn open(&self, key: &SealKey, place: &Place<'_>) -> Result<Vec<u8>, OpenError> {
        let mut buffer = self.ciphertext.to_vec();
        let data = associated_data(self.key, place);
        match aead::decrypt(key.bytes(), self.nonce, &data, &mut buffer, self.tag) {
            Ok(()) => Ok(buffer),
            Err(aead::NotAuthentic) => Err(OpenError::Forged),
        }
    }
}

/// Seals a value under a nonce that no other value has.
pub(crate) fn seal(
    id: KeyId,
    key: &SealKey,
    nonce: &[u8; NONCE],
    plain: &[u8],
    place: &Place<'_>,
) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(OVERHEAD + plain.len());
    sealed.extend_from_slice(&head(id));
    sealed.extend_from_slice(nonce);
    let start = sealed.len();
    sealed.extend_from_slice(plain);
    let (_, buffer) = sealed.split_at_mut(start);
    let tag = aead::encrypt(key.bytes(), nonce, &associated_data(id, place), buffer);
    sealed.extend_from_slice(&tag);
    sealed
}

fn associated_data(id: KeyId, place: &Place<'_>) -> Vec<u8> {
    let mut data = Vec::with_capacity(128); // enough for the places of a cart
    data.extend_from_slice(&head(id));
    place.encode(&mut data);
    data
}

fn head(KeyId(id): KeyId) -> [u8; 1 + KEY_ID] {
    let [a, b, c, d] = id.to_be_bytes();
    [VERSION, a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with libsodium's `crypto_aead_xchacha20poly1305_ietf_encrypt` from the documentation of this crate. Values
    /// of the first version must open for ever: never change it.
    const VERSION_1: &str = "0100000007404142434445464748494a4b4c4d4e4f5051525354555657\
                             93fab91c157f1c78a887a7ddceee11725220825edfd9fd94ae230957542c71";
    const ROW: &[&[u8]] = &[&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]];
    const NAME: Place<'_> = Place::new("cart", "name", ROW);

    fn key() -> SealKey {
        SealKey::from_bytes(std::array::from_fn(|place| u8::try_from(place).unwrap())).unwrap()
    }

    fn version_1() -> Vec<u8> {
        let mut sealed = vec![0; VERSION_1.len() / 2];
        base16ct::lower::decode(VERSION_1, &mut sealed).unwrap();
        sealed
    }

    #[test]
    fn a_value_of_version_1_opens() {
        let sealed = version_1();
        let sealed = Sealed::parse(&sealed).unwrap();
        assert_eq!(sealed.key, KeyId(7));
        assert_eq!(sealed.open(&key(), &NAME).unwrap(), "Gülşen's cart".as_bytes());
    }

    #[test]
    fn version_1_is_what_is_written() {
        let nonce = std::array::from_fn(|place| u8::try_from(0x40 + place).unwrap());
        assert_eq!(seal(KeyId(7), &key(), &nonce, "Gülşen's cart".as_bytes(), &NAME), version_1());
    }

    #[test]
    fn the_overhead_is_as_told() {
        assert_eq!(seal(KeyId(7), &key(), &[0; NONCE], b"", &NAME).len(), OVERHEAD);
    }
}
