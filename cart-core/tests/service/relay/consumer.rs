//! A consumer that builds its own carts of what it is handed, and does as it is told.

use std::collections::{HashMap, VecDeque};
use std::future::pending;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use cart_core::cart::Cart;
use cart_core::id::CartId;
use cart_core::journal::Entry;
use cart_core::port::{EventSink, SinkError};
use cart_core::testing::Dice;

use super::Desk;

/// What becomes of an entry that is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Taken,
    Busy,
    Refused,
    /// The process ends before it is taken.
    Crash,
    /// The process ends after it is taken and before that is known.
    TakenThenCrash,
}

#[derive(Debug, Default)]
pub(crate) struct Consumer(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    carts: HashMap<CartId, Cart>,
    /// Every try, in order.
    tried: Vec<(u64, u64)>,
    /// Entries that came before an earlier one of their cart.
    early: Vec<(u64, u64)>,
    /// What becomes of the next entries, whatever they are; taken if there is nothing.
    next: VecDeque<Fate>,
    /// What becomes of some entries until it is mended.
    poison: HashMap<(u64, u64), Fate>,
    /// What becomes of all others.
    always: Option<Fate>,
    chaos: Option<Dice>,
}

impl Consumer {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap()
    }

    /// Every try as number of the cart and version, in order.
    pub(crate) fn tried(&self) -> Vec<(u64, u64)> {
        self.seen().tried.clone()
    }

    pub(crate) fn forget_tried(&self) {
        self.seen().tried.clear();
    }

    pub(crate) fn next(&self, fates: impl IntoIterator<Item = Fate>) {
        self.seen().next.extend(fates);
    }

    pub(crate) fn poison(&self, cart: u64, version: u64, fate: Fate) {
        self.seen().poison.insert((cart, version), fate);
    }

    pub(crate) fn mend(&self, cart: u64, version: u64) {
        self.seen().poison.remove(&(cart, version));
    }

    /// Takes what it did not take before.
    pub(crate) fn heal(&self) {
        self.seen().poison.clear();
    }

    pub(crate) fn always(&self, fate: Option<Fate>) {
        self.seen().always = fate;
    }

    /// Has one entry in fifty meet some misfortune.
    pub(crate) fn chaos(&self, dice: Option<Dice>) {
        self.seen().chaos = dice;
    }

    /// The version up to which it has a cart.
    pub(crate) fn version(&self, n: u64) -> u64 {
        let cart = cart_core::testing::samples::cart_id(n);
        self.seen().carts.get(&cart).map_or(0, |cart| cart.version().get())
    }

    /// Checks that it has made of what it was handed exactly what is stored, and that nothing came out of order.
    #[track_caller]
    pub(crate) fn has_all_of(&self, desk: &Desk, carts: impl IntoIterator<Item = u64>) {
        let seen = self.seen();
        assert_eq!(seen.early, []);
        for n in carts {
            let stored = desk.stored(n);
            assert_eq!(seen.carts.get(&stored.id()), Some(&*stored), "cart {n}");
        }
    }
}

impl Seen {
    fn fate(&mut self, entry: (u64, u64)) -> Fate {
        if let Some(fate) = self.next.pop_front().or_else(|| self.poison.get(&entry).copied()) {
            return fate;
        }
        let misfortunes = [Fate::Busy, Fate::Crash, Fate::TakenThenCrash];
        let chaos = self.chaos.as_mut().filter(|_| self.always.is_none());
        let met = chaos.and_then(|dice| misfortunes.get(usize::try_from(dice.below(150)).unwrap()));
        met.copied().or(self.always).unwrap_or(Fate::Taken)
    }

    fn take(&mut self, entry: &Entry) {
        let known = self.carts.remove(&entry.cart);
        let version = known.as_ref().map_or(0, |cart| cart.version().get());
        let next = if entry.version.get() == version + 1 {
            Cart::replay_onto(known, [entry]).unwrap()
        } else {
            if entry.version.get() > version {
                self.early.push(named(entry));
            }
            known
        };
        self.carts.extend(next.map(|cart| (entry.cart, cart)));
    }
}

/// The number of an entry's cart, and its version.
fn named(entry: &Entry) -> (u64, u64) {
    let (_, n) = entry.cart.as_uuid().as_u64_pair();
    (n & !(1 << 63), entry.version.get())
}

#[async_trait]
impl EventSink for Consumer {
    async fn deliver(&self, entry: &Entry) -> Result<(), SinkError> {
        let fate = {
            let mut seen = self.seen();
            seen.tried.push(named(entry));
            let fate = seen.fate(named(entry));
            if matches!(fate, Fate::Taken | Fate::TakenThenCrash) {
                seen.take(entry);
            }
            fate
        };
        match fate {
            Fate::Taken => Ok(()),
            Fate::Busy => Err(SinkError::Unavailable("busy".into())),
            Fate::Refused => Err(SinkError::Refused("never".into())),
            Fate::Crash | Fate::TakenThenCrash => pending().await,
        }
    }
}
