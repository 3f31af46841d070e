//! What promotions give, which the shopper may refuse.

use axum::extract::State;
use cart_core::command::Command;
use cart_core::id::PromotionId;

use super::Shop;
use super::answer::Answer;
use super::bodies::Nothing;
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::Problem;
use crate::shopper::Write;

pub(super) async fn refuse(
    State(shop): State<Shop>,
    write: Write,
    InPath(promotion): InPath<PromotionId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    shop.write(write, Command::RefuseGift { promotion }).await
}

pub(super) async fn accept(
    State(shop): State<Shop>,
    write: Write,
    InPath(promotion): InPath<PromotionId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    shop.write(write, Command::AcceptGift { promotion }).await
}
