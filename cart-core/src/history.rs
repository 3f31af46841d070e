//! What happened to a cart, reduced to what somebody may see of it: for its history and for live updates.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::actor::{ActorRef, Owner};
use crate::checkout::{CheckoutStep, EndReason, PlacedOrder};
use crate::coupon::CouponCode;
use crate::event::CartEvent;
use crate::id::{CheckoutId, GrantId, LineId, LinkId, OrderRef, PromotionId, SuggestionId, UserId};
use crate::journal::Entry;
use crate::money::{Currency, Money};
use crate::product::ProductKey;
use crate::quantity::Quantity;
use crate::selection::SelectionKind;
use crate::sharing::{LinkDigest, LinkShows, PermissionGroupId, Proposal};
use crate::status::StatusName;
use crate::text::{CartName, Comment, Note, PersonName};
use crate::version::Version;

/// How much somebody may see of what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All of it, but secrets.
    Full,
    /// What a share link shows.
    Link {
        /// What it shows besides products and quantities.
        shows: LinkShows,
        /// What stands for the token with which it was opened: suggestions made with it are seen, no others.
        token: LinkDigest,
    },
}

/// One write, as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The version that it gave the cart. Versions have no gaps, so a reader notices a missing change.
    pub version: Version,
    /// When (UTC).
    pub at: DateTime<Utc>,
    /// Who; none if that is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<ActorRef>,
    /// What happened, as far as it is shown; empty if none of it is.
    pub what: Vec<Happened>,
}

/// Something that happened to a cart, as it is shown. Amounts are of one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "happened", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are those of the event with the same name")]
pub enum Happened {
    /// The cart came to be.
    Created,
    /// It has another name, or none.
    Renamed { name: Option<CartName> },
    /// Its settings or metadata are others.
    Described,
    /// It has another note, or none.
    NoteChanged { note: Option<Note> },
    /// A line was added.
    LineAdded {
        line: LineId,
        product: ProductKey,
        quantity: Quantity,
        #[serde(skip_serializing_if = "Option::is_none")]
        unit_price: Option<Money>,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
    },
    /// A line has another quantity.
    QuantityChanged { line: LineId, from: Quantity, to: Quantity },
    /// A line has another note, or none.
    LineNoteChanged { line: LineId, note: Option<Note> },
    /// A line is gone.
    LineRemoved { line: LineId },
    /// All lines are gone.
    Cleared,
    /// What lines cost was noted anew or acknowledged.
    Priced,
    /// The cart is in another currency.
    CurrencyChanged { currency: Currency },
    /// A coupon code was added.
    CouponAdded { code: CouponCode },
    /// A coupon code was removed.
    CouponRemoved { code: CouponCode },
    /// What a promotion gives was refused.
    GiftRefused { promotion: PromotionId },
    /// What a promotion gives was accepted.
    GiftAccepted { promotion: PromotionId },
    /// A choice was made or taken back; which, but not what was chosen.
    Selected { selection: SelectionKind },
    /// A guest's cart was merged into it.
    GuestCartMerged,
    /// Its status is another.
    StatusChanged { status: StatusName },
    /// A checkout began, until a time (UTC).
    CheckoutBegun { checkout: CheckoutId, deadline: DateTime<Utc> },
    /// It has more time (UTC).
    CheckoutExtended { checkout: CheckoutId, deadline: DateTime<Utc> },
    /// The order waits for its payment.
    OrderPlaced {
        checkout: CheckoutId,
        order: OrderRef,
        #[serde(skip_serializing_if = "Option::is_none")]
        number: Option<OrderRef>,
    },
    /// The shopper has to do something to pay; what, is not shown.
    PaymentPending { checkout: CheckoutId },
    /// The order was paid.
    Paid { checkout: CheckoutId },
    /// The order goes ahead.
    OrderConfirmed {
        checkout: CheckoutId,
        order: OrderRef,
        #[serde(skip_serializing_if = "Option::is_none")]
        number: Option<OrderRef>,
        #[serde(skip_serializing_if = "Option::is_none")]
        confirmation: Option<OrderRef>,
    },
    /// A checkout ended without an order.
    CheckoutEnded { checkout: CheckoutId, reason: EndReason },
    /// What was paid for a checkout without an order was paid back.
    Refunded { checkout: CheckoutId },
    /// A user was granted access.
    GrantMade { grant: GrantId, user: UserId, group: PermissionGroupId },
    /// A grant is in another permission group.
    GrantChanged { grant: GrantId, group: PermissionGroupId },
    /// A grant is gone.
    GrantRevoked { grant: GrantId },
    /// It belongs to somebody else.
    OwnerChanged { owner: Owner },
    /// A share link was made.
    LinkMade { link: LinkId },
    /// The terms of a link are others.
    LinkChanged { link: LinkId },
    /// A link has another token.
    LinkRotated { link: LinkId },
    /// A link is gone.
    LinkRevoked { link: LinkId },
    /// A change was suggested.
    SuggestionMade {
        suggestion: SuggestionId,
        proposal: Proposal,
        #[serde(skip_serializing_if = "Option::is_none")]
        comment: Option<Comment>,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<PersonName>,
    },
    /// A suggestion was withdrawn.
    SuggestionWithdrawn { suggestion: SuggestionId },
    /// A suggestion was declined.
    SuggestionDeclined { suggestion: SuggestionId },
    /// A suggestion was accepted.
    SuggestionAccepted { suggestion: SuggestionId },
    /// An earlier write was undone.
    Undone { version: Version },
}

