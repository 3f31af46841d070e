//! What happened to a cart: the only way a cart changes, what stores write, and what the journal keeps.

mod name;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::{ActorRef, Owner};
use crate::checkout::{Checkout, CheckoutStep, EndReason};
use crate::coupon::CouponCode;
use crate::id::{
    AddressId, CartId, ChannelId, CheckoutId, GrantId, LineId, LinkId, OrderRef, PaymentMethodId,
    PromotionId, ShippingMethodId, SuggestionId,
};
use crate::line::Line;
use crate::merge::MergeReport;
use crate::metadata::Metadata;
use crate::money::Currency;
use crate::product::UnitPrices;
use crate::quantity::Quantity;
use crate::sharing::{Grant, LinkDigest, LinkTerms, PermissionGroupId, ShareLink, Suggestion};
use crate::status::AbandonReason;
use crate::text::{CartName, Locale, Note};
use crate::version::Version;

/// One change of a cart.
///
/// Events say what is so now, not how much it changed by, and hold everything that a store or a reader needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CartEvent {
    /// The cart came to be; always the first event, and only there.
    Created(Box<Created>),
    /// It has another name, or none.
    Renamed {
        /// The name.
        name: Option<CartName>,
    },
    /// It has other settings.
    SettingsChanged {
        /// All settings.
        settings: Settings,
    },
    /// It has another note, or none.
    NoteChanged {
        /// The note.
        note: Option<Note>,
    },
    /// It has other metadata.
    MetadataChanged {
        /// All metadata.
        metadata: Metadata,
    },
    /// A line was added at the end.
    LineAdded {
        /// The line.
        line: Arc<Line>,
    },
    /// A line has another quantity.
    QuantityChanged {
        /// Which line.
        line: LineId,
        /// The quantity before.
        from: Quantity,
        /// The quantity now.
        to: Quantity,
    },
    /// A line has another note, or none.
    LineNoteChanged {
        /// Which line.
        line: LineId,
        /// The note.
        note: Option<Note>,
    },
    /// A line is gone.
    LineRemoved {
        /// Which line.
        line: LineId,
    },
    /// What one unit of a line costs is noted anew, such as when its quantity has reached another price.
    LinePriced {
        /// Which line.
        line: LineId,
        /// What one unit costs.
        prices: UnitPrices,
    },
    /// The shopper has taken note of what one unit of a line costs in the catalog.
    PriceAcknowledged {
        /// Which line.
        line: LineId,
        /// What the catalog says.
        prices: UnitPrices,
    },
    /// The cart is in another currency, with what one unit of every line costs in it.
    CurrencyChanged {
        /// The currency.
        currency: Currency,
        /// What one unit of each line costs in it, in the order of the lines.
        prices: Vec<UnitPrices>,
    },
    /// A coupon code was put on the cart.
    CouponAdded {
        /// The code.
        code: CouponCode,
    },
    /// A coupon code was taken off the cart.
    CouponRemoved {
        /// The code.
        code: CouponCode,
    },
    /// The shopper does not want what a promotion gives.
    GiftRefused {
        /// Which promotion.
        promotion: PromotionId,
    },
    /// The shopper wants what a promotion gives after all.
    GiftAccepted {
        /// Which promotion.
        promotion: PromotionId,
    },
    /// All lines are gone, and what else the scope names.
    Cleared {
        /// What went besides the lines.
        scope: ClearScope,
    },
    /// Another delivery address is selected, or none.
    AddressSelected {
        /// The address.
        address: Option<AddressId>,
    },
    /// Another shipping method is selected, or none.
    ShippingMethodSelected {
        /// The method.
        method: Option<ShippingMethodId>,
    },
    /// Another payment method is selected, or none.
    PaymentMethodSelected {
        /// The method.
        method: Option<PaymentMethodId>,
    },
    /// The cart's lifetime ends at another time, because it was written to.
    ExpiryMoved {
        /// When it ends (UTC).
        expires_at: DateTime<Utc>,
    },
    /// A guest's cart was merged into this one; the events before this one in the entry say what that changed.
    GuestCartMerged {
        /// What became of every unit.
        report: MergeReport,
    },
    /// It was given up, expired, or merged into another cart.
    Abandoned {
        /// Since when (UTC).
        since: DateTime<Utc>,
        /// Why.
        reason: AbandonReason,
    },
    /// It is active again after having been abandoned.
    Recovered {
        /// When its lifetime ends (UTC); never if absent.
        expires_at: Option<DateTime<Utc>>,
    },
    /// It is frozen for a checkout. The uses of promotions and the stock that the checkout names are counted from now on.
    CheckoutBegun {
        /// The checkout at its begin.
        checkout: Arc<Checkout>,
    },
    /// Something happened to a checkout: the one that the cart is in, or one that has ended and is being undone.
    CheckoutAdvanced {
        /// Which checkout.
        checkout: CheckoutId,
        /// What.
        step: Arc<CheckoutStep>,
    },
    /// The checkout ended without an order; the cart is active again, and what the checkout used is given back.
    CheckoutCancelled {
        /// Which checkout.
        checkout: CheckoutId,
        /// Why.
        reason: EndReason,
    },
    /// A checkout that had ended was paid for all the same, and is to be undone.
    CheckoutUnsettled {
        /// The checkout, with the payment.
        checkout: Arc<Checkout>,
    },
    /// It became an order. The events before this one in the entry say what that changed besides.
    CheckoutCompleted {
        /// Which checkout.
        checkout: CheckoutId,
        /// Which order.
        order: OrderRef,
        /// Whether there are lines that were not ordered: the cart is active with those.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        remains: bool,
    },
    /// A user was granted access.
    GrantMade {
        /// The grant.
        grant: Arc<Grant>,
    },
    /// A grant is in another permission group.
    GrantChanged {
        /// Which grant.
        grant: GrantId,
        /// The group.
        group: PermissionGroupId,
    },
    /// A grant is gone: revoked, or given up by its holder.
    GrantRevoked {
        /// Which grant.
        grant: GrantId,
    },
    /// It belongs to somebody else of the same company.
    OwnerChanged {
        /// Whose it is.
        owner: Owner,
    },
    /// A share link was made.
    LinkMade {
        /// The link.
        link: Arc<ShareLink>,
    },
    /// What was chosen about a link is another.
    LinkChanged {
        /// Which link.
        link: LinkId,
        /// All that can be chosen.
        terms: LinkTerms,
    },
    /// A link has another token; the one before opens nothing any more.
    LinkRotated {
        /// Which link.
        link: LinkId,
        /// What stands for the token.
        token: LinkDigest,
    },
    /// A link is gone.
    LinkRevoked {
        /// Which link.
        link: LinkId,
    },
    /// A change was suggested.
    SuggestionMade {
        /// The suggestion.
        suggestion: Arc<Suggestion>,
    },
    /// A suggestion was taken back by its author.
    SuggestionWithdrawn {
        /// Which suggestion.
        suggestion: SuggestionId,
    },
    /// A suggestion was turned down.
    SuggestionDeclined {
        /// Which suggestion.
        suggestion: SuggestionId,
    },
    /// A suggestion was accepted; the events before this one say what that changed.
    SuggestionAccepted {
        /// Which suggestion.
        suggestion: SuggestionId,
        /// Whose it was; who accepted it is the actor of the entry.
        author: ActorRef,
    },
    /// An earlier write was undone; the events before this one say what that changed.
    Undone {
        /// The version that the undone write made.
        version: Version,
    },
}

/// What a cart is from its creation on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Created {
    /// Which surface or shop it belongs to.
    pub channel: ChannelId,
    /// Whose it is.
    pub owner: Owner,
    /// Whether its owner may have only one open cart in the channel.
    pub sole: bool,
    /// Its name.
    pub name: Option<CartName>,
    /// The currency of all its prices.
    pub currency: Currency,
    /// Its settings.
    pub settings: Settings,
    /// Its note.
    pub note: Option<Note>,
    /// The host's own data.
    pub metadata: Metadata,
    /// When its lifetime ends (UTC); never if absent.
    pub expires_at: Option<DateTime<Utc>>,
    /// The cart it was copied from.
    pub duplicate_of: Option<CartId>,
}

/// Settings of a cart that outlive its being cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The language in which its owner reads product names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
}

/// What clearing a cart removes besides its lines.
///
/// The documents disagree (checklist C4), so each part is a choice of the channel's policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClearScope {
    /// Address, shipping and payment method.
    pub selections: bool,
    /// The cart's note.
    pub note: bool,
    /// The cart's metadata.
    pub metadata: bool,
    /// The coupon codes, and which gifts were refused.
    #[serde(default)]
    pub coupons: bool,
}
