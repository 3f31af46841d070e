//! What an actor may do with a cart: the one place where it is decided.

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::cart::Cart;
use crate::rejection::Rejection;

/// Something that may be permitted on a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See the cart with its totals.
    View,
    /// Change lines, selections, name, note, settings and metadata.
    Edit,
    /// Give up, recover, duplicate or merge it.
    Own,
    /// Do what only the host's jobs do, such as expiring it.
    Operate,
}

/// Proves that an actor may do something with a cart.
///
/// The owner may do everything but operate; the host's staff may look; the system may look and operate. A user
/// owns a cart only while acting for the company for which it was made.
///
/// # Errors
/// [`Rejection::CartNotFound`] for an actor who may not even see the cart, so that nobody learns that it exists;
/// [`Rejection::Forbidden`] for one who may see it but lacks the permission.
pub fn authorise(actor: &Actor, cart: &Cart, permission: Permission) -> Result<(), Rejection> {
    let held = held_by(actor, cart);
    if held.contains(&permission) {
        Ok(())
    } else if held.contains(&Permission::View) {
        Err(Rejection::Forbidden { permission })
    } else {
        Err(Rejection::CartNotFound)
    }
}

fn held_by(actor: &Actor, cart: &Cart) -> &'static [Permission] {
    match actor {
        Actor::User { .. } | Actor::Guest(_) if actor.owner().as_ref() == Some(cart.owner()) => {
            &[Permission::View, Permission::Edit, Permission::Own]
        }
        Actor::User { .. } | Actor::Guest(_) => &[],
        Actor::Staff(_) => &[Permission::View],
        Actor::System => &[Permission::View, Permission::Operate],
    }
}
