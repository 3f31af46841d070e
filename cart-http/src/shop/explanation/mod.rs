//! Why the cart costs what it costs.

mod step;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cart_core::money::{Currency, Money};
use cart_core::pricing::PricedCart;
use cart_core::service::CartView;
use serde::Serialize;

use self::step::StepBody;
use super::Shop;
use super::write::existing;
use crate::amount::Amount;
use crate::problem::Problem;
use crate::shopper::Shopper;

pub(super) async fn show(State(shop): State<Shop>, Shopper(actor): Shopper) -> Result<Response, Problem> {
    Ok(match existing(shop.service.cart(&actor, &shop.target()).await)? {
        Some(view) => Json(ExplanationBody::of(&view)).into_response(),
        None => Json(ExplanationBody::empty(shop.service.currency(&shop.channel)?)).into_response(),
    })
}

/// The steps whose amounts, apart from taxes inside the prices, add up to the total.
#[derive(Serialize)]
struct ExplanationBody<'a> {
    version: u64,
    currency: &'static str,
    steps: Vec<StepBody<'a>>,
    text: Vec<String>,
    total: Amount,
}

impl<'a> ExplanationBody<'a> {
    fn of(view: &'a CartView) -> Self {
        let priced: &PricedCart = &view.priced;
        Self {
            version: view.cart.version().get(),
            currency: view.cart.currency().code(),
            steps: priced.derivation.steps().iter().map(StepBody::of).collect(),
            text: priced.explain().to_string().lines().map(str::to_owned).collect(),
            total: Amount(priced.totals.total),
        }
    }

    fn empty(currency: Currency) -> Self {
        Self {
            version: 0,
            currency: currency.code(),
            steps: Vec::new(),
            text: Vec::new(),
            total: Amount(Money::zero(currency)),
        }
    }
}
