//! Promotions: which apply, in which order, and what they take off.

mod buy_get;
mod coupons;
mod effect;
mod eligible;
mod exclusion;
mod gift;
mod reduce;
mod takings;
mod world;

pub(super) use self::coupons::{about_coupons, price_coupons};
use self::eligible::{Candidate, candidates};
use self::takings::Takings;
pub(super) use self::world::{Delivery, World};
use super::basket::Basket;
use super::derivation::{Derivation, Part, Rule, Step, Subject};
use super::priced::{PricedGift, PricedPromotion};
use crate::promotion::{Effect, NotApplied, Promotion};

/// The stages in which promotions take their turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Lines,
    Order,
    Shipping,
    Gifts,
}

impl Stage {
    const fn of(effect: &Effect) -> Self {
        match effect {
            Effect::Lines { .. }
            | Effect::Units { .. }
            | Effect::QuantityTiers { .. }
            | Effect::BuyGet { .. } => Self::Lines,
            Effect::Order { .. } | Effect::ValueTiers { .. } => Self::Order,
            Effect::Shipping { .. } => Self::Shipping,
            Effect::Gift { .. } => Self::Gifts,
        }
    }
}

/// The promotions of a cart, while it is priced.
#[derive(Debug)]
pub(super) struct Promotions<'a> {
    world: World<'a>,
    candidates: Vec<Candidate<'a>>,
    priced: Vec<PricedPromotion>,
    gifts: Vec<PricedGift>,
}

impl<'a> Promotions<'a> {
    /// The promotions that may apply. `delivery` says what delivery costs for what a basket costs.
    pub(super) fn new<'d>(
        world: World<'a>,
        basket: &Basket<'_>,
        delivery: impl Fn(&Basket<'_>) -> Option<Delivery<'d>>,
    ) -> Self {
        let mut candidates =
            if basket.policy.promotions { candidates(world.cart, world.facts) } else { Vec::new() };
        exclusion::settle(&mut candidates, world, basket, delivery);
        let priced = Vec::with_capacity(candidates.len());
        Self { world, candidates, priced, gifts: Vec::new() }
    }

    /// Lets the promotions on lines and on the order take their turns.
    pub(super) fn reduce_lines(&mut self, basket: &mut Basket<'_>, derivation: &mut Derivation) {
        self.take_turns(|stage| stage <= Stage::Order, basket, None, derivation);
    }

    /// Lets the promotions on shipping take their turns, and those that give something.
    pub(super) fn reduce_shipping(
        &mut self,
        basket: &mut Basket<'_>,
        delivery: Option<&mut Delivery<'_>>,
        derivation: &mut Derivation,
    ) {
        self.take_turns(|stage| stage > Stage::Order, basket, delivery, derivation);
    }

    /// What became of each, and what they give.
    pub(super) fn finish(self) -> (Vec<PricedPromotion>, Vec<PricedGift>) {
        (self.priced, self.gifts)
    }

    fn take_turns(
        &mut self,
        is_now: impl Fn(Stage) -> bool,
        basket: &mut Basket<'_>,
        mut delivery: Option<&mut Delivery<'_>>,
        derivation: &mut Derivation,
    ) {
        for candidate in &self.candidates {
            let promotion = candidate.promotion;
            if !is_now(Stage::of(&promotion.effect)) {
                continue;
            }
            let taken = candidate.verdict.clone().and_then(|()| {
                effect::takings(promotion, self.world, basket, delivery.as_deref().copied(), &self.gifts)
            });
            let taken = match taken {
                Ok(takings) => {
                    reduce_items(basket, &takings);
                    if let (Some(delivery), Some((_, off, _))) = (&mut delivery, &takings.shipping) {
                        delivery.current -= off;
                    }
                    explain(promotion, &takings, basket, derivation);
                    self.gifts.extend(given(promotion, &takings, self.world, basket));
                    Ok(takings)
                }
                Err(reason) => Err(reason),
            };
            self.priced.push(priced(candidate, taken, basket));
        }
    }
}

fn priced(
    candidate: &Candidate<'_>,
    taken: Result<Takings, NotApplied>,
    basket: &Basket<'_>,
) -> PricedPromotion {
    let promotion = candidate.promotion;
    let (outcome, wholes) = match taken {
        Ok(takings) => (Ok(basket.money(takings.discount())), takings.wholes),
        Err(reason) => (Err(reason), Vec::new()),
    };
    PricedPromotion {
        id: promotion.id.clone(),
        name: promotion.name.clone(),
        code: candidate.code.cloned(),
        outcome,
        wholes,
    }
}

fn reduce_items(basket: &mut Basket<'_>, takings: &Takings) {
    for taking in &takings.items {
        if let Some(item) = basket.items.get_mut(taking.place) {
            // INVARIANT: no effect takes more off an item than it costs.
            item.current -= taking.amount;
        }
    }
}

fn explain(promotion: &Promotion, takings: &Takings, basket: &Basket<'_>, derivation: &mut Derivation) {
    let rule = |working| Rule::Promotion { promotion: promotion.id.clone(), working };
    for taking in &takings.items {
        let item = basket.items.get(taking.place);
        if let Some(line) = item.and_then(|item| basket.line(item)) {
            derivation.push(Step {
                part: Part::Discount,
                subject: Subject::Line(line.line.id),
                rule: rule(taking.working),
                amount: basket.money(-taking.amount),
            });
        }
    }
    if let Some((method, off, working)) = &takings.shipping {
        derivation.push(Step {
            part: Part::ShippingDiscount,
            subject: Subject::Shipping(method.clone()),
            rule: rule(*working),
            amount: basket.money(-off),
        });
    }
}

fn given(
    promotion: &Promotion,
    takings: &Takings,
    world: World<'_>,
    basket: &Basket<'_>,
) -> Option<PricedGift> {
    let (key, value) = takings.gift.as_ref()?;
    let Effect::Gift { quantity, .. } = &promotion.effect else { return None };
    let product = world.facts.products.product(key)?;
    Some(PricedGift {
        promotion: promotion.id.clone(),
        product: key.clone(),
        name: product.name.clone(),
        quantity: *quantity,
        value: basket.money(*value),
    })
}
