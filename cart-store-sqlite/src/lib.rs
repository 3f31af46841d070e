#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! [`SqliteStore`] is the store, [`Options`] are its settings, [`SqliteOrderBook`]
//! keeps orders in the same file. [`verify`] holds what a verification reports,
//! [`transfer`] the format of an exported journal. [`engine`] is what lies below the tables: a file with one owner,
//! one writer with group commit, and readers; it knows nothing of carts.

mod checksum;
mod commit;
pub mod engine;
mod error;
mod index;
mod keys;
mod load;
mod options;
mod orders;
mod reseal;
mod rewrite;
mod schema;
mod seal;
mod step;
mod store;
mod table;
#[cfg(test)]
mod tests;
pub mod transfer;
pub mod verify;

pub use engine::{BackupError, Fault, OpenError, ReadError};
pub use error::Damage;
pub use options::{Durability, Options};
pub use orders::{Order, OrderStatus, SqliteOrderBook};
pub use reseal::Resealed;
pub use store::SqliteStore;
