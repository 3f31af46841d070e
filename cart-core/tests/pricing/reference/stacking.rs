//! Which promotions stay where some exclude others.

use std::collections::{BTreeMap, BTreeSet};

use cart_core::id::PromotionId;
use cart_core::policy::ExclusiveRule;
use cart_core::promotion::{NotApplied, Promotion, Stacking};

use super::lines::Item;
use super::promotions::{Candidates, Run, standing};
use crate::case::Case;

type Reasons = BTreeMap<PromotionId, NotApplied>;

/// The promotions that stay, in the order of work, and why the others do not.
pub(crate) fn decide<'a>(
    case: &'a Case,
    items: &'a [Item<'a>],
    candidates: &Candidates<'a>,
) -> (Vec<&'a Promotion>, Reasons) {
    let mut out = Reasons::new();
    for promotion in &candidates.promotions {
        if let Err(reason) = standing(case, promotion) {
            out.insert(promotion.id.clone(), reason);
        }
    }
    let worths = alone(case, items, candidates, &mut out);
    choose(candidates, &worths, &mut out, first_name, |_, _| false);
    choose(candidates, &worths, &mut out, best_name, |one, other| one > other);
    exclusive(case, items, candidates, &worths, &mut out);
    (staying(candidates, &out, |_| true), out)
}

fn staying<'a>(
    candidates: &Candidates<'a>,
    out: &Reasons,
    filter: impl Fn(&Promotion) -> bool,
) -> Vec<&'a Promotion> {
    let stays = |promotion: &&&Promotion| !out.contains_key(&promotion.id) && filter(promotion);
    candidates.promotions.iter().filter(stays).copied().collect()
}

/// What each promotion that may exclude others takes off alone; those that take nothing off are out.
fn alone<'a>(
    case: &'a Case,
    items: &'a [Item<'a>],
    candidates: &Candidates<'a>,
    out: &mut Reasons,
) -> BTreeMap<PromotionId, i128> {
    let mut worths = BTreeMap::new();
    for promotion in staying(candidates, out, |promotion| promotion.stacking != Stacking::Combine) {
        let run = Run::of(case, items, &[promotion]);
        match (&run.outcomes[&promotion.id], run.worth(&promotion.id)) {
            (Err(reason), _) => drop(out.insert(promotion.id.clone(), reason.clone())),
            (Ok(_), 0) => drop(out.insert(promotion.id.clone(), NotApplied::NothingLeft)),
            (Ok(_), worth) => drop(worths.insert(promotion.id.clone(), worth)),
        }
    }
    worths
}

fn first_name(stacking: &Stacking) -> Option<&str> {
    if let Stacking::FirstOf(name) = stacking { Some(name) } else { None }
}

fn best_name(stacking: &Stacking) -> Option<&str> {
    if let Stacking::BestOf(name) = stacking { Some(name) } else { None }
}

/// Of the promotions of each name, leaves the first by priority and id, or a later one that is better.
fn choose(
    candidates: &Candidates<'_>,
    worths: &BTreeMap<PromotionId, i128>,
    out: &mut Reasons,
    name_of: impl Fn(&Stacking) -> Option<&str>,
    is_better: impl Fn(i128, i128) -> bool,
) {
    let named = by_priority(staying(candidates, out, |promotion| name_of(&promotion.stacking).is_some()));
    let names: BTreeSet<_> = named.iter().map(|promotion| name_of(&promotion.stacking)).collect();
    for name in names {
        let group: Vec<_> = named.iter().filter(|promotion| name_of(&promotion.stacking) == name).collect();
        let mut winner = group[0];
        for promotion in &group {
            if is_better(worths[&promotion.id], worths[&winner.id]) {
                winner = promotion;
            }
        }
        for promotion in group.iter().filter(|promotion| promotion.id != winner.id) {
            out.insert(promotion.id.clone(), NotApplied::Excluded { by: winner.id.clone() });
        }
    }
}

fn by_priority(mut promotions: Vec<&Promotion>) -> Vec<&Promotion> {
    promotions.sort_by_key(|promotion| (promotion.priority, &promotion.id));
    promotions
}

fn exclusive<'a>(
    case: &'a Case,
    items: &'a [Item<'a>],
    candidates: &Candidates<'a>,
    worths: &BTreeMap<PromotionId, i128>,
    out: &mut Reasons,
) {
    let exclusives =
        by_priority(staying(candidates, out, |promotion| promotion.stacking == Stacking::Exclusive));
    let Some(first) = exclusives.first() else { return };
    let others = staying(candidates, out, |promotion| promotion.stacking != Stacking::Exclusive);
    let run = Run::of(case, items, &others);
    let together: i128 = others.iter().map(|promotion| run.worth(&promotion.id)).sum();
    let wins = match case.policy.pricing.exclusive {
        ExclusiveRule::Wins => true,
        ExclusiveRule::IfBetter => worths[&first.id] > together,
    };
    let first_of_others = others.iter().find(|promotion| run.outcomes[&promotion.id].is_ok());
    let by = if wins { Some(*first) } else { first_of_others.copied() };
    for promotion in staying(candidates, out, |promotion| !wins || promotion.id != first.id) {
        if let (Some(by), true) = (by, wins || promotion.stacking == Stacking::Exclusive) {
            out.insert(promotion.id.clone(), NotApplied::Excluded { by: by.id.clone() });
        }
    }
}
