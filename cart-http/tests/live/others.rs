//! Writes of other processes.

use std::sync::Arc;

use cart_core::memory::{MemoryDirectory, MemoryStore};
use cart_core::testing::FailingStore;
use cart_core::testing::ManualClock;
use cart_core::testing::samples::{company_id, user_id};
use cart_http::live::LiveHub;

use crate::support::{Host, policy};

impl Host {
    /// A host whose store has other writers too.
    pub(crate) fn shared() -> Self {
        let store = Arc::new(FailingStore::new(Arc::new(MemoryStore::default())).shared());
        let directory = Arc::new(MemoryDirectory::default());
        for name in ["ann", "bob"] {
            directory.put(company_id("acme"), user_id(name));
        }
        Self::on(store, directory)
    }

    fn on(store: Arc<FailingStore>, directory: Arc<MemoryDirectory>) -> Self {
        let clock = Arc::new(ManualClock::default());
        let hub = Arc::new(LiveHub::new(clock.clone()));
        Self::over(store, clock, hub, directory, policy())
    }

    /// Another process on the same store.
    fn another(&self) -> Self {
        Self::on(self.store.clone(), self.directory.clone())
    }
}

#[tokio::test(start_paused = true)]
async fn what_others_wrote_is_told_with_the_next_sign_of_life() {
    let host = Host::shared();
    let other = host.another();
    let cart = host.cart().await;
    let mut reader = host.watch("ann", cart).await;
    reader.expect("ready").await;
    other.add(cart).await;
    other.add(cart).await;
    while reader.any().await.unwrap().event != "heartbeat" {}
    assert_eq!([reader.next().await.id, reader.next().await.id], [Some(3), Some(4)]);
    // What is written here after what others wrote there comes without a gap.
    other.add(cart).await;
    host.add(cart).await;
    assert_eq!([reader.next().await.id, reader.next().await.id], [Some(5), Some(6)]);
}

#[tokio::test(start_paused = true)]
async fn what_others_revoked_ends_the_stream_with_the_next_sign_of_life() {
    let host = Host::shared();
    let other = host.another();
    let cart = host.cart().await;
    host.share(cart).await;
    let mut reader = host.watch("bob", cart).await;
    reader.expect("ready").await;
    other.unshare(cart).await;
    reader.expect_end("access_ended").await;
}
