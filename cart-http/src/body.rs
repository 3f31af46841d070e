//! Why a request body could not be read.

/// The body stopped arriving, or took longer than it may altogether. Answered with 408.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request body arrives too slowly")]
pub struct BodyTooSlow;
