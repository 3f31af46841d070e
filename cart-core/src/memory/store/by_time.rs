//! Carts in the order of a time.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::id::CartId;

/// Where a cart stands among others: by a time of its, and by id where that is the same.
pub(super) type Place = (DateTime<Utc>, CartId);

/// Carts by a time of theirs.
pub(super) type ByTime = BTreeSet<Place>;
