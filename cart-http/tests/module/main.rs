//! The cart module from outside: the document's own requests over real sockets, on an SQLite file.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod beside;
mod carts;
mod conditions;
mod coupons;
mod errors;
mod hostile;
mod items;
mod limits;
#[path = "../support/on_file.rs"]
mod on_file;
mod ordering;
mod prefixes;
mod principals;
mod support;
