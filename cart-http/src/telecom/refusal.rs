//! Refusals in the document's one form of errors.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cart_core::checkout::Obstacle;
use cart_core::rejection::Rejection;
use cart_core::service::CartError;
use serde::Serialize;
use serde_json::{Map, Value};

use super::codes::{
    BAD_REQUEST, INCOMPATIBLE_ITEMS, INVALID_ITEM, INVALID_PROMO_CODE, INVENTORY_UNAVAILABLE, Row,
};
use super::details;
use crate::dialect::Dialect;
use crate::problem::Problem;

/// A problem, and how this surface answers it.
#[derive(Debug)]
pub(super) struct Refusal {
    problem: Problem,
    row: Row,
}

impl Refusal {
    /// The same by another row of the document.
    pub(super) fn stated(self, row: Row) -> Self {
        Self { row, ..self }
    }

    /// The same where the body is an item: then it is no good one.
    pub(super) fn of_item(self) -> Self {
        if self.row == BAD_REQUEST { self.stated(INVALID_ITEM) } else { self }
    }

    /// The same with another message where the fault is the server's.
    pub(super) fn failing(self, message: &'static str) -> Self {
        if self.row.status.is_server_error() {
            Self { problem: self.problem.detail(message), ..self }
        } else {
            self
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let row = Row::of(problem.code());
        Self { problem, row }
    }
}

impl From<CartError> for Refusal {
    fn from(error: CartError) -> Self {
        let foremost = if let CartError::Rejected(Rejection::NotOrderable { obstacles }) = &error {
            foremost(obstacles)
        } else {
            None
        };
        let refusal = Self::from(Problem::from(error));
        Self { row: foremost.unwrap_or(refusal.row), ..refusal }
    }
}

/// The row of what most keeps a cart from being ordered: what is in it, before what is said about it.
fn foremost(obstacles: &[Obstacle]) -> Option<Row> {
    const ORDER: [Row; 4] = [INVENTORY_UNAVAILABLE, INCOMPATIBLE_ITEMS, INVALID_PROMO_CODE, BAD_REQUEST];
    let rows: Vec<Row> = obstacles.iter().filter_map(row).collect();
    ORDER.into_iter().find(|row| rows.contains(row))
}

fn row(obstacle: &Obstacle) -> Option<Row> {
    match obstacle {
        Obstacle::ProductWithdrawn { .. }
        | Obstacle::ProductUnavailable { .. }
        | Obstacle::InsufficientStock { .. } => Some(INVENTORY_UNAVAILABLE),
        Obstacle::IncompatibleItems { .. } => Some(INCOMPATIBLE_ITEMS),
        Obstacle::CouponNotApplicable { .. } => Some(INVALID_PROMO_CODE),
        Obstacle::SelectionMissing { .. } | Obstacle::SelectionMisfit { .. } => Some(BAD_REQUEST),
        Obstacle::Empty
        | Obstacle::QuantityNotSold { .. }
        | Obstacle::AmountOverflow { .. }
        | Obstacle::PriceChanged { .. }
        | Obstacle::TaxUnknown { .. }
        | _ => None,
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.problem.clone().into_response();
        response.extensions_mut().remove::<Problem>();
        write(&self, &mut response);
        response
    }
}

/// Answers what is refused before, around and after the handlers in the form of this surface.
pub(super) async fn in_form(request: Request, next: Next) -> Response {
    Dialect::of(&request, restate);
    let mut answer = next.run(request).await;
    if let Some(problem) = answer.extensions_mut().remove::<Problem>() {
        restate(&problem, &mut answer);
    }
    answer
}

fn restate(problem: &Problem, answer: &mut Response) {
    write(&Refusal::from(problem.clone()), answer);
}

fn write(refusal: &Refusal, answer: &mut Response) {
    *answer.status_mut() = refusal.row.status;
    *answer.body_mut() = Body::from(serde_json::to_vec(&Envelope::of(refusal)).unwrap_or_default());
    answer.headers_mut().remove(header::CONTENT_LENGTH);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
}

/// A problem as it is answered, for descriptions.
#[cfg(feature = "openapi")]
pub(super) fn example(problem: &Problem) -> Value {
    serde_json::to_value(Envelope::of(&Refusal::from(problem.clone()))).unwrap_or_default()
}

#[derive(Serialize)]
struct Envelope {
    error: ErrorBody,
}

#[derive(Serialize)]
struct ErrorBody {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    details: Map<String, Value>,
}

/// The members of a problem that others stand for.
const SAID_OTHERWISE: [&str; 5] = ["type", "title", "status", "code", "detail"];

impl Envelope {
    fn of(Refusal { problem, row }: &Refusal) -> Self {
        let document = problem.to_value(None);
        let mut members = if let Value::Object(members) = document { members } else { Map::new() };
        let detail = members.remove("detail").and_then(|detail| detail.as_str().map(str::to_owned));
        SAID_OTHERWISE.into_iter().for_each(|name| drop(members.remove(name)));
        if !row.is_meant {
            members.insert("problem".into(), problem.code().code().into());
        }
        let message = detail.unwrap_or_else(|| problem.code().title().to_owned());
        Self { error: ErrorBody { code: row.code, message, details: details::of(members) } }
    }
}