impl Change {
    /// A write as somebody sees it.
    pub fn seen(entry: &Entry, sight: Sight) -> Self {
        let what = entry.events.iter().flat_map(Happened::all_of);
        Self {
            version: entry.version,
            at: entry.at,
            by: sight.shows_names().then(|| entry.actor.clone()),
            what: what.filter_map(|happened| happened.reduced(entry, sight)).collect(),
        }
    }
}

impl Sight {
    const fn shows_names(self) -> bool {
        match self {
            Self::Full => true,
            Self::Link { shows, .. } => shows.names,
        }
    }
}

impl Happened {
    /// All that can be shown of an event.
    fn all_of(event: &CartEvent) -> impl Iterator<Item = Self> {
        let status = status_after(event).map(|status| Self::StatusChanged { status });
        status.into_iter().chain(Self::of(event))
    }

    /// What can be shown of an event besides the cart's status; none if there is nothing to be said.
    fn of(event: &CartEvent) -> Option<Self> {
        Some(match event {
            CartEvent::Created(_) => Self::Created,
            CartEvent::Renamed { name } => Self::Renamed { name: name.clone() },
            CartEvent::SettingsChanged { .. } | CartEvent::MetadataChanged { .. } => Self::Described,
            CartEvent::NoteChanged { note } => Self::NoteChanged { note: note.clone() },
            CartEvent::LineAdded { line } => Self::LineAdded {
                line: line.id,
                product: line.key.product.clone(),
                quantity: line.quantity,
                unit_price: Some(line.snapshot.unit()),
                note: line.note.clone(),
            },
            CartEvent::QuantityChanged { line, from, to } => {
                Self::QuantityChanged { line: *line, from: *from, to: *to }
            }
            CartEvent::LineNoteChanged { line, note } => {
                Self::LineNoteChanged { line: *line, note: note.clone() }
            }
            CartEvent::LineRemoved { line } => Self::LineRemoved { line: *line },
            CartEvent::Cleared { .. } => Self::Cleared,
            CartEvent::LinePriced { .. } | CartEvent::PriceAcknowledged { .. } => Self::Priced,
            CartEvent::CurrencyChanged { currency, .. } => Self::CurrencyChanged { currency: *currency },
            CartEvent::CouponAdded { code } => Self::CouponAdded { code: code.clone() },
            CartEvent::CouponRemoved { code } => Self::CouponRemoved { code: code.clone() },
            CartEvent::GiftRefused { promotion } => Self::GiftRefused { promotion: promotion.clone() },
            CartEvent::GiftAccepted { promotion } => Self::GiftAccepted { promotion: promotion.clone() },
            CartEvent::AddressSelected { .. } => Self::Selected { selection: SelectionKind::Address },
            CartEvent::ShippingMethodSelected { .. } => {
                Self::Selected { selection: SelectionKind::ShippingMethod }
            }
            CartEvent::PaymentMethodSelected { .. } => {
                Self::Selected { selection: SelectionKind::PaymentMethod }
            }
            CartEvent::GuestCartMerged { .. } => Self::GuestCartMerged,
            CartEvent::CheckoutBegun { checkout } => {
                Self::CheckoutBegun { checkout: checkout.id, deadline: checkout.deadline }
            }
            CartEvent::CheckoutAdvanced { checkout, step } => return Self::of_step(*checkout, step),
            CartEvent::CheckoutUnsettled { checkout } => Self::Paid { checkout: checkout.id },
            CartEvent::CheckoutCancelled { checkout, reason } => {
                Self::CheckoutEnded { checkout: *checkout, reason: reason.clone() }
            }
            CartEvent::ExpiryMoved { .. }
            | CartEvent::Abandoned { .. }
            | CartEvent::Recovered { .. }
            | CartEvent::CheckoutCompleted { .. } => return None,
            CartEvent::GrantMade { grant } => {
                Self::GrantMade { grant: grant.id, user: grant.user.clone(), group: grant.group }
            }
            CartEvent::GrantChanged { grant, group } => Self::GrantChanged { grant: *grant, group: *group },
            CartEvent::GrantRevoked { grant } => Self::GrantRevoked { grant: *grant },
            CartEvent::OwnerChanged { owner } => Self::OwnerChanged { owner: owner.clone() },
            CartEvent::LinkMade { link } => Self::LinkMade { link: link.id },
            CartEvent::LinkChanged { link, .. } => Self::LinkChanged { link: *link },
            CartEvent::LinkRotated { link, .. } => Self::LinkRotated { link: *link },
            CartEvent::LinkRevoked { link } => Self::LinkRevoked { link: *link },
            CartEvent::SuggestionMade { suggestion } => Self::SuggestionMade {
                suggestion: suggestion.id,
                proposal: suggestion.proposal.clone(),
                comment: suggestion.comment.clone(),
                name: suggestion.name.clone(),
            },
            CartEvent::SuggestionWithdrawn { suggestion } => {
                Self::SuggestionWithdrawn { suggestion: *suggestion }
            }
            CartEvent::SuggestionDeclined { suggestion } => {
                Self::SuggestionDeclined { suggestion: *suggestion }
            }
            CartEvent::SuggestionAccepted { suggestion, .. } => {
                Self::SuggestionAccepted { suggestion: *suggestion }
            }
            CartEvent::Undone { version } => Self::Undone { version: *version },
        })
    }

