//! Carts, own ones and shared ones.

use axum::extract::State;
use axum::http::header;
use cart_core::actor::Actor;
use cart_core::rejection::Rejection;
use cart_core::service::{CartError, Cursor, Target};
use cart_core::sharing::PermissionGroupId;

use super::Company;
use super::answer::Answer;
use super::caller::Colleague;
use super::page::{Access, Include, Listing, refused};
use super::path::Named;
use super::refusal::Refusal;
use super::resource::{self, CartBody, GroupBody, Resource};
use crate::precondition::etag;

/// Some carts, the groups in which they are shared with the caller, and where the list goes on.
type Listed = (Vec<Resource<CartBody>>, Vec<PermissionGroupId>, Option<Cursor>);

pub(super) async fn list(
    State(company): State<Company>,
    Colleague(actor): Colleague,
    listing: Listing,
) -> Result<Answer<Vec<Resource<CartBody>>>, Refusal> {
    let (carts, groups, next) = match listing.access {
        Access::Owned => company.owned(&actor, &listing).await,
        Access::Shared => company.shared(&actor, &listing).await,
    }
    .map_err(refused)?;
    let next = next.map(|cursor| company.base.join(&listing.path_from(&cursor)));
    Ok(Answer::ok(carts).including(company.included(listing.include, &groups)?).followed_by(next))
}

pub(super) async fn show(
    State(company): State<Company>,
    Colleague(actor): Colleague,
    include: Include,
    cart: Named,
) -> Result<Answer<Resource<CartBody>>, Refusal> {
    let target = Target::Cart(cart.cart()?);
    let cart = company.service.cart(&actor, &target).await?.cart;
    if *cart.channel() != company.channel {
        return Err(CartError::from(Rejection::CartNotFound).into());
    }
    let group = company.service.standing(&actor, &target).await?.grant.map(|grant| grant.group);
    let shown = resource::cart(cart.id(), CartBody::of(&cart), group, &company.base);
    let included = company.included(include, group.as_slice())?;
    Ok(Answer::ok(shown).including(included).with(header::ETAG, etag(cart.version())))
}

impl Company {
    async fn owned(&self, actor: &Actor, listing: &Listing) -> Result<Listed, CartError> {
        let owner = actor.owner().ok_or(Rejection::CannotOwn)?;
        let page = self.service.carts(actor, &self.channel, &listing.request).await?;
        let carts = page.items.iter();
        let shown =
            carts.map(|cart| resource::cart(cart.id, CartBody::listed(cart, &owner), None, &self.base));
        Ok((shown.collect(), Vec::new(), page.next))
    }

    async fn shared(&self, actor: &Actor, listing: &Listing) -> Result<Listed, CartError> {
        let page = self.service.carts_shared_with(actor, &self.channel, &listing.request).await?;
        let shown = page.items.iter().map(|granted| {
            let attributes = CartBody::listed(&granted.cart, &granted.owner);
            resource::cart(granted.cart.id, attributes, Some(granted.group), &self.base)
        });
        let groups = page.items.iter().map(|granted| granted.group).collect();
        Ok((shown.collect(), groups, page.next))
    }

    /// The groups to be delivered, each once; none if the client says nothing about that.
    fn included(
        &self,
        include: Include,
        named: &[PermissionGroupId],
    ) -> Result<Option<Vec<Resource<GroupBody>>>, Refusal> {
        let groups = self.groups()?.iter().filter(|group| include.groups && named.contains(&group.id));
        let shown: Vec<_> = groups.map(|group| resource::group(group, &self.base)).collect();
        Ok(include.is_asked.then_some(shown))
    }
}
