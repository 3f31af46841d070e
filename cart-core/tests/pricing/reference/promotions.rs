//! Promotions taking their turns on a cart.

use std::collections::{BTreeMap, BTreeSet};

use cart_core::coupon::CouponCode;
use cart_core::id::PromotionId;
use cart_core::promotion::{Effect, NotApplied, Promotion, SubtotalBasis};

use super::charges::shipping_price;
use super::lines::Item;
use super::{effects, money};
use crate::answer::{CouponAnswer, GiftAnswer, PromotionAnswer};
use crate::case::Case;

/// Which stage a promotion belongs to, by the order of work.
pub(crate) fn stage(promotion: &Promotion) -> u8 {
    match promotion.effect {
        Effect::Lines { .. }
        | Effect::Units { .. }
        | Effect::QuantityTiers { .. }
        | Effect::BuyGet { .. } => 2,
        Effect::Order { .. } | Effect::ValueTiers { .. } => 3,
        Effect::Shipping { .. } => 4,
        Effect::Gift { .. } => 5,
    }
}

/// The promotions that may concern the cart, each once, in the order of work.
pub(crate) struct Candidates<'a> {
    case: &'a Case,
    pub(crate) promotions: Vec<&'a Promotion>,
}

impl<'a> Candidates<'a> {
    pub(crate) fn of(case: &'a Case) -> Self {
        let mut seen = BTreeSet::new();
        let is_offered = case.policy.pricing.promotions;
        let concerns = |promotion: &&Promotion| {
            is_offered && (promotion.codes.is_empty() || code_for(case, promotion).is_some())
        };
        let all = case.terms.promotions.iter().map(AsRef::as_ref).filter(concerns);
        let mut promotions: Vec<&Promotion> = all.filter(|promotion| seen.insert(&promotion.id)).collect();
        promotions.sort_by_key(|promotion| (stage(promotion), promotion.priority, &promotion.id));
        promotions.truncate(1_000);
        Self { case, promotions }
    }

    pub(crate) fn outcomes(
        &self,
        run: &Run<'_>,
        excluded: &BTreeMap<PromotionId, NotApplied>,
    ) -> Vec<PromotionAnswer> {
        let answer = |promotion: &&Promotion| PromotionAnswer {
            id: promotion.id.clone(),
            code: code_for(self.case, promotion).cloned(),
            outcome: match excluded.get(&promotion.id) {
                Some(reason) => Err(reason.clone()),
                None => run.outcomes[&promotion.id].clone(),
            },
        };
        self.promotions.iter().map(answer).collect()
    }

    pub(crate) fn coupons(&self, outcomes: &[PromotionAnswer]) -> Vec<CouponAnswer> {
        self.case.cart.coupons.iter().map(|code| self.coupon(code, outcomes)).collect()
    }

    /// What becomes of a code: of the promotions that are not on the cart by an earlier one, all it makes apply.
    fn coupon(&self, code: &CouponCode, outcomes: &[PromotionAnswer]) -> CouponAnswer {
        let any = self.promotions.iter().find(|promotion| promotion.codes.contains(code));
        let given: Vec<_> = outcomes.iter().filter(|outcome| outcome.code.as_ref() == Some(code)).collect();
        let applied = given.iter().find(|outcome| outcome.outcome.is_ok());
        let first = applied.or(given.first());
        let outcome = match (any, first.map(|first| &first.outcome)) {
            (None, _) if !self.case.policy.pricing.promotions => Err(NotApplied::NotOffered),
            (None, _) => Err(NotApplied::Unknown),
            (Some(_), None) => Err(NotApplied::SamePromotion),
            (Some(_), Some(Err(reason))) => Err(reason.clone()),
            (Some(_), Some(Ok(_))) => Ok(given.iter().filter_map(|given| given.outcome.clone().ok()).sum()),
        };
        let promotion = first.map(|first| first.id.clone()).or(any.map(|any| any.id.clone()));
        CouponAnswer { code: code.clone(), promotion, outcome }
    }
}

/// The first code on the cart that a promotion has.
fn code_for<'a>(case: &'a Case, promotion: &Promotion) -> Option<&'a CouponCode> {
    case.cart.coupons.iter().find(|code| promotion.codes.contains(*code))
}

/// What promotions do to a cart.
pub(crate) struct Run<'a> {
    pub(crate) case: &'a Case,
    pub(crate) items: &'a [Item<'a>],
    /// What each line costs at this point.
    pub(crate) current: Vec<i128>,
    /// The price of shipping, and what promotions take off it; none if nothing is shipped.
    pub(crate) shipping: Option<(i128, i128)>,
    pub(crate) gifts: Vec<(PromotionId, GiftAnswer)>,
    pub(crate) outcomes: BTreeMap<PromotionId, Result<i128, NotApplied>>,
}

