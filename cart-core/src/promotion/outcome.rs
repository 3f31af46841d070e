//! Why a promotion takes nothing off.

use serde::{Deserialize, Serialize};

use crate::id::PromotionId;
use crate::money::Money;
use crate::quantity::Quantity;

/// Why a promotion, or the coupon code for it, takes nothing off a cart now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotApplied {
    /// No promotion has this code.
    #[error("no promotion has this code")]
    Unknown,
    /// The channel's policy has no promotions.
    #[error("there are no promotions here")]
    NotOffered,
    /// The promotion contradicts itself; the host has to mend it.
    #[error("the promotion is faulty")]
    Faulty,
    /// Another code on the cart is for the same promotion.
    #[error("the promotion is on the cart already")]
    SamePromotion,
    /// It has not begun.
    #[error("it has not begun")]
    NotStarted,
    /// It has ended.
    #[error("it has ended")]
    Ended,
    /// It is for other channels.
    #[error("it is for another shop")]
    Channel,
    /// It is for other currencies, or has no amount in the cart's.
    #[error("it is for another currency")]
    Currency,
    /// It is for other customers.
    #[error("it is for other customers")]
    CustomerGroup,
    /// It was used as often as it can be.
    #[error("it has been used up")]
    UsedUp,
    /// The customer has used it as often as they can.
    #[error("you have used it up")]
    UsedUpByCustomer,
    /// It counts uses by customer, and nobody knows who the customer is.
    #[error("it needs to know who you are")]
    CustomerUnknown,
    /// Nothing in the cart is concerned.
    #[error("nothing in the cart is concerned")]
    NothingConcerned,
    /// Too few units of what is concerned are in the cart.
    #[error("it needs {min} units, there are {units}")]
    BelowQuantity {
        /// The fewest units.
        min: Quantity,
        /// How many there are.
        units: u64,
    },
    /// What is concerned costs too little.
    #[error("it needs {min}, there is {subtotal}")]
    BelowSubtotal {
        /// The least.
        min: Money,
        /// What it costs.
        subtotal: Money,
    },
    /// Another promotion of the cart excludes it.
    #[error("{by} excludes it")]
    Excluded {
        /// Which.
        by: PromotionId,
    },
    /// No shipping method is selected that it reduces.
    #[error("it needs another shipping method")]
    ShippingMethod,
    /// The shopper said no to what it gives.
    #[error("it was refused")]
    GiftRefused,
    /// What it gives cannot be had.
    #[error("the gift cannot be had")]
    GiftUnavailable,
    /// What it would reduce costs nothing, or as little already.
    #[error("there is nothing left to take off")]
    NothingLeft,
}

impl NotApplied {
    /// Whether it may change by itself, by time or by what is in the cart.
    pub const fn may_wake(&self) -> bool {
        match self {
            Self::Unknown | Self::NotOffered | Self::Faulty | Self::Ended | Self::Channel => false,
            Self::SamePromotion
            | Self::NotStarted
            | Self::Currency
            | Self::CustomerGroup
            | Self::UsedUp
            | Self::UsedUpByCustomer
            | Self::CustomerUnknown
            | Self::NothingConcerned
            | Self::BelowQuantity { .. }
            | Self::BelowSubtotal { .. }
            | Self::Excluded { .. }
            | Self::ShippingMethod
            | Self::GiftRefused
            | Self::GiftUnavailable
            | Self::NothingLeft => true,
        }
    }
}
