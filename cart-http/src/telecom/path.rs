//! What paths name.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use cart_core::id::{CartId, CheckoutId, LineId};
use cart_core::rejection::Rejection;
use serde::de::DeserializeOwned;

use super::codes::{INVALID_CARD_ID, ITEM_NOT_FOUND};
use super::ids::{self, CART, CHECKOUT, ITEM};
use super::refusal::Refusal;
use crate::problem::{Problem, ProblemCode};

/// What a path names, percent-decoded.
#[derive(Debug)]
pub(super) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let named = Path::from_request_parts(parts, state).await;
        named.map(|Path(named)| Self(named)).map_err(|_| Problem::new(ProblemCode::MalformedUri).into())
    }
}

/// The cart to be looked at. The document tells text that is no id from the id of nothing there, and only there.
pub(super) fn cart_to_show(text: &str) -> Result<CartId, Refusal> {
    let malformed = || Problem::new(ProblemCode::MalformedUri).detail("Invalid cart ID format");
    let malformed = || Refusal::from(malformed().field("value", text.chars().take(128).collect::<String>()));
    let id = ids::read(CART, text).ok_or_else(|| malformed().stated(INVALID_CARD_ID))?;
    Ok(CartId::from_uuid(id))
}

/// The cart to be changed: what is no id is the id of nothing.
pub(super) fn cart(text: &str) -> Result<CartId, Problem> {
    ids::read(CART, text).map(CartId::from_uuid).ok_or_else(|| Problem::from(&Rejection::CartNotFound))
}

pub(super) fn item(text: &str) -> Result<LineId, Refusal> {
    let nothing = || Refusal::from(Problem::new(ProblemCode::LineNotFound)).stated(ITEM_NOT_FOUND);
    ids::read(ITEM, text).map(LineId::from_uuid).ok_or_else(nothing)
}

pub(super) fn checkout(text: &str) -> Result<CheckoutId, Problem> {
    let nothing = || Problem::new(ProblemCode::CheckoutNotFound);
    ids::read(CHECKOUT, text).map(CheckoutId::from_uuid).ok_or_else(nothing)
}
