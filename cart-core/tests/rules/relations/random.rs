//! What holds for whatever rules and commands.

use std::collections::HashSet;

use cart_core::cart::Cart;
use cart_core::command::BatchMode;
use cart_core::command::{Command, DuplicateCart};
use cart_core::decide::{duplicate, merge};
use cart_core::facts::Undoing;
use cart_core::id::{CategoryId, LineId, ProductGroupId, ProductId};
use cart_core::merge::MergeStrategy;
use cart_core::policy::{AtMinimum, Orphans};
use cart_core::product::Product;
use cart_core::rejection::Rejection;
use cart_core::relation::{FollowedQuantity, Follows, ProductSet, RelationRules, Relations};
use cart_core::testing::samples::{Write, cart_id, guest, product, user};
use cart_core::testing::{Ask, Scenario, ann, cart, given};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{filled, found};
use crate::merge::guests;
use crate::support::rule;

const IDS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const CATEGORIES: [&str; 2] = ["left", "right"];
const GROUPS: [&str; 2] = ["one", "other"];

fn id() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&IDS[..])
}

fn set() -> impl Strategy<Value = ProductSet> {
    let products = proptest::sample::subsequence(&IDS[..], 0..=2);
    let categories = proptest::sample::subsequence(&CATEGORIES[..], 0..=1);
    (products, categories).prop_map(|(products, categories)| ProductSet {
        products: products.into_iter().map(|id| ProductId::new(id).unwrap()).collect(),
        categories: categories.into_iter().map(|id| CategoryId::new(id).unwrap()).collect(),
    })
}

fn some_set() -> impl Strategy<Value = ProductSet> {
    set().prop_filter("a set that names nothing", |set| !set.is_empty())
}

/// Rules, of which most products have few; none where they contradict themselves.
fn relations() -> impl Strategy<Value = Relations> {
    let requires = prop_oneof![4 => Just(0), 2 => Just(1), 1 => Just(2usize)]
        .prop_flat_map(|sets| vec(some_set(), sets));
    let excludes = prop_oneof![3 => Just(ProductSet::default()), 1 => set()];
    let groups = prop_oneof![2 => Just(vec![]), 1 => proptest::sample::subsequence(&GROUPS[..], 1)];
    let quantity = prop_oneof![Just(FollowedQuantity::AtMost), Just(FollowedQuantity::Equal)];
    let follows = (some_set(), quantity).prop_map(|(parents, quantity)| Follows { parents, quantity });
    (requires, excludes, groups, proptest::option::weighted(0.3, follows)).prop_map(
        |(requires, excludes, groups, follows)| {
            let groups = groups.into_iter().map(|id| ProductGroupId::new(id).unwrap()).collect();
            Relations::new(RelationRules { requires, excludes, groups, follows }).unwrap_or_default()
        },
    )
}

