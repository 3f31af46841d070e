//! The embedded durable store of `cart-core`, on SQLite.

pub mod engine;
mod options;

pub use options::{Durability, Options};
