//! Checkouts as they are answered.
//!
//! All that is answered comes from the record of the checkout, so that a request which is repeated is answered the same to
//! the byte, be prices and cart what they may by then.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cart_core::actor::Actor;
use cart_core::checkout::{Checkout, Initiation, InitiationType, OrderDraft, PlacedOrder, Stage};
use cart_core::id::{AddressId, CartId, CheckoutId, PaymentMethodId, ShippingMethodId};
use cart_core::service::CheckoutOutcome;
use cart_core::text::Note;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::item::ItemBody;
use crate::idempotency::REPLAYED;
use crate::priced::{CouponBody, FeeBody, GiftBody, MethodBody, Prices, PromotionBody, Sums, TaxBody};
use crate::problem::{EndBody, Problem, ProblemCode, came_to_nothing};

/// What a request is answered with.
pub(super) struct Answer {
    checkout: Arc<Checkout>,
    stage: Stage,
    prices: Prices,
    to: To,
}

/// What is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    /// A request that began it, now or before.
    Begin { replayed: bool },
    /// A request that would begin it.
    Preview,
    /// Anything else, by somebody who may pay for it or not.
    Look { may_pay: bool },
}

impl Answer {
    /// What became of a request to order.
    pub(super) fn begun(outcome: CheckoutOutcome, prices: Prices, preview: bool) -> Self {
        let CheckoutOutcome { checkout, stage, replayed, .. } = outcome;
        let to = if preview { To::Preview } else { To::Begin { replayed } };
        Self { checkout, stage, prices, to }
    }

    /// A checkout as it is.
    pub(super) fn shown(outcome: CheckoutOutcome, prices: Prices, actor: &Actor) -> Self {
        let CheckoutOutcome { checkout, stage, .. } = outcome;
        let to = To::Look { may_pay: may_pay(actor, &checkout) };
        Self { checkout, stage, prices, to }
    }

    fn status(&self) -> StatusCode {
        match (self.to, &self.stage) {
            (To::Begin { .. }, Stage::InProgress { .. } | Stage::Begun | Stage::PaymentPending { .. }) => {
                StatusCode::ACCEPTED
            }
            (To::Begin { .. }, Stage::Completed { .. } | Stage::Ended { .. })
            | (To::Preview | To::Look { .. }, _) => StatusCode::OK,
        }
    }

    fn document(&self) -> Response {
        let state = match self.to {
            To::Preview => None,
            To::Begin { .. } => Some(StateBody::of(&self.checkout, &self.stage, true)),
            To::Look { may_pay } => Some(StateBody::of(&self.checkout, &self.stage, may_pay)),
        };
        let body = AnswerBody {
            state,
            order: OrderBody::of(&self.checkout.draft, self.prices),
            preview: self.to == To::Preview,
        };
        let Ok(json) = serde_json::to_vec(&body) else { return ProblemCode::Internal.into_response() };
        let content_type = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        (self.status(), content_type, json).into_response()
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = match (self.to, &self.stage) {
            (To::Begin { .. }, Stage::Ended { reason }) => {
                unsigned(came_to_nothing(self.checkout.id, reason))
            }
            (To::Begin { .. } | To::Preview | To::Look { .. }, _) => self.document(),
        };
        let headers = response.headers_mut();
        if let (To::Begin { .. } | To::Look { .. }, Stage::InProgress { .. }) = (self.to, &self.stage) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.to == (To::Begin { replayed: true }) {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// How to pay is between the provider, whoever began it, and the cart's owner.
pub(crate) fn may_pay(actor: &Actor, checkout: &Checkout) -> bool {
    let is_own = actor.owner().is_some_and(|owner| owner == checkout.draft.owner);
    is_own || actor.to_ref() == checkout.by
}

/// A problem whose document does not name the request, so that it is the same when it is answered again.
pub(crate) fn unsigned(problem: Problem) -> Response {
    let mut response = problem.into_response();
    response.extensions_mut().remove::<Problem>();
    response
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "OrdersAnswer"))]
pub(super) struct AnswerBody<'a> {
    #[serde(flatten)]
    state: Option<StateBody<'a>>,
    #[serde(flatten)]
    order: OrderBody<'a>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    preview: bool,
}

/// How far a checkout has come.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "OrdersState"))]
struct StateBody<'a> {
    id: CheckoutId,
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = ["in_progress", "begun", "payment_pending", "confirmed", "ended"])))]
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<DateTime<Utc>>,
    order_id: Option<&'a str>,
    order_number: Option<&'a str>,
    confirmation_number: Option<&'a str>,
    estimated_delivery: Option<DateTime<Utc>>,
    #[serde(flatten)]
    payment: Option<PaymentBody<'a>>,
    ended: Option<EndBody<'a>>,
    deadline: DateTime<Utc>,
}

