//! Committing what was planned, and trying again when somebody else was faster.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::find::{Finder, Found};
use super::plan::Plan;
use super::queue::Turn;
use super::task::{Task, TurnKey};
use super::view::{Caller, Outcome};
use super::{CartError, CartService};
use crate::actor::Actor;
use crate::cart::Cart;
use crate::command::Command;
use crate::journal::Entry;
use crate::port::{Commit, StoreError, Unit, Variant, WriteEnd, Wrote};
use crate::rejection::Rejection;

/// How often a task is tried before the caller is told that there are too many others.
const MAX_TRIES: u32 = 8;

/// What became of a try.
enum Tried {
    Done(Box<Outcome>),
    /// Somebody else was faster.
    Again,
}

impl CartService {
    /// Does a task, whatever else is going on.
    pub(super) async fn run(&self, caller: &Caller, task: &Task<'_>) -> Result<Outcome, CartError> {
        let variant = self.variant(&caller.actor, task).await;
        let finder = Finder::new(&caller.actor).going(variant);
        if caller.only_preview {
            return self.preview_of(caller, task, finder).await;
        }
        let (began, mut retries) = (self.now(), 0);
        let ran = self.run_until_done(caller, task, finder, &mut retries).await;
        let took = (self.now() - began).max(TimeDelta::zero());
        self.ports.meter.wrote(&Wrote { what: task.name(), end: end_of(&ran), variant, retries, took });
        ran
    }

    /// Whether the actor has the capability that a task needs, if somebody decides that.
    async fn variant(&self, actor: &Actor, task: &Task<'_>) -> Option<Variant> {
        let flags = self.ports.flags.as_ref()?;
        let is_on = flags.is_on(task.capability()?, actor).await;
        Some(if is_on { Variant::On } else { Variant::Off })
    }

    async fn run_until_done(
        &self,
        caller: &Caller,
        task: &Task<'_>,
        mut finder: Finder<'_>,
        retries: &mut u32,
    ) -> Result<Outcome, CartError> {
        for tries in 0..MAX_TRIES {
            *retries = tries;
            if tries > 0 {
                self.ports.timer.wait(self.pause(tries)).await;
                finder = finder.again();
            }
            let (found, turns) = self.find_in_turn(caller, task, &mut finder).await?;
            if let Some(outcome) = self.merged_before(caller, task, &found).await? {
                return Ok(outcome);
            }
            let tried = self.attempt(caller, task, &found, &finder).await;
            drop(turns);
            if let Tried::Done(outcome) = tried? {
                return Ok(*outcome);
            }
        }
        let current = match self.find(caller, task, &mut Finder::new(&caller.actor)).await?.cart {
            Some(cart) => Some(Box::new(self.view(cart).await?)),
            None => None,
        };
        Err(CartError::Contended { current })
    }

    /// What a task would answer: all of its way but the commit, whose one rule about open carts is asked for.
    async fn preview_of(
        &self,
        caller: &Caller,
        task: &Task<'_>,
        mut finder: Finder<'_>,
    ) -> Result<Outcome, CartError> {
        let mut found = self.find(caller, task, &mut finder).await?;
        if self.has_moved_on(&found).await? {
            found = self.find(caller, task, &mut finder).await?;
        }
        if let Some(outcome) = self.merged_before(caller, task, &found).await? {
            return Ok(outcome);
        }
        let plan = self.plan(caller, task, &found, &finder).await?;
        if let Some(opened) = plan.commits.last().map(|commit| &commit.cart).filter(|cart| cart.is_sole()) {
            let open = self.ports.store.open_cart(opened.channel(), opened.owner()).await?;
            let ends = found.expired.as_ref().map(|cart| cart.id());
            if let Some(cart) = open.filter(|open| *open != opened.id() && Some(*open) != ends) {
                return Err(Rejection::CartExists { cart }.into());
            }
        }
        self.answer(plan, None).await
    }

    /// A pause that grows with the number of tries, with jitter so that those who collided do not do so again.
    pub(super) fn pause(&self, tries: u32) -> Duration {
        let [.., random] = self.ports.ids.uuid(self.now()).into_bytes();
        let most = 500_u64 << tries.min(8);
        Duration::from_micros(most / 2 + most * u64::from(random) / 512)
    }

