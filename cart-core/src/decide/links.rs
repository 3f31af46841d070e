//! Sharing carts by link.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::actor::Actor;
use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::id::LinkId;
use crate::policy::Links;
use crate::rejection::Rejection;
use crate::sharing::{LinkDigest, LinkTerms, ShareLink};

/// Makes a link, which lives as long as its maker or else policy says.
pub(super) fn create(
    cart: Editing<'_>,
    actor: &Actor,
    terms: &LinkTerms,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    let Links::Allowed { lifetime, max, .. } = facts.policy.sharing.links else {
        return Err(Rejection::NotOffered);
    };
    let by_policy = lifetime.and_then(|lifetime| facts.now.checked_add_signed(lifetime));
    let terms = LinkTerms { expires_at: terms.expires_at.or(by_policy), ..terms.clone() };
    check_terms(&terms, None, facts)?;
    if cart.cart().links().len() >= max {
        return Err(Rejection::TooManyLinks { max });
    }
    let link = ShareLink {
        id: LinkId::from_uuid(facts.first_id),
        token: token(facts)?,
        terms,
        made_by: actor.to_ref(),
        made_at: facts.now,
    };
    Ok(vec![CartEvent::LinkMade { link: Arc::new(link) }])
}

/// What stands for the token that the facts bring.
fn token(facts: &Facts) -> Result<LinkDigest, Rejection> {
    facts.token.as_ref().map(|token| token.digest()).ok_or(Rejection::NotOffered)
}

/// Whether a link with these terms could ever be opened, and ends when policy wants it to. An end that stays as it was
/// is not looked at again.
fn check_terms(terms: &LinkTerms, before: Option<&LinkTerms>, facts: &Facts) -> Result<(), Rejection> {
    let latest = latest(facts);
    let is_kept = before.is_some_and(|before| before.expires_at == terms.expires_at);
    let ends_well = match terms.expires_at {
        None => latest.is_none(),
        Some(end) => end > facts.now && latest.is_none_or(|latest| end <= latest),
    };
    let opens = terms.uses != Some(0);
    if opens && (is_kept || ends_well) { Ok(()) } else { Err(Rejection::LinkTerms { latest }) }
}

fn latest(facts: &Facts) -> Option<DateTime<Utc>> {
    match facts.policy.sharing.links {
        Links::Refused | Links::Allowed { longest: None, .. } => None,
        Links::Allowed { longest: Some(longest), .. } => {
            Some(facts.now.checked_add_signed(longest).unwrap_or(DateTime::<Utc>::MAX_UTC))
        }
    }
}

fn find(cart: Editing<'_>, link: LinkId) -> Result<&ShareLink, Rejection> {
    cart.cart().link(link).ok_or(Rejection::LinkNotFound { link })
}

/// Chooses everything about a link anew; nothing if it is so already.
pub(super) fn change(
    cart: Editing<'_>,
    link: LinkId,
    terms: &LinkTerms,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    let kept = find(cart, link)?;
    check_terms(terms, Some(&kept.terms), facts)?;
    let changed = CartEvent::LinkChanged { link, terms: terms.clone() };
    Ok(if kept.terms == *terms { vec![] } else { vec![changed] })
}

/// Gives a link another token.
pub(super) fn rotate(cart: Editing<'_>, link: LinkId, facts: &Facts) -> Result<Vec<CartEvent>, Rejection> {
    find(cart, link)?;
    Ok(vec![CartEvent::LinkRotated { link, token: token(facts)? }])
}

pub(super) fn revoke(cart: Editing<'_>, link: LinkId) -> Result<Vec<CartEvent>, Rejection> {
    find(cart, link)?;
    Ok(vec![CartEvent::LinkRevoked { link }])
}
