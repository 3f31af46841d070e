//! The cart of a shop from outside: real HTTP over real sockets, on an SQLite file.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod attacks;
mod conditions;
mod coupons;
mod explanation;
mod gifts;
mod items;
mod logging;
#[path = "../support/on_file.rs"]
mod on_file;
mod prices;
mod protocol;
mod refusals;
mod relations;
mod repetition;
mod selections;
mod sums;
mod support;
