//! Who may do what with a cart: the one place where it is decided.
//!
//! | who | may |
//! |---|---|
//! | the owner: the user acting for the same company, or whoever holds the guest's token | everything but operate and leave |
//! | a colleague with a grant, acting for the cart's company and still belonging to it | what the permission group says, and leave |
//! | whoever holds a link's token, while the link lives | see what the link shows; suggest, if the link says so |
//! | the host's staff | see |
//! | the system | see and operate |
//! | everybody else, the same person acting for another company included | nothing |
//!
//! Whoever shares a cart gives others nothing that they do not hold themselves, so nobody raises their own rights.
//!
//! Grants and links open only carts that are active or being checked out, and whose lifetime has not ended. Which
//! permission a command needs is said at [`Command::permission`](crate::command::Command::permission).

use chrono::{DateTime, Utc};

use crate::actor::{Actor, Owner};
use crate::cart::Cart;
use crate::id::{CompanyId, UserId};
use crate::permission::{Permission, Permissions};
use crate::policy::SharingPolicy;
use crate::rejection::Rejection;
use crate::sharing::Grant;

/// What it takes, besides the actor and the cart, to say what is permitted.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// The time (UTC).
    pub now: DateTime<Utc>,
    /// How carts of the channel are shared.
    pub sharing: &'a SharingPolicy,
    /// Whether the actor belongs to the company for which they act, as the directory says now. Only whoever
    /// [`claims_grant`] is asked about.
    pub is_member: bool,
}

/// Proves that an actor may do something with a cart.
///
/// # Errors
/// [`Rejection::CartNotFound`] for an actor who may not even see what a link shows, so that nobody learns that the cart
/// exists; [`Rejection::Forbidden`] for one who may see that but lacks the permission.
pub fn authorise(
    actor: &Actor,
    cart: &Cart,
    permission: Permission,
    access: &Access<'_>,
) -> Result<(), Rejection> {
    let held = held_by(actor, cart, access);
    if held.contains(permission) {
        Ok(())
    } else if held.contains(Permission::ViewShared) {
        Err(Rejection::Forbidden { permission })
    } else {
        Err(Rejection::CartNotFound)
    }
}

const STAFF: Permissions = Permissions::of(&[Permission::ViewShared, Permission::View]);
const SYSTEM: Permissions = STAFF.and(Permissions::of(&[Permission::Operate]));
const OWNER: Permissions = STAFF.and(Permissions::of(&[
    Permission::EditLines,
    Permission::EditSelections,
    Permission::ApplyCoupons,
    Permission::Suggest,
    Permission::Share,
    Permission::CheckOut,
    Permission::Manage,
    Permission::Own,
]));

/// Everything that an actor may do with a cart.
pub fn held_by(actor: &Actor, cart: &Cart, access: &Access<'_>) -> Permissions {
    match actor {
        Actor::User { .. } | Actor::Guest(_) if actor.owner().as_ref() == Some(cart.owner()) => OWNER,
        Actor::User { .. } => granted_to(actor, cart, access),
        Actor::Guest(_) => Permissions::NONE,
        Actor::LinkBearer(token) if is_shared(cart, access) && access.sharing.has_links() => {
            cart.link_opened_by(token.digest(), access.now).map_or(Permissions::NONE, |link| {
                let suggests: &[Permission] =
                    if link.terms.may_suggest { &[Permission::Suggest] } else { &[] };
                Permissions::of(&[Permission::ViewShared]).and(Permissions::of(suggests))
            })
        }
        Actor::LinkBearer(_) => Permissions::NONE,
        Actor::Staff(_) => STAFF,
        Actor::System => SYSTEM,
    }
}

fn granted_to(actor: &Actor, cart: &Cart, access: &Access<'_>) -> Permissions {
    let grant = claims_grant(actor, cart).filter(|_| access.is_member && is_shared(cart, access));
    let group = grant.and_then(|(_, grant)| access.sharing.group(grant.group));
    group.map_or(Permissions::NONE, |group| group.permissions.and(Permissions::of(&[Permission::Leave])))
}

/// The grant by which an actor would be let in, and the company to which they must belong for that; none for the owner
/// and for whoever has none.
pub fn claims_grant<'a>(actor: &Actor, cart: &'a Cart) -> Option<(&'a CompanyId, &'a Grant)> {
    let (Actor::User { user, company: Some(acts_for) }, Some((owner, company))) = (actor, company_of(cart))
    else {
        return None;
    };
    let grant = cart.grant_of(user).filter(|_| acts_for == company && owner != user)?;
    Some((company, grant))
}

/// The owner of a company's cart, and the company.
pub(crate) fn company_of(cart: &Cart) -> Option<(&UserId, &CompanyId)> {
    match cart.owner() {
        Owner::User { user, company: Some(company) } => Some((user, company)),
        Owner::User { company: None, .. } | Owner::Guest { .. } => None,
    }
}

/// Whether others than the owner may look into the cart: sharing ends with it.
fn is_shared(cart: &Cart, access: &Access<'_>) -> bool {
    cart.status().is_open() && !cart.has_expired(access.now)
}
