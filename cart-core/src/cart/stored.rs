//! Rows of a store, checked before they become a cart.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Cart;
use crate::actor::Owner;
use crate::checkout::Checkout;
use crate::coupon::CouponCode;
use crate::event::Settings;
use crate::id::{CartId, ChannelId, PromotionId};
use crate::line::Line;
use crate::metadata::Metadata;
use crate::money::Currency;
use crate::selection::Selections;
use crate::sharing::{Grant, ShareLink, Suggestion};
use crate::status::Status;
use crate::text::{CartName, Note};
use crate::version::Version;

/// All that a store keeps of a cart, as plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is documented at the getter of the same name on Cart")]
pub struct StoredCart {
    pub id: CartId,
    pub channel: ChannelId,
    pub owner: Owner,
    pub sole: bool,
    pub name: Option<CartName>,
    pub currency: Currency,
    pub status: Status,
    pub version: Version,
    pub lines: Vec<Arc<Line>>,
    pub selections: Selections,
    pub coupons: Vec<CouponCode>,
    pub refused_gifts: BTreeSet<PromotionId>,
    pub grants: Vec<Arc<Grant>>,
    pub links: Vec<Arc<ShareLink>>,
    pub suggestions: Vec<Arc<Suggestion>>,
    #[serde(default)]
    pub checkouts: Vec<Arc<Checkout>>,
    pub settings: Settings,
    pub note: Option<Note>,
    pub metadata: Metadata,
    pub duplicate_of: Option<CartId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Stored data that no cart can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InconsistentCart {
    /// Two lines have the same id.
    #[error("two lines have the same id")]
    RepeatedLineId,
    /// Two lines have the same key.
    #[error("two lines have the same key")]
    RepeatedLineKey,
    /// A line's price is not in the cart's currency.
    #[error("a line is in another currency")]
    ForeignCurrency,
    /// Two coupon codes are the same.
    #[error("two coupon codes are the same")]
    RepeatedCoupon,
    /// Two grants, links or suggestions have the same id, two grants the same user, or two links the same token.
    #[error("something shared is there twice")]
    RepeatedShare,
    /// Two checkouts have the same id, or the one that the cart is in is missing or over, or another one is not.
    #[error("the checkouts contradict the status")]
    Checkouts,
    /// It changed last before it was made.
    #[error("the times contradict each other")]
    Times,
}

impl Cart {
    /// Makes a cart of what a store kept, or says what is wrong with it.
    ///
    /// # Errors
    /// [`InconsistentCart`] if an invariant of [`Cart`] does not hold.
    pub fn from_stored(stored: StoredCart) -> Result<Self, InconsistentCart> {
        check_lines(&stored)?;
        check_coupons(&stored)?;
        check_shares(&stored)?;
        check_checkouts(&stored)?;
        if stored.updated_at < stored.created_at {
            return Err(InconsistentCart::Times);
        }
        Ok(Self {
            id: stored.id,
            channel: stored.channel,
            owner: stored.owner,
            sole: stored.sole,
            name: stored.name,
            currency: stored.currency,
            status: stored.status,
            version: stored.version,
            lines: stored.lines,
            selections: stored.selections,
            coupons: stored.coupons,
            refused_gifts: stored.refused_gifts,
            grants: stored.grants,
            links: stored.links,
            suggestions: stored.suggestions,
            checkouts: stored.checkouts,
            settings: stored.settings,
            note: stored.note,
            metadata: stored.metadata,
            duplicate_of: stored.duplicate_of,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
            expires_at: stored.expires_at,
        })
    }

    /// All that a store keeps of this cart.
    pub fn to_stored(&self) -> StoredCart {
        StoredCart {
            id: self.id,
            channel: self.channel.clone(),
            owner: self.owner.clone(),
            sole: self.sole,
            name: self.name.clone(),
            currency: self.currency,
            status: self.status.clone(),
            version: self.version,
            lines: self.lines.clone(),
            selections: self.selections.clone(),
            coupons: self.coupons.clone(),
            refused_gifts: self.refused_gifts.clone(),
            grants: self.grants.clone(),
            links: self.links.clone(),
            suggestions: self.suggestions.clone(),
            checkouts: self.checkouts.clone(),
            settings: self.settings.clone(),
            note: self.note.clone(),
            metadata: self.metadata.clone(),
            duplicate_of: self.duplicate_of,
            created_at: self.created_at,
            updated_at: self.updated_at,
            expires_at: self.expires_at,
        }
    }
}

fn check_lines(stored: &StoredCart) -> Result<(), InconsistentCart> {
    let mut ids = HashSet::with_capacity(stored.lines.len());
    let mut keys = HashSet::with_capacity(stored.lines.len());
    for line in &stored.lines {
        let mut prices = line.acknowledged.into_iter().chain([line.snapshot]);
        if prices.any(|prices| prices.currency() != stored.currency) {
            return Err(InconsistentCart::ForeignCurrency);
        }
        if !ids.insert(line.id) {
            return Err(InconsistentCart::RepeatedLineId);
        }
        if !keys.insert(&line.key) {
            return Err(InconsistentCart::RepeatedLineKey);
        }
    }
    Ok(())
}

fn check_coupons(stored: &StoredCart) -> Result<(), InconsistentCart> {
    let distinct: BTreeSet<&CouponCode> = stored.coupons.iter().collect();
    if distinct.len() == stored.coupons.len() { Ok(()) } else { Err(InconsistentCart::RepeatedCoupon) }
}

fn check_shares(stored: &StoredCart) -> Result<(), InconsistentCart> {
    let (grants, links) = (&stored.grants, &stored.links);
    let distinct = are_distinct(grants.iter().map(|grant| grant.id))
        && are_distinct(grants.iter().map(|grant| &grant.user))
        && are_distinct(links.iter().map(|link| link.id))
        && are_distinct(links.iter().map(|link| link.token))
        && are_distinct(stored.suggestions.iter().map(|suggestion| suggestion.id));
    if distinct { Ok(()) } else { Err(InconsistentCart::RepeatedShare) }
}

/// The checkout that the cart is in is there and not over, nor is the one by which it became an order; every other one is.
fn check_checkouts(stored: &StoredCart) -> Result<(), InconsistentCart> {
    let checkouts = &stored.checkouts;
    let mut current = checkouts.iter().filter(|checkout| checkout.progress.ended.is_none());
    let (first, second) = (current.next(), current.next());
    let fits = match stored.status {
        Status::Checkout { checkout, .. } => {
            first.is_some_and(|current| current.id == checkout && !current.progress.completed)
        }
        // One that was completed before there were records has none.
        Status::Completed { .. } => first.is_none_or(|current| current.progress.completed),
        Status::Active | Status::Abandoned { .. } => first.is_none(),
    };
    if fits && second.is_none() && are_distinct(checkouts.iter().map(|checkout| checkout.id)) {
        Ok(())
    } else {
        Err(InconsistentCart::Checkouts)
    }
}

fn are_distinct<T: Ord>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    items.into_iter().all(|item| seen.insert(item))
}
