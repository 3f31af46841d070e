//! Who may do what with a cart: the one place where it is decided.

use crate::actor::Actor;
use crate::cart::Cart;
use crate::permission::Permission;
use crate::rejection::Rejection;

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
