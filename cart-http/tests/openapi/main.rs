//! The descriptions of the surfaces, beside the surfaces themselves.
#![expect(clippy::unwrap_used, reason = "tests")]

mod document;
mod routes;
mod served;
mod surfaces;
