//! What a task would do: decided, priced, ready to be committed.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::find::{Finder, Found};
use super::gather::About;
use super::task::Task;
use super::view::{Caller, CartView, Outcome, Target};
use super::{CartError, CartService, Channel};
use crate::actor::{Actor, Owner};
use crate::authorise::company_of;
use crate::cart::Cart;
use crate::checkout::Checkout;
use crate::command::{BuyNow, Command, CreateCart, DuplicateCart, MergeCarts};
use crate::decide::{Decision, Origin, buy_now, create, decide, duplicate, merge, ordering, purchase};
use crate::event::{CartEvent, Created};
use crate::facts::{Facts, Members};
use crate::id::{CartId, ChannelId, LineId, UserId};
use crate::journal::{EditOutcome, Entry, KeyOrigin, Reply, Request, RequestKey};
use crate::notice::Notice;
use crate::policy::TaxMode;
use crate::port::{Commit, Verdict};
use crate::pricing::{PricedCart, price};
use crate::rejection::Rejection;
use crate::sharing::LinkToken;
use crate::version::Version;

/// What a task would do.
#[derive(Debug)]
pub(super) struct Plan {
    /// The cart afterwards.
    view: Viewed,
    reply: Reply,
    created: bool,
    token: Option<LinkToken>,
    /// What to write; nothing if it is so already. The cart of the view comes last.
    pub(super) commits: Vec<Commit>,
}

/// A cart as it would be.
#[derive(Debug)]
enum Viewed {
    /// With what it costs.
    Priced(Box<CartView>),
    /// What it costs is looked up afterwards: the decision does not depend on it.
    Later(Arc<Cart>),
}

impl CartService {
    /// The answer, once a plan is written as `entry`.
    pub(super) async fn answer(&self, plan: Plan, entry: Option<Arc<Entry>>) -> Result<Outcome, CartError> {
        let Plan { view, reply, created, token, .. } = plan;
        let mut view = match view {
            Viewed::Priced(view) => *view,
            Viewed::Later(cart) => self.view(cart).await?,
        };
        view.notices.extend(reply.notices.iter().cloned());
        // What was not written opens nothing.
        let token = token.filter(|_| entry.is_some());
        Ok(Outcome { view, entry, reply, created, token, replayed: false })
    }

    /// Decides and prices what a task would do to the carts found.
    pub(super) async fn plan(
        &self,
        caller: &Caller,
        task: &Task<'_>,
        found: &Found,
        finder: &Finder<'_>,
    ) -> Result<Plan, CartError> {
        if finder.is_off() {
            return Err(Rejection::NotOffered.into());
        }
        let request = self.request(caller, task);
        match task {
            Task::Create { channel, cart } => {
                self.plan_new(caller, request, channel, cart, Origin::Asked, None, found).await
            }
            Task::FirstRead { channel } => match &found.cart {
                Some(cart) => Ok(unchanged(self.view(Arc::clone(cart)).await?)),
                None => {
                    let cart = CreateCart::default();
                    self.plan_new(caller, request, channel, &cart, Origin::FirstRead, None, found).await
                }
            },
            Task::Execute { target, command } => match (&found.cart, target) {
                (Some(cart), _) if is_about_checkout(command) => {
                    self.plan_hand_off(caller, request, cart, command, finder).await
                }
                (Some(cart), _) => self.plan_change(caller, request, cart, (target, command), finder).await,
                (None, Target::Current(channel)) if command.adds() => {
                    let cart = CreateCart::default();
                    let (origin, command) = (Origin::FirstAdd, Some(*command));
                    self.plan_new(caller, request, channel, &cart, origin, command, found).await
                }
                (None, _) => Err(Rejection::CartNotFound.into()),
            },
            Task::BuyNow { channel, purchase } => {
                self.plan_purchase(caller, request, channel, purchase, found).await
            }
            Task::Duplicate { copy } => self.plan_copy(caller, request, copy, found, finder).await,
            Task::Merge { guest, channel, merge } => {
                self.plan_merge(caller, request, guest, channel, merge, (found, finder)).await
            }
        }
    }

    fn request(&self, caller: &Caller, task: &Task<'_>) -> Request {
        match &caller.key {
            Some(key) => {
                Request { key: key.clone(), origin: KeyOrigin::Caller { fingerprint: task.fingerprint() } }
            }
            None => self.own_request(self.now()),
        }
    }

