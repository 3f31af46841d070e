//! Handing the journal on to the host: at least once, in the order of each cart.

mod health;
mod retries;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::health::Health;
use self::retries::Failure;
pub use self::retries::Retries;
use crate::id::CartId;
use crate::journal::{Entry, Positioned};
use crate::port::{Checkpoint, Clock, EventSink, HeldBack, Progress, RelayName, Store, StoreError};
use crate::version::Version;

/// Hands every entry of a store's journal to a sink, at least once, those of one cart in the order of their versions.
///
/// An entry that the sink does not take is tried again after pauses that double, and parked after a bounded number of
/// tries, or at once if the sink refuses it for good. Until it is taken, or given up by [`Relay::skip`], what follows of
/// the same cart is held back; other carts go on. A sink that takes nothing at all is waited for ([`Retries::down_after`]).
///
/// How far it has come is kept in the store, so that a relay goes on where it was after a crash; entries that it had
/// handed over just before come again then, in the same order. Run it from the host's scheduler, one run at a time: two
/// runs at once, such as those of two processes, hand some entries over twice, and still miss none.
#[derive(Debug)]
pub struct Relay {
    store: Arc<dyn Store>,
    sink: Arc<dyn EventSink>,
    clock: Arc<dyn Clock>,
    name: RelayName,
    retries: Retries,
    health: Mutex<Health>,
}

/// What a run of a relay did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relayed {
    /// How many entries the sink took.
    pub delivered: usize,
    /// How many times it did not take one.
    pub failed: usize,
    /// How many carts were parked.
    pub parked: usize,
    /// Whether another run at once would do nothing: there are no new entries and no held ones that are due, or the sink
    /// is down.
    pub is_done: bool,
    /// Whether the sink as a whole counts as down.
    pub is_sink_down: bool,
}

/// How many entries are handed over before progress is noted.
const BATCH: usize = 100;

/// How often an operator's wish is tried while runs keep noting progress.
const MAX_TRIES: u32 = 100;

/// A run under way.
struct Run {
    checkpoint: Checkpoint,
    /// How many entries it may still try.
    left: usize,
    done: Relayed,
}

/// What a part of a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Done,
    /// There was nothing to do.
    Idle,
    /// Another run has noted progress; what this one did counts for nothing.
    Overtaken,
}

impl Run {
    fn batch(&self) -> usize {
        self.left.min(BATCH)
    }
}

impl Relay {
    /// A relay that goes on where the one of the same name was. The sink sees the journal from its start if there was
    /// none.
    pub fn new(
        store: Arc<dyn Store>,
        sink: Arc<dyn EventSink>,
        clock: Arc<dyn Clock>,
        name: RelayName,
    ) -> Self {
        Self { store, sink, clock, name, retries: Retries::default(), health: Mutex::default() }
    }

    /// The same with other retries.
    #[must_use]
    pub fn retrying(self, retries: Retries) -> Self {
        Self { retries, ..self }
    }

    /// Hands over what is due, at most `limit` entries, failed tries included. Ends early if it meets another run.
    ///
    /// # Errors
    /// What the store cannot do. What the sink does not take is in the answer.
    pub async fn run(&self, limit: usize) -> Result<Relayed, StoreError> {
        let checkpoint = self.store.checkpoint(&self.name).await?;
        let mut run = Run { checkpoint, left: limit, done: Relayed::default() };
        while run.left > 0 {
            let caught_up = self.catch_up(&mut run).await?;
            if caught_up == Step::Overtaken {
                break;
            }
            let went_on = self.go_on(&mut run).await?;
            run.done.is_done = [caught_up, went_on] == [Step::Idle; 2];
            if run.done.is_done || went_on == Step::Overtaken {
                break;
            }
        }
        Ok(Relayed { is_sink_down: self.is_down(), ..run.done })
    }

    /// Tries again what is held back and due.
    async fn catch_up(&self, run: &mut Run) -> Result<Step, StoreError> {
        let due = self.store.held_due(&self.name, self.clock.now(), run.batch()).await?;
        if due.is_empty() {
            return Ok(Step::Idle);
        }
        let mut progress = Progress { since: run.checkpoint.revision, ..Progress::default() };
        let last = run.left - run.batch();
        for held in due {
            let (cart, failed) = (held.cart, run.done.failed);
            match self.catch_up_cart(held, last, run).await? {
                Some(held) => progress.hold.push(held),
                None => progress.release.push(cart),
            }
            if run.left <= last || self.gives_up(failed, run) {
                break;
            }
        }
        let caught_up = self.note(progress, run).await?;
        // What was tried in vain is not tried again before it is due, but others may be due.
        Ok(if self.is_down() && caught_up == Step::Done { Step::Idle } else { caught_up })
    }

    /// Hands over what is held back of a cart, until nothing is left, the sink does not take one, or only `last` entries
    /// are left for the run. None if nothing is held back any more.
    async fn catch_up_cart(
        &self,
        mut held: HeldBack,
        last: usize,
        run: &mut Run,
    ) -> Result<Option<HeldBack>, StoreError> {
        let after = Version::new(held.from.get() - 1);
        let entries = self.store.entries(held.cart, after, run.left - last).await?;
        if entries.first().is_none_or(|first| first.version != held.from) {
            let source = format!("entry {} of cart {} is not there", held.from, held.cart).into();
            return Err(StoreError::Corrupt { store: "journal", source });
        }
        for entry in &entries {
            match self.deliver(entry, held.tries, run).await {
                Err(failure) => return Ok(Some(failed(held, failure))),
                // The relay's position has not come to what is beyond; handed over now, it would come again then.
                Ok(()) if entry.version == held.to => return Ok(None),
                Ok(()) => {
                    held = HeldBack { from: entry.version.next(), tries: 0, reason: String::new(), ..held };
                }
            }
        }
        Ok(Some(held))
    }

