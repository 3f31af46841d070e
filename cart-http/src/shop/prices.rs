//! The currency of the cart, and prices that have changed.

use axum::extract::State;
use cart_core::command::Command;

use super::Shop;
use super::answer::Answer;
use super::bodies::{ChooseCurrency, Nothing};
use crate::json::StrictJson;
use crate::problem::Problem;
use crate::shopper::Write;

pub(super) async fn change_currency(
    State(shop): State<Shop>,
    write: Write,
    StrictJson(ChooseCurrency { currency }): StrictJson<ChooseCurrency>,
) -> Result<Answer, Problem> {
    shop.write(write, Command::ChangeCurrency { currency }).await
}

pub(super) async fn acknowledge(
    State(shop): State<Shop>,
    write: Write,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    shop.write(write, Command::AcknowledgePrices).await
}