    /// A request that nobody can repeat, because only the service knows its key.
    pub(super) fn own_request(&self, now: DateTime<Utc>) -> Request {
        Request { key: RequestKey::from_uuid(self.ports.ids.uuid(now)), origin: KeyOrigin::Service }
    }

    async fn plan_change(
        &self,
        caller: &Caller,
        request: Request,
        cart: &Arc<Cart>,
        (target, command): (&Target, &Command),
        finder: &Finder<'_>,
    ) -> Result<Plan, CartError> {
        self.check_version(caller, cart).await?;
        let channel = self.channel(cart.channel())?;
        let facts = self.facts_of_change(channel, &caller.actor, cart, command, finder).await?;
        if facts.undoing.as_ref().is_some_and(|undoing| finder.is_overtaken_by(undoing.version)) {
            return Err(CartError::VersionMismatch { current: Box::new(self.view(Arc::clone(cart)).await?) });
        }
        let facts = self.facts_of_order(caller, cart, (target, command), facts).await?;
        let token = facts.token.clone();
        let decision = decide(cart, &caller.actor, command, &facts)?;
        self.check_guard(&decision.events).await?;
        if decision.events.is_empty() {
            let (priced, _) = self.price(cart, facts).await?;
            let view = CartView { cart: Arc::clone(cart), priced, notices: Vec::new() };
            return Ok(Plan { reply: decision.reply, ..unchanged(view) });
        }
        if !cart.status().is_open() {
            // Recovered: it counts among the open ones again.
            self.check_count(cart.channel(), channel, cart.owner()).await?;
        }
        if let Command::Transfer { user, .. } = command {
            self.check_room_of(user, cart, channel).await?;
        }
        let commit = next(cart, decision, &caller.actor, request, facts.now);
        let plan = self.planned(vec![commit], Some(cart), false, facts).await?;
        Ok(Plan { token, ..plan })
    }

    /// What a command about a checkout under way does. Neither catalog nor prices have a part in it, so that none of them
    /// can keep an order from being taken note of.
    async fn plan_hand_off(
        &self,
        caller: &Caller,
        request: Request,
        cart: &Arc<Cart>,
        command: &Command,
        finder: &Finder<'_>,
    ) -> Result<Plan, CartError> {
        self.check_version(caller, cart).await?;
        let mut facts = self.facts_without_products(self.channel(cart.channel())?);
        facts.members.actor = finder.is_member();
        let decision = decide(cart, &caller.actor, command, &facts)?;
        let reply = decision.reply.clone();
        let (cart, commits) = if decision.events.is_empty() {
            (Arc::clone(cart), Vec::new())
        } else {
            let commit = next(cart, decision, &caller.actor, request, facts.now);
            (Arc::clone(&commit.cart), vec![commit])
        };
        Ok(Plan { view: Viewed::Later(cart), reply, created: false, token: None, commits })
    }

    /// Refuses a caller who named another version than the cart has.
    async fn check_version(&self, caller: &Caller, cart: &Arc<Cart>) -> Result<(), CartError> {
        if caller.if_match.is_none_or(|version| version == cart.version()) {
            return Ok(());
        }
        Err(CartError::VersionMismatch { current: Box::new(self.view(Arc::clone(cart)).await?) })
    }

    /// What a command to a cart takes, with what it is about besides the cart.
    async fn facts_of_change(
        &self,
        channel: &Channel,
        actor: &Actor,
        cart: &Arc<Cart>,
        command: &Command,
        finder: &Finder<'_>,
    ) -> Result<Facts, CartError> {
        let undoing = if *command == Command::Undo { self.undoable(cart).await? } else { None };
        let mut about = About::cart(cart).and(command);
        if let Some(undoing) = &undoing {
            about = about.and_undoing(undoing);
        }
        let named = self.is_named_member(cart, command).await?;
        let most = channel.policy.sharing.suggestions.max_made;
        let suggested = self.suggested(actor, cart, command, most).await?;
        let token = command.makes_token().then(|| LinkToken::from_random(self.ports.ids.secret()));
        let facts = self.gather(channel, about).await?;
        Ok(Facts {
            members: Members { actor: finder.is_member(), named },
            token,
            undoing,
            suggested,
            ..facts
        })
    }

