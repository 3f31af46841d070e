//! Giving up, recovering and expiring carts, and describing them.

use crate::actor::Actor;
use crate::authorise::authorise;
use crate::cart::Cart;
use crate::command::Command;
use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::permission::Permission;
use crate::policy::{Cardinality, Recovery};
use crate::rejection::Rejection;
use crate::status::{AbandonReason, Status};

/// Name, settings, note or metadata; nothing if they are so already.
pub(super) fn describe(cart: Editing<'_>, command: &Command) -> Vec<CartEvent> {
    let cart = cart.cart();
    #[expect(clippy::wildcard_enum_match_arm, reason = "only the commands that describe a cart come here")]
    let (is_so, event) = match command.clone() {
        Command::Rename { name } => (cart.name() == name.as_ref(), CartEvent::Renamed { name }),
        Command::ChangeSettings { settings } => {
            (*cart.settings() == settings, CartEvent::SettingsChanged { settings })
        }
        Command::SetNote { note } => (cart.note() == note.as_ref(), CartEvent::NoteChanged { note }),
        Command::SetMetadata { metadata } => {
            (*cart.metadata() == metadata, CartEvent::MetadataChanged { metadata })
        }
        _ => return vec![],
    };
    if is_so { vec![] } else { vec![event] }
}

pub(super) fn abandon(cart: &Cart, actor: &Actor, facts: &Facts) -> Result<Vec<CartEvent>, Rejection> {
    authorise(actor, cart, Permission::Own, &facts.access())?;
    if facts.policy.cardinality == Cardinality::ExactlyOne {
        return Err(Rejection::NotOffered);
    }
    if matches!(cart.status(), Status::Abandoned { reason: AbandonReason::GivenUp, .. }) {
        return Ok(vec![]);
    }
    cart.edit_as(actor, Permission::Own, facts)?;
    Ok(vec![CartEvent::Abandoned { since: facts.now, reason: AbandonReason::GivenUp }])
}

/// Makes an abandoned cart active again, or one whose lifetime has ended without having been expired yet.
pub(super) fn recover(cart: &Cart, actor: &Actor, facts: &Facts) -> Result<Vec<CartEvent>, Rejection> {
    authorise(actor, cart, Permission::Own, &facts.access())?;
    let since = match cart.status() {
        Status::Active => match cart.expires_at().filter(|_| cart.has_expired(facts.now)) {
            Some(end) => end,
            None => return Ok(vec![]),
        },
        Status::Abandoned { reason: AbandonReason::Merged { .. }, .. } => {
            return Err(Rejection::NotRecoverable);
        }
        Status::Abandoned { since, .. } => *since,
        Status::Checkout { .. } | Status::Completed { .. } => {
            return Err(Rejection::WrongStatus { status: cart.status().name() });
        }
    };
    match facts.policy.recovery {
        Recovery::Within(length) if facts.now.signed_duration_since(since) <= length => {
            let expires_at = facts.policy.lifetime(cart.owner()).end_from(facts.now);
            Ok(vec![CartEvent::Recovered { expires_at }])
        }
        Recovery::Within(_) | Recovery::Never => Err(Rejection::NotRecoverable),
    }
}

pub(super) fn expire(cart: &Cart, actor: &Actor, facts: &Facts) -> Result<Vec<CartEvent>, Rejection> {
    authorise(actor, cart, Permission::Operate, &facts.access())?;
    match cart.status() {
        Status::Active => expired(cart, facts).map(|event| vec![event]).ok_or(Rejection::NotExpired),
        Status::Abandoned { .. } => Ok(vec![]),
        // A cart in checkout never expires by its lifetime; its deadline ends it.
        Status::Checkout { .. } | Status::Completed { .. } => {
            Err(Rejection::WrongStatus { status: cart.status().name() })
        }
    }
}

/// The end of a cart whose lifetime has ended; none if it has not.
pub(super) fn expired(cart: &Cart, facts: &Facts) -> Option<CartEvent> {
    let since = cart.expires_at().filter(|_| cart.has_expired(facts.now))?;
    Some(CartEvent::Abandoned { since, reason: AbandonReason::Expired })
}
