//! The partners of checkouts in memory keep the laws of their ports.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::Arc;

use cart_core::checkout::{InitiationType, Reason};
use cart_core::id::{CheckoutId, StockItemId};
use cart_core::memory::{MemoryInventory, MemoryOrders, MemoryPayments, PaymentScript};
use cart_core::money::{Currency, Money};
use cart_core::port::{Clock as _, Inventory, Payments};
use cart_core::testing::port_laws::inventory::Warehouse;
use cart_core::testing::port_laws::payments::{Payment, Till};
use cart_core::testing::{CountingIds, ManualClock};
use cart_core::{inventory_laws, orders_laws, payments_laws};
use chrono::{DateTime, Utc};

fn clock() -> Arc<ManualClock> {
    Arc::default()
}

fn orders() -> MemoryOrders {
    MemoryOrders::new(clock(), Arc::new(CountingIds::default()))
}

orders_laws!(orders_in_memory, (orders(), ()));

#[derive(Debug)]
struct MemoryTill(MemoryPayments);

fn till() -> MemoryTill {
    MemoryTill(MemoryPayments::new(clock(), Arc::new(CountingIds::default())))
}

impl Till for MemoryTill {
    fn payments(&self) -> &dyn Payments {
        &self.0
    }

    fn expect(&self, what: Payment) {
        self.0.script(match what {
            Payment::Captured => PaymentScript::Capture,
            Payment::Pending => PaymentScript::Pending(InitiationType::Redirect),
            Payment::Declined => PaymentScript::Decline { why: Reason::new("no cover").unwrap() },
        });
    }

    fn pay_pending(&self, checkout: CheckoutId) {
        self.0.pay_pending(checkout).unwrap();
    }

    fn kept(&self, checkout: CheckoutId) -> Money {
        let kept = self.0.payment(checkout).and_then(|payment| payment.kept());
        kept.unwrap_or(Money::zero(Currency::EUR))
    }
}

payments_laws!(payments_in_memory, (till(), ()));

#[derive(Debug)]
struct MemoryWarehouse {
    clock: Arc<ManualClock>,
    inventory: MemoryInventory,
}

fn warehouse() -> MemoryWarehouse {
    let clock = clock();
    let inventory = MemoryInventory::new(Arc::<ManualClock>::clone(&clock));
    MemoryWarehouse { clock, inventory }
}

impl Warehouse for MemoryWarehouse {
    fn inventory(&self) -> &dyn Inventory {
        &self.inventory
    }

    fn set_supply(&self, item: &StockItemId, units: u32) {
        self.inventory.set_supply(item, units).unwrap();
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn pass_until(&self, then: DateTime<Utc>) {
        self.clock.set(then);
    }
}

inventory_laws!(inventory_in_memory, (warehouse(), ()));
