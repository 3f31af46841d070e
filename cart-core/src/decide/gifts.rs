//! Saying no, or yes after all, to what promotions give.

use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::id::PromotionId;
use crate::promotion::Effect;
use crate::rejection::Rejection;

pub(super) fn refuse(
    cart: Editing<'_>,
    promotion: &PromotionId,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    if cart.cart().refused_gifts().contains(promotion) {
        return Ok(vec![]);
    }
    check_gives(promotion, facts)?;
    Ok(vec![CartEvent::GiftRefused { promotion: promotion.clone() }])
}

/// What was refused can be accepted whether or not it is still given.
pub(super) fn accept(
    cart: Editing<'_>,
    promotion: &PromotionId,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    if cart.cart().refused_gifts().contains(promotion) {
        return Ok(vec![CartEvent::GiftAccepted { promotion: promotion.clone() }]);
    }
    check_gives(promotion, facts)?;
    Ok(vec![])
}

fn check_gives(id: &PromotionId, facts: &Facts) -> Result<(), Rejection> {
    let gives = |effect: &Effect| matches!(effect, Effect::Gift { .. });
    let found =
        facts.terms.promotions.iter().any(|promotion| promotion.id == *id && gives(&promotion.effect));
    if found { Ok(()) } else { Err(Rejection::GiftNotFound { promotion: id.clone() }) }
}
