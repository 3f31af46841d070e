//! What holds for whatever cart is priced.
//!
//! Cases are made from seeds; a failure shows the seed and the case.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails, and indices come from the lists that they index"
)]

mod case;
mod invariants;
mod random;