    /// Whether the user that a command names belongs to the cart's company.
    async fn is_named_member(&self, cart: &Cart, command: &Command) -> Result<bool, CartError> {
        match (command.named_user(), company_of(cart)) {
            (Some(user), Some((_, company))) => Ok(self.ports.directory.is_member(company, user).await?),
            (Some(_), None) | (None, _) => Ok(false),
        }
    }

    /// Whether somebody else may own one more cart. Which one they have is nobody else's business.
    async fn check_room_of(&self, user: &UserId, cart: &Cart, channel: &Channel) -> Result<(), CartError> {
        let company = company_of(cart).map(|(_, company)| company.clone());
        let owner = Owner::User { user: user.clone(), company };
        if cart.is_sole() && self.ports.store.open_cart(cart.channel(), &owner).await?.is_some() {
            return Err(Rejection::TooManyCarts { max: 1 }.into());
        }
        self.check_count(cart.channel(), channel, &owner).await
    }

    #[expect(clippy::too_many_arguments, reason = "what a new cart takes besides the caller and the finding")]
    async fn plan_new(
        &self,
        caller: &Caller,
        request: Request,
        channel_id: &ChannelId,
        cart: &CreateCart,
        origin: Origin,
        command: Option<&Command>,
        found: &Found,
    ) -> Result<Plan, CartError> {
        refuse_named_version(caller)?;
        let channel = self.channel(channel_id)?;
        let owner = caller.actor.owner().ok_or(Rejection::CannotOwn)?;
        let about = new_about(channel_id, channel, &owner, cart);
        let about = if let Some(command) = command { about.and(command) } else { about };
        let facts = self.gather(channel, about).await?;
        let created = create(&caller.actor, channel_id, channel.currency, cart, origin, &facts)?;
        self.check_count(channel_id, channel, &owner).await?;
        let draft = Cart::new(new_id(found)?, &created, facts.now);
        let mut decision = match command {
            Some(command) => first_change(&draft, &caller.actor, command, &facts)?,
            None => Decision::default(),
        };
        decision.events.insert(0, CartEvent::Created(Box::new(created)));
        // In the reply, so that a repeated request is told again.
        let replaced = self.replaced(channel_id, &owner, found).await?;
        decision.reply.notices.extend(replaced.map(|previous| Notice::CartReplaced { previous }));
        let commits = vec![first(draft.id(), decision, &caller.actor, request, facts.now)?];
        self.planned(self.ending_expired(commits, found, &facts)?, None, true, facts).await
    }

    async fn plan_purchase(
        &self,
        caller: &Caller,
        request: Request,
        channel_id: &ChannelId,
        purchase: &BuyNow,
        found: &Found,
    ) -> Result<Plan, CartError> {
        refuse_named_version(caller)?;
        let channel = self.channel(channel_id)?;
        let owner = caller.actor.owner().ok_or(Rejection::CannotOwn)?;
        let mut about = new_about(channel_id, channel, &owner, &purchase.cart);
        about.others.push(&purchase.add.product);
        about.order(&purchase.order);
        purchase.selections.iter().for_each(|selection| about.select(selection.clone()));
        let facts = self.gather(channel, about).await?;
        let created =
            create(&caller.actor, channel_id, channel.currency, &purchase.cart, Origin::OneOff, &facts)?;
        self.check_count(channel_id, channel, &owner).await?;
        let draft = Cart::new(new_id(found)?, &created, facts.now);
        let facts = self.facts_of_purchase(caller, &draft, purchase, facts).await?;
        let mut decision = buy_now(&draft, &caller.actor, purchase, &facts)?;
        self.check_guard(&decision.events).await?;
        decision.events.insert(0, CartEvent::Created(Box::new(created)));
        let commits = vec![first(draft.id(), decision, &caller.actor, request, facts.now)?];
        self.planned(commits, None, true, facts).await
    }

    /// The facts of a command, with the taxes of what it orders where somebody outside works them out.
    async fn facts_of_order(
        &self,
        caller: &Caller,
        cart: &Arc<Cart>,
        (target, command): (&Target, &Command),
        mut facts: Facts,
    ) -> Result<Facts, CartError> {
        let Command::BeginCheckout(order) = command else { return Ok(facts) };
        if let Some(checkout) = self.new_checkout_of_key(caller, target).await? {
            facts.first_id = checkout.as_uuid();
        }
        if facts.policy.pricing.tax.mode != TaxMode::External {
            return Ok(facts);
        }
        let editing = cart.edit_as(&caller.actor, command.permission(), &facts)?;
        let ordered = ordering(editing, order, &facts)?.cart;
        Ok(self.price(&ordered, facts).await?.1)
    }

