//! Finding the carts that a task is about.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::cache::CurrentKey;
use super::task::Task;
use super::view::{Caller, Target};
use super::{CartError, CartService};
use crate::actor::{Actor, Owner};
use crate::authorise::{Access, authorise, claims_grant};
use crate::cart::Cart;
use crate::command::Command;
use crate::id::{CartId, ChannelId, CheckoutId};
use crate::permission::Permission;
use crate::policy::OnExpired;
use crate::port::{PageRequest, PortError, StoreError, Variant};
use crate::rejection::Rejection;
use crate::status::{AbandonReason, Status};
use crate::version::Version;

/// The carts that a task is about.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The cart that is written to; none if it is to be made.
    pub(super) cart: Option<Arc<Cart>>,
    /// The owner's current cart whose lifetime has ended; ended for good when a new one is made.
    pub(super) expired: Option<Arc<Cart>>,
    /// The other cart: the source of a copy, the guest's of a merge.
    pub(super) other: Option<Arc<Cart>>,
    /// The id for a cart that is to be made.
    pub(super) new: Option<CartId>,
}

/// Who looks for carts, and whether they belong to the company that they act for. The directory is asked once for each
/// use of a grant, and only if there is one.
#[derive(Debug)]
pub(super) struct Finder<'a> {
    actor: &'a Actor,
    is_member: Option<bool>,
    /// The version at which the cart that is written to was found first, before waiting for others and trying again.
    met: Option<Version>,
    /// Whether the actor has the capability that the write needs.
    variant: Option<Variant>,
}

impl<'a> Finder<'a> {
    pub(super) const fn new(actor: &'a Actor) -> Self {
        Self { actor, is_member: None, met: None, variant: None }
    }

    /// For a write that needs a capability, which the actor has or not.
    pub(super) const fn going(self, variant: Option<Variant>) -> Self {
        Self { variant, ..self }
    }

    /// Whether the actor lacks what the write needs.
    pub(super) fn is_off(&self) -> bool {
        self.variant == Some(Variant::Off)
    }

    /// The same, for another try.
    pub(super) const fn again(self) -> Self {
        Self { is_member: None, ..self }
    }

    /// Whether a write was made after the request came in.
    pub(super) fn is_overtaken_by(&self, version: Version) -> bool {
        self.met.is_some_and(|met| version > met)
    }

    /// Whether a grant may let the actor in, as far as was asked.
    pub(super) fn is_member(&self) -> bool {
        self.is_member.unwrap_or_default()
    }
}

/// How somebody wants to see a cart.
#[derive(Clone, Copy)]
struct Seeing {
    permission: Permission,
    takes_expired: bool,
    now: DateTime<Utc>,
}

impl Found {
    pub(super) fn existing(cart: Arc<Cart>) -> Self {
        Self { cart: Some(cart), ..Self::default() }
    }

    /// The cart to which an answer belongs.
    pub(super) fn subject(&self) -> Option<CartId> {
        self.cart.as_ref().map(|cart| cart.id()).or(self.new)
    }
}

impl CartService {
    /// Finds the carts, and proves that the caller may see them.
    pub(super) async fn find(
        &self,
        caller: &Caller,
        task: &Task<'_>,
        finder: &mut Finder<'_>,
    ) -> Result<Found, CartError> {
        let actor = &caller.actor;
        let found = match task {
            Task::Create { channel, .. } => self.find_none(actor, channel).await?,
            Task::FirstRead { channel } => self.find_mine(actor, channel, false).await?,
            Task::Execute { target: Target::Current(channel), command } => {
                self.find_mine(actor, channel, command.adds()).await?
            }
            Task::Execute { target: Target::Cart(id), command } => {
                if **command == Command::Undo && finder.met.is_none() {
                    self.distrust_unless_alone(*id);
                }
                Found::existing(self.find_by_id(finder, *id, task.takes_expired()).await?)
            }
            Task::Execute { target: Target::Linked, .. } => {
                Found::existing(self.find_by_id(finder, self.linked(actor).await?, false).await?)
            }
            Task::BuyNow { channel, .. } => {
                self.channel(channel)?;
                Found::default()
            }
            Task::Duplicate { copy } => {
                let source = self.find_by_id(finder, copy.source, true).await?;
                let found = self.find_none(actor, source.channel()).await?;
                Found { other: Some(source), ..found }
            }
            Task::Merge { guest, channel, merge } => {
                let from = self.find_guests(guest, channel, merge.from).await?;
                let into = match merge.into {
                    Some(id) => Found::existing(self.find_by_id(finder, id, false).await?),
                    None => self.find_mine(actor, channel, true).await?,
                };
                Found { other: Some(from), ..into }
            }
        };
        finder.met = finder.met.or_else(|| found.cart.as_ref().map(|cart| cart.version()));
        Ok(self.with_new_id(caller, task, found))
    }

