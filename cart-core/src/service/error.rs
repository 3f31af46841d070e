//! Why a call of the service did not do what it was asked to.

use chrono::{DateTime, Utc};

use crate::id::CheckoutId;
use crate::money::MoneyError;
use crate::policy::PolicyError;
use crate::port::{PortError, StoreError};
use crate::rejection::Rejection;
use crate::service::CartView;

/// Why a call of [`CartService`](crate::service::CartService) failed. Unless it says otherwise, nothing changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CartError {
    /// A rule refused it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The caller named a version, and the cart has another one; or they undid what was last, and something else was by
    /// the time that it was their turn.
    #[error("the cart is at version {}, not the one named", .current.cart.version())]
    VersionMismatch {
        /// The cart as it is.
        current: Box<CartView>,
    },
    /// Others changed the cart each time it was tried; trying again later may succeed.
    #[error("too many others are changing the cart")]
    Contended {
        /// The cart as it was last seen, where there is one.
        current: Option<Box<CartView>>,
    },
    /// The request key was used before, for something else.
    #[error("the request key was used before for another request")]
    RequestKeyReused,
    /// The request with this key is still under way; repeated later, it gets its answer.
    #[error("the checkout is under way")]
    InProgress {
        /// Which checkout it began.
        checkout: CheckoutId,
        /// When to repeat it (UTC).
        retry_at: DateTime<Utc>,
    },
    /// The service has no such channel.
    #[error("there is no such channel")]
    UnknownChannel,
    /// The channel's policy gives its owners no current cart; carts are named by id.
    #[error("carts of this channel are named by id")]
    NoCurrentCart,
    /// A cursor of another list or caller, or of a service with another key.
    #[error("the cursor is not of this list")]
    BadCursor,
    /// An amount cannot be computed.
    #[error("an amount cannot be computed")]
    Money(#[from] MoneyError),
    /// A port of the host could not answer.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The store could not do it. For [`StoreError::Unknown`] it may have happened; repeating the request with the
    /// same request key is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a service cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A channel's policy contradicts itself.
    #[error("the policy of channel {channel} contradicts itself: {source}")]
    Policy {
        /// Which channel.
        channel: crate::id::ChannelId,
        /// How.
        #[source]
        source: PolicyError,
    },
    /// There is no channel.
    #[error("a service needs at least one channel")]
    NoChannel,
}
