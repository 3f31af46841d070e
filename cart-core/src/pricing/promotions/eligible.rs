//! Whether a promotion may apply.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::cart::Cart;
use crate::coupon::CouponCode;
use crate::facts::{Facts, Uses};
use crate::id::PromotionId;
use crate::pricing::basket::{Basket, Item};
use crate::promotion::{Conditions, MinSubtotal, NotApplied, Promotion, Scope, SubtotalBasis};

/// The most promotions that are looked at, in the order of their turns.
const MAX_PROMOTIONS: usize = 1000;

/// A promotion that may concern the cart, and whether it may still apply.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    pub(super) promotion: &'a Arc<Promotion>,
    /// The code on the cart that it was given for.
    pub(super) code: Option<&'a CouponCode>,
    pub(super) verdict: Result<(), NotApplied>,
}

/// The promotions that may concern a cart, in the order of their turns: by stage, priority and id.
pub(super) fn candidates<'a>(cart: &'a Cart, facts: &'a Facts) -> Vec<Candidate<'a>> {
    let uses: HashMap<&PromotionId, Uses> = facts.terms.uses.iter().map(|(id, uses)| (id, *uses)).collect();
    let of_cart = |promotion: &'a Arc<Promotion>| {
        let code = cart.coupons().iter().find(|code| promotion.codes.contains(code));
        (promotion.is_automatic() || code.is_some()).then(|| Candidate {
            promotion,
            code,
            verdict: may_apply(promotion, cart, facts, &uses),
        })
    };
    let mut candidates: Vec<_> = facts.terms.promotions.iter().filter_map(of_cart).collect();
    candidates.sort_by(|a, b| a.turn().cmp(&b.turn()));
    drop_repeated(&mut candidates);
    candidates.truncate(MAX_PROMOTIONS);
    candidates
}

/// A promotion that is answered twice is one, the one whose turn comes first.
fn drop_repeated(candidates: &mut Vec<Candidate<'_>>) {
    const FEW: usize = 16;
    let is_among =
        |id: &PromotionId, earlier: &[Candidate<'_>]| earlier.iter().any(|other| other.promotion.id == *id);
    let mut places = candidates.iter().enumerate();
    let repeats = |(place, candidate): (usize, &Candidate<'_>)| {
        candidates.get(..place).is_some_and(|earlier| is_among(&candidate.promotion.id, earlier))
    };
    // Looking through a few is faster than hashing them.
    if candidates.len() > FEW || places.any(repeats) {
        let mut known = HashSet::with_capacity(candidates.len());
        candidates.retain(|candidate| known.insert(&candidate.promotion.id));
    }
}

/// What does not depend on what is in the cart.
fn may_apply(
    promotion: &Promotion,
    cart: &Cart,
    facts: &Facts,
    uses: &HashMap<&PromotionId, Uses>,
) -> Result<(), NotApplied> {
    let conditions = &promotion.conditions;
    promotion.check().map_err(|_| NotApplied::Faulty)?;
    if conditions.ends_at.is_some_and(|end| end <= facts.now) {
        return Err(NotApplied::Ended);
    }
    if conditions.starts_at.is_some_and(|start| facts.now < start) {
        return Err(NotApplied::NotStarted);
    }
    if !conditions.channels.is_empty() && !conditions.channels.contains(cart.channel()) {
        return Err(NotApplied::Channel);
    }
    if !conditions.currencies.is_empty() && !conditions.currencies.contains(&cart.currency()) {
        return Err(NotApplied::Currency);
    }
    let groups = &conditions.customer_groups;
    if !groups.is_empty() && groups.is_disjoint(&facts.terms.customer.groups) {
        return Err(NotApplied::CustomerGroup);
    }
    is_left(promotion, facts, uses.get(&promotion.id).copied().unwrap_or_default())
}

/// Whether a use is left.
fn is_left(promotion: &Promotion, facts: &Facts, uses: Uses) -> Result<(), NotApplied> {
    let limit = promotion.limit;
    if !limit.is_limited() {
        return Ok(());
    }
    if limit.total.is_some_and(|limit| limit <= uses.total) {
        return Err(NotApplied::UsedUp);
    }
    match limit.per_customer {
        Some(_) if facts.terms.customer.key.is_none() => Err(NotApplied::CustomerUnknown),
        Some(limit) if limit <= uses.by_customer => Err(NotApplied::UsedUpByCustomer),
        Some(_) | None => Ok(()),
    }
}

impl Conditions {
    /// What depends on what is in the cart.
    pub(super) fn hold_for(&self, basket: &Basket<'_>) -> Result<(), NotApplied> {
        if self.scope.is_everything() && self.min_quantity.is_none() && self.min_subtotal.is_none() {
            return if basket.items.is_empty() { Err(NotApplied::NothingConcerned) } else { Ok(()) };
        }
        let mut units = None;
        for (_, item) in basket.concerned(&self.scope) {
            units = Some(units.unwrap_or(0) + u64::from(item.quantity));
        }
        let units = units.ok_or(NotApplied::NothingConcerned)?;
        match self.min_quantity {
            Some(min) if units < u64::from(min.get()) => Err(NotApplied::BelowQuantity { min, units }),
            Some(_) | None => {
                self.min_subtotal.as_ref().map_or(Ok(()), |least| least.is_reached(basket, &self.scope))
            }
        }
    }
}

impl MinSubtotal {
    fn is_reached(&self, basket: &Basket<'_>, scope: &Scope) -> Result<(), NotApplied> {
        let min = self.amounts.in_currency(basket.currency).ok_or(NotApplied::Currency)?;
        let subtotal = basket.money(basket.sum(scope, self.basis));
        if subtotal.minor() < min.minor() { Err(NotApplied::BelowSubtotal { min, subtotal }) } else { Ok(()) }
    }
}

impl Basket<'_> {
    /// What the items in a scope cost together.
    pub(super) fn sum(&self, scope: &Scope, basis: SubtotalBasis) -> i64 {
        let cost = |(_, item): (usize, &Item)| match basis {
            SubtotalBasis::BeforeDiscounts => item.sold,
            SubtotalBasis::AfterDiscounts => item.current,
        };
        self.concerned(scope).map(cost).sum()
    }
}

impl Candidate<'_> {
    fn turn(&self) -> (super::Stage, i32, &PromotionId) {
        (super::Stage::of(&self.promotion.effect), self.promotion.priority, &self.promotion.id)
    }
}
