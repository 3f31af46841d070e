//! A store in memory.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem::{Discriminant, discriminant};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::uses::UseBook;
use crate::actor::{ActorRef, Owner};
use crate::cart::{Cart, InconsistentCart};
use crate::event::CartEvent;
use crate::facts::Uses;
use crate::id::{AttemptId, CartId, ChannelId, CustomerKey, PromotionId};
use crate::journal::{Entry, KeyOrigin, Position, Positioned, Request, RequestKey};
use crate::port::{
    CartIndex, CartStore, CartSummary, Commit, EventLog, PageRequest, StoreError, Unit, UseLedger,
};
use crate::status::Status;
use crate::version::Version;

const NAME: &str = "memory store";

/// A store in memory: the reference for every other one, for tests and for trying things out.
///
/// It is stricter than a store needs to be: a unit that breaks the contract of [`CartStore::commit`] is refused with
/// [`StoreError::Corrupt`], whose source is a [`BrokenUnit`].
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

/// How a unit breaks the contract of [`CartStore::commit`]: a mistake of the caller, never of a shopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenUnit {
    /// There is nothing to write.
    #[error("a unit without commits")]
    Empty,
    /// A cart occurs twice.
    #[error("cart {0} occurs twice in a unit")]
    CartTwice(CartId),
    /// An entry has no events.
    #[error("an entry of cart {0} has no events")]
    NoEvents(CartId),
    /// Entry and next state are of different carts or versions, or the version does not follow the base.
    #[error("entry, base and next state of cart {0} do not belong together")]
    Mismatch(CartId),
    /// Applying the entry to the stored cart does not give the next state.
    #[error("the entry of cart {0} does not lead to its next state")]
    OtherState(CartId),
    /// The next state could not be read back.
    #[error("the next state of cart {cart} is not a cart")]
    Inconsistent {
        /// Which cart.
        cart: CartId,
        /// What is wrong with it.
        source: InconsistentCart,
    },
}

impl From<BrokenUnit> for StoreError {
    fn from(broken: BrokenUnit) -> Self {
        Self::Corrupt { store: NAME, source: broken.into() }
    }
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing between the first change and the last can panic, so the state is whole even then.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CartStore for MemoryStore {
    async fn load(&self, cart: CartId) -> Result<Option<Arc<Cart>>, StoreError> {
        Ok(self.state().carts.get(&cart).cloned())
    }

    async fn commit(&self, unit: Unit) -> Result<(), StoreError> {
        check_shape(&unit)?;
        let mut state = self.state();
        state.check(&unit)?;
        state.uses.count(&unit)?;
        unit.commits.into_iter().for_each(|commit| state.write(commit));
        Ok(())
    }

    fn is_only_writer(&self) -> bool {
        true
    }
}

#[async_trait]
impl CartIndex for MemoryStore {
    async fn open_cart(&self, channel: &ChannelId, owner: &Owner) -> Result<Option<CartId>, StoreError> {
        Ok(self.state().sole.get(&(channel.clone(), owner.clone())).copied())
    }

    async fn count_open(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let state = self.state();
        let is_open = |cart: &&Arc<Cart>| cart.status().is_open() && !cart.has_expired(now);
        Ok(state.carts_of(channel, owner).filter(is_open).count())
    }

    async fn carts_of(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        page: PageRequest,
    ) -> Result<Vec<CartSummary>, StoreError> {
        let state = self.state();
        let carts = state.carts_of(channel, owner);
        let Some(after) = page.after else { return Ok(carts.take(page.limit).map(summary).collect()) };
        let rest = carts.skip_while(|cart| cart.id() != after).skip(1);
        Ok(rest.take(page.limit).map(summary).collect())
    }

    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CartId>, StoreError> {
        let state = self.state();
        Ok(state.ends.iter().take_while(|(end, _)| *end <= now).take(limit).map(|(_, cart)| *cart).collect())
    }
}

#[async_trait]
impl EventLog for MemoryStore {
    async fn entries(
        &self,
        cart: CartId,
        after: Option<Version>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let state = self.state();
        let is_after = |entry: &&Arc<Entry>| after.is_none_or(|after| entry.version > after);
        let history = state.history.get(&cart).into_iter().flatten();
        Ok(history.filter(is_after).take(limit).map(|entry| Entry::clone(entry)).collect())
    }