    /// Hands over entries that were not seen yet.
    async fn go_on(&self, run: &mut Run) -> Result<Step, StoreError> {
        let may_probe = self.health().may_probe(self.retries, self.clock.now());
        if run.left == 0 || !may_probe {
            return Ok(Step::Idle);
        }
        let entries = self.store.entries_after(run.checkpoint.position, run.batch()).await?;
        if entries.is_empty() {
            return Ok(Step::Idle);
        }
        let mut held = self.held_of(&entries).await?;
        let (mut changed, mut to) = (HashSet::new(), None);
        for Positioned { position, entry } in &entries {
            let failed = run.done.failed;
            if let Some(held) = held.get_mut(&entry.cart) {
                held.to = entry.version;
                changed.insert(entry.cart);
            } else if let Err(failure) = self.deliver(entry, 0, run).await {
                self.health().probed(self.retries, self.clock.now());
                held.insert(entry.cart, failure.of(entry));
                changed.insert(entry.cart);
            }
            to = Some(*position);
            if self.gives_up(failed, run) {
                break;
            }
        }
        let hold = changed.iter().filter_map(|cart| held.remove(cart)).collect();
        self.note(Progress { since: run.checkpoint.revision, to, hold, release: Vec::new() }, run).await
    }

    async fn deliver(&self, entry: &Entry, tried: u32, run: &mut Run) -> Result<(), Failure> {
        run.left -= 1;
        let Err(error) = self.sink.deliver(entry).await else {
            self.health().taken();
            run.done.delivered += 1;
            return Ok(());
        };
        let is_down = self.health().failed(self.retries);
        let failure = self.retries.failed(tried, &error, is_down, self.clock.now());
        run.done.failed += 1;
        run.done.parked += usize::from(failure.due_at.is_none());
        Err(failure)
    }

    async fn note(&self, progress: Progress, run: &mut Run) -> Result<Step, StoreError> {
        let Checkpoint { position, revision } = run.checkpoint;
        let to = progress.to.unwrap_or(position);
        if !self.store.note_progress(&self.name, progress).await? {
            return Ok(Step::Overtaken);
        }
        run.checkpoint = Checkpoint { position: to, revision: revision + 1 };
        Ok(Step::Done)
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_down(&self) -> bool {
        self.health().is_down(self.retries)
    }

    /// Whether the entry that was tried last, when so many had failed before, says that the sink is down.
    fn gives_up(&self, failed: usize, run: &Run) -> bool {
        run.done.failed > failed && self.is_down()
    }

    async fn held_of(&self, entries: &[Positioned]) -> Result<HashMap<CartId, HeldBack>, StoreError> {
        let carts: HashSet<CartId> = entries.iter().map(|positioned| positioned.entry.cart).collect();
        let carts: Vec<CartId> = carts.into_iter().collect();
        let held = self.store.held_among(&self.name, &carts).await?;
        Ok(held.into_iter().map(|held| (held.cart, held)).collect())
    }

    /// The carts that are parked, by rising id, from after the one named; at most `limit`.
    ///
    /// # Errors
    /// What the store cannot do.
    pub async fn parked(&self, after: Option<CartId>, limit: usize) -> Result<Vec<HeldBack>, StoreError> {
        self.store.parked(&self.name, after, limit).await
    }

    /// Tries a cart again that is held back, with the next run; false if it is not held back.
    ///
    /// # Errors
    /// What the store cannot do.
    pub async fn retry(&self, cart: CartId) -> Result<bool, StoreError> {
        self.resume(cart, Some).await
    }

    /// Gives up the entry that holds a cart back, which the sink will never see, and goes on with the one after it; false
    /// if it is not that version which holds the cart back.
    ///
    /// # Errors
    /// What the store cannot do.
    pub async fn skip(&self, cart: CartId, version: Version) -> Result<bool, StoreError> {
        let next = |held: HeldBack| (held.from == version).then(|| HeldBack { from: version.next(), ..held });
        self.resume(cart, next).await
    }

    /// Makes a cart due, as changed; false if there is nothing to change.
    async fn resume(
        &self,
        cart: CartId,
        change: impl Fn(HeldBack) -> Option<HeldBack>,
    ) -> Result<bool, StoreError> {
        for _ in 0..MAX_TRIES {
            let since = self.store.checkpoint(&self.name).await?.revision;
            let held = self.store.held_among(&self.name, &[cart]).await?.pop();
            let Some(held) = held.and_then(&change) else { return Ok(false) };
            let mut progress = Progress { since, ..Progress::default() };
            if held.from > held.to {
                progress.release.push(cart);
            } else {
                progress.hold.push(HeldBack { tries: 0, due_at: Some(self.clock.now()), ..held });
            }
            if self.store.note_progress(&self.name, progress).await? {
                return Ok(true);
            }
        }
        let source = "other runs of the relay keep noting progress".into();
        Err(StoreError::Unavailable { store: "relay ledger", source })
    }
}

impl Failure {
    /// What is held back from an entry on that was just come to.
    fn of(self, entry: &Entry) -> HeldBack {
        let Self { tries, due_at, reason } = self;
        HeldBack { cart: entry.cart, from: entry.version, to: entry.version, tries, due_at, reason }
    }
}

/// What is held back still.
fn failed(held: HeldBack, Failure { tries, due_at, reason }: Failure) -> HeldBack {
    HeldBack { tries, due_at, reason, ..held }
}
