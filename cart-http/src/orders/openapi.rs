//! The description of this surface.

use axum::http::StatusCode;
use cart_core::id::CheckoutId;
use serde_json::{Value, json};

use super::PATH;
use super::answer::AnswerBody;
use super::bodies::{Begin, Nothing, Purchase};
use crate::openapi::codes::{ADD, CHECKOUT, MAKE, ORDER, QUANTITY, READ};
use crate::openapi::{Answer, Asks, Description, Form, Header, Operation, Surface, object};
use crate::problem::ProblemCode as Code;
use crate::write::Parameters;

const SAYS: &str =
    "Carts that become orders: checkout, buying one product, and what payment providers call back with.";

/// The surface of [`orders`](crate::orders).
pub fn describe() -> Description {
    describe_under("orders", PATH)
}

/// The same under another path, by another name: for a host that has [`router_under`](crate::orders::router_under).
pub fn describe_under(name: &'static str, path: &str) -> Description {
    let mut orders = Surface::new(name, SAYS, Form::PROBLEM);
    orders.in_path::<CheckoutId>("id");
    let preview = orders.query::<Parameters>();
    let checkout = orders.shown::<AnswerBody<'static>>();
    begin(&mut orders, path, &checkout, &preview);
    go_on(&mut orders, path, &checkout, &preview);
    callback(&mut orders, path);
    orders.described()
}

fn begin(orders: &mut Surface, base: &str, checkout: &Value, preview: &Value) {
    let (begin, purchase) = (orders.sent::<Begin>(), orders.sent::<Purchase>());
    let order = orders.write(
        "post",
        &format!("{base}/checkout"),
        "checkout",
        "Orders the caller's cart, or some of it",
    );
    let order = order.query(preview).may_take(&begin, json!({"expected_total": "12.50"}));
    let order =
        order.refuses(&[Code::IdempotencyKeyRequired, Code::NotFound]).refuses(ORDER).refuses(QUANTITY);
    let order = begun(orders, order, checkout);
    orders.add(order);
    let buy = orders.write(
        "post",
        &format!("{base}/buy-now"),
        "buy_now",
        "Orders one product, and leaves the cart as it is",
    );
    let buy = buy.query(preview).takes(&purchase, json!({"product_id": "sun-hat", "quantity": 1}));
    let buy = buy
        .refuses(&[Code::IdempotencyKeyRequired])
        .refuses(ORDER)
        .refuses(QUANTITY)
        .refuses(ADD)
        .refuses(MAKE);
    let buy = begun(orders, buy, checkout);
    orders.add(buy);
}

fn begun(orders: &Surface, operation: Operation, checkout: &Value) -> Operation {
    let done = "It is ordered; or what would be ordered, for a preview.";
    let waits = "It waits: for the payment, for somebody who has not answered yet, or for the shop.";
    operation
        .answers(linked(orders, Answer::json(StatusCode::OK, done, checkout).headers(&[Header::Replayed])))
        .answers(linked(
            orders,
            Answer::json(StatusCode::ACCEPTED, waits, checkout)
                .headers(&[Header::Replayed, Header::RetryAfter]),
        ))
}

fn linked(orders: &Surface, answer: Answer) -> Answer {
    let names = ["show_checkout", "cancel_checkout", "extend_checkout"];
    names
        .iter()
        .fold(answer, |answer, name| answer.link(&orders.name_of(name), &[("id", "$response.body#/id")]))
}

fn go_on(orders: &mut Surface, base: &str, checkout: &Value, preview: &Value) {
    let one = format!("{base}/checkouts/{{id}}");
    let says = "The checkout as it is.";
    let answer = || Answer::json(StatusCode::OK, says, checkout).headers(&[Header::RetryAfter]);
    let show = orders.get(&one, "show_checkout", "Shows how far a checkout has come");
    orders.add(show.answers(answer()).refuses(READ).refuses(&[Code::CheckoutNotFound]));
    let nothing = orders.sent::<Nothing>();
    for (name, summary) in [
        ("cancel", "Gives a checkout up, unless it was paid for"),
        ("extend", "Takes more time for a checkout"),
    ] {
        let change = orders.write("post", &format!("{one}/{name}"), &format!("{name}_checkout"), summary);
        let change = change.query(preview).may_take(&nothing, json!({})).answers(answer());
        orders.add(change.refuses(CHECKOUT).refuses(&[Code::Forbidden]));
    }
}

fn callback(orders: &mut Surface, base: &str) {
    let path = &format!("{base}/payments/callback");
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
