//! Which lines a promotion is about.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, ProductId};
use crate::product::{Product, UnitPrices};

/// Which lines a promotion is about: those that match everything said here; all lines if nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// One of these products.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub products: BTreeSet<ProductId>,
    /// A product of one of these kinds.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub kinds: BTreeSet<Arc<str>>,
    /// A product in one of these categories.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<CategoryId>,
    /// None of these products.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub except_products: BTreeSet<ProductId>,
    /// A product in none of these categories.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub except_categories: BTreeSet<CategoryId>,
    /// Not sold below its list price already.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub except_reduced: bool,
}

impl Scope {
    /// Whether it is about every line.
    pub fn is_everything(&self) -> bool {
        self.products.is_empty()
            && self.kinds.is_empty()
            && self.categories.is_empty()
            && self.except_products.is_empty()
            && self.except_categories.is_empty()
            && !self.except_reduced
    }

    /// Whether it is about a line of this product at these prices.
    pub fn contains(&self, id: &ProductId, product: &Product, prices: UnitPrices) -> bool {
        let in_any = |categories: &BTreeSet<CategoryId>| {
            product.categories.iter().any(|category| categories.contains(category))
        };
        (self.products.is_empty() || self.products.contains(id))
            && (self.kinds.is_empty() || self.kinds.contains(&product.kind))
            && (self.categories.is_empty() || in_any(&self.categories))
            && !self.except_products.contains(id)
            && !in_any(&self.except_categories)
            && !(self.except_reduced && prices.unit().minor() < prices.list().minor())
    }
}
