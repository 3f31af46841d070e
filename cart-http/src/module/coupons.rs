//! Coupon codes on the cart.

use axum::extract::State;
use cart_core::command::Command;
use cart_core::coupon::CouponCode;

use super::Module;
use super::answer::Answer;
use super::bodies::{EnterCode, Nothing};
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::Problem;
use crate::shopper::Write;

pub(super) async fn apply(
    State(module): State<Module>,
    write: Write,
    StrictJson(coupon): StrictJson<EnterCode>,
) -> Result<Answer, Problem> {
    module.write(write, Command::AddCoupon { code: coupon.into_code()? }).await
}

pub(super) async fn remove(
    State(module): State<Module>,
    write: Write,
    InPath(code): InPath<CouponCode>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    module.write(write, Command::RemoveCoupon { code }).await
}
