//! Who may ask here: customers about their own cart, support about that of others.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::permission::Permission;
use cart_core::rejection::Rejection;

use super::Module;
use crate::auth::Authenticated;
use crate::deadline::Deadline;
use crate::problem::Problem;
use crate::shopper::Shopper;

/// A customer who looks at their cart, which may have to be made.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) actor: Actor,
    pub(super) deadline: Deadline,
}

impl FromRequestParts<Module> for Look {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, module: &Module) -> Result<Self, Problem> {
        let Shopper(actor) = Shopper::from_request_parts(parts, module).await?;
        Ok(Self { actor, deadline: parts.extensions.get().copied().unwrap_or_default() })
    }
}

/// A member of the host's staff.
#[derive(Debug)]
pub(super) struct Support(pub(super) Actor);

impl FromRequestParts<Module> for Support {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, module: &Module) -> Result<Self, Problem> {
        let Authenticated(actor) = Authenticated::from_request_parts(parts, module).await?;
        match actor {
            Actor::Staff(_) => Ok(Self(actor)),
            Actor::User { .. } | Actor::Guest(_) | Actor::LinkBearer(_) | Actor::System => {
                Err((&Rejection::Forbidden { permission: Permission::View }).into())
            }
        }
    }
}
