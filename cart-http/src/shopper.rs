//! The signed-in user whose own cart a surface is about, and what they ask to change.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::permission::Permission;
use cart_core::rejection::Rejection;

use crate::auth::{Authenticated, Authenticator};
use crate::problem::Problem;
use crate::write::Conditions;

/// The signed-in user who asks. Guests and staff have no cart here.
#[derive(Debug)]
pub(crate) struct Shopper(pub(crate) Actor);

impl<S> FromRequestParts<S> for Shopper
where
    S: Send + Sync,
    Arc<dyn Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Authenticated(actor) = Authenticated::from_request_parts(parts, state).await?;
        match actor {
            Actor::User { .. } => Ok(Self(actor)),
            Actor::Guest(_) => Err((&Rejection::GuestsRefused).into()),
            Actor::LinkBearer(_) | Actor::Staff(_) | Actor::System => {
                Err((&Rejection::Forbidden { permission: Permission::Own }).into())
            }
        }
    }
}

/// Who asks for a change, and how; all but what is to be changed.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) actor: Actor,
    pub(crate) conditions: Conditions,
}

impl<S> FromRequestParts<S> for Write
where
    S: Send + Sync,
    Arc<dyn Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Shopper(actor) = Shopper::from_request_parts(parts, state).await?;
        let conditions = Conditions::from_request_parts(parts, state).await?;
        Ok(Self { actor, conditions })
    }
}
