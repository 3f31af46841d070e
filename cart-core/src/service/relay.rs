//! Handing the journal on to the host: at least once, in the order of each cart.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::id::CartId;
use crate::journal::{Entry, Positioned};
use crate::port::{Clock, EventSink, HeldBack, Progress, RelayName, SinkError, Store, StoreError};
use crate::version::Version;

/// Hands every entry of a store's journal to a sink, at least once, those of one cart in the order of their versions.
///
/// An entry that the sink does not take is tried again after pauses that double, and parked after a bounded number of
/// tries, or at once if the sink refuses it for good. Until it is taken, or skipped by [`Relay::skip`], what follows of
/// the same cart is held back; other carts go on. How far it has come is kept in the store, so that a relay goes on where
/// it was after a crash; entries that it had handed over just before may come again.
///
/// Run it from the host's scheduler, one run at a time; two processes that run the same relay hand entries over twice.
#[derive(Debug)]
pub struct Relay {
    store: Arc<dyn Store>,
    sink: Arc<dyn EventSink>,
    clock: Arc<dyn Clock>,
    name: RelayName,
    retries: Retries,
}

/// How often and when an entry is tried that the sink did not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// How often it is tried before it is parked, the first time included; at least 1.
    pub tries: u32,
    /// The pause after the first try; doubled after each one that follows.
    pub first_pause: TimeDelta,
    /// The longest pause.
    pub longest_pause: TimeDelta,
    /// With so many carts held back, parked ones apart, the relay does not go on to entries that it has not seen: the
    /// sink as a whole is in trouble.
    pub most_held: usize,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            tries: 10,
            first_pause: TimeDelta::seconds(1),
            longest_pause: TimeDelta::minutes(15),
            most_held: 1000,
        }
    }
}

impl Retries {
    fn pause(self, tries: u32) -> TimeDelta {
        let factor = 1_i32.checked_shl(tries.saturating_sub(1)).filter(|factor| *factor > 0);
        let doubled = factor.and_then(|factor| self.first_pause.checked_mul(factor));
        doubled.unwrap_or(self.longest_pause).min(self.longest_pause)
    }
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
    /// Whether there is nothing left to do now: no new entries, and no held ones that are due.
    pub is_done: bool,
}

/// How many entries are handed over before progress is noted.
const BATCH: usize = 100;

impl Relay {
    /// A relay that goes on where the one of the same name was. The sink sees the journal from its start if there was
    /// none.
    pub fn new(
        store: Arc<dyn Store>,
        sink: Arc<dyn EventSink>,
        clock: Arc<dyn Clock>,
        name: RelayName,
    ) -> Self {
        Self { store, sink, clock, name, retries: Retries::default() }
    }

    /// The same with other retries.
    #[must_use]
    pub fn retrying(self, retries: Retries) -> Self {
        Self { retries, ..self }
    }

    /// Hands over what is due, at most about `limit` entries.
    ///
    /// # Errors
    /// What the store cannot do. What the sink does not take is in the answer.
    pub async fn run(&self, limit: usize) -> Result<Relayed, StoreError> {
        let mut done = Relayed::default();
        loop {
            let left = limit.saturating_sub(done.delivered + done.failed).min(BATCH);
            if left == 0 {
                return Ok(done);
            }
            let before = done;
            self.catch_up(left, &mut done).await?;
            let has_more = self.go_on(left, &mut done).await?;
            if !has_more && before == done {
                return Ok(Relayed { is_done: true, ..done });
            }
        }
    }

    /// Tries again what is held back and due.
    async fn catch_up(&self, limit: usize, done: &mut Relayed) -> Result<(), StoreError> {
        let now = self.clock.now();
        let held = self.store.held_back(&self.name, limit).await?;
        for held in held.into_iter().filter(|held| held.due_at.is_some_and(|due| due <= now)) {
            self.catch_up_cart(held, limit, done).await?;
        }
        Ok(())
    }

    /// Hands over what is held back of a cart, until nothing is left or the sink does not take one.
    async fn catch_up_cart(
        &self,
        held: HeldBack,
        limit: usize,
        done: &mut Relayed,
    ) -> Result<(), StoreError> {
        let after = Version::new(held.from.get() - 1);
        let entries = self.store.entries(held.cart, after, limit).await?;
        let mut progress = Progress::default();
        let mut from = held.from;
        for entry in &entries {
            let tries = if entry.version == held.from { held.tries } else { 0 };
            match self.sink.deliver(entry).await {
                Ok(()) => {
                    done.delivered += 1;
                    from = entry.version.next();
                }
                Err(error) => {
                    progress.hold.push(self.held(entry, tries, &error, done));
                    return self.store.note_progress(&self.name, progress).await;
                }
            }
        }
        if entries.len() < limit {
            progress.release.push(held.cart);
        } else {
            let (tries, due_at) = (0, held.due_at);
            progress.hold.push(HeldBack { from, tries, due_at, reason: String::new(), ..held });
        }
        self.store.note_progress(&self.name, progress).await
    }

