//! Documents that are answered.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cart_core::service::Outcome;
use serde::Serialize;

use super::media::JSON_API;
use super::resource::{GroupBody, Resource};
use crate::precondition::etag;
use crate::problem::ProblemCode;

const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A document with what belongs in the head of its answer.
#[derive(Debug)]
pub(super) struct Answer<D> {
    status: StatusCode,
    document: Document<D>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Debug, Serialize)]
struct Document<D> {
    data: D,
    #[serde(skip_serializing_if = "Option::is_none")]
    included: Option<Vec<Resource<GroupBody>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<PageLinks>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyPageLinks"))]
struct PageLinks {
    next: Option<String>,
}

impl<D> Answer<D> {
    pub(super) const fn ok(data: D) -> Self {
        let document = Document { data, included: None, links: None };
        Self { status: StatusCode::OK, document, headers: Vec::new() }
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// After a write.
    pub(super) fn after(data: D, done: &Outcome) -> Self {
        let answer = Self::ok(data).with(header::ETAG, etag(done.view.cart.version()));
        if !done.replayed {
            return answer;
        }
        answer.with(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"))
    }

    pub(super) fn including(mut self, included: Option<Vec<Resource<GroupBody>>>) -> Self {
        self.document.included = included;
        self
    }

    /// Says where the list goes on, or that it does not.
    pub(super) fn followed_by(mut self, next: Option<String>) -> Self {
        self.document.links = Some(PageLinks { next });
        self
    }
}

impl<A> Answer<Resource<A>> {
    /// After a write that made what is shown.
    pub(super) fn made(made: Resource<A>, done: &Outcome) -> Self {
        let address = made.address().and_then(|address| HeaderValue::try_from(address).ok());
        let answer = Self { status: StatusCode::CREATED, ..Self::after(made, done) };
        address.into_iter().fold(answer, |answer, address| answer.with(header::LOCATION, address))
    }
}

impl<D: Serialize> IntoResponse for Answer<D> {
    fn into_response(self) -> Response {
        let Ok(body) = serde_json::to_vec(&self.document) else {
            return ProblemCode::Internal.into_response();
        };
        let mut response = (self.status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, JSON_API);
        response.headers_mut().extend(self.headers);
        response
    }
}

/// An answer without a document: what was to be ended is gone.
#[derive(Debug)]
pub(super) struct Gone;

impl IntoResponse for Gone {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}
