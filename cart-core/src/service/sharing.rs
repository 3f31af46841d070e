//! With whom carts are shared, and what those see.

use std::sync::Arc;

use super::find::Found;
use super::gather::About;
use super::view::Target;
use super::{CartError, CartService};
use crate::actor::Actor;
use crate::authorise::{Access, claims_grant, held_by};
use crate::cart::Cart;
use crate::id::{CartId, ChannelId, GrantId};
use crate::permission::{Permission, Permissions};
use crate::policy::SharingPolicy;
use crate::port::{Openings, StoreError};
use crate::rejection::Rejection;
use crate::sharing::{Grant, LinkToken, ShareLink, SharedCart};

/// A share link, and how often it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkView {
    /// The link.
    pub link: Arc<ShareLink>,
    /// How often it was opened.
    pub openings: Openings,
}

/// How somebody stands to a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Everything that they may do with it, its status apart.
    pub permissions: Permissions,
    /// The grant that lets them in; none if that is something else, such as being its owner.
    pub grant: Option<Grant>,
}

impl CartService {
    /// Opens a share link: counts the opening and shows what the link shows.
    ///
    /// Of a link without a limit, an opening that cannot be counted because the store has no room or cannot write is
    /// shown nevertheless.
    ///
    /// # Errors
    /// [`Rejection::CartNotFound`] for a token that opens nothing, whatever the reason; what ports and store cannot do.
    pub async fn open_link(&self, token: &LinkToken) -> Result<SharedCart, CartError> {
        let (shown, link) = self.shown_by(token).await?;
        self.count_opening(&link).await?;
        Ok(shown)
    }

    /// What [`CartService::open_link`] would show now. Counts nothing, so it is not for showing anybody the cart, but for
    /// saying whether it would be.
    ///
    /// # Errors
    /// As [`CartService::open_link`]; a link that is used up opens nothing.
    pub async fn preview_link(&self, token: &LinkToken) -> Result<SharedCart, CartError> {
        let (shown, link) = self.shown_by(token).await?;
        self.check_openings(&link).await?;
        Ok(shown)
    }

    /// What a token shows now, however often it was used.
    async fn shown_by(&self, token: &LinkToken) -> Result<(SharedCart, ShareLink), CartError> {
        let actor = Actor::LinkBearer(token.clone());
        let (cart, link) = self.linked_cart(&actor, token).await?;
        let channel = self.channel(cart.channel())?;
        let facts = self.gather(channel, About::cart(&cart)).await?;
        let (priced, _) = self.price(&cart, facts).await?;
        Ok((SharedCart::of(&cart, &priced, &link), link))
    }

    /// The cart that a token opens now, and the link; nothing is counted.
    async fn linked_cart(
        &self,
        actor: &Actor,
        token: &LinkToken,
    ) -> Result<(Arc<Cart>, ShareLink), CartError> {
        let id = self.named(actor, &Target::Linked).await?.ok_or(Rejection::CartNotFound)?;
        let now = self.now();
        let cart = self.find_readable(actor, id, Permission::ViewShared, now).await?;
        let link = cart.link_opened_by(token.digest(), now).cloned().ok_or(Rejection::CartNotFound)?;
        Ok((cart, link))
    }

    pub(super) async fn count_opening(&self, link: &ShareLink) -> Result<(), CartError> {
        match self.ports.store.open_link(link.id, self.now(), link.terms.uses).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Rejection::CartNotFound.into()),
            Err(StoreError::Unavailable { .. } | StoreError::Full { .. } | StoreError::Unknown { .. })
                if link.terms.uses.is_none() =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether an opening of a link would be counted now.
    pub(super) async fn check_openings(&self, link: &ShareLink) -> Result<(), CartError> {
        let Some(uses) = link.terms.uses else { return Ok(()) };
        let openings = self.ports.store.openings(&[link.id]).await?;
        let is_left = openings.first().is_none_or(|opened| opened.count < u64::from(uses));
        if is_left { Ok(()) } else { Err(Rejection::CartNotFound.into()) }
    }

    /// The share links of a cart, in the order of making, for those who may share it.
    ///
    /// # Errors
    /// [`Rejection::CartNotFound`], [`Rejection::Forbidden`]; what the store cannot do.
    pub async fn links(&self, actor: &Actor, target: &Target) -> Result<Vec<LinkView>, CartError> {
        let cart = self.readable(actor, target, Permission::Share).await?;
        let ids: Vec<_> = cart.links().iter().map(|link| link.id).collect();
        let openings = self.ports.store.openings(&ids).await?;
        let links = cart.links().iter().cloned().zip(openings);
        Ok(links.map(|(link, openings)| LinkView { link, openings }).collect())
    }

    /// To whom a cart is granted, in the order of granting, for those who may see the whole cart.
    ///
    /// # Errors
    /// [`Rejection::CartNotFound`], [`Rejection::Forbidden`]; what the store cannot do.
    pub async fn grants(&self, actor: &Actor, target: &Target) -> Result<Vec<Arc<Grant>>, CartError> {
        Ok(self.readable(actor, target, Permission::View).await?.grants().to_vec())
    }

    /// A grant by its id, and the cart that it is for, for those who may see that cart.
    ///
    /// # Errors
    /// [`Rejection::GrantNotFound`], also for whoever may not see the cart; what the store cannot do.
    pub async fn grant(&self, actor: &Actor, grant: GrantId) -> Result<(CartId, Grant), CartError> {
        let unknown = || CartError::from(Rejection::GrantNotFound { grant });
        let id = self.ports.store.cart_with_grant(grant).await?.ok_or_else(unknown)?;
        let found = self.find_readable(actor, id, Permission::View, self.now()).await;
        let cart = if let Err(CartError::Rejected(_)) = found { Err(unknown()) } else { found }?;
        Ok((id, cart.grant(grant).cloned().ok_or_else(unknown)?))
    }

    /// How an actor stands to a cart that they may see.
    ///
    /// # Errors
    /// [`Rejection::CartNotFound`]; what the store and the directory cannot do.
    pub async fn standing(&self, actor: &Actor, target: &Target) -> Result<Standing, CartError> {
        let cart = self.readable(actor, target, Permission::ViewShared).await?;
        let sharing = self.sharing(cart.channel())?;
        // Whoever got this far by a grant belongs to the company.
        let access = Access { now: self.now(), sharing, is_member: true };
        let grant = claims_grant(actor, &cart).map(|(_, grant)| grant.clone());
        Ok(Standing { permissions: held_by(actor, &cart, &access), grant })
    }

    /// How the carts of a channel are shared; its permission groups are in it.
    ///
    /// # Errors
    /// [`CartError::UnknownChannel`].
    pub fn sharing(&self, channel: &ChannelId) -> Result<&SharingPolicy, CartError> {
        Ok(&self.channel(channel)?.policy.sharing)
    }

    /// The cart that a target names, for whoever has a permission.
    pub(super) async fn readable(
        &self,
        actor: &Actor,
        target: &Target,
        permission: Permission,
    ) -> Result<Arc<Cart>, CartError> {
        let now = self.now();
        if let Some(id) = self.named(actor, target).await? {
            return self.find_readable(actor, id, permission, now).await;
        }
        let Target::Current(channel) = target else { return Err(Rejection::CartNotFound.into()) };
        // It is the actor's own: whatever can be permitted is.
        let Found { cart, .. } =
            self.find_current(actor, &Self::current_key(actor, channel)?, false, now).await?;
        cart.ok_or(CartError::Rejected(Rejection::CartNotFound))
    }
}