/// What the client needs to pay, by the names of `cart-module.md`.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "OrdersPayment"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentBody<'a> {
    initiation_type: InitiationType,
    gateway_payload: &'a Map<String, Value>,
}

impl<'a> PaymentBody<'a> {
    pub(crate) const fn of(initiation: &'a Initiation) -> Self {
        Self { initiation_type: initiation.kind, gateway_payload: &initiation.payload }
    }
}

impl<'a> StateBody<'a> {
    fn of(checkout: &'a Checkout, stage: &'a Stage, may_pay: bool) -> Self {
        let bare = |status| Self::bare(checkout, status);
        match stage {
            Stage::InProgress { retry_at } => Self { retry_at: Some(*retry_at), ..bare("in_progress") },
            Stage::Begun => bare("begun"),
            Stage::PaymentPending { order, initiation } => {
                let payment = may_pay.then_some(PaymentBody::of(initiation));
                Self { payment, ..bare("payment_pending").with(order) }
            }
            Stage::Completed { order } => bare("confirmed").with(order),
            Stage::Ended { reason } => Self { ended: Some(EndBody::of(reason)), ..bare("ended") },
        }
    }

    fn bare(checkout: &'a Checkout, status: &'static str) -> Self {
        Self {
            id: checkout.id,
            status,
            retry_at: None,
            order_id: None,
            order_number: None,
            confirmation_number: None,
            estimated_delivery: None,
            payment: None,
            ended: None,
            deadline: checkout.deadline,
        }
    }

    fn with(self, order: &'a PlacedOrder) -> Self {
        Self {
            order_id: Some(order.order.as_str()),
            order_number: order.number.as_ref().map(|number| number.as_str()),
            confirmation_number: order.confirmation.as_ref().map(|confirmation| confirmation.as_str()),
            estimated_delivery: order.estimated_delivery,
            ..self
        }
    }
}

/// What is ordered, frozen.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "OrdersOrder"))]
struct OrderBody<'a> {
    cart_id: CartId,
    cart_version: u64,
    #[cfg_attr(feature = "openapi", schemars(with = "cart_core::money::Currency"))]
    currency: &'static str,
    items: Vec<ItemBody<'a>>,
    item_count: u64,
    #[serde(flatten)]
    sums: Sums,
    shipping: Option<MethodBody<'a, ShippingMethodId>>,
    payment_fee: Option<MethodBody<'a, PaymentMethodId>>,
    fees: Vec<FeeBody<'a>>,
    taxes: Vec<TaxBody<'a>>,
    tax_included: bool,
    coupons: Vec<CouponBody<'a>>,
    promotions: Vec<PromotionBody<'a>>,
    gifts: Vec<GiftBody<'a>>,
    address_id: Option<&'a AddressId>,
    shipping_method_id: Option<&'a ShippingMethodId>,
    payment_method_id: Option<&'a PaymentMethodId>,
    note: Option<&'a Note>,
    begun_at: DateTime<Utc>,
}

impl<'a> OrderBody<'a> {
    fn of(draft: &'a OrderDraft, prices: Prices) -> Self {
        let chosen = &draft.selections;
        Self {
            cart_id: draft.cart,
            cart_version: draft.version.get(),
            currency: draft.currency.code(),
            items: draft.lines.iter().map(ItemBody::of).collect(),
            item_count: draft.lines.iter().map(|line| u64::from(line.quantity.get())).sum(),
            sums: Sums::of(&draft.totals, draft.shipping.as_ref().map(|shipping| shipping.total)),
            shipping: draft.shipping.as_ref().map(MethodBody::of),
            payment_fee: draft.payment.as_ref().map(MethodBody::of),
            fees: draft.fees.iter().map(FeeBody::of).collect(),
            taxes: draft.taxes.iter().map(TaxBody::of).collect(),
            tax_included: prices.with_tax,
            coupons: draft.coupons.iter().map(|coupon| CouponBody::of(coupon, draft.currency)).collect(),
            promotions: draft.promotions.iter().filter_map(PromotionBody::of).collect(),
            gifts: draft.gifts.iter().map(GiftBody::of).collect(),
            address_id: chosen.address.as_ref(),
            shipping_method_id: chosen.shipping_method.as_ref(),
            payment_method_id: chosen.payment_method.as_ref(),
            note: draft.note.as_ref(),
            begun_at: draft.at,
        }
    }
}
