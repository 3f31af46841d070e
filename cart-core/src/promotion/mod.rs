//! Promotions as data: what the host offers, under which conditions, and how offers go together.
//!
//! A promotion is read from the host's own systems and never stored with a cart; what it takes off is computed anew
//! each time ([`pricing`](crate::pricing)). All of it can be read from JSON; `docs/pricing.md` shows each kind.

mod check;
mod outcome;
mod scope;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::check::PromotionError;
pub use self::outcome::NotApplied;
pub use self::scope::Scope;
use crate::coupon::CouponCode;
use crate::id::{ChannelId, CustomerGroupId, CustomerKey, PromotionId, ShippingMethodId};
use crate::money::{Amounts, Currency, Rate};
use crate::product::ProductKey;
use crate::quantity::Quantity;

/// An offer of the host's.
///
/// [`Promotion::check`] tells whether it contradicts itself; one that does takes nothing off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promotion {
    /// Identifies it.
    pub id: PromotionId,
    /// What the shopper knows it as.
    pub name: Arc<str>,
    /// Promotions of one stage are applied by rising priority; by id where that is the same.
    #[serde(default)]
    pub priority: i32,
    /// The codes of which one has to be on the cart; without any, it applies by itself.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub codes: BTreeSet<CouponCode>,
    /// What must be so.
    #[serde(default)]
    pub conditions: Conditions,
    /// What it does.
    pub effect: Effect,
    /// How it goes together with others.
    #[serde(default)]
    pub stacking: Stacking,
    /// How often it can be used.
    #[serde(default)]
    pub limit: UseLimit,
}

/// What must be so for a promotion to apply. All of it must; what is empty or absent is no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conditions {
    /// The lines that `min_quantity` and `min_subtotal` are about; at least one line has to be among them.
    pub scope: Scope,
    /// The fewest units of those lines together, inclusive.
    pub min_quantity: Option<Quantity>,
    /// The least that those lines cost together.
    pub min_subtotal: Option<MinSubtotal>,
    /// The customer is in one of these groups.
    pub customer_groups: BTreeSet<CustomerGroupId>,
    /// The cart is in one of these channels.
    pub channels: BTreeSet<ChannelId>,
    /// The cart is in one of these currencies.
    pub currencies: BTreeSet<Currency>,
    /// The first instant at which it applies (UTC).
    pub starts_at: Option<DateTime<Utc>>,
    /// The first instant at which it no longer applies (UTC).
    pub ends_at: Option<DateTime<Utc>>,
}

/// The least that lines must cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinSubtotal {
    /// The least, inclusive; in a currency without an amount the condition is not met.
    pub amounts: Amounts,
    /// At which prices.
    #[serde(default)]
    pub basis: SubtotalBasis,
}

/// At which prices an amount of lines is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubtotalBasis {
    /// At the catalog's unit prices, before any promotion.
    #[default]
    BeforeDiscounts,
    /// Less what the promotions applied before this one take off.
    AfterDiscounts,
}

