//! Sharing carts with users of the same company, and handing them over.

use std::sync::Arc;

use crate::actor::{Actor, ActorRef, Owner};
use crate::authorise::{company_of, held_by};
use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::id::{GrantId, UserId};
use crate::permission::{Permission, Permissions};
use crate::rejection::Rejection;
use crate::sharing::{Grant, PermissionGroupId};

/// Grants a user access; nothing if they have that access already.
pub(super) fn share(
    cart: Editing<'_>,
    actor: &Actor,
    user: &UserId,
    group: PermissionGroupId,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    check_offered(facts)?;
    check_held(cart, actor, permissions_of(group, facts)?, facts)?;
    check_colleague(cart, user, facts)?;
    let max = facts.policy.sharing.max_grants;
    match cart.cart().grant_of(user) {
        Some(grant) if grant.group == group => Ok(vec![]),
        Some(grant) => Err(Rejection::AlreadyShared { grant: grant.id }),
        None if cart.cart().grants().len() >= max => Err(Rejection::TooManyGrants { max }),
        None => Ok(vec![granted(cart, actor, user, group, facts)]),
    }
}

fn granted(
    cart: Editing<'_>,
    actor: &Actor,
    user: &UserId,
    group: PermissionGroupId,
    facts: &Facts,
) -> CartEvent {
    let grant = Grant {
        id: facts.fresh(GrantId::from_uuid, |id| cart.cart().grant(*id).is_some()),
        user: user.clone(),
        group,
        granted_by: actor.to_ref(),
        granted_at: facts.now,
    };
    CartEvent::GrantMade { grant: Arc::new(grant) }
}

fn check_offered(facts: &Facts) -> Result<(), Rejection> {
    if facts.policy.sharing.groups.is_empty() { Err(Rejection::NotOffered) } else { Ok(()) }
}

fn permissions_of(group: PermissionGroupId, facts: &Facts) -> Result<Permissions, Rejection> {
    let found = facts.policy.sharing.group(group).ok_or(Rejection::GroupNotFound { group })?;
    Ok(found.permissions)
}

/// Nobody lets others do what they may not do themselves, and so nobody raises their own rights either.
pub(super) fn check_held(
    cart: Editing<'_>,
    actor: &Actor,
    given: Permissions,
    facts: &Facts,
) -> Result<(), Rejection> {
    let held = held_by(actor, cart.cart(), &facts.access());
    let lacking = given.iter().find(|permission| !held.contains(*permission));
    lacking.map_or(Ok(()), |permission| Err(Rejection::Forbidden { permission }))
}

/// Whether the user is another one of the cart's company.
fn check_colleague(cart: Editing<'_>, user: &UserId, facts: &Facts) -> Result<(), Rejection> {
    let (owner, _) = company_of(cart.cart()).ok_or(Rejection::NoCompany)?;
    if owner == user {
        Err(Rejection::AlreadyOwner)
    } else if facts.members.named {
        Ok(())
    } else {
        Err(Rejection::NotInCompany { user: user.clone() })
    }
}

fn find(cart: Editing<'_>, grant: GrantId) -> Result<&Grant, Rejection> {
    cart.cart().grant(grant).ok_or(Rejection::GrantNotFound { grant })
}

/// Puts a grant into another group; nothing if it is there. What gives more access than before needs an active cart, as
/// a new grant does.
pub(super) fn change(
    cart: Editing<'_>,
    actor: &Actor,
    grant: GrantId,
    group: PermissionGroupId,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    let kept = find(cart, grant)?.group;
    let given = permissions_of(group, facts)?;
    if kept == group {
        return Ok(vec![]);
    }
    check_held(cart, actor, given, facts)?;
    let had = facts.policy.sharing.group(kept).map(|group| group.permissions).unwrap_or_default();
    if !had.includes(given) {
        cart.cart().edit_as(actor, Permission::Share, facts)?;
    }
    Ok(vec![CartEvent::GrantChanged { grant, group }])
}

pub(super) fn revoke(cart: Editing<'_>, grant: GrantId) -> Result<Vec<CartEvent>, Rejection> {
    Ok(taken_away(cart, find(cart, grant)?))
}

/// A grant goes, and with it the links that its holder made: by those they could go on looking.
fn taken_away(cart: Editing<'_>, grant: &Grant) -> Vec<CartEvent> {
    let is_theirs = |maker: &ActorRef| matches!(maker, ActorRef::User { user, .. } if *user == grant.user);
    let links = cart.cart().links().iter().filter(|link| is_theirs(&link.made_by));
    let mut events = vec![CartEvent::GrantRevoked { grant: grant.id }];
    events.extend(links.map(|link| CartEvent::LinkRevoked { link: link.id }));
    events
}

/// Gives up what was granted to the actor.
pub(super) fn leave(cart: Editing<'_>, actor: &Actor) -> Vec<CartEvent> {
    let own = match actor {
        Actor::User { user, .. } => cart.cart().grant_of(user),
        Actor::Guest(_) | Actor::LinkBearer(_) | Actor::Staff(_) | Actor::System => None,
    };
    own.map(|grant| taken_away(cart, grant)).unwrap_or_default()
}

/// Hands the cart over to a colleague, whose own grant it replaces.
pub(super) fn transfer(
    cart: Editing<'_>,
    actor: &Actor,
    user: &UserId,
    keep: Option<PermissionGroupId>,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    check_offered(facts)?;
    check_colleague(cart, user, facts)?;
    keep.map_or(Ok(()), |group| permissions_of(group, facts).map(drop))?;
    let (owner, company) = company_of(cart.cart()).ok_or(Rejection::NoCompany)?;
    let replaced = cart.cart().grant_of(user);
    let mut events: Vec<CartEvent> =
        replaced.into_iter().map(|grant| CartEvent::GrantRevoked { grant: grant.id }).collect();
    let max = facts.policy.sharing.max_grants;
    if keep.is_some() && replaced.is_none() && cart.cart().grants().len() >= max {
        return Err(Rejection::TooManyGrants { max });
    }
    let owner_now = Owner::User { user: user.clone(), company: Some(company.clone()) };
    events.push(CartEvent::OwnerChanged { owner: owner_now });
    events.extend(keep.map(|group| granted(cart, actor, owner, group, facts)));
    Ok(events)
}
