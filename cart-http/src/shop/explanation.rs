//! Why the cart costs what it costs.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::Shop;
use super::write::existing;
use crate::explanation::ExplanationBody;
use crate::problem::Problem;
use crate::shopper::Shopper;

pub(super) async fn show(State(shop): State<Shop>, Shopper(actor): Shopper) -> Result<Response, Problem> {
    Ok(match existing(shop.service.cart(&actor, &shop.target()).await)? {
        Some(view) => Json(ExplanationBody::of(&view)).into_response(),
        None => Json(ExplanationBody::empty(shop.service.currency(&shop.channel)?)).into_response(),
    })
}
