//! The count of accepted writes of a cart.

use std::fmt;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

/// How many writes a cart has accepted: 1 after its creation, one more with each write, without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(NonZeroU64);

impl Version {
    /// The version that a cart's creation gives it.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// Wraps a count; none for zero.
    pub const fn new(count: u64) -> Option<Self> {
        match NonZeroU64::new(count) {
            Some(count) => Some(Self(count)),
            None => None,
        }
    }

    /// The count.
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        // A write a nanosecond would need 584 years to get to the end.
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
