//! Where carts are kept.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{BoxError, CheckoutIndex, LinkLedger, RelayLedger, ShareIndex, StockLedger};
use crate::actor::{ActorRef, Owner};
use crate::cart::Cart;
use crate::facts::Uses;
use crate::id::{CartId, ChannelId, CheckoutId, CustomerKey, PromotionId, StockItemId};
use crate::journal::{Entry, Position, Positioned, Request};
use crate::status::StatusName;
use crate::text::CartName;
use crate::version::Version;

/// Remembers carts. Holds no rules: it writes what it is given, or refuses because the cart moved on.
#[async_trait]
pub trait CartStore: Debug + Send + Sync + 'static {
    /// The cart as of the last commit that was answered, or a later one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn load(&self, cart: CartId) -> Result<Option<Arc<Cart>>, StoreError>;

    /// Writes everything in the unit, or nothing, and returns once it is durable.
    ///
    /// When it fails with anything but [`StoreError::Unknown`], nothing was written. Dropping the future does not
    /// undo the commit: it may or may not happen then, as a whole.
    ///
    /// [`StoreError::Unknown`] is answered only once the commit can no longer happen, if it has not. A store that
    /// cannot promise this answers [`EventLog::find_request`] with [`StoreError::Unavailable`] until it can, instead
    /// of not finding a request that may yet appear.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], [`StoreError::AlreadyOpen`] or [`StoreError::Repeated`] if the world is another
    /// than the one it was decided on; the others if the store cannot do it.
    async fn commit(&self, unit: Unit) -> Result<(), StoreError>;

    /// Replaces all that is stored of a cart, its entries included, by the same history without some of its personal
    /// data; or does nothing. Once it is answered, what was replaced can be read neither through the store nor from what
    /// it keeps on disk, older backups apart.
    ///
    /// The entries keep their places in the journal. Everything that is found by what a history says follows the new one:
    /// whose lists the cart is in, to whom it is granted, which tokens open it, and by which actor a request is found.
    /// Uses of promotions stay counted, for the customers that the new history names, whatever the limits. How often links
    /// were opened and how far relays have come stays as it is.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the cart is not there or at another version; [`StoreError::AlreadyOpen`] if it would be
    /// the second open cart of an owner who may have only one, which no fresh pseudonym is; the others if the store cannot
    /// do it.
    async fn rewrite(&self, history: Rewritten) -> Result<(), StoreError>;

    /// Whether nobody but this value writes to the data, so that what was committed through it last is what is
    /// there. Reads may then be answered from a cache of commits.
    fn is_only_writer(&self) -> bool;
}

/// Finds carts without loading them.
#[async_trait]
pub trait CartIndex: Debug + Send + Sync + 'static {
    /// The open cart of an owner who may have only one in the channel.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn open_cart(&self, channel: &ChannelId, owner: &Owner) -> Result<Option<CartId>, StoreError>;

    /// How many open carts an owner has in the channel at `now`. An active cart whose lifetime has ended
    /// (`expires_at <= now`) is not counted, whether or not its end was written: its owner finds it no more.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn count_open(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError>;

    /// The carts of an owner in the channel, whatever their status, newest first: by falling time of creation, and
    /// by falling id where that is the same. An id alone says nothing of a cart's age.
    ///
    /// A page goes on after the place of [`PageRequest::after`] in this order, also if that cart is not the owner's any
    /// more. It is empty if there is no such cart.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn carts_of(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        page: PageRequest,
    ) -> Result<Vec<CartSummary>, StoreError>;

    /// Active carts whose lifetime has ended at `now` (`expires_at <= now`), the longest ago first; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CartId>, StoreError>;
}

/// Reads what happened, in order.
#[async_trait]
pub trait EventLog: Debug + Send + Sync + 'static {
    /// The entries of a cart with a version above `after` (from the first if none), by rising version; at most
    /// `limit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn entries(
        &self,
        cart: CartId,
        after: Option<Version>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError>;

    /// The entries of all carts after a position, by rising position; at most `limit`. The entries of one cart are
    /// in the order of their versions, and none ever appears before a position that was read.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn entries_after(&self, position: Position, limit: usize) -> Result<Vec<Positioned>, StoreError>;

    /// The entry that this actor wrote to this cart with a request of the same key and the same kind of origin: the
    /// caller's or the service's. What was asked for (the fingerprint) is not compared.
    ///
    /// For a caller's key that costs the same whatever the age of the cart, be it found or not: every request with
    /// a key may ask. A service's key is asked for only to settle a commit whose outcome is unknown, so a store may
    /// go through the cart's entries for it, from the last.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], also while a commit that [`StoreError::Unknown`] was answered for may still
    /// happen, or [`StoreError::Corrupt`].
    async fn find_request(
        &self,
        cart: CartId,
        actor: &ActorRef,
        request: &Request,
    ) -> Result<Option<Entry>, StoreError>;

    /// Forgets the request keys that callers gave with writes before `before` (exclusive), the oldest first, at most
    /// `limit`; answers how many it forgot. The entries stay; their requests are not found by key any more, and the same
    /// key can be used anew. Keys of carts that are in checkout are kept.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn forget_requests(&self, before: DateTime<Utc>, limit: usize) -> Result<usize, StoreError>;
}

