//! The HTTP crate from outside, over real sockets.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod guard;
mod serve;
mod support;
mod unread;
