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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::RandomIds;
    use crate::testing::samples::{checkout_id, order_draft, owner};
    use crate::testing::{CountingIds, ManualClock, block_on};

    fn orders() -> MemoryOrders {
        let clock = ManualClock::default();
        clock.set(DateTime::from_timestamp(1_761_868_799, 999_999_999).unwrap());
        MemoryOrders::new(Arc::new(clock), Arc::new(CountingIds::default()))
    }

    fn confirmed(orders: &MemoryOrders, n: u64) -> MemoryOrder {
        let draft = order_draft(n);
        let Ok(Placing::Placed(order)) = block_on(orders.place(&draft)) else { unreachable!("it is placed") };
        block_on(orders.confirm(&draft, &order, None)).unwrap();
        orders.order(&order.order).unwrap()
    }

    #[test]
    fn an_order_is_named_as_people_expect() {
        let order = confirmed(&orders(), 1).placed;
        let confirmation = order.confirmation.unwrap();
        let code = confirmation.as_str().strip_prefix("CONF-2025-10-30-").unwrap();
        assert!(code.len() == 6 && code.bytes().all(|letter| LETTERS.contains(&letter)), "{code}");
        assert_eq!(order.number.unwrap().as_str(), "1000001");
        let id = order.order.as_str().strip_prefix("ord_").unwrap();
        assert!(uuid::Uuid::try_parse(id).is_ok());
    }

    #[test]
    fn confirmations_differ_whoever_makes_the_ids() {
        for ids in [Arc::new(CountingIds::default()) as Arc<dyn Ids>, Arc::new(RandomIds)] {
            let orders = MemoryOrders { ids, ..orders() };
            let all: HashSet<OrderRef> =
                (0..100).filter_map(|n| confirmed(&orders, n).placed.confirmation).collect();
            assert_eq!(all.len(), 100);
        }
    }

    #[test]
    fn orders_say_where_they_stand() {
        let orders = orders();
        confirmed(&orders, 1);
        [2, 3].into_iter().for_each(|n| drop(block_on(orders.place(&order_draft(n)))));
        block_on(orders.cancel(checkout_id(3))).unwrap();
        let status = |n| orders.order_of(checkout_id(n)).map(|order| order.status.as_str());
        let named = [Some("confirmed"), Some("payment_pending"), Some("cancelled"), None];
        assert_eq!([1, 2, 3, 4].map(status), named);
        let newest_first: Vec<_> =
            orders.orders_of(&owner("ann")).iter().map(|order| order.draft.checkout).collect();
        assert_eq!(newest_first, [3, 2, 1].map(checkout_id));
        assert_eq!((orders.orders_of(&owner("bob")).len(), orders.all().len()), (0, 3));
    }
}
