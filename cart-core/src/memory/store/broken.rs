//! Mistakes of those who write to a store.

use super::NAME;
use crate::cart::InconsistentCart;
use crate::id::CartId;
use crate::port::StoreError;

/// How a unit or a rewritten history breaks the contract of [`CartStore`](crate::port::CartStore): a mistake of the
/// caller, never of a shopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenUnit {
    /// There is nothing to write.
    #[error("a unit without commits")]
    Empty,
    /// A cart occurs twice.
    #[error("cart {0} occurs twice in a unit")]
    CartTwice(CartId),
    /// An entry has no events.
    #[error("an entry of cart {0} has no events")]
    NoEvents(CartId),
    /// Entry and next state are of different carts or versions, or the version does not follow the base.
    #[error("entry, base and next state of cart {0} do not belong together")]
    Mismatch(CartId),
    /// Applying the entry to the stored cart does not give the next state.
    #[error("the entry of cart {0} does not lead to its next state")]
    OtherState(CartId),
    /// A rewritten history has another number of entries than the stored one, or an entry of another version, time or
    /// request.
    #[error("the rewritten history of cart {0} is another one")]
    OtherHistory(CartId),
    /// A grant has the id of another cart's, or a link the token of another cart's.
    #[error("a grant or link of cart {0} is another cart's already")]
    NotUnique(CartId),
    /// The next state could not be read back.
    #[error("the next state of cart {cart} is not a cart")]
    Inconsistent {
        /// Which cart.
        cart: CartId,
        /// What is wrong with it.
        source: InconsistentCart,
    },
}

impl From<BrokenUnit> for StoreError {
    fn from(broken: BrokenUnit) -> Self {
        Self::Corrupt { store: NAME, source: broken.into() }
    }
}

/// How progress of a relay breaks the contract of [`RelayLedger`](crate::port::RelayLedger).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenProgress {
    /// It goes back.
    #[error("progress goes back")]
    Back,
    /// A cart is held back or released twice, or both.
    #[error("cart {0} occurs twice in progress")]
    CartTwice(CartId),
    /// A cart is held back of which nothing is to be handed over.
    #[error("of cart {0} nothing is held back")]
    NothingHeld(CartId),
}

impl From<BrokenProgress> for StoreError {
    fn from(broken: BrokenProgress) -> Self {
        Self::Corrupt { store: NAME, source: broken.into() }
    }
}
