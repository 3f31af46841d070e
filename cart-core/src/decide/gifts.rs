//! Saying no, or yes after all, to what promotions give.

use super::price;
use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::id::PromotionId;
use crate::rejection::Rejection;

/// Refuses a gift that the cart gives now.
pub(super) fn refuse(
    cart: Editing<'_>,
    promotion: &PromotionId,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    if cart.cart().refused_gifts().contains(promotion) {
        return Ok(vec![]);
    }
    check_gives(cart, promotion, facts)?;
    let mut events = forget_ended(cart, facts);
    events.push(CartEvent::GiftRefused { promotion: promotion.clone() });
    Ok(events)
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
    check_gives(cart, promotion, facts)?;
    Ok(vec![])
}

/// Only what is given can be said no to: nobody learns of an offer that is not for them.
fn check_gives(cart: Editing<'_>, id: &PromotionId, facts: &Facts) -> Result<(), Rejection> {
    let gives = price(cart.cart(), facts)?.gifts.iter().any(|gift| gift.promotion == *id);
    if gives { Ok(()) } else { Err(Rejection::GiftNotFound { promotion: id.clone() }) }
}

/// Refusals of promotions that are no more go with the next one, so that they do not pile up.
fn forget_ended(cart: Editing<'_>, facts: &Facts) -> Vec<CartEvent> {
    let is_there = |id: &PromotionId| facts.terms.promotions.iter().any(|promotion| promotion.id == *id);
    let ended = cart.cart().refused_gifts().iter().filter(|id| !is_there(id));
    ended.map(|promotion| CartEvent::GiftAccepted { promotion: promotion.clone() }).collect()
}