    /// Forgets a cart at hand, if others than this process write too: what is undone is what was last when it was asked,
    /// not when the cart was kept.
    fn distrust_unless_alone(&self, cart: CartId) {
        if !self.ports.store.is_only_writer() {
            self.hot.forget(cart);
        }
    }

    fn with_new_id(&self, caller: &Caller, task: &Task<'_>, found: Found) -> Found {
        if found.cart.is_some() {
            return found;
        }
        // Only what asks for a new cart by itself is found again by its key; the rest is found as the current cart.
        let (channel, key) = match task {
            Task::Create { channel, .. } | Task::BuyNow { channel, .. } => {
                (Some(*channel), caller.key.as_ref())
            }
            Task::Duplicate { .. } => (found.other.as_deref().map(Cart::channel), caller.key.as_ref()),
            Task::FirstRead { .. } | Task::Execute { .. } | Task::Merge { .. } => (None, None),
        };
        let id = match (channel, key) {
            (Some(channel), Some(key)) => Self::id_for_request(&caller.actor.to_ref(), channel, key),
            _ => CartId::from_uuid(self.ports.ids.uuid(self.now())),
        };
        Found { new: Some(id), ..found }
    }

    /// For a cart that is asked for although the owner may have only one: what there is must have ended.
    async fn find_none(&self, actor: &Actor, channel: &ChannelId) -> Result<Found, CartError> {
        if !self.channel(channel)?.policy.is_sole() || actor.owner().is_none() {
            return Ok(Found::default());
        }
        let found = self.find_mine(actor, channel, true).await?;
        // An open cart is left to the store's rule, so that a repeated request finds its own cart first.
        Ok(Found { cart: None, ..found })
    }

    async fn find_mine(&self, actor: &Actor, channel: &ChannelId, makes: bool) -> Result<Found, CartError> {
        self.find_current(actor, &Self::current_key(actor, channel)?, makes, self.now()).await
    }

    /// The owner's current cart in a channel, if there is one. An expired one is in the way of nothing that `makes`
    /// another.
    pub(super) async fn find_current(
        &self,
        actor: &Actor,
        key: &CurrentKey,
        makes: bool,
        now: DateTime<Utc>,
    ) -> Result<Found, CartError> {
        let policy = &self.channel(&key.0)?.policy;
        if !policy.is_sole() {
            return Err(CartError::NoCurrentCart);
        }
        let current = self.load_current(key).await?;
        if let Some(cart) = &current {
            // It is the actor's own, so nothing depends on the directory.
            let access = Access { now, sharing: &policy.sharing, is_member: false };
            authorise(actor, cart, Permission::View, &access)?;
            if !cart.has_expired(now) {
                return Ok(Found { cart: current, ..Found::default() });
            }
        }
        if policy.on_expired == OnExpired::Gone && !makes {
            // The same whether a job has ended the expired cart yet or not.
            let last = if current.is_some() { current } else { self.newest(&key.0, &key.1).await? };
            let lapsed = last.is_some_and(|cart| has_lapsed(&cart, now));
            return if lapsed { Err(Rejection::Expired.into()) } else { Ok(Found::default()) };
        }
        Ok(Found { expired: current, ..Found::default() })
    }

    /// The same, to be looked at by its owner: from the host's cache, if it has it.
    pub(super) async fn find_current_to_show(
        &self,
        actor: &Actor,
        key: &CurrentKey,
        now: DateTime<Utc>,
    ) -> Result<Found, CartError> {
        if let Some(cart) = self.cached_current(key, now).await {
            return Ok(Found::existing(cart));
        }
        let found = self.find_current(actor, key, false, now).await?;
        if let Some(cart) = &found.cart {
            self.keep_cached(key, cart, now).await;
        }
        Ok(found)
    }

    async fn load_current(&self, key: &CurrentKey) -> Result<Option<Arc<Cart>>, CartError> {
        let is_current = |cart: &Arc<Cart>| cart.status().is_open() && *cart.owner() == key.1;
        if let Some(id) = self.hot.current(key).filter(|_| self.ports.store.is_only_writer()) {
            if let Some(cart) = self.load(id).await?.filter(is_current) {
                return Ok(Some(cart));
            }
            self.hot.forget_current(key);
        }
        match self.ports.store.open_cart(&key.0, &key.1).await? {
            Some(id) => Ok(self.load_fresh(id).await?.filter(is_current)),
            None => Ok(None),
        }
    }

