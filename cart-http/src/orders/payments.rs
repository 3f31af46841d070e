//! What the payment provider calls back with.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use cart_core::rejection::Rejection;
use cart_core::service::{CartError, CartService};

use super::gateway::{PaymentGateway, PaymentNews};
use crate::body;
use crate::deadline::complete;
use crate::problem::Problem;

/// What callbacks need.
#[derive(Clone, Debug)]
pub(super) struct Callbacks {
    pub(super) service: Arc<CartService>,
    pub(super) gateway: Arc<dyn PaymentGateway>,
}

pub(super) async fn callback(
    State(callbacks): State<Callbacks>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let limit = parts.extensions.get().copied().unwrap_or_default();
    let deadline = parts.extensions.get().copied().unwrap_or_default();
    let body = body::read(body, limit).await?;
    if let Some(news) = callbacks.gateway.verify(&parts, &body).await? {
        complete(deadline, async move { callbacks.note(news).await }).await?;
    }
    Ok(received())
}

impl Callbacks {
    async fn note(&self, news: PaymentNews) -> Result<(), Problem> {
        let PaymentNews { checkout, outcome } = news;
        match self.service.payment_event(checkout, outcome).await {
            Ok(_) => Ok(()),
            Err(error) => {
                if let CartError::Rejected(Rejection::PaymentMismatch { expected, announced }) = &error {
                    // Money may have been taken for nothing; somebody should look at it.
                    tracing::error!(%checkout, %expected, %announced, "another amount was paid");
                }
                Err(error.into())
            }
        }
    }
}

/// The provider is told that it was heard, and nothing else.
fn received() -> Response {
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (json, r#"{"received":true}"#).into_response()
}
