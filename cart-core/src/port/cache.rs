//! Keeping users' carts at hand for several processes.

use std::fmt::{self, Debug};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;

use super::PortError;
use crate::actor::Owner;
use crate::cart::Cart;
use crate::id::{CartId, ChannelId, UserId};
use crate::text::percent_encoded;
use crate::version::Version;

/// Keeps users' current carts, so that looking at one need not ask the store: for hosts of several processes, whose store is
/// far away. The store stays what counts: whatever is decided is decided on it, and a cache that fails is done without.
///
/// Whoever implements it over a network answers soon, keeps [`StoredCart`](crate::cart::StoredCart)s, and takes a value that
/// is not one, or that somebody else may have written, for none.
#[async_trait]
pub trait CartCache: Debug + Send + Sync + 'static {
    /// What is kept under a key, if its time is not over.
    ///
    /// # Errors
    /// [`PortError`] if the cache cannot answer.
    async fn get(&self, key: &CacheKey) -> Result<Option<Arc<Cart>>, PortError>;

    /// Keeps a cart for so long, unless it is known by then that there is something later: a later version of it is there, or
    /// another cart, or [`CartCache::invalidate`] named one of these, not longer than its time ago. Both must be one step: whoever
    /// loaded a cart before a write, and keeps it after, must not bring it back.
    ///
    /// # Errors
    /// [`PortError`] if the cache cannot answer.
    async fn keep(&self, key: &CacheKey, cart: &Arc<Cart>, time: TimeDelta) -> Result<(), PortError>;

    /// Drops what is there under exactly this key, since a cart was written at this version, and remembers that for so long.
    ///
    /// # Errors
    /// [`PortError`] if the cache cannot answer.
    async fn invalidate(
        &self,
        key: &CacheKey,
        cart: CartId,
        version: Version,
        time: TimeDelta,
    ) -> Result<(), PortError>;
}

/// Whose current cart, and in which channel: `cart:user:` and, with colons between them, the user, the channel and, where the
/// user acts for one, the company (`cart-module.md`, section 8). What is neither a letter or digit of ASCII nor one of `-._~`
/// is percent-encoded, so that no two are spelled the same.
///
/// It names a person, so it is left out of `Debug` output, and of logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey(Box<str>);

impl CacheKey {
    /// Of an owner's current cart. Guests have none: theirs are kept nowhere but in the store.
    pub fn of(owner: &Owner, channel: &ChannelId) -> Option<Self> {
        let (user, company): (&UserId, _) = match owner {
            Owner::User { user, company } => (user, company),
            Owner::Guest { .. } => return None,
        };
        let mut key =
            format!("cart:user:{}:{}", percent_encoded(user.as_str()), percent_encoded(channel.as_str()));
        if let Some(company) = company {
            key.push(':');
            key.push_str(&percent_encoded(company.as_str()));
        }
        Some(Self(key.into()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CacheKey(_)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::samples::{channel, company_id, user_id};

    fn key(user: &str, company: Option<&str>, at: &str) -> CacheKey {
        let owner = Owner::User { user: user_id(user), company: company.map(company_id) };
        CacheKey::of(&owner, &channel(at)).unwrap()
    }

    #[test]
    fn a_key_begins_with_the_prefix_and_the_encoded_user() {
        assert_eq!(key("ann", None, "shop").as_str(), "cart:user:ann:shop");
        assert_eq!(key("a:é*", Some("acme"), "shop").as_str(), "cart:user:a%3A%C3%A9%2A:shop:acme");
        assert!(!format!("{:?}", key("ann", None, "shop")).contains("ann"));
    }

    #[test]
    fn no_two_carts_have_one_key() {
        let keys = [
            key("1", None, "shop"),
            key("10", None, "shop"),
            key("1", None, "shop2"),
            key("1", Some("acme"), "shop"),
            key("1:shop", None, "acme"),
            key("1%3Ashop", None, "acme"),
        ];
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn guests_have_no_key() {
        let guest = crate::actor::GuestToken::from_random([7; 32]).id();
        assert_eq!(CacheKey::of(&Owner::Guest { guest }, &channel("shop")), None);
    }
}
