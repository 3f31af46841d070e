//! Coupon codes on carts.

use super::{Decision, after, price};
use crate::cart::Cart;
use crate::coupon::CouponCode;
use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::journal::Reply;
use crate::notice::Notice;
use crate::policy::CouponMisfit;
use crate::promotion::NotApplied;
use crate::rejection::Rejection;
use crate::status::Status;

/// Puts a code on the cart, if it applies, or may later where policy lets codes sleep.
pub(super) fn add(cart: Editing<'_>, code: &CouponCode, facts: &Facts) -> Result<Decision, Rejection> {
    let (cart, max) = (cart.cart(), facts.policy.pricing.coupons.max);
    if max == 0 {
        return Err(Rejection::NotOffered);
    }
    // What no longer applies is in nobody's way: where policy does not let it sleep, it goes first.
    let mut events = Decision::default();
    remove_misfits_of(cart, &mut events, facts)?;
    let (mut events, notices) = (events.events, events.reply.notices);
    let kept = after(cart, &events);
    if kept.coupons().contains(code) {
        return Ok(vec![].into());
    }
    if !is_known(code, facts) && !cart.coupons().contains(code) {
        return Err(Rejection::CouponNotFound { code: code.clone() });
    }
    let added = CartEvent::CouponAdded { code: code.clone() };
    match sleeps(&after(&kept, std::slice::from_ref(&added)), code, facts)? {
        // It was on the cart: the answer says that it is gone, and why.
        Some(_) if cart.coupons().contains(code) => {}
        Some(reason) if !may_stay(&reason, facts) => {
            return Err(Rejection::CouponNotApplicable { code: code.clone(), reason });
        }
        Some(_) | None if kept.coupons().len() >= max => return Err(Rejection::TooManyCoupons { max }),
        Some(_) | None => events.push(added),
    }
    Ok(Decision { events, reply: Reply { notices, ..Reply::default() } })
}

/// Whether any promotion has a code.
fn is_known(code: &CouponCode, facts: &Facts) -> bool {
    facts.terms.promotions.iter().any(|promotion| promotion.codes.contains(code))
}

/// Why a code on the cart takes nothing off; none if it does.
fn sleeps(cart: &Cart, code: &CouponCode, facts: &Facts) -> Result<Option<NotApplied>, Rejection> {
    let coupons = price(cart, facts)?.coupons;
    Ok(coupons.into_iter().find(|coupon| coupon.code == *code).and_then(|coupon| coupon.outcome.err()))
}

fn may_stay(reason: &NotApplied, facts: &Facts) -> bool {
    match facts.policy.pricing.coupons.misfit {
        CouponMisfit::Sleeps => reason.may_wake(),
        CouponMisfit::Removed => false,
    }
}

/// Takes a code off the cart.
pub(super) fn remove(cart: Editing<'_>, code: &CouponCode) -> Vec<CartEvent> {
    let is_there = cart.cart().coupons().contains(code);
    if is_there { vec![CartEvent::CouponRemoved { code: code.clone() }] } else { vec![] }
}

/// Puts codes of another cart on one that has some already, as many as it may hold; those of no promotion stay behind.
pub(super) fn bring(cart: &Cart, codes: &[CouponCode], facts: &Facts) -> Vec<CartEvent> {
    let room = facts.policy.pricing.coupons.max.saturating_sub(cart.coupons().len());
    let new = codes.iter().filter(|code| !cart.coupons().contains(code) && is_known(code, facts)).take(room);
    new.map(|code| CartEvent::CouponAdded { code: code.clone() }).collect()
}

/// Takes off the codes that no longer apply after a decision, where policy does not let them sleep.
pub(super) fn remove_misfits(cart: &Cart, decision: &mut Decision, facts: &Facts) -> Result<(), Rejection> {
    let adds = |event: &CartEvent| matches!(event, CartEvent::CouponAdded { .. });
    let has_codes = !cart.coupons().is_empty() || decision.events.iter().any(adds);
    let sleep = facts.policy.pricing.coupons.misfit == CouponMisfit::Sleeps;
    let counts = |event: &CartEvent| !is_of_sharing(event);
    if !sleep && has_codes && decision.events.iter().any(counts) {
        remove_misfits_of(&after(cart, &decision.events), decision, facts)
    } else {
        Ok(())
    }
}

/// Whether an event is one of sharing, which is no occasion to look at the codes: what the cart costs is as before, and
/// whoever holds a link takes nothing off it.
const fn is_of_sharing(event: &CartEvent) -> bool {
    match event {
        // The facts are about the owner until now; the next change is priced for the new one.
        CartEvent::OwnerChanged { .. }
        | CartEvent::GrantMade { .. }
        | CartEvent::GrantChanged { .. }
        | CartEvent::GrantRevoked { .. }
        | CartEvent::LinkMade { .. }
        | CartEvent::LinkChanged { .. }
        | CartEvent::LinkRotated { .. }
        | CartEvent::LinkRevoked { .. }
        | CartEvent::SuggestionMade { .. }
        | CartEvent::SuggestionWithdrawn { .. }
        | CartEvent::SuggestionDeclined { .. }
        | CartEvent::SuggestionAccepted { .. } => true,
        CartEvent::Created(_)
        | CartEvent::Renamed { .. }
        | CartEvent::SettingsChanged { .. }
        | CartEvent::NoteChanged { .. }
        | CartEvent::MetadataChanged { .. }
        | CartEvent::LineAdded { .. }
        | CartEvent::QuantityChanged { .. }
        | CartEvent::LineNoteChanged { .. }
        | CartEvent::LineRemoved { .. }
        | CartEvent::LinePriced { .. }
        | CartEvent::PriceAcknowledged { .. }
        | CartEvent::CurrencyChanged { .. }
        | CartEvent::CouponAdded { .. }
        | CartEvent::CouponRemoved { .. }
        | CartEvent::GiftRefused { .. }
        | CartEvent::GiftAccepted { .. }
        | CartEvent::Cleared { .. }
        | CartEvent::AddressSelected { .. }
        | CartEvent::ShippingMethodSelected { .. }
        | CartEvent::PaymentMethodSelected { .. }
        | CartEvent::ExpiryMoved { .. }
        | CartEvent::GuestCartMerged { .. }
        | CartEvent::Abandoned { .. }
        | CartEvent::Recovered { .. }
        | CartEvent::CheckoutBegun { .. }
        | CartEvent::CheckoutAdvanced { .. }
        | CartEvent::CheckoutCancelled { .. }
        | CartEvent::CheckoutUnsettled { .. }
        | CartEvent::CheckoutCompleted { .. }
        | CartEvent::Undone { .. } => false,
    }
}

/// The same for the cart as the decision leaves it.
pub(super) fn remove_misfits_of(
    draft: &Cart,
    decision: &mut Decision,
    facts: &Facts,
) -> Result<(), Rejection> {
    let sleep = facts.policy.pricing.coupons.misfit == CouponMisfit::Sleeps;
    if sleep || draft.coupons().is_empty() || !matches!(draft.status(), Status::Active) {
        return Ok(());
    }
    for coupon in price(draft, facts)?.coupons {
        if let Err(reason) = coupon.outcome {
            decision.events.push(CartEvent::CouponRemoved { code: coupon.code.clone() });
            decision.reply.notices.push(Notice::CouponRemoved { code: coupon.code, reason });
        }
    }
    Ok(())
}
