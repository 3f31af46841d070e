//! What is said when a cart does not become an order.

use cart_core::checkout::{EndReason, Obstacle, Reason};
use cart_core::id::{CheckoutId, PromotionId, StockItemId};
use cart_core::money::Money;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Problem, ProblemCode as Code, word};
use crate::obstacle::ObstacleBody;

/// Why a checkout ended: a word, what the shop or the provider says to the shopper, and of what there was too little.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "End"))]
pub(crate) struct EndBody<'a> {
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = ["cancelled", "timed_out", "payment_declined", "payment_mismatch", "order_refused", "out_of_stock", "too_much_held", "vetoed", "failed", "other"])))]
    reason: &'static str,
    detail: Option<&'a str>,
    stock_item: Option<&'a str>,
}

impl<'a> EndBody<'a> {
    pub(crate) fn of(end: &'a EndReason) -> Self {
        let (reason, detail, stock_item) = match end {
            EndReason::Cancelled => ("cancelled", None, None),
            EndReason::TimedOut => ("timed_out", None, None),
            EndReason::PaymentDeclined { why } => ("payment_declined", Some(why), None),
            EndReason::PaymentMismatch => ("payment_mismatch", None, None),
            EndReason::OrderRefused { why } => ("order_refused", Some(why), None),
            EndReason::OutOfStock { item } => ("out_of_stock", None, item.as_ref()),
            EndReason::TooMuchHeld => ("too_much_held", None, None),
            EndReason::Vetoed { why } => ("vetoed", Some(why), None),
            EndReason::Failed { why } => ("failed", Some(why), None),
            _ => ("other", None, None),
        };
        Self { reason, detail: detail.map(Reason::as_str), stock_item: stock_item.map(StockItemId::as_str) }
    }

    /// The word for it.
    #[cfg(feature = "metrics")]
    pub(crate) const fn reason(&self) -> &'static str {
        self.reason
    }
}

/// The answer to the request that began a checkout which came to nothing.
pub(crate) fn came_to_nothing(checkout: CheckoutId, end: &EndReason) -> Problem {
    let problem = match end {
        EndReason::PaymentDeclined { .. } | EndReason::PaymentMismatch => told(Code::PaymentFailed, end),
        EndReason::OrderRefused { why } => refused("order_refused", why),
        EndReason::Vetoed { why } => refused("vetoed", why),
        EndReason::OutOfStock { item } => short_of(item.as_ref(), None),
        EndReason::TooMuchHeld => too_much_held(None),
        EndReason::Cancelled | EndReason::TimedOut | EndReason::Failed { .. } => ended(end),
        _ => ended(end),
    };
    problem.field("checkout_id", checkout.to_string())
}

/// Something was to be done about a checkout that is over.
pub(super) fn ended(end: &EndReason) -> Problem {
    told(Code::CheckoutEnded, end)
}

fn told(code: Code, end: &EndReason) -> Problem {
    let end = EndBody::of(end);
    let problem = Problem::new(code).field("reason", end.reason);
    let problem = end.stock_item.into_iter().fold(problem, |problem, item| problem.field("stock_item", item));
    end.detail.into_iter().fold(problem, |problem, detail| problem.detail(detail.to_owned()))
}

pub(super) fn refused(reason: &'static str, why: &Reason) -> Problem {
    Problem::new(Code::OrderRefused).field("reason", reason).detail(why.as_str().to_owned())
}

pub(super) fn not_orderable(obstacles: &[Obstacle]) -> Problem {
    if let [Obstacle::Empty] = obstacles {
        return Problem::new(Code::EmptyCart);
    }
    let obstacles: Vec<Value> = obstacles.iter().map(|one| word(ObstacleBody::of(one))).collect();
    Problem::new(Code::NotOrderable).field("obstacles", obstacles)
}

pub(super) fn total_changed(expected: Money, actual: Money) -> Problem {
    Problem::new(Code::TotalChanged)
        .field("expected_total", expected.to_decimal())
        .field("expected_currency", expected.currency().code())
        .field("total", actual.to_decimal())
        .field("currency", actual.currency().code())
}

pub(super) fn mismatch(expected: Money, announced: Money) -> Problem {
    let amount = |money: Money| json!({"amount": money.to_decimal(), "currency": money.currency().code()});
    Problem::new(Code::PaymentMismatch)
        .field("expected", amount(expected))
        .field("announced", amount(announced))
}

pub(super) fn used_up(promotion: &PromotionId, by_customer: bool) -> Problem {
    Problem::new(Code::PromotionUsedUp)
        .field("promotion_id", promotion.as_str())
        .field("by_customer", by_customer)
}

pub(super) fn short_of(item: Option<&StockItemId>, available: Option<u32>) -> Problem {
    let problem = Problem::new(Code::InventoryUnavailable);
    let problem = item.into_iter().fold(problem, |problem, item| problem.field("stock_item", item.as_str()));
    available.into_iter().fold(problem, |problem, available| problem.field("available", available))
}