    async fn entries_after(&self, position: Position, limit: usize) -> Result<Vec<Positioned>, StoreError> {
        let state = self.state();
        let read = usize::try_from(position.0).unwrap_or(usize::MAX);
        let positions = (1..).map(Position);
        let unread = positions.zip(&state.journal).skip(read).take(limit);
        Ok(unread.map(|(position, entry)| Positioned { position, entry: Entry::clone(entry) }).collect())
    }

    async fn find_request(
        &self,
        cart: CartId,
        actor: &ActorRef,
        request: &Request,
    ) -> Result<Option<Entry>, StoreError> {
        let state = self.state();
        Ok(state.requests.get(&asked(cart, actor, request)).map(|entry| Entry::clone(entry)))
    }
}

#[async_trait]
impl UseLedger for MemoryStore {
    async fn uses(
        &self,
        promotions: &[PromotionId],
        customer: Option<&CustomerKey>,
        except: Option<AttemptId>,
    ) -> Result<Vec<Uses>, StoreError> {
        let state = self.state();
        Ok(promotions.iter().map(|promotion| state.uses.uses(promotion, customer, except)).collect())
    }
}

/// Carts by a time of theirs; by id where that is the same.
type ByTime = BTreeSet<(DateTime<Utc>, CartId)>;

/// A request to a cart, whatever was asked for.
type Asked = (CartId, ActorRef, RequestKey, Discriminant<KeyOrigin>);

/// All that is stored. What is besides `carts` and `journal` follows from those two.
#[derive(Debug, Default)]
struct State {
    carts: HashMap<CartId, Arc<Cart>>,
    /// All entries; the first has position 1.
    journal: Vec<Arc<Entry>>,
    history: HashMap<CartId, Vec<Arc<Entry>>>,
    requests: HashMap<Asked, Arc<Entry>>,
    owned: HashMap<(ChannelId, Owner), ByTime>,
    /// The open carts of owners who may have only one.
    sole: HashMap<(ChannelId, Owner), CartId>,
    /// When the lifetimes of active carts end.
    ends: ByTime,
    uses: UseBook,
}

impl State {
    /// An owner's carts, newest first.
    fn carts_of(&self, channel: &ChannelId, owner: &Owner) -> impl Iterator<Item = &Arc<Cart>> {
        let owned = self.owned.get(&(channel.clone(), owner.clone()));
        owned.into_iter().flatten().rev().filter_map(|(_, id)| self.carts.get(id))
    }

    /// Whether the unit can be written, all of it. Changes nothing.
    fn check(&self, unit: &Unit) -> Result<(), StoreError> {
        unit.commits.iter().try_for_each(|commit| self.check_commit(commit))?;
        self.check_sole(unit)
    }

    fn check_commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let cart = commit.cart.id();
        let stored = self.carts.get(&cart);
        if stored.map(|stored| stored.version()) != commit.base {
            return Err(StoreError::Conflict { cart });
        }
        let made_by_caller = matches!(commit.entry.request.origin, KeyOrigin::Caller { .. });
        if made_by_caller && self.requests.contains_key(&asked_by(&commit.entry)) {
            return Err(StoreError::Repeated { cart });
        }
        let next = match stored {
            Some(stored) => {
                let mut next = Cart::clone(stored);
                next.apply(&commit.entry);
                Some(next)
            }
            None => Cart::created_by(&commit.entry),
        };
        if next.as_ref() != Some(&*commit.cart) {
            return Err(BrokenUnit::OtherState(cart).into());
        }
        let read_back = Cart::from_stored(commit.cart.to_stored());
        read_back.map(drop).map_err(|source| BrokenUnit::Inconsistent { cart, source }.into())
    }