impl<'a> Run<'a> {
    /// Lets promotions, in the order of work, take their turns.
    pub(crate) fn of(case: &'a Case, items: &'a [Item<'a>], promotions: &[&Promotion]) -> Self {
        let current = items.iter().map(Item::amount).collect();
        let mut run =
            Self { case, items, current, shipping: None, gifts: Vec::new(), outcomes: BTreeMap::new() };
        let (on_lines, rest): (Vec<_>, Vec<_>) = promotions.iter().partition(|p| stage(p) <= 3);
        run.take_turns(&on_lines);
        run.shipping = shipping_price(case, items, &run.current).map(|price| (price, 0));
        run.take_turns(&rest);
        run
    }

    fn take_turns(&mut self, promotions: &[&Promotion]) {
        for promotion in promotions {
            let outcome = self.check(promotion).and_then(|()| effects::apply(self, promotion));
            let outcome = match outcome {
                Ok(0) if stage(promotion) != 5 => Err(NotApplied::NothingLeft),
                outcome => outcome,
            };
            self.outcomes.insert(promotion.id.clone(), outcome);
        }
    }

    /// What a promotion takes off, or the value of what it gives.
    pub(crate) fn worth(&self, promotion: &PromotionId) -> i128 {
        let gifts = self.gifts.iter().filter(|(id, _)| id == promotion).map(|(_, gift)| gift.value);
        let taken = self.outcomes.get(promotion).and_then(|outcome| outcome.as_ref().ok());
        taken.copied().unwrap_or_default() + gifts.sum::<i128>()
    }

    /// Whether the conditions hold at this point.
    fn check(&self, promotion: &Promotion) -> Result<(), NotApplied> {
        standing(self.case, promotion)?;
        let conditions = &promotion.conditions;
        let scope: Vec<usize> =
            (0..self.items.len()).filter(|&at| self.items[at].is_in(&conditions.scope)).collect();
        if scope.is_empty() {
            return Err(NotApplied::NothingConcerned);
        }
        let units: i128 = scope.iter().map(|&at| self.items[at].units).sum();
        if let Some(min) = conditions.min_quantity
            && units < i128::from(min.get())
        {
            return Err(NotApplied::BelowQuantity { min, units: units as u64 });
        }
        let Some(least) = &conditions.min_subtotal else { return Ok(()) };
        let min = least.amounts.in_currency(self.case.currency()).ok_or(NotApplied::Currency)?;
        let subtotal = self.sum(&scope, least.basis);
        if subtotal < min.minor().into() {
            return Err(NotApplied::BelowSubtotal { min, subtotal: money(self.case, subtotal) });
        }
        Ok(())
    }

    /// What some lines cost together.
    pub(crate) fn sum(&self, lines: &[usize], basis: SubtotalBasis) -> i128 {
        let amount = |&at: &usize| match basis {
            SubtotalBasis::BeforeDiscounts => self.items[at].amount(),
            SubtotalBasis::AfterDiscounts => self.current[at],
        };
        lines.iter().map(amount).sum()
    }
}

/// The conditions that do not depend on what is in the cart.
pub(crate) fn standing(case: &Case, promotion: &Promotion) -> Result<(), NotApplied> {
    let conditions = &promotion.conditions;
    let customer = &case.terms.customer;
    let of_promotion = case.terms.uses.iter().find(|(id, _)| *id == promotion.id);
    let uses = of_promotion.map(|(_, uses)| *uses).unwrap_or_default();
    let limit = promotion.limit;
    let refuse_if = |is_so: bool, reason| if is_so { Err(reason) } else { Ok(()) };
    let is_unmet = |named: bool, met: bool| named && !met;
    refuse_if(promotion.check().is_err(), NotApplied::Faulty)?;
    refuse_if(conditions.ends_at.is_some_and(|end| end <= case.now), NotApplied::Ended)?;
    refuse_if(conditions.starts_at.is_some_and(|start| case.now < start), NotApplied::NotStarted)?;
    let channel = conditions.channels.contains(&case.cart.channel);
    refuse_if(is_unmet(!conditions.channels.is_empty(), channel), NotApplied::Channel)?;
    let currency = conditions.currencies.contains(&case.currency());
    refuse_if(is_unmet(!conditions.currencies.is_empty(), currency), NotApplied::Currency)?;
    let group = customer.groups.iter().any(|group| conditions.customer_groups.contains(group));
    refuse_if(is_unmet(!conditions.customer_groups.is_empty(), group), NotApplied::CustomerGroup)?;
    refuse_if(limit.total.is_some_and(|most| uses.total >= most), NotApplied::UsedUp)?;
    refuse_if(limit.per_customer.is_some() && customer.key.is_none(), NotApplied::CustomerUnknown)?;
    refuse_if(limit.per_customer.is_some_and(|most| uses.by_customer >= most), NotApplied::UsedUpByCustomer)
}
