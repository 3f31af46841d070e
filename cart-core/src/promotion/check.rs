//! Refuses promotions that contradict themselves.

use super::{Effect, Promotion, QuantityTier, Reduction, ValueTier};
use crate::money::{Currency, Rate};

/// Why a promotion contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PromotionError {
    /// A rate is zero or above 1.
    #[error("a promotion's rate must be above 0 and at most 1")]
    Rate,
    /// An amount that is needed is in no currency at all.
    #[error("an amount is needed in at least one currency")]
    NoAmount,
    /// There are no tiers, or they do not rise.
    #[error("tiers must rise, and there must be one at least")]
    Tiers,
    /// It ends before it starts, or at that instant.
    #[error("a promotion must end after it starts")]
    Dates,
    /// It could never be used.
    #[error("a limit of uses must be at least 1")]
    Limit,
}

impl Promotion {
    /// Checks that the promotion does not contradict itself. One that does takes nothing off when a cart is priced.
    ///
    /// # Errors
    /// [`PromotionError`] with the first reason found.
    pub fn check(&self) -> Result<(), PromotionError> {
        self.effect.check()?;
        let conditions = &self.conditions;
        if conditions.min_subtotal.as_ref().is_some_and(|least| least.amounts.is_empty()) {
            return Err(PromotionError::NoAmount);
        }
        if let (Some(start), Some(end)) = (conditions.starts_at, conditions.ends_at)
            && end <= start
        {
            return Err(PromotionError::Dates);
        }
        let limits = [self.limit.total, self.limit.per_customer];
        if limits.contains(&Some(0)) { Err(PromotionError::Limit) } else { Ok(()) }
    }
}

impl Effect {
    fn check(&self) -> Result<(), PromotionError> {
        match self {
            Self::Lines { reduction, .. }
            | Self::Units { reduction, .. }
            | Self::BuyGet { reduction, .. }
            | Self::Order { reduction, .. }
            | Self::Shipping { reduction, .. } => reduction.check(),
            Self::QuantityTiers { tiers, .. } => check_quantity_tiers(tiers),
            Self::ValueTiers { tiers, .. } => check_value_tiers(tiers),
            Self::Gift { .. } => Ok(()),
        }
    }
}

impl Reduction {
    fn check(&self) -> Result<(), PromotionError> {
        match self {
            Self::Percent(rate) if *rate == Rate::ZERO || *rate > Rate::ONE => Err(PromotionError::Rate),
            Self::Amount(amounts) | Self::Price(amounts) if amounts.is_empty() => {
                Err(PromotionError::NoAmount)
            }
            Self::Percent(_) | Self::Amount(_) | Self::Price(_) => Ok(()),
        }
    }
}

fn check_quantity_tiers(tiers: &[QuantityTier]) -> Result<(), PromotionError> {
    tiers.iter().try_for_each(|tier| tier.reduction.check())?;
    let rise = tiers.is_sorted_by(|lower, higher| lower.from < higher.from);
    if rise && !tiers.is_empty() { Ok(()) } else { Err(PromotionError::Tiers) }
}

/// Tiers rise in every currency in which more than one of them has an amount.
fn check_value_tiers(tiers: &[ValueTier]) -> Result<(), PromotionError> {
    tiers.iter().try_for_each(|tier| tier.reduction.check())?;
    if tiers.iter().any(|tier| tier.from.is_empty()) {
        return Err(PromotionError::NoAmount);
    }
    let amounts = |currency: Currency| {
        tiers.iter().filter_map(move |tier| tier.from.in_currency(currency).map(|from| from.minor()))
    };
    let currencies = tiers.iter().flat_map(|tier| tier.from.iter().map(|from| from.currency()));
    let rise =
        currencies.into_iter().all(|currency| amounts(currency).is_sorted_by(|lower, higher| lower < higher));
    if rise && !tiers.is_empty() { Ok(()) } else { Err(PromotionError::Tiers) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::samples::quantity;

    fn refused(json: &str) -> PromotionError {
        let promotion: Promotion = serde_json::from_str(json).unwrap();
        promotion.check().unwrap_err()
    }

    fn with_effect(effect: &str) -> String {
        format!(r#"{{"id": "p", "name": "P", "effect": {effect}}}"#)
    }

    #[test]
    fn a_rate_is_above_0_and_at_most_1() {
        for rate in ["0", "1.000000001"] {
            let effect = format!(r#"{{"on": "order", "reduction": {{"percent": "{rate}"}}}}"#);
            assert_eq!(refused(&with_effect(&effect)), PromotionError::Rate);
        }
        let whole: Promotion =
            serde_json::from_str(&with_effect(r#"{"on": "order", "reduction": {"percent": "1"}}"#)).unwrap();
        assert_eq!(whole.check(), Ok(()));
    }

    #[test]
    fn an_amount_is_in_some_currency() {
        let effect = r#"{"on": "lines", "reduction": {"amount": {}}}"#;
        assert_eq!(refused(&with_effect(effect)), PromotionError::NoAmount);
        let effect = r#"{"on": "value_tiers", "tiers": [{"from": {}, "reduction": {"percent": "0.1"}}]}"#;
        assert_eq!(refused(&with_effect(effect)), PromotionError::NoAmount);
    }

    #[test]
    fn tiers_rise() {
        let tier = |from| QuantityTier { from: quantity(from), reduction: Reduction::Percent(Rate::ONE) };
        for tiers in [vec![], vec![tier(3), tier(3)], vec![tier(5), tier(3)]] {
            assert_eq!(check_quantity_tiers(&tiers), Err(PromotionError::Tiers));
        }
        assert_eq!(check_quantity_tiers(&[tier(3), tier(5)]), Ok(()));
        let effect = r#"{"on": "value_tiers", "tiers": [
            {"from": {"EUR": "50.00", "USD": "60.00"}, "reduction": {"percent": "0.1"}},
            {"from": {"EUR": "60.00", "USD": "60.00"}, "reduction": {"percent": "0.2"}}]}"#;
        assert_eq!(refused(&with_effect(effect)), PromotionError::Tiers);
    }

    #[test]
    fn a_promotion_lasts_and_can_be_used() {
        let at = |start: &str, end: &str| {
            format!(
                r#"{{"id": "p", "name": "P", "effect": {{"on": "order", "reduction": {{"percent": "0.1"}}}},
                "conditions": {{"starts_at": "{start}", "ends_at": "{end}"}}}}"#
            )
        };
        assert_eq!(refused(&at("2026-11-02T00:00:00Z", "2026-11-02T00:00:00Z")), PromotionError::Dates);
        let never = r#"{"id": "p", "name": "P", "effect": {"on": "order", "reduction": {"percent": "0.1"}},
            "limit": {"total": 0}}"#;
        assert_eq!(refused(never), PromotionError::Limit);
    }

    #[test]
    fn a_misspelt_field_is_refused() {
        let effect = r#"{"on": "order", "reduction": {"percent": "0.1"}, "scoop": {}}"#;
        assert!(serde_json::from_str::<Promotion>(&with_effect(effect)).is_err());
    }
}
