//! A store in memory.

use std::cmp::Reverse;
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
use crate::id::{AttemptId, CartId, ChannelId, CompanyId, CustomerKey, GrantId, LinkId, PromotionId, UserId};
use crate::journal::{Entry, KeyOrigin, Position, Positioned, Request, RequestKey};
use crate::port::{
    CartIndex, CartStore, CartSummary, Commit, EventLog, GrantedCart, HeldBack, LinkLedger, Openings,
    PageRequest, Progress, RelayLedger, RelayName, Rewritten, ShareIndex, StoreError, Unit, UseLedger,
};
use crate::sharing::LinkDigest;
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

    async fn rewrite(&self, history: Rewritten) -> Result<(), StoreError> {
        self.state().rewrite(history)
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
impl ShareIndex for MemoryStore {
    async fn carts_granted_to(
        &self,
        channel: &ChannelId,
        company: &CompanyId,
        user: &UserId,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Vec<GrantedCart>, StoreError> {
        let state = self.state();
        let Some(before) = state.place_of(page.after) else { return Ok(Vec::new()) };
        let of_company = |cart: &&Arc<Cart>| {
            cart.channel() == channel
                && matches!(cart.owner(), Owner::User { company: Some(its), .. } if its == company)
        };
        let is_open = |cart: &&Arc<Cart>| cart.status().is_open() && !cart.has_expired(now);
        let mut granted: Vec<(Place, GrantedCart)> = state
            .carts
            .values()
            .filter(|cart| of_company(cart) && is_open(cart))
            .filter_map(|cart| Some(((cart.created_at(), cart.id()), granted(cart, user)?)))
            .filter(|(place, _)| before.is_none_or(|before| *place < before))
            .collect();
        granted.sort_unstable_by_key(|(place, _)| Reverse(*place));
        Ok(granted.into_iter().take(page.limit).map(|(_, cart)| cart).collect())
    }

    async fn cart_with_grant(&self, grant: GrantId) -> Result<Option<CartId>, StoreError> {
        let state = self.state();
        Ok(state.carts.values().find(|cart| cart.grant(grant).is_some()).map(|cart| cart.id()))
    }

    async fn cart_with_link(&self, token: LinkDigest) -> Result<Option<CartId>, StoreError> {
        let state = self.state();
        let has = |cart: &&Arc<Cart>| cart.links().iter().any(|link| link.token == token);
        Ok(state.carts.values().find(has).map(|cart| cart.id()))
    }
}

#[async_trait]
impl LinkLedger for MemoryStore {
    async fn open_link(
        &self,
        link: LinkId,
        at: DateTime<Utc>,
        limit: Option<u32>,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let openings = state.openings.entry(link).or_default();
        let is_open = limit.is_none_or(|limit| openings.count < u64::from(limit));
        if is_open {
            *openings = Openings { count: openings.count + 1, last: openings.last.max(Some(at)) };
        }
        Ok(is_open)
    }

    async fn openings(&self, links: &[LinkId]) -> Result<Vec<Openings>, StoreError> {
        let state = self.state();
        Ok(links.iter().map(|link| state.openings.get(link).copied().unwrap_or_default()).collect())
    }
}

#[async_trait]
impl RelayLedger for MemoryStore {
    async fn relayed(&self, relay: &RelayName) -> Result<Position, StoreError> {
        Ok(self.state().relays.get(relay).map(|relay| relay.position).unwrap_or_default())
    }

    async fn held_back(&self, relay: &RelayName, limit: usize) -> Result<Vec<HeldBack>, StoreError> {
        let state = self.state();
        let mut held: Vec<HeldBack> = state.held(relay).cloned().collect();
        held.sort_unstable_by_key(|held| (held.due_at.is_none(), held.due_at, held.cart));
        held.truncate(limit);
        Ok(held)
    }

    async fn held_among(&self, relay: &RelayName, carts: &[CartId]) -> Result<Vec<HeldBack>, StoreError> {
        Ok(self.state().held(relay).filter(|held| carts.contains(&held.cart)).cloned().collect())
    }

    async fn note_progress(&self, relay: &RelayName, progress: Progress) -> Result<(), StoreError> {
        let mut state = self.state();
        let kept = state.relays.entry(relay.clone()).or_default();
        kept.position = progress.to.unwrap_or(kept.position);
        for cart in &progress.release {
            kept.held.remove(cart);
        }
        kept.held.extend(progress.hold.into_iter().map(|held| (held.cart, held)));
        Ok(())
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

/// Where a cart stands among others: by a time of its, and by id where that is the same.
type Place = (DateTime<Utc>, CartId);

/// Carts by a time of theirs.
type ByTime = BTreeSet<Place>;

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
    openings: HashMap<LinkId, Openings>,
    relays: HashMap<RelayName, Relayed>,
}

/// How far a relay has come.
#[derive(Debug, Default)]
struct Relayed {
    position: Position,
    held: HashMap<CartId, HeldBack>,
}

impl State {
    /// An owner's carts, newest first.
    fn carts_of(&self, channel: &ChannelId, owner: &Owner) -> impl Iterator<Item = &Arc<Cart>> {
        let owned = self.owned.get(&(channel.clone(), owner.clone()));
        owned.into_iter().flatten().rev().filter_map(|(_, id)| self.carts.get(id))
    }

    /// The place of a cart in lists, or of all carts if none is named; none if there is no such cart.
    fn place_of(&self, cart: Option<CartId>) -> Option<Option<Place>> {
        match cart {
            None => Some(None),
            Some(id) => self.carts.get(&id).map(|cart| Some((cart.created_at(), id))),
        }
    }

    fn held(&self, relay: &RelayName) -> impl Iterator<Item = &HeldBack> {
        self.relays.get(relay).into_iter().flat_map(|relay| relay.held.values())
    }

    fn rewrite(&mut self, Rewritten { base, cart, entries }: Rewritten) -> Result<(), StoreError> {
        let id = cart.id();
        if self.carts.get(&id).is_none_or(|stored| stored.version() != base) {
            return Err(StoreError::Conflict { cart: id });
        }
        let made = Cart::replay(entries.iter().map(AsRef::as_ref)).ok().flatten();
        if made.as_ref() != Some(&*cart) || cart.version() != base {
            return Err(BrokenUnit::OtherState(id).into());
        }
        let mut rewritten = entries.iter().cloned();
        for kept in self.journal.iter_mut().filter(|kept| kept.cart == id) {
            self.requests.remove(&asked_by(kept));
            if let Some(entry) = rewritten.next() {
                self.requests.insert(asked_by(&entry), Arc::clone(&entry));
                *kept = entry;
            }
        }
        self.history.insert(id, entries);
        self.put(cart);
        Ok(())
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
        self.put(cart);
        self.record(entry);
    }

    /// Keeps the state of a cart.
    fn put(&mut self, cart: Arc<Cart>) {
        let id = cart.id();
        if let Some(old) = self.carts.get(&id).cloned() {
            self.take_out(&old);
        }
        let place = place(&cart);
        self.ends.extend(end(&cart));
        if cart.is_sole() && cart.status().is_open() {
            self.sole.insert(place.clone(), id);
        }
        self.owned.entry(place).or_default().insert((cart.created_at(), id));
        self.carts.insert(id, cart);
    }

    /// Forgets where a cart was found; its owner may be another one now.
    fn take_out(&mut self, old: &Cart) {
        let (id, place) = (old.id(), place(old));
        if let Some(old) = end(old) {
            self.ends.remove(&old);
        }
        if self.sole.get(&place) == Some(&id) {
            self.sole.remove(&place);
        }
        if let Some(owned) = self.owned.get_mut(&place) {
            owned.remove(&(old.created_at(), id));
        }
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

fn granted(cart: &Arc<Cart>, user: &UserId) -> Option<GrantedCart> {
    let grant = cart.grant_of(user)?;
    let (owner, grant, group) = (cart.owner().clone(), grant.id, grant.group);
    Some(GrantedCart { cart: summary(cart), owner, grant, group })
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
