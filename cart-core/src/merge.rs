//! What becomes of a guest's cart when the guest signs in.

use serde::{Deserialize, Serialize};

use crate::id::CartId;
use crate::line::LineKey;
use crate::rejection::Rejection;

/// How a guest's lines go into a user's cart. An empty cart never wins, whatever the strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeStrategy {
    /// Quantities of the same line key are added up; other lines of the guest are added.
    Sum,
    /// The higher quantity of the same line key stays; other lines of the guest are added.
    KeepHighest,
    /// The user's lines stay as they are; the guest's are dropped.
    PreferUser,
    /// The guest's lines replace the user's.
    PreferGuest,
}

/// What became of every unit of both carts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeReport {
    /// The guest's cart; it is abandoned by the merge.
    pub from: CartId,
    /// How it was merged.
    pub strategy: MergeStrategy,
    /// Every line key of either cart, the user's first, each in the order of its cart.
    pub lines: Vec<MergedLine>,
}

/// What became of the units of one line key.
///
/// Always `user_units + guest_units == kept_units + dropped_units`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedLine {
    /// Which line key.
    pub key: LineKey,
    /// Units in the user's cart before.
    pub user_units: u32,
    /// Units in the guest's cart before.
    pub guest_units: u32,
    /// Units in the user's cart now.
    pub kept_units: u32,
    /// Units of both carts that are in neither now.
    pub dropped_units: u32,
    /// Why units were dropped; absent if none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<DropReason>,
}

/// Why a merge dropped units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum DropReason {
    /// The strategy chose the other cart's.
    Strategy,
    /// A rule about stock, quantity or size let fewer units through, or none.
    Capped {
        /// The rule, as it would have refused the whole quantity.
        rule: Rejection,
    },
}
