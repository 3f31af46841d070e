//! Promotions of every kind.

use std::sync::Arc;

use cart_core::id::{CategoryId, ChannelId, CustomerGroupId, ProductId, PromotionId, ShippingMethodId};
use cart_core::money::{Amounts, Currency, Money, Rate};
use cart_core::promotion::{
    Conditions, Counting, Effect, MinSubtotal, Promotion, QuantityTier, Reduction, Scope, Stacking,
    SubtotalBasis, UseLimit, ValueTier,
};
use cart_core::testing::samples::{at, quantity};

use super::{CATEGORIES, CODES, GROUPS, KINDS, METHODS, PRODUCTS, Source, code, gift, text};

/// Up to six promotions, which may exclude each other in half of the worlds and are of one kind in some.
pub(super) fn promotions(source: &mut Source) -> Vec<Arc<Promotion>> {
    let is_stacking = source.once_in(2);
    let kind = source.maybe(4, kind);
    let count = source.pick(&[0, 1, 2, 2, 3, 4, 6]);
    (0..count).map(|number| promotion(source, number, is_stacking, kind)).collect()
}

fn kind(source: &mut Source) -> u64 {
    source.below(16)
}

fn promotion(source: &mut Source, number: u32, is_stacking: bool, of_all: Option<u64>) -> Arc<Promotion> {
    // Ids do not follow the order in which promotions are made.
    let id = PromotionId::new(format!("{}{number}", source.pick(&["a", "b", "c"]))).unwrap();
    let kind = of_all.unwrap_or_else(|| kind(source));
    let effect = effect(source, kind);
    let mut promotion = Promotion::new(id, format!("Promotion {number}"), effect);
    promotion.priority = source.pick(&[-1, 0, 0, 0, 1, 5]);
    if source.once_in(3) {
        // Mostly, each promotion has codes of its own.
        let own = CODES[usize::try_from(number).unwrap() % CODES.len()];
        let word = if source.once_in(8) { source.pick(&CODES) } else { own };
        promotion.codes.insert(code(word));
        if source.once_in(2) {
            promotion.codes.insert(code(&format!("{word}-B")));
        }
    }
    promotion.conditions = conditions(source);
    if is_stacking {
        promotion.stacking = stacking(source);
    }
    if source.once_in(8) {
        promotion.limit = UseLimit {
            total: source.maybe(2, |s| s.between(0, 3)),
            per_customer: source.maybe(2, |s| s.between(1, 2)),
        };
    }
    Arc::new(promotion)
}

fn stacking(source: &mut Source) -> Stacking {
    match source.below(6) {
        0 => Stacking::Exclusive,
        1 => Stacking::FirstOf(text(source.pick(&["x", "y"]))),
        2 => Stacking::BestOf(text(source.pick(&["x", "y"]))),
        _ => Stacking::Combine,
    }
}

fn conditions(source: &mut Source) -> Conditions {
    let mut conditions = Conditions::default();
    if !source.once_in(3) {
        return conditions;
    }
    if source.once_in(3) {
        conditions.scope = scope(source);
    }
    conditions.min_quantity = source.maybe(4, |s| quantity(s.between(1, 30)));
    conditions.min_subtotal = source.maybe(4, |s| MinSubtotal { amounts: s.amounts(), basis: basis(s) });
    if source.once_in(8) {
        conditions.customer_groups = source.some(&GROUPS, |group| CustomerGroupId::new(group).unwrap());
    }
    if source.once_in(12) {
        conditions.channels =
            source.some(&["shop", "shop", "market"], |channel| ChannelId::new(channel).unwrap());
    }
    if source.once_in(12) {
        let own = source.currency;
        conditions.currencies = [source.pick(&[own, own, Currency::GBP])].into();
    }
    // The cart is priced at second 60.
    conditions.starts_at = source.maybe(10, |s| at(s.pick(&[59, 60, 61])));
    conditions.ends_at = source.maybe(10, |s| at(s.pick(&[60, 61, 100])));
    conditions
}

