//! Lists of carts, in pages.

use super::cursor::{Cursor, Listed};
use super::{CartError, CartService};
use crate::actor::Actor;
use crate::id::{CartId, ChannelId};
use crate::port::{CartSummary, GrantedCart, PageRequest};
use crate::rejection::Rejection;

/// Which part of a list.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// Where to go on: what the page before named; from the start if none.
    pub cursor: Option<Cursor>,
    /// At most so many, and at most [`CartService::MAX_PAGE`].
    pub limit: usize,
}

impl Default for ListRequest {
    fn default() -> Self {
        Self { cursor: None, limit: CartService::MAX_PAGE }
    }
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What is on it; perhaps less than was asked for, or nothing, though the list goes on.
    pub items: Vec<T>,
    /// Where the list goes on; none at its end.
    pub next: Option<Cursor>,
}

impl CartService {
    /// The actor's own carts in a channel, newest first, whatever their status.
    ///
    /// # Errors
    /// [`Rejection::CannotOwn`] for staff, the system and link bearers; [`CartError::BadCursor`] for a cursor of another
    /// list or caller; [`CartError::UnknownChannel`]; what the store cannot do.
    pub async fn carts(
        &self,
        actor: &Actor,
        channel: &ChannelId,
        request: &ListRequest,
    ) -> Result<Page<CartSummary>, CartError> {
        self.channel(channel)?;
        let owner = actor.owner().ok_or(Rejection::CannotOwn)?;
        let listed = Listed { list: "owned", channel, actor: &actor.to_ref() };
        let page = self.page(request, listed)?;
        let carts = self.ports.store.carts_of(channel, &owner, page).await?;
        Ok(self.paged(carts, page, listed, |cart| cart.id))
    }

    /// The carts in a channel that others have granted to the actor, newest first: those of the company for which the
    /// actor acts, as long as they are open and the actor belongs to the company.
    ///
    /// # Errors
    /// As [`CartService::carts`], and if the directory cannot answer.
    pub async fn carts_shared_with(
        &self,
        actor: &Actor,
        channel: &ChannelId,
        request: &ListRequest,
    ) -> Result<Page<GrantedCart>, CartError> {
        let sharing = &self.channel(channel)?.policy.sharing;
        let listed = Listed { list: "shared", channel, actor: &actor.to_ref() };
        let page = self.page(request, listed)?;
        let Actor::User { user, company: Some(company) } = actor else {
            actor.owner().ok_or(Rejection::CannotOwn)?;
            return Ok(Page { items: Vec::new(), next: None });
        };
        if !self.ports.directory.is_member(company, user).await? {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let carts = self.ports.store.carts_granted_to(channel, company, user, self.now(), page).await?;
        let mut shared = self.paged(carts, page, listed, |granted| granted.cart.id);
        // A group that policy does not have any more opens nothing.
        shared.items.retain(|granted| sharing.group(granted.group).is_some());
        Ok(shared)
    }

    fn page(&self, request: &ListRequest, listed: Listed<'_>) -> Result<PageRequest, CartError> {
        let after = request.cursor.as_ref().map(|cursor| self.cursors.read(cursor, listed)).transpose();
        let after = after.map_err(|_| CartError::BadCursor)?;
        Ok(PageRequest { after, limit: request.limit.clamp(1, Self::MAX_PAGE) })
    }

    /// A full page may have another one after it.
    fn paged<T>(
        &self,
        items: Vec<T>,
        page: PageRequest,
        listed: Listed<'_>,
        id: impl Fn(&T) -> CartId,
    ) -> Page<T> {
        let last = items.last().filter(|_| items.len() >= page.limit).map(id);
        let next = last.map(|last| self.cursors.after(last, listed));
        Page { items, next }
    }
}