    /// A cart that is to be changed.
    async fn find_by_id(
        &self,
        finder: &mut Finder<'_>,
        id: CartId,
        takes_expired: bool,
    ) -> Result<Arc<Cart>, CartError> {
        let seeing = Seeing { permission: Permission::ViewShared, takes_expired, now: self.now() };
        let cart = self.load(id).await?.ok_or(Rejection::CartNotFound)?;
        match self.seen(cart, finder, seeing).await {
            // What was at hand may be too old to refuse on.
            Err(CartError::Rejected(_)) if !self.ports.store.is_only_writer() => {
                let cart = self.load_fresh(id).await?.ok_or(Rejection::CartNotFound)?;
                self.seen(cart, finder, seeing).await
            }
            seen => seen,
        }
    }

    /// A cart that is to be looked at, by somebody who has the permission for that. Never older than what was
    /// committed before: permissions are not taken from what was at hand.
    pub(super) async fn find_readable(
        &self,
        actor: &Actor,
        id: CartId,
        permission: Permission,
        now: DateTime<Utc>,
    ) -> Result<Arc<Cart>, CartError> {
        let seeing = Seeing { permission, takes_expired: false, now };
        let cart = self.load_latest(id).await?.ok_or(Rejection::CartNotFound)?;
        self.seen(cart, &mut Finder::new(actor), seeing).await
    }

    /// The same, also if its lifetime has ended since.
    pub(super) async fn find_lasting(
        &self,
        actor: &Actor,
        id: CartId,
        permission: Permission,
    ) -> Result<Arc<Cart>, CartError> {
        let seeing = Seeing { permission, takes_expired: true, now: self.now() };
        let cart = self.load_latest(id).await?.ok_or(Rejection::CartNotFound)?;
        self.seen(cart, &mut Finder::new(actor), seeing).await
    }

    async fn seen(
        &self,
        cart: Arc<Cart>,
        finder: &mut Finder<'_>,
        seeing: Seeing,
    ) -> Result<Arc<Cart>, CartError> {
        let Seeing { permission, takes_expired, now } = seeing;
        let is_member = self.is_member(finder, &cart).await?;
        let (actor, policy) = (finder.actor, &self.channel(cart.channel())?.policy);
        authorise(actor, &cart, permission, &Access { now, sharing: &policy.sharing, is_member })?;
        let is_owner = Some(cart.owner()) == actor.owner().as_ref();
        if takes_expired || !is_owner || !has_lapsed(&cart, now) {
            return Ok(cart);
        }
        match policy.on_expired {
            OnExpired::NotFound => Err(Rejection::CartNotFound.into()),
            // A cart named by its id cannot be another one.
            OnExpired::Gone | OnExpired::Replace => Err(Rejection::Expired.into()),
        }
    }

    /// Whether somebody to whom the cart is granted still belongs to its company, for which they act.
    async fn is_member(&self, finder: &mut Finder<'_>, cart: &Cart) -> Result<bool, PortError> {
        let Some((company, grant)) = claims_grant(finder.actor, cart) else { return Ok(false) };
        if let Some(is_member) = finder.is_member {
            return Ok(is_member);
        }
        let is_member = self.ports.directory.is_member(company, &grant.user).await?;
        finder.is_member = Some(is_member);
        Ok(is_member)
    }

    /// The cart that a link opens.
    async fn linked(&self, actor: &Actor) -> Result<CartId, CartError> {
        let Actor::LinkBearer(token) = actor else { return Err(Rejection::CartNotFound.into()) };
        let cart = self.ports.store.cart_with_link(token.digest()).await?;
        Ok(cart.ok_or(Rejection::CartNotFound)?)
    }

    /// The cart that a target names by other means than being its owner's current one.
    pub(super) async fn named(&self, actor: &Actor, target: &Target) -> Result<Option<CartId>, CartError> {
        match target {
            Target::Current(_) => Ok(None),
            Target::Cart(id) => Ok(Some(*id)),
            Target::Linked => self.linked(actor).await.map(Some),
        }
    }

    /// The guest's cart of a merge; one that was merged before counts too, for the same answer again.
    async fn find_guests(
        &self,
        guest: &Actor,
        channel: &ChannelId,
        id: Option<CartId>,
    ) -> Result<Arc<Cart>, CartError> {
        if let Some(id) = id {
            return self.find_by_id(&mut Finder::new(guest), id, false).await;
        }
        let key = Self::current_key(guest, channel)?;
        match self.find_current(guest, &key, false, self.now()).await?.cart {
            Some(cart) => Ok(cart),
            None => self
                .newest(channel, &key.1)
                .await?
                .filter(|cart| {
                    matches!(cart.status(), Status::Abandoned { reason: AbandonReason::Merged { .. }, .. })
                })
                .ok_or(CartError::Rejected(Rejection::CartNotFound)),
        }
    }