fn basis(source: &mut Source) -> SubtotalBasis {
    source.pick(&[SubtotalBasis::BeforeDiscounts, SubtotalBasis::AfterDiscounts])
}

fn scope(source: &mut Source) -> Scope {
    let mut scope = Scope::default();
    match source.below(14) {
        0 => scope.products = source.some(&PRODUCTS, |id| ProductId::new(id).unwrap()),
        1 => scope.kinds = source.some(&KINDS, text),
        2 => scope.categories = source.some(&CATEGORIES, |id| CategoryId::new(id).unwrap()),
        3 => scope.except_products = source.some(&PRODUCTS, |id| ProductId::new(id).unwrap()),
        4 => scope.except_categories = source.some(&CATEGORIES, |id| CategoryId::new(id).unwrap()),
        5 => scope.except_reduced = true,
        _ => {}
    }
    scope
}

fn reduction(source: &mut Source) -> Reduction {
    match source.below(100) {
        0 => Reduction::Percent(Rate::ZERO),
        1 => Reduction::Amount(Amounts::default()),
        2..=19 => Reduction::Price(source.amounts()),
        20..=40 => Reduction::Amount(source.amounts()),
        41..=43 => Reduction::Percent(Rate::ONE),
        _ => Reduction::Percent(source.rate()),
    }
}

fn effect(source: &mut Source, kind: u64) -> Effect {
    let (scope, reduction) = (scope(source), reduction(source));
    match kind {
        0..=2 => Effect::Lines { scope, reduction },
        3 | 4 => Effect::Units { scope, reduction },
        5 | 6 => quantity_tiers(source, scope),
        7 | 8 => buy_get(source, scope, reduction),
        9..=11 => Effect::Order { scope, reduction },
        12 => value_tiers(source, scope),
        13 | 14 => shipping(source, reduction),
        _ => Effect::Gift {
            product: gift(source.pick(&["pen", "pin", "jar", "ring", "old", "none"])),
            quantity: quantity(source.pick(&[1, 1, 2, 5])),
        },
    }
}

fn shipping(source: &mut Source, reduction: Reduction) -> Effect {
    let methods = source.maybe(3, |s| s.some(&METHODS, |id| ShippingMethodId::new(id).unwrap()));
    Effect::Shipping { methods: methods.unwrap_or_default(), reduction }
}

fn buy_get(source: &mut Source, buy: Scope, reduction: Reduction) -> Effect {
    let reduction = if source.once_in(2) { Reduction::Percent(Rate::ONE) } else { reduction };
    Effect::BuyGet {
        get: if source.once_in(2) { buy.clone() } else { scope(source) },
        buy,
        buy_quantity: quantity(source.between(1, 4)),
        get_quantity: quantity(source.between(1, 3)),
        reduction,
        max_times: source.maybe(3, |s| quantity(s.between(1, 3))),
    }
}

fn quantity_tiers(source: &mut Source, scope: Scope) -> Effect {
    let mut from = 0;
    let tiers = (0..source.between(1, 3)).map(|_| {
        from += source.between(1, 6);
        QuantityTier { from: quantity(from), reduction: reduction(source) }
    });
    let tiers = tiers.collect();
    Effect::QuantityTiers { scope, counting: source.pick(&[Counting::EachLine, Counting::Together]), tiers }
}

fn value_tiers(source: &mut Source, scope: Scope) -> Effect {
    let mut from = 0;
    let tiers = (0..source.between(1, 3)).map(|_| {
        from += 1 + source.minor();
        let currency = if source.once_in(60) { Currency::GBP } else { source.currency };
        ValueTier { from: Money::new(from, currency).into(), reduction: reduction(source) }
    });
    let tiers = tiers.collect();
    Effect::ValueTiers { scope, basis: basis(source), tiers }
}
