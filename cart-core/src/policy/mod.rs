//! Where shops differ: one value per question, per channel.
//!
//! The five documents that this library serves disagree (checklist, section 1); each disagreement is a field
//! here and each document a [preset](CartPolicy#impl-CartPolicy).

mod check;
mod checkout;
mod presets;
mod pricing;
mod sharing;

use chrono::{DateTime, TimeDelta, Utc};

pub use self::check::PolicyError;
pub use self::checkout::{AfterOrder, CheckoutPolicy, RequiredSelections};
pub use self::pricing::{
    AllocationWeights, CashRounding, CouponMisfit, CouponPolicy, ExclusiveRule, PercentLevel, PricingPolicy,
    TaxBase, TaxLevel, TaxMode, TaxPolicy, TaxSplit,
};
pub use self::sharing::{Links, SharingPolicy, Suggestions};
use crate::actor::Owner;
use crate::event::ClearScope;
use crate::quantity::Quantity;

/// How the carts of one channel behave. Start from a preset and change what is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartPolicy {
    /// How many carts an owner may have.
    pub cardinality: Cardinality,
    /// How a cart starts.
    pub creation: Creation,
    /// Whether guests may have carts, and how long those live.
    pub guests: GuestCarts,
    /// How long users' carts live.
    pub user_lifetime: Ttl,
    /// What an owner finds when a cart has expired.
    pub on_expired: OnExpired,
    /// For how long after it was abandoned a cart may be recovered.
    pub recovery: Recovery,
    /// What adding does when the line key is in the cart already.
    pub on_duplicate: OnDuplicate,
    /// The top-level metadata keys of a line that make it another line; at most 10.
    pub identity: Vec<String>,
    /// What asking for more than can be had does.
    pub over_asking: OverAsking,
    /// What decreasing below the smallest quantity does.
    pub at_minimum: AtMinimum,
    /// What happens to lines when what they need is removed or lowered.
    pub orphans: Orphans,
    /// Which price counts.
    pub price_basis: PriceBasis,
    /// How amounts are worked out.
    pub pricing: PricingPolicy,
    /// What clearing removes besides lines.
    pub clear: ClearScope,
    /// Upper bounds.
    pub limits: Limits,
    /// How carts are shared.
    pub sharing: SharingPolicy,
    /// How carts become orders.
    pub checkout: CheckoutPolicy,
}

/// How many carts an owner may have in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// Any number, found by id.
    Many,
    /// One open cart; older ones are kept.
    OneActive,
    /// One open cart that its owner cannot give up or copy.
    ExactlyOne,
}

/// How a cart starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Creation {
    /// By being asked for.
    pub explicit: bool,
    /// By the first line added to the owner's current cart.
    pub on_first_add: bool,
    /// By the first look at the owner's current cart.
    pub on_first_read: bool,
}

/// Whether guests may have carts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuestCarts {
    /// No.
    Refused,
    /// Yes.
    Allowed {
        /// How long they live.
        lifetime: Ttl,
    },
}

/// How long a cart lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ttl {
    /// For ever.
    Never,
    /// For so long after its creation, or its recovery.
    Fixed(TimeDelta),
    /// For so long after the last write.
    Sliding(TimeDelta),
}

impl Ttl {
    /// When a lifetime that starts, or is renewed, at `now` ends.
    pub fn end_from(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Never => None,
            Self::Fixed(length) | Self::Sliding(length) => now.checked_add_signed(length),
        }
    }
}

/// What an owner finds when a cart has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExpired {
    /// Nothing, as if it had never been.
    NotFound,
    /// A refusal that says so.
    Gone,
    /// A fresh cart, with a notice that says so.
    Replace,
}

/// For how long after it was abandoned a cart may be recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Not at all.
    Never,
    /// For so long, inclusive.
    Within(TimeDelta),
}

/// What adding does when the line key is in the cart already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDuplicate {
    /// The quantity is added to the line that is there.
    Sum,
    /// It is refused, naming the line that is there.
    Reject,
}

/// What asking for more than can be had does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverAsking {
    /// It is refused, saying what is left.
    Refuse,
    /// As much as can be had is put into the cart, with a notice; refused if that is nothing.
    Clamp,
}

/// What decreasing below the smallest quantity does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtMinimum {
    /// It is refused.
    Reject,
    /// The line is removed.
    Remove,
}

/// What happens to lines whose [relations](crate::relation) are left unmet when another line is removed or lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orphans {
    /// The removal is refused, naming them.
    Refuse,
    /// They are removed or lowered by the same write, with a notice.
    Remove,
    /// They stay, and the cart says so until it is put right.
    Keep,
}

/// Which price of a line counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceBasis {
    /// What the catalog says now.
    Live,
    /// What the catalog said when the line was added.
    AtAdd,
    /// What the catalog said when the line was added, for so long after that (exclusive); then what it says now.
    AtAddFor(TimeDelta),
}

/// Upper bounds, inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Lines of a cart; at most [`Limits::MAX_LINES`].
    pub lines: usize,
    /// Units of a line.
    pub quantity: Quantity,
    /// Edits of a batch; at most [`Limits::MAX_LINES`].
    pub edits: usize,
    /// Open carts of an owner in the channel.
    pub carts: usize,
}

impl Limits {
    /// The most lines that any policy may allow.
    pub const MAX_LINES: usize = 1000;
    /// The most open carts of an owner that any policy may allow.
    pub const MAX_CARTS: usize = 1000;
}

impl Default for Limits {
    fn default() -> Self {
        Self { lines: 500, quantity: Quantity::MAX, edits: 100, carts: 100 }
    }
}

impl CartPolicy {
    /// How long a cart of this owner lives.
    pub const fn lifetime(&self, owner: &Owner) -> Ttl {
        match (owner, self.guests) {
            (Owner::User { .. }, _) => self.user_lifetime,
            (Owner::Guest { .. }, GuestCarts::Allowed { lifetime }) => lifetime,
            // A channel that stopped taking guests keeps the carts they have as it keeps users'.
            (Owner::Guest { .. }, GuestCarts::Refused) => self.user_lifetime,
        }
    }

    /// Whether an owner may have only one open cart.
    pub const fn is_sole(&self) -> bool {
        match self.cardinality {
            Cardinality::Many => false,
            Cardinality::OneActive | Cardinality::ExactlyOne => true,
        }
    }
}
