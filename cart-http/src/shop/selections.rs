//! The choices about delivery and payment.

use axum::extract::State;
use cart_core::command::Command;
use cart_core::selection::{Selection, SelectionKind};

use super::Shop;
use super::answer::Answer;
use super::bodies::Nothing;
use crate::choices::{ChooseAddress, ChoosePaymentMethod, ChooseShippingMethod};
use crate::json::StrictJson;
use crate::problem::Problem;
use crate::shopper::Write;

pub(super) async fn select_address(
    State(shop): State<Shop>,
    write: Write,
    StrictJson(choice): StrictJson<ChooseAddress>,
) -> Result<Answer, Problem> {
    shop.select(write, Selection::Address(choice.address_id)).await
}

pub(super) async fn select_shipping_method(
    State(shop): State<Shop>,
    write: Write,
    StrictJson(choice): StrictJson<ChooseShippingMethod>,
) -> Result<Answer, Problem> {
    shop.select(write, Selection::ShippingMethod(choice.shipping_method_id)).await
}

pub(super) async fn select_payment_method(
    State(shop): State<Shop>,
    write: Write,
    StrictJson(choice): StrictJson<ChoosePaymentMethod>,
) -> Result<Answer, Problem> {
    shop.select(write, Selection::PaymentMethod(choice.payment_method_id)).await
}

pub(super) async fn unselect_address(
    State(shop): State<Shop>,
    write: Write,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    shop.unselect(write, SelectionKind::Address).await
}

pub(super) async fn unselect_shipping_method(
    State(shop): State<Shop>,
    write: Write,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    shop.unselect(write, SelectionKind::ShippingMethod).await
}

pub(super) async fn unselect_payment_method(
    State(shop): State<Shop>,
    write: Write,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer, Problem> {
    shop.unselect(write, SelectionKind::PaymentMethod).await
}

impl Shop {
    async fn select(self, write: Write, selection: Selection) -> Result<Answer, Problem> {
        self.write(write, Command::Select { selection }).await
    }

    async fn unselect(self, write: Write, selection: SelectionKind) -> Result<Answer, Problem> {
        self.write(write, Command::Unselect { selection }).await
    }
}
