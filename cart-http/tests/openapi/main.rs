//! The descriptions of the surfaces, beside the surfaces themselves.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod document;
mod routes;
mod served;
mod surfaces;
