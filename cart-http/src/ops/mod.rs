//! What those who run a service look at: whether it lives, whether it can take requests, and what it does.
//!
//! | method and path | answer |
//! |---|---|
//! | `GET /healthz` | 200 as long as the process answers at all |
//! | `GET /readyz` | 200 if the host's [`Readiness`] says so, else 503; load balancers ask it |
//! | `GET /metrics` | all [`Metrics`], as OpenMetrics text |
//!
//! None of them asks who is asking: serve them where only those who run the service get to. They name no shopper, no cart
//! and no product; `ops/` in the repository has alert rules and a dashboard for them.

mod activity;
mod labels;
mod metrics;
#[cfg(feature = "openapi")]
pub(crate) mod openapi;
mod probes;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub use self::metrics::Metrics;
pub use self::probes::{AlwaysReady, Readiness};

/// The routes.
pub fn router(metrics: Arc<Metrics>, readiness: Arc<dyn Readiness>) -> Router {
    let look = Router::new().route("/metrics", get(show)).with_state(metrics);
    let probe = Router::new().route("/readyz", get(probes::ready)).with_state(readiness);
    Router::new().route("/healthz", get(async || "ok\n")).merge(look).merge(probe)
}

async fn show(State(metrics): State<Arc<Metrics>>) -> Response {
    let Ok(text) = metrics.to_text() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
