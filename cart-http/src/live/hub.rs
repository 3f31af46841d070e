//! Where changes go from whoever makes them to whoever watches.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cart_core::history::Sight;
use cart_core::id::CartId;
use cart_core::journal::Entry;
use cart_core::port::{Clock, Publisher};
use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch};

use super::limits::LiveLimits;
use super::presence::{Presence, Viewer, Viewers};

/// Changes of different carts seldom wait for each other.
const SHARDS: usize = 64;

/// Tells streams of what happens to their carts. A host makes one, gives it to its service as the publisher, and to the
/// routers that have live updates.
///
/// A change is work for the streams of its own cart only. A stream that does not keep up costs the others nothing, and
/// neither does it cost memory: it reads what it missed from the journal.
///
/// Only writes of its own process reach a hub. What other processes write is read from the journal with each heartbeat.
pub struct LiveHub {
    shards: Box<[Mutex<HashMap<CartId, Room>>]>,
    slots: Arc<Semaphore>,
    closed: watch::Sender<bool>,
    limits: LiveLimits,
    clock: Arc<dyn Clock>,
}

/// The streams of one cart.
#[derive(Debug)]
struct Room {
    changes: broadcast::Sender<Arc<Entry>>,
    streams: usize,
    viewers: Viewers,
    /// Says that the viewers are others; which is looked up by whoever wants to know.
    moved: watch::Sender<()>,
}

impl LiveHub {
    /// A hub with the default limits.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_limits(LiveLimits::default(), clock)
    }

    /// A hub.
    pub fn with_limits(limits: LiveLimits, clock: Arc<dyn Clock>) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            slots: Arc::new(Semaphore::new(limits.streams.min(Semaphore::MAX_PERMITS))),
            closed: watch::Sender::new(false),
            limits,
            clock,
        }
    }

    /// Ends all streams, and every one that is opened from now on. A server that stops ends its streams by itself; this
    /// is for hosts with another one.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// How many streams are open.
    pub fn streams(&self) -> usize {
        self.limits.streams.min(Semaphore::MAX_PERMITS).saturating_sub(self.slots.available_permits())
    }

    /// How many carts have streams.
    pub fn carts(&self) -> usize {
        self.shards.iter().map(|shard| locked(shard).len()).sum()
    }

    pub(super) const fn limits(&self) -> &LiveLimits {
        &self.limits
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Room for one more stream, of whichever cart.
    pub(super) fn admit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.slots).try_acquire_owned().ok()
    }

    /// Follows a cart from now on; none if as many follow it already as may.
    pub(super) fn subscribe(
        self: &Arc<Self>,
        cart: CartId,
        slot: OwnedSemaphorePermit,
    ) -> Option<Subscription> {
        let mut rooms = self.rooms(cart);
        let room = rooms.entry(cart).or_insert_with(|| Room::with_buffer(self.limits.capacity()));
        if room.streams >= self.limits.streams_of_cart.max(1) {
            return None;
        }
        room.streams = room.streams.saturating_add(1);
        let (changes, moved) = (room.changes.subscribe(), room.moved.subscribe());
        drop(rooms);
        let closed = self.closed.subscribe();
        Some(Subscription { hub: Arc::clone(self), cart, changes, moved, closed, viewer: None, _slot: slot })
    }

    fn rooms(&self, cart: CartId) -> MutexGuard<'_, HashMap<CartId, Room>> {
        let folded = cart.as_uuid().into_bytes().into_iter().fold(0, |folded: u8, byte| folded ^ byte);
        let shard = usize::from(folded) % SHARDS;
        #[expect(clippy::indexing_slicing, reason = "there are as many shards as the remainder counts")]
        locked(&self.shards[shard])
    }
}

/// Nothing that is done under the lock leaves a room half changed.
fn locked(shard: &Mutex<HashMap<CartId, Room>>) -> MutexGuard<'_, HashMap<CartId, Room>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Publisher for LiveHub {
    fn publish(&self, entries: &[Arc<Entry>]) {
        for entry in entries {
            let changes = self.rooms(entry.cart).get(&entry.cart).map(|room| room.changes.clone());
            if let Some(changes) = changes {
                // Refused when the last stream has just ended.
                let _ = changes.send(Arc::clone(entry));
            }
        }
    }
}

impl fmt::Debug for LiveHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveHub").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Room {
    fn with_buffer(capacity: usize) -> Self {
        Self {
            changes: broadcast::Sender::new(capacity),
            streams: 0,
            viewers: Viewers::default(),
            moved: watch::Sender::new(()),
        }
    }
}

