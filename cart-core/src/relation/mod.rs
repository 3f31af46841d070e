//! Rules between the lines of a cart, as the catalog has them: a handset's insurance needs a handset, two plans do not go
//! together, a cart has one plan, there are no more SIM cards than plans.
//!
//! Rules are data of a [`Product`](crate::product::Product). Where lines break one there is a [`Clash`]; which commands
//! may lead to one is decided in [`decide`](crate::decide).
//!
//! ```
//! use cart_core::relation::Relations;
//!
//! let insurance: Relations = serde_json::from_str(
//!     r#"{"requires": [{"categories": ["phones"]}], "follows": {"parents": {"categories": ["phones"]}}}"#,
//! )?;
//! assert!(!insurance.is_empty());
//! # Ok::<(), serde_json::Error>(())
//! ```

mod check;
mod clash;
mod find;
mod index;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::check::RelationError;
pub use self::clash::{Broken, Clash, ClashingLine};
pub(crate) use self::find::{Brought, Lacking};
pub use self::find::{clashes, clashes_of};
use crate::id::{CategoryId, ProductGroupId, ProductId};

/// Products by name or by category; a product is among them if either holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ProductSet {
    /// These products, with whatever options.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub products: BTreeSet<ProductId>,
    /// Every product in one of these categories.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<CategoryId>,
}

impl ProductSet {
    /// Whether it names nothing.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty() && self.categories.is_empty()
    }

    /// How many products and categories it names.
    pub fn len(&self) -> usize {
        self.products.len() + self.categories.len()
    }
}

/// How the units of a product go with those of others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follows {
    /// The products whose units count, all of their lines together.
    pub parents: ProductSet,
    /// How many units there may be.
    #[serde(default)]
    pub quantity: FollowedQuantity,
}

/// How many units of a product there may be beside those that it follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FollowedQuantity {
    /// As many or fewer.
    #[default]
    AtMost,
    /// As many.
    Equal,
}

/// Rules between a product's lines and others, as a catalog writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RelationRules {
    /// Of each of these sets, at least one other product must be in the cart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<ProductSet>,
    /// No other product of these may be in the cart. It is enough that one of two products says so.
    #[serde(skip_serializing_if = "ProductSet::is_empty")]
    pub excludes: ProductSet,
    /// Of each of these groups, a cart has at most one line, the product's own included.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<ProductGroupId>,
    /// All units of the product together, if there are any, go with those of others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<Follows>,
}

/// The rules between a product's lines and others, checked; none for most products. Cheap to clone.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RelationRules", into = "RelationRules")]
pub struct Relations(Option<Arc<RelationRules>>);

impl Relations {
    /// The most sets that a product may require, and the most groups that it may be in, inclusive.
    pub const MAX_RULES: usize = 20;
    /// The most products and categories that one set may name, inclusive.
    pub const MAX_NAMES: usize = 100;

    /// Checks and wraps rules.
    ///
    /// # Errors
    /// [`RelationError`] with the first reason found.
    pub fn new(rules: RelationRules) -> Result<Self, RelationError> {
        rules.check()?;
        let some = rules != RelationRules::default();
        Ok(Self(some.then(|| Arc::new(rules))))
    }

    /// Whether there are no rules.
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The rules, if there are any.
    pub fn rules(&self) -> Option<&RelationRules> {
        self.0.as_deref()
    }
}

impl TryFrom<RelationRules> for Relations {
    type Error = RelationError;
    fn try_from(rules: RelationRules) -> Result<Self, RelationError> {
        Self::new(rules)
    }
}

impl From<Relations> for RelationRules {
    fn from(relations: Relations) -> Self {
        relations.0.map(Arc::unwrap_or_clone).unwrap_or_default()
    }
}

impl fmt::Debug for Relations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rules() {
            None => f.write_str("Relations(none)"),
            Some(rules) => fmt::Debug::fmt(rules, f),
        }
    }
}
