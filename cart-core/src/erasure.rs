//! Taking a person out of what is kept: who they are and what they wrote goes, what was bought stays.
//!
//! Everywhere, the person becomes a pseudonym that nobody can lead back to them. Of carts that are theirs, name, notes,
//! metadata, address and link labels go; of carts of others, what they wrote themselves. Products, quantities and prices
//! stay, so that totals do. What others wrote stays theirs.

use std::sync::Arc;

use crate::actor::{ActorRef, GuestId, Owner};
use crate::event::{CartEvent, Created};
use crate::id::UserId;
use crate::journal::Entry;
use crate::line::Line;
use crate::metadata::Metadata;
use crate::sharing::{LinkTerms, ShareLink, Suggestion};

/// Whom to take out, and what stands in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// A user, in whatever company.
    User {
        /// Who.
        user: UserId,
        /// Who stands in their place.
        becomes: UserId,
    },
    /// A guest.
    Guest {
        /// Which guest.
        guest: GuestId,
        /// Which guest stands in their place.
        becomes: GuestId,
    },
}

impl Erasure {
    /// The history of a cart without the person; none if they are not in it.
    pub fn of_history(&self, entries: &[Entry]) -> Option<Vec<Entry>> {
        let mut owner_is_erased = false;
        let erased: Vec<Entry> =
            entries.iter().map(|entry| self.of_entry(entry, &mut owner_is_erased)).collect();
        (erased != entries).then_some(erased)
    }

    /// Whether the person is in an entry. What they wrote in their own carts stands beside their name in the first.
    pub fn concerns(&self, entry: &Entry) -> bool {
        self.of_entry(entry, &mut false) != *entry
    }

    /// An entry without the person. `is_theirs` says whether the cart was the person's until then, and is kept up.
    fn of_entry(&self, entry: &Entry, is_theirs: &mut bool) -> Entry {
        let wrote = self.is_actor(&entry.actor);
        let events = entry.events.iter().map(|event| {
            if let CartEvent::Created(created) = event {
                *is_theirs = self.is_owner(&created.owner);
            }
            let erased = if matches!(event, CartEvent::AddressSelected { .. }) && *is_theirs {
                // It is its owner's, whoever selected it.
                CartEvent::AddressSelected { address: None }
            } else {
                self.of_event(event, *is_theirs || wrote)
            };
            if let CartEvent::OwnerChanged { owner } = event {
                *is_theirs = self.is_owner(owner);
            }
            erased
        });
        let events = events.collect();
        Entry { actor: self.actor(&entry.actor), events, ..entry.clone() }
    }

    fn is_actor(&self, actor: &ActorRef) -> bool {
        self.actor(actor) != *actor
    }

    fn is_owner(&self, owner: &Owner) -> bool {
        self.owner(owner) != *owner
    }

    fn user(&self, user: &UserId) -> UserId {
        match self {
            Self::User { user: erased, becomes } if user == erased => becomes.clone(),
            Self::User { .. } | Self::Guest { .. } => user.clone(),
        }
    }

    fn guest(&self, guest: GuestId) -> GuestId {
        match self {
            Self::Guest { guest: erased, becomes } if guest == *erased => *becomes,
            Self::User { .. } | Self::Guest { .. } => guest,
        }
    }

    fn actor(&self, actor: &ActorRef) -> ActorRef {
        match actor {
            ActorRef::User { user, company } => {
                ActorRef::User { user: self.user(user), company: company.clone() }
            }
            ActorRef::Guest { guest } => ActorRef::Guest { guest: self.guest(*guest) },
            ActorRef::Staff { user } => ActorRef::Staff { user: self.user(user) },
            ActorRef::LinkBearer { .. } | ActorRef::System => actor.clone(),
        }
    }

    fn owner(&self, owner: &Owner) -> Owner {
        match owner {
            Owner::User { user, company } => Owner::User { user: self.user(user), company: company.clone() },
            Owner::Guest { guest } => Owner::Guest { guest: self.guest(*guest) },
        }
    }

