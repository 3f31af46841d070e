//! What changes when something has happened. Never fails, never decides.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Cart;
use crate::checkout::Checkout;
use crate::event::{CartEvent, ClearScope, Created};
use crate::id::{CartId, CheckoutId, LineId};
use crate::journal::Entry;
use crate::line::Line;
use crate::metadata::Metadata;
use crate::money::Currency;
use crate::product::UnitPrices;
use crate::selection::Selections;
use crate::status::Status;
use crate::version::Version;

/// A journal that does not fold to a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The first event is not the cart's creation, or a later one is.
    #[error("a cart's creation must be its first event and no other")]
    Creation,
    /// An entry's version does not follow the one before, or it is another cart's.
    #[error("entry {found} of {cart} does not follow")]
    Gap {
        /// Which cart.
        cart: CartId,
        /// The version of the entry that does not follow.
        found: Version,
    },
}

impl Cart {
    /// Makes the cart that an entry creates; none if the entry does not begin with a creation.
    pub fn created_by(entry: &Entry) -> Option<Self> {
        let (CartEvent::Created(created), rest) = entry.events.split_first()? else { return None };
        let mut cart = Self::new(entry.cart, created, entry.at);
        rest.iter().for_each(|event| cart.apply_event(event));
        Some(cart)
    }

    /// Changes the cart as an entry says, and takes on its version and time.
    pub fn apply(&mut self, entry: &Entry) {
        entry.events.iter().for_each(|event| self.apply_event(event));
        self.version = entry.version;
        self.updated_at = entry.at;
    }

    /// Folds a cart's entries, from its creation on, in order; none if there are none.
    ///
    /// # Errors
    /// [`ReplayError`] if the entries are not the whole and ordered history of one cart.
    pub fn replay<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Option<Self>, ReplayError> {
        Self::replay_onto(None, entries)
    }

