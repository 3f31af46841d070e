//! An order service and a payment provider as a carrier has them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use cart_core::checkout::{Capture, OrderDraft, PaymentOutcome, PlacedOrder, Reason};
use cart_core::id::CheckoutId;
use cart_core::memory::{MemoryOrders, MemoryPayments};
use cart_core::port::{Confirming, Orders, PaymentRequest, Payments, Placing, PortError};

/// Takes orders in memory, and says when they will arrive; `refusal` says no to the next ones.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) orders: MemoryOrders,
    pub(crate) refusal: Mutex<Option<Reason>>,
    pub(crate) is_down: AtomicBool,
}

#[async_trait]
impl Orders for Office {
    async fn place(&self, draft: &OrderDraft) -> Result<Placing, PortError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(PortError::new("office", "closed"));
        }
        if let Some(why) = self.refusal.lock().unwrap().clone() {
            return Ok(Placing::Refused { why });
        }
        self.orders.place(draft).await
    }

    async fn confirm(
        &self,
        draft: &OrderDraft,
        order: &PlacedOrder,
        payment: Option<&Capture>,
    ) -> Result<Confirming, PortError> {
        let confirming = self.orders.confirm(draft, order, payment).await?;
        let Confirming::Confirmed(order) = confirming else { return Ok(confirming) };
        let estimated_delivery = Some("2025-11-03T12:00:00Z".parse().unwrap());
        Ok(Confirming::Confirmed(PlacedOrder { estimated_delivery, ..order }))
    }

    async fn cancel(&self, checkout: CheckoutId) -> Result<(), PortError> {
        self.orders.cancel(checkout).await
    }
}

/// Takes payments in memory, unless it is down.
#[derive(Debug)]
pub(crate) struct Bank {
    pub(crate) payments: MemoryPayments,
    pub(crate) is_down: AtomicBool,
}

#[async_trait]
impl Payments for Bank {
    async fn pay(&self, request: &PaymentRequest<'_>) -> Result<PaymentOutcome, PortError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(PortError::new("bank", "no line"));
        }
        self.payments.pay(request).await
    }

    async fn status(&self, checkout: CheckoutId) -> Result<Option<PaymentOutcome>, PortError> {
        self.payments.status(checkout).await
    }

    async fn void(&self, checkout: CheckoutId) -> Result<PaymentOutcome, PortError> {
        self.payments.void(checkout).await
    }

    async fn refund(&self, checkout: CheckoutId, capture: &Capture) -> Result<(), PortError> {
        self.payments.refund(checkout, capture).await
    }
}
