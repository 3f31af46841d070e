//! Carts that are shared by link, from outside: requests to the routes of the surface, on an SQLite file.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod carts;
mod choices;
mod conditions;
mod events;
mod hostile;
mod limits;
mod links;
#[path = "../support/on_file.rs"]
mod on_file;
mod opened;
mod ordering;
mod own;
mod past;
mod principals;
mod secrets;
mod sight;
mod suggestions;
mod support;
