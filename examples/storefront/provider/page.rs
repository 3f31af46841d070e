//! The provider's page, on which a shopper pays, or does not.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use axum::{Form, Router};
use cart_core::id::CheckoutId;
use serde::Deserialize;

use super::DemoProvider;
use super::ledger::{Known, State as Payment};

pub(super) fn router(provider: Arc<DemoProvider>) -> Router {
    Router::new().route("/demo/pay/{checkout}", get(show).post(decide)).with_state(provider)
}

async fn show(
    State(provider): State<Arc<DemoProvider>>,
    Path(checkout): Path<CheckoutId>,
) -> Result<Html<String>, StatusCode> {
    let known = provider.ledger.known(checkout).await.ok_or(StatusCode::NOT_FOUND)?;
    let amount = format!("{} {}", known.amount.to_decimal(), known.amount.currency());
    Ok(Html(match known.state {
        Payment::Waiting { .. } => page(&format!(
            "<p>To pay: <strong>{amount}</strong>. This is a demo; nobody takes any money.</p>\
             <form method=\"post\"><button name=\"outcome\" value=\"success\">Pay</button> \
             <button name=\"outcome\" value=\"failure\">Do not pay</button></form>"
        )),
        Payment::Captured => page(&format!("<p>{amount} were paid.</p>")),
        Payment::Refunded => page(&format!("<p>{amount} were paid, and given back.</p>")),
        Payment::Declined | Payment::Voided | Payment::Silent => page("<p>Nothing was paid.</p>"),
    }))
}

fn page(content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Demo payment</title>\
         <body style=\"font-family: sans-serif; max-width: 30em; margin: 3em auto\"><h1>Demo payment</h1>{content}"
    )
}

/// What the shopper decided.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Success,
    Failure,
}

async fn decide(
    State(provider): State<Arc<DemoProvider>>,
    Path(checkout): Path<CheckoutId>,
    Form(Decision { outcome }): Form<Decision>,
) -> Result<Html<String>, StatusCode> {
    let decided = |known: Option<Known>| match known {
        Some(Known { state: Payment::Waiting { .. }, amount }) => {
            let paid = outcome == Outcome::Success;
            Some(Known { state: if paid { Payment::Captured } else { Payment::Declined }, amount })
        }
        known => known,
    };
    let changed = provider.ledger.change(checkout, decided).await;
    let known = changed.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?.ok_or(StatusCode::NOT_FOUND)?;
    let captured = match known.state {
        Payment::Captured => Some(known.amount),
        Payment::Declined => None,
        Payment::Waiting { .. } | Payment::Silent | Payment::Voided | Payment::Refunded => {
            return Err(StatusCode::CONFLICT);
        }
    };
    // A shop that does not hear it asks when the checkout's time is over.
    provider.call_back(checkout, captured).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(Html(page(if captured.is_some() { "<p>Thank you.</p>" } else { "<p>Nothing was paid.</p>" })))
}
