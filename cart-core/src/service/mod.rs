//! What a host holds: carts as a service.
//!
//! Every command takes the same path: find the cart and prove that the actor may see it, gather facts, decide,
//! price, commit, publish. What loses a race against another writer is tried again from a fresh load, unseen by
//! the caller.

mod builder;
mod cache;
mod cached;
mod checkout;
mod commit;
mod cursor;
mod erase;
mod error;
mod expire;
mod find;
mod gather;
mod list;
mod past;
mod plan;
mod ports;
mod price;
mod queue;
mod relay;
mod replay;
mod sharing;
mod task;
mod terms;
mod view;
mod watch;

use std::collections::HashMap;
use std::sync::Arc;

pub use self::builder::CartServiceBuilder;
use self::cache::HotCarts;
use self::cached::UserCarts;
pub use self::checkout::{CheckoutOutcome, Recovered};
use self::cursor::Cursors;
pub use self::cursor::{Cursor, CursorError};
pub use self::error::{BuildError, CartError};
pub use self::expire::Expired;
pub use self::list::{ListRequest, Page};
use self::ports::Ports;
use self::queue::Queues;
pub use self::relay::{Relay, Relayed, Retries};
pub use self::sharing::{LinkView, Standing};
use self::task::{Task, TurnKey};
pub use self::view::{Caller, CartView, Outcome, Target};
pub use self::watch::{HistoryRequest, Watch};
use crate::actor::{Actor, GuestToken, Owner};
use crate::command::{Command, CreateCart, DuplicateCart, MergeCarts};
use crate::id::ChannelId;
use crate::money::Currency;
use crate::permission::Permission;
use crate::policy::CartPolicy;
use crate::port::{Catalog, Store};
use crate::rejection::Rejection;

/// Carts as a service: built once, shared by all requests.
#[derive(Debug)]
pub struct CartService {
    ports: Ports,
    channels: HashMap<ChannelId, Channel>,
    hot: HotCarts,
    user_carts: Option<UserCarts>,
    queues: Queues<TurnKey>,
    cursors: Cursors,
}

/// One of the shops or surfaces that a service serves.
#[derive(Clone, Debug)]
struct Channel {
    policy: Arc<CartPolicy>,
    currency: Currency,
}

impl CartService {
    /// The most carts that a list returns at once.
    pub const MAX_PAGE: usize = 100;

    /// Starts building a service on a store and a catalog.
    pub fn builder(store: Arc<dyn Store>, catalog: Arc<dyn Catalog>) -> CartServiceBuilder {
        CartServiceBuilder::new(store, catalog)
    }

    /// The currency of a channel's carts that do not name one.
    ///
    /// # Errors
    /// [`CartError::UnknownChannel`].
    pub fn currency(&self, channel: &ChannelId) -> Result<Currency, CartError> {
        Ok(self.channel(channel)?.currency)
    }

    /// How a channel's carts behave.
    ///
    /// # Errors
    /// [`CartError::UnknownChannel`].
    pub fn policy(&self, channel: &ChannelId) -> Result<&CartPolicy, CartError> {
        Ok(&self.channel(channel)?.policy)
    }

    /// A new guest: whoever holds the token owns the guest's carts.
    pub fn new_guest(&self) -> GuestToken {
        GuestToken::from_random(self.ports.ids.secret())
    }

    /// The cart with its prices and notices. Where policy says so, looking at the current cart makes one.
    ///
    /// Never waits for writers.
    ///
    /// # Errors
    /// [`Rejection::CartNotFound`] if there is none that the actor may see, [`Rejection::Expired`] where policy
    /// says so, and [`CartError`] for what ports and store cannot do.
    pub async fn cart(&self, actor: &Actor, target: &Target) -> Result<CartView, CartError> {
        let now = self.now();
        let found = match target {
            Target::Current(channel) => {
                let key = Self::current_key(actor, channel)?;
                self.channel(channel)?;
                self.find_current_to_show(actor, &key, now).await?
            }
            Target::Cart(_) | Target::Linked => {
                find::Found::existing(self.readable(actor, target, Permission::View).await?)
            }
        };
        match (found.cart, target) {
            (Some(cart), _) => self.view(cart).await,
            (None, Target::Current(channel)) if self.channel(channel)?.policy.creation.on_first_read => {
                let caller = Caller::new(actor.clone());
                Ok(self.run(&caller, &Task::FirstRead { channel }).await?.view)
            }
            (None, _) => Err(Rejection::CartNotFound.into()),
        }
    }

