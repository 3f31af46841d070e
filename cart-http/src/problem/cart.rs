//! How the refusals and failures of the cart service are answered: the one table from errors to codes.

use std::error::Error;

use axum::http::header;
use cart_core::port::StoreError;
use cart_core::product::ProductKey;
use cart_core::rejection::Rejection;
use cart_core::service::CartError;
use cart_core::version::Version;
use serde::Serialize;
use serde_json::Value;

use super::{Problem, ProblemCode};
use crate::precondition::etag;

impl From<CartError> for Problem {
    /// Answers every error with its code. What went wrong below is logged, and not told to the client.
    fn from(error: CartError) -> Self {
        match &error {
            CartError::Rejected(rejection) => rejection.into(),
            CartError::VersionMismatch { current } => version_conflict(Some(current.cart.version())),
            CartError::Contended { .. } => Self::new(ProblemCode::Contended).retry_soon(),
            CartError::RequestKeyReused => Self::new(ProblemCode::RequestKeyReused),
            CartError::Money(_) => Self::new(ProblemCode::AmountOverflow),
            CartError::Port(_) => logged(ProblemCode::Unavailable, &error).retry_soon(),
            CartError::Store(store) => from_store(store, &error),
            // The host has mounted a router for a channel that its service does not have, or not in this way.
            CartError::UnknownChannel | CartError::NoCurrentCart => logged(ProblemCode::Internal, &error),
            _ => logged(ProblemCode::Internal, &error),
        }
    }
}

/// `If-Match` did not hold: the cart has another version, or there is no cart.
pub(crate) fn version_conflict(current: Option<Version>) -> Problem {
    let problem = Problem::new(ProblemCode::VersionConflict);
    match current {
        Some(version) => problem.field("current_version", version.get()).header(header::ETAG, etag(version)),
        None => problem.field("current_version", Value::Null),
    }
}

fn from_store(store: &StoreError, error: &CartError) -> Problem {
    match store {
        StoreError::Conflict { .. } | StoreError::AlreadyOpen { .. } | StoreError::Repeated { .. } => {
            Problem::new(ProblemCode::Contended).retry_soon()
        }
        StoreError::Unavailable { .. } => logged(ProblemCode::Unavailable, error).retry_soon(),
        StoreError::Full { .. } => logged(ProblemCode::StorageFull, error),
        StoreError::Unknown { .. } => logged(ProblemCode::OutcomeUnknown, error).retry_soon(),
        StoreError::Corrupt { .. } => logged(ProblemCode::Internal, error),
        _ => logged(ProblemCode::Internal, error),
    }
}

fn logged(code: ProblemCode, error: &(dyn Error + 'static)) -> Problem {
    tracing::error!(code = code.code(), error, "a request failed");
    Problem::new(code)
}

impl From<&Rejection> for Problem {
    fn from(rejection: &Rejection) -> Self {
        use ProblemCode as Code;
        match rejection {
            Rejection::CartNotFound => Self::new(Code::CartNotFound),
            Rejection::Forbidden { permission } => {
                Self::new(Code::Forbidden).field("permission", word(permission))
            }
            Rejection::GuestsRefused => Self::new(Code::GuestsRefused),
            Rejection::CannotOwn => Self::new(Code::Forbidden),
            Rejection::NotOffered => Self::new(Code::NotOffered),
            Rejection::WrongStatus { status } => {
                Self::new(Code::WrongStatus).field("cart_status", status.as_str())
            }
            Rejection::Expired => Self::new(Code::CartExpired),
            Rejection::NotExpired => Self::new(Code::NotExpired),
            Rejection::NotRecoverable => Self::new(Code::NotRecoverable),
            Rejection::CartExists { cart } => Self::new(Code::CartExists).field("cart_id", cart.to_string()),
            Rejection::LineNotFound { line } => {
                Self::new(Code::LineNotFound).field("item_id", line.to_string())
            }
            Rejection::DuplicateLine { line } => {
                Self::new(Code::DuplicateLine).field("item_id", line.to_string())
            }
            Rejection::NothingToDo => Self::new(Code::NothingToDo),
            Rejection::EditRefused { index, reason } => Self::from(&**reason).field("edit_index", *index),
            Rejection::ProductNotFound { product } => of_product(Code::ProductNotFound, product),
            Rejection::ProductWithdrawn { product } => of_product(Code::ProductWithdrawn, product),
            Rejection::ProductUnavailable { product, reason } => {
                of_product(Code::ProductUnavailable, product).field("reason", word(reason))
            }
            Rejection::InsufficientStock { product, requested, available } => {
                of_product(Code::InsufficientStock, product)
                    .field("requested", *requested)
                    .field("available", *available)
            }
            Rejection::BelowMinimum { min } => Self::new(Code::BelowMinimum).field("minimum", min.get()),
            Rejection::AboveMaximum { max } => Self::new(Code::AboveMaximum).field("maximum", max.get()),
            Rejection::NotMultiple { step } => Self::new(Code::NotMultiple).field("multiple_of", step.get()),
            Rejection::TooManyLines { max } => Self::new(Code::TooManyLines).field("maximum", *max),
            Rejection::TooManyEdits { max } => Self::new(Code::TooManyEdits).field("maximum", *max),
            Rejection::TooManyCarts { max } => Self::new(Code::TooManyCarts).field("maximum", *max),
            Rejection::SelectionMisfit { selection, reason } => Self::new(Code::SelectionMisfit)
                .field("selection", word(selection))
                .field("reason", word(reason)),
            Rejection::AmountOverflow => Self::new(Code::AmountOverflow),
            Rejection::Unmergeable => Self::new(Code::Unmergeable),
            _ => logged(Code::Internal, rejection),
        }
    }
}

fn of_product(code: ProblemCode, product: &ProductKey) -> Problem {
    Problem::new(code).field("product_id", product.product.as_str())
}

/// The word by which an enum without data is known.
fn word(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