/// A catalog: of each product its rules, its categories and the step of its quantity.
#[derive(Clone, Debug)]
struct Shop(Vec<(Relations, Vec<&'static str>, u32)>);

fn shop() -> impl Strategy<Value = Shop> {
    let categories = proptest::sample::subsequence(&CATEGORIES[..], 0..=2);
    let step = prop_oneof![4 => Just(1u32), 1 => Just(2)];
    vec((relations(), categories, step), IDS.len()).prop_map(Shop)
}

impl Shop {
    /// The same with products of which any quantity can be had: other rules are looked at edit by edit.
    fn in_single_units(mut self) -> Self {
        self.0.iter_mut().for_each(|(.., step)| *step = 1);
        self
    }

    fn around(&self, scenario: Scenario) -> Scenario {
        IDS.iter().zip(&self.0).fold(scenario, |scenario, (id, (relations, categories, step))| {
            scenario.and_product(id, |product: &mut Product| {
                product.relations = relations.clone();
                product.categories = categories.iter().map(|id| CategoryId::new(id).unwrap()).collect();
                product.quantity_rule = rule(1, 1000, *step);
            })
        })
    }
}

#[derive(Clone, Debug)]
enum Step {
    Add(&'static str, u32),
    Set(&'static str, u32),
    Decrease(&'static str, u32),
    Remove(&'static str),
    Clear,
    Undo,
    Batch(Vec<Step>, bool),
}

impl Step {
    fn ask(&self) -> Ask {
        match self {
            Self::Add(id, units) => ann().add(id, *units),
            Self::Set(id, units) => ann().set_quantity(id, *units),
            Self::Decrease(id, by) => ann().decrease(id, *by),
            Self::Remove(id) => ann().remove(id),
            Self::Clear => ann().clear(),
            Self::Undo => ann().ask(Command::Undo),
            Self::Batch(steps, all) => {
                let mode = if *all { BatchMode::AllOrNothing } else { BatchMode::PerLine };
                ann().edit_lines(mode, steps.iter().map(Self::ask).collect::<Vec<_>>())
            }
        }
    }
}

fn units() -> impl Strategy<Value = u32> {
    1..5u32
}

fn edit() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (id(), units()).prop_map(|(id, units)| Step::Add(id, units)),
        2 => (id(), units()).prop_map(|(id, units)| Step::Set(id, units)),
        2 => (id(), units()).prop_map(|(id, units)| Step::Decrease(id, units)),
        2 => id().prop_map(Step::Remove),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => edit(),
        1 => Just(Step::Clear),
        2 => Just(Step::Undo),
        6 => (vec(edit(), 1..6), any::<bool>()).prop_map(|(edits, all)| Step::Batch(edits, all)),
    ]
}

fn orphans() -> impl Strategy<Value = Orphans> {
    prop_oneof![Just(Orphans::Refuse), Just(Orphans::Remove), Just(Orphans::Keep)]
}

/// What clashes, one entry for each thing that somebody would have to put right.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Fault {
    Missing(LineId, ProductSet),
    /// In this order: whose rule it is, and the other.
    Excluded(LineId, LineId),
    Together(String, LineId, LineId),
    Units(ProductId),
}

/// The faults of a cart, found by comparing every line with every other.
fn faults(scenario: &Scenario) -> Vec<(Fault, u64)> {
    let facts = scenario.facts([]);
    let lines: Vec<_> = facts
        .products
        .of_lines(scenario.cart().lines())
        .map(|(line, product)| (line, product.unwrap()))
        .collect();
    let mut faults = Vec::new();
    for (line, product) in &lines {
        let Some(rules) = product.relations.rules() else { continue };
        let id = &line.key.product.product;
        let among = |set: &ProductSet| {
            let named = |(other, product): &&(&_, &std::sync::Arc<Product>)| {
                let other: &std::sync::Arc<cart_core::line::Line> = other;
                let name = &other.key.product.product;
                name != id
                    && (set.products.contains(name)
                        || product.categories.iter().any(|category| set.categories.contains(category)))
            };
            lines.iter().filter(named).map(|(other, _)| *other).collect::<Vec<_>>()
        };
        for any_of in rules.requires.iter().filter(|any_of| among(any_of).is_empty()) {
            faults.push((Fault::Missing(line.id, any_of.clone()), 1));
        }
        faults.extend(among(&rules.excludes).iter().map(|other| (Fault::Excluded(line.id, other.id), 1)));
        for (other, also) in lines.iter().filter(|(other, _)| other.id != line.id) {
            let theirs = also.relations.rules().map(|rules| &rules.groups);
            let shared =
                rules.groups.iter().filter(|group| theirs.is_some_and(|theirs| theirs.contains(group)));
            faults.extend(shared.map(|group| (Fault::Together(group.to_string(), line.id, other.id), 1)));
        }
        if let Some(follows) = &rules.follows {
            let parents: u32 = among(&follows.parents).iter().map(|line| line.quantity.get()).sum();
            let excess = match follows.quantity {
                FollowedQuantity::AtMost => line.quantity.get().saturating_sub(parents),
                FollowedQuantity::Equal => line.quantity.get().abs_diff(parents),
            };
            faults.extend((excess > 0).then(|| (Fault::Units(id.clone()), excess.into())));
        }
    }
    faults
}

/// Faults that were not there before, or not as grave.
fn new_faults(before: &[(Fault, u64)], after: Vec<(Fault, u64)>) -> Vec<Fault> {
    let known = |fault: &(Fault, u64)| before.iter().any(|(was, grave)| *was == fault.0 && *grave >= fault.1);
    after.into_iter().filter(|fault| !known(fault)).map(|(fault, _)| fault).collect()
}

/// Whether a fault may come of something that went. Of edits in turn, one may take away what one before it counted on.
fn by_removal(fault: &Fault, before: &Cart, step: &Step) -> bool {
    match fault {
        Fault::Missing(line, _) => before.line(*line).is_some() || matches!(step, Step::Batch(_, false)),
        Fault::Units(_) => true,
        Fault::Excluded(..) | Fault::Together(..) => false,
    }
}

/// Carries steps out one after the other, and lets each look at the cart before and after.
fn live(
    (mut scenario, mut last): (Scenario, Option<Undoing>),
    steps: &[Step],
    look: impl Fn(&Scenario, &Scenario, &Step),
) -> (Scenario, Option<Undoing>) {
    for step in steps {
        let before = scenario.clone();
        let ready = match &last {
            Some(undoing) => scenario.and_undoing(undoing.clone()),
            None => scenario,
        };
        scenario = ready.when(step.ask()).scenario();
        look(&before, &scenario, step);
        if scenario.cart().version() != before.cart().version() {
            let (was, is) = (before.cart().clone().into(), scenario.cart().clone().into());
            last = Some(Undoing { version: scenario.cart().version(), before: was, after: is });
        }
    }
    (scenario, last)
}

fn check(before: &Scenario, after: &Scenario, orphans: Orphans, step: &Step) {
    let new = new_faults(&faults(before), faults(after));
    match orphans {
        Orphans::Refuse | Orphans::Remove => assert!(new.is_empty(), "{step:?} leads to {new:?}"),
        Orphans::Keep => {
            let kept = new.iter().all(|fault| by_removal(fault, before.cart(), step));
            assert!(kept, "{step:?} leads to {new:?}");
        }
    }
    let found: HashSet<_> = found(after).into_iter().map(|clash| clash.line.line).collect();
    assert_eq!(found.is_empty(), faults(after).is_empty(), "{:?}", after.cart().lines());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Whatever is asked, a cart clashes no more than before; only what is kept on purpose may be left without what it
    /// needs. Half way, the catalog changes all rules, and what clashes since then may stay but not get worse.
    #[test]
    fn no_command_makes_a_clash_appear(
        (shop, other) in (shop(), shop()),
        orphans in orphans(),
        (steps, more) in (vec(step(), 1..15), vec(step(), 1..15)),
        at_minimum in prop_oneof![Just(AtMinimum::Reject), Just(AtMinimum::Remove)],
    ) {
        let scenario = shop.around(given(cart())).and_policy_with(|policy| {
            (policy.orphans, policy.at_minimum) = (orphans, at_minimum);
        });
        let look = |before: &Scenario, after: &Scenario, step: &Step| check(before, after, orphans, step);
        let (scenario, last) = live((scenario, None), &steps, look);
        if orphans != Orphans::Keep {
            prop_assert_eq!(found(&scenario), []);
        }
        live((other.around(scenario), last), &more, look);
    }

    /// What is refused for a clash would lead to one.
    #[test]
    fn nothing_is_refused_without_a_reason(
        shop in shop(),
        orphans in orphans(),
        lines in vec((id(), units()), 0..6),
        edits in vec(edit(), 1..6),
    ) {
        let scenario = shop.around(given(distinct(&lines))).and_policy_with(|policy| policy.orphans = orphans);
        let command = Step::Batch(edits, true).ask().command(scenario.cart());
        let decided = |scenario: &Scenario| {
            let facts = scenario.facts(command.added_products().cloned());
            cart_core::decide::decide(scenario.cart(), &user("ann"), &command, &facts)
        };
        let reason = decided(&scenario).err();
        if matches!(reason, Some(Rejection::IncompatibleItems { .. } | Rejection::HasDependants { .. })) {
            let lawless = IDS.iter().fold(scenario.clone(), |scenario, id| {
                scenario.and_product(id, |product| product.relations = Relations::default())
            });
            let after = Write::new(decided(&lawless).unwrap().events).change(scenario.cart()).cart;
            let new = new_faults(&faults(&scenario), faults(&shop.around(given(stored(&after)))));
            prop_assert!(!new.is_empty(), "{:?} makes no fault appear", command);
        }
    }

    /// Adds that are done together or not at all are answered alike in whatever order they come.
    #[test]
    fn the_order_of_adds_done_together_does_not_matter(
        shop in shop().prop_map(Shop::in_single_units),
        orphans in orphans(),
        lines in vec((id(), units()), 0..4),
        (adds, shuffled) in vec((id(), units()), 1..6).prop_flat_map(|adds| (Just(adds.clone()), Just(adds).prop_shuffle())),
    ) {
        let start = || shop.around(given(distinct(&lines))).and_policy_with(|policy| policy.orphans = orphans);
        let answer = |adds: &[(&str, u32)]| {
            let start = start();
            let asks: Vec<_> = adds.iter().map(|(id, units)| ann().add(id, *units)).collect();
            let command = ann().edit_lines(BatchMode::AllOrNothing, asks).command(start.cart());
            let facts = start.facts(command.added_products().cloned());
            let decided = cart_core::decide::decide(start.cart(), &user("ann"), &command, &facts);
            decided.map(|decision| lines_of(&Write::new(decision.events).change(start.cart()).cart))
        };
        match (answer(&adds), answer(&shuffled)) {
            (Ok(one), Ok(other)) => prop_assert_eq!(one, other),
            (Err(Rejection::IncompatibleItems { clashes }), Err(Rejection::IncompatibleItems { clashes: others })) => {
                let rules = |clashes: Vec<cart_core::relation::Clash>| {
                    clashes.into_iter().map(|clash| std::mem::discriminant(&clash.broken)).collect::<HashSet<_>>()
                };
                prop_assert_eq!(rules(clashes), rules(others));
            }
            (one, other) => prop_assert!(false, "{:?} and {:?}", one, other),
        }
    }

    /// What is merged or copied does not clash, but for what clashed in the user's cart before.
    #[test]
    fn merges_and_copies_make_no_clash_appear(
        shop in shop(),
        users in vec((id(), units()), 0..5),
        from in vec((id(), units()), 0..6),
        strategy in prop_oneof![
            Just(MergeStrategy::Sum),
            Just(MergeStrategy::KeepHighest),
            Just(MergeStrategy::PreferUser),
            Just(MergeStrategy::PreferGuest),
        ],
    ) {
        let scenario = shop.around(given(distinct(&users)));
        let from = from.iter().fold(guests(&[]), |cart, (id, units)| {
            if cart.clone().build().lines().iter().any(|line| line.key.product == product(id)) { cart } else { cart.with_line(id, *units) }
        }).build();
        let facts = scenario.facts(from.lines().iter().map(|line| line.key.product.clone()));
        let becomes = scenario.cart().version().next();
        let merged = merge(scenario.cart(), &user("ann"), &from, &guest(1), strategy, becomes, &facts).unwrap();
        let after = Write::new(merged.into.events).change(scenario.cart()).cart;
        let after = shop.around(given(stored(&after)));
        let new = new_faults(&faults(&scenario), faults(&after));
        prop_assert!(new.is_empty(), "{:?} leads to {:?}", strategy, new);

        let order = DuplicateCart { source: scenario.cart().id(), name: None };
        let copied = duplicate(scenario.cart(), cart_id(9), &user("ann"), &order, &facts).unwrap();
        let mut copy = cart().numbered(9).build();
        copy = Write::new(copied.events.into_iter().skip(1).collect::<Vec<_>>()).change(&copy).cart.as_ref().clone();
        prop_assert_eq!(faults(&shop.around(given(stored(&copy)))), vec![]);
    }
}

fn stored(cart: &Cart) -> cart_core::testing::GivenCart {
    let stored = cart.to_stored();
    cart_core::testing::cart().with(|cart| *cart = stored)
}

/// A cart with the first of each product's lines.
fn distinct(lines: &[(&'static str, u32)]) -> cart_core::testing::GivenCart {
    let mut seen = HashSet::new();
    let first: Vec<_> = lines.iter().copied().filter(|(id, _)| seen.insert(*id)).collect();
    filled(&first)
}

fn lines_of(cart: &Cart) -> std::collections::BTreeMap<String, u32> {
    cart.lines().iter().map(|line| (line.key.product.product.to_string(), line.quantity.get())).collect()
}
