//! What each effect takes off.

use super::buy_get::BuyGet;
use super::gift::gift;
use super::reduce::{Reducing, SplitBy};
use super::takings::Takings;
use super::world::{Delivery, World};
use crate::money::{Money, Rounding};
use crate::pricing::arithmetic::fraction;
use crate::pricing::basket::{Basket, Portion};
use crate::pricing::derivation::Working;
use crate::pricing::priced::PricedGift;
use crate::promotion::{Counting, Effect, NotApplied, Promotion, QuantityTier, Reduction, Scope, ValueTier};

/// What a promotion takes off now, if its conditions hold; `given` is what others give already.
pub(super) fn takings(
    promotion: &Promotion,
    world: World<'_>,
    basket: &Basket<'_>,
    delivery: Option<Delivery<'_>>,
    given: &[PricedGift],
) -> Result<Takings, NotApplied> {
    promotion.conditions.hold_for(basket)?;
    let mut takings = Takings::with_room_for(basket.items.len());
    let reducing = Reducing { basket, rates: world.rates };
    match &promotion.effect {
        Effect::Lines { scope, reduction } => {
            reducing.lines(&concerned(basket, scope)?, reduction, &mut takings)?;
        }
        Effect::Units { scope, reduction } => {
            reducing.units(&concerned(basket, scope)?, reduction, SplitBy::Policy, &mut takings)?;
        }
        Effect::QuantityTiers { scope, counting, tiers } => {
            reducing.quantity_tiers(&concerned(basket, scope)?, *counting, tiers, &mut takings)?;
        }
        Effect::BuyGet { buy, buy_quantity, get, get_quantity, reduction, max_times } => {
            let (buy_quantity, get_quantity, max_times) = (*buy_quantity, *get_quantity, *max_times);
            let portions = BuyGet { buy, buy_quantity, get, get_quantity, max_times }.portions(basket);
            if portions.is_empty() {
                return Err(NotApplied::NothingConcerned);
            }
            reducing.units(&portions, reduction, SplitBy::Amounts, &mut takings)?;
        }
        Effect::Order { scope, reduction } => {
            reducing.order(&concerned(basket, scope)?, reduction, &mut takings)?;
        }
        Effect::ValueTiers { scope, basis, tiers } => {
            let subtotal = basket.money(basket.sum(scope, *basis));
            reducing.value_tiers(&concerned(basket, scope)?, subtotal, tiers, &mut takings)?;
        }
        Effect::Shipping { methods, reduction } => {
            let is_reduced =
                |delivery: &Delivery<'_>| methods.is_empty() || methods.contains(delivery.method);
            let delivery = delivery.filter(is_reduced).ok_or(NotApplied::ShippingMethod)?;
            reducing.shipping(delivery, reduction, &mut takings)?;
        }
        Effect::Gift { product, quantity } => {
            takings.gift = Some(gift(promotion, product, *quantity, world, basket, given)?);
        }
    }
    if takings.is_nothing() { Err(NotApplied::NothingLeft) } else { Ok(takings) }
}

/// The items that a scope is about, as a whole; at least one.
fn concerned(basket: &Basket<'_>, scope: &Scope) -> Result<Vec<Portion>, NotApplied> {
    let mut portions = Vec::with_capacity(basket.items.len());
    portions.extend(basket.concerned(scope).map(Portion::whole));
    if portions.is_empty() { Err(NotApplied::NothingConcerned) } else { Ok(portions) }
}

impl Reducing<'_> {
    /// Reduces each unit by the tier that is reached; lines of one tier together.
    fn quantity_tiers(
        &self,
        portions: &[Portion],
        counting: Counting,
        tiers: &[QuantityTier],
        takings: &mut Takings,
    ) -> Result<(), NotApplied> {
        let together: u64 = portions.iter().map(|portion| u64::from(portion.units)).sum();
        let tier_of = |units: u32| {
            let counted = match counting {
                Counting::EachLine => units.into(),
                Counting::Together => together,
            };
            tiers.iter().rposition(|tier| u64::from(tier.from.get()) <= counted)
        };
        let first = tiers.first().ok_or(NotApplied::Faulty)?;
        if portions.iter().all(|portion| tier_of(portion.units).is_none()) {
            let units = match counting {
                Counting::EachLine => portions.iter().map(|portion| portion.units.into()).max().unwrap_or(0),
                Counting::Together => together,
            };
            return Err(NotApplied::BelowQuantity { min: first.from, units });
        }
        for (index, tier) in tiers.iter().enumerate() {
            // Tiers that reduce alike are one: their lines are rounded together.
            if tiers.iter().take(index).any(|lower| lower.reduction == tier.reduction) {
                continue;
            }
            let is_like =
                |place: usize| tiers.get(place).is_some_and(|other| other.reduction == tier.reduction);
            let is_reached = |portion: &&Portion| tier_of(portion.units).is_some_and(is_like);
            let reached: Vec<Portion> = portions.iter().filter(is_reached).copied().collect();
            match self.units(&reached, &tier.reduction, SplitBy::Policy, takings) {
                // A tier without an amount in the currency takes nothing off; the others do.
                Ok(()) | Err(NotApplied::Currency) => {}
                Err(reason) => return Err(reason),
            }
        }
        takings.items.sort_by_key(|taking| taking.place);
        Ok(())
    }

    /// Reduces items together by the tier that they reach.
    fn value_tiers(
        &self,
        portions: &[Portion],
        subtotal: Money,
        tiers: &[ValueTier],
        takings: &mut Takings,
    ) -> Result<(), NotApplied> {
        let froms =
            || tiers.iter().filter_map(|tier| Some((tier.from.in_currency(subtotal.currency())?, tier)));
        match froms().rfind(|(from, _)| from.minor() <= subtotal.minor()) {
            Some((_, tier)) => self.order(portions, &tier.reduction, takings),
            None => match froms().next() {
                Some((min, _)) => Err(NotApplied::BelowSubtotal { min, subtotal }),
                None => Err(NotApplied::Currency),
            },
        }
    }

    fn shipping(
        &self,
        delivery: Delivery<'_>,
        reduction: &Reduction,
        takings: &mut Takings,
    ) -> Result<(), NotApplied> {
        let (basket, of) = (self.basket, delivery.current);
        let rounding: Rounding = basket.policy.rounding;
        let (off, working) = match reduction {
            Reduction::Percent(rate) => {
                let working =
                    Working::Fraction { rate: *rate, of: basket.money(of), each_of: None, rounding };
                (fraction(of, *rate, rounding), working)
            }
            Reduction::Amount(amounts) => {
                let amount = self.stated(amounts)?;
                (amount.min(of), Working::Stated { amount: basket.money(amount) })
            }
            Reduction::Price(amounts) => {
                let price = self.stated(amounts)?;
                ((of - price).max(0), Working::Price { price: basket.money(price), from: basket.money(of) })
            }
        };
        takings.shipping = (off > 0).then(|| (delivery.method.clone(), off, working));
        Ok(())
    }
}
