//! What is chosen for a cart: delivery, payment, coupon codes, gifts.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::coupon::CouponCode;
use cart_core::id::{CartId, PromotionId};
use cart_core::selection::{Selection, SelectionKind};
use serde_json::Value;

use super::Shared;
use super::answer::Answer;
use super::bodies::Nothing;
use crate::auth::Authenticated;
use crate::choices::{ChooseAddress, ChoosePaymentMethod, ChooseShippingMethod, EnterCode};
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::Problem;
use crate::write::Conditions;

/// Who chooses, and on which conditions.
pub(super) struct Choosing {
    shared: Shared,
    actor: Actor,
    conditions: Conditions,
}

impl FromRequestParts<Shared> for Choosing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let Authenticated(actor) = Authenticated::from_request_parts(parts, shared).await?;
        let conditions = Conditions::from_request_parts(parts, shared).await?;
        Ok(Self { shared: shared.clone(), actor, conditions })
    }
}

impl Choosing {
    async fn choose(self, cart: CartId, command: Command) -> Result<Answer<Value>, Problem> {
        let preview = self.conditions.preview;
        let outcome = self.shared.change(self.actor, self.conditions, cart, command).await?;
        self.shared.after(&outcome, preview)
    }
}

pub(super) async fn select_address(
    choosing: Choosing,
    InPath(cart): InPath<CartId>,
    StrictJson(choice): StrictJson<ChooseAddress>,
) -> Result<Answer<Value>, Problem> {
    choosing.choose(cart, Command::Select { selection: Selection::Address(choice.address_id) }).await
}

pub(super) async fn select_shipping_method(
    choosing: Choosing,
    InPath(cart): InPath<CartId>,
    StrictJson(choice): StrictJson<ChooseShippingMethod>,
) -> Result<Answer<Value>, Problem> {
    let selection = Selection::ShippingMethod(choice.shipping_method_id);
    choosing.choose(cart, Command::Select { selection }).await
}

pub(super) async fn select_payment_method(
    choosing: Choosing,
    InPath(cart): InPath<CartId>,
    StrictJson(choice): StrictJson<ChoosePaymentMethod>,
) -> Result<Answer<Value>, Problem> {
    let selection = Selection::PaymentMethod(choice.payment_method_id);
    choosing.choose(cart, Command::Select { selection }).await
}

pub(super) async fn unselect_address(
    choosing: Choosing,
    InPath(cart): InPath<CartId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<Value>, Problem> {
    choosing.choose(cart, Command::Unselect { selection: SelectionKind::Address }).await
}

pub(super) async fn unselect_shipping_method(
    choosing: Choosing,
    InPath(cart): InPath<CartId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<Value>, Problem> {
    choosing.choose(cart, Command::Unselect { selection: SelectionKind::ShippingMethod }).await
}

pub(super) async fn unselect_payment_method(
    choosing: Choosing,
    InPath(cart): InPath<CartId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<Value>, Problem> {
    choosing.choose(cart, Command::Unselect { selection: SelectionKind::PaymentMethod }).await
}

pub(super) async fn add_coupon(
    choosing: Choosing,
    InPath(cart): InPath<CartId>,
    StrictJson(EnterCode { code }): StrictJson<EnterCode>,
) -> Result<Answer<Value>, Problem> {
    choosing.choose(cart, Command::AddCoupon { code }).await
}

pub(super) async fn remove_coupon(
    choosing: Choosing,
    InPath((cart, code)): InPath<(CartId, CouponCode)>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<Value>, Problem> {
    choosing.choose(cart, Command::RemoveCoupon { code }).await
}

pub(super) async fn accept_gift(
    choosing: Choosing,
    InPath((cart, promotion)): InPath<(CartId, PromotionId)>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<Value>, Problem> {
    choosing.choose(cart, Command::AcceptGift { promotion }).await
}

pub(super) async fn refuse_gift(
    choosing: Choosing,
    InPath((cart, promotion)): InPath<(CartId, PromotionId)>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<Value>, Problem> {
    choosing.choose(cart, Command::RefuseGift { promotion }).await
}

pub(super) async fn acknowledge_prices(
    choosing: Choosing,
    InPath(cart): InPath<CartId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<Value>, Problem> {
    choosing.choose(cart, Command::AcknowledgePrices).await
}
