//! Finding carts.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use super::by_time::Place;
use super::state::State;
use crate::actor::Owner;
use crate::cart::Cart;
use crate::id::{CartId, ChannelId, CompanyId, GrantId, UserId};
use crate::port::{CartIndex, CartSummary, GrantedCart, PageRequest, ShareIndex, StoreError};
use crate::sharing::LinkDigest;

#[async_trait]
impl CartIndex for MemoryStore {
    async fn open_cart(&self, channel: &ChannelId, owner: &Owner) -> Result<Option<CartId>, StoreError> {
        Ok(self.state().sole_cart(&(channel.clone(), owner.clone())))
    }

    async fn count_open(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        Ok(self.state().carts_of(channel, owner).filter(|cart| is_open(cart, now)).count())
    }

    async fn carts_of(
        &self,
        channel: &ChannelId,
        owner: &Owner,
        page: PageRequest,
    ) -> Result<Vec<CartSummary>, StoreError> {
        let state = self.state();
        let Some(is_after) = state.after(page) else { return Ok(Vec::new()) };
        let carts = state.carts_of(channel, owner).filter(|cart| is_after(place_of(cart)));
        Ok(carts.take(page.limit).map(summary).collect())
    }

    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CartId>, StoreError> {
        let state = self.state();
        Ok(state.ends.iter().take_while(|(end, _)| *end <= now).take(limit).map(|(_, cart)| *cart).collect())
    }
}

#[async_trait]
impl ShareIndex for MemoryStore {
    async fn carts_granted_to(
        &self,
        channel: &ChannelId,
        company: &CompanyId,
        user: &UserId,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Vec<GrantedCart>, StoreError> {
        let state = self.state();
        let Some(is_after) = state.after(page) else { return Ok(Vec::new()) };
        let colleague = (channel.clone(), company.clone(), user.clone());
        let places = state.shares.granted_to(&colleague).filter(|place| is_after(*place));
        let carts = places.filter_map(|(_, id)| state.cart(id));
        let open = carts.filter(|cart| is_open(cart, now));
        Ok(open.filter_map(|cart| granted(cart, user)).take(page.limit).collect())
    }

    async fn cart_with_grant(&self, grant: GrantId) -> Result<Option<CartId>, StoreError> {
        Ok(self.state().shares.cart_with_grant(grant))
    }

    async fn cart_with_link(&self, token: LinkDigest) -> Result<Option<CartId>, StoreError> {
        Ok(self.state().shares.cart_with_link(token))
    }
}

impl State {
    /// What comes after the place from which a page goes on; none if no cart is there.
    fn after(&self, page: PageRequest) -> Option<impl Fn(Place) -> bool> {
        let after = match page.after {
            None => None,
            Some(id) => Some(place_of(self.cart(id)?)),
        };
        Some(move |place: Place| after.is_none_or(|after| place < after))
    }
}

/// Where a cart stands in lists, which are read from their end.
fn place_of(cart: &Cart) -> Place {
    (cart.created_at(), cart.id())
}

fn is_open(cart: &Cart, now: DateTime<Utc>) -> bool {
    cart.status().is_open() && !cart.has_expired(now)
}

fn granted(cart: &Arc<Cart>, user: &UserId) -> Option<GrantedCart> {
    let grant = cart.grant_of(user)?;
    let (owner, grant, group) = (cart.owner().clone(), grant.id, grant.group);
    Some(GrantedCart { cart: summary(cart), owner, grant, group })
}

fn summary(cart: &Arc<Cart>) -> CartSummary {
    CartSummary {
        id: cart.id(),
        name: cart.name().cloned(),
        status: cart.status().name(),
        version: cart.version(),
        lines: cart.lines().len(),
        created_at: cart.created_at(),
        updated_at: cart.updated_at(),
    }
}
