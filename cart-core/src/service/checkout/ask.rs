//! Asking somebody outside to do their part in a checkout.

use super::super::CartService;
use crate::checkout::{Answer, Checkout, EndReason, PaymentOutcome, Task};
use crate::port::{
    Confirming, Hold, HoldError, Inventory, Orders, PaymentRequest, Payments, Placing, PortError, Verdict,
};

impl CartService {
    /// Asks for what was recorded to be asked for. `again` says that it may have been asked for before.
    pub(super) async fn ask(&self, task: Task, checkout: &Checkout, again: bool) -> Answer {
        let answer = match task {
            Task::Reserve => held(self.inventory(), checkout, Answer::Reserved).await,
            Task::Claim => held(self.inventory(), checkout, Answer::Claimed).await,
            Task::Release => match self.inventory() {
                Ok(inventory) => inventory.release(checkout.id).await.map(|()| Answer::Released),
                Err(missing) => Err(missing),
            },
            Task::Place => self.place(checkout).await,
            Task::Confirm => self.confirm(checkout).await,
            Task::CancelOrder => match self.orders() {
                Ok(orders) => orders.cancel(checkout.id).await.map(|()| Answer::OrderCancelled),
                Err(missing) => Err(missing),
            },
            Task::Pay => self.pay(checkout, again).await,
            Task::Void => self.void(checkout).await,
            Task::Refund => self.refund(checkout).await,
        };
        // What they could not do is in the record; why is for the logs of whoever implements the port.
        answer.unwrap_or(Answer::Nothing(task))
    }

    async fn place(&self, checkout: &Checkout) -> Result<Answer, PortError> {
        if let Verdict::Veto { why } = self.ports.guard.before_place(&checkout.draft).await? {
            return Ok(Answer::Vetoed(why));
        }
        Ok(match self.orders()?.place(&checkout.draft).await? {
            Placing::Placed(order) => Answer::Placed(order),
            Placing::Refused { why } => Answer::OrderRefused(why),
        })
    }

    async fn confirm(&self, checkout: &Checkout) -> Result<Answer, PortError> {
        let order = checkout.progress.order.placed().ok_or_else(|| missing("order"))?;
        let paid = checkout.progress.payment.captured();
        Ok(match self.orders()?.confirm(&checkout.draft, order, paid).await? {
            Confirming::Confirmed(order) => Answer::Confirmed(order),
            Confirming::Refused { why } => Answer::OrderRefused(why),
        })
    }

    /// Begins a payment. One that may have been begun before is asked about first.
    async fn pay(&self, checkout: &Checkout, again: bool) -> Result<Answer, PortError> {
        let (payments, draft) = (self.payments()?, &checkout.draft);
        if again && let Some(outcome) = payments.status(checkout.id).await? {
            return Ok(Answer::Payment(outcome));
        }
        let order = checkout.progress.order.placed().ok_or_else(|| missing("order"))?;
        let request = PaymentRequest {
            checkout: checkout.id,
            amount: draft.totals.total,
            method: draft.selections.payment_method.as_ref(),
            order,
            draft,
        };
        Ok(Answer::Payment(payments.pay(&request).await?))
    }

    async fn void(&self, checkout: &Checkout) -> Result<Answer, PortError> {
        match self.payments()?.void(checkout.id).await? {
            PaymentOutcome::Pending(_) => Err(missing("end of a payment that was to be ended")),
            outcome @ (PaymentOutcome::Captured(_)
            | PaymentOutcome::Declined { .. }
            | PaymentOutcome::Voided) => Ok(Answer::Payment(outcome)),
        }
    }

    async fn refund(&self, checkout: &Checkout) -> Result<Answer, PortError> {
        let capture = checkout.progress.payment.captured().ok_or_else(|| missing("payment"))?;
        self.payments()?.refund(checkout.id, capture).await?;
        Ok(Answer::Refunded)
    }

    fn orders(&self) -> Result<&dyn Orders, PortError> {
        self.ports.orders.as_deref().ok_or_else(|| missing("port for orders"))
    }

    fn payments(&self) -> Result<&dyn Payments, PortError> {
        self.ports.payments.as_deref().ok_or_else(|| missing("port for payments"))
    }

    fn inventory(&self) -> Result<&dyn Inventory, PortError> {
        self.ports.inventory.as_deref().ok_or_else(|| missing("port for stock"))
    }
}

async fn held(
    inventory: Result<&dyn Inventory, PortError>,
    checkout: &Checkout,
    done: Answer,
) -> Result<Answer, PortError> {
    let hold = Hold {
        checkout: checkout.id,
        owner: &checkout.draft.owner,
        items: &checkout.stock.items,
        until: checkout.held_until(checkout.deadline),
        max_held: checkout.stock.max_held,
    };
    let held =
        if done == Answer::Claimed { inventory?.claim(&hold).await } else { inventory?.reserve(&hold).await };
    match held {
        Ok(()) => Ok(done),
        Err(HoldError::Short { item, .. }) => {
            Ok(Answer::NotReserved(EndReason::OutOfStock { item: Some(item) }))
        }
        Err(HoldError::TooMuch { .. }) => Ok(Answer::NotReserved(EndReason::TooMuchHeld)),
        Err(HoldError::Unknown(error)) => Err(error),
    }
}

fn missing(what: &'static str) -> PortError {
    PortError::new("checkout", format!("there is no {what}"))
}
