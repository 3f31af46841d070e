//! Answers with a cart.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cart_core::service::{CartView, Outcome};
use serde::Serialize;

use super::cart::CartBody;
use super::refusal::Refusal;
use crate::idempotency::REPLAYED;
use crate::precondition::etag;
use crate::problem::{Problem, ProblemCode};

/// A document with what belongs in the head of its answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    document: Vec<u8>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    pub(super) fn of(document: &impl Serialize) -> Result<Self, Refusal> {
        let document = serde_json::to_vec(document).map_err(|_| Problem::new(ProblemCode::Internal))?;
        Ok(Self { status: StatusCode::OK, document, headers: Vec::new() })
    }

    /// A cart as it is.
    pub(super) fn cart(view: &CartView) -> Result<Self, Refusal> {
        let body = CartBody::of(view).map_err(|_| Problem::new(ProblemCode::AmountOverflow))?;
        Ok(Self::of(&body)?.with(header::ETAG, etag(view.cart.version())))
    }

    /// A cart after a write.
    pub(super) fn written(outcome: &Outcome) -> Result<Self, Refusal> {
        Ok(Self::cart(&outcome.view)?.replayed(outcome.replayed))
    }

    /// The same after something was made.
    pub(super) fn made(self) -> Self {
        Self { status: StatusCode::CREATED, ..self }
    }

    /// The same, said to be the answer to an earlier request or not.
    pub(super) fn replayed(self, is_replayed: bool) -> Self {
        if is_replayed { self.with(REPLAYED, HeaderValue::from_static("true")) } else { self }
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.document).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.extend(self.headers);
        response
    }
}
