//! The cart as it is answered.

pub(super) mod cart;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use cart_core::journal::EditOutcome;
use cart_core::money::Currency;
use cart_core::service::{CartError, CartView, Outcome};
use serde::Serialize;

use self::cart::CartBody;
use crate::edits::ResultBody;
use crate::idempotency::REPLAYED;
use crate::precondition::etag;
use crate::priced::Prices;
use crate::problem::{Problem, ProblemCode};

/// What a request is answered with.
#[derive(Debug)]
pub(super) struct Answer {
    cart: Shown,
    prices: Prices,
    preview: bool,
    replayed: bool,
    edits: Vec<EditOutcome>,
    has_results: bool,
}

#[derive(Debug)]
enum Shown {
    Cart(Box<CartView>),
    /// There is no cart yet.
    Empty(Currency),
}

impl Answer {
    /// The cart as it is.
    pub(super) fn shown(view: CartView, prices: Prices) -> Self {
        Self::of(Shown::Cart(Box::new(view)), prices, false)
    }

    /// No cart yet.
    pub(super) fn empty(currency: Currency, prices: Prices, preview: bool) -> Self {
        Self::of(Shown::Empty(currency), prices, preview)
    }

    /// The cart after a change.
    pub(super) fn changed(outcome: Outcome, prices: Prices, preview: bool) -> Self {
        let Outcome { view, reply, replayed, .. } = outcome;
        Self { replayed, edits: reply.edits, ..Self::of(Shown::Cart(Box::new(view)), prices, preview) }
    }

    /// Also says what became of each edit.
    pub(super) fn with_results(self) -> Self {
        Self { has_results: true, ..self }
    }

    fn of(cart: Shown, prices: Prices, preview: bool) -> Self {
        Self { cart, prices, preview, replayed: false, edits: Vec::new(), has_results: false }
    }

    fn body(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&AnswerBody {
            cart: match &self.cart {
                Shown::Cart(view) => CartBody::of(view, self.prices),
                Shown::Empty(currency) => CartBody::empty(*currency, self.prices),
            },
            results: self.has_results.then(|| self.edits.iter().map(ResultBody::of).collect()),
            preview: self.preview,
        })
    }

    /// The version that the client has seen then; what is only previewed is at none.
    fn etag(&self) -> Option<HeaderValue> {
        match &self.cart {
            Shown::Cart(view) if !self.preview => Some(etag(view.cart.version())),
            Shown::Cart(_) | Shown::Empty(_) => None,
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let Ok(body) = self.body() else { return ProblemCode::Internal.into_response() };
        let mut response = body.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.extend(self.etag().map(|etag| (header::ETAG, etag)));
        if self.replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// The problem, with the cart as it is where the error knows it.
pub(crate) fn with_current(error: CartError, prices: Prices) -> Problem {
    let cart = current(&error).and_then(|view| serde_json::to_value(CartBody::of(view, prices)).ok());
    let problem = Problem::from(error);
    match cart {
        Some(cart) => problem.field("cart", cart),
        None => problem,
    }
}

fn current(error: &CartError) -> Option<&CartView> {
    if let CartError::VersionMismatch { current } | CartError::Contended { current: Some(current) } = error {
        Some(current)
    } else {
        None
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShopAnswer"))]
pub(super) struct AnswerBody<'a> {
    #[serde(flatten)]
    cart: CartBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Vec<ResultBody<'a>>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    preview: bool,
}
