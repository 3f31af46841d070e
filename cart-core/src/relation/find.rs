//! Finding clashes: those of a cart, and those that a write would bring about.

use std::sync::Arc;

use super::index::{Index, Item};
use super::{Broken, Clash, ClashingLine, FollowedQuantity, Follows, ProductSet};
use crate::cart::Cart;
use crate::facts::Products;
use crate::id::ProductGroupId;
use crate::line::Line;
use crate::product::Product;
use crate::quantity::Quantity;

/// The clashes among lines, in their order; none if none of their products has rules.
///
/// Each line comes with what the catalog says about its product, as from [`Products::of_lines`]. What counts is that a line
/// is there, not whether its product can be bought now. Takes time in proportion to the lines and the names in their rules.
pub fn clashes<'a>(lines: impl IntoIterator<Item = (&'a Arc<Line>, Option<&'a Arc<Product>>)>) -> Vec<Clash> {
    let item = |(place, (line, product))| Item { place, line, product, was: None };
    let items: Vec<Item<'_>> = lines.into_iter().enumerate().map(item).collect();
    if items.iter().all(|item| item.rules().is_none()) {
        return Vec::new();
    }
    let all = Index::of(items.iter());
    Finder { all: &all, new: &all, more: &all, before: None, found: Brought::default() }
        .find(&items)
        .into_clashes()
}

/// The clashes among a cart's lines, with what the catalog says about their products; none if none of these has rules.
pub fn clashes_of(cart: &Cart, products: &Products) -> Vec<Clash> {
    if products.any_related() { clashes(products.of_lines(cart.lines())) } else { Vec::new() }
}

/// What a write does to the clashes of a cart. What clashed before and clashes no more than that is left alone: it is the
/// catalog that has changed.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    /// New clashes because of what comes in.
    pub(crate) made: Vec<Made>,
    /// Lines that were there before, and are then without what they need.
    pub(crate) lacking: Vec<Lacking>,
}

/// A new clash because of what comes in.
#[derive(Debug)]
pub(crate) struct Made {
    /// The clash.
    pub(crate) clash: Clash,
    /// Lines that come in, or more units of them; without these there would be less of a clash.
    pub(crate) by: Vec<Arc<Line>>,
}

/// Lines that lack what they need.
#[derive(Debug)]
pub(crate) struct Lacking {
    /// What they lack.
    pub(crate) clash: Clash,
    /// The lines, in the cart's order.
    pub(crate) lines: Vec<Arc<Line>>,
    /// How many of their units together need not go.
    pub(crate) may_stay: u64,
    /// What else is asked of those that stay.
    pub(crate) quantity: FollowedQuantity,
}

impl Brought {
    fn into_clashes(self) -> Vec<Clash> {
        self.made.into_iter().map(|made| made.clash).collect()
    }

    /// What is brought about by a write that leads from a cart to another state of it. The lines that a write adds stand
    /// after those that were there.
    pub(crate) fn by(before: &Cart, after: &Cart, products: &Products) -> Self {
        let were = items(before, products, |line| Some(line.quantity));
        let mut known = before.lines().iter();
        // One pass over both, since what stays keeps its order.
        let items = items(after, products, |line| Some(known.find(|was| was.id == line.id)?.quantity));
        let (all, before) = (Index::of(items.iter()), Index::of(were.iter()));
        let new = Index::of(items.iter().filter(|item| item.is_new()));
        let more = Index::of(items.iter().filter(|item| item.came_in()));
        Finder { all: &all, new: &new, more: &more, before: Some(&before), found: Self::default() }
            .find(&items)
    }
}

fn items<'a>(
    cart: &'a Cart,
    products: &'a Products,
    mut was: impl FnMut(&Line) -> Option<Quantity>,
) -> Vec<Item<'a>> {
    let lines = products.of_lines(cart.lines()).enumerate();
    lines.map(|(place, (line, product))| Item { place, line, product, was: was(line) }).collect()
}

/// Goes through the rules of all lines.
struct Finder<'a> {
    all: &'a Index<'a>,
    /// The lines that are new.
    new: &'a Index<'a>,
    /// The lines that are new or have more units.
    more: &'a Index<'a>,
    /// None if every clash counts.
    before: Option<&'a Index<'a>>,
    found: Brought,
}