/// What a promotion does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Reduces each line in scope, as a whole.
    Lines {
        /// Which lines.
        #[serde(default)]
        scope: Scope,
        /// By how much; a price is that of the whole line.
        reduction: Reduction,
    },
    /// Reduces each unit of the lines in scope.
    Units {
        /// Which lines.
        #[serde(default)]
        scope: Scope,
        /// By how much; a price is that of one unit.
        reduction: Reduction,
    },
    /// Reduces each unit of the lines in scope, by more the more there are.
    QuantityTiers {
        /// Which lines.
        #[serde(default)]
        scope: Scope,
        /// Which units count towards a tier.
        #[serde(default)]
        counting: Counting,
        /// The tiers, by rising quantity; the last one that is reached counts.
        tiers: Vec<QuantityTier>,
    },
    /// Of the units in `get`, reduces some of the cheapest for those bought in `buy`.
    ///
    /// A unit is bought or reduced, never both. As many units are reduced as possible, at most `get_quantity` for
    /// each whole `buy_quantity` bought; the cheapest first, by the catalog's unit price, then by line.
    BuyGet {
        /// Which units have to be bought.
        #[serde(default)]
        buy: Scope,
        /// How many of them each time.
        buy_quantity: Quantity,
        /// Which units are reduced.
        #[serde(default)]
        get: Scope,
        /// How many of them each time.
        get_quantity: Quantity,
        /// By how much each; a price is that of one unit, the rate 1 makes it free.
        reduction: Reduction,
        /// How many times at the most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_times: Option<Quantity>,
    },
    /// Reduces the lines in scope together; their shares are allocated by the policy's method.
    Order {
        /// Which lines.
        #[serde(default)]
        scope: Scope,
        /// By how much; a price is that of all of them together, as of a bundle.
        reduction: Reduction,
    },
    /// Reduces the lines in scope together, by more the more they cost.
    ValueTiers {
        /// Which lines.
        #[serde(default)]
        scope: Scope,
        /// At which prices they count towards a tier.
        #[serde(default)]
        basis: SubtotalBasis,
        /// The tiers, by rising amount; the last one that is reached counts.
        tiers: Vec<ValueTier>,
    },
    /// Reduces the price of shipping.
    Shipping {
        /// By which methods; any if empty.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        methods: BTreeSet<ShippingMethodId>,
        /// By how much; the rate 1 makes it free.
        reduction: Reduction,
    },
    /// Gives units of a product for nothing, without a line; the shopper may refuse them.
    Gift {
        /// Which product.
        product: ProductKey,
        /// How many units.
        quantity: Quantity,
    },
}

/// How much less something costs. Never less than nothing: a larger reduction takes off all there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// A fraction of it, above 0 and at most 1.
    Percent(Rate),
    /// An amount; nothing in a currency without one.
    Amount(Amounts),
    /// As much as makes it cost this; nothing if it costs less already, or in a currency without an amount.
    Price(Amounts),
}

/// Which units count towards a quantity tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counting {
    /// Those of each line by itself.
    #[default]
    EachLine,
    /// Those of all lines in scope together.
    Together,
}

/// A reduction of each unit from a quantity on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuantityTier {
    /// From how many units, inclusive.
    pub from: Quantity,
    /// By how much; a price is that of one unit.
    pub reduction: Reduction,
}

/// A reduction of lines together from an amount on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueTier {
    /// From how much, inclusive; never reached in a currency without an amount.
    pub from: Amounts,
    /// By how much.
    pub reduction: Reduction,
}

/// How a promotion goes together with others.
///
/// Where promotions exclude each other, each is tried alone on the cart, without any other. One that takes nothing
/// off alone, or whose conditions are not met, excludes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stacking {
    /// With any other.
    #[default]
    Combine,
    /// With none: the first of these, by priority and id, is the only promotion. Policy may let the others together
    /// win where they take more off.
    Exclusive,
    /// With none of the same name: the first of them, by priority and id.
    FirstOf(Arc<str>),
    /// With none of the same name: the one that takes most off alone; the first of those, by priority and id.
    BestOf(Arc<str>),
}

/// How often a promotion can be used. A use is an order in which it took something off, or gave something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UseLimit {
    /// By all customers together; any number if absent.
    pub total: Option<u32>,
    /// By each customer; any number if absent.
    pub per_customer: Option<u32>,
}

/// A use of a promotion with a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromotionUse {
    /// Which promotion.
    pub promotion: PromotionId,
    /// By whom; none if nobody knows and the limit is one of all customers together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerKey>,
    /// How often it can be used.
    pub limit: UseLimit,
}

impl UseLimit {
    /// Whether there is any limit.
    pub const fn is_limited(self) -> bool {
        self.total.is_some() || self.per_customer.is_some()
    }
}

impl Promotion {
    /// A promotion that applies by itself, always, with any other.
    pub fn new(id: PromotionId, name: impl Into<Arc<str>>, effect: Effect) -> Self {
        Self {
            id,
            name: name.into(),
            priority: 0,
            codes: BTreeSet::new(),
            conditions: Conditions::default(),
            effect,
            stacking: Stacking::default(),
            limit: UseLimit::default(),
        }
    }

    /// Whether it applies without a code.
    pub fn is_automatic(&self) -> bool {
        self.codes.is_empty()
    }
}