/// Counts how often promotions with a limit are used.
///
/// The uses of a checkout are counted by the commit that begins it ([`CartEvent::CheckoutBegun`]), where they are
/// refused beyond their limits, and given back by the commit that cancels it. Those of a completed checkout stay.
///
/// [`CartEvent::CheckoutBegun`]: crate::event::CartEvent::CheckoutBegun
#[async_trait]
pub trait UseLedger: Debug + Send + Sync + 'static {
    /// How often each of the promotions was used, in the order asked; uses of the checkout `except` apart.
    /// Without a customer, none of the uses are the customer's.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn uses(
        &self,
        promotions: &[PromotionId],
        customer: Option<&CustomerKey>,
        except: Option<CheckoutId>,
    ) -> Result<Vec<Uses>, StoreError>;
}

/// All that a service needs of a store.
pub trait Store:
    CartStore
    + CartIndex
    + ShareIndex
    + CheckoutIndex
    + EventLog
    + UseLedger
    + StockLedger
    + LinkLedger
    + RelayLedger
{
}

impl<T> Store for T where
    T: CartStore
        + CartIndex
        + ShareIndex
        + CheckoutIndex
        + EventLog
        + UseLedger
        + StockLedger
        + LinkLedger
        + RelayLedger
{
}

/// What is written together or not at all. A cart occurs at most once.
///
/// Owned, so that a store can hand it to a thread of its own; the carts and entries in it are shared, not copied.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The carts, written in this order.
    pub commits: Vec<Commit>,
}

/// One cart's part of a [`Unit`].
#[derive(Clone, Debug)]
pub struct Commit {
    /// The version that it was decided on; none if the cart must not exist yet.
    pub base: Option<Version>,
    /// The next state: what a cache keeps, what a document store would write.
    pub cart: Arc<Cart>,
    /// What changed: what a row store writes. Its version is the next state's.
    pub entry: Arc<Entry>,
}

/// The whole history of a cart with some personal data taken out of it, and what that history makes of the cart.
///
/// Of each entry the cart, the version, the time, the request's key and who made that are what they were; the actor, what
/// the events say, the reply and the request's fingerprint may be others.
#[derive(Clone, Debug)]
pub struct Rewritten {
    /// The version that the cart must be at, and stays at.
    pub base: Version,
    /// The cart.
    pub cart: Arc<Cart>,
    /// All its entries, from the first to the one of `base`.
    pub entries: Vec<Arc<Entry>>,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Only what comes after this cart in the list's order; from the start if none.
    pub after: Option<CartId>,
    /// At most so many.
    pub limit: usize,
}

/// What a list of carts shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartSummary {
    /// Which cart.
    pub id: CartId,
    /// Its name.
    pub name: Option<CartName>,
    /// Its status.
    pub status: StatusName,
    /// Its version.
    pub version: Version,
    /// How many lines it has.
    pub lines: usize,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
    /// When it last changed (UTC).
    pub updated_at: DateTime<Utc>,
}

/// Why a store did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another commit came first (or, without a base, the cart exists); load again and decide again.
    #[error("cart {cart} has moved on")]
    Conflict {
        /// Which cart.
        cart: CartId,
    },
    /// The owner already has an open cart in the channel and may have only one.
    #[error("the owner of cart {cart} already has an open cart")]
    AlreadyOpen {
        /// The cart that cannot be opened.
        cart: CartId,
    },
    /// The actor's request key was used on this cart before; look it up.
    #[error("the request was made before on cart {cart}")]
    Repeated {
        /// Which cart.
        cart: CartId,
    },
    /// A promotion was used as often as it can be; nothing was done.
    #[error("promotion {promotion} has been used up")]
    UsedUp {
        /// Which promotion.
        promotion: PromotionId,
        /// Whether by this customer, and not by all together.
        by_customer: bool,
    },
    /// There is less of a stock item than is asked for, or than is to be left of it; nothing was done.
    #[error("stock item {item} has {available} units left")]
    OutOfStock {
        /// Which.
        item: StockItemId,
        /// How many units are free.
        available: u32,
    },
    /// The owner has too many units held already; nothing was done.
    #[error("at most {max} units are held for one owner")]
    TooMuchHeld {
        /// How many units.
        max: u32,
    },
    /// Nothing was done; the same call may succeed later.
    #[error("{store} is unavailable")]
    Unavailable {
        /// Which store.
        store: &'static str,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// Nothing was done, because there is no room; the same call succeeds once there is.
    #[error("{store} is full")]
    Full {
        /// Which store.
        store: &'static str,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// The commit may or may not have happened; look the request up, never repeat it blindly.
    #[error("whether {store} committed is unknown")]
    Unknown {
        /// Which store.
        store: &'static str,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// What is stored was sealed with a key that the store was not given.
    #[error("{store} was not given key {key}")]
    KeyMissing {
        /// Which store.
        store: &'static str,
        /// The number of the key.
        key: u32,
    },
    /// What is stored cannot be what was written.
    #[error("{store} is corrupt")]
    Corrupt {
        /// Which store.
        store: &'static str,
        /// What is wrong.
        #[source]
        source: BoxError,
    },
}
