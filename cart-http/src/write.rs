//! What the writes of all surfaces have in common.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::journal::RequestKey;
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, CartService, Outcome, Target};
use cart_core::version::Version;
use serde::Deserialize;

use crate::deadline::Deadline;
use crate::idempotency::idempotency_key;
use crate::precondition::IfMatch;
use crate::problem::{Problem, ProblemCode, version_conflict};

/// How a change is asked for; all but who asks and what is to be changed.
#[derive(Debug)]
pub(crate) struct Conditions {
    if_match: Option<IfMatch>,
    key: Option<RequestKey>,
    pub(crate) preview: bool,
    pub(crate) deadline: Deadline,
}

/// Unknown parameters are refused: a misspelt `preview` must not write.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameters {
    #[serde(default)]
    preview: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Conditions {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let if_match = IfMatch::from_headers(&parts.headers)?;
        let key = idempotency_key(&parts.headers)?;
        let Query(Parameters { preview }) =
            Query::try_from_uri(&parts.uri).map_err(|_| Problem::new(ProblemCode::MalformedUri))?;
        let deadline = parts.extensions.get().copied().unwrap_or_default();
        Ok(Self { if_match, key, preview, deadline })
    }
}

impl Conditions {
    /// Whoever asks, and under which conditions, for a new cart.
    ///
    /// # Errors
    /// [`ProblemCode::VersionConflict`] if a version is named: what is not there is at none.
    pub(crate) fn of_new(self, actor: Actor) -> Result<Caller, Problem> {
        match self.if_match {
            Some(_) => Err(version_conflict(None)),
            None => Ok(self.keyed(Caller::new(actor))),
        }
    }

    /// Whether the write is meant for certain versions only.
    pub(crate) const fn is_conditional(&self) -> bool {
        self.if_match.is_some()
    }

    /// Whether the request can be told from others when it comes again.
    pub(crate) const fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Does something to a cart, or shows what that would do.
    pub(crate) async fn execute(
        self,
        service: &CartService,
        actor: Actor,
        target: &Target,
        command: &Command,
    ) -> Result<Outcome, CartError> {
        let caller = self.caller(service, actor, target, command).await?;
        service.execute(&caller, target, command).await
    }

    /// Whoever asks for something to be done to a cart, and under which conditions.
    pub(crate) async fn caller(
        self,
        service: &CartService,
        actor: Actor,
        target: &Target,
        command: &Command,
    ) -> Result<Caller, CartError> {
        let version = self.version_meant(service, &actor, target, command).await?;
        let caller = self.keyed(Caller::new(actor));
        Ok(version.into_iter().fold(caller, Caller::if_match))
    }

    /// A preview is never an answer to be given again.
    fn keyed(self, caller: Caller) -> Caller {
        match self.key {
            _ if self.preview => caller.only_preview(),
            Some(key) => caller.with_key(key),
            None => caller,
        }
    }

    /// The one version for which the write is meant; none if any will do.
    async fn version_meant(
        &self,
        service: &CartService,
        actor: &Actor,
        target: &Target,
        command: &Command,
    ) -> Result<Option<Version>, CartError> {
        let current = || current_version(service, actor, target, command);
        let meant = match (&self.if_match, target) {
            (None, _) | (Some(IfMatch::Any), Target::Cart(_) | Target::Linked) => return Ok(None),
            // Any version, but there must be one: an add would make a cart.
            (Some(IfMatch::Any), Target::Current(_)) if command.adds() => {
                return current().await.map(|_| None);
            }
            (Some(IfMatch::Any), Target::Current(_)) => return Ok(None),
            (Some(IfMatch::OneOf(versions)), _) => match &**versions {
                [] => None,
                [version] => Some(*version),
                several => match current().await {
                    Ok(current) => several.iter().copied().find(|version| *version == current),
                    // The cart may be gone because this was done before.
                    Err(CartError::Rejected(Rejection::CartNotFound)) => None,
                    Err(error) => return Err(error),
                },
            },
        };
        Ok(meant.or(NOWHERE))
    }
}

/// A version that no cart ever gets to.
const NOWHERE: Option<Version> = Version::new(u64::MAX);

/// The version that a cart is at, for whoever may see that. Nothing is made or counted for it: a command that is meant for
/// no version is refused, and the refusal tells.
async fn current_version(
    service: &CartService,
    actor: &Actor,
    target: &Target,
    command: &Command,
) -> Result<Version, CartError> {
    let caller = NOWHERE.into_iter().fold(Caller::new(actor.clone()), Caller::if_match);
    match service.preview(&caller, target, command).await {
        Ok(outcome) => Ok(outcome.view.cart.version()),
        Err(CartError::VersionMismatch { current }) => Ok(current.cart.version()),
        Err(error) => Err(error),
    }
}
