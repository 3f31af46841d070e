//! Taking a person out of what is kept: who they are and what they wrote goes, what was bought stays.
//!
//! Everywhere, the person becomes a pseudonym that nobody can lead back to them. Of carts that are theirs, name, notes,
//! metadata, address and link labels go, whoever wrote them; of carts of others, what they wrote themselves. A guest's
//! cart that they merged into their own counts as theirs. Products with their options, quantities, prices and codes stay,
//! and so do totals, save what the host makes depend on the address or on who the customer is. What others wrote stays
//! theirs. Of checkouts, what is ordered, what it costs and what became of it stays; with what the person was to pay,
//! and where it was to go, does not.

mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::words::Words;
use crate::actor::{ActorRef, GuestId, Owner};
use crate::checkout::{Checkout, CheckoutStep, OrderDraft, PaymentState};
use crate::event::{CartEvent, Created};
use crate::id::{CartId, CheckoutId, CustomerKey, UserId};
use crate::journal::{EditOutcome, Entry, Fingerprint, KeyOrigin, Reply, Request};
use crate::line::Line;
use crate::merge::{DropReason, MergeReport, MergedLine};
use crate::metadata::Metadata;
use crate::promotion::PromotionUse;
use crate::rejection::Rejection;
use crate::sharing::{LinkTerms, ShareLink, Suggestion};

/// Whom to take out, and what stands in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    person: Person,
    customers: BTreeSet<CustomerKey>,
    /// Who stands in the place of the customers; none if there are none.
    customer: Option<CustomerKey>,
    /// Guests' carts that went into carts of theirs.
    carts: BTreeSet<CartId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Person {
    User { user: UserId, becomes: UserId },
    Guest { guest: GuestId, becomes: GuestId },
}

/// A history that is gone through from its first entry.
#[derive(Default)]
struct Pass {
    /// Whether the cart is the person's.
    is_theirs: bool,
    /// What was taken out so far, should an undo have put it back or a checkout have frozen it.
    words: Words,
    /// The checkouts that the person began.
    checkouts: BTreeSet<CheckoutId>,
}

impl Erasure {
    /// Takes out a user, in whatever company; `becomes` stands in their place and must be nobody else.
    pub fn of_user(user: UserId, becomes: UserId) -> Self {
        Self::of(Person::User { user, becomes })
    }

    /// Takes out a guest; `becomes` stands in their place and must be nobody else.
    pub fn of_guest(guest: GuestId, becomes: GuestId) -> Self {
        Self::of(Person::Guest { guest, becomes })
    }

    fn of(person: Person) -> Self {
        Self { person, customers: BTreeSet::new(), customer: None, carts: BTreeSet::new() }
    }

    /// Also takes out what promotions know the person as, wherever it counts; `becomes` stands in its place.
    #[must_use]
    pub fn and_customers(
        self,
        customers: impl IntoIterator<Item = CustomerKey>,
        becomes: CustomerKey,
    ) -> Self {
        Self { customers: customers.into_iter().collect(), customer: Some(becomes), ..self }
    }

    /// Also takes out what was written in guests' carts that the person merged into their own.
    #[must_use]
    pub fn and_carts(self, carts: impl IntoIterator<Item = CartId>) -> Self {
        Self { carts: carts.into_iter().collect(), ..self }
    }

    /// The guest's cart that the person merged into their own by this entry. Nothing leads to it any more once the person
    /// is taken out of the entry.
    pub fn merged_by(&self, entry: &Entry) -> Option<CartId> {
        let mut events = entry.events.iter().filter(|_| self.is_actor(&entry.actor));
        events.find_map(|event| {
            if let CartEvent::GuestCartMerged { report } = event { Some(report.from) } else { None }
        })
    }

    /// The history of a cart without the person; none if they are not in it.
    pub fn of_history(&self, entries: &[Entry]) -> Option<Vec<Entry>> {
        let mut pass = Pass::default();
        let erased: Vec<Entry> = entries.iter().map(|entry| self.of_entry(entry, &mut pass)).collect();
        (erased != entries).then_some(erased)
    }

    /// Whether the person is in an entry. What others wrote in the person's own carts stands beside their name in the
    /// first entry.
    pub fn concerns(&self, entry: &Entry) -> bool {
        self.of_entry(entry, &mut Pass::default()) != *entry
    }

