//! The lines of a cart by what rules name, so that each rule is looked up instead of compared with every line.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::{Follows, ProductSet, RelationRules};
use crate::id::{CategoryId, ProductGroupId, ProductId};
use crate::line::Line;
use crate::product::Product;
use crate::quantity::Quantity;

/// A line and what rules ask about it.
#[derive(Debug)]
pub(super) struct Item<'a> {
    /// Where it stands in the cart.
    pub(super) place: usize,
    pub(super) line: &'a Arc<Line>,
    /// What the catalog says about its product; none if it does not know it: it is then in no category and has no rules.
    pub(super) product: Option<&'a Arc<Product>>,
    /// The quantity of the line before the write that is judged; none if that adds it.
    pub(super) was: Option<Quantity>,
}

impl<'a> Item<'a> {
    pub(super) fn id(&self) -> &'a ProductId {
        &self.line.key.product.product
    }

    pub(super) fn rules(&self) -> Option<&'a RelationRules> {
        self.product.and_then(|product| product.relations.rules())
    }

    /// Whether the write that is judged adds the line.
    pub(super) const fn is_new(&self) -> bool {
        self.was.is_none()
    }

    /// Whether the write that is judged adds units of it.
    pub(super) fn came_in(&self) -> bool {
        self.was.is_none_or(|was| was < self.line.quantity)
    }

    fn units(&self) -> u64 {
        self.line.quantity.get().into()
    }
}

/// The lines of one category, by product: the first of another product is found without going through one's own.
type ByProduct<'a> = BTreeMap<&'a ProductId, Vec<&'a Item<'a>>>;

#[derive(Debug, Default)]
pub(super) struct Index<'a> {
    products: HashMap<&'a ProductId, Vec<&'a Item<'a>>>,
    categories: HashMap<&'a CategoryId, ByProduct<'a>>,
    groups: HashMap<&'a ProductGroupId, Vec<&'a Item<'a>>>,
    /// By product, then by rule: options may make a difference.
    followers: HashMap<&'a ProductId, HashMap<&'a Follows, Vec<&'a Item<'a>>>>,
    /// The units of each product in a set that is followed.
    followed: HashMap<&'a ProductSet, Units<'a>>,
}

impl<'a> Index<'a> {
    pub(super) fn of(items: impl Iterator<Item = &'a Item<'a>>) -> Self {
        let mut index = Self::default();
        items.for_each(|item| index.take_in(item));
        let rules = index.followers.values().flat_map(HashMap::keys);
        let sets: BTreeSet<&ProductSet> = rules.map(|follows| &follows.parents).collect();
        index.followed = sets.into_iter().map(|set| (set, index.units_of(set))).collect();
        index
    }

    fn take_in(&mut self, item: &'a Item<'a>) {
        let id = item.id();
        self.products.entry(id).or_default().push(item);
        let categories = item.product.map(|product| &*product.categories).unwrap_or_default();
        for category in categories {
            let lines = self.categories.entry(category).or_default().entry(id).or_default();
            // A catalog may name a category twice.
            if lines.last().is_none_or(|last| last.place != item.place) {
                lines.push(item);
            }
        }
        let Some(rules) = item.rules() else { return };
        for group in &rules.groups {
            self.groups.entry(group).or_default().push(item);
        }
        if let Some(follows) = &rules.follows {
            self.followers.entry(id).or_default().entry(follows).or_default().push(item);
        }
    }

    /// Whether there is a line of another product than `own` that is in a set.
    pub(super) fn has_other(&self, set: &ProductSet, own: &ProductId) -> bool {
        let by_category = |category| {
            let found = self.categories.get(category);
            found.is_some_and(|found| found.keys().any(|product| *product != own))
        };
        set.products.iter().any(|product| product != own && self.products.contains_key(product))
            || set.categories.iter().any(by_category)
    }

    /// Lines of other products than `own` that are in a set, in the cart's order; not more than `most` of them, so that
    /// nothing takes as long as a cart's lines multiplied.
    pub(super) fn others(&self, set: &ProductSet, own: &ProductId, most: usize) -> Vec<&'a Item<'a>> {
        let others = self.matches(set).filter(|(product, _)| **product != *own);
        let mut found = BTreeMap::new();
        for item in others.flat_map(|(_, lines)| lines) {
            if found.len() == most {
                break;
            }
            found.insert(item.place, *item);
        }
        found.into_values().collect()
    }

    /// The lines in a set, by product; some may come twice.
    fn matches(&self, set: &ProductSet) -> impl Iterator<Item = (&'a ProductId, &Vec<&'a Item<'a>>)> {
        let named = set.products.iter().filter_map(|product| self.products.get_key_value(product));
        let by_category =
            set.categories.iter().filter_map(|category| self.categories.get(category)).flatten();
        named.chain(by_category).map(|(product, lines)| (*product, lines))
    }

    /// The lines of a group.
    pub(super) fn group(&self, group: &ProductGroupId) -> &[&'a Item<'a>] {
        self.groups.get(group).map(Vec::as_slice).unwrap_or_default()
    }

    /// The lines of a product that follow others by this rule.
    pub(super) fn followers(&self, product: &ProductId, follows: &Follows) -> &[&'a Item<'a>] {
        let lines = self.followers.get(product).and_then(|rules| rules.get(follows));
        lines.map(Vec::as_slice).unwrap_or_default()
    }

    /// The units of a product that follow others by this rule, and the units of those; none if there are none.
    pub(super) fn units(&self, product: &ProductId, follows: &Follows) -> Option<(u64, u64)> {
        let own = self.followers.get(product)?.get(follows)?;
        let parents = self.followed.get(&follows.parents)?;
        Some((own.iter().map(|item| item.units()).sum(), parents.without(product)))
    }

    fn units_of(&self, set: &ProductSet) -> Units<'a> {
        let all = self.matches(set).flat_map(|(_, items)| items);
        let lines: BTreeMap<usize, &Item<'a>> = all.map(|item| (item.place, *item)).collect();
        let mut units = Units::default();
        for item in lines.into_values() {
            units.total += item.units();
            *units.of_each.entry(item.id()).or_default() += item.units();
        }
        units
    }
}

/// Units of several products.
#[derive(Debug, Default)]
struct Units<'a> {
    total: u64,
    of_each: HashMap<&'a ProductId, u64>,
}

impl Units<'_> {
    /// The units of all products but one.
    fn without(&self, own: &ProductId) -> u64 {
        self.total - self.of_each.get(own).copied().unwrap_or_default()
    }
}
