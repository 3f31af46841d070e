//! An order book in memory.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::actor::Owner;
use crate::checkout::{Capture, OrderDraft, PlacedOrder, Reason};
use crate::id::{CheckoutId, OrderRef};
use crate::port::{BoxError, Clock, Confirming, Ids, Orders, Placing, PortError};

const NAME: &str = "memory orders";

/// The number before the first: numbers have seven digits from the start.
const BASE: u64 = 1_000_000;

/// Digits and capital letters that are not taken for one another (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Takes orders in memory, for tests and demos.
///
/// Orders have an id (`ord_` and a UUID), a number that people read out (from 1000001) and, once they are confirmed, a
/// confirmation number with the day (UTC) and six characters (`CONF-2025-10-30-ABC123`). A checkout makes one order at most,
/// and none once it was cancelled.
#[derive(Debug)]
pub struct MemoryOrders {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// In the order in which they were placed.
    orders: Vec<MemoryOrder>,
    /// Where in `orders` the order of a checkout is.
    by_checkout: HashMap<CheckoutId, usize>,
    /// The checkouts that were cancelled, those without an order included.
    cancelled: HashSet<CheckoutId>,
}

/// An order of [`MemoryOrders`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryOrder {
    /// Its id, number and, once it is confirmed, confirmation number.
    pub placed: PlacedOrder,
    /// Where it stands.
    pub status: MemoryOrderStatus,
    /// What was ordered, and what it costs.
    pub draft: OrderDraft,
    /// What was paid, if that was told.
    pub payment: Option<Capture>,
    /// When it was placed (UTC).
    pub placed_at: DateTime<Utc>,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemoryOrderStatus {
    /// It waits for its payment.
    PaymentPending,
    /// It goes ahead.
    Confirmed,
    /// It is no more.
    Cancelled,
}

impl MemoryOrderStatus {
    /// Its name: `payment_pending`, `confirmed` or `cancelled`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentPending => "payment_pending",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl MemoryOrders {
    /// A book without orders.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { clock, ids, book: Mutex::default() }
    }

    /// The order with this id.
    pub fn order(&self, id: &OrderRef) -> Option<MemoryOrder> {
        self.book().orders.iter().find(|order| order.placed.order == *id).cloned()
    }

    /// The order of a checkout.
    pub fn order_of(&self, checkout: CheckoutId) -> Option<MemoryOrder> {
        self.book().find(checkout).cloned()
    }

    /// The orders of an owner, newest first.
    pub fn orders_of(&self, owner: &Owner) -> Vec<MemoryOrder> {
        let book = self.book();
        book.orders.iter().rev().filter(|order| order.draft.owner == *owner).cloned().collect()
    }

    /// All orders, in the order in which they were placed.
    pub fn all(&self) -> Vec<MemoryOrder> {
        self.book().orders.clone()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Nothing between the first change and the last can panic, so the book is whole even then.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_order(&self, place: usize, draft: &OrderDraft) -> Result<MemoryOrder, PortError> {
        let placed_at = self.clock.now();
        let id = format!("ord_{}", self.ids.uuid(placed_at).simple());
        let number = BASE.saturating_add(u64::try_from(place).unwrap_or(u64::MAX)).saturating_add(1);
        let order = OrderRef::new(id).map_err(broken)?;
        let number = Some(OrderRef::new(number.to_string()).map_err(broken)?);
        let (status, draft, payment) = (MemoryOrderStatus::PaymentPending, draft.clone(), None);
        let placed = PlacedOrder { number, ..PlacedOrder::new(order) };
        Ok(MemoryOrder { placed, status, draft, payment, placed_at })
    }

    fn confirmation(&self) -> Result<OrderRef, PortError> {
        let [a, b, c, d, ..] = self.ids.secret();
        let code = u32::from_le_bytes([a, b, c, d]);
        let letter = |place: u32| LETTERS.get(usize::try_from(code >> (5 * place) & 31).ok()?);
        let letters: String = (0..6).filter_map(letter).map(|byte| char::from(*byte)).collect();
        OrderRef::new(format!("CONF-{}-{letters}", self.clock.now().date_naive())).map_err(broken)
    }
}

impl Book {
    fn find(&self, checkout: CheckoutId) -> Option<&MemoryOrder> {
        self.orders.get(*self.by_checkout.get(&checkout)?)
    }

    fn find_mut(&mut self, checkout: CheckoutId) -> Option<&mut MemoryOrder> {
        self.orders.get_mut(*self.by_checkout.get(&checkout)?)
    }

    fn put(&mut self, order: MemoryOrder) {
        self.by_checkout.insert(order.draft.checkout, self.orders.len());
        self.orders.push(order);
    }
}

#[async_trait]
impl Orders for MemoryOrders {
    async fn place(&self, draft: &OrderDraft) -> Result<Placing, PortError> {
        let mut book = self.book();
        if book.cancelled.contains(&draft.checkout) {
            return Ok(Placing::Refused { why: cancelled()? });
        }
        if let Some(known) = book.find(draft.checkout) {
            // The same as the first time, whatever became of it since.
            return Ok(Placing::Placed(PlacedOrder { confirmation: None, ..known.placed.clone() }));
        }
        let order = self.new_order(book.orders.len(), draft)?;
        let placed = order.placed.clone();
        book.put(order);
        Ok(Placing::Placed(placed))
    }

    async fn confirm(
        &self,
        draft: &OrderDraft,
        _: &PlacedOrder,
        payment: Option<&Capture>,
    ) -> Result<Confirming, PortError> {
        let mut book = self.book();
        let Some(order) = book.find_mut(draft.checkout) else {
            return Ok(Confirming::Refused { why: reason("there is no such order")? });
        };
        match order.status {
            MemoryOrderStatus::Cancelled => return Ok(Confirming::Refused { why: cancelled()? }),
            MemoryOrderStatus::Confirmed => {}
            MemoryOrderStatus::PaymentPending => {
                order.placed.confirmation = Some(self.confirmation()?);
                order.payment = payment.cloned();
                order.status = MemoryOrderStatus::Confirmed;
            }
        }
        Ok(Confirming::Confirmed(order.placed.clone()))
    }

    async fn cancel(&self, checkout: CheckoutId) -> Result<(), PortError> {
        let mut book = self.book();
        book.cancelled.insert(checkout);
        if let Some(order) = book.find_mut(checkout) {
            order.status = MemoryOrderStatus::Cancelled;
        }
        Ok(())
    }
}

fn cancelled() -> Result<Reason, PortError> {
    reason("the order was cancelled")
}

fn reason(text: &str) -> Result<Reason, PortError> {
    Reason::new(text).map_err(broken)
}

fn broken(error: impl Into<BoxError>) -> PortError {
    PortError::new(NAME, error)
}