    fn of_entry(&self, entry: &Entry, pass: &mut Pass) -> Entry {
        let wrote = self.is_actor(&entry.actor);
        let restores = entry.events.iter().any(|event| matches!(event, CartEvent::Undone { .. }));
        let events = entry.events.iter().map(|event| {
            if let CartEvent::Created(created) = event {
                pass.is_theirs = self.carts.contains(&entry.cart) || self.is_owner(&created.owner);
            }
            let erased = self.of_event_in(event, wrote, restores, pass);
            if let CartEvent::OwnerChanged { owner } = event {
                pass.is_theirs = self.is_owner(owner);
            }
            erased
        });
        let (events, reply) = (events.collect::<Vec<_>>(), self.reply(&entry.reply));
        let is_changed = wrote || events != entry.events || reply != entry.reply;
        let request = if is_changed { without_content(&entry.request) } else { entry.request.clone() };
        Entry { actor: self.actor(&entry.actor), request, events, reply, ..entry.clone() }
    }

    fn of_event_in(&self, event: &CartEvent, wrote: bool, restores: bool, pass: &mut Pass) -> CartEvent {
        let is_theirs = pass.is_theirs;
        if is_theirs && matches!(event, CartEvent::AddressSelected { .. }) {
            // It is its owner's, whoever selected it.
            pass.words.keep(event);
            return CartEvent::AddressSelected { address: None };
        }
        if let Some(erased) = self.of_checkout_event(event, pass) {
            return erased;
        }
        // What an undo puts back is whoever's it was, whoever undid.
        let personal = is_theirs || (wrote && !restores);
        if personal {
            pass.words.keep(event);
        }
        let erased = self.of_event(event, personal, restores);
        if let (CartEvent::LineAdded { line }, CartEvent::LineAdded { line: erased }) = (event, &erased) {
            pass.words.keep_own(line, erased);
        }
        if personal { erased } else { pass.words.taken_from(erased, restores) }
    }

    fn is_actor(&self, actor: &ActorRef) -> bool {
        self.actor(actor) != *actor
    }

    fn is_owner(&self, owner: &Owner) -> bool {
        self.owner(owner) != *owner
    }

    fn user(&self, user: &UserId) -> UserId {
        match &self.person {
            Person::User { user: erased, becomes } if user == erased => becomes.clone(),
            Person::User { .. } | Person::Guest { .. } => user.clone(),
        }
    }

    fn guest(&self, guest: GuestId) -> GuestId {
        match &self.person {
            Person::Guest { guest: erased, becomes } if guest == *erased => *becomes,
            Person::User { .. } | Person::Guest { .. } => guest,
        }
    }

