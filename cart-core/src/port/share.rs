//! Where it is kept with whom carts are shared.

use std::fmt::Debug;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{CartSummary, PageRequest, StoreError};
use crate::actor::Owner;
use crate::id::{CartId, ChannelId, CompanyId, GrantId, LinkId, UserId};
use crate::sharing::{LinkDigest, PermissionGroupId};

/// Finds carts by whom they are shared with.
#[async_trait]
pub trait ShareIndex: Debug + Send + Sync + 'static {
    /// The carts of the channel that are granted to a user acting for a company, in the order of
    /// [`CartIndex::carts_of`](super::CartIndex::carts_of): only those that are open and whose lifetime has not ended at `now`.
    ///
    /// A page goes on after the place of [`PageRequest::after`] in this order, also if that cart is not granted to
    /// the user any more. It is empty if there is no such cart.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn carts_granted_to(
        &self,
        channel: &ChannelId,
        company: &CompanyId,
        user: &UserId,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Vec<GrantedCart>, StoreError>;

    /// The cart that has a grant.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn cart_with_grant(&self, grant: GrantId) -> Result<Option<CartId>, StoreError>;

    /// The cart that has a link with this token.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn cart_with_link(&self, token: LinkDigest) -> Result<Option<CartId>, StoreError>;
}

/// Counts how often links are opened. Openings are no writes of the cart: they neither change its version nor wait for
/// it.
#[async_trait]
pub trait LinkLedger: Debug + Send + Sync + 'static {
    /// Counts one opening of a link at `at`, unless it was opened `limit` times already; answers whether it was counted.
    /// Of openings at the same time, no more than the limit are counted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Full`], [`StoreError::Corrupt`], or [`StoreError::Unknown`] if it may or
    /// may not have been counted.
    async fn open_link(
        &self,
        link: LinkId,
        at: DateTime<Utc>,
        limit: Option<u32>,
    ) -> Result<bool, StoreError>;

    /// How often each link was opened, in the order asked; one that never was, or is not there, not at all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    async fn openings(&self, links: &[LinkId]) -> Result<Vec<Openings>, StoreError>;
}

/// A cart that is granted to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedCart {
    /// The cart.
    pub cart: CartSummary,
    /// Whose it is.
    pub owner: Owner,
    /// The grant.
    pub grant: GrantId,
    /// What kind of access it is.
    pub group: PermissionGroupId,
}

/// How often a link was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Openings {
    /// How often.
    pub count: u64,
    /// When last (UTC).
    pub last: Option<DateTime<Utc>>,
}
