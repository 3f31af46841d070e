//! What events are called where they are counted.

use super::CartEvent;

impl CartEvent {
    /// Its name, such as `line_added`: the one under which the journal keeps it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "created",
            Self::Renamed { .. } => "renamed",
            Self::SettingsChanged { .. } => "settings_changed",
            Self::NoteChanged { .. } => "note_changed",
            Self::MetadataChanged { .. } => "metadata_changed",
            Self::LineAdded { .. } => "line_added",
            Self::QuantityChanged { .. } => "quantity_changed",
            Self::LineNoteChanged { .. } => "line_note_changed",
            Self::LineRemoved { .. } => "line_removed",
            Self::LinePriced { .. } => "line_priced",
            Self::PriceAcknowledged { .. } => "price_acknowledged",
            Self::CurrencyChanged { .. } => "currency_changed",
            Self::CouponAdded { .. } => "coupon_added",
            Self::CouponRemoved { .. } => "coupon_removed",
            Self::GiftRefused { .. } => "gift_refused",
            Self::GiftAccepted { .. } => "gift_accepted",
            Self::Cleared { .. } => "cleared",
            Self::AddressSelected { .. } => "address_selected",
            Self::ShippingMethodSelected { .. } => "shipping_method_selected",
            Self::PaymentMethodSelected { .. } => "payment_method_selected",
            Self::ExpiryMoved { .. } => "expiry_moved",
            Self::GuestCartMerged { .. } => "guest_cart_merged",
            Self::Abandoned { .. } => "abandoned",
            Self::Recovered { .. } => "recovered",
            Self::CheckoutBegun { .. } => "checkout_begun",
            Self::CheckoutAdvanced { .. } => "checkout_advanced",
            Self::CheckoutCancelled { .. } => "checkout_cancelled",
            Self::CheckoutUnsettled { .. } => "checkout_unsettled",
            Self::CheckoutCompleted { .. } => "checkout_completed",
            Self::GrantMade { .. } => "grant_made",
            Self::GrantChanged { .. } => "grant_changed",
            Self::GrantRevoked { .. } => "grant_revoked",
            Self::OwnerChanged { .. } => "owner_changed",
            Self::LinkMade { .. } => "link_made",
            Self::LinkChanged { .. } => "link_changed",
            Self::LinkRotated { .. } => "link_rotated",
            Self::LinkRevoked { .. } => "link_revoked",
            Self::SuggestionMade { .. } => "suggestion_made",
            Self::SuggestionWithdrawn { .. } => "suggestion_withdrawn",
            Self::SuggestionDeclined { .. } => "suggestion_declined",
            Self::SuggestionAccepted { .. } => "suggestion_accepted",
            Self::Undone { .. } => "undone",
        }
    }
}
