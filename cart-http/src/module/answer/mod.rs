//! The cart as it is answered.

pub(super) mod cart;
mod item;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use cart_core::service::{CartError, CartView, Outcome};
use serde::Serialize;

use self::cart::CartBody;
use crate::idempotency::REPLAYED;
use crate::precondition::etag;
use crate::problem::{Problem, ProblemCode};

/// What a request is answered with.
#[derive(Debug)]
pub(super) struct Answer {
    body: Vec<u8>,
    /// The version that the client has seen then; what is only previewed is at none.
    etag: Option<HeaderValue>,
    replayed: bool,
}

impl Answer {
    /// The cart as it is.
    pub(super) fn shown(view: &CartView) -> Result<Self, Problem> {
        Self::of(view, false)
    }

    /// The cart after a change.
    pub(super) fn changed(outcome: &Outcome, preview: bool) -> Result<Self, Problem> {
        Ok(Self { replayed: outcome.replayed, ..Self::of(&outcome.view, preview)? })
    }

    fn of(view: &CartView, preview: bool) -> Result<Self, Problem> {
        let cart = CartBody::of(view).map_err(CartError::from)?;
        let body = serde_json::to_vec(&AnswerBody { cart, preview });
        Ok(Self {
            body: body.map_err(|_| ProblemCode::Internal)?,
            etag: (!preview).then(|| etag(view.cart.version())),
            replayed: false,
        })
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = self.body.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.extend(self.etag.map(|etag| (header::ETAG, etag)));
        if self.replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// The member of a problem that shows the cart as it is; in the words of this surface already.
pub(super) const CURRENT: &str = "cart";

/// The problem, with the cart as it is where the error knows it.
pub(super) fn with_current(error: CartError) -> Problem {
    let cart = current(&error).and_then(|view| serde_json::to_value(CartBody::of(view).ok()?).ok());
    let problem = Problem::from(error);
    cart.into_iter().fold(problem, |problem, cart| problem.field(CURRENT, cart))
}

fn current(error: &CartError) -> Option<&CartView> {
    if let CartError::VersionMismatch { current } | CartError::Contended { current: Some(current) } = error {
        Some(current)
    } else {
        None
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ModuleAnswer"))]
pub(super) struct AnswerBody<'a> {
    #[serde(flatten)]
    cart: CartBody<'a>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    preview: bool,
}
