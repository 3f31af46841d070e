//! Reference adapters of every port, in memory or on the standard library alone.
//!
//! They are for tests, for trying things out, and for hosts that have nothing better for a port. The wall clock and
//! random ids are called here and nowhere else.

mod cache;
mod guard;
mod host;
mod inventory;
mod orders;
mod payments;
mod rollout;
mod sink;
mod stock;
mod store;
mod system;
mod terms;

pub use self::cache::MemoryCartCache;
pub use self::guard::NoGuard;
pub use self::host::{MemoryAddressBook, MemoryCatalog, MemoryDirectory, MemoryMethodBook};
pub use self::inventory::MemoryInventory;
pub use self::orders::{MemoryOrder, MemoryOrderStatus, MemoryOrders};
pub use self::payments::{MemoryPayment, MemoryPayments, PaymentScript};
pub use self::rollout::{Rollout, RolloutError};
pub use self::sink::CallbackSink;
pub use self::store::{BrokenProgress, BrokenUnit, MemoryStore};
pub use self::system::{NoMeter, NoPublisher, RandomIds, SystemClock, ThreadTimer};
pub use self::terms::{MemoryCustomerBook, MemoryFeeBook, MemoryPromotionBook, MemoryTaxBook, NoTaxService};