    /// Hands over entries that were not seen yet; answers whether there may be more.
    async fn go_on(&self, limit: usize, done: &mut Relayed) -> Result<bool, StoreError> {
        let position = self.store.relayed(&self.name).await?;
        let entries = self.store.entries_after(position, limit).await?;
        let Some(last) = entries.last() else { return Ok(false) };
        if self.is_choked().await? {
            return Ok(false);
        }
        let to = Some(last.position);
        let mut held = self.held_of(&entries).await?;
        let mut hold = HashMap::new();
        for Positioned { entry, .. } in &entries {
            if held.contains(&entry.cart) {
                continue;
            }
            match self.sink.deliver(entry).await {
                Ok(()) => done.delivered += 1,
                Err(error) => {
                    held.insert(entry.cart);
                    hold.insert(entry.cart, self.held(entry, 0, &error, done));
                }
            }
        }
        let progress = Progress { to, hold: hold.into_values().collect(), release: Vec::new() };
        self.store.note_progress(&self.name, progress).await?;
        Ok(true)
    }

    /// Whether so many carts are held back, parked ones apart, that new ones would only join them.
    async fn is_choked(&self) -> Result<bool, StoreError> {
        let most = self.retries.most_held;
        let held = self.store.held_back(&self.name, most).await?;
        Ok(held.len() >= most && held.iter().all(|held| held.due_at.is_some()))
    }

    async fn held_of(&self, entries: &[Positioned]) -> Result<HashSet<CartId>, StoreError> {
        let carts: HashSet<CartId> = entries.iter().map(|positioned| positioned.entry.cart).collect();
        let carts: Vec<CartId> = carts.into_iter().collect();
        let held = self.store.held_among(&self.name, &carts).await?;
        Ok(held.into_iter().map(|held| held.cart).collect())
    }

    /// What becomes of a cart of which an entry was not taken.
    fn held(&self, entry: &Entry, tries: u32, error: &SinkError, done: &mut Relayed) -> HeldBack {
        done.failed += 1;
        let tries = tries.saturating_add(1);
        let is_parked = matches!(error, SinkError::Refused(_)) || tries >= self.retries.tries;
        done.parked += usize::from(is_parked);
        let due_at = (!is_parked).then(|| later(self.clock.now(), self.retries.pause(tries)));
        HeldBack { cart: entry.cart, from: entry.version, tries, due_at, reason: reason(error) }
    }

    /// The carts that are parked, at most `limit`.
    ///
    /// # Errors
    /// What the store cannot do.
    pub async fn parked(&self, limit: usize) -> Result<Vec<HeldBack>, StoreError> {
        let held = self.store.held_back(&self.name, usize::MAX).await?;
        Ok(held.into_iter().filter(|held| held.due_at.is_none()).take(limit).collect())
    }

    /// Tries a cart again that was parked, with the next run; false if it is not held back.
    ///
    /// # Errors
    /// What the store cannot do.
    pub async fn retry(&self, cart: CartId) -> Result<bool, StoreError> {
        self.resume(cart, |held| held.from).await
    }

    /// Gives up the entry that holds a cart back, and goes on with the one after it; false if it is not held back.
    ///
    /// # Errors
    /// What the store cannot do.
    pub async fn skip(&self, cart: CartId) -> Result<bool, StoreError> {
        self.resume(cart, |held| held.from.next()).await
    }

    async fn resume(
        &self,
        cart: CartId,
        from: impl FnOnce(&HeldBack) -> Version,
    ) -> Result<bool, StoreError> {
        let Some(held) = self.store.held_among(&self.name, &[cart]).await?.pop() else { return Ok(false) };
        let from = from(&held);
        let due = HeldBack { from, tries: 0, due_at: Some(self.clock.now()), ..held };
        let progress = Progress { hold: vec![due], ..Progress::default() };
        self.store.note_progress(&self.name, progress).await?;
        Ok(true)
    }
}

fn later(now: DateTime<Utc>, pause: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(pause).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// What a sink said, with its causes, bounded.
fn reason(error: &SinkError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.chars().take(500).collect()
}
