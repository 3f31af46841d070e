//! Making carts, and looking at them.

use axum::extract::State;
use cart_core::command::CreateCart;
use cart_core::service::Target;

use super::Telecom;
use super::answer::Answer;
use super::bodies::Create;
use super::caller::{Known, Write, check_customer};
use super::path::{self, Named};
use super::refusal::Refusal;
use super::sent::Sent;
use crate::deadline::complete;
use crate::problem::Problem;

/// What the document says where a cart cannot be made.
const FAILED: &str = "Failed to create cart";

pub(super) async fn create(
    State(telecom): State<Telecom>,
    Write { actor, conditions }: Write,
    body: Option<Sent<Create>>,
) -> Result<Answer, Refusal> {
    let Create { customer_id, metadata } = body.map(|Sent(body)| body).unwrap_or_default();
    customer_id.as_deref().map_or(Ok(()), |customer| check_customer(&actor, customer))?;
    let cart = CreateCart { metadata: metadata.unwrap_or_default(), ..CreateCart::default() };
    let deadline = conditions.deadline;
    let creating = async move {
        let caller = conditions.of_new(actor)?;
        Ok(telecom.service.create(&caller, &telecom.channel, &cart).await?)
    };
    let failing = |problem: Problem| Refusal::from(problem).failing(FAILED);
    Ok(Answer::written(&complete(deadline, creating).await.map_err(failing)?)?.made())
}

pub(super) async fn show(
    State(telecom): State<Telecom>,
    Known(actor): Known,
    Named(cart): Named<String>,
) -> Result<Answer, Refusal> {
    let cart = path::cart_to_show(&cart)?;
    Answer::cart(&telecom.seen(&actor, &Target::Cart(cart)).await?)
}
