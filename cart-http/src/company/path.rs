//! What paths name.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use cart_core::id::{CartId, GrantId};
use cart_core::rejection::Rejection;

use super::refusal::Refusal;
use crate::problem::{Problem, ProblemCode};

/// The id in a path, percent-decoded. What is no id is the id of nothing, so it is answered as that.
#[derive(Debug)]
pub(super) struct Named(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let named = Path::from_request_parts(parts, state).await;
        named.map(|Path(named)| Self(named)).map_err(|_| Problem::new(ProblemCode::NotFound).into())
    }
}

impl Named {
    pub(super) fn cart(&self) -> Result<CartId, Problem> {
        self.0.parse().map_err(|_| Problem::from(&Rejection::CartNotFound))
    }

    pub(super) fn share(&self) -> Result<GrantId, Problem> {
        self.0.parse().map_err(|_| Problem::new(ProblemCode::NotFound))
    }
}