    /// The same for a purchase.
    async fn facts_of_purchase(
        &self,
        caller: &Caller,
        draft: &Cart,
        order: &BuyNow,
        facts: Facts,
    ) -> Result<Facts, CartError> {
        if facts.policy.pricing.tax.mode != TaxMode::External {
            return Ok(facts);
        }
        let ordered = purchase(draft, &caller.actor, order, &facts)?.cart;
        Ok(self.price(&ordered, facts).await?.1)
    }

    /// Asks the host about a checkout that is about to begin.
    async fn check_guard(&self, events: &[CartEvent]) -> Result<(), CartError> {
        let Some(checkout) = begun_by(events) else { return Ok(()) };
        match self.ports.guard.before_begin(&checkout.draft).await? {
            Verdict::Allow => Ok(()),
            Verdict::Veto { why } => Err(Rejection::Vetoed { why }.into()),
        }
    }

    async fn plan_copy(
        &self,
        caller: &Caller,
        request: Request,
        copy: &DuplicateCart,
        found: &Found,
        finder: &Finder<'_>,
    ) -> Result<Plan, CartError> {
        refuse_named_version(caller)?;
        let source = found.other.as_ref().ok_or(Rejection::CartNotFound)?;
        let channel = self.channel(source.channel())?;
        let mut facts = self.gather(channel, About::copy_of(source)).await?;
        facts.members.actor = finder.is_member();
        let id = new_id(found)?;
        let decision = duplicate(source, id, &caller.actor, copy, &facts)?;
        self.check_count(source.channel(), channel, source.owner()).await?;
        let commits = vec![first(id, decision, &caller.actor, request, facts.now)?];
        self.planned(self.ending_expired(commits, found, &facts)?, None, true, facts).await
    }

