//! The simulated order service, payment provider, inventory and store, and how calls to them go wrong.

use async_trait::async_trait;
use cart_core::checkout::{
    Capture, Initiation, InitiationType, OrderDraft, PaymentOutcome, PlacedOrder, Reason,
};
use cart_core::id::{CheckoutId, StockItemId};
use cart_core::port::{
    Clock, Confirming, Hold, HoldError, Inventory, Orders, PaymentRequest, Payments, Placing, PortError,
};

use crate::world::{Fate, Late, OrderIs, Shared};

/// What the shopper of a payment that waits needs.
pub fn initiation() -> Initiation {
    let payload = serde_json::from_str(r#"{"url": "https://pay.example"}"#).unwrap();
    Initiation { kind: InitiationType::Redirect, payload }
}

#[derive(Debug)]
pub struct Partner(pub Shared);

impl Partner {
    /// A call that does something and answers what is so then.
    async fn call<T>(
        &self,
        name: &'static str,
        what: Late,
        answer: impl Fn(&Shared) -> T,
    ) -> Result<T, PortError> {
        let Self(shared) = self;
        let act = || {
            let mut world = shared.world();
            world.expire(shared.clock.now());
            world.act(&what);
        };
        match shared.fate(name) {
            Fate::Fine => act(),
            Fate::Twice => {
                act();
                act();
            }
            Fate::Refused => return Err(PortError::new(name, "refused")),
            Fate::LostReply => {
                act();
                return Err(PortError::new(name, "the reply was lost"));
            }
            Fate::Late => {
                shared.world().late.push(what);
                return Err(PortError::new(name, "took too long"));
            }
            Fate::CrashBefore => return shared.crash().await,
            Fate::CrashAfter => {
                act();
                return shared.crash().await;
            }
        }
        Ok(answer(shared))
    }
}

#[async_trait]
impl Orders for Partner {
    async fn place(&self, draft: &OrderDraft) -> Result<Placing, PortError> {
        let id = draft.checkout;
        self.call("place", Late::Place(id), |shared| match shared.world().orders.get(&id) {
            Some(OrderIs::Placed | OrderIs::Confirmed) => Placing::Placed(order(id)),
            Some(OrderIs::Cancelled) | None => Placing::Refused { why: Reason::new("cancelled").unwrap() },
        })
        .await
    }

    async fn confirm(
        &self,
        draft: &OrderDraft,
        _: &PlacedOrder,
        _: Option<&Capture>,
    ) -> Result<Confirming, PortError> {
        let id = draft.checkout;
        self.call("confirm", Late::Confirm(id), |shared| match shared.world().orders.get(&id) {
            Some(OrderIs::Confirmed) => Confirming::Confirmed(order(id)),
            _ => Confirming::Refused { why: Reason::new("cancelled").unwrap() },
        })
        .await
    }

    async fn cancel(&self, checkout: CheckoutId) -> Result<(), PortError> {
        self.call("cancel order", Late::CancelOrder(checkout), |_| ()).await
    }
}

pub fn order(checkout: CheckoutId) -> PlacedOrder {
    PlacedOrder::new(format!("order-{checkout}").parse().unwrap())
}

#[async_trait]
impl Payments for Partner {
    async fn pay(&self, request: &PaymentRequest<'_>) -> Result<PaymentOutcome, PortError> {
        let (id, amount) = (request.checkout, request.amount);
        self.call("pay", Late::Pay(id, amount), |shared| state(shared, id).unwrap()).await
    }

    async fn status(&self, checkout: CheckoutId) -> Result<Option<PaymentOutcome>, PortError> {
        // Asking changes nothing.
        match self.0.fate("status") {
            Fate::Fine | Fate::Twice => Ok(state(&self.0, checkout)),
            Fate::Refused | Fate::LostReply | Fate::Late => Err(PortError::new("status", "refused")),
            Fate::CrashBefore | Fate::CrashAfter => self.0.crash().await,
        }
    }

    async fn void(&self, checkout: CheckoutId) -> Result<PaymentOutcome, PortError> {
        self.call("void", Late::Void(checkout), |shared| state(shared, checkout).unwrap()).await
    }

    async fn refund(&self, checkout: CheckoutId, _: &Capture) -> Result<(), PortError> {
        self.call("refund", Late::Refund(checkout), |_| ()).await
    }
}

fn state(shared: &Shared, checkout: CheckoutId) -> Option<PaymentOutcome> {
    shared.world().payments.get(&checkout).and_then(|payment| payment.state.clone())
}

#[async_trait]
impl Inventory for Partner {
    async fn free(
        &self,
        items: &[StockItemId],
        _: Option<CheckoutId>,
    ) -> Result<Vec<Option<u32>>, PortError> {
        let mut world = self.0.world();
        world.expire(self.0.clock.now());
        Ok(items.iter().map(|item| Some(world.free(item))).collect())
    }

    async fn reserve(&self, hold: &Hold<'_>) -> Result<(), HoldError> {
        let (id, items) = (hold.checkout, items(hold));
        let held = |shared: &Shared| {
            let world = shared.world();
            world.held.contains_key(&id) || world.sold.contains_key(&id)
        };
        let is_held = self.call("reserve", Late::Reserve(id, items, hold.until), held).await?;
        if is_held { Ok(()) } else { Err(short(hold)) }
    }

    async fn claim(&self, hold: &Hold<'_>) -> Result<(), HoldError> {
        let (id, items) = (hold.checkout, items(hold));
        let sold = |shared: &Shared| shared.world().sold.contains_key(&id);
        let is_sold = self.call("claim", Late::Claim(id, items), sold).await?;
        if is_sold { Ok(()) } else { Err(short(hold)) }
    }

    async fn release(&self, checkout: CheckoutId) -> Result<(), PortError> {
        self.call("release", Late::Release(checkout), |_| ()).await
    }
}

fn items(hold: &Hold<'_>) -> Vec<(StockItemId, u32)> {
    hold.items.iter().map(|units| (units.item.clone(), units.units)).collect()
}

fn short(hold: &Hold<'_>) -> HoldError {
    let item = hold.items.first().unwrap().item.clone();
    HoldError::Short { item, available: 0 }
}
