//! The cart of a shop from outside: real HTTP over real sockets, on a store in memory.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod attacks;
mod conditions;
mod items;
mod logging;
mod protocol;
mod refusals;
mod repetition;
mod selections;
mod support;
