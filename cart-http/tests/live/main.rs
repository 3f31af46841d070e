//! Live updates from outside: streams of a host's own router, over the service and a store in memory.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod caps;
mod endings;
mod others;
mod presence;
mod resuming;
mod sight;
mod sockets;
mod support;
