//! Who may ask here: users who act for a company.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::permission::Permission;
use cart_core::rejection::Rejection;

use super::Company;
use super::refusal::Refusal;
use crate::auth::AuthError;
use crate::problem::{Problem, ProblemCode};

/// A user who acts for a company. Put it first among a handler's arguments: nobody unknown learns what else is wrong.
#[derive(Debug)]
pub(super) struct Colleague(pub(super) Actor);

impl FromRequestParts<Company> for Colleague {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, company: &Company) -> Result<Self, Refusal> {
        let actor = company.authenticator.authenticate(parts).await.map_err(unknown)?;
        match actor {
            Actor::User { company: Some(_), .. } => Ok(Self(actor)),
            Actor::User { company: None, .. } => {
                Err(Problem::new(ProblemCode::Forbidden).detail("the token names no company").into())
            }
            Actor::Guest(_) => Err(Problem::from(&Rejection::GuestsRefused).into()),
            Actor::LinkBearer(_) | Actor::Staff(_) | Actor::System => {
                Err(Problem::from(&Rejection::Forbidden { permission: Permission::Own }).into())
            }
        }
    }
}

/// The document tells a missing token (403) from an invalid one (401).
fn unknown(error: AuthError) -> Refusal {
    let is_missing = matches!(error, AuthError::Missing);
    let refusal = Refusal::from(Problem::from(error));
    if is_missing { refusal.stated(StatusCode::FORBIDDEN) } else { refusal }
}
