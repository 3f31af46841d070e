//! The cart: one aggregate with private fields.
//!
//! A cart changes only by [`Cart::apply`], which takes what was decided; what may happen is decided in
//! [`decide`](crate::decide).

mod apply;
mod stored;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use self::apply::ReplayError;
pub use self::stored::{InconsistentCart, StoredCart};
use crate::actor::Owner;
use crate::checkout::Checkout;
use crate::coupon::CouponCode;
use crate::event::Settings;
use crate::id::{CartId, ChannelId, CheckoutId, GrantId, LineId, LinkId, PromotionId, SuggestionId, UserId};
use crate::line::{Line, LineKey};
use crate::metadata::Metadata;
use crate::money::Currency;
use crate::selection::Selections;
use crate::sharing::{Grant, LinkDigest, ShareLink, Suggestion};
use crate::status::Status;
use crate::text::{CartName, Note};
use crate::version::Version;

/// A shopping cart.
///
/// Invariants: line ids, line keys and coupon codes are unique, and so are the ids of grants, links and suggestions, the
/// users with a grant and the tokens of links; every price of a line is in the cart's currency; the version counts its
/// accepted writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cart {
    id: CartId,
    channel: ChannelId,
    owner: Owner,
    sole: bool,
    name: Option<CartName>,
    currency: Currency,
    status: Status,
    version: Version,
    lines: Vec<Arc<Line>>,
    selections: Selections,
    coupons: Vec<CouponCode>,
    refused_gifts: BTreeSet<PromotionId>,
    grants: Vec<Arc<Grant>>,
    links: Vec<Arc<ShareLink>>,
    suggestions: Vec<Arc<Suggestion>>,
    checkouts: Vec<Arc<Checkout>>,
    settings: Settings,
    note: Option<Note>,
    metadata: Metadata,
    duplicate_of: Option<CartId>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

impl Cart {
    /// Identifies the cart.
    pub const fn id(&self) -> CartId {
        self.id
    }

    /// Which surface or shop it belongs to.
    pub const fn channel(&self) -> &ChannelId {
        &self.channel
    }

    /// Whose it is.
    pub const fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Whether its owner may have only one open cart in the channel.
    pub const fn is_sole(&self) -> bool {
        self.sole
    }

    /// Its name, if it has one.
    pub const fn name(&self) -> Option<&CartName> {
        self.name.as_ref()
    }

    /// The currency of all its prices.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Where it is in its life.
    pub const fn status(&self) -> &Status {
        &self.status
    }

    /// How many writes it has accepted.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Its lines, in the order in which they were added.
    pub fn lines(&self) -> &[Arc<Line>] {
        &self.lines
    }

    /// The line with this id.
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id).map(AsRef::as_ref)
    }

    /// The line with this key.
    pub fn line_with_key(&self, key: &LineKey) -> Option<&Line> {
        self.lines.iter().find(|line| line.key == *key).map(AsRef::as_ref)
    }

    /// What is chosen about delivery and payment.
    pub const fn selections(&self) -> &Selections {
        &self.selections
    }

    /// The coupon codes on it, in the order in which they were given.
    pub fn coupons(&self) -> &[CouponCode] {
        &self.coupons
    }

    /// The promotions whose gifts its owner does not want.
    pub const fn refused_gifts(&self) -> &BTreeSet<PromotionId> {
        &self.refused_gifts
    }

    /// To whom it is granted, in the order of granting.
    pub fn grants(&self) -> &[Arc<Grant>] {
        &self.grants
    }

    /// The grant with this id.
    pub fn grant(&self, id: GrantId) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.id == id).map(AsRef::as_ref)
    }

    /// What is granted to a user.
    pub fn grant_of(&self, user: &UserId) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.user == *user).map(AsRef::as_ref)
    }

    /// Its share links, in the order of making, expired ones included.
    pub fn links(&self) -> &[Arc<ShareLink>] {
        &self.links
    }

    /// The share link with this id.
    pub fn link(&self, id: LinkId) -> Option<&ShareLink> {
        self.links.iter().find(|link| link.id == id).map(AsRef::as_ref)
    }

    /// The share link that a token with this digest opens at `now`, however often it was opened.
    pub fn link_opened_by(&self, token: LinkDigest, now: DateTime<Utc>) -> Option<&ShareLink> {
        self.links.iter().find(|link| link.opens_with(token, now)).map(AsRef::as_ref)
    }

    /// The suggestions that nobody has decided on, in the order of making.
    pub fn suggestions(&self) -> &[Arc<Suggestion>] {
        &self.suggestions
    }

    /// The undecided suggestion with this id.
    pub fn suggestion(&self, id: SuggestionId) -> Option<&Suggestion> {
        self.suggestions.iter().find(|suggestion| suggestion.id == id).map(AsRef::as_ref)
    }

    /// The checkout that it is in, or by which it became an order, and those that have ended but are not undone
    /// altogether; in the order of their begin.
    pub fn checkouts(&self) -> &[Arc<Checkout>] {
        &self.checkouts
    }

    /// The checkout with this id, while it is under way or being undone.
    pub fn checkout(&self, id: CheckoutId) -> Option<&Arc<Checkout>> {
        self.checkouts.iter().find(|checkout| checkout.id == id)
    }

    /// The checkout that it is in, or by which it became an order.
    pub fn current_checkout(&self) -> Option<&Arc<Checkout>> {
        self.checkouts.iter().find(|checkout| checkout.progress.ended.is_none())
    }

    /// Its settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its note, if it has one.
    pub const fn note(&self) -> Option<&Note> {
        self.note.as_ref()
    }

    /// The host's own data.
    pub const fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The cart it was copied from, if it was.
    pub const fn duplicate_of(&self) -> Option<CartId> {
        self.duplicate_of
    }

    /// When it was made (UTC).
    pub const fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// When it last changed (UTC).
    pub const fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }

    /// When its lifetime ends (UTC, the first instant at which it has expired); never if absent.
    pub const fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at
    }

    /// Whether its lifetime has ended at `now`. Only an active cart can have expired, and none to whose checkouts money may
    /// still be attached.
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        matches!(self.status, Status::Active)
            && self.checkouts.is_empty()
            && self.expires_at.is_some_and(|end| end <= now)
    }
}
