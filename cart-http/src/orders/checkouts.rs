//! Checkouts that have begun.

use axum::extract::State;
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::id::CheckoutId;
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, CheckoutOutcome, Target};

use super::Orders;
use super::answer::Answer;
use super::bodies::Nothing;
use crate::auth::Authenticated;
use crate::deadline::complete;
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::{Problem, ProblemCode};
use crate::shop::with_current;
use crate::write::Conditions;

pub(super) async fn show(
    State(orders): State<Orders>,
    Authenticated(actor): Authenticated,
    InPath(checkout): InPath<CheckoutId>,
) -> Result<Answer, Problem> {
    let outcome = orders.known(&actor, checkout).await?;
    Ok(Answer::shown(outcome, orders.prices, &actor))
}

pub(super) async fn cancel(
    State(orders): State<Orders>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(checkout): InPath<CheckoutId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    orders.change(actor, conditions, Change::Cancel(checkout)).await
}

pub(super) async fn extend(
    State(orders): State<Orders>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(checkout): InPath<CheckoutId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    orders.change(actor, conditions, Change::Extend(checkout)).await
}

/// What shoppers may do to a checkout.
#[derive(Clone, Copy)]
enum Change {
    Cancel(CheckoutId),
    Extend(CheckoutId),
}

impl Orders {
    /// A checkout of this channel, for whoever may see it.
    async fn known(&self, actor: &Actor, checkout: CheckoutId) -> Result<CheckoutOutcome, Problem> {
        let outcome = self.service.checkout_state(actor, checkout).await?;
        let is_here = outcome.checkout.draft.channel == self.channel;
        if is_here { Ok(outcome) } else { Err((&Rejection::CheckoutNotFound { checkout }).into()) }
    }

    async fn change(self, actor: Actor, conditions: Conditions, change: Change) -> Result<Answer, Problem> {
        if conditions.preview {
            // What follows from it is done by others, who are not asked what they would do.
            return Err(Problem::new(ProblemCode::MalformedUri));
        }
        let deadline = conditions.deadline;
        let changing = async move {
            let known = self.known(&actor, change.checkout()).await?;
            let target = Target::Cart(known.checkout.draft.cart);
            let changed = async {
                let caller =
                    conditions.caller(&self.service, actor.clone(), &target, &change.command()).await?;
                self.changed(&caller, change).await
            };
            let outcome = changed.await.map_err(|error| with_current(error, self.prices))?;
            Ok(Answer::shown(outcome, self.prices, &actor))
        };
        complete(deadline, changing).await
    }

    async fn changed(&self, caller: &Caller, change: Change) -> Result<CheckoutOutcome, CartError> {
        match change {
            Change::Cancel(checkout) => self.service.cancel_checkout(caller, checkout).await,
            Change::Extend(checkout) => self.service.extend_checkout(caller, checkout).await,
        }
    }
}

impl Change {
    const fn checkout(self) -> CheckoutId {
        match self {
            Self::Cancel(checkout) | Self::Extend(checkout) => checkout,
        }
    }

    const fn command(self) -> Command {
        match self {
            Self::Cancel(checkout) => Command::CancelCheckout { checkout },
            Self::Extend(checkout) => Command::ExtendCheckout { checkout },
        }
    }
}