    /// The open cart that somebody has in a channel, as support looks at it. Looking makes none and ends none: a cart
    /// whose lifetime has ended is none any more.
    ///
    /// # Errors
    /// [`Rejection::CartNotFound`] if there is none, or none that the actor may see; [`CartError::NoCurrentCart`] where
    /// owners have several; otherwise as [`CartService::cart`].
    pub async fn cart_of(
        &self,
        actor: &Actor,
        channel: &ChannelId,
        owner: &Owner,
    ) -> Result<CartView, CartError> {
        // As if another were to be made: that an owner's last cart has expired is not for others to learn.
        let found = self.find_current(actor, &(channel.clone(), owner.clone()), true, self.now()).await?;
        self.view(found.cart.ok_or(Rejection::CartNotFound)?).await
    }

    /// Makes a cart of the caller's in a channel.
    ///
    /// # Errors
    /// [`Rejection::NotOffered`], [`Rejection::GuestsRefused`], [`Rejection::CannotOwn`],
    /// [`Rejection::CartExists`] or [`Rejection::TooManyCarts`] by policy; otherwise as [`CartService::execute`].
    pub async fn create(
        &self,
        caller: &Caller,
        channel: &ChannelId,
        cart: &CreateCart,
    ) -> Result<Outcome, CartError> {
        self.run(caller, &Task::Create { channel, cart }).await
    }

    /// Does something to a cart. Where policy says so, adding to the current cart makes one.
    ///
    /// # Errors
    /// [`CartError::Rejected`] if a rule refuses it, [`CartError::VersionMismatch`] if the caller named another
    /// version, [`CartError::RequestKeyReused`], [`CartError::Contended`], and what ports and store cannot do.
    pub async fn execute(
        &self,
        caller: &Caller,
        target: &Target,
        command: &Command,
    ) -> Result<Outcome, CartError> {
        self.run(caller, &Task::Execute { target, command }).await
    }

    /// What [`CartService::execute`] would answer now, without doing it. Every other command is previewed in the
    /// same way, by a caller made with [`Caller::only_preview`].
    ///
    /// # Errors
    /// As [`CartService::execute`].
    pub async fn preview(
        &self,
        caller: &Caller,
        target: &Target,
        command: &Command,
    ) -> Result<Outcome, CartError> {
        self.execute(&caller.clone().only_preview(), target, command).await
    }

    /// Copies a cart of the caller's into a new one.
    ///
    /// # Errors
    /// As [`CartService::create`], and [`Rejection::CartNotFound`] for the source.
    pub async fn duplicate(&self, caller: &Caller, copy: &DuplicateCart) -> Result<Outcome, CartError> {
        self.run(caller, &Task::Duplicate { copy }).await
    }

    /// Merges a guest's cart into the caller's, when the guest signs in; both change together or not at all.
    ///
    /// The caller proves to be the user, the token proves to be the guest. Safe to repeat: merging a cart that was
    /// merged into the same cart already changes nothing and answers with the report of the first time.
    ///
    /// # Errors
    /// [`Rejection::CartNotFound`] if the guest or the caller has no such cart, [`Rejection::Unmergeable`];
    /// otherwise as [`CartService::execute`].
    pub async fn merge(
        &self,
        caller: &Caller,
        guest: &GuestToken,
        channel: &ChannelId,
        merge: &MergeCarts,
    ) -> Result<Outcome, CartError> {
        let guest = Actor::Guest(guest.clone());
        self.run(caller, &Task::Merge { guest: &guest, channel, merge }).await
    }

    fn channel(&self, id: &ChannelId) -> Result<&Channel, CartError> {
        self.channels.get(id).ok_or(CartError::UnknownChannel)
    }

    /// The cart with what it costs now.
    async fn view(&self, cart: Arc<crate::cart::Cart>) -> Result<CartView, CartError> {
        let channel = self.channel(cart.channel())?;
        let facts = self.gather(channel, gather::About::cart(&cart)).await?;
        let (priced, _) = self.price(&cart, facts).await?;
        Ok(CartView { cart, priced, notices: Vec::new() })
    }
}
