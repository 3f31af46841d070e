//! What all writes have in common.

use axum::extract::{FromRef, FromRequestParts, Query};
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::journal::RequestKey;
use cart_core::permission::Permission;
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, CartView, Outcome};
use cart_core::version::Version;
use serde::Deserialize;

use super::Shop;
use super::answer::{Answer, with_current};
use crate::auth::{Authenticated, Authenticator};
use crate::deadline::{Deadline, complete};
use crate::idempotency::idempotency_key;
use crate::precondition::IfMatch;
use crate::problem::{Problem, ProblemCode, version_conflict};

/// The signed-in user who asks. Guests and staff have no cart in a shop.
#[derive(Debug)]
pub(super) struct Shopper(pub(super) Actor);

impl<S> FromRequestParts<S> for Shopper
where
    S: Send + Sync,
    std::sync::Arc<dyn Authenticator>: FromRef<S>,
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
pub(super) struct Write {
    actor: Actor,
    if_match: Option<IfMatch>,
    key: Option<RequestKey>,
    pub(super) preview: bool,
    pub(super) deadline: Deadline,
}

/// Unknown parameters are refused: a misspelt `preview` must not write.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    #[serde(default)]
    preview: bool,
}

impl FromRequestParts<Shop> for Write {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Problem> {
        let Shopper(actor) = Shopper::from_request_parts(parts, shop).await?;
        let if_match = IfMatch::from_headers(&parts.headers)?;
        let key = idempotency_key(&parts.headers)?;
        let Query(Parameters { preview }) =
            Query::try_from_uri(&parts.uri).map_err(|_| Problem::new(ProblemCode::MalformedUri))?;
        let deadline = parts.extensions.get().copied().unwrap_or_default();
        Ok(Self { actor, if_match, key, preview, deadline })
    }
}

impl Shop {
    /// Changes the caller's cart, or shows what that would do.
    pub(super) async fn write(self, write: Write, command: Command) -> Result<Answer, Problem> {
        let (deadline, preview) = (write.deadline, write.preview);
        let writing = async move {
            let outcome = self.execute(write, &command).await?;
            Ok(Answer::changed(outcome, self.prices, preview))
        };
        complete(deadline, writing).await
    }

    pub(super) async fn execute(&self, write: Write, command: &Command) -> Result<Outcome, Problem> {
        let is_conditional = write.if_match.is_some();
        let outcome = self.try_execute(write, command).await;
        outcome.map_err(|error| self.refusal(error, is_conditional))
    }

    fn refusal(&self, error: CartError, is_conditional: bool) -> Problem {
        if is_conditional && matches!(error, CartError::Rejected(Rejection::CartNotFound)) {
            // A cart that is not there is at none of the versions named.
            return version_conflict(None);
        }
        with_current(error, self.prices)
    }

    async fn try_execute(&self, write: Write, command: &Command) -> Result<Outcome, CartError> {
        let Write { actor, if_match, key, preview, .. } = write;
        let mut caller = Caller::new(actor);
        if let Some(version) = self.version_meant(if_match, &caller).await? {
            caller = caller.if_match(version);
        }
        match key {
            _ if preview => self.service.preview(&caller, &self.target(), command).await,
            Some(key) => self.service.execute(&caller.with_key(key), &self.target(), command).await,
            None => self.service.execute(&caller, &self.target(), command).await,
        }
    }

    /// The one version for which the write is meant; none if any will do.
    async fn version_meant(
        &self,
        if_match: Option<IfMatch>,
        caller: &Caller,
    ) -> Result<Option<Version>, CartError> {
        let versions = match if_match {
            None => return Ok(None),
            Some(IfMatch::OneOf(versions)) if versions.len() == 1 => versions,
            Some(IfMatch::OneOf(versions)) => self.narrowed(versions, caller).await?,
            Some(IfMatch::Any) => {
                // Any version, but there must be one.
                self.look(caller).await?.ok_or(Rejection::CartNotFound)?;
                return Ok(None);
            }
        };
        // Tags that no cart ever has mean a version that no cart ever gets to.
        Ok(versions.first().copied().or(Version::new(u64::MAX)))
    }

    /// Of several versions, the one that the cart is at; if it is at none of them, it does not matter which.
    async fn narrowed(&self, mut versions: Vec<Version>, caller: &Caller) -> Result<Vec<Version>, CartError> {
        if let Some(view) = self.look(caller).await? {
            let current = view.cart.version();
            versions.sort_by_key(|version| *version != current);
        }
        Ok(versions)
    }

    /// The caller's cart, if there is one. Reading it may make one where policy says so; the refusal of a change
    /// that is meant for a version which no cart ever gets to shows it and makes nothing.
    async fn look(&self, caller: &Caller) -> Result<Option<CartView>, CartError> {
        let nowhere = caller.clone().if_match(Version::new(u64::MAX).unwrap_or(Version::FIRST));
        match self.service.preview(&nowhere, &self.target(), &Command::Clear).await {
            Ok(outcome) => Ok(Some(outcome.view)),
            Err(CartError::VersionMismatch { current }) => Ok(Some(*current)),
            Err(error) => existing(Err(error)),
        }
    }
}

/// Tells a cart that is not there from what went wrong.
pub(super) fn existing(found: Result<CartView, CartError>) -> Result<Option<CartView>, CartError> {
    match found {
        Ok(view) => Ok(Some(view)),
        Err(CartError::Rejected(Rejection::CartNotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}
