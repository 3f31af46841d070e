//! Ordering.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::id::CartId;
use cart_core::rejection::Rejection;
use cart_core::service::{CartError, CheckoutOutcome, Target};

use super::Orders;
use super::answer::Answer;
use super::bodies::{Begin, Purchase, missing};
use crate::auth::Authenticated;
use crate::deadline::complete;
use crate::json::StrictJson;
use crate::problem::{Problem, ProblemCode, version_conflict};
use crate::shop::with_current;
use crate::write::Conditions;

/// The conditions of a request that orders something: it must be safe to repeat, unless it is only tried out.
#[derive(Debug)]
pub(super) struct Repeatable(Conditions);

impl<S: Send + Sync> FromRequestParts<S> for Repeatable {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let conditions = Conditions::from_request_parts(parts, state).await?;
        if conditions.has_key() || conditions.preview {
            Ok(Self(conditions))
        } else {
            Err(Problem::new(ProblemCode::IdempotencyKeyRequired).field("header", "Idempotency-Key"))
        }
    }
}

pub(super) async fn checkout(
    State(orders): State<Orders>,
    Authenticated(actor): Authenticated,
    Repeatable(conditions): Repeatable,
    body: Option<StrictJson<Begin>>,
) -> Result<Answer, Problem> {
    let body = body.map(|StrictJson(body)| body).unwrap_or_default();
    let (deadline, preview, prices) = (conditions.deadline, conditions.preview, orders.prices);
    let outcome = complete(deadline, async move { orders.order(actor, conditions, body).await }).await?;
    Ok(Answer::begun(outcome, prices, preview))
}

pub(super) async fn buy_now(
    State(orders): State<Orders>,
    Authenticated(actor): Authenticated,
    Repeatable(conditions): Repeatable,
    StrictJson(body): StrictJson<Purchase>,
) -> Result<Answer, Problem> {
    let (deadline, preview, prices) = (conditions.deadline, conditions.preview, orders.prices);
    let buying = async move {
        let purchase = body.into_purchase(orders.handoff, orders.service.currency(&orders.channel)?)?;
        let caller = conditions.of_new(actor)?;
        Ok(orders.service.buy_now(&caller, &orders.channel, &purchase).await?)
    };
    Ok(Answer::begun(complete(deadline, buying).await?, prices, preview))
}

impl Orders {
    async fn order(
        &self,
        actor: Actor,
        conditions: Conditions,
        body: Begin,
    ) -> Result<CheckoutOutcome, Problem> {
        let target = self.target(&actor, body.cart_id).await?;
        let order = body.into_order(self.handoff, self.service.currency(&self.channel)?)?;
        let is_conditional = conditions.is_conditional();
        let ordering = async {
            let command = Command::BeginCheckout(order.clone());
            let caller = conditions.caller(&self.service, actor, &target, &command).await?;
            self.service.checkout(&caller, &target, &order).await
        };
        ordering.await.map_err(|error| self.refusal(error, is_conditional))
    }

    fn refusal(&self, error: CartError, is_conditional: bool) -> Problem {
        if is_conditional && matches!(error, CartError::Rejected(Rejection::CartNotFound)) {
            // A cart that is not there is at none of the versions named.
            return version_conflict(None);
        }
        with_current(error, self.prices)
    }

    /// The cart that is named, which must be one of this channel, or the caller's current one.
    async fn target(&self, actor: &Actor, named: Option<CartId>) -> Result<Target, Problem> {
        match named {
            Some(cart) => {
                let target = Target::Cart(cart);
                let view = self.service.cart(actor, &target).await?;
                let is_here = *view.cart.channel() == self.channel;
                if is_here { Ok(target) } else { Err((&Rejection::CartNotFound).into()) }
            }
            None if self.service.policy(&self.channel)?.is_sole() => {
                Ok(Target::Current(self.channel.clone()))
            }
            None => Err(missing("/cart_id")),
        }
    }
}
