//! What the service answers.

use std::sync::Arc;

use serde::Serialize;

use crate::actor::Actor;
use crate::cart::Cart;
use crate::id::{CartId, ChannelId};
use crate::journal::{Entry, Reply, RequestKey};
use crate::notice::Notice;
use crate::pricing::PricedCart;
use crate::sharing::LinkToken;
use crate::version::Version;

/// Who asks, and how the request is told from others.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(super) actor: Actor,
    pub(super) key: Option<RequestKey>,
    pub(super) if_match: Option<Version>,
    pub(super) only_preview: bool,
}

impl Caller {
    /// An actor.
    pub const fn new(actor: Actor) -> Self {
        Self { actor, key: None, if_match: None, only_preview: false }
    }

    /// Names the request: sent again with the same key, it is not done again but answered as the first time.
    ///
    /// A key belongs to the actor and to one cart; using it there for something else is refused. A refused request
    /// does not use its key up.
    #[must_use]
    pub fn with_key(self, key: RequestKey) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Acts only if the cart is at this version.
    #[must_use]
    pub fn if_match(self, version: Version) -> Self {
        Self { if_match: Some(version), ..self }
    }

    /// Asks only what would be answered: nothing is written.
    #[must_use]
    pub fn only_preview(self) -> Self {
        Self { only_preview: true, ..self }
    }

    /// Who asks.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl From<Actor> for Caller {
    fn from(actor: Actor) -> Self {
        Self::new(actor)
    }
}

/// Which cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The caller's current cart in a channel whose policy gives everybody one.
    Current(ChannelId),
    /// A cart by its id.
    Cart(CartId),
    /// The cart that the caller's share link opens.
    Linked,
}

/// A cart with its prices and what should be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartView {
    /// The cart.
    pub cart: Arc<Cart>,
    /// What it costs.
    pub priced: PricedCart,
    /// What should be said besides the notices of the prices, such as that the cart replaces an expired one.
    pub notices: Vec<Notice>,
}

impl CartView {
    /// All notices: of the answer first, then of the prices.
    pub fn all_notices(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter().chain(&self.priced.notices)
    }
}

/// What a command did.
///
/// The view is the whole cart, for the host. To somebody who came by a share link, show only
/// [`SharedCart::of`](crate::sharing::SharedCart::of).
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The cart after the command; for a repeated request, after it was done the first time.
    pub view: CartView,
    /// What was written; none if it was so already, or only previewed.
    pub entry: Option<Arc<Entry>>,
    /// What else is answered, such as the outcome of each edit of a batch.
    pub reply: Reply,
    /// Whether the cart came to be by this command.
    pub created: bool,
    /// The token of the link that the command made or rotated: here and nowhere else, so none in the answer to a
    /// repeated request.
    pub token: Option<LinkToken>,
    /// Whether this is the answer to an earlier request with the same key.
    pub replayed: bool,
}
