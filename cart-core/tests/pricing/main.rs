//! The pricing engine against a slow, obvious reading of `docs/pricing.md`, and what holds for whatever cart.
//!
//! Cases are made from seeds; a failure shows the seed and the smallest case found that still fails.
//! `CART_PRICING_CASES` is how many cases [`agreement`] looks at, `CART_PRICING_SEED` the seed of the first.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails, and indices come from the lists that they index"
)]

mod agreement;
mod answer;
mod case;
mod exclusive;
mod extremes;
mod invariants;
mod permutations;
mod random;
mod reference;
mod shrink;