impl<'a> Finder<'a> {
    fn find(mut self, items: &'a [Item<'a>]) -> Brought {
        for item in items {
            let Some(rules) = item.rules() else { continue };
            rules.requires.iter().for_each(|any_of| self.require(item, any_of));
            self.exclude(item, &rules.excludes);
            rules.groups.iter().for_each(|group| self.group(item, group));
            rules.follows.iter().for_each(|follows| self.follow(item, follows));
        }
        self.found
    }

    fn require(&mut self, item: &Item<'_>, any_of: &ProductSet) {
        if self.all.has_other(any_of, item.id()) {
            return;
        }
        let clash = self.clash(item, Broken::Requires { any_of: any_of.clone() }, &[]);
        if item.is_new() {
            self.found.made.push(Made { clash, by: lines(&[item]) });
        } else if self.before.is_some_and(|before| before.has_other(any_of, item.id())) {
            let (lines, quantity) = (lines(&[item]), FollowedQuantity::AtMost);
            self.found.lacking.push(Lacking { clash, lines, may_stay: 0, quantity });
        }
    }

    /// A line that was there clashes anew with new ones only.
    fn exclude(&mut self, item: &Item<'_>, excluded: &ProductSet) {
        let against = if item.is_new() { self.all } else { self.new };
        let others = against.others(excluded, item.id(), Clash::MAX_OTHERS);
        if others.is_empty() {
            return;
        }
        let is_later = others.iter().any(|other| other.place < item.place);
        let by = if is_later { lines(&[item]) } else { lines(&others) };
        self.found.made.push(Made { clash: self.clash(item, Broken::Excludes, &others), by });
    }

    /// Each group is looked at once, for its first line.
    fn group(&mut self, item: &Item<'_>, group: &ProductGroupId) {
        let [first, others @ ..] = self.all.group(group) else { return };
        if first.place == item.place && !others.is_empty() && !self.new.group(group).is_empty() {
            let clash = self.clash(item, Broken::Group { group: group.clone() }, others);
            self.found.made.push(Made { clash, by: lines(others.iter().filter(|other| other.is_new())) });
        }
    }

    /// Each product is looked at once, for the first of its lines with the rule.
    fn follow(&mut self, item: &Item<'_>, follows: &Follows) {
        let followers = self.all.followers(item.id(), follows);
        let is_first = followers.first().is_some_and(|first| first.place == item.place);
        let Some((units, parents)) = self.all.units(item.id(), follows).filter(|_| is_first) else { return };
        let (had, had_parents) =
            self.before.and_then(|before| before.units(item.id(), follows)).unwrap_or_default();
        let quantity = follows.quantity;
        if quantity.excess(units, parents) <= quantity.excess(had, had_parents) {
            return;
        }
        let followed = self.all.others(&follows.parents, item.id(), Clash::MAX_OTHERS);
        let clash = self.clash(item, Broken::Follows { units, parents, quantity }, &followed);
        if units > parents && units <= had && parents < had_parents {
            self.found.lacking.push(Lacking { clash, lines: lines(followers), may_stay: parents, quantity });
        } else {
            let by = match self.more.followers(item.id(), follows) {
                [] => lines(&self.more.others(&follows.parents, item.id(), Clash::MAX_OTHERS)),
                followers => lines(followers),
            };
            self.found.made.push(Made { clash, by });
        }
    }

    fn clash(&self, item: &Item<'_>, broken: Broken, others: &[&Item<'_>]) -> Clash {
        let others = others.iter().take(Clash::MAX_OTHERS).map(|other| self.named(other)).collect();
        Clash { line: self.named(item), broken, others }
    }

    /// Whoever is refused does not know the lines that were not added.
    fn named(&self, item: &Item<'_>) -> ClashingLine {
        let is_known = !item.is_new() || self.before.is_none();
        ClashingLine { line: is_known.then_some(item.line.id), product: item.id().clone() }
    }
}

fn lines<'i, 'a: 'i>(items: impl IntoIterator<Item = &'i &'i Item<'a>>) -> Vec<Arc<Line>> {
    items.into_iter().map(|item| Arc::clone(item.line)).collect()
}

impl FollowedQuantity {
    /// By how many units there are too many, or too few.
    const fn excess(self, units: u64, parents: u64) -> u64 {
        match self {
            Self::AtMost => units.saturating_sub(parents),
            Self::Equal => units.abs_diff(parents),
        }
    }
}