    /// Plays the unit through in its order, so that one commit may end a cart and the next open another.
    fn check_sole(&self, unit: &Unit) -> Result<(), StoreError> {
        let mut changed: HashMap<(&ChannelId, &Owner), Option<CartId>> = HashMap::new();
        for cart in unit.commits.iter().map(|commit| &commit.cart).filter(|cart| cart.is_sole()) {
            let id = cart.id();
            let holder = changed
                .entry((cart.channel(), cart.owner()))
                .or_insert_with(|| self.sole.get(&place(cart)).copied());
            match (*holder, cart.status().is_open()) {
                (Some(other), true) if other != id => return Err(StoreError::AlreadyOpen { cart: id }),
                (_, true) => *holder = Some(id),
                (Some(same), false) if same == id => *holder = None,
                (_, false) => {}
            }
        }
        Ok(())
    }

    /// Writes a commit that was checked.
    fn write(&mut self, Commit { cart, entry, .. }: Commit) {
        let id = cart.id();
        let place = place(&cart);
        if let Some(old) = self.carts.get(&id).and_then(|old| end(old)) {
            self.ends.remove(&old);
        }
        self.ends.extend(end(&cart));
        if cart.is_sole() && cart.status().is_open() {
            self.sole.insert(place.clone(), id);
        } else if self.sole.get(&place) == Some(&id) {
            self.sole.remove(&place);
        }
        self.owned.entry(place).or_default().insert((cart.created_at(), id));
        self.carts.insert(id, cart);
        self.record(entry);
    }

    fn record(&mut self, entry: Arc<Entry>) {
        self.history.entry(entry.cart).or_default().push(Arc::clone(&entry));
        self.requests.insert(asked_by(&entry), Arc::clone(&entry));
        self.journal.push(entry);
    }
}

/// What can be said about a unit without looking at what is stored.
fn check_shape(unit: &Unit) -> Result<(), BrokenUnit> {
    if unit.commits.is_empty() {
        return Err(BrokenUnit::Empty);
    }
    let mut seen = HashSet::new();
    for commit in &unit.commits {
        check_commit_shape(commit)?;
        if !seen.insert(commit.cart.id()) {
            return Err(BrokenUnit::CartTwice(commit.cart.id()));
        }
    }
    Ok(())
}

fn check_commit_shape(Commit { base, cart, entry }: &Commit) -> Result<(), BrokenUnit> {
    let id = cart.id();
    if entry.events.is_empty() {
        return Err(BrokenUnit::NoEvents(id));
    }
    let follows = entry.version == base.map_or(Version::FIRST, Version::next);
    let creations = entry.events.iter().filter(|event| matches!(event, CartEvent::Created(_))).count();
    let is_whole = creations == usize::from(base.is_none());
    let belongs = entry.cart == id && entry.version == cart.version();
    if follows && is_whole && belongs { Ok(()) } else { Err(BrokenUnit::Mismatch(id)) }
}

fn place(cart: &Cart) -> (ChannelId, Owner) {
    (cart.channel().clone(), cart.owner().clone())
}

fn asked_by(entry: &Entry) -> Asked {
    asked(entry.cart, &entry.actor, &entry.request)
}

fn asked(cart: CartId, actor: &ActorRef, request: &Request) -> Asked {
    (cart, actor.clone(), request.key.clone(), discriminant(&request.origin))
}

fn end(cart: &Cart) -> Option<(DateTime<Utc>, CartId)> {
    let expires_at = cart.expires_at().filter(|_| matches!(cart.status(), Status::Active))?;
    Some((expires_at, cart.id()))
}

fn summary(cart: &Arc<Cart>) -> CartSummary {
    CartSummary {
        id: cart.id(),
        name: cart.name().cloned(),
        status: cart.status().name(),
        version: cart.version(),
        lines: cart.lines().len(),
        created_at: cart.created_at(),
        updated_at: cart.updated_at(),
    }
}
