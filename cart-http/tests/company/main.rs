//! The carts of companies from outside: the guarded router, on an SQLite file.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod conditions;
mod document;
mod groups;
mod hostile;
mod lists;
mod media;
#[path = "../support/on_file.rs"]
mod on_file;
mod owner;
mod principals;
mod refusals;
mod shares;
mod support;
