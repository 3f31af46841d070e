//! Which carts are shared with whom: follows from the carts.

use std::collections::HashMap;

use super::by_time::{ByTime, Place};
use crate::actor::Owner;
use crate::cart::Cart;
use crate::id::{CartId, ChannelId, CompanyId, GrantId, UserId};
use crate::sharing::LinkDigest;

/// A user who acts for a company in a channel.
pub(super) type Colleague = (ChannelId, CompanyId, UserId);

/// Finds carts by their grants and links.
#[derive(Debug, Default)]
pub(super) struct Shares {
    grants: HashMap<GrantId, CartId>,
    links: HashMap<LinkDigest, CartId>,
    granted: HashMap<Colleague, ByTime>,
}

impl Shares {
    pub(super) fn cart_with_grant(&self, grant: GrantId) -> Option<CartId> {
        self.grants.get(&grant).copied()
    }

    pub(super) fn cart_with_link(&self, token: LinkDigest) -> Option<CartId> {
        self.links.get(&token).copied()
    }

    /// The carts that are granted to somebody, newest first.
    pub(super) fn granted_to(&self, colleague: &Colleague) -> impl Iterator<Item = Place> {
        self.granted.get(colleague).into_iter().flatten().rev().copied()
    }

    /// Whether no other cart has one of the cart's grants or tokens.
    pub(super) fn are_its_own(&self, cart: &Cart) -> bool {
        let is_its_own = |found: Option<CartId>| found.is_none_or(|found| found == cart.id());
        cart.grants().iter().all(|grant| is_its_own(self.cart_with_grant(grant.id)))
            && cart.links().iter().all(|link| is_its_own(self.cart_with_link(link.token)))
    }

    pub(super) fn put(&mut self, cart: &Cart) {
        let id = cart.id();
        self.grants.extend(cart.grants().iter().map(|grant| (grant.id, id)));
        self.links.extend(cart.links().iter().map(|link| (link.token, id)));
        for colleague in colleagues(cart) {
            self.granted.entry(colleague).or_default().insert((cart.created_at(), id));
        }
    }

    pub(super) fn take_out(&mut self, cart: &Cart) {
        for grant in cart.grants() {
            self.grants.remove(&grant.id);
        }
        for link in cart.links() {
            self.links.remove(&link.token);
        }
        for colleague in colleagues(cart) {
            if let Some(granted) = self.granted.get_mut(&colleague) {
                granted.remove(&(cart.created_at(), cart.id()));
            }
        }
    }
}

/// To whom a cart is granted; nobody if it belongs to no company.
fn colleagues(cart: &Cart) -> impl Iterator<Item = Colleague> {
    let company = match cart.owner() {
        Owner::User { company, .. } => company.as_ref(),
        Owner::Guest { .. } => None,
    };
    company.into_iter().flat_map(|company| {
        let colleague = |user: &UserId| (cart.channel().clone(), company.clone(), user.clone());
        cart.grants().iter().map(move |grant| colleague(&grant.user))
    })
}
