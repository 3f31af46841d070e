//! Keys and their names.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

/// The name of a key, written into every value that the key seals. An id names one key for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u32);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A secret of 256 random bits that seals and opens values.
///
/// Clones share one copy in memory, which is wiped when the last of them is dropped. `Debug` does not show it.
#[derive(Clone)]
pub struct SealKey(Arc<Zeroizing<[u8; 32]>>);

/// Why something cannot be a key. It never holds what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is neither 64 hexadecimal digits nor 44 characters of base64.
    #[error("a key is 64 hexadecimal digits or the base64 of 32 bytes")]
    Malformed,
    /// All bytes are equal: a placeholder, not a random key.
    #[error("a key is random: not one byte 32 times")]
    Weak,
}

impl SealKey {
    /// Takes 32 random bytes as a key.
    ///
    /// # Errors
    /// [`KeyError::Weak`] if all bytes are equal.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, KeyError> {
        Self::checked(Zeroizing::new(bytes))
    }

    fn checked(bytes: Zeroizing<[u8; 32]>) -> Result<Self, KeyError> {
        let [first, rest @ ..] = &*bytes;
        if rest.iter().all(|byte| byte == first) {
            return Err(KeyError::Weak);
        }
        Ok(Self(Arc::new(bytes)))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Reads 64 hexadecimal digits in either case, or base64 in the standard alphabet with padding (RFC 4648).
///
/// # Errors
/// [`KeyError::Malformed`] for other text, [`KeyError::Weak`] if all bytes are equal.
impl FromStr for SealKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        let read = match text.len() {
            64 => base16ct::mixed::decode(text, &mut *bytes).is_ok(),
            44 => Base64::decode(text, &mut *bytes).is_ok_and(|read| read.len() == 32),
            _ => false,
        };
        if read { Self::checked(bytes) } else { Err(KeyError::Malformed) }
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    fn counted() -> [u8; 32] {
        std::array::from_fn(|place| u8::try_from(place).unwrap())
    }

    #[test]
    fn hex_in_either_case_and_base64_are_read() {
        for text in [HEX, &HEX.to_uppercase(), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="] {
            let key: SealKey = text.parse().unwrap();
            assert_eq!(*key.bytes(), counted(), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_key() {
        let long = format!("{HEX}20");
        let spaced = format!(" {}", &HEX[1..]);
        let wide = format!("ü{}", &HEX[2..]);
        let [unpadded, of_31, of_33] = [
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",
        ];
        for text in ["", "secret", &HEX[..62], &long, &spaced, &wide, unpadded, of_31, of_33] {
            assert_eq!(text.parse::<SealKey>().unwrap_err(), KeyError::Malformed, "{text}");
        }
    }

    #[test]
    fn one_byte_repeated_is_refused_however_it_is_given() {
        for byte in 0..=u8::MAX {
            assert_eq!(SealKey::from_bytes([byte; 32]).unwrap_err(), KeyError::Weak);
        }
        assert_eq!("ab".repeat(32).parse::<SealKey>().unwrap_err(), KeyError::Weak);
        assert_eq!(format!("{}=", "A".repeat(43)).parse::<SealKey>().unwrap_err(), KeyError::Weak);
        let mut nearly = [7; 32];
        nearly[31] = 8;
        assert!(SealKey::from_bytes(nearly).is_ok());
    }

    #[test]
    fn debug_does_not_show_the_key() {
        assert_eq!(format!("{:?}", SealKey::from_bytes(counted()).unwrap()), "SealKey(..)");
    }
}
