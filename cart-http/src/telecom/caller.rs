//! Who asks, and how.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::id::UserId;

use super::Telecom;
use super::refusal::Refusal;
use crate::auth::Authenticated;
use crate::problem::{Problem, ProblemCode};
use crate::write::Conditions;

/// The actor of a request. Put it first among a handler's arguments: nobody unknown learns what else is wrong.
#[derive(Debug)]
pub(super) struct Known(pub(super) Actor);

impl FromRequestParts<Telecom> for Known {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, telecom: &Telecom) -> Result<Self, Refusal> {
        let Authenticated(actor) = Authenticated::from_request_parts(parts, telecom).await?;
        Ok(Self(actor))
    }
}

/// Who asks for a change, and how; all but what is to be changed. Nothing is previewed here: the document's answers could not
/// say so.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) actor: Actor,
    pub(super) conditions: Conditions,
}

impl FromRequestParts<Telecom> for Write {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, telecom: &Telecom) -> Result<Self, Refusal> {
        let Known(actor) = Known::from_request_parts(parts, telecom).await?;
        if parts.uri.query().is_some_and(|query| !query.is_empty()) {
            return Err(Problem::new(ProblemCode::MalformedUri).into());
        }
        let conditions = Conditions::from_request_parts(parts, telecom).await?;
        Ok(Self { actor, conditions })
    }
}

/// Checks that a body names the caller as the customer, and nobody else (checklist C28).
pub(super) fn check_customer(actor: &Actor, named: &str) -> Result<(), Problem> {
    let refused = |why| {
        let problem = Problem::new(ProblemCode::InvalidValue).detail(why);
        problem.field("pointer", "/customerId").field("value", shortened(named))
    };
    let named = UserId::new(named).map_err(|_| refused("Invalid customer ID format"))?;
    match actor {
        Actor::User { user, .. } if *user == named => Ok(()),
        Actor::User { .. } | Actor::Guest(_) | Actor::LinkBearer(_) | Actor::Staff(_) | Actor::System => {
            Err(refused("The customer is not the caller"))
        }
    }
}

/// What is repeated of a text that a client sent.
fn shortened(text: &str) -> String {
    text.chars().take(128).collect()
}
