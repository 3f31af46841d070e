//! Secrets whose holders need no account, and the digests by which stores know them.

/// A secret of 256 random bits, and the digest that stands for it everywhere but in its holder's hands.
macro_rules! secret {
    (
        $(#[$doc:meta])* $token:ident, $what:literal,
        $(#[$digest_doc:meta])* $digest:ident, $(#[$id_doc:meta])* fn $id:ident,
        $(#[$error_doc:meta])* $error:ident
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $token([u8; 32]);

        $(#[$error_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        #[error("{} is 64 hexadecimal digits in lower case", $what)]
        pub struct $error;

        impl $token {
            /// Wraps 256 random bits.
            pub const fn from_random(bits: [u8; 32]) -> Self {
                Self(bits)
            }

            $(#[$id_doc])*
            pub fn $id(&self) -> $digest {
                $digest(hmac_sha256::Hash::hash(&self.0))
            }

            /// The secret as 64 hexadecimal digits, to be shown to its holder only.
            pub fn reveal(&self) -> String {
                crate::token::hex(&self.0)
            }
        }

        impl std::str::FromStr for $token {
            type Err = $error;
            fn from_str(text: &str) -> Result<Self, $error> {
                crate::token::unhex(text).map(Self).ok_or($error)
            }
        }

        impl std::fmt::Debug for $token {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($token), "(..)"))
            }
        }

        $(#[$digest_doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $digest([u8; 32]);

        impl $digest {
            /// The digest's bytes, as a store keeps them.
            pub const fn to_bytes(self) -> [u8; 32] {
                self.0
            }

            /// Reads what `to_bytes` wrote.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl std::fmt::Display for $digest {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&crate::token::hex(&self.0))
            }
        }

        impl std::fmt::Debug for $digest {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($digest), "({})"), self)
            }
        }

        impl std::str::FromStr for $digest {
            type Err = $error;
            fn from_str(text: &str) -> Result<Self, $error> {
                crate::token::unhex(text).map(Self).ok_or($error)
            }
        }

        impl TryFrom<String> for $digest {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$digest> for String {
            fn from(digest: $digest) -> Self {
                digest.to_string()
            }
        }
    };
}

pub(crate) use secret;

/// Whether two digests are the same, in a time that does not depend on where they differ.
pub(crate) fn same(left: [u8; 32], right: [u8; 32]) -> bool {
    left.into_iter().zip(right).fold(0, |difference, (left, right)| difference | (left ^ right)) == 0
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    if pairs.len() != bytes.len() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

fn digit(ascii: u8) -> Option<u8> {
    match ascii {
        b'0'..=b'9' => Some(ascii - b'0'),
        b'a'..=b'f' => Some(ascii - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_the_same_only_if_all_of_them_is() {
        assert!(same([7; 32], [7; 32]));
        for place in [0, 15, 31] {
            let mut other = [7; 32];
            other[place] ^= 1;
            assert!(!same([7; 32], other), "{place}");
        }
    }
}
