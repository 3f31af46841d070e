//! What became of the edits of a batch.

use cart_core::id::LineId;
use cart_core::journal::EditOutcome;
use serde::Serialize;
use serde_json::Value;

use crate::problem::Problem;

/// What became of one edit of a batch.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Result"))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum ResultBody<'a> {
    Done { item_id: &'a LineId },
    Refused { problem: Value },
}

impl<'a> ResultBody<'a> {
    pub(crate) fn of(outcome: &'a EditOutcome) -> Self {
        match outcome {
            EditOutcome::Done { line } => Self::Done { item_id: line },
            EditOutcome::Refused { reason } => {
                Self::Refused { problem: Problem::from(reason).to_value(None) }
            }
        }
    }
}