    /// The turns that a task must have, in the order in which everybody takes them.
    fn turn_keys(&self, task: &Task<'_>, actor: &Actor, found: &Found) -> Vec<TurnKey> {
        let channel = task.channel().or_else(|| found.other.as_deref().map(Cart::channel));
        let mut keys: Vec<TurnKey> = [&found.cart, &found.other, &found.expired]
            .into_iter()
            .flatten()
            .map(|cart| TurnKey::Cart(cart.id()))
            .collect();
        if let (None, Some(channel), Some(owner)) = (&found.cart, channel, actor.owner()) {
            keys.push(TurnKey::Owner(channel.clone(), owner));
            // Whoever finds the new cart in the store waits until it is at hand and published.
            keys.extend(found.new.map(TurnKey::Cart));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Finds the carts, waits for their turns, and finds them again as those who went before left them.
    async fn find_in_turn(
        &self,
        caller: &Caller,
        task: &Task<'_>,
        finder: &mut Finder<'_>,
    ) -> Result<(Found, Vec<Turn<TurnKey>>), CartError> {
        // The directory is asked before the turn, so that a slow one keeps nobody else waiting.
        let mut found = self.find(caller, task, finder).await?;
        let mut turns = Vec::new();
        for _ in 0..MAX_TRIES {
            let keys = self.turn_keys(task, &caller.actor, &found);
            turns.clear();
            for key in &keys {
                // Everybody takes turns in the order of the keys, so nobody waits in a circle.
                turns.push(self.queues.turn(key.clone()).await);
            }
            let new = found.new;
            found = self.find(caller, task, finder).await?;
            // A cart that is still to be made keeps the id whose turn this is.
            found.new = found.new.and(new).or(found.new);
            if self.turn_keys(task, &caller.actor, &found) == keys {
                return Ok((found, turns));
            }
        }
        Err(CartError::Contended { current: None })
    }

    async fn attempt(
        &self,
        caller: &Caller,
        task: &Task<'_>,
        found: &Found,
        finder: &Finder<'_>,
    ) -> Result<Tried, CartError> {
        let subject = found.subject();
        if caller.key.is_some() {
            // What was done on a cart that has ended since is not done again on a new one.
            let before = self.done_on(caller, task, found).await?;
            if let Some(outcome) = self.replayed(caller, task, before).await? {
                return Ok(Tried::Done(Box::new(outcome)));
            }
        }
        let plan = match self.plan(caller, task, found, finder).await {
            Ok(plan) if !plan.commits.is_empty() => plan,
            // Nothing to write, or refused: perhaps because it was done before.
            done => {
                // No commit checks the version here, so what was at hand may have been too old to decide on, and to
                // say that the caller may see the answer of before.
                if self.has_moved_on(found).await? {
                    return Ok(Tried::Again);
                }
                if let Some(outcome) = self.replayed(caller, task, subject).await? {
                    return Ok(Tried::Done(Box::new(outcome)));
                }
                return Ok(Tried::Done(Box::new(self.answer(done?, None).await?)));
            }
        };
        match self.commit(&plan.commits).await {
            Ok(()) => {
                let entry = plan.commits.last().map(|commit| Arc::clone(&commit.entry));
                Ok(Tried::Done(Box::new(self.answer(plan, entry).await?)))
            }
            Err(StoreError::Conflict { .. } | StoreError::Repeated { .. }) => {
                // A new cart's id follows from the request key, so its being there may be the first answer.
                self.again_unless_replayed(caller, task, found).await
            }
            Err(StoreError::AlreadyOpen { .. }) => self.already_open(caller, task, found, &plan).await,
            Err(error) => match shortage(&error) {
                // What is short may be so because of the first time.
                Some(shortage) => match self.replayed(caller, task, subject).await? {
                    Some(outcome) => Ok(Tried::Done(Box::new(outcome))),
                    None => Err(shortage.into()),
                },
                None => Err(error.into()),
            },
        }
    }

    async fn again_unless_replayed(
        &self,
        caller: &Caller,
        task: &Task<'_>,
        found: &Found,
    ) -> Result<Tried, CartError> {
        // Whether the caller may still see the first answer is found out on the cart as it is now.
        if self.has_moved_on(found).await? {
            return Ok(Tried::Again);
        }
        let replayed = self.replayed(caller, task, found.subject()).await?;
        Ok(replayed.map_or(Tried::Again, |outcome| Tried::Done(Box::new(outcome))))
    }

    /// The owner has an open cart already: somebody was faster with the first add, or asks for a second one.
    async fn already_open(
        &self,
        caller: &Caller,
        task: &Task<'_>,
        found: &Found,
        plan: &Plan,
    ) -> Result<Tried, CartError> {
        if let Some(outcome) = self.replayed(caller, task, found.subject()).await? {
            return Ok(Tried::Done(Box::new(outcome)));
        }
        let Some(opened) = plan.commits.last().map(|commit| &commit.cart) else { return Ok(Tried::Again) };
        let key = (opened.channel().clone(), opened.owner().clone());
        self.hot.forget_current(&key);
        match (self.ports.store.open_cart(&key.0, &key.1).await?, task) {
            (Some(_), Task::FirstRead { .. } | Task::Merge { .. }) | (None, _) => Ok(Tried::Again),
            (Some(_), Task::Execute { .. }) if found.cart.is_none() => Ok(Tried::Again),
            // The open cart is somebody else's.
            (Some(_), Task::Execute { command: Command::Transfer { .. }, .. }) => {
                Err(Rejection::TooManyCarts { max: 1 }.into())
            }
            (Some(cart), _) => Err(Rejection::CartExists { cart }.into()),
        }
    }

    /// Commits, keeps the carts at hand and tells the publisher; in the carts' turns, so in the order of versions.
    pub(super) async fn commit(&self, commits: &[Commit]) -> Result<(), StoreError> {
        let carts: Vec<Arc<Cart>> = commits.iter().map(|commit| Arc::clone(&commit.cart)).collect();
        let distrust = Distrust { service: self, carts: &carts };
        let settled = match self.ports.store.commit(Unit { commits: commits.to_vec() }).await {
            Err(StoreError::Unknown { store, source }) => self.settle(commits, store, source).await,
            known => known,
        };
        if !matches!(settled, Err(StoreError::Unknown { .. })) {
            distrust.disarm();
        }
        self.drop_cached(commits).await;
        if settled.is_err() {
            carts.iter().for_each(|cart| self.hot.forget(cart.id()));
            return settled;
        }
        carts.iter().for_each(|cart| self.hot.keep_committed(cart));
        let entries: Vec<Arc<Entry>> = commits.iter().map(|commit| Arc::clone(&commit.entry)).collect();
        self.ports.publisher.publish(&entries);
        Ok(())
    }

    /// Finds out whether a commit of unknown outcome happened, by looking its request up.
    async fn settle(
        &self,
        commits: &[Commit],
        store: &'static str,
        source: crate::port::BoxError,
    ) -> Result<(), StoreError> {
        let Some(entry) = commits.last().map(|commit| &commit.entry) else { return Ok(()) };
        match self.ports.store.find_request(entry.cart, &entry.actor, &entry.request).await {
            // A request with the same key may have written the same version of a cart that it made.
            Ok(Some(found)) if found == **entry => Ok(()),
            Ok(Some(_)) => Err(StoreError::Repeated { cart: entry.cart }),
            Ok(None) => Err(StoreError::Unavailable { store, source }),
            Err(_) => Err(StoreError::Unknown { store, source }),
        }
    }
}

fn end_of(ran: &Result<Outcome, CartError>) -> WriteEnd {
    match ran {
        Ok(outcome) if outcome.replayed => WriteEnd::Replayed,
        Ok(_) => WriteEnd::Done,
        Err(CartError::Rejected(_)) => WriteEnd::Rejected,
        Err(CartError::Contended { .. }) => WriteEnd::Contended,
        Err(_) => WriteEnd::Failed,
    }
}

/// What the store found short when it was written.
fn shortage(error: &StoreError) -> Option<Rejection> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "few errors say that something is short")]
    match error {
        StoreError::UsedUp { promotion, by_customer } => {
            Some(Rejection::PromotionUsedUp { promotion: promotion.clone(), by_customer: *by_customer })
        }
        StoreError::OutOfStock { item, available } => {
            Some(Rejection::OutOfStock { item: item.clone(), available: *available })
        }
        StoreError::TooMuchHeld { max } => Some(Rejection::TooMuchHeld { max: *max }),
        _ => None,
    }
}

/// While a commit is under way: should its caller go away, nobody knows whether it happens, and reads must ask the
/// store.
struct Distrust<'a> {
    service: &'a CartService,
    carts: &'a [Arc<Cart>],
}

impl Distrust<'_> {
    fn disarm(self) {
        std::mem::forget(self);
    }
}

impl Drop for Distrust<'_> {
    fn drop(&mut self) {
        self.carts.iter().for_each(|cart| self.service.hot.distrust(cart.id()));
    }
}
