//! The service over the store in memory and ports that do as they are told.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails"
)]

mod caching;
mod cancelled;
mod checkout;
mod counts;
mod creation;
mod erasure;
mod expiry;
mod flags;
mod host;
mod keys;
mod lists;
mod merging;
mod previews;
mod races;
mod random;
mod reading;
mod relay;
mod retries;
mod sharing;
mod shop;
mod terms;
mod undoing;
mod versions;
