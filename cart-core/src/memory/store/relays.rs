//! How far relays have handed the journal on.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use chrono::{DateTime, Utc};

use super::broken::BrokenProgress;
use super::by_time::ByTime;
use crate::id::CartId;
use crate::port::{Checkpoint, HeldBack, Progress, RelayName};

/// All relays.
#[derive(Debug, Default)]
pub(super) struct Relays(HashMap<RelayName, State>);

/// How far one relay has come.
#[derive(Debug, Default)]
struct State {
    checkpoint: Checkpoint,
    held: BTreeMap<CartId, HeldBack>,
    /// Those of `held` that are tried again, by when.
    waiting: ByTime,
    /// Those of `held` that are not.
    parked: BTreeSet<CartId>,
}

impl Relays {
    pub(super) fn checkpoint(&self, relay: &RelayName) -> Checkpoint {
        self.0.get(relay).map(|state| state.checkpoint).unwrap_or_default()
    }

    /// What is due at a time, the longest due first.
    pub(super) fn due(&self, relay: &RelayName, now: DateTime<Utc>) -> impl Iterator<Item = &HeldBack> {
        self.0.get(relay).into_iter().flat_map(move |state| {
            let due = state.waiting.iter().take_while(move |(due, _)| *due <= now);
            due.filter_map(|(_, cart)| state.held.get(cart))
        })
    }

    /// What is parked, by rising id from after the one named.
    pub(super) fn parked(&self, relay: &RelayName, after: Option<CartId>) -> impl Iterator<Item = &HeldBack> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.0.get(relay).into_iter().flat_map(move |state| {
            state.parked.range((from, Bound::Unbounded)).filter_map(|cart| state.held.get(cart))
        })
    }

    pub(super) fn held(&self, relay: &RelayName, cart: CartId) -> Option<&HeldBack> {
        self.0.get(relay).and_then(|state| state.held.get(&cart))
    }

    /// Notes progress, unless other progress came first.
    pub(super) fn note(&mut self, relay: &RelayName, progress: Progress) -> Result<bool, BrokenProgress> {
        if self.checkpoint(relay).revision != progress.since {
            return Ok(false);
        }
        check(&progress, self.checkpoint(relay))?;
        self.0.entry(relay.clone()).or_default().note(progress);
        Ok(true)
    }
}

impl State {
    fn note(&mut self, Progress { to, hold, release, .. }: Progress) {
        let Checkpoint { position, revision } = self.checkpoint;
        self.checkpoint = Checkpoint { position: to.unwrap_or(position), revision: revision + 1 };
        release.into_iter().for_each(|cart| self.release(cart));
        hold.into_iter().for_each(|held| self.hold(held));
    }

    fn hold(&mut self, held: HeldBack) {
        self.release(held.cart);
        match held.due_at {
            Some(due) => drop(self.waiting.insert((due, held.cart))),
            None => drop(self.parked.insert(held.cart)),
        }
        self.held.insert(held.cart, held);
    }

    fn release(&mut self, cart: CartId) {
        if let Some(due) = self.held.remove(&cart).and_then(|held| held.due_at) {
            self.waiting.remove(&(due, cart));
        }
        self.parked.remove(&cart);
    }
}

fn check(progress: &Progress, from: Checkpoint) -> Result<(), BrokenProgress> {
    if progress.to.is_some_and(|to| to < from.position) {
        return Err(BrokenProgress::Back);
    }
    if let Some(empty) = progress.hold.iter().find(|held| held.from > held.to) {
        return Err(BrokenProgress::NothingHeld(empty.cart));
    }
    let mut seen = HashSet::new();
    let mut named = progress.hold.iter().map(|held| held.cart).chain(progress.release.iter().copied());
    named.find(|cart| !seen.insert(*cart)).map_or(Ok(()), |cart| Err(BrokenProgress::CartTwice(cart)))
}
