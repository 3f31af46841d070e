//! Coupon codes on the cart.

use axum::extract::State;
use cart_core::command::Command;
use cart_core::coupon::CouponCode;

use super::Shop;
use super::answer::Answer;
use super::bodies::Nothing;
use crate::choices::EnterCode;
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::Problem;
use crate::shopper::Write;

pub(super) async fn add(
    State(shop): State<Shop>,
    write: Write,
    StrictJson(EnterCode { code }): StrictJson<EnterCode>,
) -> Result<Answer, Problem> {
    shop.write(write, Command::AddCoupon { code }).await
}

pub(super) async fn remove(
    State(shop): State<Shop>,
    write: Write,
    InPath(code): InPath<CouponCode>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    shop.write(write, Command::RemoveCoupon { code }).await
}
