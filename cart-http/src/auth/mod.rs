//! Who is asking.

#[cfg(feature = "jwt")]
mod claims;
#[cfg(feature = "jwt")]
mod jws;
#[cfg(feature = "jwt")]
mod jwt;

use std::error::Error;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use axum::BoxError;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use cart_core::actor::Actor;

use crate::problem::{Problem, ProblemCode};
#[cfg(feature = "jwt")]
pub use jws::{JwtSecret, JwtSecretError};
#[cfg(feature = "jwt")]
pub use jwt::JwtAuthenticator;

/// Finds out who a request comes from. Hosts with sessions of their own implement it; for bearer tokens there
/// is [`JwtAuthenticator`].
///
/// Credentials that browsers send by themselves, such as cookies, also come with requests that other sites make
/// them send: an authenticator that takes them must tell those apart, for instance by `Sec-Fetch-Site`.
#[async_trait]
pub trait Authenticator: Debug + Send + Sync + 'static {
    /// The actor that the credentials of this request prove.
    ///
    /// # Errors
    /// [`AuthError`]; whether credentials are refused must not depend on what the actor wants to do.
    async fn authenticate(&self, request: &Parts) -> Result<Actor, AuthError>;
}

/// Why nobody is known to be asking.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The request carries no credentials of the expected kind.
    #[error("no credentials")]
    Missing,
    /// The credentials prove nothing.
    #[error("credentials refused: {reason}")]
    Refused {
        /// What is wrong, for the host's logs; clients are not told.
        reason: &'static str,
    },
    /// The credentials cannot be checked now; the same request may succeed later.
    #[error("credentials cannot be checked")]
    Unavailable(#[source] BoxError),
}

impl From<AuthError> for Problem {
    /// 401 with the challenge of [RFC 6750, section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3), or 503.
    fn from(error: AuthError) -> Self {
        match &error {
            AuthError::Missing => challenge("Bearer"),
            AuthError::Refused { reason } => {
                tracing::debug!(reason, "credentials refused");
                challenge("Bearer error=\"invalid_token\"")
            }
            AuthError::Unavailable(_) => {
                tracing::error!(error = &error as &dyn Error, "a request could not be authenticated");
                Self::new(ProblemCode::Unavailable).retry_soon()
            }
        }
    }
}

fn challenge(scheme: &'static str) -> Problem {
    Problem::new(ProblemCode::Unauthenticated)
        .header(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme))
}

/// The actor whom an authenticator found behind this request already.
#[derive(Clone, Debug)]
pub(crate) struct Proven {
    pub(crate) actor: Actor,
    pub(crate) by: Arc<dyn Authenticator>,
}

/// The actor of a request, proven by the router's [`Authenticator`]. Put it first among a handler's arguments:
/// nobody unknown learns what else is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated(
    /// Who is asking.
    pub Actor,
);

impl<S> FromRequestParts<S> for Authenticated
where
    S: Send + Sync,
    Arc<dyn Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let authenticator = Arc::<dyn Authenticator>::from_ref(state);
        match parts.extensions.get::<Proven>() {
            // Another router's authenticator may know other people by the same credentials.
            Some(Proven { actor, by }) if Arc::ptr_eq(by, &authenticator) => Ok(Self(actor.clone())),
            Some(_) | None => Ok(Self(authenticator.authenticate(parts).await?)),
        }
    }
}
