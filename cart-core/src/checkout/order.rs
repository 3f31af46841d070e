//! What an order service answers.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::OrderRef;

/// An order as its service knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacedOrder {
    /// Identifies it.
    pub order: OrderRef,
    /// The number that people read out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<OrderRef>,
    /// What the shopper is given as proof, once it is confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<OrderRef>,
    /// When it is expected to arrive (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_delivery: Option<DateTime<Utc>>,
}

impl PlacedOrder {
    /// An order of which nothing else is known.
    pub const fn new(order: OrderRef) -> Self {
        Self { order, number: None, confirmation: None, estimated_delivery: None }
    }
}

/// Why somebody outside refused something: 1 to 200 Unicode scalar values without control characters, safe to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Reason(String);

/// Text that is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reason is 1 to 200 characters without control characters")]
pub struct ReasonError;

impl Reason {
    /// The most characters, inclusive.
    pub const MAX_CHARS: usize = 200;

    /// Checks and wraps a text.
    ///
    /// # Errors
    /// [`ReasonError`] if it is empty, too long or holds a control character.
    pub fn new(text: impl Into<String>) -> Result<Self, ReasonError> {
        let text = text.into();
        let fits = !text.is_empty() && text.chars().take(Self::MAX_CHARS + 1).count() <= Self::MAX_CHARS;
        if fits && !text.chars().any(char::is_control) { Ok(Self(text)) } else { Err(ReasonError) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reason {
    type Error = ReasonError;
    fn try_from(text: String) -> Result<Self, ReasonError> {
        Self::new(text)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