    /// What can be shown of a step of a checkout. Who is being asked for what is the host's business, and what the
    /// shopper pays with is a secret; why it ends is told when it does.
    fn of_step(checkout: CheckoutId, step: &CheckoutStep) -> Option<Self> {
        match step {
            CheckoutStep::Extended { deadline, .. } => {
                Some(Self::CheckoutExtended { checkout, deadline: *deadline })
            }
            CheckoutStep::OrderPlaced { order } => {
                let PlacedOrder { order, number, .. } = order.clone();
                Some(Self::OrderPlaced { checkout, order, number })
            }
            CheckoutStep::OrderConfirmed { order } => {
                let PlacedOrder { order, number, confirmation, .. } = order.clone();
                Some(Self::OrderConfirmed { checkout, order, number, confirmation })
            }
            CheckoutStep::PaymentPending { .. } => Some(Self::PaymentPending { checkout }),
            CheckoutStep::PaymentCaptured { .. } => Some(Self::Paid { checkout }),
            CheckoutStep::PaymentRefunded => Some(Self::Refunded { checkout }),
            CheckoutStep::Asked { .. }
            | CheckoutStep::Delayed { .. }
            | CheckoutStep::Parked { .. }
            | CheckoutStep::StockHeld { .. }
            | CheckoutStep::StockClaimed { .. }
            | CheckoutStep::StockReleased
            | CheckoutStep::OrderRefused { .. }
            | CheckoutStep::OrderCancelled
            | CheckoutStep::PaymentDeclined { .. }
            | CheckoutStep::PaymentVoided
            | CheckoutStep::GivenUp { .. } => None,
        }
    }

