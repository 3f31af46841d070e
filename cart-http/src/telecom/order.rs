//! Checkouts as they are answered.
//!
//! Amounts and items come from the record of the checkout, so that a request which is repeated is answered the same, be
//! prices and cart what they may by then.

use axum::http::{HeaderValue, header};
use cart_core::actor::Actor;
use cart_core::checkout::{Checkout, PlacedOrder, Stage};
use cart_core::id::{OrderRef, PaymentMethodId};
use cart_core::service::CheckoutOutcome;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::answer::Answer;
use super::cart::CartBody;
use super::ids::Shown;
use super::refusal::Refusal;
use crate::orders::{PaymentBody, may_pay};
use crate::problem::{Problem, ProblemCode, came_to_nothing};

/// A cart that is ordered, by the names of the document.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "TelecomCheckout"))]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckoutBody<'a> {
    order_id: Option<&'a OrderRef>,
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = ["confirmed", "pending"])))]
    status: &'static str,
    cart: CartBody<'a>,
    confirmation_number: Option<&'a OrderRef>,
    payment_method_id: Option<&'a PaymentMethodId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_delivery: Option<DateTime<Utc>>,
    #[serde(flatten)]
    pending: Option<PendingBody<'a>>,
}

/// What the document does not have: how to go on with an order that waits.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "TelecomPending"))]
#[serde(rename_all = "camelCase")]
struct PendingBody<'a> {
    #[cfg_attr(feature = "openapi", schemars(with = "super::ids::schemas::CheckoutId"))]
    checkout_id: Shown,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<PaymentBody<'a>>,
}

/// What became of a checkout, for somebody who may see it.
pub(super) fn answer(outcome: &CheckoutOutcome, actor: &Actor) -> Result<Answer, Refusal> {
    let CheckoutOutcome { checkout, stage, .. } = outcome;
    match stage {
        Stage::Ended { reason } => Err(came_to_nothing(checkout.id, reason).into()),
        Stage::Completed { order } => body(outcome, Some(order), None),
        Stage::PaymentPending { order, initiation } => {
            let payment = may_pay(actor, checkout).then(|| PaymentBody::of(initiation));
            body(outcome, Some(order), Some(pending(checkout, payment)))
        }
        Stage::Begun => body(outcome, None, Some(pending(checkout, None))),
        Stage::InProgress { .. } => {
            let answer = body(outcome, checkout.progress.order.placed(), Some(pending(checkout, None)))?;
            Ok(answer.with(header::RETRY_AFTER, HeaderValue::from_static("1")))
        }
    }
}

fn pending<'a>(checkout: &Checkout, payment: Option<PaymentBody<'a>>) -> PendingBody<'a> {
    PendingBody { checkout_id: Shown::checkout(checkout.id), payment }
}

fn body(
    outcome: &CheckoutOutcome,
    order: Option<&PlacedOrder>,
    pending: Option<PendingBody<'_>>,
) -> Result<Answer, Refusal> {
    let draft = &*outcome.checkout.draft;
    let overflow = |_| Problem::new(ProblemCode::AmountOverflow);
    let confirmed = order.filter(|_| pending.is_none());
    let answer = Answer::of(&CheckoutBody {
        order_id: order.map(|order| &order.order),
        status: if pending.is_none() { "confirmed" } else { "pending" },
        cart: CartBody::ordered(&outcome.view.cart, draft).map_err(overflow)?,
        confirmation_number: confirmed.map(confirmation),
        payment_method_id: draft.selections.payment_method.as_ref(),
        estimated_delivery: order.and_then(|order| order.estimated_delivery),
        pending,
    })?;
    Ok(answer.replayed(outcome.replayed))
}

/// What the customer has as proof: what the order service gave, or how it calls the order.
fn confirmation(order: &PlacedOrder) -> &OrderRef {
    order.confirmation.as_ref().or(order.number.as_ref()).unwrap_or(&order.order)
}
