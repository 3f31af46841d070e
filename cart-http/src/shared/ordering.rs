//! Ordering a cart, and what became of the order.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cart_core::actor::Actor;
use cart_core::checkout::{Checkout, Handoff, PlacedOrder, Stage};
use cart_core::command::Command;
use cart_core::id::{CartId, CheckoutId};
use cart_core::service::{CheckoutOutcome, Target};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::Shared;
use super::answer::Answer;
use super::bodies::{Nothing, Order};
use crate::amount::Amount;
use crate::auth::Authenticated;
use crate::deadline::complete;
use crate::json::StrictJson;
use crate::orders::{PaymentBody, may_pay, unsigned};
use crate::path::InPath;
use crate::problem::{Problem, ProblemCode, came_to_nothing};
use crate::write::Conditions;

pub(super) async fn begin(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(cart): InPath<CartId>,
    body: Option<StrictJson<Order>>,
) -> Result<Response, Problem> {
    let body = body.map(|StrictJson(body)| body).unwrap_or_default();
    let (deadline, preview) = (conditions.deadline, conditions.preview);
    let ordering = async move { shared.order(actor, conditions, cart, body).await };
    let outcome = complete(deadline, ordering).await?;
    if let (Stage::Ended { reason }, false) = (&outcome.stage, preview) {
        return Ok(replayed(unsigned(came_to_nothing(outcome.checkout.id, reason)), outcome.replayed));
    }
    answer(&outcome, !preview, true)
}

pub(super) async fn show(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    InPath(cart): InPath<CartId>,
) -> Result<Response, Problem> {
    let id = shared.current(&actor, cart).await?;
    let outcome = shared.service.checkout_state(&actor, id).await?;
    let may_pay = may_pay(&actor, &outcome.checkout);
    answer(&outcome, false, may_pay)
}

pub(super) async fn cancel(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(cart): InPath<CartId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Response, Problem> {
    if conditions.preview {
        // What follows from it is done by others, who are not asked what they would do.
        return Err(Problem::new(ProblemCode::MalformedUri));
    }
    let deadline = conditions.deadline;
    let cancelling = async move { shared.cancel(actor, conditions, cart).await };
    answer(&complete(deadline, cancelling).await?, false, false)
}

impl Shared {
    async fn order(
        &self,
        actor: Actor,
        conditions: Conditions,
        cart: CartId,
        body: Order,
    ) -> Result<CheckoutOutcome, Problem> {
        let target = Target::Cart(cart);
        let order = body.into_order(Handoff::Service, self.service.currency(&self.channel)?)?;
        let command = Command::BeginCheckout(order.clone());
        let caller = conditions.caller(&self.service, actor, &target, &command).await?;
        Ok(self.service.checkout(&caller, &target, &order).await?)
    }

    async fn cancel(
        &self,
        actor: Actor,
        conditions: Conditions,
        cart: CartId,
    ) -> Result<CheckoutOutcome, Problem> {
        let checkout = self.current(&actor, cart).await?;
        let command = Command::CancelCheckout { checkout };
        let caller = conditions.caller(&self.service, actor, &Target::Cart(cart), &command).await?;
        Ok(self.service.cancel_checkout(&caller, checkout).await?)
    }

    /// The checkout that the cart is in, or became an order by.
    async fn current(&self, actor: &Actor, cart: CartId) -> Result<CheckoutId, Problem> {
        let view = self.service.cart(actor, &Target::Cart(cart)).await?;
        let checkout = view.cart.current_checkout().map(|checkout| checkout.id);
        checkout.ok_or_else(|| Problem::new(ProblemCode::CheckoutNotFound))
    }
}

/// `order_id` and `status` as the document has them, and what a client needs besides.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedOrderState"))]
pub(super) struct OrderBody<'a> {
    order_id: Option<&'a str>,
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = ["order placed", "payment pending", "in progress", "not ordered"])))]
    status: &'static str,
    checkout_id: CheckoutId,
    order_number: Option<&'a str>,
    confirmation_number: Option<&'a str>,
    estimated_delivery: Option<DateTime<Utc>>,
    #[cfg_attr(feature = "openapi", schemars(with = "cart_core::money::Currency"))]
    currency: &'static str,
    total: Amount,
    #[serde(flatten)]
    payment: Option<PaymentBody<'a>>,
    deadline: DateTime<Utc>,
}

impl<'a> OrderBody<'a> {
    fn of(outcome: &'a CheckoutOutcome, may_pay: bool) -> Self {
        let checkout = &*outcome.checkout;
        match &outcome.stage {
            Stage::Completed { order } => Self::bare(checkout, "order placed").with(order),
            Stage::PaymentPending { order, initiation } => {
                let payment = may_pay.then_some(PaymentBody::of(initiation));
                Self { payment, ..Self::bare(checkout, "payment pending").with(order) }
            }
            Stage::InProgress { .. } | Stage::Begun => Self::bare(checkout, "in progress"),
            Stage::Ended { .. } => Self::bare(checkout, "not ordered"),
        }
    }

    fn bare(checkout: &'a Checkout, status: &'static str) -> Self {
        Self {
            order_id: None,
            status,
            checkout_id: checkout.id,
            order_number: None,
            confirmation_number: None,
            estimated_delivery: None,
            currency: checkout.draft.currency.code(),
            total: Amount(checkout.draft.totals.total),
            payment: None,
            deadline: checkout.deadline,
        }
    }

    fn with(self, order: &'a PlacedOrder) -> Self {
        Self {
            order_id: Some(order.order.as_str()),
            order_number: order.number.as_ref().map(|number| number.as_str()),
            confirmation_number: order.confirmation.as_ref().map(|code| code.as_str()),
            estimated_delivery: order.estimated_delivery,
            ..self
        }
    }
}

/// `has_begun` says that the request began it, now or before.
fn answer(outcome: &CheckoutOutcome, has_begun: bool, may_pay: bool) -> Result<Response, Problem> {
    let is_late = matches!(outcome.stage, Stage::InProgress { .. } | Stage::Begun);
    let waits = is_late || matches!(outcome.stage, Stage::PaymentPending { .. });
    let status = if has_begun && waits { StatusCode::ACCEPTED } else { StatusCode::OK };
    let body: Value = serde_json::to_value(OrderBody::of(outcome, may_pay))
        .map_err(|_| Problem::new(ProblemCode::Internal))?;
    let answer = Answer { status, version: None, replayed: outcome.replayed, body };
    let mut response = answer.into_response();
    if has_begun && is_late {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    Ok(response)
}

fn replayed(mut response: Response, replayed: bool) -> Response {
    if replayed {
        response.headers_mut().insert(crate::idempotency::REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
