//! Changes that somebody proposes and somebody else decides on.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::ActorRef;
use crate::cart::Cart;
use crate::id::{LineId, SuggestionId};
use crate::product::ProductKey;
use crate::quantity::Quantity;
use crate::text::{Comment, PersonName};

/// A proposed change that nobody has decided on yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suggestion {
    /// Identifies the suggestion; unique over all carts.
    pub id: SuggestionId,
    /// Whose it is. All who hold the same link are one author.
    pub author: ActorRef,
    /// What an author without an account calls themselves; nobody has checked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// What should change.
    pub proposal: Proposal,
    /// What is said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
    /// When it was made (UTC).
    pub made_at: DateTime<Utc>,
}

/// A change that can be suggested. It has no price: accepted, it costs what the shop says then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Proposal {
    /// Put units of a product into the cart.
    Add {
        /// Which product.
        product: ProductKey,
        /// How many units.
        quantity: Quantity,
    },
    /// Remove a line.
    Remove {
        /// Which line.
        line: LineId,
    },
    /// Change how many units a line has.
    SetQuantity {
        /// Which line.
        line: LineId,
        /// How many units it should have.
        quantity: Quantity,
    },
    /// Put units of a product into the cart instead of a line.
    Replace {
        /// Which line should go.
        line: LineId,
        /// Which product should come.
        product: ProductKey,
        /// How many units of it.
        quantity: Quantity,
    },
}

impl Proposal {
    /// The line that it is about, if it is about one that is there.
    pub const fn line(&self) -> Option<LineId> {
        match self {
            Self::Add { .. } => None,
            Self::Remove { line } | Self::SetQuantity { line, .. } | Self::Replace { line, .. } => {
                Some(*line)
            }
        }
    }

    /// The product that it would bring in, if it would.
    pub const fn product(&self) -> Option<&ProductKey> {
        match self {
            Self::Add { product, .. } | Self::Replace { product, .. } => Some(product),
            Self::Remove { .. } | Self::SetQuantity { .. } => None,
        }
    }

    /// Whether the line that it is about is gone, so that it cannot be accepted any more.
    pub fn is_stale(&self, cart: &Cart) -> bool {
        self.line().is_some_and(|line| cart.line(line).is_none())
    }
}
