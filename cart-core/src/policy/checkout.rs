//! How carts become orders.

use chrono::TimeDelta;

/// How carts of a channel become orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckoutPolicy {
    /// For how long a checkout waits for its order or payment before it is given up; from [`CheckoutPolicy::SHORTEST`] to
    /// [`CheckoutPolicy::LONGEST`].
    pub time: TimeDelta,
    /// For how much longer stock is held, so that a payment at the last moment still finds it; from nothing to
    /// [`CheckoutPolicy::LONGEST`].
    pub grace: TimeDelta,
    /// How often a shopper may take more time, so that nobody holds stock for ever; at most
    /// [`CheckoutPolicy::MAX_EXTENSIONS`].
    pub extensions: u32,
    /// How many units an owner may have held at once, in all channels that count stock; at least 1, any number if
    /// absent.
    pub max_held: Option<u32>,
    /// Which choices must have been made.
    pub required: RequiredSelections,
    /// Whether the shopper must have taken note of every changed price.
    pub prices_acknowledged: bool,
    /// What becomes of the lines that were ordered (checklist C27).
    pub after_order: AfterOrder,
}

/// Which choices must have been made before an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequiredSelections {
    /// Address and shipping method, where something has to be delivered.
    pub delivery: bool,
    /// Payment method.
    pub payment_method: bool,
}

/// What becomes of the lines of a cart that became an order (checklist C27).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterOrder {
    /// They stay to be looked at.
    KeepLines,
    /// They go, and so does what clearing removes besides; what was ordered is in the order.
    ClearLines,
}

impl CheckoutPolicy {
    /// The shortest time of a checkout that any policy may give.
    pub const SHORTEST: TimeDelta = TimeDelta::seconds(1);
    /// The longest time of a checkout, and the longest grace, that any policy may give.
    pub const LONGEST: TimeDelta = TimeDelta::days(7);
    /// The most extensions that any policy may give.
    pub const MAX_EXTENSIONS: u32 = 100;
}

impl Default for CheckoutPolicy {
    /// Half an hour, ten minutes of grace, two extensions, at most 10,000 units, nothing required, lines kept.
    fn default() -> Self {
        Self {
            time: TimeDelta::minutes(30),
            grace: TimeDelta::minutes(10),
            extensions: 2,
            max_held: Some(10_000),
            required: RequiredSelections { delivery: false, payment_method: false },
            prices_acknowledged: false,
            after_order: AfterOrder::KeepLines,
        }
    }
}
