//! Seals the values that a store keeps, so that a copy of its file tells nothing about people and cannot be altered
//! unnoticed.
//!
//! A [`KeyRing`] seals a value for a [`Place`]: the table, column and row that it belongs to. Only the same place
//! opens it again; a value moved to another row, column or table is refused.
//!
//! ```
//! use cart_seal::{KeyRing, OpenError, Place};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // In a host this text comes from its settings, for example an environment variable.
//! let keys: KeyRing = "1:8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab9159f51fd0297e236d".parse()?;
//!
//! let row: &[&[u8]] = &[b"cart 7"];
//! let sealed = keys.seal(b"Ann's wedding list", &Place::new("cart", "name", row));
//! assert_eq!(keys.open(&sealed, &Place::new("cart", "name", row))?, b"Ann's wedding list");
//!
//! let elsewhere = Place::new("cart", "note", row);
//! assert_eq!(keys.open(&sealed, &elsewhere), Err(OpenError::Forged));
//! # Ok(())
//! # }
//! ```
//!
//! # Making a key
//!
//! A key is 256 random bits, written as 64 hexadecimal digits or as base64:
//!
//! ```text
//! openssl rand -hex 32
//! ```
//!
//! Keep it where the host keeps its other secrets, never beside the store's file or its backups, and give it an id
//! that no other key ever had. Losing a key loses what it sealed: there is no other way in.
//!
//! Nothing in a sealed value tells two keys of the same id apart until it is opened. A store should therefore keep one value
//! that each of its keys has sealed, such as an empty text, and open these first.
//!
//! # Rotating
//!
//! 1. Make a key under a new id and put it in front, keeping the old one: `2:<new>,1:<old>`. From then on values are
//!    sealed with key 2, and those of key 1 still open. Where several hosts share a store, first put the new key behind
//!    (`1:<old>,2:<new>`) on each of them, so that all can open what the first of them seals with it.
//! 2. Run the store's re-seal job. It passes over values for which [`KeyRing::is_current`] holds and seals the
//!    others again, so it may be stopped and started at will.
//! 3. When the store says that nothing needs the old key, drop it: `2:<new>`. A value that was missed is reported as
//!    [`OpenError::KeyMissing`] with the key's id. Backups from before still need the old key: keep it as long as them.
//!
//! # The sealed value
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version of this format, `0x01` |
//! | 4 | id of the key, big endian |
//! | 24 | nonce, random for every value |
//! | as long as the value | ciphertext |
//! | 16 | authentication tag |
//!
//! The cipher is XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03). Its associated data are the version, the key's id
//! and the place: table, column and every part of the row's key, each after its length in bytes as 8 bytes big endian,
//! so that no two places look alike. Of 2^80 values under one key, two have the same nonce with a probability below 2^-32.
//!
//! # What it does not hide
//!
//! A sealed value shows how long the value is, which key sealed it, and that it was written again. An older sealed
//! value of the same place, put back there, opens: only the store's own versions can tell. Values are in clear in the
//! memory of the host, and so is the text a key was parsed from; the keys of a ring are wiped when its last clone is
//! dropped.

mod aead;
mod format;
mod key;
mod place;
mod ring;

pub use format::{OVERHEAD, OpenError};
pub use key::{KeyError, KeyId, SealKey};
pub use place::Place;
pub use ring::{KeyRing, KeyRingError};
