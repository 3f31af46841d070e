//! What the partners of a checkout must do, one law per function: each takes a fresh one and panics if the law does not
//! hold.
//!
//! Hosts check their own adapters with [`orders_laws!`](crate::orders_laws), [`payments_laws!`](crate::payments_laws) and
//! [`inventory_laws!`](crate::inventory_laws), which make a `#[test]` of each law. Money and stock need somebody who plays
//! the shopper and the storekeeper: [`payments::Till`] and [`inventory::Warehouse`].
//!
//! ```
//! use std::sync::Arc;
//! use cart_core::memory::MemoryOrders;
//! use cart_core::orders_laws;
//! use cart_core::testing::{CountingIds, ManualClock};
//!
//! fn orders() -> MemoryOrders {
//!     MemoryOrders::new(Arc::new(ManualClock::default()), Arc::new(CountingIds::default()))
//! }
//!
//! // The second part of the pair is dropped after the adapter, such as the folder that holds its file.
//! orders_laws!(memory_orders, (orders(), ()));
//! ```
//!
//! The laws use real threads and no sleeps, and run asynchronous calls with [`block_on`](super::block_on); an adapter that
//! needs a runtime brings it along.

#![expect(clippy::expect_used, reason = "a law that does not hold panics, as a test does")]

pub mod inventory;
mod list;
pub mod orders;
pub mod payments;

use std::sync::Barrier;
use std::thread;

/// How many threads do the same at once.
const THREADS: u64 = 16;

/// Has many threads do something at once; what each of them came to.
fn at_once<T: Send>(what: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(usize::try_from(THREADS).unwrap_or_default());
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|n| {
                let (start, what) = (&start, &what);
                scope.spawn(move || {
                    start.wait();
                    what(n)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("the thread ends")).collect()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_law_is_in_the_list() {
        let sources = [include_str!("inventory.rs"), include_str!("orders.rs"), include_str!("payments.rs")];
        let written = sources
            .iter()
            .flat_map(|source| source.lines())
            .filter_map(|line| line.strip_prefix("pub fn ").and_then(|rest| rest.split('(').next()));
        let list: Vec<&str> = include_str!("list.rs").split_whitespace().collect();
        let missing: Vec<&str> = written.filter(|law| !list.contains(law)).collect();
        assert_eq!(missing, [""; 0]);
    }
}
