//! The embedded durable store of `cart-core`, on SQLite.

mod checksum;
mod commit;
pub mod engine;
mod error;
mod index;
mod load;
mod options;
mod schema;
mod store;
mod table;
#[cfg(test)]
mod tests;
pub mod transfer;
pub mod verify;

pub use engine::{BackupError, Fault, OpenError, ReadError};
pub use error::Damage;
pub use options::{Durability, Options};
pub use store::SqliteStore;
