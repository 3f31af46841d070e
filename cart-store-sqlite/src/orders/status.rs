//! Where an order stands.

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// It waits for its payment.
    PaymentPending,
    /// It goes ahead.
    Confirmed,
    /// It is no more.
    Cancelled,
}

impl OrderStatus {
    /// Its name: `payment_pending`, `confirmed` or `cancelled`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentPending => "payment_pending",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
        }
    }
}