pub(super) fn too_much_held(max: Option<u32>) -> Problem {
    let problem = Problem::new(Code::TooMuchHeld);
    max.into_iter().fold(problem, |problem, max| problem.field("maximum", max))
}

pub(super) fn in_progress(checkout: CheckoutId, retry_at: DateTime<Utc>) -> Problem {
    Problem::new(Code::RequestInProgress)
        .field("checkout_id", checkout.to_string())
        .field("retry_at", word(retry_at))
        .retry_soon()
}

#[cfg(test)]
mod tests {
    use cart_core::coupon::CouponCode;
    use cart_core::id::{LineId, OrderRef, ProductId};
    use cart_core::money::Currency;
    use cart_core::promotion::NotApplied;
    use cart_core::rejection::Rejection;
    use cart_core::relation::{Broken, Clash, ClashingLine};
    use cart_core::selection::SelectionKind;
    use cart_core::service::CartError;
    use uuid::Uuid;

    use super::*;

    const ID: &str = "00000000-0000-0000-0000-000000000007";

    fn checkout() -> CheckoutId {
        CheckoutId::from_uuid(Uuid::from_u128(7))
    }

    fn line() -> LineId {
        LineId::from_uuid(Uuid::from_u128(7))
    }

    fn why() -> Reason {
        Reason::new("No funds").unwrap()
    }

    fn item() -> StockItemId {
        StockItemId::new("mug").unwrap()
    }

