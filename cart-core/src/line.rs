//! Lines of a cart.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::ActorRef;
use crate::id::LineId;
use crate::metadata::Metadata;
use crate::product::{ProductKey, UnitPrices};
use crate::quantity::Quantity;
use crate::text::Note;

/// What makes a line of a cart this line and no other: two lines of one cart never have the same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineKey {
    /// The product and the options chosen for it.
    pub product: ProductKey,
    /// The part of the metadata that the channel's policy says matters.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub distinct: Metadata,
}

/// A number of units of one product in a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Identifies the line inside its cart.
    pub id: LineId,
    /// What the line is of.
    pub key: LineKey,
    /// How many units.
    pub quantity: Quantity,
    /// What the shopper wants to say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// The host's own data.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// What one unit cost when the line was added, or its price was noted anew; in the cart's currency.
    pub snapshot: UnitPrices,
    /// What the catalog said one unit costs when the shopper last took note of it; the snapshot if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<UnitPrices>,
    /// When the line was added (UTC).
    pub added_at: DateTime<Utc>,
    /// Who added it.
    pub added_by: ActorRef,
}
