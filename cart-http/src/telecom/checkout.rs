//! Ordering a cart, and what became of that.

use axum::extract::State;
use cart_core::command::Command;
use cart_core::id::CartId;
use cart_core::rejection::Rejection;
use cart_core::service::{CartError, CheckoutOutcome, Target};

use super::Telecom;
use super::answer::Answer;
use super::bodies::Order;
use super::caller::{Known, Write, check_customer};
use super::order;
use super::path::{self, Named};
use super::refusal::Refusal;
use super::sent::Sent;
use crate::deadline::complete;

pub(super) async fn begin(
    State(telecom): State<Telecom>,
    write: Write,
    Named(cart): Named<String>,
    Sent(body): Sent<Order>,
) -> Result<Answer, Refusal> {
    let cart = path::cart(&cart)?;
    check_customer(&write.actor, &body.customer_id)?;
    let (deadline, actor) = (write.conditions.deadline, write.actor.clone());
    let ordering = async move { Ok(telecom.order(write, cart, body).await) };
    order::answer(&complete(deadline, ordering).await??, &actor)
}

pub(super) async fn show(
    State(telecom): State<Telecom>,
    Known(actor): Known,
    Named((cart, checkout)): Named<(String, String)>,
) -> Result<Answer, Refusal> {
    let (cart, checkout) = (path::cart(&cart)?, path::checkout(&checkout)?);
    let outcome = telecom.service.checkout_state(&actor, checkout).await?;
    let draft = &outcome.checkout.draft;
    if draft.cart != cart || draft.channel != telecom.channel {
        return Err(CartError::from(Rejection::CheckoutNotFound { checkout }).into());
    }
    order::answer(&outcome, &actor)
}

impl Telecom {
    async fn order(&self, write: Write, cart: CartId, body: Order) -> Result<CheckoutOutcome, Refusal> {
        let Write { actor, conditions } = write;
        let target = Target::Cart(cart);
        self.seen(&actor, &target).await?;
        let order = body.into_command()?;
        let ordered = async {
            let command = Command::BeginCheckout(order.clone());
            let caller = conditions.caller(&self.service, actor.clone(), &target, &command).await?;
            self.service.checkout(&caller, &target, &order).await
        };
        match ordered.await {
            // Sent again before there is an answer: it waits still, or has one by now.
            Err(CartError::InProgress { checkout, .. }) => {
                let now = self.service.checkout_state(&actor, checkout).await?;
                Ok(CheckoutOutcome { replayed: true, ..now })
            }
            done => Ok(done?),
        }
    }
}
