//! Lines that do not go together.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{FollowedQuantity, ProductSet};
use crate::id::{LineId, ProductGroupId, ProductId};

/// A rule of one line's product that the lines of a cart break.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clash {
    /// The line whose product has the rule: of several lines of a group or of a product that follows, the first.
    pub line: ClashingLine,
    /// The rule.
    pub broken: Broken,
    /// The lines that it clashes with, in the cart's order: the excluded ones, the others of the group, or the ones that
    /// are followed. At most [`Clash::MAX_OTHERS`] are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<ClashingLine>,
}

impl Clash {
    /// The most other lines that are named, inclusive: so many clashes cannot name each other's lines over and over.
    pub const MAX_OTHERS: usize = 10;
}

/// A line that does not go with others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClashingLine {
    /// Which line; none for one that what is refused would have added.
    pub line: Option<LineId>,
    /// Its product.
    pub product: ProductId,
}

/// Which rule is broken.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Broken {
    /// None of these is in the cart.
    Requires {
        /// What is missing: any of it would do.
        any_of: ProductSet,
    },
    /// Other lines are of products that it excludes.
    Excludes,
    /// There is more than one line of a group.
    Group {
        /// Which group.
        group: ProductGroupId,
    },
    /// There are too many units, or too few, beside those that they follow.
    Follows {
        /// Units of the product.
        units: u64,
        /// Units of what it follows.
        parents: u64,
        /// How many there may be.
        quantity: FollowedQuantity,
    },
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let product = &self.line.product;
        match &self.broken {
            Broken::Requires { .. } => write!(f, "{product} requires what is not in the cart"),
            Broken::Excludes => write!(f, "{product} excludes what is in the cart"),
            Broken::Group { group } => write!(f, "there is more than one of {group}"),
            Broken::Follows { units, parents, .. } => {
                write!(f, "there are {units} of {product} to {parents} that it follows")
            }
        }
    }
}