/// A stream's place in the room of its cart, left when it is dropped.
#[derive(Debug)]
pub(super) struct Subscription {
    hub: Arc<LiveHub>,
    cart: CartId,
    pub(super) changes: broadcast::Receiver<Arc<Entry>>,
    pub(super) moved: watch::Receiver<()>,
    pub(super) closed: watch::Receiver<bool>,
    viewer: Option<Viewer>,
    _slot: OwnedSemaphorePermit,
}

impl Subscription {
    /// Lets the others know who is looking.
    pub(super) fn join(&mut self, viewer: Viewer) {
        if let Some(room) = self.hub.rooms(self.cart).get_mut(&self.cart) {
            room.viewers.join(&viewer);
            room.moved.send_replace(());
            self.viewer = Some(viewer);
        }
    }

    /// Who is looking now, as somebody may see it.
    pub(super) fn present(&self, sight: Sight) -> Presence {
        let rooms = self.hub.rooms(self.cart);
        rooms.get(&self.cart).map_or_else(|| Viewers::default().seen(sight), |room| room.viewers.seen(sight))
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut rooms = self.hub.rooms(self.cart);
        let Some(room) = rooms.get_mut(&self.cart) else { return };
        room.streams = room.streams.saturating_sub(1);
        if let Some(viewer) = &self.viewer {
            room.viewers.leave(viewer);
            room.moved.send_replace(());
        }
        if room.streams == 0 {
            rooms.remove(&self.cart);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Wake, Waker};

    use cart_core::event::CartEvent;
    use cart_core::testing::ManualClock;
    use cart_core::testing::samples::{Write, created, name, owner};
    use uuid::Uuid;

    use super::*;

    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Wake for Counted {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn cart(n: u128) -> CartId {
        CartId::from_uuid(Uuid::from_u128(n))
    }

    /// A write to a cart.
    fn entry(n: u128) -> Arc<Entry> {
        let made = Write::new([]).create(cart(n), created(owner("ann")));
        Write::new([CartEvent::Renamed { name: Some(name("Party")) }]).change(&made.cart).entry
    }

    fn hub() -> Arc<LiveHub> {
        Arc::new(LiveHub::new(Arc::new(ManualClock::default())))
    }

    fn subscribe(hub: &Arc<LiveHub>, n: u128) -> Subscription {
        hub.subscribe(cart(n), hub.admit().unwrap()).unwrap()
    }

    #[test]
    fn of_a_thousand_carts_a_change_wakes_the_streams_of_one() {
        const CARTS: u128 = 1000;
        let (hub, woken) = (hub(), Arc::new(Counted::default()));
        let waker = Waker::from(Arc::clone(&woken));
        let mut subscriptions: Vec<_> =
            (0..CARTS).flat_map(|n| [subscribe(&hub, n), subscribe(&hub, n)]).collect();
        let mut waiting: Vec<_> = subscriptions.iter_mut().map(|one| Box::pin(one.changes.recv())).collect();
        let mut cx = Context::from_waker(&waker);
        assert!(waiting.iter_mut().all(|wait| wait.as_mut().poll(&mut cx).is_pending()));
        let sent = entry(500);
        hub.publish(&[Arc::clone(&sent)]);
        assert_eq!(woken.0.load(Ordering::SeqCst), 2);
        let told: Vec<_> = waiting.iter_mut().map(|wait| wait.as_mut().poll(&mut cx)).collect();
        assert_eq!(told.iter().filter(|told| **told == Poll::Ready(Ok(Arc::clone(&sent)))).count(), 2);
    }

    #[test]
    fn changes_of_carts_that_nobody_watches_leave_nothing() {
        let hub = hub();
        hub.publish(&[entry(1), entry(2)]);
        let one = subscribe(&hub, 1);
        assert_eq!((hub.streams(), hub.carts(), one.changes.len()), (1, 1, 0));
        drop(one);
        assert_eq!((hub.streams(), hub.carts()), (0, 0));
    }

    #[test]
    fn somebody_who_does_not_read_keeps_no_more_than_the_buffer() {
        let hub = hub();
        let stuck = subscribe(&hub, 1);
        let sent = entry(1);
        (0..10_000).for_each(|_| hub.publish(&[Arc::clone(&sent)]));
        assert_eq!(Arc::strong_count(&sent), 1 + LiveLimits::default().buffer);
        drop(stuck);
        assert_eq!(Arc::strong_count(&sent), 1);
    }
}
