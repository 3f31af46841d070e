//! What paths name.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use cart_core::id::LineId;

use crate::problem::{Problem, ProblemCode};

/// The item that the path names; only ever looked up inside the caller's cart.
#[derive(Clone, Copy, Debug)]
pub(super) struct ItemId(pub(super) LineId);

impl<S: Send + Sync> FromRequestParts<S> for ItemId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(line)) => Ok(Self(line)),
            Err(_) => Err(Problem::new(ProblemCode::MalformedUri)),
        }
    }
}