    async fn plan_merge(
        &self,
        caller: &Caller,
        request: Request,
        guest: &Actor,
        channel_id: &ChannelId,
        order: &MergeCarts,
        (found, finder): (&Found, &Finder<'_>),
    ) -> Result<Plan, CartError> {
        let from = found.other.as_ref().ok_or(Rejection::CartNotFound)?;
        let channel = self.channel(channel_id)?;
        let (into, created) = match &found.cart {
            Some(into) => (Arc::clone(into), None),
            None => self.merge_into_new(caller, channel_id, channel, from, found)?,
        };
        if found.cart.is_some() {
            self.check_version(caller, &into).await?;
        }
        if into.channel() != channel_id {
            return Err(Rejection::Unmergeable.into());
        }
        let mut facts = self.gather(channel, About::cart(&into).and_cart(from)).await?;
        facts.members.actor = finder.is_member();
        let becomes = if created.is_some() { Version::FIRST } else { into.version().next() };
        let mut merged = merge(&into, &caller.actor, from, guest, order.strategy, becomes, &facts)?;
        let gone = next(from, merged.from, guest, request.clone(), facts.now);
        let now = facts.now;
        let commits = if let Some(created) = created {
            merged.into.events.insert(0, CartEvent::Created(Box::new(created)));
            vec![gone, first(into.id(), merged.into, &caller.actor, request, now)?]
        } else {
            vec![gone, next(&into, merged.into, &caller.actor, request, now)]
        };
        let before = found.cart.as_deref();
        let commits = self.ending_expired(commits, found, &facts)?;
        self.planned(commits, before, found.cart.is_none(), facts).await
    }

    /// The cart of a user who has none yet, before the guest's lines go in.
    fn merge_into_new(
        &self,
        caller: &Caller,
        channel_id: &ChannelId,
        channel: &Channel,
        from: &Cart,
        found: &Found,
    ) -> Result<(Arc<Cart>, Option<Created>), CartError> {
        refuse_named_version(caller)?;
        let facts = self.facts_without_products(channel);
        let cart = CreateCart { currency: Some(from.currency()), ..CreateCart::default() };
        let created = create(&caller.actor, channel_id, channel.currency, &cart, Origin::Merge, &facts)?;
        Ok((Arc::new(Cart::new(new_id(found)?, &created, facts.now)), Some(created)))
    }

    /// Puts the end of the cart that has expired before the creation of the one that replaces it.
    fn ending_expired(
        &self,
        mut commits: Vec<Commit>,
        found: &Found,
        facts: &Facts,
    ) -> Result<Vec<Commit>, CartError> {
        if let Some(expired) = &found.expired {
            let decision = decide(expired, &Actor::System, &Command::Expire, facts)?;
            let request = self.own_request(facts.now);
            commits.insert(0, next(expired, decision, &Actor::System, request, facts.now));
        }
        Ok(commits)
    }

    /// Prices the cart that comes last, as it would be.
    async fn planned(
        &self,
        commits: Vec<Commit>,
        before: Option<&Cart>,
        created: bool,
        facts: Facts,
    ) -> Result<Plan, CartError> {
        let last = commits.last().ok_or(Rejection::NothingToDo)?;
        let cart = Arc::clone(&last.cart);
        let reply = last.entry.reply.clone();
        let (priced, facts) = self.price(&cart, facts).await?;
        // Facts are in one currency; what did not fit in another says nothing.
        let before = before.filter(|before| before.currency() == cart.currency());
        check_amounts(before, &priced, &last.entry.events, &facts)?;
        let view = Viewed::Priced(Box::new(CartView { cart, priced, notices: Vec::new() }));
        Ok(Plan { view, reply, created, token: None, commits })
    }

    async fn check_count(
        &self,
        channel_id: &ChannelId,
        channel: &Channel,
        owner: &Owner,
    ) -> Result<(), CartError> {
        let max = channel.policy.limits.carts;
        // Where an owner may have one cart, the store sees to it.
        if channel.policy.is_sole() || self.ports.store.count_open(channel_id, owner, self.now()).await? < max
        {
            Ok(())
        } else {
            Err(Rejection::TooManyCarts { max }.into())
        }
    }
}

/// The checkout that an entry begins.
pub(super) fn begun(entry: &Entry) -> Option<&Checkout> {
    begun_by(&entry.events)
}

fn begun_by(events: &[CartEvent]) -> Option<&Checkout> {
    events.iter().find_map(|event| {
        let CartEvent::CheckoutBegun { checkout } = event else { return None };
        Some(&**checkout)
    })
}

fn new_id(found: &Found) -> Result<CartId, Rejection> {
    found.new.ok_or(Rejection::CartNotFound)
}

/// A cart that is yet to be made has no version to name.
fn refuse_named_version(caller: &Caller) -> Result<(), Rejection> {
    if caller.if_match.is_some() { Err(Rejection::CartNotFound) } else { Ok(()) }
}

fn new_about<'a>(
    channel_id: &'a ChannelId,
    channel: &Channel,
    owner: &'a Owner,
    cart: &'a CreateCart,
) -> About<'a> {
    About {
        channel: channel_id,
        owner,
        currency: cart.currency.unwrap_or(channel.currency),
        locale: cart.settings.locale.as_ref(),
        selections: crate::selection::Selections::default(),
        billing_address: None,
        cart: None,
        others: Vec::new(),
        codes: Vec::new(),
        status: None,
    }
}

/// What a command does to a cart that is made by it. A batch of which nothing is done makes no cart.
fn first_change(
    draft: &Cart,
    actor: &Actor,
    command: &Command,
    facts: &Facts,
) -> Result<Decision, Rejection> {
    let decision = decide(draft, actor, command, facts)?;
    if !decision.events.is_empty() {
        return Ok(decision);
    }
    Err(match decision.reply.edits.into_iter().next() {
        Some(EditOutcome::Refused { reason }) => {
            Rejection::EditRefused { index: 0, reason: Box::new(reason) }
        }
        Some(EditOutcome::Done { .. }) | None => Rejection::NothingToDo,
    })
}

/// Whether a command is about a checkout under way, and not about what the cart is made of.
const fn is_about_checkout(command: &Command) -> bool {
    matches!(
        command,
        Command::CancelCheckout { .. }
            | Command::ExtendCheckout { .. }
            | Command::CompleteCheckout { .. }
            | Command::FailCheckout { .. }
    )
}

fn unchanged(view: CartView) -> Plan {
    Plan {
        view: Viewed::Priced(Box::new(view)),
        reply: Reply::default(),
        created: false,
        token: None,
        commits: Vec::new(),
    }
}

