//! Orders from outside: real HTTP over real sockets, on an SQLite file, with partners that do as they are told.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod buying;
mod callbacks;
mod checkouts;
mod hostile;
mod hosts;
mod logging;
#[path = "../support/on_file.rs"]
mod on_file;
mod ordering;
mod partners;
mod principals;
mod refusals;
mod repetition;
mod support;
