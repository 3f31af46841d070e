//! The provider's page, on which a shopper pays, or does not, and from which they go back to the shop.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use cart_core::id::CheckoutId;
use serde::Deserialize;

use super::DemoProvider;
use super::ledger::{Known, State as Payment};
use crate::page::POLICY;

pub(super) fn router(provider: Arc<DemoProvider>) -> Router {
    Router::new().route("/demo/pay/{checkout}", get(show).post(decide)).with_state(provider)
}

async fn show(
    State(provider): State<Arc<DemoProvider>>,
    Path(checkout): Path<CheckoutId>,
) -> Result<Response, StatusCode> {
    let known = provider.ledger.known(checkout).await.ok_or(StatusCode::NOT_FOUND)?;
    let amount = format!("{} {}", known.amount.to_decimal(), known.amount.currency());
    Ok(page(&match known.state {
        Payment::Waiting { .. } => format!("<p>You pay</p><p class=\"amount\">{amount}</p>{CHOICE}"),
        Payment::Captured => format!("<p>{amount} were paid.</p>{BACK}"),
        Payment::Refunded => format!("<p>{amount} were paid, and given back.</p>{BACK}"),
        Payment::Declined | Payment::Voided | Payment::Silent => format!("<p>Nothing was paid.</p>{BACK}"),
    }))
}

const CHOICE: &str = "<form method=\"post\"><button class=\"primary\" name=\"outcome\" value=\"success\">Pay</button>\
     <button name=\"outcome\" value=\"failure\">Decline</button></form>\
     <p class=\"quiet\">This is a demo: nobody takes any money.</p>";

const BACK: &str = "<p><a class=\"button\" href=\"/\">Back to the shop</a></p>";

fn page(content: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Demo bank</title>\
         <link rel=\"icon\" href=\"/page/icon.svg\"><link rel=\"stylesheet\" href=\"/page/style.css\"></head>\
         <body class=\"bank\"><main><h1>Demo bank</h1>{content}</main></body></html>"
    );
    (POLICY, Html(html)).into_response()
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
) -> Result<Redirect, StatusCode> {
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
    Ok(Redirect::to("/"))
}
