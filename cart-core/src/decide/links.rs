//! Sharing carts by link.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

use super::grants::check_held;
use crate::actor::Actor;
use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::id::LinkId;
use crate::permission::{Permission, Permissions};
use crate::policy::{CartPolicy, Links};
use crate::rejection::Rejection;
use crate::sharing::{LinkChanges, LinkDigest, LinkTerms, ShareLink};

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
    let terms = as_kept(LinkTerms { expires_at: terms.expires_at.or(by_policy), ..terms.clone() });
    check_given(cart, actor, &terms, facts)?;
    check_terms(&terms, None, facts)?;
    if cart.cart().links().len() >= max {
        return Err(Rejection::TooManyLinks { max });
    }
    let link = ShareLink {
        id: facts.fresh(LinkId::from_uuid, |id| cart.cart().link(*id).is_some()),
        token: token(facts)?,
        terms,
        made_by: actor.to_ref(),
        made_at: facts.now,
    };
    Ok(vec![CartEvent::LinkMade { link: Arc::new(link) }])
}

/// The same with an end in the whole microseconds that every store keeps.
fn as_kept(terms: LinkTerms) -> LinkTerms {
    LinkTerms { expires_at: terms.expires_at.map(|end| end.trunc_subsecs(6)), ..terms }
}

/// Nobody lets others suggest what they may not suggest themselves.
fn check_given(cart: Editing<'_>, actor: &Actor, terms: &LinkTerms, facts: &Facts) -> Result<(), Rejection> {
    let suggests: &[Permission] = if terms.may_suggest { &[Permission::Suggest] } else { &[] };
    check_held(cart, actor, Permissions::of(suggests), facts)
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
        Some(end) => end > facts.now && latest.map_or_else(|| is_near(end, facts), |latest| end <= latest),
    };
    let opens = terms.uses != Some(0);
    if opens && (is_kept || ends_well) { Ok(()) } else { Err(Rejection::LinkTerms { latest }) }
}

/// Whether a time is one that every store and format can hold.
fn is_near(end: DateTime<Utc>, facts: &Facts) -> bool {
    end.signed_duration_since(facts.now) <= CartPolicy::LONGEST
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

/// Chooses something about a link anew; nothing if it is so already. What lets the link open more than before needs an
/// active cart, as a new link does.
pub(super) fn change(
    cart: Editing<'_>,
    actor: &Actor,
    link: LinkId,
    changes: &LinkChanges,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    let kept = &find(cart, link)?.terms;
    let terms = as_kept(changes.of(kept));
    if *kept == terms {
        return Ok(vec![]);
    }
    if opens_more(&terms, kept) {
        check_given(cart, actor, &terms, facts)?;
        cart.cart().edit_as(actor, Permission::Share, facts)?;
    }
    check_terms(&terms, Some(kept), facts)?;
    Ok(vec![CartEvent::LinkChanged { link, terms }])
}

/// Whether a link opens in any way more by some terms than by those before.
fn opens_more(terms: &LinkTerms, before: &LinkTerms) -> bool {
    let longer = before.expires_at.is_some_and(|before| terms.expires_at.is_none_or(|end| end > before));
    let oftener = before.uses.is_some_and(|before| terms.uses.is_none_or(|uses| uses > before));
    let shows_more =
        (terms.shows.prices && !before.shows.prices) || (terms.shows.names && !before.shows.names);
    longer || oftener || shows_more || (terms.may_suggest && !before.may_suggest)
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
