//! What a payment provider answers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::order::Reason;
use crate::id::PaymentRef;
use crate::money::Money;

/// Where a payment stands, as its provider says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentOutcome {
    /// The money was taken.
    Captured(Capture),
    /// The shopper has to do something first.
    Pending(Initiation),
    /// It will not be taken.
    Declined {
        /// What to tell the shopper.
        why: Reason,
    },
    /// It was ended before anything was taken, and never will be.
    Voided,
}

/// Money that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// The provider's name for it.
    pub payment: PaymentRef,
    /// How much.
    pub amount: Money,
}

/// What the shopper's client needs to pay (`initiationType` and `gatewayPayload` of `cart-module.md`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Initiation {
    /// How.
    #[serde(rename = "type")]
    pub kind: InitiationType,
    /// What goes with it: of a form, its fields; of a redirect, where to.
    pub payload: Map<String, Value>,
}

/// How a shopper pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InitiationType {
    /// The client posts a form to the provider.
    FormPost,
    /// The client goes to the provider.
    Redirect,
}

impl Initiation {
    /// The same without what would tell who pays.
    pub(crate) fn erased(&self) -> Self {
        Self { kind: self.kind, payload: Map::new() }
    }
}

// Whoever has the payload may be able to pay or to see who pays: it stays out of logs.
impl std::fmt::Debug for Initiation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Initiation").field("kind", &self.kind).finish_non_exhaustive()
    }
}