/// Refuses to add or raise a line if that makes an amount not fit, be it another line's. What lowers or removes is
/// never refused.
fn check_amounts(
    before: Option<&Cart>,
    after: &PricedCart,
    events: &[CartEvent],
    facts: &Facts,
) -> Result<(), CartError> {
    let grows = |event: &CartEvent| match event {
        CartEvent::LineAdded { .. } => true,
        CartEvent::QuantityChanged { from, to, .. } => to > from,
        // What fits in one currency may not in another.
        CartEvent::CurrencyChanged { .. } => true,
        CartEvent::Created(_)
        | CartEvent::Renamed { .. }
        | CartEvent::SettingsChanged { .. }
        | CartEvent::NoteChanged { .. }
        | CartEvent::MetadataChanged { .. }
        | CartEvent::LineNoteChanged { .. }
        | CartEvent::LineRemoved { .. }
        | CartEvent::LinePriced { .. }
        | CartEvent::PriceAcknowledged { .. }
        | CartEvent::CouponAdded { .. }
        | CartEvent::CouponRemoved { .. }
        | CartEvent::GiftRefused { .. }
        | CartEvent::GiftAccepted { .. }
        | CartEvent::Cleared { .. }
        | CartEvent::AddressSelected { .. }
        | CartEvent::ShippingMethodSelected { .. }
        | CartEvent::PaymentMethodSelected { .. }
        | CartEvent::ExpiryMoved { .. }
        | CartEvent::GuestCartMerged { .. }
        | CartEvent::Abandoned { .. }
        | CartEvent::Recovered { .. }
        | CartEvent::CheckoutBegun { .. }
        | CartEvent::CheckoutAdvanced { .. }
        | CartEvent::CheckoutCancelled { .. }
        | CartEvent::CheckoutUnsettled { .. }
        | CartEvent::CheckoutCompleted { .. }
        | CartEvent::GrantMade { .. }
        | CartEvent::GrantChanged { .. }
        | CartEvent::GrantRevoked { .. }
        | CartEvent::OwnerChanged { .. }
        | CartEvent::LinkMade { .. }
        | CartEvent::LinkChanged { .. }
        | CartEvent::LinkRotated { .. }
        | CartEvent::LinkRevoked { .. }
        | CartEvent::SuggestionMade { .. }
        | CartEvent::SuggestionWithdrawn { .. }
        | CartEvent::SuggestionDeclined { .. }
        | CartEvent::SuggestionAccepted { .. }
        | CartEvent::Undone { .. } => false,
    };
    if after.overflowing().next().is_none() || !events.iter().any(grows) {
        return Ok(());
    }
    let known: Vec<LineId> = match before {
        Some(cart) => price(cart, facts)?.overflowing().collect(),
        None => Vec::new(),
    };
    if after.overflowing().all(|line| known.contains(&line)) {
        Ok(())
    } else {
        Err(Rejection::AmountOverflow.into())
    }
}

/// The next version of a cart.
pub(super) fn next(
    cart: &Arc<Cart>,
    decision: Decision,
    actor: &Actor,
    request: Request,
    now: DateTime<Utc>,
) -> Commit {
    // The clock may jump back; the journal does not.
    let at = now.max(cart.updated_at());
    let entry = entry(cart.id(), cart.version().next(), decision, actor, request, at);
    let mut changed = Cart::clone(cart);
    changed.apply(&entry);
    Commit { base: Some(cart.version()), cart: Arc::new(changed), entry: Arc::new(entry) }
}

/// The first version of a cart.
fn first(
    id: CartId,
    decision: Decision,
    actor: &Actor,
    request: Request,
    now: DateTime<Utc>,
) -> Result<Commit, CartError> {
    let entry = entry(id, Version::FIRST, decision, actor, request, now);
    let cart = Cart::created_by(&entry).ok_or(Rejection::CartNotFound)?;
    Ok(Commit { base: None, cart: Arc::new(cart), entry: Arc::new(entry) })
}

fn entry(
    cart: CartId,
    version: Version,
    decision: Decision,
    actor: &Actor,
    request: Request,
    at: DateTime<Utc>,
) -> Entry {
    let Decision { events, reply } = decision;
    Entry { cart, version, at, actor: actor.to_ref(), request, events, reply }
}
