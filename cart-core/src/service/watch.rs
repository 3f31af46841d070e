//! What happens to a cart, for whoever watches it, and what happened.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::view::Target;
use super::{CartError, CartService};
use crate::actor::Actor;
use crate::authorise::claims_grant;
use crate::cart::Cart;
use crate::history::{Change, Sight};
use crate::id::CartId;
use crate::journal::Entry;
use crate::permission::Permission;
use crate::rejection::Rejection;
use crate::sharing::ShareLink;
use crate::version::Version;

/// Proof, as of now, that somebody may watch a cart, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// Which cart.
    pub cart: CartId,
    /// Its version now.
    pub version: Version,
    /// How much they may see of what happens.
    pub sight: Sight,
    /// Since when (UTC, inclusive) they may see what happens; since always if absent. Whoever was let in by a grant or a
    /// link does not see what was before that, unless they may read the history.
    pub since: Option<DateTime<Utc>>,
    /// The first instant (UTC) at which they may not watch any more, as far as is known: the end of the link or of the
    /// cart's lifetime.
    pub ends_at: Option<DateTime<Utc>>,
    /// Whether those who watch may see who else does.
    pub presence: bool,
}

impl Watch {
    /// A write as they see it. Of one that they may not see at all, only its version and time are left, so that versions
    /// have no gaps.
    pub fn seen(&self, entry: &Entry) -> Change {
        let change = Change::seen(entry, self.sight);
        let is_before = self.since.is_some_and(|since| entry.at < since);
        if is_before { Change { by: None, what: Vec::new(), ..change } } else { change }
    }
}

/// Which part of a history: the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryRequest {
    /// Only changes that made an earlier version; from the newest if none.
    pub before: Option<Version>,
    /// At most so many, and at most [`CartService::MAX_PAGE`].
    pub limit: usize,
}

impl CartService {
    /// Begins to watch a cart. With a share link, that is an opening of it.
    ///
    /// A watch is good for the moment: prove it again with [`CartService::rewatch`] after every change and from time to
    /// time.
    ///
    /// # Errors
    /// [`Rejection::CartNotFound`] for whoever may not see what a link shows; what ports and store cannot do.
    pub async fn watch(&self, actor: &Actor, target: &Target) -> Result<Watch, CartError> {
        let cart = self.readable(actor, target, Permission::ViewShared).await?;
        let watch = self.watched(actor, &cart)?;
        if let Some(link) = self.link_of(actor, &cart)? {
            self.count_opening(link).await?;
        }
        Ok(watch)
    }

    /// What [`CartService::watch`] would answer now. Counts nothing.
    ///
    /// # Errors
    /// As [`CartService::watch`]; with a link that is used up, nothing can be watched.
    pub async fn preview_watch(&self, actor: &Actor, target: &Target) -> Result<Watch, CartError> {
        let cart = self.readable(actor, target, Permission::ViewShared).await?;
        let watch = self.watched(actor, &cart)?;
        if let Some(link) = self.link_of(actor, &cart)? {
            self.check_openings(link).await?;
        }
        Ok(watch)
    }

    /// The link that lets the actor in, if it is one.
    fn link_of<'a>(&self, actor: &Actor, cart: &'a Cart) -> Result<Option<&'a ShareLink>, Rejection> {
        let Actor::LinkBearer(token) = actor else { return Ok(None) };
        cart.link_opened_by(token.digest(), self.now()).map(Some).ok_or(Rejection::CartNotFound)
    }

    /// Proves again that somebody may watch a cart, however often their link was opened meanwhile. Counts nothing.
    ///
    /// # Errors
    /// As [`CartService::watch`].
    pub async fn rewatch(&self, actor: &Actor, cart: CartId) -> Result<Watch, CartError> {
        let cart = self.find_readable(actor, cart, Permission::ViewShared, self.now()).await?;
        self.watched(actor, &cart)
    }

    fn watched(&self, actor: &Actor, cart: &Cart) -> Result<Watch, CartError> {
        let sharing = self.sharing(cart.channel())?;
        let mut watch = Watch {
            cart: cart.id(),
            version: cart.version(),
            sight: Sight::Full,
            since: None,
            ends_at: cart.expires_at(),
            presence: sharing.presence,
        };
        if let Some(link) = self.link_of(actor, cart)? {
            watch.sight = Sight::Link { shows: link.terms.shows, token: link.token };
            watch.since = Some(link.made_at);
            watch.ends_at = [link.terms.expires_at, watch.ends_at].into_iter().flatten().min();
        } else if let Some((_, grant)) = claims_grant(actor, cart) {
            let group = sharing.group(grant.group);
            let reads_history = group.is_some_and(|group| group.permissions.contains(Permission::Manage));
            watch.since = (!reads_history).then_some(grant.granted_at);
        }
        Ok(watch)
    }

    /// What changed after a version, oldest first, as the actor may see it now; at most `limit` and at most 1,000.
    ///
    /// # Errors
    /// As [`CartService::rewatch`].
    pub async fn changes(
        &self,
        actor: &Actor,
        cart: CartId,
        after: Option<Version>,
        limit: usize,
    ) -> Result<Vec<Change>, CartError> {
        let watch = self.rewatch(actor, cart).await?;
        let entries = self.ports.store.entries(cart, after, limit.min(Self::MAX_CHANGES)).await?;
        Ok(entries.iter().map(|entry| watch.seen(entry)).collect())
    }

    /// The most changes that are read at once.
    pub const MAX_CHANGES: usize = 1000;

    /// Who did what to a cart and when, the newest first, for those who may manage it.
    ///
    /// # Errors
    /// [`Rejection::CartNotFound`], [`Rejection::Forbidden`]; what the store cannot do.
    pub async fn history(
        &self,
        actor: &Actor,
        target: &Target,
        request: HistoryRequest,
    ) -> Result<Vec<Change>, CartError> {
        let cart = self.readable(actor, target, Permission::Manage).await?;
        let newest = request.before.map_or(cart.version().get(), |before| before.get() - 1);
        let newest = newest.min(cart.version().get());
        let limit = request.limit.clamp(1, Self::MAX_PAGE);
        let entries = self.entries_up_to(cart.id(), newest, limit).await?;
        Ok(entries.iter().rev().map(|entry| Change::seen(entry, Sight::Full)).collect())
    }

    /// A cart as an earlier version of it was, for those who may manage it. What was erased since is not in it.
    ///
    /// # Errors
    /// [`Rejection::CartNotFound`], [`Rejection::Forbidden`], [`Rejection::VersionNotFound`]; what the store cannot do.
    pub async fn cart_at(
        &self,
        actor: &Actor,
        target: &Target,
        version: Version,
    ) -> Result<Arc<Cart>, CartError> {
        let cart = self.readable(actor, target, Permission::Manage).await?;
        if version > cart.version() {
            return Err(Rejection::VersionNotFound { version }.into());
        }
        self.cart_as_of(cart.id(), version).await
    }
}