    /// An event without the person; `personal` says whether what was written in it is theirs to take away.
    fn of_event(&self, event: &CartEvent, personal: bool) -> CartEvent {
        match event.clone() {
            CartEvent::Created(created) => CartEvent::Created(Box::new(self.created(*created, personal))),
            CartEvent::Renamed { .. } if personal => CartEvent::Renamed { name: None },
            CartEvent::NoteChanged { .. } if personal => CartEvent::NoteChanged { note: None },
            CartEvent::MetadataChanged { .. } if personal => {
                CartEvent::MetadataChanged { metadata: Metadata::default() }
            }
            CartEvent::LineAdded { line } => {
                CartEvent::LineAdded { line: Arc::new(self.line(Line::clone(&line), personal)) }
            }
            CartEvent::LineNoteChanged { line, .. } if personal => {
                CartEvent::LineNoteChanged { line, note: None }
            }
            CartEvent::GrantMade { mut grant } => {
                let kept = Arc::make_mut(&mut grant);
                kept.user = self.user(&kept.user);
                kept.granted_by = self.actor(&kept.granted_by);
                CartEvent::GrantMade { grant }
            }
            CartEvent::OwnerChanged { owner } => CartEvent::OwnerChanged { owner: self.owner(&owner) },
            CartEvent::LinkMade { link } => {
                CartEvent::LinkMade { link: Arc::new(self.link(ShareLink::clone(&link), personal)) }
            }
            CartEvent::LinkChanged { link, terms } if personal => {
                CartEvent::LinkChanged { link, terms: LinkTerms { label: None, ..terms } }
            }
            CartEvent::SuggestionMade { suggestion } => {
                let suggestion = self.suggestion(Suggestion::clone(&suggestion));
                CartEvent::SuggestionMade { suggestion: Arc::new(suggestion) }
            }
            CartEvent::SuggestionAccepted { suggestion, author } => {
                CartEvent::SuggestionAccepted { suggestion, author: self.actor(&author) }
            }
            other @ (CartEvent::Renamed { .. }
            | CartEvent::SettingsChanged { .. }
            | CartEvent::NoteChanged { .. }
            | CartEvent::MetadataChanged { .. }
            | CartEvent::QuantityChanged { .. }
            | CartEvent::LineNoteChanged { .. }
            | CartEvent::LineRemoved { .. }
            | CartEvent::LinePriced { .. }
            | CartEvent::PriceAcknowledged { .. }
            | CartEvent::CurrencyChanged { .. }
            | CartEvent::CouponAdded { .. }
            | CartEvent::CouponRemoved { .. }
            | CartEvent::GiftRefused { .. }
            | CartEvent::GiftAccepted { .. }
            | CartEvent::Cleared { .. }
            | CartEvent::AddressSelected { .. }
            | CartEvent::ShippingMethodSelected { .. }
            | CartEvent::PaymentMethodSelected { .. }
            | CartEvent::ExpiryMoved { .. }
            | CartEvent::GuestCartMerged { .. }
            | CartEvent::Abandoned { .. }
            | CartEvent::Recovered { .. }
            | CartEvent::CheckoutBegun { .. }
            | CartEvent::CheckoutCancelled { .. }
            | CartEvent::CheckoutCompleted { .. }
            | CartEvent::GrantChanged { .. }
            | CartEvent::GrantRevoked { .. }
            | CartEvent::LinkChanged { .. }
            | CartEvent::LinkRotated { .. }
            | CartEvent::LinkRevoked { .. }
            | CartEvent::SuggestionWithdrawn { .. }
            | CartEvent::SuggestionDeclined { .. }
            | CartEvent::Undone { .. }) => other,
        }
    }

    fn created(&self, created: Created, personal: bool) -> Created {
        let owner = self.owner(&created.owner);
        if !personal {
            return Created { owner, ..created };
        }
        Created { owner, name: None, note: None, metadata: Metadata::default(), ..created }
    }

    /// What makes the line one of its own stays told apart, but says nothing any more.
    fn line(&self, mut line: Line, personal: bool) -> Line {
        let is_theirs = personal || self.is_actor(&line.added_by);
        line.added_by = self.actor(&line.added_by);
        if is_theirs {
            line.note = None;
            line.metadata = Metadata::default();
            line.key.distinct = line.key.distinct.replaced_by(&line.id.to_string());
        }
        line
    }

    fn link(&self, mut link: ShareLink, personal: bool) -> ShareLink {
        link.made_by = self.actor(&link.made_by);
        if personal {
            link.terms.label = None;
        }
        link
    }

    fn suggestion(&self, mut suggestion: Suggestion) -> Suggestion {
        if self.is_actor(&suggestion.author) {
            suggestion.author = self.actor(&suggestion.author);
            suggestion.name = None;
            suggestion.comment = None;
        }
        suggestion
    }
}
