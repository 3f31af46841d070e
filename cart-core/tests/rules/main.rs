//! The rules of carts, one file per family, tested with the kit over plain data.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod batch;
mod choices;
mod duplicate;
mod ids;
mod lifecycle;
mod limits;
mod lines;
mod merge;
mod permissions;
mod pricing;
mod products;
mod properties;
mod stock;
mod support;
