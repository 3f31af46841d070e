//! Commands to the same cart wait for each other in this process instead of colliding at the store.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// One first-come-first-served queue per key. Correctness never depends on it: the store's version check does.
pub(super) struct Queues<K: Ord + Hash + Clone> {
    waiting: Arc<Mutex<HashMap<K, VecDeque<Arc<Waiter>>>>>,
}

#[derive(Default)]
struct Waiter {
    state: Mutex<WaiterState>,
}

#[derive(Default)]
struct WaiterState {
    called: bool,
    waker: Option<Waker>,
}

impl Waiter {
    /// Gives the waiter its turn; whoever calls wakes it after letting go of the queues.
    fn call(&self) -> Option<Waker> {
        let mut state = lock(&self.state);
        state.called = true;
        state.waker.take()
    }
}

// A panic while one of these locks is held leaves nothing half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K: Ord + Hash + Clone> Queues<K> {
    pub(super) fn new() -> Self {
        Self { waiting: Arc::default() }
    }

    /// Waits for the key's turn. The turn ends when what this returns is dropped.
    pub(super) fn turn(&self, key: K) -> Entering<K> {
        let mut waiting = lock(&self.waiting);
        let waiter = match waiting.get_mut(&key) {
            Some(queue) => {
                let waiter = Arc::new(Waiter::default());
                queue.push_back(Arc::clone(&waiter));
                Some(waiter)
            }
            None => {
                // An empty queue in the map says that somebody has the turn.
                waiting.insert(key.clone(), VecDeque::new());
                None
            }
        };
        Entering { place: Some(Place { waiting: Arc::clone(&self.waiting), key }), waiter }
    }
}

impl<K: Ord + Hash + Clone> fmt::Debug for Queues<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Queues({} keys)", lock(&self.waiting).len())
    }
}

struct Place<K: Ord + Hash + Clone> {
    waiting: Arc<Mutex<HashMap<K, VecDeque<Arc<Waiter>>>>>,
    key: K,
}

impl<K: Ord + Hash + Clone> Place<K> {
    /// Calls whoever is next, or closes the queue.
    fn pass_on(&self) {
        let mut waiting = lock(&self.waiting);
        let waker = match waiting.get_mut(&self.key).and_then(VecDeque::pop_front) {
            Some(next) => next.call(),
            None => {
                waiting.remove(&self.key);
                None
            }
        };
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn leave(&self, waiter: &Arc<Waiter>) {
        if let Some(queue) = lock(&self.waiting).get_mut(&self.key) {
            queue.retain(|other| !Arc::ptr_eq(other, waiter));
        }
    }
}

/// Waiting for a turn.
pub(super) struct Entering<K: Ord + Hash + Clone> {
    place: Option<Place<K>>,
    waiter: Option<Arc<Waiter>>,
}

// Nothing in it is pinned.
impl<K: Ord + Hash + Clone> Unpin for Entering<K> {}

impl<K: Ord + Hash + Clone> Future for Entering<K> {
    type Output = Turn<K>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Turn<K>> {
        if let Some(waiter) = &self.waiter {
            let mut state = lock(&waiter.state);
            if !state.called {
                state.waker = Some(context.waker().clone());
                return Poll::Pending;
            }
        }
        self.waiter = None;
        Poll::Ready(Turn { place: self.place.take() })
    }
}

impl<K: Ord + Hash + Clone> Drop for Entering<K> {
    fn drop(&mut self) {
        // Given up while waiting, or after having been called without having looked again.
        let Some(place) = &self.place else { return };
        if let Some(waiter) = &self.waiter {
            place.leave(waiter);
            if !lock(&waiter.state).called {
                return;
            }
        }
        place.pass_on();
    }
}

/// Having the turn.
pub(super) struct Turn<K: Ord + Hash + Clone> {
    place: Option<Place<K>>,
}

impl<K: Ord + Hash + Clone> Drop for Turn<K> {
    fn drop(&mut self) {
        if let Some(place) = &self.place {
            place.pass_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use futures_executor::block_on;

    use super::*;

    struct CountWakes(AtomicUsize);

    impl Wake for CountWakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn poll<K: Ord + Hash + Clone>(entering: &mut Entering<K>) -> Poll<Turn<K>> {
        Pin::new(entering).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn turns_come_in_the_order_of_asking() {
        let queues = Queues::new();
        let first = block_on(queues.turn(1));
        let (mut second, mut third) = (queues.turn(1), queues.turn(1));
        assert!(poll(&mut second).is_pending());
        drop(first);
        assert!(poll(&mut third).is_pending());
        let Poll::Ready(turn) = poll(&mut second) else { panic!("it is its turn") };
        drop(turn);
        assert!(poll(&mut third).is_ready());
    }

    #[test]
    fn other_keys_do_not_wait_and_nothing_is_left_behind() {
        let queues = Queues::new();
        let (one, two) = (block_on(queues.turn(1)), block_on(queues.turn(2)));
        drop((one, two));
        assert!(lock(&queues.waiting).is_empty());
    }

    #[test]
    fn whoever_gives_up_waiting_passes_the_turn_on() {
        let queues = Queues::new();
        let first = block_on(queues.turn(1));
        let (second, mut third, fourth) = (queues.turn(1), queues.turn(1), queues.turn(1));
        drop(fourth);
        drop(first); // calls the second, which is dropped without having looked
        drop(second);
        assert!(poll(&mut third).is_ready());
        drop(third);
        assert!(lock(&queues.waiting).is_empty());
    }

    #[test]
    fn a_waiting_task_is_woken() {
        let queues = Queues::new();
        let first = block_on(queues.turn(1));
        let wakes = Arc::new(CountWakes(AtomicUsize::new(0)));
        let mut second = queues.turn(1);
        let waker = Waker::from(Arc::clone(&wakes));
        assert!(Pin::new(&mut second).poll(&mut Context::from_waker(&waker)).is_pending());
        drop(first);
        assert_eq!(wakes.0.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn many_threads_never_have_the_turn_at_once() {
        let (queues, inside, passed) = (Queues::new(), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _turn = block_on(queues.turn("cart"));
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        passed.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(passed.load(Ordering::SeqCst), 1600);
    }
}
