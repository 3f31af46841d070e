//! What a verification found.

use cart_core::cart::ReplayError;
use cart_core::id::{CartId, CheckoutId};
use cart_core::version::Version;
use cart_seal::KeyId;

use crate::error::{Damage, Refusal};

/// The most findings that a report lists; further ones are counted.
const LISTED: usize = 1_000;

/// What a verification looked at, and what it found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many carts were looked at.
    pub carts: u64,
    /// How many lines.
    pub lines: u64,
    /// How many entries of the journal.
    pub entries: u64,
    /// How many uses of promotions with a limit.
    pub uses: u64,
    /// How many claims of checkouts on stock items.
    pub claims: u64,
    /// How many orders.
    pub orders: u64,
    /// What is wrong, at most 1,000 findings; none in a sound store.
    pub findings: Vec<Finding>,
    /// How many findings there were besides those listed.
    pub more: u64,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// How many rows were looked at.
    pub(super) const fn rows(&self) -> u64 {
        self.carts + self.lines + self.entries + self.uses + self.claims + self.orders
    }

    pub(super) fn add(&mut self, cart: Option<CartId>, problem: Problem) {
        if self.findings.len() < LISTED {
            self.findings.push(Finding { cart, problem });
        } else {
            self.more += 1;
        }
    }
}

/// Something that is wrong. Shows nothing of what shoppers wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", cart.map_or("the file".to_owned(), |cart| format!("cart {cart}")))]
pub struct Finding {
    /// With which cart; none if it is with the file.
    pub cart: Option<CartId>,
    /// What.
    pub problem: Problem,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Corrupt(damage) => damage.into(),
            Refusal::KeyMissing(KeyId(key)) => Self::KeyMissing { key },
            Refusal::Sqlite(error) => Self::Structure(error.to_string()),
            // What only reads meets none of these.
            Refusal::Conflict(_)
            | Refusal::AlreadyOpen(_)
            | Refusal::Repeated(_)
            | Refusal::UsedUp { .. }
            | Refusal::OutOfStock { .. }
            | Refusal::TooMuchHeld { .. } => Self::OtherState,
        }
    }
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// SQLite finds the file damaged, a constraint broken or an index at odds with its table.
    #[error("{0}")]
    Structure(String),
    /// A table, index or trigger is not as this release makes it.
    #[error("{0} is not as the schema has it")]
    Schema(String),
    /// A row refers to a cart, or to something of one, that is not there.
    #[error("a row of {0} belongs to nothing")]
    Orphan(String),
    /// A row cannot be what was written.
    #[error(transparent)]
    Unreadable(#[from] Damage),
    /// A row is sealed with a key that the store was not given.
    #[error("it is sealed with key {key}, which is not in the key ring")]
    KeyMissing {
        /// The number of the key.
        key: u32,
    },
    /// A row is sealed with a key that the file does not say it needs, so that it would open without that key, or with
    /// another one of its number.
    #[error("it is sealed with key {key}, which is not on record")]
    KeyNotOnRecord {
        /// The number of the key.
        key: u32,
    },
    /// The journal has another version where this one was due.
    #[error("version {found} stands where {due} was due")]
    Gap {
        /// The version that follows.
        due: Version,
        /// The version that is there.
        found: Version,
    },
    /// An entry stands in the journal before one of an earlier version.
    #[error("version {0} stands before an earlier one")]
    OutOfOrder(Version),
    /// The journal does not make a cart.
    #[error("the journal makes no cart")]
    Unfoldable(#[from] ReplayError),
    /// The journal makes another cart than the stored one.
    #[error("the journal leads to another state than the stored one")]
    OtherState,
    /// There is a journal and no cart, or a cart and no journal.
    #[error("cart and journal are not both there")]
    Halved,
    /// The cart changed after its end.
    #[error("version {0} changed the cart after its end")]
    ChangedAfterEnd(Version),
    /// The cart ended by going into another, whose entry of that version is not there or says nothing of it.
    #[error("version {version} of cart {into} did not take its lines")]
    NotMerged {
        /// Into which cart it says it went.
        into: CartId,
        /// With which version of that cart.
        version: Version,
    },
    /// The uses of promotions that are stored are not those that the journal leaves.
    #[error("the journal leads to other uses of promotions than the stored ones")]
    OtherUses,
    /// A checkout has uses of promotions, but its cart is not in it, and it has not ended in an order.
    #[error("checkout {checkout} has uses of promotions and is over")]
    StrandedUses {
        /// Which checkout.
        checkout: CheckoutId,
    },
    /// A checkout is stored, or to be found, that the journal has not begun; or one that it has is not.
    #[error("the journal leads to other checkouts than the stored ones")]
    OtherCheckouts,
    /// What is stored as held or sold is not what the journal leaves.
    #[error("the journal leads to other claims on stock than the stored ones")]
    OtherStock,
    /// The levels of a stock item are not what is held and sold of it.
    #[error("the stock of {item} is miscounted")]
    MiscountedStock {
        /// Which item, as its key stands in the table.
        item: String,
    },
    /// A key of a caller's leads to another entry than the one that it wrote.
    #[error("a request leads to an entry that it did not write")]
    OtherRequest,
    /// A promotion was used more or less often than is counted, by all customers or by one.
    #[error("the uses of promotion {promotion} are miscounted")]
    Miscounted {
        /// Which promotion, as its key stands in the table.
        promotion: String,
    },
    /// A relay holds back entries that are not there or to which it has not come, or has come further than the journal.
    #[error("relay {relay} is not where the journal is")]
    Misplaced {
        /// Which relay.
        relay: String,
    },
    /// The file says that the history of a cart is being written anew, so that entries can be changed.
    #[error("its journal can be changed")]
    Changeable,
    /// Two lines have the same place in the order.
    #[error("two lines have the same place")]
    SamePlace,
}
