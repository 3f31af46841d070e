//! The store through its public face, and its file through SQLite alone.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on ends by panicking"
)]

mod crash;
mod damage;
mod keys;
mod laws;
mod measure;
mod older;
mod orders;
mod property;
mod requests;
mod schema;
mod sealing;
mod shares;
mod stock;
mod store;
mod support;
mod transfer;
mod uses;
mod verify;
