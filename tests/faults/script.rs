//! What a shopper, or the host, does.

use crate::world::Provider;

/// What is done one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// The order is placed and paid for at once.
    PaidAtOnce,
    /// Some of the lines are; the others stay in the cart.
    SomeLines,
    /// The payment is declined.
    Declined,
    /// The shopper pays later.
    PaidLater,
    /// The shopper goes to pay, and the payment fails.
    FailedLater,
    /// The shopper gives up instead of paying.
    CancelledWhilePending,
    /// The shopper never comes back.
    Forgotten,
    /// The provider takes the money although it had said that it would not.
    PaidAfterAll,
    /// One product is bought at once.
    BoughtNow,
    /// One product is bought at once, and the payment is declined.
    BoughtNowDeclined,
    /// The host places the order.
    ByTheHost,
    /// The host places no order.
    FailedByTheHost,
    /// The host places the order after the time is over.
    ByTheHostTooLate,
}

/// One thing that somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Checkout,
    CheckoutSomeLines,
    BuyNow,
    HandToHost,
    Pay,
    FailToPay,
    Cancel,
    /// An hour passes, and the job runs.
    Hour,
    /// The money is taken, whatever was said before.
    TakeMoney,
    HostCompletes,
    HostFails,
}

impl Script {
    pub const ALL: [Self; 13] = [
        Self::PaidAtOnce,
        Self::SomeLines,
        Self::Declined,
        Self::PaidLater,
        Self::FailedLater,
        Self::CancelledWhilePending,
        Self::Forgotten,
        Self::PaidAfterAll,
        Self::BoughtNow,
        Self::BoughtNowDeclined,
        Self::ByTheHost,
        Self::FailedByTheHost,
        Self::ByTheHostTooLate,
    ];

    pub const fn provider(self) -> Provider {
        match self {
            Self::PaidAtOnce | Self::SomeLines | Self::BoughtNow => Provider::Captures,
            Self::Declined | Self::BoughtNowDeclined => Provider::Declines,
            Self::PaidLater
            | Self::FailedLater
            | Self::CancelledWhilePending
            | Self::Forgotten
            | Self::PaidAfterAll
            | Self::ByTheHost
            | Self::FailedByTheHost
            | Self::ByTheHostTooLate => Provider::Waits,
        }
    }

    pub const fn acts(self) -> &'static [Act] {
        match self {
            Self::PaidAtOnce | Self::Declined => &[Act::Checkout],
            Self::SomeLines => &[Act::CheckoutSomeLines],
            Self::PaidLater => &[Act::Checkout, Act::Pay],
            Self::FailedLater => &[Act::Checkout, Act::FailToPay],
            Self::CancelledWhilePending => &[Act::Checkout, Act::Cancel],
            Self::Forgotten => &[Act::Checkout, Act::Hour],
            Self::PaidAfterAll => &[Act::Checkout, Act::Hour, Act::TakeMoney],
            Self::BoughtNow | Self::BoughtNowDeclined => &[Act::BuyNow],
            Self::ByTheHost => &[Act::HandToHost, Act::HostCompletes],
            Self::FailedByTheHost => &[Act::HandToHost, Act::HostFails],
            Self::ByTheHostTooLate => &[Act::HandToHost, Act::Hour, Act::HostCompletes],
        }
    }

    /// Whether there is an order if nothing goes wrong.
    pub const fn orders(self) -> bool {
        match self {
            Self::PaidAtOnce | Self::SomeLines | Self::PaidLater | Self::BoughtNow | Self::ByTheHost => true,
            Self::Declined
            | Self::FailedLater
            | Self::CancelledWhilePending
            | Self::Forgotten
            | Self::PaidAfterAll
            | Self::BoughtNowDeclined
            | Self::FailedByTheHost
            | Self::ByTheHostTooLate => false,
        }
    }
}
