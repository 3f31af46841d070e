//! An order book in the file of a store, for hosts that have no order service.

mod numbers;
pub(crate) mod status;

use std::sync::Arc;

use async_trait::async_trait;
use cart_core::actor::Owner;
use cart_core::checkout::{Capture, OrderDraft, PlacedOrder, Reason};
use cart_core::id::{CheckoutId, IdError, OrderRef};
use cart_core::metadata::Metadata;
use cart_core::port::{Clock, Confirming, Orders, Placing, PortError, StoreError};
use chrono::{DateTime, Utc};
use rusqlite::Transaction;

use self::numbers::Name;
pub use self::status::OrderStatus;
use crate::SqliteStore;
use crate::error::{self, Damage, Refusal};
use crate::seal::Seal;
use crate::table::orders::{self, DraftRow, OrderRow};
use crate::table::rewriting;

const PORT: &str = "order book";

/// Orders, kept in the file of a [`SqliteStore`] beside the carts.
///
/// It takes every order that was not cancelled: whether there is enough in stock and whether the order is paid for is the
/// checkout's business. Each call is one transaction, durable as the store's commits are, and may come again: a checkout
/// makes one order, by constraint, and one that was cancelled is refused from then on, also if its order was still on its
/// way.
///
/// What is ordered is kept as it was when the checkout began, sealed where the store has a key ring, and part of backups,
/// of [`SqliteStore::verify`] and of [`SqliteStore::reseal`]. Whoever is erased from a cart of the same store is erased
/// from its orders with it; what was ordered and what it cost stays.
///
/// ```
/// # use std::sync::Arc;
/// # use cart_core::port::Clock;
/// use cart_store_sqlite::{SqliteOrderBook, SqliteStore};
///
/// # fn book(clock: Arc<dyn Clock>) -> Result<(), Box<dyn std::error::Error>> {
/// let store = Arc::new(SqliteStore::in_memory()?);
/// let orders = SqliteOrderBook::new(Arc::clone(&store), clock);
/// // The store and the order book go to the builder of the service.
/// # drop(orders);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SqliteOrderBook {
    store: Arc<SqliteStore>,
    clock: Arc<dyn Clock>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id, number and, once it is confirmed, confirmation number.
    pub placed: PlacedOrder,
    /// Where it stands.
    pub status: OrderStatus,
    /// What was ordered, and what it costs.
    pub draft: OrderDraft,
    /// What was paid, if that was told.
    pub payment: Option<Capture>,
    /// When it was placed (UTC).
    pub created_at: DateTime<Utc>,
    /// When it last changed (UTC).
    pub updated_at: DateTime<Utc>,
}

