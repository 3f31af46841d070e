//! Reference adapters of every port, in memory or on the standard library alone.
//!
//! They are for tests, for trying things out, and for hosts that have nothing better for a port. The wall clock and
//! random ids are called here and nowhere else.

mod host;
mod store;
mod system;
mod terms;
mod uses;

pub use self::host::{MemoryAddressBook, MemoryCatalog, MemoryDirectory, MemoryMethodBook};
pub use self::store::{BrokenUnit, MemoryStore};
pub use self::system::{NoPublisher, RandomIds, SystemClock, ThreadTimer};
pub use self::terms::{MemoryCustomerBook, MemoryFeeBook, MemoryPromotionBook, MemoryTaxBook, NoTaxService};
