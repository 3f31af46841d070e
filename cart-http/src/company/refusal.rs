//! What is refused, in the document's statuses.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cart_core::service::CartError;

use crate::problem::Problem;

/// A problem, with the status that this surface answers it with.
#[derive(Debug)]
pub(super) struct Refusal {
    problem: Problem,
    status: StatusCode,
}

impl Refusal {
    /// The same with another status than the catalogue's.
    pub(super) fn stated(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { status: problem.code().status(), problem }
    }
}

impl From<CartError> for Refusal {
    fn from(error: CartError) -> Self {
        Problem::from(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.problem.into_response();
        *response.status_mut() = self.status;
        response
    }
}
