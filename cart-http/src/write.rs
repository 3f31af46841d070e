//! What the writes of all surfaces to carts named by id have in common.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::journal::RequestKey;
use cart_core::service::{Caller, CartError, CartService, Outcome, Target};
use cart_core::version::Version;
use serde::Deserialize;

use crate::deadline::Deadline;
use crate::idempotency::idempotency_key;
use crate::precondition::IfMatch;
use crate::problem::{Problem, ProblemCode};

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
#[serde(deny_unknown_fields)]
struct Parameters {
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
    /// Whoever asks, and under which conditions, for a new cart, which has no version to name.
    pub(crate) fn of_new(self, actor: Actor) -> Caller {
        self.keyed(Caller::new(actor))
    }

    /// Does something to a cart, or shows what that would do.
    pub(crate) async fn execute(
        self,
        service: &CartService,
        actor: Actor,
        target: &Target,
        command: &Command,
    ) -> Result<Outcome, CartError> {
        let version = self.version_meant(service, &actor, target).await?;
        let caller = self.keyed(Caller::new(actor));
        let caller = version.into_iter().fold(caller, Caller::if_match);
        service.execute(&caller, target, command).await
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
    ) -> Result<Option<Version>, CartError> {
        let Some(IfMatch::OneOf(versions)) = &self.if_match else { return Ok(None) };
        if let ([_, _, ..], Target::Cart(cart)) = (&**versions, target) {
            // Of several, the one that the cart is at; if it is at none of them, a version that no cart ever gets to.
            let current = service.rewatch(actor, *cart).await?.version;
            let meant = versions.iter().copied().find(|version| *version == current);
            return Ok(meant.or(Version::new(u64::MAX)));
        }
        // Tags that no cart ever has mean a version that no cart ever gets to.
        Ok(versions.first().copied().or(Version::new(u64::MAX)))
    }
}