impl SqliteOrderBook {
    /// An order book in the file of a store.
    #[must_use]
    pub fn new(store: Arc<SqliteStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The order with this id or number, whosever it is.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::KeyMissing`] or [`StoreError::Corrupt`].
    pub async fn order(&self, order: &OrderRef) -> Result<Option<Order>, StoreError> {
        let Some(name) = numbers::parse(order) else { return Ok(None) };
        let seal = self.store.seal().clone();
        let find = move |transaction: &Transaction<'_>| {
            let found = match name {
                Name::Checkout(checkout) => orders::of_checkout(transaction, &seal, checkout)?,
                Name::Number(number) => orders::numbered(transaction, &seal, number)?,
            };
            found.map(order_of).transpose()
        };
        self.store.look(1, find).await
    }

    /// The order of an owner with this id or number. That of somebody else is as if it did not exist.
    ///
    /// # Errors
    /// As [`SqliteOrderBook::order`].
    pub async fn order_of(&self, owner: &Owner, order: &OrderRef) -> Result<Option<Order>, StoreError> {
        Ok(self.order(order).await?.filter(|found| found.draft.owner == *owner))
    }

    /// The orders of an owner, newest first, at most `limit`; those before the order with this id or number, if one is
    /// named, which need not be the owner's. None if there is no such order.
    ///
    /// # Errors
    /// As [`SqliteOrderBook::order`].
    pub async fn orders_of(
        &self,
        owner: &Owner,
        before: Option<&OrderRef>,
        limit: usize,
    ) -> Result<Vec<Order>, StoreError> {
        let (seal, owner, before) = (self.store.seal().clone(), owner.clone(), before.map(numbers::parse));
        let find = move |transaction: &Transaction<'_>| {
            let below = match before {
                None => Some(i64::MAX),
                Some(None) => None,
                Some(Some(Name::Number(number))) => Some(number),
                Some(Some(Name::Checkout(checkout))) => {
                    orders::of_checkout(transaction, &seal, checkout)?.map(|found| found.number)
                }
            };
            let Some(below) = below else { return Ok(Vec::new()) };
            let found = orders::of_owner(transaction, &seal, &owner, below, limit)?;
            found.into_iter().map(order_of).collect()
        };
        self.store.look(limit, find).await
    }

    /// Takes an owner out of all their orders, and answers how many these were: `becomes` stands in their place, and notes,
    /// metadata and the chosen address go. What was ordered, what it cost and what was paid stays.
    ///
    /// For orders whose carts are not in the same store; from the others they go with the carts
    /// (`CartService::erase_user`). What was replaced cannot be read from the file when this is answered. Safe to repeat:
    /// after a failure, run it again.
    ///
    /// # Errors
    /// What the store cannot do; what was done until then stays done.
    pub async fn erase(&self, owner: &Owner, becomes: &Owner) -> Result<usize, StoreError> {
        let mut erased = 0;
        if owner == becomes {
            return Ok(erased);
        }
        loop {
            let found = self.orders_of(owner, None, ERASED_AT_ONCE).await?;
            if found.is_empty() {
                self.store.wipe().await?;
                return Ok(erased);
            }
            for order in found {
                self.rewrite(&without_owner(order.draft, becomes)).await?;
                erased += 1;
            }
        }
    }

    async fn rewrite(&self, draft: &OrderDraft) -> Result<(), StoreError> {
        let row = DraftRow::of(self.store.seal(), draft).map_err(Refusal::from)?;
        let write = move |transaction: &Transaction<'_>| {
            rewriting::note(transaction)?;
            orders::rewrite(transaction, &row)
        };
        self.store.write_sealed(write).await.map_err(error::of_write)
    }

    /// Writes, and answers with the order of a checkout as it is then.
    async fn write(
        &self,
        checkout: CheckoutId,
        statements: impl FnOnce(&Transaction<'_>, &Seal) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<Option<Order>, PortError> {
        let seal = self.store.seal().clone();
        let write = move |transaction: &Transaction<'_>| {
            statements(transaction, &seal)?;
            orders::of_checkout(transaction, &seal, checkout)?.map(order_of).transpose()
        };
        let written = self.store.write_sealed(write).await;
        written.map_err(|error| PortError::new(PORT, error::of_write(error)))
    }
}

const ERASED_AT_ONCE: usize = 100;

fn without_owner(mut draft: OrderDraft, becomes: &Owner) -> OrderDraft {
    draft.owner = becomes.clone();
    draft.selections.address = None;
    draft.billing_address = None;
    (draft.note, draft.metadata) = (None, Metadata::default());
    for line in &mut draft.lines {
        (line.note, line.metadata) = (None, Metadata::default());
    }
    draft
}

#[async_trait]
impl Orders for SqliteOrderBook {
    async fn place(&self, draft: &OrderDraft) -> Result<Placing, PortError> {
        let (checkout, at) = (draft.checkout, self.clock.now());
        let row = DraftRow::of(self.store.seal(), draft).map_err(unwritten)?;
        let place = move |transaction: &Transaction<'_>, seal: &Seal| {
            let is_known = orders::is_refused(transaction, checkout)?
                || orders::of_checkout(transaction, seal, checkout)?.is_some();
            if is_known { Ok(()) } else { orders::insert(transaction, &row, at) }
        };
        match self.write(checkout, place).await? {
            Some(order) if order.status != OrderStatus::Cancelled => {
                // The same as the first time, whatever became of it since.
                Ok(Placing::Placed(PlacedOrder { confirmation: None, ..order.placed }))
            }
            Some(_) | None => Ok(Placing::Refused { why: cancelled()? }),
        }
    }

    async fn confirm(
        &self,
        draft: &OrderDraft,
        _: &PlacedOrder,
        payment: Option<&Capture>,
    ) -> Result<Confirming, PortError> {
        let (checkout, at) = (draft.checkout, self.clock.now());
        let payment = orders::payment(self.store.seal(), draft, payment).map_err(unwritten)?;
        let confirm = move |transaction: &Transaction<'_>, _: &Seal| {
            orders::confirm(transaction, checkout, payment.as_ref(), at)
        };
        match self.write(checkout, confirm).await? {
            Some(order) if order.status == OrderStatus::Confirmed => Ok(Confirming::Confirmed(order.placed)),
            Some(_) => Ok(Confirming::Refused { why: cancelled()? }),
            None => Ok(Confirming::Refused { why: reason("there is no such order")? }),
        }
    }

    async fn cancel(&self, checkout: CheckoutId) -> Result<(), PortError> {
        let at = self.clock.now();
        let cancel = move |transaction: &Transaction<'_>, _: &Seal| orders::cancel(transaction, checkout, at);
        self.write(checkout, cancel).await.map(drop)
    }
}

fn cancelled() -> Result<Reason, PortError> {
    reason("the order was cancelled")
}

fn reason(text: &str) -> Result<Reason, PortError> {
    Reason::new(text).map_err(|error| PortError::new(PORT, error))
}

fn unwritten(error: rusqlite::Error) -> PortError {
    PortError::new(PORT, StoreError::from(Refusal::from(error)))
}

fn order_of(row: OrderRow) -> Result<Order, Refusal> {
    let placed = placed(&row).map_err(|error| Damage {
        table: orders::TABLE,
        cart: Some(row.draft.cart),
        what: error.to_string(),
    })?;
    let OrderRow { status, created_at, updated_at, draft, payment, .. } = row;
    Ok(Order { placed, status, draft, payment, created_at, updated_at })
}

fn placed(row: &OrderRow) -> Result<PlacedOrder, IdError> {
    Ok(PlacedOrder {
        order: numbers::id(row.draft.checkout)?,
        number: Some(numbers::number(row.number)?),
        confirmation: row.confirmed_at.map(|at| numbers::confirmation(row.number, at)).transpose()?,
        estimated_delivery: None,
    })
}
