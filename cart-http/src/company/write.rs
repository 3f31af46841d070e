//! What all writes have in common.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::id::CartId;
use cart_core::journal::RequestKey;
use cart_core::service::{Caller, CartError, Outcome, Target};
use cart_core::version::Version;

use super::Company;
use super::caller::Colleague;
use super::parameters::NoParameters;
use super::refusal::Refusal;
use crate::deadline::{Deadline, complete};
use crate::idempotency::idempotency_key;
use crate::precondition::IfMatch;

/// Who asks for a change, and how; all but what is to be changed.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) actor: Actor,
    if_match: Option<IfMatch>,
    key: Option<RequestKey>,
    deadline: Deadline,
}

impl FromRequestParts<Company> for Write {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, company: &Company) -> Result<Self, Refusal> {
        let Colleague(actor) = Colleague::from_request_parts(parts, company).await?;
        let NoParameters = NoParameters::from_request_parts(parts, company).await?;
        let if_match = IfMatch::from_headers(&parts.headers)?;
        let key = idempotency_key(&parts.headers)?;
        let deadline = parts.extensions.get().copied().unwrap_or_default();
        Ok(Self { actor, if_match, key, deadline })
    }
}

impl Company {
    /// Does something to a cart, to its end, whether the client waits or not.
    pub(super) async fn done(
        &self,
        write: Write,
        cart: CartId,
        command: Command,
        refuse: impl FnOnce(CartError) -> Refusal,
    ) -> Result<Outcome, Refusal> {
        let (deadline, company) = (write.deadline, self.clone());
        let writing = async move { Ok(company.execute(write, cart, &command).await) };
        complete(deadline, writing).await?.map_err(refuse)
    }

    async fn execute(&self, write: Write, cart: CartId, command: &Command) -> Result<Outcome, CartError> {
        let Write { actor, if_match, key, .. } = write;
        let version = self.version_meant(if_match, &actor, cart).await?;
        let mut caller = Caller::new(actor);
        if let Some(version) = version {
            caller = caller.if_match(version);
        }
        if let Some(key) = key {
            caller = caller.with_key(key);
        }
        self.service.execute(&caller, &Target::Cart(cart), command).await
    }

    /// The one version for which the write is meant; none if any will do.
    async fn version_meant(
        &self,
        if_match: Option<IfMatch>,
        actor: &Actor,
        cart: CartId,
    ) -> Result<Option<Version>, CartError> {
        let Some(IfMatch::OneOf(versions)) = if_match else { return Ok(None) };
        if let [only] = *versions {
            return Ok(Some(only));
        }
        // Of several, the one that the cart is at; if it is at none of them, a version that no cart ever gets to.
        let current = self.service.rewatch(actor, cart).await?.version;
        Ok(versions.into_iter().find(|version| *version == current).or(Version::new(u64::MAX)))
    }
}
