//! Why the cart costs what it costs.

mod step;

use cart_core::money::{Currency, Money};
use cart_core::pricing::PricedCart;
use cart_core::service::CartView;
use serde::Serialize;

use self::step::StepBody;
use crate::amount::Amount;

/// The steps whose amounts, apart from taxes inside the prices, add up to the total.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Explanation"))]
pub(crate) struct ExplanationBody<'a> {
    version: u64,
    #[cfg_attr(feature = "openapi", schemars(with = "cart_core::money::Currency"))]
    currency: &'static str,
    steps: Vec<StepBody<'a>>,
    text: Vec<String>,
    total: Amount,
}

impl<'a> ExplanationBody<'a> {
    pub(crate) fn of(view: &'a CartView) -> Self {
        let priced: &PricedCart = &view.priced;
        Self {
            version: view.cart.version().get(),
            currency: view.cart.currency().code(),
            steps: priced.derivation.steps().iter().map(StepBody::of).collect(),
            text: priced.explain().to_string().lines().map(str::to_owned).collect(),
            total: Amount(priced.totals.total),
        }
    }

    pub(crate) fn empty(currency: Currency) -> Self {
        Self {
            version: 0,
            currency: currency.code(),
            steps: Vec::new(),
            text: Vec::new(),
            total: Amount(Money::zero(currency)),
        }
    }
}