    fn euros(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    fn clash() -> (Clash, Value) {
        let line = |product, line| ClashingLine { line, product: ProductId::new(product).unwrap() };
        let others = vec![line("plan", Some(self::line()))];
        let clash = Clash { line: line("pager", None), broken: Broken::Excludes, others };
        let others = json!([{"item_id": ID, "product_id": "plan"}]);
        (clash, json!({"item_id": null, "product_id": "pager", "rule": "excludes", "others": others}))
    }

    /// Checks a problem but for the members that every document has.
    fn assert_is(problem: &Problem, status: u16, code: &str, members: Value) {
        let mut document = problem.to_value(None);
        let document = document.as_object_mut().unwrap();
        assert_eq!(document.remove("status"), Some(status.into()), "{document:?}");
        assert_eq!(document.remove("code"), Some(code.into()), "{document:?}");
        assert!(document.remove("type").is_some() && document.remove("title").is_some());
        assert_eq!(Value::Object(document.clone()), members);
    }

    #[test]
    fn every_rejection_has_its_code_and_what_the_client_can_use() {
        let (clash, clash_body) = clash();
        let table = [
            (
                Rejection::IncompatibleItems { clashes: vec![clash.clone()] },
                (409, "incompatible_items", json!({"clashes": [clash_body.clone()]})),
            ),
            (
                Rejection::HasDependants { clashes: vec![clash] },
                (409, "has_dependants", json!({"clashes": [clash_body]})),
            ),
            (
                Rejection::TotalChanged { expected: euros(1250), actual: Money::new(1300, Currency::USD) },
                (
                    409,
                    "total_changed",
                    json!({
                        "expected_total": "12.50", "expected_currency": "EUR",
                        "total": "13.00", "currency": "USD",
                    }),
                ),
            ),
            (
                Rejection::PromotionUsedUp {
                    promotion: PromotionId::new("spring").unwrap(),
                    by_customer: true,
                },
                (409, "promotion_used_up", json!({"promotion_id": "spring", "by_customer": true})),
            ),
            (
                Rejection::OutOfStock { item: item(), available: 2 },
                (409, "inventory_unavailable", json!({"stock_item": "mug", "available": 2})),
            ),
            (Rejection::TooMuchHeld { max: 5 }, (409, "too_much_held", json!({"maximum": 5}))),
            (
                Rejection::Vetoed { why: why() },
                (422, "order_refused", json!({"reason": "vetoed", "detail": "No funds"})),
            ),
            (
                Rejection::CheckoutNotFound { checkout: checkout() },
                (404, "checkout_not_found", json!({"checkout_id": ID})),
            ),
            (
                Rejection::CheckoutEnded { reason: EndReason::PaymentDeclined { why: why() } },
                (409, "checkout_ended", json!({"reason": "payment_declined", "detail": "No funds"})),
            ),
            (Rejection::CheckoutGoesAhead, (409, "checkout_goes_ahead", json!({}))),
            (
                Rejection::AlreadyOrdered { order: OrderRef::new("o-1").unwrap() },
                (409, "already_ordered", json!({"order_id": "o-1"})),
            ),
            (Rejection::TooManyExtensions { max: 2 }, (409, "too_many_extensions", json!({"maximum": 2}))),
            (
                Rejection::PaymentMismatch { expected: euros(1250), announced: euros(1) },
                (
                    422,
                    "payment_mismatch",
                    json!({
                        "expected": {"amount": "12.50", "currency": "EUR"},
                        "announced": {"amount": "0.01", "currency": "EUR"},
                    }),
                ),
            ),
        ];
        for (rejection, (status, code, members)) in table {
            assert_is(&Problem::from(&rejection), status, code, members);
        }
    }

    #[test]
    fn an_empty_cart_has_a_code_of_its_own() {
        let empty = Rejection::NotOrderable { obstacles: vec![Obstacle::Empty] };
        assert_is(&Problem::from(&empty), 409, "empty_cart", json!({}));
    }

    #[test]
    fn all_obstacles_are_told_and_no_coupon_code() {
        let (clash, clash_body) = clash();
        let (line, code) = (line(), CouponCode::new("SECRET").unwrap());
        let min = cart_core::quantity::Quantity::ONE;
        let table = [
            (Obstacle::ProductWithdrawn { line }, json!({"code": "product_withdrawn", "item_id": ID})),
            (
                Obstacle::ProductUnavailable { line, reason: cart_core::notice::Unavailable::Call },
                json!({"code": "product_unavailable", "item_id": ID, "reason": "call"}),
            ),
            (
                Obstacle::InsufficientStock { line, available: 3 },
                json!({"code": "insufficient_stock", "item_id": ID, "available": 3}),
            ),
            (
                Obstacle::QuantityNotSold { line, min, max: min, step: min },
                json!({"code": "quantity_not_sold", "item_id": ID, "minimum": 1, "maximum": 1, "multiple_of": 1}),
            ),
            (
                Obstacle::IncompatibleItems { clash: clash.into() },
                json!({"code": "incompatible_items", "clash": clash_body}),
            ),
            (Obstacle::AmountOverflow { line }, json!({"code": "amount_overflow", "item_id": ID})),
            (
                Obstacle::PriceChanged { line, from: euros(1), to: euros(200) },
                json!({"code": "price_changed", "item_id": ID, "from": "0.01", "to": "2.00"}),
            ),
            (
                Obstacle::CouponNotApplicable { code, reason: NotApplied::Ended },
                json!({"code": "coupon_not_applicable", "reason": "ended"}),
            ),
            (
                Obstacle::SelectionMissing { selection: SelectionKind::Address },
                json!({"code": "selection_missing", "selection": "address"}),
            ),
            (
                Obstacle::SelectionMisfit {
                    selection: SelectionKind::ShippingMethod,
                    reason: cart_core::selection::Misfit::NotFound,
                },
                json!({"code": "selection_misfit", "selection": "shipping_method", "reason": "not_found"}),
            ),
            (Obstacle::TaxUnknown { class: None }, json!({"code": "tax_unknown", "tax_class": null})),
        ];
        let (obstacles, bodies): (Vec<_>, Vec<_>) = table.into_iter().unzip();
        let problem = Problem::from(&Rejection::NotOrderable { obstacles });
        assert_is(&problem, 409, "not_orderable", json!({"obstacles": bodies}));
    }

    #[test]
    fn what_ended_a_checkout_is_the_answer_to_the_request_that_began_it() {
        let table = [
            (EndReason::Cancelled, 409, "checkout_ended", json!({"reason": "cancelled"})),
            (EndReason::TimedOut, 409, "checkout_ended", json!({"reason": "timed_out"})),
            (
                EndReason::PaymentDeclined { why: why() },
                402,
                "payment_failed",
                json!({"reason": "payment_declined", "detail": "No funds"}),
            ),
            (EndReason::PaymentMismatch, 402, "payment_failed", json!({"reason": "payment_mismatch"})),
            (
                EndReason::OrderRefused { why: why() },
                422,
                "order_refused",
                json!({"reason": "order_refused", "detail": "No funds"}),
            ),
            (
                EndReason::Vetoed { why: why() },
                422,
                "order_refused",
                json!({"reason": "vetoed", "detail": "No funds"}),
            ),
            (
                EndReason::OutOfStock { item: Some(item()) },
                409,
                "inventory_unavailable",
                json!({"stock_item": "mug"}),
            ),
            (EndReason::OutOfStock { item: None }, 409, "inventory_unavailable", json!({})),
            (EndReason::TooMuchHeld, 409, "too_much_held", json!({})),
            (
                EndReason::Failed { why: why() },
                409,
                "checkout_ended",
                json!({"reason": "failed", "detail": "No funds"}),
            ),
        ];
        for (end, status, code, mut members) in table {
            members["checkout_id"] = ID.into();
            assert_is(&came_to_nothing(checkout(), &end), status, code, members);
        }
    }

    #[test]
    fn a_request_without_an_answer_yet_says_when_to_repeat_it() {
        let retry_at = DateTime::from_timestamp(30, 0).unwrap();
        let problem = Problem::from(CartError::InProgress { checkout: checkout(), retry_at });
        let members = json!({"checkout_id": ID, "retry_at": "1970-01-01T00:00:30Z"});
        assert_is(&problem, 409, "request_in_progress", members);
        assert!(problem.headers.iter().any(|(name, value)| name == "retry-after" && value == "1"));
    }
}
