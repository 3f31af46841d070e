//! The carts of a carrier from outside: real HTTP over real sockets, on an SQLite file.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod around;
mod carts;
mod hostile;
mod items;
#[path = "../support/on_file.rs"]
mod on_file;
mod ordering;
mod partners;
mod pending;
mod principals;
mod refusals;
mod repetition;
mod support;