    /// The cart that an owner's new one replaces: the current one if it has expired, or the last one if a job has
    /// ended it already.
    pub(super) async fn replaced(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        found: &Found,
    ) -> Result<Option<CartId>, CartError> {
        if self.channel(channel)?.policy.on_expired != OnExpired::Replace {
            return Ok(None);
        }
        if let Some(expired) = &found.expired {
            return Ok(Some(expired.id()));
        }
        let ended = |cart: &Arc<Cart>| {
            matches!(cart.status(), Status::Abandoned { reason: AbandonReason::Expired, .. })
        };
        Ok(self.newest(channel, owner).await?.filter(ended).map(|cart| cart.id()))
    }

    /// The cart that a command to the current cart may have been done on, if that is not the current one any more: of a
    /// checkout the one that it began on, otherwise the newest if there is no current one.
    pub(super) async fn done_on(
        &self,
        caller: &Caller,
        task: &Task<'_>,
        found: &Found,
    ) -> Result<Option<CartId>, CartError> {
        if let Task::Execute { target, command: Command::BeginCheckout(_) } = task
            && let Some(checkout) = Self::checkout_of_key(caller, target)
            && let Some(cart) = self.ports.store.cart_of_checkout(checkout).await?
        {
            return Ok(Some(cart));
        }
        match (task, &found.cart, caller.actor.owner()) {
            (Task::Execute { target: Target::Current(channel), .. }, None, Some(owner)) => {
                Ok(self.newest(channel, &owner).await?.map(|cart| cart.id()))
            }
            _ => Ok(None),
        }
    }

    /// The checkout that a request with a key makes of a current cart. It follows from the key, so that it is found again
    /// when another cart is the current one.
    fn checkout_of_key(caller: &Caller, target: &Target) -> Option<CheckoutId> {
        let (Target::Current(channel), Some(key)) = (target, &caller.key) else { return None };
        let digest = Self::id_for_request(&caller.actor.to_ref(), channel, key);
        Some(CheckoutId::from_uuid(digest.as_uuid()))
    }

    /// The same, unless there is such a checkout: of a request that was forgotten.
    pub(super) async fn new_checkout_of_key(
        &self,
        caller: &Caller,
        target: &Target,
    ) -> Result<Option<CheckoutId>, StoreError> {
        let Some(id) = Self::checkout_of_key(caller, target) else { return Ok(None) };
        Ok(if self.ports.store.cart_of_checkout(id).await?.is_none() { Some(id) } else { None })
    }

    async fn newest(&self, channel: &ChannelId, owner: &Owner) -> Result<Option<Arc<Cart>>, CartError> {
        let page = PageRequest { after: None, limit: 1 };
        match self.ports.store.carts_of(channel, owner, page).await?.first() {
            Some(newest) => Ok(self.load(newest.id).await?),
            None => Ok(None),
        }
    }

    /// Whether somebody else has written to a cart since it was kept at hand. If so, it is forgotten.
    pub(super) async fn has_moved_on(&self, found: &Found) -> Result<bool, StoreError> {
        if self.ports.store.is_only_writer() {
            return Ok(false);
        }
        for cart in [&found.cart, &found.other].into_iter().flatten() {
            let stored = self.ports.store.load(cart.id()).await?;
            if stored.is_some_and(|stored| stored.version() != cart.version()) {
                self.hot.forget(cart.id());
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A cart as it was last committed or loaded; good for deciding, since the commit checks the version.
    async fn load(&self, id: CartId) -> Result<Option<Arc<Cart>>, StoreError> {
        match self.hot.cart(id) {
            Some(cart) => Ok(Some(cart)),
            None => self.load_fresh(id).await,
        }
    }

    /// A cart as it was last committed, by whomever.
    pub(super) async fn load_latest(&self, id: CartId) -> Result<Option<Arc<Cart>>, StoreError> {
        if self.ports.store.is_only_writer() { self.load(id).await } else { self.load_fresh(id).await }
    }

    pub(super) async fn load_fresh(&self, id: CartId) -> Result<Option<Arc<Cart>>, StoreError> {
        let since = self.hot.since();
        let cart = self.ports.store.load(id).await?;
        if let Some(cart) = &cart {
            self.hot.keep_loaded(cart, since);
        }
        Ok(cart)
    }
}

/// Whether a cart's lifetime has ended, noticed by a job or not.
fn has_lapsed(cart: &Cart, now: DateTime<Utc>) -> bool {
    cart.has_expired(now) || matches!(cart.status(), Status::Abandoned { reason: AbandonReason::Expired, .. })
}
