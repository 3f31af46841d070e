//! What all writes have in common.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::id::CartId;
use cart_core::service::{CartError, Outcome, Target};

use super::Company;
use super::caller::Colleague;
use super::parameters::NoParameters;
use super::refusal::Refusal;
use crate::deadline::complete;
use crate::write::Conditions;

/// Who asks for a change, and how; all but what is to be changed. Nothing is previewed here: JSON:API keeps the names of
/// parameters such as `preview` to itself.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) actor: Actor,
    conditions: Conditions,
}

impl FromRequestParts<Company> for Write {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, company: &Company) -> Result<Self, Refusal> {
        let Colleague(actor) = Colleague::from_request_parts(parts, company).await?;
        let NoParameters = NoParameters::from_request_parts(parts, company).await?;
        let conditions = Conditions::from_request_parts(parts, company).await?;
        Ok(Self { actor, conditions })
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
        let Write { actor, conditions } = write;
        let (deadline, service) = (conditions.deadline, self.service.clone());
        let writing =
            async move { Ok(conditions.execute(&service, actor, &Target::Cart(cart), &command).await) };
        complete(deadline, writing).await?.map_err(refuse)
    }
}