    /// What of it somebody may see.
    fn reduced(self, entry: &Entry, sight: Sight) -> Option<Self> {
        let Sight::Link { shows, token } = sight else { return Some(self) };
        match self {
            Self::Renamed { .. } if !shows.names => None,
            Self::LineAdded { line, product, quantity, unit_price, note: _ } => {
                let unit_price = unit_price.filter(|_| shows.prices);
                Some(Self::LineAdded { line, product, quantity, unit_price, note: None })
            }
            Self::Priced | Self::CurrencyChanged { .. } if !shows.prices => None,
            // Who has the link sees what was suggested with it. What becomes of that is told by its id alone, which
            // says nothing to those who have not seen it.
            Self::SuggestionMade { .. } if entry.actor != (ActorRef::LinkBearer { token }) => None,
            Self::SuggestionMade { suggestion, proposal, comment, name } => {
                let name = name.filter(|_| shows.names);
                Some(Self::SuggestionMade { suggestion, proposal, comment, name })
            }
            Self::NoteChanged { .. }
            | Self::LineNoteChanged { .. }
            | Self::Described
            | Self::CouponAdded { .. }
            | Self::CouponRemoved { .. }
            | Self::GiftRefused { .. }
            | Self::GiftAccepted { .. }
            | Self::Selected { .. }
            | Self::GuestCartMerged
            | Self::CheckoutBegun { .. }
            | Self::CheckoutExtended { .. }
            | Self::OrderPlaced { .. }
            | Self::PaymentPending { .. }
            | Self::Paid { .. }
            | Self::OrderConfirmed { .. }
            | Self::CheckoutEnded { .. }
            | Self::Refunded { .. }
            | Self::GrantMade { .. }
            | Self::GrantChanged { .. }
            | Self::GrantRevoked { .. }
            | Self::OwnerChanged { .. }
            | Self::LinkMade { .. }
            | Self::LinkChanged { .. }
            | Self::LinkRotated { .. }
            | Self::LinkRevoked { .. } => None,
            Self::Created
            | Self::Renamed { .. }
            | Self::QuantityChanged { .. }
            | Self::LineRemoved { .. }
            | Self::Cleared
            | Self::Priced
            | Self::CurrencyChanged { .. }
            | Self::StatusChanged { .. }
            | Self::SuggestionWithdrawn { .. }
            | Self::SuggestionDeclined { .. }
            | Self::SuggestionAccepted { .. }
            | Self::Undone { .. } => Some(self),
        }
    }
}

/// The status that an event gives the cart; none if it leaves it as it is.
const fn status_after(event: &CartEvent) -> Option<StatusName> {
    if let CartEvent::Abandoned { .. } = event {
        Some(StatusName::Abandoned)
    } else if let CartEvent::CheckoutBegun { .. } = event {
        Some(StatusName::Checkout)
    } else if let CartEvent::CheckoutCompleted { remains: false, .. } = event {
        Some(StatusName::Completed)
    } else if let CartEvent::Recovered { .. }
    | CartEvent::CheckoutCancelled { .. }
    | CartEvent::CheckoutCompleted { remains: true, .. } = event
    {
        Some(StatusName::Active)
    } else {
        None
    }
}
