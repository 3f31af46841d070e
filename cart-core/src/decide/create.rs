//! Making carts.

use crate::actor::{Actor, Owner};
use crate::command::CreateCart;
use crate::event::Created;
use crate::facts::Facts;
use crate::id::{CartId, ChannelId};
use crate::money::Currency;
use crate::policy::{CartPolicy, GuestCarts};
use crate::rejection::Rejection;

/// How a cart comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was asked for.
    Asked,
    /// Something was added to the owner's current cart, and there was none.
    FirstAdd,
    /// The owner looked at the current cart, and there was none.
    FirstRead,
    /// A guest's cart is merged into the current cart of a user who has none.
    Merge,
    /// It is for one order alone.
    OneOff,
    /// Another cart was copied.
    Copy(CartId),
}

/// Decides the creation of a cart for the actor.
///
/// # Errors
/// [`Rejection::CannotOwn`], [`Rejection::GuestsRefused`], or [`Rejection::NotOffered`] if the policy has no carts
/// that start this way.
pub fn create(
    actor: &Actor,
    channel: &ChannelId,
    currency: Currency,
    cart: &CreateCart,
    origin: Origin,
    facts: &Facts,
) -> Result<Created, Rejection> {
    let owner = may_own(actor, &facts.policy)?;
    if !is_offered(origin, &facts.policy) {
        return Err(Rejection::NotOffered);
    }
    let expires_at = facts.policy.lifetime(&owner).end_from(facts.now);
    Ok(Created {
        channel: channel.clone(),
        owner,
        sole: origin != Origin::OneOff && facts.policy.is_sole(),
        name: cart.name.clone(),
        currency: cart.currency.unwrap_or(currency),
        settings: cart.settings.clone(),
        note: cart.note.clone(),
        metadata: cart.metadata.clone(),
        expires_at,
        duplicate_of: match origin {
            Origin::Copy(source) => Some(source),
            Origin::Asked | Origin::FirstAdd | Origin::FirstRead | Origin::Merge | Origin::OneOff => None,
        },
    })
}

fn may_own(actor: &Actor, policy: &CartPolicy) -> Result<Owner, Rejection> {
    let owner = actor.owner().ok_or(Rejection::CannotOwn)?;
    match (&owner, policy.guests) {
        (Owner::Guest { .. }, GuestCarts::Refused) => Err(Rejection::GuestsRefused),
        (Owner::Guest { .. }, GuestCarts::Allowed { .. }) | (Owner::User { .. }, _) => Ok(owner),
    }
}

fn is_offered(origin: Origin, policy: &CartPolicy) -> bool {
    match origin {
        Origin::Asked => policy.creation.explicit,
        Origin::FirstAdd => policy.creation.on_first_add,
        Origin::FirstRead => policy.creation.on_first_read,
        // The owner has asked for the lines to be in a cart of theirs.
        Origin::Merge | Origin::Copy(_) | Origin::OneOff => true,
    }
}
