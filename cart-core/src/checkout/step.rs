//! What can happen to a checkout between its begin and its end.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::EndReason;
use super::order::{PlacedOrder, Reason};
use super::payment::{Capture, Initiation};
use super::{StockCounting, StockUnits};

/// Something that somebody outside is asked to do. Each can be asked again: the checkout's id tells a repeated call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// The warehouse is to hold the stock.
    Reserve,
    /// The order service is to take the order.
    Place,
    /// The payment provider is to take the money.
    Pay,
    /// The payment provider is to end a payment that has not succeeded, or to say that it has.
    Void,
    /// The warehouse is to hand the stock over.
    Claim,
    /// The order service is to go ahead with the order.
    Confirm,
    /// The payment provider is to give the money back.
    Refund,
    /// The order service is to forget the order.
    CancelOrder,
    /// The warehouse is to take the stock back.
    Release,
}

/// Something that happened to a checkout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum CheckoutStep {
    /// Somebody outside is about to be asked; recorded before the call is made.
    Asked {
        /// For what.
        task: Task,
        /// When it is asked again if nothing was heard by then (UTC).
        until: DateTime<Utc>,
    },
    /// Somebody outside could not answer.
    Delayed {
        /// When they are asked again (UTC).
        until: DateTime<Utc>,
        /// How often in a row they could not.
        tries: u32,
    },
    /// They could not for so long that somebody should look at it; they are asked again, but rarely.
    Parked {
        /// When they are asked again (UTC).
        until: DateTime<Utc>,
        /// How often in a row they could not.
        tries: u32,
    },
    /// The stock is held.
    StockHeld {
        /// Until when (UTC, exclusive).
        until: DateTime<Utc>,
    },
    /// The stock is the order's for good.
    StockClaimed {
        /// Who counted it.
        counted_by: StockCounting,
        /// How much of what.
        items: Vec<StockUnits>,
    },
    /// The warehouse has the stock back.
    StockReleased,
    /// The order was taken; it waits for its payment.
    OrderPlaced {
        /// The order.
        order: PlacedOrder,
    },
    /// The order goes ahead.
    OrderConfirmed {
        /// The order.
        order: PlacedOrder,
    },
    /// The order was refused.
    OrderRefused {
        /// Why.
        why: Reason,
    },
    /// The order is no more.
    OrderCancelled,
    /// The shopper has to do something to pay.
    PaymentPending {
        /// What.
        initiation: Initiation,
    },
    /// The money was taken.
    PaymentCaptured {
        /// How much, and by what name.
        capture: Capture,
    },
    /// The money was not taken and will not be.
    PaymentDeclined {
        /// Why.
        why: Reason,
    },
    /// The payment was ended before anything was taken.
    PaymentVoided,
    /// The money was given back.
    PaymentRefunded,
    /// There is more time.
    Extended {
        /// When it is given up by itself now (UTC).
        deadline: DateTime<Utc>,
        /// Until when its stock is held now (UTC, exclusive).
        held_until: DateTime<Utc>,
    },
    /// It is to end; what is under way is ended first.
    GivenUp {
        /// Why.
        reason: EndReason,
    },
}

impl CheckoutStep {
    /// Its name, as it is written.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "asked",
            Self::Delayed { .. } => "delayed",
            Self::Parked { .. } => "parked",
            Self::StockHeld { .. } => "stock_held",
            Self::StockClaimed { .. } => "stock_claimed",
            Self::StockReleased => "stock_released",
            Self::OrderPlaced { .. } => "order_placed",
            Self::OrderConfirmed { .. } => "order_confirmed",
            Self::OrderRefused { .. } => "order_refused",
            Self::OrderCancelled => "order_cancelled",
            Self::PaymentPending { .. } => "payment_pending",
            Self::PaymentCaptured { .. } => "payment_captured",
            Self::PaymentDeclined { .. } => "payment_declined",
            Self::PaymentVoided => "payment_voided",
            Self::PaymentRefunded => "payment_refunded",
            Self::Extended { .. } => "extended",
            Self::GivenUp { .. } => "given_up",
        }
    }
}
