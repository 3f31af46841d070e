//! Which promotions a cart uses.

use super::priced::PricedCart;
use crate::facts::Facts;
use crate::id::PromotionId;
use crate::promotion::PromotionUse;

impl PricedCart {
    /// The uses of promotions with a limit that ordering the cart would count: of those that take something off or
    /// give something. What takes nothing off is not used up.
    pub fn uses(&self, facts: &Facts) -> Vec<PromotionUse> {
        let applied = |id: &PromotionId| {
            let priced = self.promotions.iter().find(|priced| priced.id == *id);
            priced.is_some_and(|priced| priced.outcome.is_ok())
        };
        let limited = facts.terms.promotions.iter().filter(|promotion| promotion.limit.is_limited());
        let mut uses: Vec<PromotionUse> = limited
            .filter(|promotion| applied(&promotion.id))
            .map(|promotion| PromotionUse {
                promotion: promotion.id.clone(),
                customer: facts.terms.customer.key.clone(),
                limit: promotion.limit,
            })
            .collect();
        uses.sort_by(|a, b| a.promotion.cmp(&b.promotion));
        uses.dedup_by(|a, b| a.promotion == b.promotion);
        uses
    }
}