    /// Folds more of a cart's entries onto what those before made of it; for a journal that is read in pages.
    ///
    /// # Errors
    /// [`ReplayError`] if the entries do not follow.
    pub fn replay_onto<'a>(
        mut cart: Option<Self>,
        entries: impl IntoIterator<Item = &'a Entry>,
    ) -> Result<Option<Self>, ReplayError> {
        for entry in entries {
            match &mut cart {
                None => cart = Some(Self::begin(entry)?),
                Some(cart) => cart.follow(entry)?,
            }
        }
        Ok(cart)
    }

    fn begin(entry: &Entry) -> Result<Self, ReplayError> {
        if entry.version != Version::FIRST {
            return Err(ReplayError::Gap { cart: entry.cart, found: entry.version });
        }
        Self::created_by(entry).ok_or(ReplayError::Creation)
    }

    fn follow(&mut self, entry: &Entry) -> Result<(), ReplayError> {
        if entry.cart != self.id || entry.version != self.version.next() {
            return Err(ReplayError::Gap { cart: entry.cart, found: entry.version });
        }
        if entry.events.iter().any(|event| matches!(event, CartEvent::Created(_))) {
            return Err(ReplayError::Creation);
        }
        self.apply(entry);
        Ok(())
    }

    /// A cart as its creation at `at` makes it.
    pub(crate) fn new(id: CartId, created: &Created, at: DateTime<Utc>) -> Self {
        Self {
            id,
            channel: created.channel.clone(),
            owner: created.owner.clone(),
            sole: created.sole,
            name: created.name.clone(),
            currency: created.currency,
            status: Status::Active,
            version: Version::FIRST,
            lines: Vec::new(),
            selections: Selections::default(),
            coupons: Vec::new(),
            refused_gifts: BTreeSet::new(),
            grants: Vec::new(),
            links: Vec::new(),
            suggestions: Vec::new(),
            checkouts: Vec::new(),
            settings: created.settings.clone(),
            note: created.note.clone(),
            metadata: created.metadata.clone(),
            duplicate_of: created.duplicate_of,
            created_at: at,
            updated_at: at,
            expires_at: created.expires_at,
        }
    }

    /// Changes what one event says, leaving version and time alone.
    pub(crate) fn apply_event(&mut self, event: &CartEvent) {
        match event {
            // A creation makes the cart before its events are applied.
            CartEvent::Created(_) | CartEvent::GuestCartMerged { .. } | CartEvent::Undone { .. } => {}
            CartEvent::Renamed { name } => self.name.clone_from(name),
            CartEvent::SettingsChanged { settings } => self.settings = settings.clone(),
            CartEvent::NoteChanged { note } => self.note.clone_from(note),
            CartEvent::MetadataChanged { metadata } => self.metadata = metadata.clone(),
            CartEvent::LineAdded { line } => self.lines.push(Arc::clone(line)),
            CartEvent::QuantityChanged { line, to, .. } => {
                self.change_line(*line, |line| line.quantity = *to)
            }
            CartEvent::LineNoteChanged { line, note } => {
                self.change_line(*line, |line| line.note.clone_from(note));
            }
            CartEvent::LineRemoved { line } => self.lines.retain(|kept| kept.id != *line),
            CartEvent::LinePriced { line, prices } => self.change_line(*line, |line| {
                line.snapshot = *prices;
                line.acknowledged = None;
            }),
            CartEvent::PriceAcknowledged { line, prices } => {
                self.change_line(*line, |line| line.acknowledged = Some(*prices));
            }
            CartEvent::CurrencyChanged { currency, prices } => self.change_currency(*currency, prices),
            CartEvent::CouponAdded { code } => self.coupons.push(code.clone()),
            CartEvent::CouponRemoved { code } => self.coupons.retain(|kept| kept != code),
            CartEvent::GiftRefused { promotion } => {
                self.refused_gifts.insert(promotion.clone());
            }
            CartEvent::GiftAccepted { promotion } => {
                self.refused_gifts.remove(promotion);
            }
            CartEvent::Cleared { scope } => self.clear(*scope),
            CartEvent::AddressSelected { address } => self.selections.address.clone_from(address),
            CartEvent::ShippingMethodSelected { method } => {
                self.selections.shipping_method.clone_from(method)
            }
            CartEvent::PaymentMethodSelected { method } => self.selections.payment_method.clone_from(method),
            CartEvent::ExpiryMoved { expires_at } => self.expires_at = Some(*expires_at),
            CartEvent::Abandoned { since, reason } => {
                self.status = Status::Abandoned { since: *since, reason: *reason };
            }
            CartEvent::Recovered { expires_at } => {
                self.status = Status::Active;
                self.expires_at = *expires_at;
            }
            CartEvent::CheckoutBegun { checkout } => self.begin_checkout(checkout),
            CartEvent::CheckoutAdvanced { checkout, step } => {
                self.change_checkout(*checkout, |record| record.apply(step));
            }
            CartEvent::CheckoutCancelled { checkout, reason } => {
                self.status = Status::Active;
                self.change_checkout(*checkout, |record| record.end(reason));
            }
            CartEvent::CheckoutUnsettled { checkout } => {
                self.checkouts.retain(|kept| kept.id != checkout.id);
                self.checkouts.push(Arc::clone(checkout));
            }
            CartEvent::CheckoutCompleted { checkout, order, remains } => {
                if *remains {
                    self.checkouts.retain(|kept| kept.id != *checkout);
                }
                self.change_checkout(*checkout, Checkout::complete);
                self.status =
                    if *remains { Status::Active } else { Status::Completed { order: order.clone() } };
            }
            CartEvent::GrantMade { grant } => self.grants.push(Arc::clone(grant)),
            CartEvent::GrantChanged { grant, group } => {
                change(&mut self.grants, |kept| kept.id == *grant, |kept| kept.group = *group);
            }
            CartEvent::GrantRevoked { grant } => self.grants.retain(|kept| kept.id != *grant),
            CartEvent::OwnerChanged { owner } => self.owner = owner.clone(),
            CartEvent::LinkMade { link } => self.links.push(Arc::clone(link)),
            CartEvent::LinkChanged { link, terms } => {
                change(&mut self.links, |kept| kept.id == *link, |kept| kept.terms = terms.clone());
            }
            CartEvent::LinkRotated { link, token } => {
                change(&mut self.links, |kept| kept.id == *link, |kept| kept.token = *token);
            }
            CartEvent::LinkRevoked { link } => self.links.retain(|kept| kept.id != *link),
            CartEvent::SuggestionMade { suggestion } => self.suggestions.push(Arc::clone(suggestion)),
            CartEvent::SuggestionWithdrawn { suggestion }
            | CartEvent::SuggestionDeclined { suggestion }
            | CartEvent::SuggestionAccepted { suggestion, .. } => {
                self.suggestions.retain(|kept| kept.id != *suggestion);
            }
        }
    }

    fn change_line(&mut self, id: LineId, how: impl FnOnce(&mut Line)) {
        change(&mut self.lines, |line| line.id == id, how);
    }

    /// Keeps only some lines: what is ordered of a cart.
    pub(crate) fn retain_lines(&mut self, keep: impl Fn(&Line) -> bool) {
        self.lines.retain(|line| keep(line));
    }

    fn begin_checkout(&mut self, checkout: &Arc<Checkout>) {
        self.checkouts.retain(|kept| kept.id != checkout.id);
        self.checkouts.push(Arc::clone(checkout));
        self.status = Status::Checkout { checkout: checkout.id, deadline: checkout.deadline };
    }

    /// Changes a checkout's record; one that is over and undone is forgotten.
    fn change_checkout(&mut self, id: CheckoutId, edit: impl FnOnce(&mut Checkout)) {
        change(&mut self.checkouts, |kept| kept.id == id, edit);
        self.checkouts.retain(|kept| !kept.is_settled());
        if let (Status::Checkout { deadline, .. }, Some(kept)) = (
            &mut self.status,
            self.checkouts.iter().find(|kept| kept.id == id && kept.progress.ended.is_none()),
        ) {
            *deadline = kept.deadline;
        }
    }

    fn change_currency(&mut self, currency: Currency, prices: &[UnitPrices]) {
        self.currency = currency;
        for (line, prices) in self.lines.iter_mut().zip(prices) {
            let line = Arc::make_mut(line);
            line.snapshot = *prices;
            line.acknowledged = None;
        }
    }

    fn clear(&mut self, scope: ClearScope) {
        self.lines.clear();
        if scope.coupons {
            self.coupons.clear();
            self.refused_gifts.clear();
        }
        if scope.selections {
            self.selections = Selections::default();
        }
        if scope.note {
            self.note = None;
        }
        if scope.metadata {
            self.metadata = Metadata::default();
        }
    }
}

/// Changes the item of which something is so, if there is one.
fn change<T: Clone>(items: &mut [Arc<T>], which: impl Fn(&T) -> bool, how: impl FnOnce(&mut T)) {
    if let Some(item) = items.iter_mut().find(|item| which(item)) {
        how(Arc::make_mut(item));
    }
}
