//! Which of the promotions that exclude each other stay.

use std::collections::HashMap;
use std::sync::Arc;

use super::Stage;
use super::effect::takings;
use super::eligible::Candidate;
use super::world::{Delivery, World};
use crate::id::PromotionId;
use crate::policy::ExclusiveRule;
use crate::pricing::basket::Basket;
use crate::promotion::{NotApplied, Stacking};

/// Settles which candidates stay. Each that excludes others is tried alone, on a basket that no promotion has reduced;
/// `delivery` says what delivery costs for what a basket costs.
pub(super) fn settle<'d>(
    candidates: &mut [Candidate<'_>],
    world: World<'_>,
    basket: &Basket<'_>,
    delivery: impl Fn(&Basket<'_>) -> Option<Delivery<'d>>,
) {
    if candidates.iter().all(|candidate| candidate.promotion.stacking == Stacking::Combine) {
        return;
    }
    let undiscounted = delivery(basket);
    let alone = |candidate: &Candidate<'_>| {
        candidate.verdict.clone()?;
        match takings(candidate.promotion, world, basket, undiscounted, &[])?.gain() {
            0 => Err(NotApplied::NothingLeft),
            gain => Ok(gain),
        }
    };
    // By priority and id, whatever their stages: so the first of equals is the one that counts.
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|&place| {
        candidates.get(place).map(|tried| (tried.promotion.priority, tried.promotion.id.clone()))
    });
    let mut gains: Vec<Option<i64>> = vec![None; candidates.len()];
    for (candidate, gain) in candidates.iter_mut().zip(&mut gains) {
        if candidate.promotion.stacking != Stacking::Combine {
            match alone(candidate) {
                Ok(alone) => *gain = Some(alone),
                Err(reason) => candidate.verdict = Err(reason),
            }
        }
    }
    settle_names(candidates, &order, &gains);
    settle_exclusive(candidates, &order, &gains, world, basket, delivery);
}

/// Of those of one name, one stays.
fn settle_names(candidates: &mut [Candidate<'_>], order: &[usize], gains: &[Option<i64>]) {
    let mut winners: HashMap<Stacking, (PromotionId, i64)> = HashMap::new();
    for &place in order {
        let (Some(candidate), Some(Some(gain))) = (candidates.get(place), gains.get(place)) else { continue };
        let stacking = &candidate.promotion.stacking;
        // Later ones of a name come in only where the best is wanted, and only if they are better.
        let wins = match (stacking, winners.get(stacking)) {
            (Stacking::Combine | Stacking::Exclusive, _) | (Stacking::FirstOf(_), Some(_)) => false,
            (Stacking::FirstOf(_) | Stacking::BestOf(_), None) => true,
            (Stacking::BestOf(_), Some((_, best))) => gain > best,
        };
        if wins {
            winners.insert(stacking.clone(), (candidate.promotion.id.clone(), *gain));
        }
    }
    for candidate in candidates.iter_mut().filter(|candidate| candidate.verdict.is_ok()) {
        if let Some((by, _)) = winners.get(&candidate.promotion.stacking)
            && *by != candidate.promotion.id
        {
            candidate.verdict = Err(NotApplied::Excluded { by: by.clone() });
        }
    }
}

/// One exclusive promotion stays alone, or none of them does.
fn settle_exclusive<'d>(
    candidates: &mut [Candidate<'_>],
    order: &[usize],
    gains: &[Option<i64>],
    world: World<'_>,
    basket: &Basket<'_>,
    delivery: impl Fn(&Basket<'_>) -> Option<Delivery<'d>>,
) {
    let is_exclusive = |&&place: &&usize| {
        candidates.get(place).is_some_and(|candidate| candidate.promotion.stacking == Stacking::Exclusive)
    };
    let gain = |place: usize| gains.get(place).copied().flatten();
    let Some((first, gain)) =
        order.iter().filter(is_exclusive).find_map(|&place| Some((place, gain(place)?)))
    else {
        return;
    };
    let Some(by) = candidates.get(first).map(|candidate| Arc::clone(candidate.promotion)) else { return };
    let others_win = match basket.policy.exclusive {
        ExclusiveRule::Wins => None,
        ExclusiveRule::IfBetter => better_together(candidates, gain, world, basket, delivery),
    };
    match others_win {
        Some(other) => exclude(candidates, &other, |stacking| *stacking == Stacking::Exclusive),
        None => exclude(candidates, &by.id, |_| true),
    }
}

/// The first of the promotions that are not exclusive, if together they take off as much as an exclusive one alone.
fn better_together<'d>(
    candidates: &[Candidate<'_>],
    gain: i64,
    world: World<'_>,
    basket: &Basket<'_>,
    delivery: impl Fn(&Basket<'_>) -> Option<Delivery<'d>>,
) -> Option<PromotionId> {
    let mut basket = basket.clone();
    // What delivery costs is known once the promotions on lines have had their turns.
    let mut shipping = None;
    let (mut together, mut first, mut gifts) = (0, None, Vec::new());
    for candidate in candidates {
        if candidate.promotion.stacking == Stacking::Exclusive || candidate.verdict.is_err() {
            continue;
        }
        if Stage::of(&candidate.promotion.effect) > Stage::Order && shipping.is_none() {
            shipping = Some(delivery(&basket));
        }
        let now = shipping.flatten();
        let Ok(takings) = takings(candidate.promotion, world, &basket, now, &gifts) else { continue };
        together += takings.gain();
        first = first.or(Some(candidate.promotion.id.clone()));
        super::reduce_items(&mut basket, &takings);
        gifts.extend(super::given(candidate.promotion, &takings, world, &basket));
        if let (Some(Some(delivery)), Some((_, off, _))) = (&mut shipping, &takings.shipping) {
            delivery.current -= off;
        }
    }
    first.filter(|_| gain <= together)
}

/// Excludes those of some stacking, but for the one that excludes them.
fn exclude(candidates: &mut [Candidate<'_>], by: &PromotionId, excludes: impl Fn(&Stacking) -> bool) {
    for candidate in candidates {
        if candidate.promotion.id != *by
            && candidate.verdict.is_ok()
            && excludes(&candidate.promotion.stacking)
        {
            candidate.verdict = Err(NotApplied::Excluded { by: by.clone() });
        }
    }
}
