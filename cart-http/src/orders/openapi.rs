//! The description of this surface.

use axum::http::StatusCode;
use cart_core::id::CheckoutId;
use serde_json::{Value, json};

use super::answer::AnswerBody;
use super::bodies::{Begin, Nothing, Purchase};
use crate::openapi::codes::{ADD, CHECKOUT, MAKE, ORDER, QUANTITY, READ};
use crate::openapi::{Answer, Asks, Description, Form, Header, Surface, object};
use crate::problem::ProblemCode as Code;
use crate::write::Parameters;

const SAYS: &str =
    "Carts that become orders: checkout, buying one product, and what payment providers call back with.";
const ONE: &str = "/api/orders/checkouts/{id}";

/// The surface of [`orders`](crate::orders).
pub fn describe() -> Description {
    let mut orders = Surface::new("orders", SAYS, Form::PROBLEM);
    orders.in_path::<CheckoutId>("id");
    let preview = orders.query::<Parameters>();
    let checkout = orders.shown::<AnswerBody<'static>>();
    begin(&mut orders, &checkout, &preview);
    go_on(&mut orders, &checkout, &preview);
    callback(&mut orders);
    orders.described()
}

fn begin(orders: &mut Surface, checkout: &Value, preview: &Value) {
    let (begin, purchase) = (orders.sent::<Begin>(), orders.sent::<Purchase>());
    let order =
        orders.write("post", "/api/orders/checkout", "checkout", "Orders the caller's cart, or some of it");
    let order = order.query(preview).may_take(&begin, json!({"expected_total": "12.50"}));
    let order =
        order.refuses(&[Code::IdempotencyKeyRequired, Code::NotFound]).refuses(ORDER).refuses(QUANTITY);
    orders.add(begun(order, checkout));
    let buy = orders.write(
        "post",
        "/api/orders/buy-now",
        "buy_now",
        "Orders one product, and leaves the cart as it is",
    );
    let buy = buy.query(preview).takes(&purchase, json!({"product_id": "mug", "quantity": 1}));
    let buy = buy
        .refuses(&[Code::IdempotencyKeyRequired])
        .refuses(ORDER)
        .refuses(QUANTITY)
        .refuses(ADD)
        .refuses(MAKE);
    orders.add(begun(buy, checkout));
}

fn begun(operation: crate::openapi::Operation, checkout: &Value) -> crate::openapi::Operation {
    let done = "It is ordered; or what would be ordered, for a preview.";
    let waits = "It waits: for the payment, for somebody who has not answered yet, or for the shop.";
    operation
        .answers(linked(Answer::json(StatusCode::OK, done, checkout).headers(&[Header::Replayed])))
        .answers(linked(
            Answer::json(StatusCode::ACCEPTED, waits, checkout)
                .headers(&[Header::Replayed, Header::RetryAfter]),
        ))
}

fn linked(answer: Answer) -> Answer {
    let id = [("id", "$response.body#/id")];
    answer
        .link("orders_show_checkout", &id)
        .link("orders_cancel_checkout", &id)
        .link("orders_extend_checkout", &id)
}

fn go_on(orders: &mut Surface, checkout: &Value, preview: &Value) {
    let says = "The checkout as it is.";
    let answer = || Answer::json(StatusCode::OK, says, checkout).headers(&[Header::RetryAfter]);
    let show = orders.get(ONE, "show_checkout", "Shows how far a checkout has come");
    orders.add(show.answers(answer()).refuses(READ).refuses(&[Code::CheckoutNotFound]));
    let nothing = orders.sent::<Nothing>();
    for (name, summary) in [
        ("cancel", "Gives a checkout up, unless it was paid for"),
        ("extend", "Takes more time for a checkout"),
    ] {
        let change = orders.write("post", &format!("{ONE}/{name}"), &format!("{name}_checkout"), summary);
        let change = change.query(preview).may_take(&nothing, json!({})).answers(answer());
        orders.add(change.refuses(CHECKOUT).refuses(&[Code::Forbidden]));
    }
}

fn callback(orders: &mut Surface) {
    let path = "/api/orders/payments/callback";
    let callback = orders.operation(
        "post",
        path,
        "payment_callback",
        "Hears from the payment provider what became of a payment",
    );
    let received = object(json!({"received": {"const": true}}));
    let callback = callback.asked_by(Asks::Anybody).takes(&json!({}), json!({}));
    let callback =
        callback.answers(Answer::json(StatusCode::OK, "It was heard.", &received)).refuses(CHECKOUT);
    let refused = [
        Code::CallbackRefused,
        Code::CartNotFound,
        Code::WrongStatus,
        Code::Contended,
        Code::CheckoutEnded,
        Code::InvalidValue,
        Code::PaymentMismatch,
        Code::AmountOverflow,
        Code::OutcomeUnknown,
        Code::StorageFull,
    ];
    orders.add(callback.refuses(&refused));
}