    fn used(&self, used: PromotionUse) -> PromotionUse {
        let customer = used.customer.map(|customer| match &self.customer {
            Some(becomes) if self.customers.contains(&customer) => becomes.clone(),
            Some(_) | None => customer,
        });
        PromotionUse { customer, ..used }
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

    /// An event without the person; `personal` says whether what was written in it is theirs to take away, `restores`
    /// whether it puts something back.
    fn of_event(&self, event: &CartEvent, personal: bool, restores: bool) -> CartEvent {
        match event.clone() {
            CartEvent::Created(created) => CartEvent::Created(Box::new(self.created(*created, personal))),
            CartEvent::Renamed { .. } if personal => CartEvent::Renamed { name: None },
            CartEvent::NoteChanged { .. } if personal => CartEvent::NoteChanged { note: None },
            CartEvent::MetadataChanged { .. } if personal => {
                CartEvent::MetadataChanged { metadata: Metadata::default() }
            }
            CartEvent::LineAdded { line } => {
                CartEvent::LineAdded { line: Arc::new(self.line(Line::clone(&line), personal, restores)) }
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
            CartEvent::GuestCartMerged { report } => {
                CartEvent::GuestCartMerged { report: self.report(report, personal) }
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
            | CartEvent::Abandoned { .. }
            | CartEvent::Recovered { .. }
            | CartEvent::CheckoutBegun { .. }
            | CartEvent::CheckoutAdvanced { .. }
            | CartEvent::CheckoutUnsettled { .. }
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
    fn line(&self, mut line: Line, personal: bool, restores: bool) -> Line {
        let is_theirs = personal || self.is_actor(&line.added_by);
        line.added_by = self.actor(&line.added_by);
        if is_theirs {
            line.metadata = Metadata::default();
            line.key.distinct = line.key.distinct.replaced_by(&line.id.to_string());
        }
        // The note of a line that was put back may be somebody else's.
        if personal || (is_theirs && !restores) {
            line.note = None;
        }
        line
    }

    /// An event of a checkout in which there may be somebody; none if there cannot.
    fn of_checkout_event(&self, event: &CartEvent, pass: &mut Pass) -> Option<CartEvent> {
        if let CartEvent::CheckoutBegun { checkout } = event {
            Some(CartEvent::CheckoutBegun { checkout: self.checkout(checkout, pass) })
        } else if let CartEvent::CheckoutUnsettled { checkout } = event {
            Some(CartEvent::CheckoutUnsettled { checkout: self.checkout(checkout, pass) })
        } else if let CartEvent::CheckoutAdvanced { checkout, step } = event
            && let CheckoutStep::PaymentPending { initiation } = &**step
            && (pass.is_theirs || pass.checkouts.contains(checkout))
        {
            let step = Arc::new(CheckoutStep::PaymentPending { initiation: initiation.erased() });
            Some(CartEvent::CheckoutAdvanced { checkout: *checkout, step })
        } else {
            None
        }
    }

    /// What is ordered and what it costs stays; who ordered it, how they paid and where they live goes, and what they
    /// wrote. What others wrote into a cart of others stays.
    fn checkout(&self, checkout: &Checkout, pass: &mut Pass) -> Arc<Checkout> {
        let mut checkout = checkout.clone();
        let began = self.is_actor(&checkout.by);
        if began {
            pass.checkouts.insert(checkout.id);
        }
        checkout.by = self.actor(&checkout.by);
        checkout.uses = checkout.uses.into_iter().map(|used| self.used(used)).collect();
        let draft = Arc::make_mut(&mut checkout.draft);
        draft.owner = self.owner(&draft.owner);
        if pass.is_theirs {
            without_words(draft);
        } else {
            pass.words.take_from_draft(draft);
        }
        if let PaymentState::Pending { initiation } = &mut checkout.progress.payment
            && (pass.is_theirs || began)
        {
            *initiation = initiation.erased();
        }
        Arc::new(checkout)
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

    /// What told the lines of a merge apart stays told apart by their numbers, but says nothing any more.
    fn report(&self, report: MergeReport, personal: bool) -> MergeReport {
        let lines = (0..).zip(report.lines).map(|(n, mut line): (u64, MergedLine)| {
            if personal {
                line.key.distinct = line.key.distinct.replaced_by(&n.to_string());
            }
            line.dropped = line.dropped.map(|dropped| self.dropped(dropped));
            line
        });
        MergeReport { lines: lines.collect(), ..report }
    }

    fn dropped(&self, dropped: DropReason) -> DropReason {
        match dropped {
            DropReason::Strategy => DropReason::Strategy,
            DropReason::Capped { rule } => DropReason::Capped { rule: self.rejection(rule) },
        }
    }

    fn reply(&self, reply: &Reply) -> Reply {
        let Reply { notices, edits } = reply.clone();
        let edits = edits.into_iter().map(|edit| match edit {
            EditOutcome::Done { line } => EditOutcome::Done { line },
            EditOutcome::Refused { reason } => EditOutcome::Refused { reason: self.rejection(reason) },
        });
        Reply { notices, edits: edits.collect() }
    }

    /// The only person that a refusal can name is a user.
    fn rejection(&self, rejection: Rejection) -> Rejection {
        if let Rejection::NotInCompany { user } = &rejection {
            Rejection::NotInCompany { user: self.user(user) }
        } else if let Rejection::EditRefused { index, reason } = rejection {
            Rejection::EditRefused { index, reason: Box::new(self.rejection(*reason)) }
        } else {
            rejection
        }
    }
}

/// The same request, without what would tell whether a guess at what it asked for is right.
fn without_content(request: &Request) -> Request {
    let origin = match request.origin {
        KeyOrigin::Caller { .. } => KeyOrigin::Caller { fingerprint: Fingerprint::from_bytes([0; 16]) },
        KeyOrigin::Service => KeyOrigin::Service,
    };
    Request { key: request.key.clone(), origin }
}

/// An order of which nobody can say where it was to go, or what anybody wrote on it.
fn without_words(draft: &mut OrderDraft) {
    draft.selections.address = None;
    draft.billing_address = None;
    draft.note = None;
    draft.metadata = Metadata::default();
    for line in &mut draft.lines {
        line.note = None;
        line.metadata = Metadata::default();
    }
}
