//! The cart as a whole.

use axum::extract::State;
use cart_core::command::Command;

use super::Shop;
use super::answer::Answer;
use super::bodies::Nothing;
use super::write::existing;
use crate::deadline::complete;
use crate::json::StrictJson;
use crate::problem::Problem;
use crate::shopper::{Shopper, Write};

pub(super) async fn show(State(shop): State<Shop>, Shopper(actor): Shopper) -> Result<Answer, Problem> {
    match existing(shop.service.cart(&actor, &shop.target()).await)? {
        Some(view) => Ok(Answer::shown(view, shop.prices)),
        None => shop.empty(false),
    }
}

pub(super) async fn clear(
    State(shop): State<Shop>,
    write: Write,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    let (deadline, preview) = (write.conditions.deadline, write.conditions.preview);
    let clearing = async move {
        match shop.execute(write, &Command::Clear).await {
            // What is not there has nothing in it.
            Err(problem) if problem.code() == crate::ProblemCode::CartNotFound => shop.empty(preview),
            done => Ok(Answer::changed(done?, shop.prices, preview)),
        }
    };
    complete(deadline, clearing).await
}

impl Shop {
    /// What is shown before there is a cart.
    fn empty(&self, preview: bool) -> Result<Answer, Problem> {
        Ok(Answer::empty(self.service.currency(&self.channel)?, self.prices, preview))
    }
}
